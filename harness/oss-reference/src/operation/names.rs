//! Which names of a query are sub-resources.
//!
//! A sub-resource says *what* is asked. One that this server does not have must never be passed over: `DELETE /key?legalHold` is no
//! `DELETE /key`. A parameter says *how*, and OSS passes over those that it does not know: people add `?v=7` to the addresses of pictures.
//! A name counts as a sub-resource when
//!
//! 1. it is [listed](LISTED): an official SDK signs it or asks with it, or the API reference has it in the request line of an operation;
//! 2. it is a listed one in another case;
//! 3. it is bare (`?name` or `?name=`), and not a [parameter](is_parameter). Bare names with a digit (`?20231218`) do not count where an
//!    object is read: no sub-resource has one, and that is how browsers are kept from their caches.
//!
//! 1 rests on the lists that the SDKs sign under V1 (Python, Java, Go, PHP, C#, C++, and the second editions of Go and Python) and on their
//! request builders. 2 and 3 are our own, so that a slip of the pen costs nobody an object.

use oss_auth::QueryPair;

use crate::request::Request;

/// The first sub-resource in the query that is not among `here`, which are those that the addressed resource has.
pub(super) fn foreign<'r>(
    request: &'r Request<'_>,
    here: impl Fn(&str) -> bool,
) -> Option<&'r str> {
    first(request, |pair| !here(&pair.name) && is_listed(&pair.name))
}

/// The first sub-resource in the query of a request that is to be understood as having none.
pub(super) fn any<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let reads_object = matches!(request.method, "GET" | "HEAD") && request.key().is_some();
    first(request, |pair| {
        let bare = pair.value.as_deref().is_none_or(str::is_empty) && !is_parameter(&pair.name);
        let unsaid = reads_object && pair.name.bytes().any(|byte| byte.is_ascii_digit());
        is_listed(&pair.name) || (bare && !unsaid)
    })
}

/// Whether a name is listed, in whatever case.
pub(super) fn is_listed(name: &str) -> bool {
    LISTED.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn first<'r>(request: &'r Request<'_>, is: impl Fn(&QueryPair<'_>) -> bool) -> Option<&'r str> {
    let mut named = request.query.iter().filter(|pair| !pair.name.is_empty());
    named.find(|pair| is(pair)).map(|pair| &*pair.name)
}

/// Whether `name` is a parameter of the service, which may be empty: those of lists, of signatures, of answers to be.
fn is_parameter(name: &str) -> bool {
    const STARTS: [&str; 4] = ["response-", "x-oss-ac-", "x-oss-signature", "x-amz-"];
    let starts = |start: &&str| {
        let head = name.get(..start.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(start))
    };
    PARAMETERS.contains(&name) || STARTS.iter().any(starts)
}

const PARAMETERS: [&str; 42] = [
    "AWSAccessKeyId",
    "Expires",
    "OSSAccessKeyId",
    "Signature",
    "allow-unordered",
    "callback",
    "callback-var",
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "key-marker",
    "list-type",
    "marker",
    "max-keys",
    "max-parts",
    "max-uploads",
    "part-number-marker",
    "prefix",
    "security-token",
    "sequential",
    "start-after",
    "tag-key",
    "tag-value",
    "upload-id-marker",
    "version-id-marker",
    "versionId",
    "withHashContext",
    "x-id",
    "x-oss-access-key-id",
    "x-oss-access-point-name",
    "x-oss-additional-headers",
    "x-oss-credential",
    "x-oss-date",
    "x-oss-expires",
    "x-oss-hash-ctx",
    "x-oss-md5-ctx",
    "x-oss-process",
    "x-oss-request-payer",
    "x-oss-security-token",
    "x-oss-traffic-limit",
    "x-oss-user-agent",
];

/// By name, without regard to case. What accompanies a sub-resource (`partNumber`, `comp`) is among them: alone it means nothing.
const LISTED: [&str; 97] = [
    "MetaQuery",
    "accessPoint",
    "accessPointConfigForObjectProcess",
    "accessPointForObjectProcess",
    "accessPointPolicy",
    "accessPointPolicyForObjectProcess",
    "accessmonitor",
    "acl",
    "append",
    "asyncFetch",
    "bucketArchiveDirectRead",
    "bucketInfo",
    "callbackPolicy",
    "cleanRestoredObject",
    "cloudboxes",
    "cname",
    "comp",
    "cors",
    "dataAccelerator",
    "dataPipeline",
    "delete",
    "encryption",
    "endTime",
    "group",
    "httpsConfig",
    "img",
    "inventory",
    "inventoryId",
    "legalHold",
    "lifecycle",
    "link",
    "live",
    "location",
    "logging",
    "objectInfo",
    "objectMeta",
    "objectWorm",
    "overwriteConfig",
    "partNumber",
    "policy",
    "policyStatus",
    "position",
    "processConfiguration",
    "publicAccessBlock",
    "qos",
    "qosInfo",
    "qosRequester",
    "redundancyTransition",
    "referer",
    "regionList",
    "regions",
    "replication",
    "replicationLocation",
    "replicationProgress",
    "requestPayment",
    "requesterQosInfo",
    "resourceGroup",
    "resourcePool",
    "resourcePoolBuckets",
    "resourcePoolInfo",
    "responseHeader",
    "restore",
    "retention",
    "rtc",
    "seal",
    "startTime",
    "stat",
    "status",
    "style",
    "styleName",
    "symlink",
    "tagging",
    "transferAcceleration",
    "udf",
    "udfApplication",
    "udfApplicationLog",
    "udfId",
    "udfImage",
    "udfImageDesc",
    "udfName",
    "uploadId",
    "uploads",
    "userDefinedLogFieldsConfig",
    "versioning",
    "versions",
    "vip",
    "vod",
    "vpcip",
    "website",
    "worm",
    "wormExtend",
    "wormId",
    "x-oss-async-process",
    "x-oss-delete",
    "x-oss-dir",
    "x-oss-rename",
    "x-oss-write-get-object-response",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_unique() {
        assert!(LISTED.is_sorted_by(|a, b| a < b));
        assert!(PARAMETERS.is_sorted_by(|a, b| a < b));
    }

    /// The rule about bare names with a digit rests on this.
    #[test]
    fn no_listed_name_has_a_digit() {
        for name in LISTED {
            assert!(!name.bytes().any(|byte| byte.is_ascii_digit()), "{name}");
        }
    }
}
