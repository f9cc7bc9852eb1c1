//! How deep the ledger goes: it is held to lists written from the documentation, and whatever stands in one of them has its instance.

use std::collections::{BTreeMap, BTreeSet};

use oss403_case::{Instance, Ledger};
use serde_json::Value;

use crate::edited::{operation, sender};
use crate::support::{cases, texts};

/// The condition operators of the policy language (help page: Policy elements).
const OPERATORS: [&str; 21] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "IpAddress",
    "NotIpAddress",
];

/// The condition keys (help pages: Policy elements, RAM Policy); what ends with `/` is followed by the key of a tag.
const KEYS: [&str; 14] = [
    "acs:SourceIp",
    "acs:SecureTransport",
    "acs:SourceVpc",
    "acs:CurrentTime",
    "acs:UserAgent",
    "acs:AccessId",
    "acs:MFAPresent",
    "oss:Prefix",
    "oss:Delimiter",
    "oss:BucketTag/",
    "oss:ExistingObjectTag/",
    "oss:RequestObjectTag/",
    "oss:x-oss-acl",
    "oss:x-oss-object-acl",
];

const UNKNOWN: &[&str] = &["anonymous"];
const STRANGERS: &[&str] = &["ram-user", "other-account", "role"];
const EVERYBODY_ELSE: &[&str] = &["anonymous", "ram-user", "other-account", "role"];

/// Who gets which refusal for what, once no policy has spoken (help pages: Authentication, steps 4.2 and 5; OSS permission; EC
/// 0003-00000001 to -08, -905, -1201). Rows that are answered with a refusal outside the documented list are left out.
const DECISIONS: &[(&[&str], &[&str], &str)] = &[
    (&["ListBuckets"], UNKNOWN, "anonymous-operation"),
    (&["DescribeRegions"], UNKNOWN, "anonymous-operation"),
    (&["DescribeRegions"], &["ram-user"], "access-denied"),
    (
        &["PutBucket", "PutBucketAcl"],
        UNKNOWN,
        "anonymous-operation",
    ),
    (
        &[
            "ListObjects",
            "ListObjectsV2",
            "ListObjectVersions",
            "ListMultipartUploads",
        ],
        UNKNOWN,
        "anonymous-bucket",
    ),
    (
        &[
            "ListObjectsV2",
            "ListObjectVersions",
            "ListMultipartUploads",
        ],
        &["ram-user", "other-account"],
        "bucket-not-belong",
    ),
    (
        &["ListObjects", "GetBucketAcl"],
        STRANGERS,
        "bucket-not-belong",
    ),
    (
        &[
            "GetBucketInfo",
            "GetBucketLocation",
            "GetBucketReferer",
            "GetBucketCors",
            "DeleteBucket",
        ],
        UNKNOWN,
        "anonymous-bucket",
    ),
    (
        &[
            "PutBucketReferer",
            "PutBucketCors",
            "PutBucketPolicy",
            "PutBucketLifecycle",
            "InitiateBucketWorm",
        ],
        UNKNOWN,
        "anonymous-bucket",
    ),
    (
        &[
            "GetBucketInfo",
            "GetBucketLocation",
            "GetBucketReferer",
            "GetBucketCors",
        ],
        &["other-account"],
        "bucket-not-belong",
    ),
    (
        &["DeleteBucket", "PutBucketPolicy", "PutBucketReferer"],
        &["ram-user", "other-account"],
        "bucket-not-belong",
    ),
    (&["GetBucketStat"], UNKNOWN, "anonymous-bucket"),
    (
        &["GetBucketStat"],
        &["ram-user", "other-account"],
        "access-denied",
    ),
    (&["GetObject"], EVERYBODY_ELSE, "bucket-acl"),
    (&["HeadObject", "GetObjectMeta"], UNKNOWN, "bucket-acl"),
    (&["GetObject"], EVERYBODY_ELSE, "object-acl-read"),
    (&["HeadObject", "GetObjectMeta"], UNKNOWN, "object-acl-read"),
    (&["PutObject", "DeleteObject"], EVERYBODY_ELSE, "bucket-acl"),
    (
        &["AppendObject", "CopyObject", "PostObject"],
        UNKNOWN,
        "bucket-acl",
    ),
    (
        &["PostObject"],
        &["ram-user", "other-account"],
        "bucket-acl",
    ),
    (&["DeleteObject"], EVERYBODY_ELSE, "object-acl-write"),
    (
        &["PutObject"],
        &["anonymous", "ram-user", "other-account"],
        "object-acl-write",
    ),
    (
        &[
            "InitiateMultipartUpload",
            "UploadPart",
            "CompleteMultipartUpload",
            "AbortMultipartUpload",
            "ListParts",
        ],
        UNKNOWN,
        "anonymous-object",
    ),
    (
        &["InitiateMultipartUpload", "UploadPart"],
        STRANGERS,
        "object-no-right",
    ),
    (
        &[
            "CompleteMultipartUpload",
            "AbortMultipartUpload",
            "ListParts",
        ],
        &["ram-user", "other-account"],
        "object-no-right",
    ),
    (&["GetObjectAcl"], EVERYBODY_ELSE, "object-acl-read-acl"),
    (&["PutObjectAcl"], EVERYBODY_ELSE, "object-acl-write-acl"),
    (
        &["GetObjectTagging", "DeleteObjectTagging"],
        UNKNOWN,
        "bucket-acl",
    ),
    (
        &["GetObjectTagging", "DeleteObjectTagging"],
        STRANGERS,
        "access-denied",
    ),
    (
        &["PutObjectTagging"],
        &["ram-user", "other-account"],
        "access-denied",
    ),
    (&["PutObject with tags"], &["ram-user"], "access-denied"),
];

/// The operations that change something (API reference).
const WRITES: [&str; 46] = [
    "PutBucket",
    "DeleteBucket",
    "PutBucketAcl",
    "PutBucketPolicy",
    "DeleteBucketPolicy",
    "PutBucketReferer",
    "PutBucketCors",
    "DeleteBucketCors",
    "PutBucketEncryption",
    "DeleteBucketEncryption",
    "PutBucketTagging",
    "DeleteBucketTagging",
    "PutBucketLifecycle",
    "DeleteBucketLifecycle",
    "PutBucketLogging",
    "PutBucketWebsite",
    "PutBucketVersioning",
    "PutBucketRequestPayment",
    "PutBucketTransferAcceleration",
    "PutBucketPublicAccessBlock",
    "DeleteBucketPublicAccessBlock",
    "InitiateBucketWorm",
    "AbortBucketWorm",
    "CompleteBucketWorm",
    "ExtendBucketWorm",
    "CreateCnameToken",
    "PutCname",
    "DeleteCname",
    "PutObject",
    "PostObject",
    "AppendObject",
    "CopyObject",
    "PutSymlink",
    "DeleteObject",
    "DeleteMultipleObjects",
    "PutObjectAcl",
    "PutObjectTagging",
    "DeleteObjectTagging",
    "RestoreObject",
    "Rename",
    "CreateDirectory",
    "InitiateMultipartUpload",
    "UploadPart",
    "UploadPartCopy",
    "CompleteMultipartUpload",
    "AbortMultipartUpload",
];

#[test]
fn every_operator_comes_into_force_in_a_deny_and_fails_in_an_allow() {
    let (denied, allowed) = (
        conditions("bucket-policy", "Deny"),
        conditions("bucket-acl", "Allow"),
    );
    for operator in OPERATORS {
        assert!(denied.contains_key(operator), "no Deny under {operator}");
        assert!(allowed.contains_key(operator), "no Allow under {operator}");
    }
}

#[test]
fn every_key_decides_a_refusal() {
    let keys: BTreeSet<String> = ["Deny", "Allow"]
        .iter()
        .flat_map(|effect| conditions("", effect).into_values().flatten())
        .collect();
    for key in KEYS {
        let named = |known: &String| match key.strip_suffix('/') {
            Some(_) => known.starts_with(key),
            None => known == key,
        };
        assert!(keys.iter().any(named), "no condition asks for {key}");
    }
}

#[test]
fn every_row_of_the_decision_table_has_its_twin() {
    let seen: BTreeSet<(String, &str, String)> = instances()
        .iter()
        .map(|instance| {
            let cause = instance.file.cause.clone();
            (
                operation(&instance.scenario),
                sender(&instance.scenario),
                cause,
            )
        })
        .collect();
    for (operations, senders, cause) in DECISIONS {
        for operation in *operations {
            for sender in *senders {
                let row = ((*operation).to_owned(), *sender, (*cause).to_owned());
                assert!(
                    seen.contains(&row),
                    "{operation} by {sender} is never refused with {cause}"
                );
            }
        }
    }
}

#[test]
fn every_write_is_refused_somewhere_and_looked_at() {
    let seen: BTreeSet<String> = instances()
        .iter()
        .filter(|instance| !instance.scenario.unchanged.is_empty())
        .map(|instance| operation(&instance.scenario))
        .collect();
    for write in WRITES {
        assert!(
            seen.contains(write),
            "no refused {write} says what must stay unchanged"
        );
    }
}

#[test]
fn refusals_before_the_object_is_looked_for_are_held_to_say_the_same_for_an_absent_one() {
    let held: BTreeSet<String> = instances()
        .iter()
        .filter(|instance| instance.scenario.expect.same_for.is_some())
        .map(|instance| instance.file.cause.clone())
        .collect();
    for cause in [
        "endpoint-mismatch",
        "second-level-domain",
        "transfer-acceleration",
        "cors-forbidden",
        "bucket-disabled",
        "user-disabled",
        "bucket-owner-abnormal",
        "referer-denied",
        "vpc-endpoint-policy",
        "authorizer-policy",
        "bucket-policy",
        "bucket-acl",
        "object-acl-read-acl",
        "object-acl-write-acl",
    ] {
        assert!(held.contains(cause), "{cause}");
    }
}

#[test]
fn every_cause_has_four_instances_and_every_file_can_be_read() {
    let mut counts = BTreeMap::<String, usize>::new();
    for instance in instances() {
        *counts.entry(instance.file.cause.clone()).or_default() += 1;
    }
    assert_eq!(counts.len(), 51);
    for (cause, count) in counts {
        assert!(count >= 4, "{cause} has {count} instances");
    }
    for (path, text) in texts() {
        assert!(text.lines().count() <= 400, "{path} is too long to be read");
    }
}

fn instances() -> Vec<Instance> {
    let ledger = Ledger::load(&cases()).unwrap_or_else(|found| panic!("{found:?}"));
    ledger.instances().collect()
}

/// The operators of all conditions under that effect in the instances of a cause (of all, when it is empty), with their keys.
fn conditions(cause: &str, effect: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for instance in instances() {
        if cause.is_empty() || instance.file.cause == cause {
            let scenario = serde_json::to_value(&*instance.scenario).unwrap();
            statements(&scenario, effect, &mut found);
        }
    }
    found
}

fn statements(value: &Value, effect: &str, found: &mut BTreeMap<String, BTreeSet<String>>) {
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| statements(item, effect, found)),
        Value::Object(map) => {
            if map.get("Effect").and_then(Value::as_str) == Some(effect) {
                let operators = map.get("Condition").and_then(Value::as_object);
                for (operator, keys) in operators.into_iter().flatten() {
                    let keys = keys.as_object().into_iter().flatten();
                    let names = keys.map(|(key, _)| key.clone());
                    found.entry(operator.clone()).or_default().extend(names);
                }
            }
            map.values()
                .for_each(|item| statements(item, effect, found));
        }
        _ => {}
    }
}
