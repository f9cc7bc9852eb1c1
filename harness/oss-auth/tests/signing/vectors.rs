//! `tests/data/signing.json`: requests signed by the official SDKs (oss2 2.19.1, alibabacloud-oss-v2 1.4.1,
//! ali-oss 6.23.0, aliyun-oss-go-sdk 3.0.2) and, in the S3 dialect, by boto3 1.43.11 (`tests/data/s3_vectors.py`). The expected
//! values are theirs.

use std::collections::BTreeMap;
use std::time::Duration;

use oss_auth::{
    Carrier, Claim, ClaimError, Credentials, Request, Scheme, Scope, Timestamp, find_claim,
    find_form_claim, form, percent_decode, s3, v1, v2, v4,
};
use serde::Deserialize;

use crate::message::{Message, Parameter};

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    scheme: String,
    expect: Expect,
    access_key_id: String,
    access_key_secret: String,
    security_token: Option<String>,
    region: String,
    /// What an S3 client is set to, where that is not the region itself.
    scope_region: Option<String>,
    product: String,
    method: String,
    bucket: Option<String>,
    key: Option<String>,
    query: Vec<Parameter>,
    headers: Vec<(String, String)>,
    additional_headers: Vec<String>,
    now: i64,
    expires: Option<i64>,
    url: String,
    authorization: Option<String>,
    canonical_request: Option<String>,
    string_to_sign: String,
    signature: String,
    #[serde(default)]
    form: Vec<(String, String)>,
    policy_base64: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
enum Expect {
    Accept,
    Refuse,
    SdkQuirk,
}

/// Evidence of what single SDKs do, on which no server can satisfy everyone: neither to be accepted nor refused.
const SDK_QUIRKS: [(&str, &str); 8] = [
    (
        "s-v1h-044",
        "the Python SDKs sign the padding that HTTP strips from a value",
    ),
    (
        "s-v1h-045",
        "alibabacloud-oss-v2 puts the token into an unsigned header that OSS does not know",
    ),
    (
        "s-v4h-022",
        "the SDKs disagree on the order of a repeated query parameter",
    ),
    (
        "s-v4h-042",
        "ali-oss signs an empty value as `k=`, all others as `k`",
    ),
    (
        "s-v4h-043",
        "ali-oss sorts query names by locale instead of by bytes",
    ),
    (
        "s-v4h-044",
        "ali-oss sorts decoded query names, all others encoded ones",
    ),
    (
        "s-v4h-045",
        "whether an empty header value is signed is disputed",
    ),
    (
        "s-v4h-046",
        "the Python SDKs sign the padding that HTTP strips from a value",
    ),
];

#[test]
fn the_file_holds_what_these_tests_expect() {
    let vectors = load();
    assert_eq!(vectors.len(), 210);

    let mut counts = BTreeMap::new();
    for vector in &vectors {
        *counts.entry(vector.expect).or_insert(0) += 1;
    }
    let expected = [
        (Expect::Accept, 200),
        (Expect::Refuse, 2),
        (Expect::SdkQuirk, 8),
    ];
    assert_eq!(counts, BTreeMap::from(expected));

    let mut quirks: Vec<_> = ids(&vectors, Expect::SdkQuirk);
    quirks.sort_unstable();
    assert_eq!(quirks, SDK_QUIRKS.map(|(id, _)| id));
    assert_eq!(ids(&vectors, Expect::Refuse), ["s-v4u-016", "s-v4h-048"]);
}

#[test]
fn requests_of_the_sdks_are_accepted() {
    let mut seen = 0;
    for vector in load()
        .iter()
        .filter(|vector| !vector.is_form() && vector.expect == Expect::Accept)
    {
        vector
            .on_the_wire()
            .as_request(|request| vector.assert_accepted(request));
        seen += 1;
    }
    assert_eq!(seen, 190);
}

#[test]
fn forms_of_the_sdks_are_accepted() {
    let mut seen = 0;
    for vector in load().iter().filter(|vector| vector.is_form()) {
        assert_eq!(vector.expect, Expect::Accept, "{}", vector.id);
        vector.assert_form_accepted();
        seen += 1;
    }
    assert_eq!(seen, 10);
}

#[test]
fn our_signatures_are_those_of_the_sdks() {
    for vector in load()
        .iter()
        .filter(|vector| vector.expect != Expect::SdkQuirk)
    {
        vector.assert_we_sign_alike();
    }
}

#[test]
fn a_url_signed_for_more_than_seven_days_is_refused_for_that() {
    let vectors = load();
    let message = find(&vectors, "s-v4u-016").on_the_wire();
    let expected = ClaimError::UrlExpiresOutOfRange {
        scheme: Scheme::V4,
        value: "604801".to_owned(),
    };
    assert_eq!(message.claim_error(), expected);
    assert_eq!(expected.ec(), "0002-00000232");
}

#[test]
fn a_listed_header_that_was_not_signed_is_a_mismatch() {
    let vectors = load();
    let vector = find(&vectors, "s-v4h-048");
    vector.on_the_wire().as_claim(|claim| {
        let mismatch = claim
            .verify(&vector.access_key_secret)
            .expect_err("refused");
        assert_eq!(mismatch.provided, vector.signature);
        let canonical = text(mismatch.computed.canonical_request.expect("V4"));
        let host = "host:examplebucket.oss-cn-hangzhou.aliyuncs.com\n";
        assert_eq!(
            Some(canonical.replacen(host, "", 1)),
            vector.canonical_request
        );
    });
}

impl Vector {
    fn is_form(&self) -> bool {
        self.scheme.starts_with("post-")
    }

    fn credentials(&self) -> Credentials<'_> {
        Credentials {
            access_key_id: &self.access_key_id,
            access_key_secret: &self.access_key_secret,
            security_token: self.security_token.as_deref(),
        }
    }

    /// What a server receives: bucket and key from host and path, the header lines that HTTP adds.
    fn on_the_wire(&self) -> Message {
        let (host, target) = self
            .url
            .strip_prefix("https://")
            .and_then(|rest| rest.split_once('/'))
            .expect("an absolute URL");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let bucket = host.split_once('.').map(|(bucket, _)| bucket);
        let bucket = bucket.filter(|bucket| !bucket.starts_with("oss-"));
        let resource = percent_decode(path).expect("a decodable path");
        // S3 clients may put the bucket into the path.
        let (bucket, key) = match bucket {
            None if !resource.is_empty() => match resource.split_once('/') {
                Some((bucket, key)) => (Some(bucket), key),
                None => (Some(&*resource), ""),
            },
            _ => (bucket, &*resource),
        };
        let mut message = Message {
            method: self.method.clone(),
            bucket: bucket.map(str::to_owned),
            key: (!key.is_empty()).then(|| key.to_owned()),
            headers: self.headers.clone(),
            path: format!("/{path}"),
            ..Message::default()
        }
        .with_query(query);
        assert_eq!(message.bucket, self.bucket, "{}", self.id);
        assert_eq!(message.key, self.key, "{}", self.id);
        let names_host = self
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("host"));
        if !names_host {
            message = message.with_header("Host", host);
        }
        match &self.authorization {
            Some(authorization) => message.with_header("Authorization", authorization),
            None => message,
        }
    }

    fn assert_accepted(&self, request: &Request<'_>) {
        let id = &self.id;
        let claim = find_claim(request)
            .unwrap_or_else(|error| panic!("{id}: {error}"))
            .unwrap_or_else(|| panic!("{id}: no signature found"));
        assert_eq!(scheme_of(&claim), self.scheme, "{id}");
        assert_eq!(claim.access_key_id(), self.access_key_id, "{id}");
        assert_eq!(
            claim.security_token(),
            self.security_token.as_deref(),
            "{id}"
        );
        assert_eq!(claim.signature(), self.signature, "{id}");

        let now = Timestamp(self.now);
        let validity = claim
            .validity()
            .unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(validity.check(now), Ok(()), "{id}");
        assert_eq!(claim.check_scope(&self.region), Ok(()), "{id}");

        let computed = claim.compute(&self.access_key_secret);
        assert_eq!(text(&computed.string_to_sign), self.string_to_sign, "{id}");
        let canonical = computed.canonical_request.as_deref().map(text);
        assert_eq!(canonical, self.canonical_request, "{id}");
        assert_eq!(computed.signature, self.signature, "{id}");
        assert!(claim.verify(&self.access_key_secret).is_ok(), "{id}");
    }

    fn assert_form_accepted(&self) {
        let id = &self.id;
        let claim = find_form_claim(&self.form)
            .unwrap_or_else(|error| panic!("{id}: {error}"))
            .unwrap_or_else(|| panic!("{id}: no signature found"));
        let scheme = match claim.scheme() {
            Scheme::V1 => "post-v1",
            Scheme::V2 => "post-v2",
            Scheme::V4 => "post-v4",
            Scheme::S3V2 | Scheme::S3V4 => panic!("{id}: no form"),
        };
        assert_eq!(scheme, self.scheme, "{id}");
        assert_eq!(claim.access_key_id(), self.access_key_id, "{id}");
        assert_eq!(
            claim.security_token(),
            self.security_token.as_deref(),
            "{id}"
        );
        assert_eq!(Some(claim.policy()), self.policy_base64.as_deref(), "{id}");
        assert_eq!(claim.validity().check(Timestamp(self.now)), Ok(()), "{id}");
        assert_eq!(claim.check_scope(&self.region), Ok(()), "{id}");
        let computed = claim.compute(&self.access_key_secret);
        assert_eq!(text(&computed.string_to_sign), self.string_to_sign, "{id}");
        assert!(claim.verify(&self.access_key_secret).is_ok(), "{id}");
    }

    fn assert_we_sign_alike(&self) {
        let id = &self.id;
        let message = Message {
            method: self.method.clone(),
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            path: self.on_the_wire().path,
        };
        let signed = message.as_request(|request| self.sign(request));
        match signed {
            Signed::Header(authorization) => {
                assert!(
                    authorization.ends_with(&self.signature),
                    "{id}: {authorization}"
                );
            }
            Signed::Form(signature) => assert_eq!(signature, self.signature, "{id}"),
            Signed::Url(appended) => {
                assert_eq!(
                    appended.last().map(|(_, value)| value),
                    Some(&self.signature),
                    "{id}"
                );
                let mut sent = message.clone();
                sent.append_query(appended);
                let (_, raw) = self.url.split_once('?').expect("a signed URL");
                let received = Message::default().with_query(raw);
                assert_eq!(sorted(sent.query), sorted(received.query), "{id}");
            }
        }
    }

    fn sign(&self, request: &Request<'_>) -> Signed {
        let credentials = self.credentials();
        let additional: Vec<_> = self.additional_headers.iter().map(String::as_str).collect();
        let policy = self.policy_base64.as_deref().unwrap_or_default();
        let expires = self.expires.unwrap_or_default();
        let now = Timestamp(self.now);
        let date = now.scope_date();
        let region = self.scope_region.as_ref().unwrap_or(&self.region);
        let scope = match self.product.as_str() {
            "s3" => Scope::s3(&date, region),
            product => Scope {
                product,
                ..Scope::oss(&date, region)
            },
        };
        match self.scheme.as_str() {
            "v1-header" => Signed::Header(v1::header::sign(request, &credentials)),
            "v1-url" => Signed::Url(v1::url::sign(request, &credentials, Timestamp(expires))),
            "v2-header" => Signed::Header(v2::header::sign(request, &credentials, &additional)),
            "v2-url" => Signed::Url(v2::url::sign(
                request,
                &credentials,
                Timestamp(expires),
                &additional,
            )),
            "v4-header" => {
                Signed::Header(v4::header::sign(request, &credentials, &scope, &additional))
            }
            "v4-url" => {
                let lifetime = Duration::from_secs(expires.unsigned_abs());
                let pairs =
                    v4::url::sign(request, &credentials, &scope, now, lifetime, &additional);
                Signed::Url(pairs)
            }
            "s3-v2-header" => Signed::Header(s3::v2::header::sign(request, &credentials)),
            "s3-v2-url" => {
                Signed::Url(s3::v2::url::sign(request, &credentials, Timestamp(expires)))
            }
            "s3-v4-header" => {
                Signed::Header(s3::header::sign(request, &credentials, &scope, &additional))
            }
            "s3-v4-url" => {
                let lifetime = Duration::from_secs(expires.unsigned_abs());
                let pairs =
                    s3::url::sign(request, &credentials, &scope, now, lifetime, &additional);
                Signed::Url(pairs)
            }
            "post-v1" => Signed::Form(form::v1::sign(policy, &credentials)),
            "post-v4" => Signed::Form(form::v4::sign(policy, &credentials, &scope)),
            other => panic!("{}: unknown scheme {other}", self.id),
        }
    }
}

enum Signed {
    Header(String),
    Url(Vec<(String, String)>),
    Form(String),
}

fn load() -> Vec<Vector> {
    let file: File =
        serde_json::from_str(include_str!("../data/signing.json")).expect("valid JSON");
    file.vectors
}

fn ids(vectors: &[Vector], expect: Expect) -> Vec<&str> {
    let chosen = vectors.iter().filter(|vector| vector.expect == expect);
    chosen.map(|vector| vector.id.as_str()).collect()
}

fn find<'a>(vectors: &'a [Vector], id: &str) -> &'a Vector {
    vectors
        .iter()
        .find(|vector| vector.id == id)
        .expect("a known vector")
}

fn scheme_of(claim: &Claim<'_>) -> &'static str {
    match (claim.scheme(), claim.carrier()) {
        (Scheme::V1, Carrier::Header) => "v1-header",
        (Scheme::V1, Carrier::Url) => "v1-url",
        (Scheme::V2, Carrier::Header) => "v2-header",
        (Scheme::V2, Carrier::Url) => "v2-url",
        (Scheme::V4, Carrier::Header) => "v4-header",
        (Scheme::V4, Carrier::Url) => "v4-url",
        (Scheme::S3V2, Carrier::Header) => "s3-v2-header",
        (Scheme::S3V2, Carrier::Url) => "s3-v2-url",
        (Scheme::S3V4, Carrier::Header) => "s3-v4-header",
        (Scheme::S3V4, Carrier::Url) => "s3-v4-url",
    }
}

/// In one order and without the difference between `k` and `k=`.
fn sorted(query: Vec<Parameter>) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = query
        .into_iter()
        .map(|(name, value)| (name, value.unwrap_or_default()))
        .collect();
    pairs.sort();
    pairs
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    String::from_utf8(bytes.as_ref().to_vec()).expect("the vectors are UTF-8")
}
