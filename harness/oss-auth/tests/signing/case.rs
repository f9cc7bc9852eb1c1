//! Arbitrary requests in every way to sign them, and what their signatures cover.

use std::collections::BTreeMap;
use std::time::Duration;

use oss_auth::{Carrier, Claim, Credentials, Request, Scheme, Scope, Timestamp, s3, v1, v2, v4};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;

use crate::message::Message;

/// The same cases in every run, and no files beside the source.
pub(crate) fn deterministic(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(403),
        ..ProptestConfig::default()
    }
}

pub(crate) const ID: &str = "LTAI5tOss403.example_=";
pub(crate) const REGION: &str = "cn-hangzhou";
pub(crate) const SECRET: &str = "[!-~]{1,40}";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    V1Header,
    V1Url,
    V2Header,
    V2Url,
    V4Header,
    V4Url,
    S3Header,
    S3Url,
    S3V2Header,
    S3V2Url,
}

impl Way {
    pub(crate) const ALL: [Self; 10] = [
        Self::V1Header,
        Self::V1Url,
        Self::V2Header,
        Self::V2Url,
        Self::V4Header,
        Self::V4Url,
        Self::S3Header,
        Self::S3Url,
        Self::S3V2Header,
        Self::S3V2Url,
    ];
}

/// A request before it is signed.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) way: Way,
    pub(crate) message: Message,
    pub(crate) time: i64,
    /// Which of the date headers that the scheme reads.
    pub(crate) date_form: usize,
    pub(crate) additional: Vec<&'static str>,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let way = select(Way::ALL.to_vec());
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
/// Those of [`QUERY_NAME`] that V2 of the S3 dialect signs.
const S3_SUBRESOURCES: [&str; 5] = [
    "acl",
    "partNumber",
    "uploads",
    "versionId",
    "response-content-type",
];
const HEADER_NAME: &str =
    "x-oss-meta-[a-z]{1,4}|x-amz-meta-[a-z]{1,4}|X-Oss-Acl|Content-Type|content-md5|User-Agent";
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
    pub(crate) fn is_way_of(self, claim: &Claim<'_>) -> bool {
        let expected = match self {
            Self::V1Header => (Scheme::V1, Carrier::Header),
            Self::V1Url => (Scheme::V1, Carrier::Url),
            Self::V2Header => (Scheme::V2, Carrier::Header),
            Self::V2Url => (Scheme::V2, Carrier::Url),
            Self::V4Header => (Scheme::V4, Carrier::Header),
            Self::V4Url => (Scheme::V4, Carrier::Url),
            Self::S3Header => (Scheme::S3V4, Carrier::Header),
            Self::S3Url => (Scheme::S3V4, Carrier::Url),
            Self::S3V2Header => (Scheme::S3V2, Carrier::Header),
            Self::S3V2Url => (Scheme::S3V2, Carrier::Url),
        };
        (claim.scheme(), claim.carrier()) == expected
    }

    pub(crate) fn signs_whole_query(self) -> bool {
        !matches!(
            self,
            Self::V1Header | Self::V1Url | Self::S3V2Header | Self::S3V2Url
        )
    }

    /// Whether it signs the headers that it lists, and those alone.
    pub(crate) fn lists_headers(self) -> bool {
        matches!(self, Self::S3Header | Self::S3Url)
    }

    /// Whether it signs the path on the wire.
    pub(crate) fn signs_path(self) -> bool {
        self.lists_headers() || self.is_s3_v2()
    }

    pub(crate) fn is_s3_v2(self) -> bool {
        matches!(self, Self::S3V2Header | Self::S3V2Url)
    }

    pub(crate) fn is_header(self) -> bool {
        matches!(
            self,
            Self::V1Header | Self::V2Header | Self::V4Header | Self::S3Header | Self::S3V2Header
        )
    }
}

impl Case {
    pub(crate) fn signed(&self) -> Message {
        self.signed_for(60)
    }

    /// A URL is valid for so many seconds from the time of the case on; other ways have no end.
    pub(crate) fn signed_for(&self, lifetime: i64) -> Message {
        let mut message = self.message.clone();
        if self.way.is_header() {
            self.add_date_and_token(&mut message);
            let authorization = message.as_request(|request| self.authorization(request));
            return message.with_header("Authorization", &authorization);
        }
        let appended = message.as_request(|request| self.signature_parameters(request, lifetime));
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
            (Way::S3Header, 1 | 2) | (Way::S3V2Header, 1) => ("X-Amz-Date", iso),
            (Way::S3V2Header, 2) => ("x-amz-date", rfc),
            _ => ("Date", rfc),
        };
        message.headers.push((date.0.to_owned(), date.1));
        let token_name = match self.way {
            Way::S3Header | Way::S3V2Header => "x-amz-security-token",
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
            Way::S3V2Header => s3::v2::header::sign(request, &credentials),
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

    fn signature_parameters(&self, request: &Request<'_>, lifetime: i64) -> Vec<(String, String)> {
        let credentials = self.credentials();
        let time = Timestamp(self.time);
        let expires = Timestamp(self.time + lifetime);
        match self.way {
            Way::V1Url => v1::url::sign(request, &credentials, expires),
            Way::V2Url => v2::url::sign(request, &credentials, expires, &self.additional),
            Way::S3V2Url => s3::v2::url::sign(request, &credentials, expires),
            Way::S3Url => {
                let scope_date = time.scope_date();
                let scope = Scope::s3(&scope_date, REGION);
                let names: Vec<_> = request.headers.iter().map(|header| header.name).collect();
                let lifetime = Duration::from_secs(lifetime.unsigned_abs());
                s3::url::sign(request, &credentials, &scope, time, lifetime, &names)
            }
            _ => {
                let scope_date = time.scope_date();
                let scope = Scope::oss(&scope_date, REGION);
                v4::url::sign(
                    request,
                    &credentials,
                    &scope,
                    time,
                    Duration::from_secs(lifetime.unsigned_abs()),
                    &self.additional,
                )
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
    pub(crate) fn signed_parts<'m>(
        &self,
        signed: &'m mut Message,
    ) -> Vec<(&'static str, &'m mut String)> {
        let mut parts = vec![("method", &mut signed.method)];
        if !self.way.lists_headers() {
            parts.extend(signed.bucket.as_mut().map(|bucket| ("bucket", bucket)));
        }
        if self.way.signs_path() {
            parts.push(("path", &mut signed.path));
        } else {
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

    pub(crate) fn covers_parameter(&self, name: &str) -> bool {
        let listed = if self.way.is_s3_v2() {
            name.starts_with("x-amz-") || S3_SUBRESOURCES.contains(&name)
        } else {
            v1::is_signed_subresource(name)
        };
        self.way.signs_whole_query() || listed || name == "Expires" || name == "Signature"
    }

    pub(crate) fn covers_header(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        if self.way.lists_headers() {
            return name != "authorization";
        }
        let own = if self.way.is_s3_v2() {
            "x-amz-"
        } else {
            "x-oss-"
        };
        name.starts_with(own)
            || name == "content-type"
            || name == "content-md5"
            || (name == "date" && self.way.is_header())
            || (self.additional.contains(&name.as_str()) && self.way.signs_whole_query())
    }
}

/// Replaces one character by an ASCII letter or digit that means something else, also as a method, a header
/// name or a host, whatever its case.
pub(crate) fn change_one_byte(
    text: &mut String,
    place: Index,
    substitute: Index,
) -> (String, String) {
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
