//! The words that scenarios are made of: proptest strategies for identities, schemes, requests, policies, worlds and edits.
//!
//! Every value keeps away from limits in time by a minute at least, so that the same scenario is judged alike on both servers however slow
//! they are. What comes nearer is in [`to_the_second`], for scenarios that meet their second.

mod edits;
mod policies;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::{BoxedStrategy, Just, Strategy};
use proptest::sample::select;
use proptest::{bool, prop_oneof};
use serde_json::Value;

pub(super) use edits::edit;
pub(super) use policies::{bucket_policy, bucket_statement, ram_policy};

use oss403_case::model::{
    BucketSpec, CorsRuleSpec, Disguise, Edit, Given, IdentitySpec, ObjectSpec, RamUserSpec,
    RefererSpec, SessionSpec, SignWith, Span, TextMap, Who,
};

/// Identities: those of every target, and `reader` and `session` where the scenario has them.
pub(super) fn who() -> impl Strategy<Value = Who> {
    select(vec![
        "anonymous",
        "ram-user",
        "other-account",
        "sts",
        "owner",
        "reader",
        "session",
    ])
    .prop_map(Who::from)
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
            identities.insert("reader".into(), ram_user(policy));
        }
        if let Some(policy) = session {
            identities.insert("session".into(), self::session(policy));
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
