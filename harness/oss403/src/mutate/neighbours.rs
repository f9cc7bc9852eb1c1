//! Neighbouring checks of the reference server's table, and the pairs of them whose order no request can tell.
//!
//! Two checks are neighbours when nothing but guards stands between them. To exchange two neighbours is a fault that a scenario with two
//! faults at once notices, unless no request can meet both, or both find the same thing: these pairs stand in [`EXCLUSIVE`], each with its
//! reason. Tests hold that every pair of neighbours has the one or the other.

use oss_reference::checks::{Check, Row, TABLE};

/// Two neighbouring checks whose order makes no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExclusivePair {
    /// The check that stands first in the table.
    pub first: &'static str,
    /// The check that comes next.
    pub second: &'static str,
    /// Why no request can tell which of them is asked first.
    pub reason: &'static str,
}

/// Every pair of neighbouring checks, in the order of the table, guards left out.
pub fn neighbours() -> impl Iterator<Item = (&'static Check, &'static Check)> {
    let checks = || {
        TABLE.iter().filter_map(|row| match row {
            Row::Check(check) => Some(check),
            Row::Guard(_) => None,
        })
    };
    checks().zip(checks().skip(1))
}

/// The reviewed reason why exchanging two neighbours changes nothing; `None` when a scenario must notice it.
pub fn exclusive(first: &str, second: &str) -> Option<&'static str> {
    EXCLUSIVE
        .iter()
        .find(|pair| pair.first == first && pair.second == second)
        .map(|pair| pair.reason)
}

/// The pairs, in the order of the table.
// One pair stands on two lines, so that the list reads as the table it belongs to.
#[rustfmt::skip]
pub static EXCLUSIVE: &[ExclusivePair] = &[
    pair("transfer-acceleration", "bucket-region",
        "the one looks at requests to the accelerate host alone, the other passes them over"),
    pair("path-style", "standard-host",
        "a host is of one class: service, S3 and IP hosts are the business of the one, foreign and region-less hosts that of the other"),
    pair("cors-preflight", "bucket-status",
        "the one answers preflights and the other passes them over: a preflight goes no further"),
    pair("signature-version", "url-auth-parameters",
        "one needs a signature that can be read whole, the other a URL in which a part of it is missing"),
    pair("url-auth-parameters", "url-auth-date",
        "both report the first fault that reading the URL has found, and there is one such fault"),
    pair("url-auth-date", "url-auth-expiry",
        "an Expires that is no number is no time that could be past"),
    pair("url-auth-expiry", "valid-date",
        "only a URL can have expired, and only a header can lack its date; a request has one signature"),
    pair("security-token-valid", "security-token-match",
        "a token that stands for no session belongs to no key"),
    pair("post-policy-conditions", "anonymous-operation",
        "the one looks at PostObject alone, which anonymous callers may ask for"),
    pair("anonymous-operation", "referer",
        "the one looks at operations on the service and at making buckets, the other at objects"),
    pair("bucket-ownership", "object-acl",
        "the rights that a request needs are all management, or all of objects"),
    pair("public-acl", "feature-open",
        "the one looks at ACLs of buckets and objects, the other at configurations that have none"),
    pair("feature-open", "copy-region",
        "the one looks at configurations of a bucket, the other at copies"),
    pair("object-state", "hierarchical-namespace",
        "the one looks at operations that read bytes; renaming and directories read none"),
    pair("hierarchical-namespace", "kms-service",
        "renaming and directories neither encrypt nor decrypt"),
    pair("kms-key", "retention-lock",
        "the one looks at operations that encrypt or decrypt, the other at retention policies"),
    pair("retention-lock", "image",
        "the one looks at retention policies, the other at reading an object"),
    pair("image", "cname-reserved",
        "the one looks at reading an object, the other at PutCname"),
    pair("cname-ownership", "cname-proof",
        "a domain is bound to a bucket of another account, or it is not"),
    pair("cname-proof", "kms-default",
        "the one looks at PutCname, the other at PutBucketEncryption"),
    pair("kms-default", "public-policy",
        "the one looks at PutBucketEncryption, the other at PutBucketPolicy"),
    pair("public-policy", "logging-target",
        "the one looks at PutBucketPolicy, the other at PutBucketLogging"),
];

const fn pair(first: &'static str, second: &'static str, reason: &'static str) -> ExclusivePair {
    ExclusivePair {
        first,
        second,
        reason,
    }
}
