//! The words that scenarios are made of: proptest strategies for identities, schemes, requests, policies, worlds and edits.
//!
//! Every value keeps away from limits in time by a minute at least, so that the same scenario is judged alike on both servers however slow
//! they are. What comes nearer is in [`to_the_second`], for scenarios that meet their second.

use std::collections::BTreeMap;

use oss_reference::operator::protocol::{AccountStatus, BucketStatus, KeyStatus};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::{BoxedStrategy, Just, Strategy};
use proptest::sample::select;
use proptest::{bool, prop_oneof};
use serde_json::{Value, json};

use crate::case::model::{
    BucketSpec, CorsRuleSpec, Disguise, Edit, Given, HostName, IdentitySpec, Misspelling,
    ObjectSpec, RamUserSpec, RefererSpec, SessionSpec, SignWith, Span, TextMap, Yes,
};

/// Identities: those of every target, and `reader` and `session` where the scenario has them.
pub(super) fn who() -> impl Strategy<Value = String> {
    select(vec![
        "anonymous",
        "ram-user",
        "other-account",
        "sts",
        "owner",
        "reader",
        "session",
    ])
    .prop_map(str::to_owned)
}

/// Schemes that carry a signature in the header or in the URL.
pub(super) fn scheme() -> impl Strategy<Value = SignWith> {
    select(vec![
        SignWith::HeaderV4,
        SignWith::HeaderV1,
        SignWith::HeaderV2,
        SignWith::UrlV1,
        SignWith::UrlV2,
        SignWith::UrlV4,
    ])
}

/// Requests that read.
const READS: [&str; 18] = [
    "GET /k.txt",
    "HEAD /k.txt",
    "GET /docs/k.txt",
    "GET /absent.txt",
    "GET /k.txt?acl",
    "GET /k.txt?tagging",
    "GET /k.txt?response-content-type=text%2Fplain",
    "GET /",
    "GET /?list-type=2",
    "GET /?prefix=docs/&delimiter=/",
    "GET /?acl",
    "GET /?policy",
    "GET /?referer",
    "GET /?cors",
    "GET /?bucketInfo",
    "GET /?uploads",
    "GET /?tagging",
    "GET /?stat",
];

/// Requests that change something.
const WRITES: [&str; 10] = [
    "PUT /k.txt",
    "PUT /docs/k.txt",
    "PUT /new.txt",
    "DELETE /k.txt",
    "PUT /k.txt?tagging",
    "POST /log.txt?append&position=0",
    "POST /m.bin?uploads",
    "DELETE /?policy",
    "DELETE /?cors",
    "DELETE /?tagging",
];

/// A request line.
pub(super) fn request() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => select(READS.to_vec()),
        2 => select(WRITES.to_vec()),
    ]
    .prop_map(str::to_owned)
}

pub(super) fn method() -> impl Strategy<Value = String> {
    select(vec!["GET", "HEAD", "PUT", "DELETE", "POST"]).prop_map(str::to_owned)
}

/// How far a clock is off: never within a minute of fifteen minutes, nor of anything that a scenario adds to it (a life, a tampered date).
pub(super) fn clock() -> impl Strategy<Value = Span> {
    const OFF: [i64; 6] = [200, 740, 1_000, 3_700, 90_000, 700_000];
    let signs = OFF.iter().flat_map(|span| [*span, -span]);
    select(signs.collect::<Vec<_>>()).prop_map(Span)
}

/// How long something lives: over already, or not soon.
pub(super) fn life() -> impl Strategy<Value = Span> {
    select(vec![
        -86_400_i64,
        -3_600,
        -60,
        -1,
        420,
        5_500,
        100_000,
        500_000,
        650_000,
    ])
    .prop_map(Span)
}

/// An edit at the very second of a limit.
pub(super) fn to_the_second() -> impl Strategy<Value = Edit> {
    prop_oneof![end(), skew()]
}

/// A scheme with an edit at the very second of a limit that the scheme has.
pub(super) fn limit() -> impl Strategy<Value = (SignWith, Edit)> {
    use SignWith as S;
    let in_url = select(vec![S::UrlV1, S::UrlV2, S::UrlV4]);
    let dated = select(vec![S::HeaderV1, S::HeaderV2, S::HeaderV4, S::UrlV4]);
    let week = prop_oneof![around(900), around(-7 * 86_400)].prop_map(Edit::Clock);
    prop_oneof![
        3 => (in_url, end()),
        3 => (dated, skew()),
        1 => (Just(S::FormV4), week),
        1 => (select(vec![S::FormV1, S::FormV4]), end()),
    ]
}

fn end() -> BoxedStrategy<Edit> {
    around(0).prop_map(Edit::ExpiresIn).boxed()
}

fn skew() -> BoxedStrategy<Edit> {
    prop_oneof![around(900), around(-900)]
        .prop_map(Edit::Clock)
        .boxed()
}

fn around(limit: i64) -> impl Strategy<Value = Span> {
    select(vec![limit - 1, limit, limit + 1]).prop_map(Span)
}

pub(super) fn bucket_acl() -> impl Strategy<Value = String> {
    select(vec!["private", "public-read", "public-read-write"]).prop_map(str::to_owned)
}

pub(super) fn object_acl() -> impl Strategy<Value = String> {
    select(vec![
        "default",
        "private",
        "public-read",
        "public-read-write",
    ])
    .prop_map(str::to_owned)
}

pub(super) fn disguise() -> impl Strategy<Value = Disguise> {
    select(vec![
        Disguise::HeaderOrder,
        Disguise::HeaderCase,
        Disguise::HeaderSpace,
        Disguise::UnsignedHeader,
        Disguise::EncodingCase,
        Disguise::QueryOrder,
        Disguise::HostCase,
    ])
}

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
pub(super) fn bucket_statement() -> impl Strategy<Value = Value> {
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

pub(super) fn bucket_policy() -> impl Strategy<Value = Value> {
    vec(bucket_statement(), 1..=3).prop_map(|statements| document(&statements))
}

pub(super) fn ram_policy() -> impl Strategy<Value = Value> {
    vec(statement(), 1..=3).prop_map(|statements| document(&statements))
}

pub(super) fn referer() -> impl Strategy<Value = RefererSpec> {
    let names = || {
        select(vec![
            "http://a.example",
            "https://*.b.example",
            "http://?.example/x",
        ])
    };
    let list = move || vec(names().prop_map(str::to_owned), 0..=2);
    (bool::ANY, bool::ANY, bool::ANY, list(), list()).prop_map(
        |(allow_empty, allow_truncate_query, truncate_path, allow, deny)| RefererSpec {
            allow_empty,
            allow_truncate_query,
            truncate_path,
            allow,
            deny,
        },
    )
}

fn cors() -> impl Strategy<Value = Vec<CorsRuleSpec>> {
    let origins = vec(
        select(vec!["http://a.example", "*"]).prop_map(str::to_owned),
        1..=2,
    );
    let methods = vec(select(vec!["GET", "PUT"]).prop_map(str::to_owned), 1..=2);
    let rule = (origins, methods).prop_map(|(origins, methods)| CorsRuleSpec {
        origins,
        methods,
        headers: vec!["*".into()],
    });
    vec(rule, 1..=2)
}

/// A header that says something about a request.
pub(super) fn header() -> impl Strategy<Value = TextMap> {
    select(vec![
        ("Referer", "http://a.example/page?x"),
        ("Referer", "https://www.b.example/"),
        ("Referer", "http://evil.example/"),
        ("Origin", "http://a.example"),
        ("Range", "bytes=0-3"),
        ("User-Agent", "curl/8.0"),
        ("X-Forwarded-For", "10.0.0.1"),
        ("x-oss-meta-a", "b"),
        ("x-oss-request-payer", "requester"),
        ("If-Modified-Since", "Tue, 01 Jan 2030 00:00:00 GMT"),
        ("Content-Type", "text/plain"),
    ])
    .prop_map(|(name, value)| text(name, value))
}

fn text(name: &str, value: &str) -> TextMap {
    TextMap::from_iter([(name.to_owned(), value.to_owned())])
}

/// A world: one bucket with objects, what protects it, and two identities of its own.
pub(super) fn given() -> impl Strategy<Value = Given> {
    let bucket = (
        of(bucket_acl()),
        of(object_acl()),
        of(object_acl()),
        weighted(0.4, bucket_policy()),
        weighted(0.2, referer()),
        weighted(0.1, cors()),
        bool::weighted(0.1),
        bool::weighted(0.1),
    );
    let people = (
        weighted(0.7, of(ram_policy())),
        weighted(0.4, of(ram_policy())),
    );
    (bucket, people).prop_map(|(bucket, (reader, session))| {
        let (acl, own, docs, policy, referer, cors, requester_pays, block) = bucket;
        let object = |content: &str, acl: Option<String>| ObjectSpec {
            acl: acl.filter(|acl| !(block && acl.starts_with("public"))),
            ..ObjectSpec::of_text(content)
        };
        let spec = BucketSpec {
            objects: [
                ("k.txt".to_owned(), object("what k.txt holds", own)),
                (
                    "docs/k.txt".to_owned(),
                    object("what docs/k.txt holds", docs),
                ),
            ]
            .into_iter()
            .collect(),
            // What is public cannot be made where public access is blocked.
            acl: acl.filter(|acl| !(block && acl != "private")),
            policy: policy.filter(|_| !block),
            referer,
            cors: cors.unwrap_or_default(),
            requester_pays,
            block_public_access: block,
            ..BucketSpec::default()
        };
        let mut identities = BTreeMap::new();
        if let Some(policy) = reader {
            identities.insert("reader".to_owned(), ram_user(policy));
        }
        if let Some(policy) = session {
            identities.insert("session".to_owned(), self::session(policy));
        }
        Given {
            bucket: Some(spec),
            identities,
            ..Given::default()
        }
    })
}

fn ram_user(policy: Option<Value>) -> IdentitySpec {
    IdentitySpec {
        ram_user: Some(RamUserSpec {
            policy,
            networks: Vec::new(),
        }),
        session: None,
        account: None,
    }
}

fn session(policy: Option<Value>) -> IdentitySpec {
    IdentitySpec {
        ram_user: None,
        session: Some(SessionSpec {
            role_policy: None,
            policy,
            lifetime: None,
        }),
        account: None,
    }
}

/// An edit of any kind.
pub(super) fn edit() -> BoxedStrategy<Edit> {
    prop_oneof![
        6 => of_request(),
        4 => on_the_wire(),
        5 => of_world(),
    ]
    .boxed()
}

fn of_request() -> BoxedStrategy<Edit> {
    let texts = |list: &[&'static str]| select(list.to_vec()).prop_map(str::to_owned);
    prop_oneof![
        4 => who().prop_map(Edit::As),
        1 => scheme().prop_map(Edit::Sign),
        2 => request().prop_map(Edit::Request),
        1 => method().prop_map(Edit::Method),
        2 => header().prop_map(Edit::SetHeader),
        1 => Just(Edit::SetQuery(text("response-content-type", "text/html"))),
        2 => clock().prop_map(Edit::Clock),
        2 => life().prop_map(Edit::ExpiresIn),
        1 => texts(&["", "soon", "-1", "1e12", "99999999999999999999"]).prop_map(Edit::Expires),
        1 => texts(&["LTAInobodyhasthiskey", "bad key!", "${access-key-id.ram-user}"]).prop_map(Edit::AccessKeyId),
        1 => Just(Edit::WrongSecret(Yes)),
        1 => texts(&["garbage", ""]).prop_map(Edit::Token),
        1 => Just(Edit::TokenOf("sts".into())),
        1 => Just(Edit::DropToken(Yes)),
        1 => texts(&["cn-nowhere", "${away-region}"]).prop_map(Edit::ScopeRegion),
        1 => select(vec![HostName::Service, HostName::AwayBucket, HostName::AwayService, HostName::Ip, HostName::Accelerate]).prop_map(Edit::Host),
    ]
    .boxed()
}

fn on_the_wire() -> BoxedStrategy<Edit> {
    let query = || {
        select(vec![
            ("acl", ""),
            ("Expires", "4102444800"),
            ("x-oss-process", "image/info"),
            ("a", "b"),
        ])
    };
    let named = |list: &[&'static str]| select(list.to_vec()).prop_map(str::to_owned);
    prop_oneof![
        2 => Just(Edit::FlipSignature(Yes)),
        1 => select(vec![Misspelling::Truncated, Misspelling::Extended, Misspelling::SwappedCase, Misspelling::OtherEncoding]).prop_map(Edit::RespellSignature),
        1 => select(vec![-600_i64, 600, 3_600]).prop_map(|by| Edit::TamperDate(Span(by))),
        1 => method().prop_map(Edit::TamperMethod),
        1 => named(&["/docs/k.txt", "/absent.txt", "/K.txt", "/./k.txt", "/"]).prop_map(Edit::TamperPath),
        1 => header().prop_map(Edit::TamperHeader),
        1 => header().prop_map(Edit::RepeatHeader),
        1 => named(&["Date", "x-oss-date", "Content-Type", "Authorization", "x-oss-content-sha256", "x-oss-security-token"]).prop_map(Edit::RemoveHeader),
        1 => query().prop_map(|(name, value)| Edit::TamperQuery(text(name, value))),
        1 => query().prop_map(|(name, value)| Edit::RepeatQuery(text(name, value))),
        1 => named(&["Expires", "Signature", "OSSAccessKeyId", "x-oss-expires", "x-oss-date", "x-oss-signature", "x-oss-credential"]).prop_map(Edit::RemoveQuery),
    ]
    .boxed()
}

/// Networks around the address that a target on this machine sees, and others.
fn network() -> impl Strategy<Value = String> {
    select(vec![
        "127.0.0.0/8",
        "126.0.0.0/8",
        "127.128.0.0/8",
        "127.0.0.1/32",
        "127.0.0.0/32",
        "128.0.0.0/0",
        "10.0.0.0/8",
    ])
    .prop_map(str::to_owned)
}

fn of_world() -> BoxedStrategy<Edit> {
    let policy_of = |who: &'static str| {
        of(ram_policy()).prop_map(move |policy| {
            Edit::RamPolicy(BTreeMap::from([(
                who.to_owned(),
                policy.unwrap_or_default(),
            )]))
        })
    };
    prop_oneof![
        3 => object_acl().prop_map(|acl| Edit::ObjectAcl(text("k.txt", &acl))),
        3 => bucket_acl().prop_map(Edit::BucketAcl),
        3 => bucket_policy().prop_map(Edit::BucketPolicy),
        3 => bucket_statement().prop_map(Edit::AddStatement),
        1 => policy_of("reader"),
        1 => policy_of("ram-user"),
        2 => referer().prop_map(Edit::Referer),
        1 => prop_oneof![Just(Vec::new()), cors()].prop_map(Edit::Cors),
        1 => Just(Edit::BlockPublicAccess(Yes)),
        1 => Just(Edit::PutObject([("k.txt".to_owned(), ObjectSpec::of_text("another content"))].into_iter().collect())),
        1 => Just(Edit::KeyStatus(BTreeMap::from([("ram-user".to_owned(), KeyStatus::Inactive)]))),
        1 => network().prop_map(|network| Edit::KeyNetworks(BTreeMap::from([("ram-user".to_owned(), vec![network])]))),
        1 => Just(Edit::BucketStatus(BucketStatus::Disabled)),
        1 => Just(Edit::AccountStatus(AccountStatus::Disabled)),
    ]
    .boxed()
}
