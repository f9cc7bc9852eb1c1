//! What the schemes sign, held against the ledger: nothing signed that no scenario tampers with, nothing harmless that none tries.

use oss_auth::v1::is_signed_subresource;
use oss403_case::model::{Call, Edit, SignWith};
use oss403_case::{Instance, Ledger};

use crate::support::cases;

/// What each scheme signs, and what makes the signature (help pages: Include signatures in the Authorization header, Add signatures to URLs, Signature version 4 in the
/// Authorization header, PostObject; for V2 the Python and Java SDKs).
const SIGNED: [(&str, &str); 12] = [
    ("header-v1", V1),
    ("url-v1", V1),
    ("header-v2", V2),
    ("url-v2", V2),
    ("header-v4", V4),
    ("url-v4", V4),
    ("form-v1", "secret key-id signature policy"),
    ("form-v4", "secret key-id signature policy"),
    ("s3-header-v4", "secret method date query key"),
    ("s3-header-v2", S3),
    ("s3-url-v2", S3),
    ("s3-url-v4", S3),
];

const V1: &str = "secret key-id signature method bucket key date \
     md5 type md5-or-type-removed oss-header meta-header meta-added meta-removed \
     sub-resource sub-resource-added sub-resource-removed";
/// V2 signs what V1 signs, and every parameter, and the headers of its list.
const V2: &str = "secret key-id signature method bucket key date \
     md5 type md5-or-type-removed oss-header meta-header meta-added meta-removed \
     sub-resource sub-resource-added sub-resource-removed \
     query query-added query-removed additional-header additional-list host";
const V4: &str = V2;
/// What a request without a body shows of them; their headers are in scenarios of their own.
const S3: &str = "secret key-id signature method date key sub-resource";

/// Whether the edit tampers with this element of what is signed, and with nothing else.
fn tampers_with(element: &str, base: &Call, edit: &Edit) -> bool {
    let is_s3 = base.sign == Some(SignWith::S3HeaderV4);
    let is_additional = |name: &str| {
        base.additional_headers
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    let has = |name: &str| {
        base.headers
            .keys()
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    let asks = |name: &str| {
        let query = base.request.split_once('?').map_or("", |(_, query)| query);
        query
            .split('&')
            .any(|pair| pair.split('=').next() == Some(name))
    };
    match (element, edit) {
        ("secret", Edit::WrongSecret(_))
        | ("key-id", Edit::AccessKeyId(_))
        | ("signature", Edit::FlipSignature(_))
        | ("method", Edit::TamperMethod(_))
        | ("date", Edit::TamperDate(_))
        | ("bucket", Edit::TamperBucket(_))
        | ("key", Edit::TamperPath(_))
        | ("host", Edit::TamperHost(_))
        | ("additional-list", Edit::TamperAdditionalHeaders(_)) => true,
        (_, Edit::TamperHeader(map)) => {
            let name = map.first().expect("a header").0.to_ascii_lowercase();
            let meta = name.starts_with("x-oss-meta-");
            match element {
                "md5" => name == "content-md5" && has(&name),
                "type" => name == "content-type" && has(&name),
                "oss-header" => name.starts_with("x-oss-") && !meta && has(&name),
                "meta-header" => meta && has(&name),
                "meta-added" => meta && !has(&name),
                "additional-header" => is_additional(&name),
                _ => false,
            }
        }
        ("md5-or-type-removed", Edit::RemoveHeader(name)) => {
            name.starts_with("Content-") && has(name)
        }
        ("meta-removed", Edit::RemoveHeader(name)) => name.starts_with("x-oss-meta-") && has(name),
        (_, Edit::TamperQuery(map)) => {
            let name = map.first().expect("a parameter").0;
            match (element, is_signed_subresource(name)) {
                ("sub-resource", true) => asks(name),
                ("sub-resource-added", true) => !asks(name),
                ("query", listed) => asks(name) && (!listed || is_s3),
                ("query-added", false) => !asks(name),
                _ => false,
            }
        }
        ("sub-resource-removed", Edit::RemoveQuery(name)) => {
            asks(name) && is_signed_subresource(name)
        }
        ("query-removed", Edit::RemoveQuery(name)) => asks(name) && !is_signed_subresource(name),
        ("policy", Edit::TamperField(map)) => map.contains_key("policy"),
        _ => false,
    }
}

/// The instances of `signature-mismatch` that count for every server.
fn mismatches() -> Vec<Instance> {
    let ledger = Ledger::load(&cases()).expect("the ledger is sound");
    let chosen = ledger.select(&["signature-mismatch".into()]).unwrap();
    let counts = |instance: &Instance| !instance.scenario.reference_only;
    chosen.into_iter().filter(counts).collect()
}

fn is_signed_with(call: &Call, scheme: &str) -> bool {
    serde_json::to_value(call.signed_with()).unwrap() == scheme
}

#[test]
fn every_element_that_a_scheme_signs_is_tampered_with() {
    let instances = mismatches();
    let missing: Vec<String> = SIGNED
        .iter()
        .flat_map(|(scheme, elements)| elements.split(' ').map(move |element| (scheme, element)))
        .filter(|(scheme, element)| {
            !instances.iter().any(|instance| {
                let scenario = &instance.scenario;
                is_signed_with(&scenario.base, scheme)
                    && tampers_with(element, &scenario.base, &scenario.edit)
            })
        })
        .map(|(scheme, element)| format!("{scheme}: {element}"))
        .collect();
    assert!(missing.is_empty(), "nothing tampers with {missing:#?}");
}

/// What no signature may depend on, and the carriers in which that can be seen.
const HARMLESS: [(&str, &str); 13] = [
    ("header-order", "header-v1 header-v2 header-v4 url-v1"),
    ("header-case", "header-v1 header-v2 header-v4 url-v1"),
    ("header-space", "header-v1 header-v2 header-v4 url-v1"),
    ("unsigned-header", "header-v1 header-v2 header-v4 url-v1"),
    (
        "encoding-case",
        "header-v1 header-v2 header-v4 url-v1 url-v2 url-v4",
    ),
    (
        "encoded-unreserved",
        "header-v1 header-v2 header-v4 url-v1 url-v2 url-v4",
    ),
    (
        "encoded-slash",
        "header-v1 header-v2 header-v4 url-v1 url-v2 url-v4",
    ),
    (
        "plus-for-blank",
        "header-v1 header-v2 header-v4 url-v1 url-v2 url-v4",
    ),
    (
        "query-order",
        "header-v1 header-v2 header-v4 url-v1 url-v2 url-v4",
    ),
    (
        "empty-value",
        "header-v1 header-v2 header-v4 url-v1 url-v2 url-v4",
    ),
    ("pair-order", "header-v4"),
    ("unsigned-query", "header-v1 url-v1"),
    ("later-repetition", "url-v1"),
];

#[test]
fn every_disguise_is_worn_alone_wherever_it_fits() {
    let instances = mismatches();
    for (disguise, schemes) in HARMLESS {
        for scheme in schemes.split(' ') {
            let worn = instances.iter().any(|instance| {
                let base = &instance.scenario.base;
                let worn = serde_json::to_value(&base.disguise).unwrap();
                is_signed_with(base, scheme) && worn == serde_json::json!([disguise])
            });
            assert!(worn, "{disguise} is not tried with {scheme}");
        }
    }
}
