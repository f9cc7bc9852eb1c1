//! Policies: statements that allow and deny, of RAM and of buckets.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::Strategy;
use proptest::sample::select;
use serde_json::{Value, json};

const ACTIONS: [&str; 9] = [
    "oss:GetObject",
    "oss:PutObject",
    "oss:*",
    "oss:Get*",
    "oss:ListObjects",
    "oss:DeleteObject",
    "oss:GetObjectAcl",
    "oss:GetBucketAcl",
    "*",
];

const RESOURCES: [&str; 6] = [
    "acs:oss:*:*:${bucket}/*",
    "acs:oss:*:*:${bucket}",
    "acs:oss:*:*:${bucket}/k.txt",
    "acs:oss:*:*:${bucket}/d*",
    "*",
    "acs:oss:*:*:another-bucket/*",
];

fn condition() -> impl Strategy<Value = Value> {
    select(vec![
        json!({ "IpAddress": { "acs:SourceIp": "127.0.0.0/8" } }),
        json!({ "NotIpAddress": { "acs:SourceIp": "127.0.0.0/8" } }),
        json!({ "IpAddress": { "acs:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"] } }),
        json!({ "Bool": { "acs:SecureTransport": "true" } }),
        json!({ "Bool": { "acs:SecureTransport": "false" } }),
        json!({ "DateLessThan": { "acs:CurrentTime": "2000-01-01T00:00:00Z" } }),
        json!({ "DateGreaterThan": { "acs:CurrentTime": "2000-01-01T00:00:00Z" } }),
        json!({ "StringLike": { "acs:UserAgent": "*" } }),
        json!({ "StringEquals": { "oss:Prefix": "docs/" } }),
    ])
}

fn effect() -> impl Strategy<Value = &'static str> {
    select(vec!["Deny", "Allow"])
}

fn actions() -> impl Strategy<Value = Vec<&'static str>> {
    vec(select(ACTIONS.to_vec()), 1..=2)
}

fn resources() -> impl Strategy<Value = Vec<&'static str>> {
    vec(select(RESOURCES.to_vec()), 1..=2)
}

/// A statement of a RAM policy.
fn statement() -> impl Strategy<Value = Value> {
    let parts = (
        effect(),
        actions(),
        resources(),
        weighted(0.25, condition()),
    );
    parts.prop_map(|(effect, actions, resources, condition)| {
        let mut statement = json!({ "Effect": effect, "Action": actions, "Resource": resources });
        if let Some(condition) = condition {
            statement["Condition"] = condition;
        }
        statement
    })
}

/// A statement of a bucket policy.
pub(in crate::explore) fn bucket_statement() -> impl Strategy<Value = Value> {
    let principal = select(vec![
        "*",
        "${uid.ram-user}",
        "${uid.other-account}",
        "${uid.owner}",
    ]);
    (principal, statement()).prop_map(|(principal, statement)| {
        let mut placed = json!({ "Effect": statement["Effect"], "Principal": [principal] });
        let mut statement = statement;
        let reaches_owner = matches!(principal, "*" | "${uid.owner}");
        if reaches_owner && statement["Effect"] == "Deny" {
            // The owner has to be able to remove the bucket and what is in it.
            statement["Action"] = json!(["oss:GetObject", "oss:GetObjectAcl", "oss:GetBucketAcl"]);
        }
        for key in ["Action", "Resource", "Condition"] {
            if let Some(value) = statement.get(key) {
                placed[key] = value.clone();
            }
        }
        placed
    })
}

fn document(statements: &[Value]) -> Value {
    json!({ "Version": "1", "Statement": statements })
}

pub(in crate::explore) fn bucket_policy() -> impl Strategy<Value = Value> {
    vec(bucket_statement(), 1..=3).prop_map(|statements| document(&statements))
}

pub(in crate::explore) fn ram_policy() -> impl Strategy<Value = Value> {
    vec(statement(), 1..=3).prop_map(|statements| document(&statements))
}
