//! A world to ask in, and requests to ask with: signed by `oss-auth`, read by `request::read`, decided by `checks::decide`.

use std::net::SocketAddr;

use base64::Engine;
use bytes::Bytes;
use oss_auth::{Credentials, Header, QueryPair, Scope, Timestamp};
use oss_policy::{BucketAcl, ObjectAcl, Policy, PolicyKind};
use oss_reference::answer::Refusal;
use oss_reference::checks::{Form, Granted, Inquiry, decide, decide_body};
use oss_reference::config::{Config, Identities};
use oss_reference::operator::protocol::{Command, Credential};
use oss_reference::request::{self, Request};
use oss_reference::world::{Bucket, Content, Object, World};
use oss_reference::{Cause, operator};
use serde_json::{Value, json};

/// Monday, 2023-12-18T08:00:00Z.
pub(crate) const NOW: i64 = 1_702_886_400;
pub(crate) const OWNER: &str = Identities::OWNER_ACCOUNT;
pub(crate) const OTHER: &str = Identities::OTHER_ACCOUNT;

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

/// What there is.
pub(crate) struct Setup {
    pub(crate) world: World,
    pub(crate) config: Config,
}

impl Setup {
    /// `bucket-one` (private) in Hangzhou, `bucket-two` (private) in Shanghai, `bucket-read` (public-read) and `bucket-write`
    /// (public-read-write) in Hangzhou; each with `k.txt`.
    pub(crate) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(crate) fn with(config: Config) -> Self {
        config.validate().expect("the configuration is valid");
        let mut world = World::seeded(&config, NOW);
        let buckets = [
            ("bucket-one", "cn-hangzhou", BucketAcl::Private),
            ("bucket-two", "cn-shanghai", BucketAcl::Private),
            ("bucket-read", "cn-hangzhou", BucketAcl::PublicRead),
            ("bucket-write", "cn-hangzhou", BucketAcl::PublicReadWrite),
        ];
        for (name, region, acl) in buckets {
            let mut bucket = Bucket::new(name, OWNER, region, NOW - 1000);
            bucket.acl = acl;
            bucket.objects.insert("k.txt".into(), Object::new(content(b"hello"), NOW - 900));
            world.buckets.insert(name.into(), bucket);
        }
        Self { world, config }
    }

    pub(crate) fn bucket(&mut self, name: &str) -> &mut Bucket {
        self.world.buckets.get_mut(name).expect("the bucket exists")
    }

    pub(crate) fn object(&mut self, bucket: &str) -> &mut Object {
        self.bucket(bucket).objects.get_mut("k.txt").expect("the object exists")
    }

    pub(crate) fn operate(&mut self, command: Value) -> Value {
        let command = Command::from_json(command).expect("a command");
        operator::execute(&mut self.world, &self.config, NOW, command).expect("it is carried out")
    }

    fn made(&mut self, command: Value) -> Key {
        let made: Credential = serde_json::from_value(self.operate(command)).expect("a credential");
        Key {
            uid: made.uid,
            id: made.access_key_id,
            secret: made.access_key_secret,
            token: made.security_token,
        }
    }

    /// A RAM user of the owner's account with the statements given.
    pub(crate) fn user(&mut self, statements: Value) -> Key {
        self.made(json!({ "create": "ram-user", "account": OWNER, "policy": policy(statements) }))
    }

    /// A RAM user without rights.
    pub(crate) fn poor_user(&mut self) -> Key {
        self.made(json!({ "create": "ram-user", "account": OWNER }))
    }

    /// A session of a role with full access, narrowed to `statements` when some are given.
    pub(crate) fn session(&mut self, statements: Option<Value>) -> Key {
        let mut command = json!({ "create": "session", "account": OWNER, "lifetime_seconds": 900 });
        if let Some(statements) = statements {
            command["policy"] = policy(statements);
        }
        self.made(command)
    }

    /// One of the identities that exist from the start.
    pub(crate) fn key(&self, name: &str) -> Key {
        let identity = self.config.identities.get(name).expect("the identity exists");
        Key {
            uid: identity.account.clone(),
            id: identity.access_key_id.clone(),
            secret: identity.access_key_secret.clone(),
            token: identity.security_token.clone(),
        }
    }

    pub(crate) fn owner(&self) -> Key {
        self.key("owner")
    }

    pub(crate) fn set_policy(&mut self, bucket: &str, statements: Value) {
        let text = policy(statements).to_string();
        let parsed = Policy::parse(text.as_bytes(), PolicyKind::Bucket).expect("a policy");
        self.bucket(bucket).policy = Some((text, parsed));
    }

    /// A request to the bucket's own host, signed by the owner under V1.
    pub(crate) fn ask(&self, method: &str, bucket: &str, path: &str) -> Ask {
        let region = self.world.buckets.get(bucket).map_or("cn-hangzhou", |bucket| &bucket.region);
        let mut ask = Ask::new(method, &format!("{bucket}.oss-{region}.{}", self.config.suffix), path);
        ask.bucket = Some(bucket.into());
        ask.scheme = Scheme::V1;
        ask.key = self.owner();
        ask
    }

    /// A request to the service's host in Hangzhou, signed by the owner under V1.
    pub(crate) fn ask_service(&self, method: &str, path: &str) -> Ask {
        let mut ask = Ask::new(method, &format!("oss-cn-hangzhou.{}", self.config.suffix), path);
        ask.scheme = Scheme::V1;
        ask.key = self.owner();
        ask
    }

    pub(crate) fn send(&self, ask: &Ask) -> Result<Granted, Refusal> {
        let request = ask.request(self)?;
        let form = ask.fields();
        let inquiry = Inquiry::new(&request, form.as_ref(), &self.world, &self.config);
        let granted = decide(&inquiry)?;
        if let Some(body) = &ask.body {
            decide_body(&Inquiry::new(&request, None, &self.world, &self.config), body.as_bytes())?;
        }
        Ok(granted)
    }

    /// The cause a request is refused for: `Ok` when it is granted.
    pub(crate) fn cause(&self, ask: &Ask) -> Result<(), Cause> {
        match self.send(ask) {
            Ok(_) => Ok(()),
            Err(Refusal::Denied(denial)) => Err(denial.cause),
            Err(Refusal::Rejected(rejection)) => panic!("not a 403: {rejection:?}"),
        }
    }

    /// Status and code of a rejection.
    pub(crate) fn rejected(&self, ask: &Ask) -> (u16, &'static str) {
        match self.send(ask) {
            Err(Refusal::Rejected(rejection)) => (rejection.status, rejection.code),
            other => panic!("not rejected: {other:?}"),
        }
    }
}

pub(crate) fn policy(statements: Value) -> Value {
    json!({ "Version": "1", "Statement": statements })
}

pub(crate) fn allow(action: &str, resource: &str) -> Value {
    json!([{ "Effect": "Allow", "Action": action, "Resource": format!("acs:oss:*:*:{resource}") }])
}

pub(crate) fn content(bytes: &[u8]) -> Content {
    Content {
        chunks: std::sync::Arc::new(vec![Bytes::copy_from_slice(bytes)]),
        length: bytes.len() as u64,
        ..Content::default()
    }
}

pub(crate) fn own_acl(setup: &mut Setup, bucket: &str, acl: ObjectAcl) {
    setup.object(bucket).acl = acl;
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
    pub(crate) fn form(mut self, expiration: &str, conditions: Value, fields: &[(&str, &str)]) -> Self {
        let document = json!({ "expiration": expiration, "conditions": conditions }).to_string();
        let encoded = base64::engine::general_purpose::STANDARD.encode(document);
        let credentials = credentials(&self.key);
        let signature = oss_auth::form::v1::sign(&encoded, &credentials);
        let mut all: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
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
        Some(Form { fields, file_name: Some("photo.png".into()), file_content_type: self.file_type.clone() })
    }

    /// Signs and reads it.
    pub(crate) fn request(&self, setup: &Setup) -> Result<Request, Refusal> {
        let (path, raw_query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let key_path = if self.path_style { path.splitn(3, '/').nth(2).unwrap_or("") } else { path.trim_start_matches('/') };
        let object = oss_auth::percent_decode(key_path).expect("test paths are well encoded").into_owned();
        let date = Timestamp(self.at + self.signed_at);
        let mut headers = self.headers.clone();
        let has = |headers: &[(String, String)], name: &str| headers.iter().any(|(known, _)| known == name);
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
        let pairs: Vec<QueryPair<'_>> = oss_auth::parse_query(raw_query).expect("test queries are well encoded");
        let signed_headers: Vec<Header<'_>> = headers.iter().map(|(name, value)| Header::new(name, value)).collect();
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
            for (name, value) in added.into_iter().filter(|(name, _)| !self.dropped.contains(&name.as_str())) {
                if !query.is_empty() {
                    query.push('&');
                }
                query.push_str(&format!("{}={}", oss_auth::percent_encode(&name), oss_auth::percent_encode(&value)));
            }
        };
        match self.scheme {
            Scheme::None => {}
            Scheme::V1 => authorization = Some(oss_auth::v1::header::sign(&signed, &credentials)),
            Scheme::V2 => authorization = Some(oss_auth::v2::header::sign(&signed, &credentials, &[])),
            Scheme::V4 => {
                let scope = Scope::oss(&scope_date, &self.region);
                authorization = Some(oss_auth::v4::header::sign(&signed, &credentials, &scope, &[]));
            }
            Scheme::S3 => {
                let scope = Scope::s3(&scope_date, &self.region);
                let names = ["host", "x-amz-content-sha256", "x-amz-date"];
                authorization = Some(oss_auth::s3::header::sign(&signed, &credentials, &scope, &names));
            }
            Scheme::V1Url => add(oss_auth::v1::url::sign(&signed, &credentials, &until(self.at + 60))),
            Scheme::V2Url => add(oss_auth::v2::url::sign(&signed, &credentials, &until(self.at + 60), &[])),
            Scheme::V4Url => {
                let scope = Scope::oss(&scope_date, &self.region);
                add(oss_auth::v4::url::sign(&signed, &credentials, &scope, &date.to_iso_basic(), &until(60), &[]));
            }
        }
        let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        let mut builder = http::Request::builder().method(self.method.as_str()).uri(target);
        for (name, value) in &headers {
            builder = builder.header(name, value);
        }
        if let Some(authorization) = authorization {
            builder = builder.header("authorization", authorization);
        }
        let (parts, ()) = builder.body(()).expect("a request").into_parts();
        let id = "636B68BA80DA8539399F0001".to_owned();
        let vpc = self.vpc.clone();
        request::read(&parts, self.peer, false, vpc, &setup.world, &setup.config, id, self.at).map_err(Refusal::from)
    }
}

fn credentials(key: &Key) -> Credentials<'_> {
    Credentials {
        access_key_id: &key.id,
        access_key_secret: &key.secret,
        security_token: key.token.as_deref(),
    }
}
