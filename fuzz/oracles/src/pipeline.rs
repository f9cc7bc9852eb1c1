//! The whole way of a request through the reference server: its bytes, what it addresses, the table of checks.
//!
//! Where the input has `~sign~` as its signature, the right one is put in its place, so that the fuzzer gets past the check of it.
//!
//! *No forgery*: what is granted to somebody verifies with that somebody's key, and no more after one character of the signature is
//! another; nobody unknown gets anything of a private bucket. *Metamorphic*: a bucket policy that denies everything never grants, and
//! the owner's files stay closed to a RAM user without rights. The same request gets the same answer twice.

use std::net::IpAddr;
use std::sync::OnceLock;

use bytes::Bytes;
use oss_auth::{QueryPair, find_claim};
use oss_policy::{BucketAcl, Effect, Policy, PolicyKind, Statement};
use oss_reference::answer::Refusal;
use oss_reference::checks::{Caller, Granted, Inquiry, decide, decide_body};
use oss_reference::config::{Config, Limits};
use oss_reference::front::read_form;
use oss_reference::operation::Operation;
use oss_reference::request::{self, Arrival, Form, Request};
use oss_reference::world::{Bucket, Content, KeyHolder, Object, World};

use crate::message::Message;

/// When every input arrives, and what stands in it where the right signature is wanted.
pub use oss403::import::{ARRIVAL as NOW, WANTED};

/// The private bucket of the world.
pub const BUCKET: &str = "examplebucket";

struct Setup {
    world: World,
    /// The same with a bucket policy that denies everything to everybody but the owner.
    closed: World,
    config: Config,
}

/// The input is a request.
pub fn check(data: &[u8]) -> bool {
    static SETUP: OnceLock<Setup> = OnceLock::new();
    let setup = SETUP.get_or_init(Setup::new);
    let Some(message) = Message::read(data) else {
        return false;
    };
    let mut message = message;
    setup.sign(&mut message);
    let Some(parts) = parts(&message) else {
        return false;
    };
    let form = form(&message);
    let Some(request) = setup.read(&parts, &setup.world) else {
        return true;
    };
    let decided = ask(
        &request,
        form.as_ref(),
        &setup.world,
        &setup.config,
        message.body,
    );
    let again = ask(
        &request,
        form.as_ref(),
        &setup.world,
        &setup.config,
        message.body,
    );
    assert_eq!(decided, again, "the same request, another answer");
    let Ok(granted) = decided else {
        return true;
    };
    setup.no_forgery(&message, &granted, form.as_ref(), &request);
    let in_closed = setup.read(&parts, &setup.closed).map(|request| {
        ask(
            &request,
            form.as_ref(),
            &setup.closed,
            &setup.config,
            message.body,
        )
    });
    let is_owner = matches!(&granted.caller, Caller::Root { uid } if uid == OWNER);
    let elsewhere = request.bucket() != Some(BUCKET) || asks_later(&granted);
    if let Some(Ok(granted)) = in_closed
        && !is_owner
        && !elsewhere
    {
        panic!("granted {granted:?} although the bucket's policy denies everything");
    }
    true
}

/// Whether nothing has been asked for yet: a preflight needs no right, and many deletions need one to each key, when the body is read.
fn asks_later(granted: &Granted) -> bool {
    matches!(
        granted.operation,
        Operation::OptionObject | Operation::DeleteMultipleObjects
    )
}

const OWNER: &str = oss_reference::config::Identities::OWNER_ACCOUNT;

impl Setup {
    fn new() -> Self {
        let config = Config {
            path_style: true,
            ..Config::default()
        };
        let world = filled(&config);
        let mut closed = filled(&config);
        let deny = Statement::new(Effect::Deny, &["*"], &["*"])
            .and_then(|statement| Policy::new(PolicyKind::Bucket, vec![statement]))
            .expect("a policy");
        if let Some(bucket) = closed.buckets.get_mut(BUCKET) {
            bucket.policy = Some((deny.to_json(), deny));
        }
        Self {
            world,
            closed,
            config,
        }
    }

    /// Puts the right signature in the place of the wanted one.
    fn sign(&self, message: &mut Message<'_>) {
        let right = message.with_request(|request| {
            let claim = find_claim(request).ok().flatten()?;
            let key = self.world.keys.get(claim.access_key_id())?;
            (claim.signature() == WANTED).then(|| claim.compute(&key.secret).signature)
        });
        let Some(right) = right else {
            return;
        };
        for (name, value) in &mut message.headers {
            if name.eq_ignore_ascii_case("authorization")
                && let Ok(text) = std::str::from_utf8(value)
            {
                *value = text.replacen(WANTED, &right, 1).into_bytes().into();
            }
        }
        for pair in &mut message.query {
            if matches!(pair.name.as_ref(), "Signature" | "x-oss-signature")
                && pair.value.as_deref() == Some(WANTED)
            {
                pair.value = Some(right.clone().into());
            }
        }
    }

    fn read<'r>(&self, parts: &'r http::request::Parts, world: &World) -> Option<Request<'r>> {
        let arrival = Arrival {
            peer: IpAddr::from([127, 0, 0, 1]),
            vpc_endpoint: None,
            id: "636B68BA80DA8539399F0001",
            received: NOW,
        };
        let bound = |domain: &str| world.cnames.get(domain).cloned();
        let destination = request::destination(parts, &self.config, bound).ok()?;
        Request::read(parts, destination, arrival).ok()
    }

    fn no_forgery(
        &self,
        message: &Message<'_>,
        granted: &Granted,
        form: Option<&Form>,
        request: &Request<'_>,
    ) {
        if matches!(granted.caller, Caller::Anonymous) {
            let own = request.bucket() == Some(BUCKET) && !asks_later(granted);
            assert!(!own, "{:?} is granted to nobody known", granted.operation);
            return;
        }
        let verified = match form {
            Some(form) => oss_auth::find_form_claim(&form.fields)
                .ok()
                .flatten()
                .and_then(|claim| {
                    let key = self.world.keys.get(claim.access_key_id())?;
                    Some(claim.verify(&key.secret).is_ok())
                }),
            None => self.verifies(message, request),
        };
        assert_eq!(
            verified,
            Some(true),
            "{:?} is granted to {:?}",
            granted.operation,
            granted.caller
        );
        let user = self
            .config
            .identities
            .get("ram-user")
            .and_then(|user| user.user.clone());
        if let Caller::RamUser { uid, .. } = &granted.caller {
            assert!(
                user.as_ref() != Some(uid) || request.bucket() != Some(BUCKET),
                "{:?} is granted to a user without rights",
                granted.operation
            );
        }
    }

    /// Whether a request verifies as `oss-auth` reads it from the server's view of it.
    fn verifies(&self, message: &Message<'_>, request: &Request<'_>) -> Option<bool> {
        let query: Vec<QueryPair<'_>> = message.query.clone();
        let signed = oss_auth::Request {
            method: request.method,
            bucket: request.bucket(),
            key: request.key(),
            query: &query,
            headers: &request.headers,
            path: request.raw_path,
        };
        let claim = find_claim(&signed).ok().flatten()?;
        let key = self.world.keys.get(claim.access_key_id())?;
        assert!(key.enabled, "granted to a disabled key");
        if let KeyHolder::Session { .. } = key.holder {
            let session = self.world.sessions.get(claim.security_token()?)?;
            assert_eq!(
                session.access_key_id, key.id,
                "granted with the token of another key"
            );
        }
        Some(claim.verify(&key.secret).is_ok())
    }
}

/// A world with a private bucket, a public one and one in the other region.
fn filled(config: &Config) -> World {
    let mut world = World::seeded(config, NOW);
    let buckets = [
        (BUCKET, "cn-hangzhou", BucketAcl::Private),
        ("public-read", "cn-hangzhou", BucketAcl::PublicRead),
        ("away", "cn-shanghai", BucketAcl::Private),
    ];
    for (name, region, acl) in buckets {
        let mut bucket = Bucket::new(name, OWNER, region, NOW - 1000);
        bucket.acl = acl;
        for key in ["k.txt", "a/b"] {
            let content = Content {
                chunks: vec![Bytes::from_static(b"content")].into(),
                length: 7,
                ..Content::default()
            };
            bucket
                .objects
                .insert(key.into(), Object::new(content, NOW - 900));
        }
        world.buckets.insert(name.into(), bucket);
    }
    world
}

fn ask(
    request: &Request<'_>,
    form: Option<&Form>,
    world: &World,
    config: &Config,
    body: &[u8],
) -> Result<Granted, Refusal> {
    let inquiry = Inquiry::new(request, form, world, config);
    let granted = decide(&inquiry)?;
    decide_body(&inquiry, body)?;
    Ok(granted)
}

fn parts(message: &Message<'_>) -> Option<http::request::Parts> {
    let mut target = message.path.to_owned();
    for (index, pair) in message.query.iter().enumerate() {
        target.push(if index == 0 { '?' } else { '&' });
        target.push_str(&oss_auth::percent_encode(&pair.name));
        if let Some(value) = &pair.value {
            target.push('=');
            target.push_str(&oss_auth::percent_encode(value));
        }
    }
    let mut builder = http::Request::builder()
        .method(message.method.as_ref())
        .uri(target);
    for (name, value) in &message.headers {
        builder = builder.header(name.as_ref(), value.as_ref());
    }
    let (parts, ()) = builder.body(()).ok()?.into_parts();
    Some(parts)
}

fn form(message: &Message<'_>) -> Option<Form> {
    let content_type = std::str::from_utf8(message.header("content-type")?).ok()?;
    if message.method != "POST" {
        return None;
    }
    let read = read_form(content_type, [message.body], &Limits::default()).ok()?;
    Some(read.form)
}
