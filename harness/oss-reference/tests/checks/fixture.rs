//! A world to ask in: requests are read by `Request::read` and decided by `checks::decide`.

use bytes::Bytes;
use http::request::Parts;
use oss_policy::{BucketAcl, Policy, PolicyKind};
use oss_reference::Server;
use oss_reference::answer::{Refusal, Rejection};
use oss_reference::checks::{Granted, Inquiry, decide, decide_body};
use oss_reference::config::{Config, Faults, Identities};
use oss_reference::request::{self, Destination};
use oss_reference::world::{Bucket, Content, Object, World};
use oss_reference::{Cause, operator};
use oss403_operator::{Command, Credential};
use serde_json::{Value, json};

pub(crate) use crate::ask::{Ask, Key, Scheme};

/// Monday, 2023-12-18T08:00:00Z.
pub(crate) const NOW: i64 = 1_702_886_400;
pub(crate) const OWNER: &str = Identities::OWNER_ACCOUNT;
pub(crate) const OTHER: &str = Identities::OTHER_ACCOUNT;

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

    /// A server with faults, and otherwise the usual configuration.
    pub(crate) fn faulty(faults: Faults) -> Self {
        Self::with(Config {
            faults,
            ..Config::default()
        })
    }

    pub(crate) fn with(config: Config) -> Self {
        Server::validate(&config).expect("the configuration is valid");
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
            bucket
                .objects
                .insert("k.txt".into(), Object::new(content(b"hello"), NOW - 900));
            world.buckets.insert(name.into(), bucket);
        }
        Self { world, config }
    }

    pub(crate) fn bucket(&mut self, name: &str) -> &mut Bucket {
        self.world.buckets.get_mut(name).expect("the bucket exists")
    }

    pub(crate) fn object(&mut self, bucket: &str) -> &mut Object {
        self.bucket(bucket)
            .objects
            .get_mut("k.txt")
            .expect("the object exists")
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
        let identity = self
            .config
            .identities
            .get(name)
            .expect("the identity exists");
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
        let region = self
            .world
            .buckets
            .get(bucket)
            .map_or("cn-hangzhou", |bucket| &bucket.region);
        let mut ask = Ask::new(
            method,
            &format!("{bucket}.oss-{region}.{}", self.config.suffix),
            path,
        );
        ask.bucket = Some(bucket.into());
        ask.scheme = Scheme::V1;
        ask.key = self.owner();
        ask
    }

    /// A request to the service's host in Hangzhou, signed by the owner under V1.
    pub(crate) fn ask_service(&self, method: &str, path: &str) -> Ask {
        let mut ask = Ask::new(
            method,
            &format!("oss-cn-hangzhou.{}", self.config.suffix),
            path,
        );
        ask.scheme = Scheme::V1;
        ask.key = self.owner();
        ask
    }

    pub(crate) fn destination<'r>(&self, parts: &'r Parts) -> Result<Destination<'r>, Rejection> {
        let bound = |domain: &str| self.world.cnames.get(domain).cloned();
        request::destination(parts, &self.config, bound)
    }

    pub(crate) fn send(&self, ask: &Ask) -> Result<Granted, Refusal> {
        let parts = ask.parts();
        let request = ask.read(&parts, self)?;
        let form = ask.fields();
        let inquiry = Inquiry::new(&request, form.as_ref(), &self.world, &self.config);
        let granted = decide(&inquiry)?;
        if let Some(body) = &ask.body {
            decide_body(
                &Inquiry::new(&request, None, &self.world, &self.config),
                body.as_bytes(),
            )?;
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

#[allow(clippy::needless_pass_by_value, reason = "it is called with literals")]
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
