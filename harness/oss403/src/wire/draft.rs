//! From a call of a scenario, and maybe a request edit, to a request that is not signed yet.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::parts::{Pair, RequestLine, set_field, set_header, set_query};
use super::scene::{BucketIn, BucketPlace, Scene, SceneError};
use crate::wire::identity::Identity;
use oss403_case::model::{Call, Edit, HostName, RequestEdit, SignWith, Staged, TextMap};

/// A request before it is signed, every name in it decoded.
#[derive(Debug, Clone)]
pub struct Draft {
    pub method: String,
    /// The Host header.
    pub host: String,
    /// Another address than the host's own: the VPC endpoint's.
    pub address: Option<String>,
    /// The bucket, as the signature names it.
    pub bucket: Option<String>,
    /// Whether the bucket stands in the path.
    pub bucket_in: BucketIn,
    pub key: Option<String>,
    /// Query, without what the signature adds.
    pub query: Vec<Pair>,
    /// Headers, without what the client and the signature add.
    pub headers: Vec<(String, String)>,
    pub body: Body,
    /// How it will be signed.
    pub signing: Signing,
}

/// The body of a request.
#[derive(Debug, Clone)]
pub enum Body {
    /// None.
    Empty,
    Bytes(Bytes),
    /// A PostObject form.
    Form(FormDraft),
}

/// A PostObject form before it is signed.
#[derive(Debug, Clone)]
pub struct FormDraft {
    /// Fields in order.
    pub fields: Vec<(String, String)>,
    /// Conditions of the policy; `None` for the usual ones.
    pub conditions: Option<Vec<Value>>,
    /// Content of the file.
    pub file: String,
}

/// How a draft will be signed. Everything besides `with` and `identity` is there for what an honest client would never do.
#[derive(Debug, Clone)]
pub struct Signing {
    /// The scheme and its carrier.
    pub with: SignWith,
    /// Whose key; `None` signs nothing.
    pub identity: Option<Arc<Identity>>,
    /// Another AccessKeyId than the identity's.
    pub access_key_id: Option<String>,
    /// Sign with a secret that is not the identity's.
    pub wrong_secret: bool,
    pub token: Token,
    /// Region of the credential scope.
    pub region: String,
    /// AdditionalHeaders.
    pub additional: Vec<String>,
    /// Seconds by which the sender's clock is off.
    pub clock: i64,
    /// Life of a signed URL or Post policy in seconds from now.
    pub expires_in: Option<i64>,
    /// The expiry as this very text.
    pub expires: Option<String>,
    /// Names of headers, query parameters or fields that neither the call nor the signature may add.
    pub left_out: Vec<String>,
}

/// Which token a signature carries.
#[derive(Debug, Clone)]
pub enum Token {
    /// The identity's own, if it has one.
    Own,
    Text(String),
    /// None.
    Absent,
}

impl Draft {
    /// A plain request of an identity on a bucket, or on the service: what fixtures and probes are made of.
    pub fn new(
        method: &str,
        scene: &Scene,
        bucket: Option<&BucketPlace>,
        key: Option<&str>,
        identity: Arc<Identity>,
        with: SignWith,
    ) -> Self {
        let region = bucket.map_or(&scene.names.home, |bucket| &bucket.region);
        let name = bucket.map(|bucket| &*bucket.name);
        let (host, bucket_in) = scene.names.host(name, region);
        Self {
            method: method.to_owned(),
            host,
            address: None,
            bucket: bucket.map(|bucket| bucket.name.clone()),
            bucket_in,
            key: key.map(str::to_owned),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::Empty,
            signing: Signing::new(with, Some(identity), region.clone()),
        }
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: Option<&str>) -> Self {
        self.query.push((name.to_owned(), value.map(str::to_owned)));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Body::Bytes(body.into());
        self
    }

    /// The request that a call stands for.
    ///
    /// # Errors
    /// When a word of the call means nothing in this scene.
    pub fn of_call(call: &Call, scene: &Scene, now: i64) -> Result<Self, SceneError> {
        let text = |text: &str| scene.text(text, now);
        let line = RequestLine::parse(&text(&call.request)?)?;
        let bucket = bucket_of(call, scene)?;
        let (host, bucket_in) = scene.host(call.host.as_ref(), bucket, now)?;
        let address = match call.via {
            Some(_) => Some(
                scene
                    .vpc_address
                    .clone()
                    .ok_or(SceneError::Host("vpc-endpoint"))?,
            ),
            None => None,
        };
        let headers = texts(&call.headers, scene, now)?;
        let body = match (&call.form, &call.body) {
            (Some(form), _) => Body::Form(FormDraft {
                fields: texts(&form.fields, scene, now)?,
                conditions: match &form.conditions {
                    Some(conditions) => Some(jsons(conditions, scene, now)?),
                    None => None,
                },
                file: text(&form.file)?,
            }),
            (None, Some(body)) => Body::Bytes(text(body)?.into()),
            (None, None) => Body::Empty,
        };
        let identity = scene.identity(&call.r#as)?;
        let region = bucket
            .map_or(&scene.names.home, |bucket| &bucket.region)
            .clone();
        let mut signing = Signing::new(call.signed_with(), identity, region);
        signing.additional = call
            .additional_headers
            .iter()
            .map(|name| text(name))
            .collect::<Result<_, _>>()?;
        signing.clock = call.clock.map_or(0, |span| span.0);
        let form_life = call.form.as_ref().and_then(|form| form.expires_in);
        signing.expires_in = form_life.or(call.expires_in).map(|span| span.0);
        Ok(Self {
            method: line.method,
            host,
            address,
            bucket: bucket.map(|bucket| bucket.name.clone()),
            bucket_in,
            key: line.key,
            query: line.query,
            headers,
            body,
            signing,
        })
    }

    /// The request that a call stands for after its request edits. Edits of the wire or the world leave the call as it is.
    ///
    /// # Errors
    /// When a word of the call or the edit means nothing in this scene.
    pub fn of_edited(
        call: &Call,
        edit: &Edit,
        scene: &Scene,
        now: i64,
    ) -> Result<Self, SceneError> {
        let mut call = call.clone();
        edit.on_call(&mut call);
        let mut draft = Self::of_call(&call, scene, now)?;
        for step in edit.steps() {
            match step {
                Staged::Request(edit) => draft.apply(edit, scene, now)?,
                Staged::Wire(_) | Staged::World(_) | Staged::Operator(_) => {}
            }
        }
        Ok(draft)
    }

    /// Applies those request edits that are not simply another word in the call.
    fn apply(&mut self, edit: RequestEdit<'_>, scene: &Scene, now: i64) -> Result<(), SceneError> {
        let text = |text: &str| scene.text(text, now);
        match edit {
            RequestEdit::Method(method) => self.method = text(method)?,
            RequestEdit::SetHeader(map) => {
                for (name, value) in texts(map, scene, now)? {
                    set_header(&mut self.headers, name, value);
                }
            }
            RequestEdit::DropHeader(name) => {
                let name = text(name)?;
                self.headers
                    .retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
                self.signing.left_out.push(name);
            }
            RequestEdit::SetQuery(map) => {
                for (name, value) in texts(map, scene, now)? {
                    set_query(&mut self.query, name, value);
                }
            }
            RequestEdit::DropQuery(name) => {
                let name = text(name)?;
                self.query.retain(|(known, _)| *known != name);
                self.signing.left_out.push(name);
            }
            RequestEdit::SetField(map) => {
                if let Body::Form(form) = &mut self.body {
                    for (name, value) in texts(map, scene, now)? {
                        set_field(&mut form.fields, name, value);
                    }
                }
            }
            RequestEdit::DropField(name) => {
                let name = text(name)?;
                if let Body::Form(form) = &mut self.body {
                    form.fields.retain(|(known, _)| *known != name);
                }
                self.signing.left_out.push(name);
            }
            RequestEdit::Conditions(conditions) => {
                if let Body::Form(form) = &mut self.body {
                    form.conditions = Some(jsons(conditions, scene, now)?);
                }
            }
            RequestEdit::Clock(span) => self.signing.clock = span.0,
            RequestEdit::ExpiresIn(span) => self.signing.expires_in = Some(span.0),
            RequestEdit::Expires(expires) => self.signing.expires = Some(text(expires)?),
            RequestEdit::AccessKeyId(id) => self.signing.access_key_id = Some(text(id)?),
            RequestEdit::WrongSecret(_) => self.signing.wrong_secret = true,
            RequestEdit::Token(token) => self.signing.token = Token::Text(text(token)?),
            RequestEdit::TokenOf(name) => {
                let token = scene
                    .identity(name)?
                    .and_then(|identity| identity.token().map(str::to_owned));
                self.signing.token = token.map_or(Token::Absent, Token::Text);
            }
            RequestEdit::DropToken(_) => self.signing.token = Token::Absent,
            RequestEdit::ScopeRegion(region) => self.signing.region = text(region)?,
            // The call has these already.
            RequestEdit::As(_)
            | RequestEdit::Sign(_)
            | RequestEdit::Request(_)
            | RequestEdit::Bucket(_)
            | RequestEdit::Host(_)
            | RequestEdit::Body(_) => {}
        }
        Ok(())
    }
}

impl Signing {
    /// Signs as an honest client would.
    pub fn new(with: SignWith, identity: Option<Arc<Identity>>, region: String) -> Self {
        Self {
            with,
            identity,
            access_key_id: None,
            wrong_secret: false,
            token: Token::Own,
            region,
            additional: Vec::new(),
            clock: 0,
            expires_in: None,
            expires: None,
            left_out: Vec::new(),
        }
    }
}

/// The bucket a call is about. Where the scenario makes none, `host: bucket` means the name that is kept free for it.
fn bucket_of<'s>(call: &Call, scene: &'s Scene) -> Result<Option<&'s BucketPlace>, SceneError> {
    match call.bucket.as_deref() {
        Some("none") => Ok(None),
        Some(name) => scene.bucket(name).map(Some),
        None if scene.no_bucket && !matches!(call.host, Some(HostName::Bucket)) => Ok(None),
        None => scene.bucket("").map(Some),
    }
}

fn texts(map: &TextMap, scene: &Scene, now: i64) -> Result<Vec<(String, String)>, SceneError> {
    map.iter()
        .map(|(name, value)| Ok((scene.text(name, now)?, scene.text(value, now)?)))
        .collect()
}

fn jsons(values: &[Value], scene: &Scene, now: i64) -> Result<Vec<Value>, SceneError> {
    values.iter().map(|value| scene.json(value, now)).collect()
}
