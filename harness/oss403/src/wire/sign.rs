//! From a draft to a signed request, with `oss-auth` as the signer. Signs whatever it is given, honest or not.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use oss_auth::{Credentials, Request, Scope, Timestamp};

use super::draft::{Body, Draft, FormDraft, Signing, Token};
use super::form;
use super::parts::{Pair, headers_to_sign, query_to_sign};
use super::scene::BucketIn;
use oss403_case::model::SignWith;

/// Life of a signed URL in seconds when nothing else is said.
const URL_LIFE: i64 = 600;
/// Life of a Post policy in seconds when nothing else is said.
const FORM_LIFE: i64 = 3_600;
/// What stands for a secret that is not the identity's.
const WRONG_SECRET: &str = "oss403-this-is-not-the-secret";

/// A signed request, its parts still apart so that they can be tampered with.
#[derive(Debug, Clone)]
pub struct Signed {
    pub method: String,
    /// The Host header.
    pub host: String,
    /// Another address than the host's own.
    pub address: Option<String>,
    pub bucket: Option<String>,
    /// Whether the bucket stands in the path.
    pub bucket_in: BucketIn,
    /// The key, decoded.
    pub key: Option<String>,
    /// The whole query, decoded.
    pub query: Vec<Pair>,
    /// Headers but Host and Content-Length.
    pub headers: Vec<(String, String)>,
    pub body: SignedBody,
}

/// The body of a signed request.
#[derive(Debug, Clone)]
pub enum SignedBody {
    /// These bytes; none when empty.
    Bytes(Bytes),
    Form {
        /// Fields in order, those of the signature included.
        fields: Vec<(String, String)>,
        /// Content of the file.
        file: String,
    },
}

/// Signs a draft. `now` is the true time in Unix seconds; the draft knows how far its sender's clock is off.
pub fn sign(draft: Draft, now: i64) -> Signed {
    let Draft {
        method,
        host,
        address,
        bucket,
        bucket_in,
        key,
        query,
        headers,
        body,
        signing,
    } = draft;
    let now = now.saturating_add(signing.clock);
    let (body, form) = match body {
        Body::Empty => (SignedBody::Bytes(Bytes::new()), None),
        Body::Bytes(bytes) => (SignedBody::Bytes(bytes), None),
        Body::Form(form) => (
            SignedBody::Form {
                fields: Vec::new(),
                file: String::new(),
            },
            Some(form),
        ),
    };
    let mut signed = Signed {
        method,
        host,
        address,
        bucket,
        bucket_in,
        key,
        query,
        headers,
        body,
    };
    if let Some(form) = form {
        signed.body = sign_form(form, &signing, now);
    } else if let Some(credentials) = Key::of(&signing) {
        signed.sign_request(&signing, &credentials, now);
    }
    let left_out = |name: &str| {
        signing
            .left_out
            .iter()
            .any(|out| out.eq_ignore_ascii_case(name))
    };
    signed.headers.retain(|(name, _)| !left_out(name));
    signed
        .query
        .retain(|(name, _)| !signing.left_out.contains(name));
    signed
}

/// What a signature is made with.
struct Key<'a> {
    id: &'a str,
    secret: &'a str,
    token: Option<&'a str>,
}

impl<'a> Key<'a> {
    fn of(signing: &'a Signing) -> Option<Self> {
        let identity = signing.identity.as_deref()?;
        Some(Self {
            id: signing
                .access_key_id
                .as_deref()
                .unwrap_or(&identity.access_key_id),
            secret: if signing.wrong_secret {
                WRONG_SECRET
            } else {
                identity.secret()
            },
            token: match &signing.token {
                Token::Own => identity.token(),
                Token::Text(text) => Some(text),
                Token::Absent => None,
            },
        })
    }

    fn credentials(&self) -> Credentials<'_> {
        Credentials {
            access_key_id: self.id,
            access_key_secret: self.secret,
            security_token: self.token,
        }
    }
}

/// Signs a URL of V4, in either dialect.
type SignUrlV4 =
    fn(&Request<'_>, &Credentials<'_>, &Scope<'_>, &str, &str, &[&str]) -> Vec<(String, String)>;

impl Signed {
    fn sign_request(&mut self, signing: &Signing, key: &Key<'_>, now: i64) {
        match signing.with {
            // Forms are signed in their fields; a call without a form has none.
            SignWith::None | SignWith::FormV1 | SignWith::FormV4 => {}
            SignWith::HeaderV1 | SignWith::HeaderV2 | SignWith::S3HeaderV2 => {
                self.sign_header(signing, key, Timestamp(now));
            }
            SignWith::HeaderV4 => self.sign_header_v4(signing, key, Timestamp(now)),
            SignWith::S3HeaderV4 => self.sign_s3_header_v4(signing, key, Timestamp(now)),
            SignWith::UrlV1 | SignWith::UrlV2 | SignWith::S3UrlV2 => {
                self.sign_url(signing, key, now);
            }
            SignWith::UrlV4 | SignWith::S3UrlV4 => self.sign_url_v4(signing, key, now),
        }
    }

    /// In the header, by a version before V4.
    fn sign_header(&mut self, signing: &Signing, key: &Key<'_>, at: Timestamp) {
        let token = match signing.with {
            SignWith::S3HeaderV2 => "x-amz-security-token",
            _ => "x-oss-security-token",
        };
        self.add_header(signing, "Date", at.to_rfc1123());
        self.add_token_header(signing, token, key);
        let credentials = key.credentials();
        let authorization = self.with_request(|request| match signing.with {
            SignWith::HeaderV1 => oss_auth::v1::header::sign(request, &credentials),
            SignWith::S3HeaderV2 => oss_auth::s3::v2::header::sign(request, &credentials),
            _ => oss_auth::v2::header::sign(request, &credentials, &additional(signing)),
        });
        self.add_header(signing, "Authorization", authorization);
    }

    fn sign_header_v4(&mut self, signing: &Signing, key: &Key<'_>, at: Timestamp) {
        self.add_header(signing, "x-oss-date", at.to_iso_basic());
        self.add_header(signing, "x-oss-content-sha256", "UNSIGNED-PAYLOAD".into());
        self.add_token_header(signing, "x-oss-security-token", key);
        let date = at.scope_date();
        let scope = Scope::oss(&date, &signing.region);
        let names = additional(signing);
        let authorization = self.with_request(|request| {
            oss_auth::v4::header::sign(request, &key.credentials(), &scope, &names)
        });
        self.add_header(signing, "Authorization", authorization);
    }

    fn sign_s3_header_v4(&mut self, signing: &Signing, key: &Key<'_>, at: Timestamp) {
        self.add_header(signing, "x-amz-date", at.to_iso_basic());
        self.add_header(signing, "x-amz-content-sha256", "UNSIGNED-PAYLOAD".into());
        self.add_token_header(signing, "x-amz-security-token", key);
        let date = at.scope_date();
        let scope = Scope::s3(&date, &signing.region);
        let mut names = vec!["host", "x-amz-content-sha256", "x-amz-date"];
        names.extend(key.token.map(|_| "x-amz-security-token"));
        names.extend(additional(signing));
        let authorization = self.with_request(|request| {
            oss_auth::s3::header::sign(request, &key.credentials(), &scope, &names)
        });
        self.add_header(signing, "Authorization", authorization);
    }

    /// In the URL, by a version before V4.
    fn sign_url(&mut self, signing: &Signing, key: &Key<'_>, now: i64) {
        let until = now
            .saturating_add(signing.expires_in.unwrap_or(URL_LIFE))
            .to_string();
        let expires = signing.expires.as_deref().unwrap_or(&until);
        let credentials = key.credentials();
        let pairs = self.with_request(|request| match signing.with {
            SignWith::UrlV1 => oss_auth::v1::url::sign_raw(request, &credentials, expires),
            SignWith::S3UrlV2 => oss_auth::s3::v2::url::sign_raw(request, &credentials, expires),
            _ => {
                let names = additional(signing);
                oss_auth::v2::url::sign_raw(request, &credentials, expires, &names)
            }
        });
        self.add_query(signing, pairs);
    }

    fn sign_url_v4(&mut self, signing: &Signing, key: &Key<'_>, now: i64) {
        let (date, life) = url_v4_window(now, signing.expires_in.unwrap_or(URL_LIFE));
        let (scope_date, life) = (date.scope_date(), life.to_string());
        let expires = signing.expires.as_deref().unwrap_or(&life);
        let date = date.to_iso_basic();
        let additional = additional(signing);
        let credentials = key.credentials();
        let pairs = self.with_request(|request| {
            let sign = |sign: SignUrlV4, scope, names: &[&str]| {
                sign(request, &credentials, &scope, &date, expires, names)
            };
            if signing.with == SignWith::UrlV4 {
                let scope = Scope::oss(&scope_date, &signing.region);
                sign(oss_auth::v4::url::sign_raw, scope, &additional)
            } else {
                let scope = Scope::s3(&scope_date, &signing.region);
                let names = [&["host"], &additional[..]].concat();
                sign(oss_auth::s3::url::sign_raw, scope, &names)
            }
        });
        self.add_query(signing, pairs);
    }

    /// Adds a header of the client's, unless the call sets it itself or leaves it out: that must show in the signature too.
    fn add_header(&mut self, signing: &Signing, name: &str, value: String) {
        let known = |known: &str| known.eq_ignore_ascii_case(name);
        if !self.headers.iter().any(|(name, _)| known(name))
            && !signing.left_out.iter().any(|name| known(name))
        {
            self.headers.push((name.to_owned(), value));
        }
    }

    fn add_token_header(&mut self, signing: &Signing, name: &str, key: &Key<'_>) {
        if let Some(token) = key.token {
            self.add_header(signing, name, token.to_owned());
        }
    }

    /// Adds what the signature brings; what the call sets itself stays.
    fn add_query(&mut self, signing: &Signing, pairs: Vec<(String, String)>) {
        for (name, value) in pairs {
            let set = self.query.iter().any(|(known, _)| *known == name);
            if !set && !signing.left_out.contains(&name) {
                self.query.push((name, Some(value)));
            }
        }
    }

    /// The StringToSign that a server has to compute for this very request, tampered with or not.
    pub fn string_to_sign(&self) -> Option<String> {
        let bytes = match &self.body {
            SignedBody::Form { fields, .. } => {
                let claim = oss_auth::find_form_claim(fields).ok().flatten()?;
                claim.compute("").string_to_sign
            }
            SignedBody::Bytes(_) => self.with_request(|request| {
                let claim = oss_auth::find_claim(request).ok().flatten()?;
                Some(claim.compute("").string_to_sign)
            })?,
        };
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Shows the request to a signer as a server will see it.
    fn with_request<T>(&self, then: impl FnOnce(&Request<'_>) -> T) -> T {
        let query = query_to_sign(&self.query);
        let headers = headers_to_sign(&self.headers, &self.host);
        let path = self.path();
        then(&Request {
            method: &self.method,
            bucket: self.bucket.as_deref(),
            key: self.key.as_deref(),
            query: &query,
            headers: &headers,
            path: &path,
        })
    }

    /// The path as it goes on the wire.
    pub fn path(&self) -> String {
        let key = self.key.as_deref().unwrap_or_default();
        let key = oss_auth::percent_encode_keeping_slash(key);
        match (&self.bucket, self.bucket_in) {
            (Some(bucket), BucketIn::Path) => {
                format!("/{}/{key}", oss_auth::percent_encode(bucket))
            }
            _ => format!("/{key}"),
        }
    }

    /// Path and query as they go on the wire.
    pub fn target(&self) -> String {
        let mut target = self.path();
        for (index, (name, value)) in self.query.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.push_str(&oss_auth::percent_encode(name));
            if let Some(value) = value {
                target.push('=');
                target.push_str(&oss_auth::percent_encode(value));
            }
        }
        target
    }
}

/// The names of the headers that are signed although they need not be.
fn additional(signing: &Signing) -> Vec<&str> {
    signing.additional.iter().map(String::as_str).collect()
}

/// `x-oss-date` and `x-oss-expires` of a V4 URL that lives until `now + life`. Since the life counts from the date and must be
/// positive, a URL that is dead already was signed in the past.
fn url_v4_window(now: i64, life: i64) -> (Timestamp, i64) {
    if life > 0 {
        (Timestamp(now), life)
    } else {
        (
            Timestamp(now.saturating_add(life).saturating_sub(URL_LIFE)),
            URL_LIFE,
        )
    }
}

/// Completes the fields of a form. Without a key they stay as they are, and the form is anonymous.
fn sign_form(form: FormDraft, signing: &Signing, now: i64) -> SignedBody {
    let FormDraft {
        mut fields,
        conditions,
        file,
    } = form;
    let key = Key::of(signing).filter(|_| signing.with != SignWith::None);
    if let Some(key) = key {
        let until = now.saturating_add(signing.expires_in.unwrap_or(FORM_LIFE));
        let expiration = signing
            .expires
            .clone()
            .unwrap_or_else(|| Timestamp(until).to_iso_extended_millis());
        let policy = |more: &[(String, String)]| {
            BASE64_STANDARD.encode(form::policy(&expiration, conditions.as_deref(), more))
        };
        let credentials = key.credentials();
        let mut added: Vec<(String, String)> = Vec::with_capacity(6);
        let mut add = |name: &str, value: String| added.push((name.to_owned(), value));
        if signing.with == SignWith::FormV4 {
            let at = Timestamp(now);
            let (date, scope_date) = (at.to_iso_basic(), at.scope_date());
            let scope = Scope::oss(&scope_date, &signing.region);
            let said = [
                (
                    "x-oss-signature-version".to_owned(),
                    "OSS4-HMAC-SHA256".to_owned(),
                ),
                ("x-oss-credential".to_owned(), format!("{}/{scope}", key.id)),
                ("x-oss-date".to_owned(), date),
            ];
            let policy = policy(&said);
            let signature = oss_auth::form::v4::sign(&policy, &credentials, &scope);
            add("policy", policy);
            for (name, value) in said {
                add(&name, value);
            }
            add("x-oss-signature", signature);
        } else {
            let policy = policy(&[]);
            let signature = oss_auth::form::v1::sign(&policy, &credentials);
            add("OSSAccessKeyId", key.id.to_owned());
            add("policy", policy);
            add("Signature", signature);
        }
        if let Some(token) = key.token {
            add("x-oss-security-token", token.to_owned());
        }
        for (name, value) in added {
            if !fields.iter().any(|(known, _)| *known == name) {
                fields.push((name, value));
            }
        }
    }
    fields.retain(|(name, _)| !signing.left_out.contains(name));
    SignedBody::Form { fields, file }
}
