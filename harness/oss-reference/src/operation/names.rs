//! Which names of a query are sub-resources.
//!
//! A sub-resource says *what* is asked. One that this server does not have must never be passed over: `DELETE /key?legalHold` is no
//! `DELETE /key`. A parameter says *how*, and OSS passes over those that it does not know: people add `?v=7` to the addresses of pictures.
//! A name counts as a sub-resource when
//!
//! 1. it is [listed](LISTED): an official SDK signs it or asks with it, or the API reference has it in the request line of an operation;
//! 2. it is a listed one in another case;
//! 3. it is bare (`?name` or `?name=`), and not a [parameter](is_parameter). Bare names with a digit (`?20231218`) do not count where an
//!    object is read: no sub-resource of an object has one, and that is how browsers are kept from their caches;
//! 4. it is a [word](WORDS) that some SDK signs, and that anybody may have written for something else: unless an object is read.
//!
//! 1 and 4 rest on the lists that the SDKs sign under V1 (Python, Java, Go, PHP, C#, C++, and the generated ones of
//! `alibabacloud-gateway-oss`), and on what the second editions of Go, Python, Java, PHP, C# and JavaScript ask with, as they stood in
//! November 2026. 2 and 3 are our own, so that a slip of the pen costs nobody an object.

use oss_auth::QueryPair;

use crate::request::Request;

/// The first sub-resource in the query that is not among `here`, which are those that the addressed resource has.
pub(super) fn foreign<'r>(
    request: &'r Request<'_>,
    here: impl Fn(&str) -> bool,
) -> Option<&'r str> {
    let reads_object = reads_object(request);
    first(request, |pair| {
        !here(&pair.name) && (is_listed(&pair.name) || (!reads_object && is_word(&pair.name)))
    })
}

/// The first sub-resource in the query of a request that is to be understood as having none.
pub(super) fn any<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let reads_object = reads_object(request);
    first(request, |pair| {
        let bare = pair.value.as_deref().is_none_or(str::is_empty) && !is_parameter(&pair.name);
        let unsaid = reads_object && pair.name.bytes().any(|byte| byte.is_ascii_digit());
        is_listed(&pair.name) || (bare && !unsaid)
    })
}

fn reads_object(request: &Request<'_>) -> bool {
    matches!(request.method, "GET" | "HEAD") && request.key().is_some()
}

fn is_word(name: &str) -> bool {
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(name))
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

const PARAMETERS: [&str; 47] = [
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
    "x-oss-enable-md5",
    "x-oss-enable-sha1",
    "x-oss-enable-sha256",
    "x-oss-expires",
    "x-oss-hash-ctx",
    "x-oss-md5-ctx",
    "x-oss-process",
    "x-oss-redundancy-transition-taskid",
    "x-oss-request-payer",
    "x-oss-security-token",
    "x-oss-target-redundancy-type",
    "x-oss-traffic-limit",
    "x-oss-user-agent",
];

/// Words that the generated SDKs sign, with a value.
const WORDS: [&str; 7] = [
    "action",
    "chunkNumber",
    "chunkSize",
    "copy",
    "partSize",
    "partUploadId",
    "verbose",
];

/// By name, without regard to case. What accompanies a sub-resource (`partNumber`, `comp`) is among them: alone it means nothing.
const LISTED: [&str; 121] = [
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
    "cacheConfiguration",
    "callbackPolicy",
    "cleanRestoredObject",
    "cloudboxes",
    "cname",
    "comp",
    "cors",
    "dataAccelerator",
    "dataPipeline",
    "delete",
    "deleteVectorIndex",
    "deleteVectors",
    "dfs",
    "dfsadmin",
    "dfssecurity",
    "encryption",
    "endTime",
    "eventnotification",
    "getVectorIndex",
    "getVectors",
    "group",
    "httpsConfig",
    "img",
    "inventory",
    "inventoryId",
    "legalHold",
    "lifecycle",
    "link",
    "listVectorIndexes",
    "listVectors",
    "live",
    "location",
    "logging",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
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
    "putVectorIndex",
    "putVectors",
    "qos",
    "qosInfo",
    "qosRequester",
    "queryVectors",
    "quota",
    "redundancyProgress",
    "redundancyTransition",
    "redundancyType",
    "referer",
    "regionList",
    "regions",
    "regionsV2",
    "replication",
    "replicationLocation",
    "replicationProgress",
    "requestPayment",
    "requesterQosInfo",
    "reservedcapacity",
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
    "userRegion",
    "versioning",
    "versions",
    "vip",
    "virtualBucket",
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

    /// The lists of the Go SDK (`signKeyList`), of the Java SDK (`SIGNED_PARAMTERS`) and of `alibabacloud-gateway-oss`, November 2026.
    const SIGNED_BY_SDKS: &str = "MetaQuery accessPoint accessPointConfigForObjectProcess accessPointForObjectProcess \
        accessPointPolicy accessPointPolicyForObjectProcess acl action append asyncFetch bucketArchiveDirectRead bucketInfo \
        cacheConfiguration callback callback-var chunkNumber chunkSize cleanRestoredObject cloudboxes cname comp continuation-token copy \
        cors dataAccelerator dataPipeline delete dfs dfsadmin dfssecurity encryption endTime eventnotification group httpsConfig img \
        inventory inventoryId legalHold lifecycle link live location logging metaQuery metadataConfiguration metadataInventoryTable \
        metadataJournalTable objectInfo objectMeta objectWorm overwriteConfig partNumber partSize partUploadId policy policyStatus \
        position processConfiguration publicAccessBlock qos qosInfo qosRequester quota redundancyProgress redundancyTransition \
        redundancyType referer regionList regionsV2 replication replicationLocation replicationProgress requestPayment requesterQosInfo \
        reservedcapacity resourceGroup resourcePool resourcePoolBuckets resourcePoolInfo response-cache-control \
        response-content-disposition response-content-encoding response-content-language response-content-type response-expires \
        responseHeader restore retention rtc seal security-token sequential startTime stat status style styleName symlink tagging \
        transferAcceleration udf udfApplication udfApplicationLog udfId udfImage udfImageDesc udfName uploadId uploads \
        userDefinedLogFieldsConfig userRegion verbose versionId versioning versions vip virtualBucket vod vpcip website withHashContext \
        worm wormExtend wormId x-oss-ac-forward-allow x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id x-oss-access-point-name \
        x-oss-async-process x-oss-delete x-oss-dir x-oss-enable-md5 x-oss-enable-sha1 x-oss-enable-sha256 x-oss-hash-ctx x-oss-md5-ctx \
        x-oss-process x-oss-redundancy-transition-taskid x-oss-rename x-oss-request-payer x-oss-security-token \
        x-oss-target-redundancy-type x-oss-traffic-limit x-oss-write-get-object-response";

    #[test]
    fn the_lists_are_sorted_and_unique() {
        assert!(WORDS.is_sorted_by(|a, b| a < b));
        assert!(LISTED.is_sorted_by(|a, b| a < b));
        assert!(PARAMETERS.is_sorted_by(|a, b| a < b));
    }

    /// The rule about bare names with a digit rests on this.
    #[test]
    fn no_listed_name_has_a_digit_but_one_of_the_service() {
        for name in LISTED.iter().filter(|name| **name != "regionsV2") {
            assert!(!name.bytes().any(|byte| byte.is_ascii_digit()), "{name}");
        }
    }

    /// Whatever V1 signs says what is asked, or how: nothing of it is passed over unseen.
    #[test]
    fn every_name_that_is_signed_is_known_here() {
        for name in SIGNED_BY_SDKS.split_whitespace() {
            assert!(
                is_listed(name) || is_word(name) || is_parameter(name),
                "{name}"
            );
        }
    }
}
