//! Requests to ask with, signed by `oss-auth`.

use std::net::SocketAddr;

use base64::Engine;
use http::request::Parts;
use oss_auth::{Credentials, Header, QueryPair, Scope, Timestamp};
use oss_reference::answer::Refusal;
use oss_reference::request::{Arrival, Form, Request};
use serde_json::{Value, json};

use crate::fixture::{NOW, Setup};

/// A key, and a token when it is a temporary one.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Key {
    pub(crate) uid: String,
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

/// How a request is signed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scheme {
    None,
    V1,
    V1Url,
    V2,
    V2Url,
    V4,
    V4Url,
    S3,
}

/// A request to be.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: String,
    pub(crate) host: String,
    /// Raw path; with a query when the test wrote one.
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    /// The bucket that is signed.
    pub(crate) bucket: Option<String>,
    /// Path style: the bucket stands in the path.
    pub(crate) path_style: bool,
    pub(crate) scheme: Scheme,
    pub(crate) key: Key,
    /// Seconds from [`NOW`] at which it is signed.
    pub(crate) signed_at: i64,
    /// V1 `Expires`, or V4 `x-oss-expires`, as text.
    pub(crate) expires: Option<String>,
    /// Region in the scope of V4.
    pub(crate) region: String,
    /// Query parameters that are taken away after signing.
    pub(crate) dropped: Vec<&'static str>,
    pub(crate) fields: Option<Vec<(String, String)>>,
    pub(crate) file_type: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) vpc: Option<String>,
    pub(crate) peer: SocketAddr,
    pub(crate) at: i64,
}

impl Ask {
    pub(crate) fn new(method: &str, host: &str, path: &str) -> Self {
        Self {
            method: method.into(),
            host: host.into(),
            path: path.into(),
            headers: Vec::new(),
            bucket: None,
            path_style: false,
            scheme: Scheme::None,
            key: Key::default(),
            signed_at: 0,
            expires: None,
            region: "cn-hangzhou".into(),
            dropped: Vec::new(),
            fields: None,
            file_type: None,
            body: None,
            vpc: None,
            peer: SocketAddr::from(([127, 0, 0, 1], 50000)),
            at: NOW,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn by(mut self, key: &Key) -> Self {
        self.key = key.clone();
        self
    }

    pub(crate) fn anonymous(mut self) -> Self {
        self.scheme = Scheme::None;
        self
    }

    pub(crate) fn scheme(mut self, scheme: Scheme) -> Self {
        self.scheme = scheme;
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        self.body = Some(body.into());
        self
    }

    /// PostObject with these conditions and fields, signed by the key under V1.
    #[allow(clippy::needless_pass_by_value, reason = "it is called with literals")]
    pub(crate) fn form(
        mut self,
        expiration: &str,
        conditions: Value,
        fields: &[(&str, &str)],
    ) -> Self {
        let document = json!({ "expiration": expiration, "conditions": conditions }).to_string();
        let encoded = base64::engine::general_purpose::STANDARD.encode(document);
        let credentials = credentials(&self.key);
        let signature = oss_auth::form::v1::sign(&encoded, &credentials);
        let mut all: Vec<(String, String)> = fields
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        all.push(("OSSAccessKeyId".into(), self.key.id.clone()));
        all.push(("policy".into(), encoded));
        all.push(("Signature".into(), signature));
        self.scheme = Scheme::None;
        self.fields = Some(all);
        self
    }

    /// The fields as the front hands them on.
    pub(crate) fn fields(&self) -> Option<Form> {
        let fields = self.fields.clone()?;
        Some(Form {
            fields,
            file_name: Some("photo.png".into()),
            file_content_type: self.file_type.clone(),
        })
    }

    /// Signs it.
    pub(crate) fn parts(&self) -> Parts {
        let (path, raw_query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let key_path = if self.path_style {
            path.splitn(3, '/').nth(2).unwrap_or("")
        } else {
            path.trim_start_matches('/')
        };
        let object = oss_auth::percent_decode(key_path)
            .expect("test paths are well encoded")
            .into_owned();
        let date = Timestamp(self.at + self.signed_at);
        let mut headers = self.headers.clone();
        let has = |headers: &[(String, String)], name: &str| {
            headers.iter().any(|(known, _)| known == name)
        };
        match self.scheme {
            Scheme::V1 | Scheme::V2 if !has(&headers, "date") && !has(&headers, "x-oss-date") => {
                headers.push(("date".into(), date.to_rfc1123()));
            }
            Scheme::V4 => {
                headers.push(("x-oss-date".into(), date.to_iso_basic()));
                headers.push(("x-oss-content-sha256".into(), "UNSIGNED-PAYLOAD".into()));
            }
            Scheme::S3 => {
                headers.push(("x-amz-date".into(), date.to_iso_basic()));
                headers.push(("x-amz-content-sha256".into(), "UNSIGNED-PAYLOAD".into()));
            }
            _ => {}
        }
        headers.push(("host".into(), self.host.clone()));
        let in_header = matches!(self.scheme, Scheme::V1 | Scheme::V2 | Scheme::V4);
        if let Some(token) = self.key.token.as_ref().filter(|_| in_header) {
            headers.push(("x-oss-security-token".into(), token.clone()));
        }
        let pairs: Vec<QueryPair<'_>> =
            oss_auth::parse_query(raw_query).expect("test queries are well encoded");
        let signed_headers: Vec<Header<'_>> = headers
            .iter()
            .map(|(name, value)| Header::new(name, value))
            .collect();
        let signed = oss_auth::Request {
            method: &self.method,
            bucket: self.bucket.as_deref(),
            key: Some(object.as_str()).filter(|key| !key.is_empty()),
            query: &pairs,
            headers: &signed_headers,
            path,
        };
        let credentials = credentials(&self.key);
        let scope_date = date.scope_date();
        let until = |default: i64| self.expires.clone().unwrap_or_else(|| default.to_string());
        let mut query = raw_query.to_owned();
        let mut authorization = None;
        let mut add = |added: Vec<(String, String)>| {
            for (name, value) in added
                .into_iter()
                .filter(|(name, _)| !self.dropped.contains(&name.as_str()))
            {
                if !query.is_empty() {
                    query.push('&');
                }
                query.push_str(&format!(
                    "{}={}",
                    oss_auth::percent_encode(&name),
                    oss_auth::percent_encode(&value)
                ));
            }
        };
        match self.scheme {
            Scheme::None => {}
            Scheme::V1 => authorization = Some(oss_auth::v1::header::sign(&signed, &credentials)),
            Scheme::V2 => {
                authorization = Some(oss_auth::v2::header::sign(&signed, &credentials, &[]));
            }
            Scheme::V4 => {
                let scope = Scope::oss(&scope_date, &self.region);
                authorization = Some(oss_auth::v4::header::sign(
                    &signed,
                    &credentials,
                    &scope,
                    &[],
                ));
            }
            Scheme::S3 => {
                let scope = Scope::s3(&scope_date, &self.region);
                let names = ["host", "x-amz-content-sha256", "x-amz-date"];
                authorization = Some(oss_auth::s3::header::sign(
                    &signed,
                    &credentials,
                    &scope,
                    &names,
                ));
            }
            Scheme::V1Url => add(oss_auth::v1::url::sign_raw(
                &signed,
                &credentials,
                &until(self.at + 60),
            )),
            Scheme::V2Url => add(oss_auth::v2::url::sign_raw(
                &signed,
                &credentials,
                &until(self.at + 60),
                &[],
            )),
            Scheme::V4Url => {
                let scope = Scope::oss(&scope_date, &self.region);
                add(oss_auth::v4::url::sign_raw(
                    &signed,
                    &credentials,
                    &scope,
                    &date.to_iso_basic(),
                    &until(60),
                    &[],
                ));
            }
        }
        let target = if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        };
        let mut builder = http::Request::builder()
            .method(self.method.as_str())
            .uri(target);
        for (name, value) in &headers {
            builder = builder.header(name, value);
        }
        if let Some(authorization) = authorization {
            builder = builder.header("authorization", authorization);
        }
        let (parts, ()) = builder.body(()).expect("a request").into_parts();
        parts
    }

    /// Reads the head that [`Ask::parts`] made.
    pub(crate) fn read<'r>(
        &'r self,
        parts: &'r Parts,
        setup: &Setup,
    ) -> Result<Request<'r>, Refusal> {
        let arrival = Arrival {
            peer: self.peer.ip(),
            vpc_endpoint: self.vpc.as_deref(),
            id: "636B68BA80DA8539399F0001",
            received: self.at,
        };
        let destination = setup.destination(parts)?;
        Ok(Request::read(parts, destination, arrival)?)
    }
}

fn credentials(key: &Key) -> Credentials<'_> {
    Credentials {
        access_key_id: &key.id,
        access_key_secret: &key.secret,
        security_token: key.token.as_deref(),
    }
}
