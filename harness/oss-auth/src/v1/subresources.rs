//! The query parameters that V1 signs.
//!
//! The page (Include signatures in the Authorization header) ends its list with "etc.", and every SDK has one
//! of its own. This is the union of the lists of the page and of the Python, Java, Go, PHP, C# and C++ SDKs, so
//! that what any of them signs is understood. Beyond it every `x-oss-*` parameter counts, as in the Go and PHP
//! SDKs.

/// Whether V1 signs a query parameter of this name. Names are case-sensitive.
#[must_use]
pub fn is_signed_subresource(name: &str) -> bool {
    name.starts_with("x-oss-") || LISTED.binary_search(&name).is_ok()
}

/// Sorted by bytes.
const LISTED: [&str; 112] = [
    "accessPoint",
    "accessPointPolicy",
    "acl",
    "append",
    "asyncFetch",
    "bucketArchiveDirectRead",
    "bucketInfo",
    "callback",
    "callback-var",
    "cloudboxes",
    "cname",
    "comp",
    "continuation-token",
    "cors",
    "delete",
    "encryption",
    "endTime",
    "group",
    "httpsConfig",
    "img",
    "inventory",
    "inventoryId",
    "lifecycle",
    "link",
    "live",
    "location",
    "logging",
    "metaQuery",
    "objectInfo",
    "objectMeta",
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
    "replication",
    "replicationLocation",
    "replicationProgress",
    "requestPayment",
    "requesterQosInfo",
    "resourceGroup",
    "resourcePool",
    "resourcePoolBuckets",
    "resourcePoolInfo",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "responseHeader",
    "restore",
    "rtc",
    "seal",
    "security-token",
    "sequential",
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
    "versionId",
    "versioning",
    "versions",
    "vip",
    "vod",
    "vpcip",
    "website",
    "withHashContext",
    "worm",
    "wormExtend",
    "wormId",
    "x-oss-ac-forward-allow",
    "x-oss-ac-source-ip",
    "x-oss-ac-subnet-mask",
    "x-oss-ac-vpc-id",
    "x-oss-access-point-name",
    "x-oss-async-process",
    "x-oss-delete",
    "x-oss-dir",
    "x-oss-enable-md5",
    "x-oss-enable-sha1",
    "x-oss-enable-sha256",
    "x-oss-hash-ctx",
    "x-oss-md5-ctx",
    "x-oss-process",
    "x-oss-redundancy-transition-taskid",
    "x-oss-rename",
    "x-oss-request-payer",
    "x-oss-security-token",
    "x-oss-target-redundancy-type",
    "x-oss-traffic-limit",
    "x-oss-write-get-object-response",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_unique() {
        assert!(LISTED.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn names_are_case_sensitive_and_signature_parameters_are_not_signed() {
        for name in LISTED.into_iter().chain(["x-oss-anything"]) {
            assert!(is_signed_subresource(name), "{name}");
        }
        for name in [
            "versionid",
            "ACL",
            "prefix",
            "OSSAccessKeyId",
            "Expires",
            "Signature",
            "X-Oss-Process",
            "x-oss",
            "",
        ] {
            assert!(!is_signed_subresource(name), "{name}");
        }
    }
}
