//! What holds for any request: a signature verifies, and stops to as soon as one byte of what it covers changes.

use std::collections::BTreeMap;

use oss_auth::{
    Claim, Credentials, FormClaim, QueryPair, Request, Scope, Timestamp, find_form_claim, form,
    parse_query, percent_encode, s3, v1, v2, v4,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;

use crate::message::{Message, Parameter};

/// The same cases in every run, and no files beside the source.
pub(crate) fn deterministic(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(403),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(deterministic(400))]

    #[test]
    fn what_is_signed_verifies(case in case()) {
        let signed = case.signed();
        prop_assert!(signed.verifies(&case.secret));
        signed.as_claim(|request, claim| {
            assert!(case.way.is_way_of(claim));
            assert_eq!(claim.access_key_id(), ID);
            assert_eq!(claim.security_token(), case.token.as_deref());
            let validity = claim.validity(request).expect("dated");
            assert_eq!(validity.check(Timestamp(case.time)), Ok(()));
            assert_eq!(claim.check_scope(Timestamp(case.time), REGION), Ok(()));
        });
    }

    #[test]
    fn a_changed_byte_of_what_is_signed_never_verifies(
        case in case(),
        which in any::<Index>(),
        place in any::<Index>(),
        substitute in any::<Index>(),
    ) {
        let mut signed = case.signed();
        let mut parts = case.signed_parts(&mut signed);
        let (name, part) = parts.swap_remove(which.index(parts.len()));
        let (before, after) = change_one_byte(part, place, substitute);
        prop_assert!(
            !signed.verifies(&case.secret),
            "{name}: {before:?} became {after:?} unnoticed in {signed:?}"
        );
    }

    #[test]
    fn another_secret_never_verifies(case in case(), place in any::<Index>(), substitute in any::<Index>()) {
        let mut secret = case.secret.clone();
        change_one_byte(&mut secret, place, substitute);
        prop_assert!(!case.signed().verifies(&secret));
    }

    #[test]
    fn what_no_scheme_signs_may_change(case in case(), case_bits in any::<u64>()) {
        let mut signed = case.signed();
        for (index, (name, value)) in signed.headers.iter_mut().enumerate() {
            *value = format!(" \t{value} ");
            if case_bits >> index & 1 == 1 {
                *name = name.to_ascii_uppercase();
            }
        }
        for (_, value) in &mut signed.query {
            if value.as_deref().unwrap_or_default().is_empty() {
                *value = value.is_none().then(String::new);
            }
        }
        signed.headers.push(("X-Forwarded-For".to_owned(), "192.0.2.1".to_owned()));
        if !case.way.signs_whole_query() {
            signed.query.push(("unlisted".to_owned(), Some("1".to_owned())));
        }
        if case.way != Way::S3Header && case.way != Way::V1Header && case.way != Way::V1Url {
            signed.query.reverse();
        }
        prop_assert!(signed.verifies(&case.secret));
    }

    #[test]
    fn forms_verify_until_a_byte_changes(
        policy in "[A-Za-z0-9+/]{1,60}={0,2}",
        secret in SECRET,
        version in 0..3_usize,
        which in 0..3_usize,
        place in any::<Index>(),
        substitute in any::<Index>(),
    ) {
        let (mut policy, mut secret) = (policy, secret);
        let mut fields = signed_form(version, &policy, &secret);
        prop_assert!(form_verifies(&fields, &secret));
        match which {
            0 => {
                change_one_byte(&mut policy, place, substitute);
                fields.iter_mut().filter(|(name, _)| name == "policy").for_each(|field| field.1.clone_from(&policy));
            }
            1 => {
                let (_, signature) = fields.last_mut().expect("the signature");
                change_one_byte(signature, place, substitute);
            }
            _ => {
                change_one_byte(&mut secret, place, substitute);
            }
        }
        prop_assert!(!form_verifies(&fields, &secret));
    }

    #[test]
    fn a_query_survives_the_wire(pairs in prop::collection::vec((".{1,8}", prop::option::of(".{0,8}")), 0..6)) {
        let raw: Vec<_> = pairs
            .iter()
            .map(|(name, value)| match value {
                None => percent_encode(name),
                Some(value) => format!("{}={}", percent_encode(name), percent_encode(value)),
            })
            .collect();
        let raw = raw.join("&");
        let expected: Vec<_> = pairs
            .iter()
            .map(|(name, value)| QueryPair { name: name.into(), value: value.as_ref().map(Into::into) })
            .collect();
        prop_assert_eq!(parse_query(&raw), Ok(expected));
    }
}

const ID: &str = "LTAI5tOss403.example_=";
const REGION: &str = "cn-hangzhou";
const SECRET: &str = "[!-~]{1,40}";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    V1Header,
    V1Url,
    V2Header,
    V2Url,
    V4Header,
    V4Url,
    S3Header,
}

/// A request before it is signed.
#[derive(Clone, Debug)]
struct Case {
    way: Way,
    message: Message,
    time: i64,
    /// Which of the date headers that the scheme reads.
    date_form: usize,
    additional: Vec<&'static str>,
    secret: String,
    token: Option<String>,
}

fn case() -> impl Strategy<Value = Case> {
    let way = select(vec![
        Way::V1Header,
        Way::V1Url,
        Way::V2Header,
        Way::V2Url,
        Way::V4Header,
        Way::V4Url,
        Way::S3Header,
    ]);
    let additional = prop::sample::subsequence(vec!["host", "range"], 0..=2);
    let token = prop::option::of("[!-~]{1,30}");
    (
        way,
        message(),
        0..4_102_444_800_i64,
        0..3_usize,
        additional,
        SECRET,
        token,
    )
        .prop_map(
            |(way, message, time, date_form, additional, secret, token)| Case {
                way,
                message,
                time,
                date_form,
                additional,
                secret,
                token,
            },
        )
}

fn message() -> impl Strategy<Value = Message> {
    let method = select(vec!["GET", "PUT", "POST", "HEAD", "DELETE"]);
    let resource = prop::option::of(("[a-z0-9-]{3,12}", prop::option::of(".{1,20}")));
    // Names are unique, because V1 looks at the first of a repeated one only.
    let query = prop::collection::btree_map(QUERY_NAME, prop::option::of(".{0,10}"), 0..5);
    let headers = prop::collection::btree_map(HEADER_NAME, HEADER_VALUE, 0..5);
    (method, resource, query, headers, "/[a-z0-9/._-]{0,20}").prop_map(
        |(method, resource, query, headers, path)| {
            let (bucket, key) = resource.map_or((None, None), |(bucket, key)| (Some(bucket), key));
            Message {
                method: method.to_owned(),
                bucket,
                key,
                query: query.into_iter().collect(),
                headers: headers.into_iter().chain(fixed_headers()).collect(),
                path,
            }
        },
    )
}

const QUERY_NAME: &str =
    "acl|partNumber|uploads|versionId|response-content-type|x-oss-process|x-oss-a|prefix|A b/+|目";
const HEADER_NAME: &str = "x-oss-meta-[a-z]{1,4}|X-Oss-Acl|Content-Type|content-md5|User-Agent";
const HEADER_VALUE: &str = "[!-~é目]([ -~é目]{0,10}[!-~é目])?";

fn fixed_headers() -> BTreeMap<String, String> {
    [
        ("Host", "examplebucket.example.com"),
        ("Range", "bytes=0-9"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

impl Way {
    fn is_way_of(self, claim: &Claim<'_>) -> bool {
        matches!(
            (self, claim),
            (Self::V1Header, Claim::V1Header(_))
                | (Self::V1Url, Claim::V1Url(_))
                | (Self::V2Header, Claim::V2Header(_))
                | (Self::V2Url, Claim::V2Url(_))
                | (Self::V4Header, Claim::V4Header(_))
                | (Self::V4Url, Claim::V4Url(_))
                | (Self::S3Header, Claim::S3V4Header(_))
        )
    }

    fn signs_whole_query(self) -> bool {
        !matches!(self, Self::V1Header | Self::V1Url)
    }

    fn is_header(self) -> bool {
        matches!(
            self,
            Self::V1Header | Self::V2Header | Self::V4Header | Self::S3Header
        )
    }
}

impl Case {
    fn signed(&self) -> Message {
        let mut message = self.message.clone();
        if self.way.is_header() {
            self.add_date_and_token(&mut message);
            let authorization = message.as_request(|request| self.authorization(request));
            return message.with_header("Authorization", &authorization);
        }
        let appended = message.as_request(|request| self.signature_parameters(request));
        message.append_query(appended);
        message
    }

    fn add_date_and_token(&self, message: &mut Message) {
        let time = Timestamp(self.time);
        let (rfc, iso) = (time.to_rfc1123(), time.to_iso_basic());
        let date = match (self.way, self.date_form) {
            (Way::V1Header, 1) => ("x-oss-date", iso),
            (Way::V1Header, 2) => ("x-oss-date", rfc),
            (Way::V4Header, 1 | 2) => ("x-oss-date", iso),
            (Way::S3Header, 1 | 2) => ("X-Amz-Date", iso),
            _ => ("Date", rfc),
        };
        message.headers.push((date.0.to_owned(), date.1));
        let token_name = match self.way {
            Way::S3Header => "x-amz-security-token",
            _ => "x-oss-security-token",
        };
        if let Some(token) = &self.token {
            message.headers.push((token_name.to_owned(), token.clone()));
        }
    }

    fn authorization(&self, request: &Request<'_>) -> String {
        let credentials = self.credentials();
        let date = Timestamp(self.time).scope_date();
        match self.way {
            Way::V1Header => v1::header::sign(request, &credentials),
            Way::V2Header => v2::header::sign(request, &credentials, &self.additional),
            Way::V4Header => v4::header::sign(
                request,
                &credentials,
                &Scope::oss(&date, REGION),
                &self.additional,
            ),
            _ => {
                let names: Vec<_> = request.headers.iter().map(|header| header.name).collect();
                s3::header::sign(request, &credentials, &Scope::s3(&date, REGION), &names)
            }
        }
    }

    fn signature_parameters(&self, request: &Request<'_>) -> Vec<(String, String)> {
        let credentials = self.credentials();
        let time = Timestamp(self.time);
        let expires = (self.time + 60).to_string();
        match self.way {
            Way::V1Url => v1::url::sign(request, &credentials, &expires),
            Way::V2Url => v2::url::sign(request, &credentials, &expires, &self.additional),
            _ => {
                let (scope_date, date) = (time.scope_date(), time.to_iso_basic());
                let scope = Scope::oss(&scope_date, REGION);
                v4::url::sign(request, &credentials, &scope, &date, "60", &self.additional)
            }
        }
    }

    fn credentials(&self) -> Credentials<'_> {
        Credentials {
            access_key_id: ID,
            access_key_secret: &self.secret,
            security_token: self.token.as_deref(),
        }
    }

    /// Every part of the signed message that the signature covers, the signature itself included.
    fn signed_parts<'m>(&self, signed: &'m mut Message) -> Vec<(&'static str, &'m mut String)> {
        let mut parts = vec![("method", &mut signed.method)];
        if self.way == Way::S3Header {
            parts.push(("path", &mut signed.path));
        } else {
            parts.extend(signed.bucket.as_mut().map(|bucket| ("bucket", bucket)));
            parts.extend(signed.key.as_mut().map(|key| ("key", key)));
        }
        for (name, value) in &mut signed.query {
            if self.covers_parameter(name) {
                parts.push(("query name", name));
                parts.extend(value.as_mut().map(|value| ("query value", value)));
            }
        }
        for (name, value) in &mut signed.headers {
            if self.covers_header(name) {
                parts.push(("header value", value));
            }
        }
        parts.retain(|(_, part)| !part.is_empty());
        parts
    }

    fn covers_parameter(&self, name: &str) -> bool {
        self.way.signs_whole_query()
            || v1::is_signed_subresource(name)
            || name == "Expires"
            || name == "Signature"
    }

    fn covers_header(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        if self.way == Way::S3Header {
            return name != "authorization";
        }
        name.starts_with("x-oss-")
            || name == "content-type"
            || name == "content-md5"
            || (name == "date" && self.way.is_header())
            || (self.additional.contains(&name.as_str())
                && !matches!(self.way, Way::V1Header | Way::V1Url))
    }
}

proptest! {
    #![proptest_config(deterministic(300))]

    /// The `Authorization` header is no signed part, but its scope, its list of headers and its signature are.
    #[test]
    fn a_changed_byte_of_scope_or_signature_never_verifies(
        case in case().prop_filter("a header", |case| case.way.is_header()),
        place in any::<Index>(),
        substitute in any::<Index>(),
    ) {
        let mut signed = case.signed();
        let (_, authorization) = signed.headers.last_mut().expect("the Authorization header");
        let covered_from = match case.way {
            Way::V1Header | Way::V2Header => authorization.find(ID).expect("the id") + ID.len() + 1,
            _ => authorization.find('/').expect("the scope") + 1,
        };
        let mut covered = authorization.split_off(covered_from);
        let (before, after) = change_one_byte(&mut covered, place, substitute);
        authorization.push_str(&covered);
        prop_assert!(!signed.verifies(&case.secret), "{before:?} became {after:?} unnoticed in {covered:?}");
    }
}

/// Replaces one character by an ASCII letter or digit that means something else, also as a method, a header
/// name or a host, whatever its case.
fn change_one_byte(text: &mut String, place: Index, substitute: Index) -> (String, String) {
    let before = text.clone();
    let places: Vec<_> = text.char_indices().collect();
    let (at, old) = places[place.index(places.len())];
    let candidates: Vec<_> = ('a'..='z')
        .chain('0'..='9')
        .filter(|candidate| !candidate.eq_ignore_ascii_case(&old))
        .collect();
    let new = candidates[substitute.index(candidates.len())];
    text.replace_range(at..at + old.len_utf8(), new.encode_utf8(&mut [0; 4]));
    (before, text.clone())
}

fn signed_form(version: usize, policy: &str, secret: &str) -> Vec<(String, String)> {
    let credentials = Credentials {
        access_key_id: ID,
        access_key_secret: secret,
        security_token: None,
    };
    let scope = Scope::oss("20231216", REGION);
    let credential = format!("{ID}/{scope}");
    let fields = match version {
        0 => vec![
            ("OSSAccessKeyId", ID.to_owned()),
            ("Signature", form::v1::sign(policy, &credentials)),
        ],
        1 => vec![
            ("x-oss-signature-version", "OSS2".to_owned()),
            ("x-oss-access-key-id", ID.to_owned()),
            ("x-oss-signature", form::v2::sign(policy, &credentials)),
        ],
        _ => vec![
            ("x-oss-signature-version", "OSS4-HMAC-SHA256".to_owned()),
            ("x-oss-credential", credential),
            ("x-oss-date", "20231216T162057Z".to_owned()),
            (
                "x-oss-signature",
                form::v4::sign(policy, &credentials, &scope),
            ),
        ],
    };
    let policy = ("policy".to_owned(), policy.to_owned());
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    std::iter::once(policy).chain(fields).collect()
}

fn form_verifies(fields: &[(String, String)], secret: &str) -> bool {
    matches!(find_form_claim(fields), Ok(Some(claim)) if claim.verify(secret).is_ok())
}

/// A signature in the URL covers the query in any order but not beyond: an appended parameter is noticed.
#[test]
fn an_appended_parameter_is_noticed_where_the_whole_query_is_signed() {
    for way in [
        Way::V2Header,
        Way::V2Url,
        Way::V4Header,
        Way::V4Url,
        Way::S3Header,
    ] {
        let case = Case {
            way,
            message: Message::get().with_header("Host", "h").with_query("a=1"),
            time: 1_702_743_657,
            date_form: 0,
            additional: Vec::new(),
            secret: "secret".to_owned(),
            token: None,
        };
        let mut signed = case.signed();
        assert!(signed.verifies("secret"), "{way:?}");
        let appended: Parameter = ("acl".to_owned(), None);
        signed.query.push(appended);
        assert!(!signed.verifies("secret"), "{way:?}");
    }
}

/// Forms of all versions are told apart.
#[test]
fn a_form_has_the_version_it_names() {
    for (version, scheme) in ["V1", "V2", "V4"].into_iter().enumerate() {
        let fields = signed_form(version, "e30=", "secret");
        let claim = find_form_claim(&fields)
            .expect("well-formed")
            .expect("signed");
        assert_eq!(format!("{:?}", claim.scheme()), scheme);
        assert_eq!(
            claim.signed_at().is_some(),
            matches!(claim, FormClaim::V4(_))
        );
    }
}
