//! For every cause, requests that differ from a good one in a single defect. Expected causes are those of the help page "HTTP status
//! code 403", and of the answers that were seen besides; each `base` is the control that must pass.

use oss_policy::{BucketAcl, ObjectAcl};
use oss_reference::Cause::{self, *};
use oss_reference::world::{Encryption, Restoration, RetentionState, StorageClass};
use serde_json::json;

use crate::bases::{
    BMP, archived, cname, form, get, hotlinked, locked, logging, preflight, proven, put_encrypted,
    replace,
};
use crate::fixture::{Ask, NOW, OTHER, OWNER, Scheme, Setup, allow, content};

/// A good request, a defect, and what the defect is refused for.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) check: &'static str,
    pub(crate) cause: Cause,
    /// Prepares the world and gives the good request.
    pub(crate) base: fn(&mut Setup) -> Ask,
    /// Brings in the defect.
    pub(crate) edit: fn(&mut Setup, &mut Ask),
}

macro_rules! scenarios {
    ($($name:literal, $check:literal, $cause:expr, $base:expr, $edit:expr;)*) => {
        vec![$(Scenario { name: $name, check: $check, cause: $cause, base: $base, edit: $edit },)*]
    };
}

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = addressing();
    all.extend(authentication());
    all.extend(forms());
    all.extend(authorisation());
    all.extend(state());
    all.extend(observed());
    all
}

fn addressing() -> Vec<Scenario> {
    scenarios! {
        "accelerate-off", "transfer-acceleration", TransferAcceleration,
            |s| { s.bucket("bucket-one").acceleration = Some(true);
                  let mut a = get(s); a.host = "bucket-one.oss-accelerate.aliyuncs.test".into(); a },
            |s, _| s.bucket("bucket-one").acceleration = Some(false);
        "accelerate-never-set", "transfer-acceleration", TransferAcceleration,
            |s| get(s), |_, a| a.host = "bucket-one.oss-accelerate-overseas.aliyuncs.test".into();
        "wrong-region", "bucket-region", EndpointMismatch,
            |s| get(s), |_, a| a.host = "bucket-one.oss-cn-shanghai.aliyuncs.test".into();
        "wrong-region-anonymous", "bucket-region", EndpointMismatch,
            |s| s.ask("GET", "bucket-read", "/k.txt").anonymous(),
            |_, a| a.host = "bucket-read.oss-cn-shanghai-internal.aliyuncs.test".into();
        "foreign-host-other-region", "bucket-region", EndpointMismatch,
            |s| s.ask("GET", "bucket-two", "/?location"),
            |_, a| { a.host = "local.example:9933".into(); a.path = "/bucket-two/k.txt".into(); };
        "wrong-region-s3", "bucket-region", PermanentRedirect,
            |s| get(s).scheme(Scheme::S3), |_, a| a.host = "bucket-one.oss-cn-shanghai.aliyuncs.test".into();
        "path-style", "path-style", SecondLevelDomain,
            |s| get(s),
            |_, a| { a.host = "oss-cn-hangzhou.aliyuncs.test".into(); a.path = "/bucket-one/k.txt".into(); a.path_style = true; };
        "path-style-anonymous", "path-style", SecondLevelDomain,
            |s| s.ask("GET", "bucket-read", "/k.txt").anonymous(),
            |_, a| { a.host = "oss-cn-hangzhou.aliyuncs.test".into(); a.path = "/bucket-read/k.txt".into(); };
        "ip-address", "path-style", SecondLevelDomain,
            |s| s.ask("GET", "bucket-read", "/k.txt").anonymous(),
            |_, a| { a.host = "127.0.0.1:9403".into(); a.path = "/bucket-read/k.txt".into(); };
        "path-style-s3", "path-style", VirtualHostedStyle,
            |s| get(s).scheme(Scheme::S3),
            |_, a| { a.host = "s3.oss-cn-hangzhou.aliyuncs.test".into(); a.path = "/bucket-one/k.txt".into(); a.path_style = true; };
        "unbound-host", "standard-host", NonStandardHost,
            |s| s.ask("GET", "bucket-read", "/k.txt").anonymous(),
            |_, a| { a.host = "oss-unbound.example.org".into(); a.path = "/".into(); };
        "region-less-host", "standard-host", NonStandardHost,
            |s| get(s), |_, a| a.host = "bucket-one.oss.aliyuncs.test".into();
        "no-cors-rules", "cors-preflight", CorsNotEnabled,
            preflight, |s, _| s.bucket("bucket-one").cors = None;
        "cors-origin", "cors-preflight", CorsForbidden,
            preflight, |_, a| replace(a, "origin", "http://b.example");
        "cors-method", "cors-preflight", CorsForbidden,
            preflight, |_, a| replace(a, "access-control-request-method", "PUT");
        "cors-header", "cors-preflight", CorsForbidden,
            preflight, |_, a| replace(a, "access-control-request-headers", "x-oss-test, x-oss-other");
        "bucket-blocked", "bucket-status", BucketDisabled,
            |s| get(s),
            |s, _| { s.operate(json!({ "set": "bucket-status", "bucket": "bucket-one", "value": "disabled" })); };
        "owner-disabled", "owner-status", UserDisabled,
            |s| s.ask("GET", "bucket-read", "/k.txt").anonymous(),
            |s, _| { s.operate(json!({ "set": "account-status", "account": OWNER, "value": "in-debt" })); };
        "requester-disabled", "owner-status", UserDisabled,
            |s| s.ask("GET", "bucket-read", "/k.txt").by(&s.key("other-account")),
            |s, _| { s.operate(json!({ "set": "account-status", "account": OTHER, "value": "disabled" })); };
        "owner-abnormal", "owner-status", BucketOwnerAbnormal,
            |s| s.ask("GET", "bucket-read", "/k.txt").by(&s.key("other-account")),
            |s, _| { s.operate(json!({ "set": "account-status", "account": OWNER, "value": "abnormal" })); };
    }
}

fn authentication() -> Vec<Scenario> {
    scenarios! {
        "no-expires", "url-auth-parameters", UrlAuthMissingParameter,
            |s| get(s).scheme(Scheme::V1Url), |_, a| a.dropped.push("Expires");
        "no-key-id", "url-auth-parameters", UrlAuthMissingParameter,
            |s| get(s).scheme(Scheme::V1Url), |_, a| a.dropped.push("OSSAccessKeyId");
        "no-signature", "url-auth-parameters", UrlAuthMissingParameter,
            |s| get(s).scheme(Scheme::V1Url), |_, a| a.dropped.push("Signature");
        "empty-expires", "url-auth-parameters", UrlAuthMissingParameter,
            |s| get(s).scheme(Scheme::V1Url), |_, a| a.expires = Some(String::new());
        "expires-not-a-number", "url-auth-date", UrlAuthInvalidDate,
            |s| get(s).scheme(Scheme::V1Url), |_, a| a.expires = Some("abc".into());
        "v1-url-expired", "url-auth-expiry", UrlAuthExpired,
            |s| { let mut a = get(s).scheme(Scheme::V1Url); a.expires = Some(NOW.to_string()); a },
            |_, a| a.expires = Some((NOW - 1).to_string());
        "v2-url-expired", "url-auth-expiry", UrlAuthExpired,
            |s| get(s).scheme(Scheme::V2Url), |_, a| a.expires = Some((NOW - 60).to_string());
        "v4-url-expired", "url-auth-expiry", UrlAuthExpired,
            |s| { let mut a = get(s).scheme(Scheme::V4Url); a.signed_at = -60; a },
            |_, a| a.signed_at = -61;
        "key-charset", "access-key-charset", AccessKeyCharset,
            |s| get(s), |_, a| a.key.id = "bad!key".into();
        "unknown-key", "access-key-known", AccessKeyUnknown,
            |s| get(s), |_, a| a.key.id = "LTAI0000000000000000nope".into();
        "session-key-without-token", "access-key-known", TokenLost,
            |s| { let key = s.session(None); get(s).by(&key) }, |_, a| a.key.token = None;
        "plain-key-with-token", "access-key-known", AccessKeyUnknown,
            |s| get(s), |_, a| a.key.token = Some("x".into());
        "disabled-key", "access-key-enabled", AccessKeyDisabled,
            |s| { let key = s.user(allow("oss:GetObject", "bucket-one/*")); get(s).by(&key) },
            |s, a| { s.operate(json!({ "set": "key-status", "access_key_id": a.key.id, "value": "inactive" })); };
        "key-from-elsewhere", "access-key-enabled", AccessKeyDisabled,
            |s| { let key = s.user(allow("oss:GetObject", "bucket-one/*"));
                  s.operate(json!({ "set": "key-networks", "access_key_id": key.id, "value": ["127.0.0.0/8"] }));
                  get(s).by(&key) },
            |_, a| a.peer = ([192, 0, 2, 1], 4000).into();
        "token-invalid", "security-token-valid", SecurityTokenInvalid,
            |s| { let key = s.session(None); get(s).by(&key) }, |_, a| a.key.token = Some("not-a-token".into());
        "token-of-another-key", "security-token-match", SecurityTokenMismatch,
            |s| { let key = s.session(None); get(s).by(&key) },
            |s, a| a.key.token = s.session(None).token;
        "token-expired", "security-token-life", SecurityTokenExpired,
            |s| { let key = s.session(None); let mut a = get(s).by(&key); a.at = NOW + 899; a },
            |_, a| a.at = NOW + 900;
        "region-without-tokens", "security-token-region", SecurityTokenRegion,
            |s| { let key = s.session(None); get(s).by(&key) },
            |s, _| { s.operate(json!({ "set": "sts-in-region", "account": OWNER, "region": "cn-hangzhou", "value": "refused" })); };
        "operation-without-tokens", "security-token-interface", SecurityTokenInterface,
            |s| { let key = s.session(None); s.ask_service("GET", "/").by(&key) },
            |s, _| { s.operate(json!({ "set": "sts-in-operation", "account": OWNER, "operation": "ListBuckets", "value": "refused" })); };
        "v1-past", "clock-skew", TimeSkewed,
            |s| { let mut a = get(s); a.signed_at = -900; a }, |_, a| a.signed_at = -901;
        "v1-future", "clock-skew", TimeSkewed,
            |s| { let mut a = get(s); a.signed_at = 900; a }, |_, a| a.signed_at = 901;
        "v2-past", "clock-skew", TimeSkewed,
            |s| get(s).scheme(Scheme::V2), |_, a| a.signed_at = -960;
        "v4-past", "clock-skew", TimeSkewed,
            |s| get(s).scheme(Scheme::V4), |_, a| a.signed_at = -960;
        "s3-future", "clock-skew", TimeSkewed,
            |s| get(s).scheme(Scheme::S3), |_, a| a.signed_at = 960;
        "url-with-old-date-header", "clock-skew", TimeSkewed,
            |s| get(s).scheme(Scheme::V1Url), |_, a| a.headers.push(("x-oss-date".into(), "20231218T070000Z".into()));
        "v1-secret", "signature", SignatureMismatch, |s| get(s), |_, a| a.key.secret.push('x');
        "v1-url-secret", "signature", SignatureMismatch, |s| get(s).scheme(Scheme::V1Url), |_, a| a.key.secret.push('x');
        "v2-secret", "signature", SignatureMismatch, |s| get(s).scheme(Scheme::V2), |_, a| a.key.secret.push('x');
        "v2-url-secret", "signature", SignatureMismatch, |s| get(s).scheme(Scheme::V2Url), |_, a| a.key.secret.push('x');
        "v4-secret", "signature", SignatureMismatch, |s| get(s).scheme(Scheme::V4), |_, a| a.key.secret.push('x');
        "v4-url-secret", "signature", SignatureMismatch, |s| get(s).scheme(Scheme::V4Url), |_, a| a.key.secret.push('x');
        "s3-secret", "signature", SignatureMismatch, |s| get(s).scheme(Scheme::S3), |_, a| a.key.secret.push('x');
        "form-signature", "signature", SignatureMismatch,
            |s| form(s, json!([["starts-with", "$key", ""]]), &[("key", "a.txt")]),
            |_, a| a.fields.as_mut().expect("a form").iter_mut().for_each(|(n, v)| if n == "Signature" { *v = "AAAA".into() });
    }
}

fn forms() -> Vec<Scenario> {
    scenarios! {
        "policy-expired", "post-policy-expiry", PostPolicyExpired,
            |s| form(s, json!([["content-length-range", 0, 1_048_576]]), &[("key", "a.txt")]),
            |s, a| *a = s.ask("POST", "bucket-one", "/").form("2014-12-01T12:00:00.000Z", json!([["content-length-range", 0, 1_048_576]]), &[("key", "a.txt")]);
        "key-prefix", "post-policy-conditions", PostPolicyConditionFailed,
            |s| form(s, json!([["starts-with", "$key", "user/eric/"]]), &[("key", "user/eric/x.txt")]),
            |s, a| *a = form(s, json!([["starts-with", "$key", "user/eric/"]]), &[("key", "elsewhere.txt")]);
        "bucket-condition", "post-policy-conditions", PostPolicyConditionFailed,
            |s| form(s, json!([{ "bucket": "bucket-one" }]), &[("key", "a.txt")]),
            |s, a| *a = form(s, json!([{ "bucket": "johnsmith" }]), &[("key", "a.txt")]);
        "content-type", "post-policy-conditions", PostPolicyContentType,
            |s| form(s, json!([["eq", "$Content-Type", "image/png"]]), &[("key", "a.txt"), ("Content-Type", "image/png")]),
            |s, a| *a = form(s, json!([["eq", "$Content-Type", "image/png"]]), &[("key", "a.txt"), ("Content-Type", "text/plain")]);
        "content-type-of-the-file", "post-policy-conditions", PostPolicyContentType,
            |s| { let mut a = form(s, json!([["eq", "$Content-Type", "image/png"]]), &[("key", "a.txt")]); a.file_type = Some("image/png".into()); a },
            |_, a| a.file_type = Some("text/plain".into());
        "form-of-a-poor-user", "bucket-acl", BucketAcl,
            |s| form(s, json!([["starts-with", "$key", ""]]), &[("key", "a.txt")]),
            |s, a| { let key = s.poor_user(); *a = s.ask("POST", "bucket-one", "/").by(&key).form("2023-12-18T09:00:00.000Z", json!([["starts-with", "$key", ""]]), &[("key", "a.txt")]); };
        "anonymous-form", "bucket-acl", BucketAcl,
            |s| { let mut a = s.ask("POST", "bucket-write", "/").anonymous(); a.fields = Some(vec![("key".into(), "a.txt".into())]); a },
            |s, _| s.bucket("bucket-write").acl = oss_policy::BucketAcl::PublicRead;
    }
}

fn authorisation() -> Vec<Scenario> {
    scenarios! {
        "anonymous-regions", "anonymous-operation", AnonymousOperation,
            |s| s.ask_service("GET", "/?regions"), |_, a| a.scheme = Scheme::None;
        "anonymous-list-buckets", "anonymous-operation", AnonymousOperation,
            |s| s.ask_service("GET", "/"), |_, a| a.scheme = Scheme::None;
        "anonymous-put-bucket", "anonymous-operation", AnonymousOperation,
            |s| s.ask("PUT", "new-name", "/"), |_, a| a.scheme = Scheme::None;
        "referer-elsewhere", "referer", RefererDenied, hotlinked, |_, a| replace(a, "referer", "http://evil.example/");
        "referer-empty", "referer", RefererDenied, hotlinked, |_, a| a.headers.clear();
        "referer-blacklisted", "referer", RefererDenied, hotlinked, |_, a| replace(a, "referer", "http://bad.good.example");
        "referer-signed-url", "referer", RefererDenied,
            |s| { hotlinked(s); s.ask("GET", "bucket-read", "/k.txt").header("referer", "http://evil.example/") },
            |_, a| a.scheme = Scheme::V1Url;
        "vpc-endpoint", "vpc-endpoint-policy", VpcEndpointPolicy,
            |s| { let made = s.operate(json!({ "create": "vpc-endpoint", "account": OWNER }));
                  let mut a = get(s); a.vpc = made["endpoint"].as_str().map(str::to_owned); a },
            |s, a| { let policy = json!({ "Version": "1", "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "oss:*",
                         "Resource": ["acs:oss:*:*:bucket-two", "acs:oss:*:*:bucket-two/*"] }] });
                     s.operate(json!({ "set": "vpc-endpoint-policy", "endpoint": a.vpc, "value": policy })); };
        "session-policy", "session-policy", AuthorizerPolicy,
            |s| { let key = s.session(Some(allow("oss:PutObject", "bucket-one/*"))); s.ask("PUT", "bucket-one", "/n.txt").by(&key) },
            |_, a| { a.method = "GET".into(); a.path = "/k.txt".into(); };
        "copy-source-outside-session-policy", "session-policy", AuthorizerPolicy,
            |s| { let statements = json!([{ "Effect": "Allow", "Action": ["oss:PutObject", "oss:GetObject"], "Resource": "acs:oss:*:*:bucket-one/*" }]);
                  let key = s.session(Some(statements)); s.ask("PUT", "bucket-one", "/c.txt").by(&key).header("x-oss-copy-source", "/bucket-one/k.txt") },
            |_, a| replace(a, "x-oss-copy-source", "/bucket-read/k.txt");
        "bucket-policy-deny", "explicit-deny", BucketPolicy,
            |s| { let key = s.user(allow("oss:GetObject", "bucket-one/*")); get(s).by(&key) },
            |s, a| { let uid = a.key.uid.clone(); s.set_policy("bucket-one", json!([{ "Effect": "Deny", "Principal": [uid],
                         "Action": ["oss:GetObject"], "Resource": [format!("acs:oss:*:{OWNER}:bucket-one/*")] }])); };
        "ram-policy-deny", "explicit-deny", RamPolicyDeny,
            |s| { let key = s.user(allow("oss:GetObject", "bucket-one/*")); get(s).by(&key) },
            |s, a| { let policy = json!({ "Version": "1", "Statement": [
                         { "Effect": "Allow", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:bucket-one/*" },
                         { "Effect": "Deny", "Action": "oss:Get*", "Resource": "*" }] });
                     s.operate(json!({ "set": "ram-policy", "account": OWNER, "user": a.key.uid, "value": policy })); };
        "foreign-bucket-acl", "bucket-ownership", BucketNotBelong,
            |s| s.ask("GET", "bucket-one", "/?acl"), |s, a| a.key = s.key("other-account");
        "poor-list", "bucket-ownership", BucketNotBelong,
            |s| s.ask("GET", "bucket-one", "/"), |s, a| a.key = s.poor_user();
        "foreign-put-policy", "bucket-ownership", BucketNotBelong,
            |s| s.ask("PUT", "bucket-one", "/?policy"), |s, a| a.key = s.key("other-account");
        "foreign-delete-bucket", "bucket-ownership", BucketNotBelong,
            |s| s.ask("DELETE", "bucket-one", "/"), |s, a| a.key = s.key("other-account");
        "anonymous-list", "bucket-ownership", AnonymousBucket,
            |s| { s.set_policy("bucket-read", json!([{ "Effect": "Allow", "Principal": "*", "Action": "oss:ListObjects", "Resource": "acs:oss:*:*:bucket-read" }]));
                  s.ask("GET", "bucket-read", "/?list-type=2").anonymous() },
            |s, _| s.bucket("bucket-read").policy = None;
        "anonymous-put-referer", "bucket-ownership", AnonymousBucket,
            |s| s.ask("PUT", "bucket-one", "/?referer"), |_, a| a.scheme = Scheme::None;
        "poor-stat", "bucket-ownership", AccessDenied,
            |s| s.ask("GET", "bucket-one", "/?stat"), |s, a| a.key = s.poor_user();
        "poor-list-buckets", "bucket-ownership", ListBucketsForbidden,
            |s| s.ask_service("GET", "/"), |s, a| a.key = s.poor_user();
        "poor-put-bucket", "bucket-ownership", PutBucketForbidden,
            |s| s.ask("PUT", "new-name", "/"), |s, a| a.key = s.poor_user();
        "private-object", "object-acl", ObjectAclRead,
            |s| s.ask("GET", "bucket-read", "/k.txt").anonymous(), |s, _| s.object("bucket-read").acl = ObjectAcl::Private;
        "private-object-poor", "object-acl", ObjectAclRead,
            |s| { let key = s.poor_user(); s.ask("GET", "bucket-read", "/k.txt").by(&key) },
            |s, _| s.object("bucket-read").acl = ObjectAcl::Private;
        "delete-private-object", "object-acl", ObjectAclWrite,
            |s| s.ask("DELETE", "bucket-write", "/k.txt").anonymous(), |s, _| s.object("bucket-write").acl = ObjectAcl::Private;
        "overwrite-public-read-object", "object-acl", ObjectAclWrite,
            |s| s.ask("PUT", "bucket-write", "/k.txt").anonymous(), |s, _| s.object("bucket-write").acl = ObjectAcl::PublicRead;
        "read-acl", "object-acl", ObjectAclReadAcl,
            |s| s.ask("GET", "bucket-one", "/k.txt?acl"), |s, a| a.key = s.poor_user();
        "read-acl-anonymous", "object-acl", ObjectAclReadAcl,
            |s| s.ask("GET", "bucket-write", "/k.txt?acl"), |_, a| a.scheme = Scheme::None;
        "write-acl", "object-acl", ObjectAclWriteAcl,
            |s| s.ask("PUT", "bucket-one", "/k.txt?acl").header("x-oss-object-acl", "public-read"), |s, a| a.key = s.poor_user();
        "write-acl-anonymous", "object-acl", ObjectAclWriteAcl,
            |s| s.ask("PUT", "bucket-write", "/k.txt?acl"), |_, a| a.scheme = Scheme::None;
        "private-bucket-anonymous", "bucket-acl", Cause::BucketAcl,
            |s| s.ask("GET", "bucket-read", "/k.txt").anonymous(), |s, _| s.bucket("bucket-read").acl = BucketAcl::Private;
        "private-bucket-poor", "bucket-acl", Cause::BucketAcl,
            |s| get(s), |s, a| a.key = s.poor_user();
        "private-bucket-poor-put", "bucket-acl", Cause::BucketAcl,
            |s| s.ask("PUT", "bucket-one", "/n.txt"), |s, a| a.key = s.poor_user();
        "foreign-account-needs-bucket-policy", "bucket-acl", Cause::BucketAcl,
            |s| { s.set_policy("bucket-one", json!([{ "Effect": "Allow", "Principal": [OTHER], "Action": "oss:GetObject", "Resource": "acs:oss:*:*:bucket-one/*" }]));
                  get(s).by(&s.key("other-account")) },
            |s, _| s.bucket("bucket-one").policy = None;
        "absent-object-anonymous", "bucket-acl", Cause::BucketAcl,
            |s| s.ask("PUT", "bucket-write", "/absent.txt").anonymous(), |s, _| s.bucket("bucket-write").acl = BucketAcl::PublicRead;
        "block-public-access", "bucket-acl", Cause::BucketAcl,
            |s| s.ask("GET", "bucket-read", "/k.txt").anonymous(), |s, _| s.bucket("bucket-read").block_public_access = true;
        "copy-source", "bucket-acl", Cause::BucketAcl,
            |s| { let key = s.user(json!([{ "Effect": "Allow", "Action": "oss:PutObject", "Resource": "acs:oss:*:*:bucket-one/*" },
                      { "Effect": "Allow", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:bucket-one/*" }]));
                  s.ask("PUT", "bucket-one", "/c.txt").by(&key).header("x-oss-copy-source", "/bucket-one/k.txt") },
            |s, a| { s.bucket("bucket-read").acl = BucketAcl::Private; replace(a, "x-oss-copy-source", "/bucket-read/k.txt"); };
        "multipart-poor", "multipart-right", ObjectNoRight,
            |s| s.ask("POST", "bucket-one", "/m.bin?uploads"), |s, a| a.key = s.poor_user();
        "upload-part-anonymous", "multipart-right", AnonymousObject,
            |s| s.ask("PUT", "bucket-one", "/m.bin?partNumber=1&uploadId=U1"), |_, a| a.scheme = Scheme::None;
        "initiate-anonymous", "multipart-right", AnonymousObject,
            |s| s.ask("POST", "bucket-one", "/m.bin?uploads"), |_, a| a.scheme = Scheme::None;
        "tags-with-upload", "tagging-right", AccessDenied,
            |s| { let key = s.user(allow("oss:PutObject", "bucket-one/*")); s.ask("PUT", "bucket-one", "/t.txt").by(&key) },
            |_, a| a.headers.push(("x-oss-tagging".into(), "a=b".into()));
        "tagging-poor", "tagging-right", AccessDenied,
            |s| s.ask("GET", "bucket-one", "/k.txt?tagging"), |s, a| a.key = s.poor_user();
        "tagging-anonymous", "bucket-acl", Cause::BucketAcl,
            |s| s.ask("GET", "bucket-write", "/k.txt?tagging"), |_, a| a.scheme = Scheme::None;
    }
}

fn state() -> Vec<Scenario> {
    scenarios! {
        "copy-elsewhere", "copy-region", CopyCrossRegion,
            |s| s.ask("PUT", "bucket-two", "/c.txt").header("x-oss-copy-source", "/bucket-two/k.txt"),
            |_, a| replace(a, "x-oss-copy-source", "/bucket-one/k.txt");
        "part-copy-elsewhere", "copy-region", CopyCrossRegion,
            |s| s.ask("PUT", "bucket-two", "/c.txt?partNumber=1&uploadId=U1").header("x-oss-copy-source", "/bucket-two/k.txt"),
            |_, a| replace(a, "x-oss-copy-source", "/bucket-one/k.txt");
        "frozen", "object-state", ObjectState, archived, |s, _| s.object("bucket-one").restoration = None;
        "restoring", "object-state", ObjectState, archived,
            |s, _| s.object("bucket-one").restoration = Some(Restoration { ready: NOW + 1, expires: NOW + 100 });
        "frozen-again", "object-state", ObjectState, archived,
            |s, _| s.object("bucket-one").restoration = Some(Restoration { ready: NOW - 100, expires: NOW });
        "frozen-copy-source", "object-state", ObjectState,
            |s| s.ask("PUT", "bucket-one", "/c.txt").header("x-oss-copy-source", "/bucket-one/k.txt"),
            |s, _| s.object("bucket-one").storage_class = StorageClass::ColdArchive;
        "rename-without-namespace", "hierarchical-namespace", HnsDisabled,
            |s| { s.bucket("bucket-one").hierarchical_namespace = true;
                  s.ask("POST", "bucket-one", "/dst.txt?x-oss-rename").header("x-oss-rename-source", "k.txt") },
            |s, _| s.bucket("bucket-one").hierarchical_namespace = false;
        "kms-none", "kms-service", KmsNotActivated, |s| put_encrypted(s),
            |s, _| { s.operate(json!({ "set": "kms-status", "account": OWNER, "value": "none" })); };
        "kms-in-debt", "kms-service", KmsInDebt, |s| put_encrypted(s),
            |s, _| { s.operate(json!({ "set": "kms-status", "account": OWNER, "value": "in-debt" })); };
        "kms-overdue", "kms-service", KmsInDebtOverdue, |s| put_encrypted(s),
            |s, _| { s.operate(json!({ "set": "kms-status", "account": OWNER, "value": "overdue" })); };
        "kms-overdue-by-default", "kms-service", KmsInDebtOverdue,
            |s| { s.operate(json!({ "set": "kms-status", "account": OWNER, "value": "overdue" })); s.ask("PUT", "bucket-one", "/new.txt") },
            |s, _| s.bucket("bucket-one").encryption = Some(Encryption { algorithm: "KMS".into(), ..Encryption::default() });
        "kms-anonymous", "kms-key", KmsForbidden,
            |s| s.ask("GET", "bucket-read", "/k.txt").anonymous(),
            |s, _| s.object("bucket-read").encryption = Some(Encryption { algorithm: "KMS".into(), ..Encryption::default() });
        "kms-decrypt", "kms-key", KmsForbidden,
            |s| { s.object("bucket-one").encryption = Some(Encryption { algorithm: "KMS".into(), ..Encryption::default() });
                  let key = s.user(json!([{ "Effect": "Allow", "Action": ["oss:GetObject", "kms:Decrypt"], "Resource": "*" }])); get(s).by(&key) },
            |s, a| a.key = s.user(json!([{ "Effect": "Allow", "Action": ["oss:GetObject", "kms:GenerateDataKey"], "Resource": "*" }]));
        "kms-generate", "kms-key", KmsForbidden,
            |s| { let key = s.user(json!([{ "Effect": "Allow", "Action": ["oss:PutObject", "kms:GenerateDataKey"], "Resource": "*" }])); put_encrypted(s).by(&key) },
            |s, a| a.key = s.user(json!([{ "Effect": "Allow", "Action": ["oss:PutObject", "kms:Decrypt"], "Resource": "*" }]));
        "worm-abort", "retention-lock", WormLocked,
            |s| { locked(s, RetentionState::InProgress); s.ask("DELETE", "bucket-one", "/?worm") },
            |s, _| locked(s, RetentionState::Locked);
        "worm-complete", "retention-lock", WormLocked,
            |s| { locked(s, RetentionState::InProgress); s.ask("POST", "bucket-one", "/?wormId=W1") },
            |s, _| locked(s, RetentionState::Locked);
        "damaged-picture", "image", ImageDamage,
            |s| { s.object("bucket-one").content = content(BMP); s.ask("GET", "bucket-one", "/k.txt?x-oss-process=image/resize,w_10") },
            |s, _| { let mut jpeg = vec![0xff, 0xd8, 0xff, 0xe0]; jpeg.resize(200, 0); s.object("bucket-one").content = content(&jpeg); };
        "cname-of-another", "cname-ownership", CnameDenied,
            |s| { s.operate(json!({ "set": "domain-ownership", "domain": "d.example", "account": OWNER, "value": "proven" }));
                  s.ask("POST", "bucket-one", "/?cname&comp=add")
                      .body("<BucketCnameConfiguration><Cname><Domain>D.example</Domain></Cname></BucketCnameConfiguration>") },
            |s, _| { s.operate(json!({ "set": "domain-ownership", "domain": "d.example", "account": OWNER, "value": "none" }));
                     let theirs = oss_reference::world::Bucket::new("their-bucket", OTHER, "cn-hangzhou", NOW);
                     s.world.buckets.insert("their-bucket".into(), theirs);
                     s.world.cnames.insert("d.example".into(), "their-bucket".into()); };
    }
}

/// What the 403 page does not list and the service gives.
fn observed() -> Vec<Scenario> {
    scenarios! {
        "date-in-words", "valid-date", DateInvalid,
            |s| get(s).header("x-oss-date", "20231218T080000Z"), |_, a| replace(a, "x-oss-date", "yesterday");
        "date-without-zone", "valid-date", DateInvalid,
            |s| get(s).header("date", "Mon, 18 Dec 2023 08:00:00 GMT"), |_, a| replace(a, "date", "2023-12-18");
        "deny-on-both-sides", "explicit-deny", RamAndBucketPolicyDeny,
            |s| { let key = s.user(allow("oss:GetObject", "bucket-one/*")); get(s).by(&key) },
            |s, a| { let uid = a.key.uid.clone();
                     s.set_policy("bucket-one", json!([{ "Effect": "Deny", "Principal": [uid], "Action": "oss:GetObject", "Resource": "acs:oss:*:*:bucket-one/*" }]));
                     let policy = json!({ "Version": "1", "Statement": [{ "Effect": "Deny", "Action": "oss:GetObject", "Resource": "*" }] });
                     s.operate(json!({ "set": "ram-policy", "account": OWNER, "user": a.key.uid, "value": policy })); };
        "requester-does-not-pay", "requester-pays", RequesterPays,
            |s| { s.bucket("bucket-read").requester_pays = true;
                  s.ask("GET", "bucket-read", "/k.txt").by(&s.key("other-account")).header("x-oss-request-payer", "requester") },
            |_, a| a.headers.clear();
        "public-bucket-blocked", "public-acl", PublicAclBlocked,
            |s| s.ask("PUT", "bucket-one", "/?acl").header("x-oss-acl", "public-read"),
            |s, _| s.bucket("bucket-one").block_public_access = true;
        "public-bucket-to-be-blocked", "public-acl", PublicAclBlocked,
            |s| s.ask("PUT", "new-name", "/").header("x-oss-acl", "public-read-write"),
            |s, _| s.world.accounts.get_mut(OWNER).expect("the account exists").block_public_access = true;
        "public-object-blocked", "public-acl", PublicObjectAclBlocked,
            |s| s.ask("PUT", "bucket-one", "/k.txt").header("x-oss-object-acl", "public-read"),
            |s, _| s.bucket("bucket-one").block_public_access = true;
        "public-policy-blocked", "public-policy", PublicPolicyBlocked,
            |s| s.ask("PUT", "bucket-one", "/?policy").body(r#"{"Version":"1","Statement":[{"Effect":"Allow","Principal":"*","Action":"oss:GetObject","Resource":"acs:oss:*:*:bucket-one/*"}]}"#),
            |s, _| s.bucket("bucket-one").block_public_access = true;
        "feature-closed", "feature-open", FeatureGated,
            |s| s.ask("GET", "bucket-one", "/?dataAccelerator"),
            |s, _| { s.operate(json!({ "set": "feature", "account": OWNER, "feature": "dataAccelerator", "value": "closed" })); };
        "kms-none-for-a-named-key", "kms-service", KmsServiceNotEnabled,
            |s| put_encrypted(s).header("x-oss-server-side-encryption-key-id", "9468da86-3509-4f8d-a61e-6eab1eac0000"),
            |s, _| { s.operate(json!({ "set": "kms-status", "account": OWNER, "value": "none" })); };
        "kms-none-for-a-bucket", "kms-default", KmsServiceNotEnabled,
            |s| s.ask("PUT", "bucket-one", "/?encryption").body("<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>KMS</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>"),
            |s, _| { s.operate(json!({ "set": "kms-status", "account": OWNER, "value": "none" })); };
        "cname-under-the-suffix", "cname-reserved", CnameForbidden,
            |s| proven(s), |_, a| *a = a.clone().body(&cname("www.aliyuncs.test"));
        "cname-of-ill-repute", "cname-risk", CnameRisk,
            |s| proven(s),
            |s, _| { s.operate(json!({ "set": "domain-risk", "domain": "D.example", "value": "high" })); };
        "cname-without-proof", "cname-proof", DomainOwnership,
            |s| proven(s),
            |s, _| { s.operate(json!({ "set": "domain-ownership", "domain": "d.example", "account": OWNER, "value": "none" })); };
        "logs-to-a-stranger", "logging-target", LoggingTargetBucket,
            |s| { let theirs = oss_reference::world::Bucket::new("their-bucket", OTHER, "cn-hangzhou", NOW);
                  s.world.buckets.insert("their-bucket".into(), theirs);
                  s.ask("PUT", "bucket-one", "/?logging").body(&logging("bucket-read")) },
            |_, a| *a = a.clone().body(&logging("their-bucket"));
        // As the tests of three SDKs have it.
        "logs-to-nobody", "logging-target", LoggingTargetBucket,
            |s| s.ask("PUT", "bucket-one", "/?logging").body(&logging("bucket-read")),
            |_, a| *a = a.clone().body(&logging("no-such-bucket"));
        "version-1-closed", "signature-version", SignatureV1Forbidden,
            |s| get(s).scheme(Scheme::V1Url),
            |s, _| { s.operate(json!({ "set": "feature", "account": OWNER, "feature": "signature-v1", "value": "closed" })); };
    }
}
