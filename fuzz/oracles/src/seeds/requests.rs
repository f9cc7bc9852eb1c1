//! Requests: those of the golden vectors, and those of the scenarios, signed in a world that is the same every time.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_auth::{Timestamp, find_claim, percent_decode};
use oss_reference::config::Identities;
use oss403::wire::client::Outgoing;
use oss403::wire::draft::Draft;
use oss403::wire::identity::Identity;
use oss403::wire::identity::Secret;
use oss403::wire::scene::{BucketPlace, Names, Scene};
use oss403::wire::sign::{Signed, SignedBody, sign};
use oss403::wire::tamper::tamper;
use oss403_case::Instance;
use oss403_case::model::{Edit, SignWith, Who};
use serde_json::Value;

use super::Seeds;
use crate::message::Message;
use crate::pipeline::{BUCKET, NOW, WANTED};

const VECTORS: &str = include_str!("../../../../harness/oss-auth/tests/data/signing.json");

pub(super) fn add(instances: &[Instance], seeds: &mut Seeds) {
    vectors(seeds);
    let scene = scene();
    for instance in instances {
        let call = &instance.scenario.base;
        let with = call.sign.unwrap_or(SignWith::HeaderV4);
        for edit in [None, Some(&instance.scenario.edit)] {
            if let Some(signed) = signed(instance, edit, &scene) {
                add_request(with, signed, seeds);
            }
        }
    }
    for (_, (rfc, iso)) in (0..8).map(|year| {
        let time = Timestamp(NOW + year * 31_622_399);
        (year, (time.to_rfc1123(), time.to_iso_basic()))
    }) {
        seeds.add("date", rfc);
        seeds.add("date", iso);
    }
}

fn add_request(with: SignWith, signed: Signed, seeds: &mut Seeds) {
    for (name, value) in &signed.headers {
        if name.to_ascii_lowercase().ends_with("date") {
            seeds.add("date", value.as_str());
        }
    }
    seeds.add("host", format!("{}\n{}", signed.host, signed.path()));
    if let SignedBody::Form { fields, .. } = &signed.body {
        for (name, value) in fields {
            if let ("policy", Ok(policy)) = (name.as_str(), STANDARD.decode(value)) {
                seeds.add("post_policy", policy);
            }
        }
    }
    let request = written(&Outgoing::new(signed));
    let target = match with {
        SignWith::HeaderV1 => "header_v1",
        SignWith::HeaderV2 => "header_v2",
        SignWith::HeaderV4 => "header_v4",
        SignWith::UrlV1 => "url_v1",
        SignWith::UrlV2 => "url_v2",
        SignWith::UrlV4 => "url_v4",
        SignWith::FormV1 | SignWith::FormV4 => "form",
        SignWith::None
        | SignWith::S3HeaderV2
        | SignWith::S3UrlV2
        | SignWith::S3HeaderV4
        | SignWith::S3UrlV4 => "pipeline",
    };
    seeds.add(target, request.clone());
    seeds.add("pipeline", with_wanted_signature(request));
}

/// The right signature becomes the wanted one, so that it is right whatever code signs.
fn with_wanted_signature(request: Vec<u8>) -> Vec<u8> {
    let Some(message) = Message::read(&request) else {
        return request;
    };
    let right = message.with_request(|signed| {
        let claim = find_claim(signed).ok().flatten()?;
        let known = Identities::default();
        let key = known
            .0
            .values()
            .find(|key| key.access_key_id == claim.access_key_id())?;
        let right = claim.compute(&key.access_key_secret).signature;
        (claim.signature() == right).then_some(right)
    });
    let Some(right) = right else {
        return request;
    };
    let Ok(text) = String::from_utf8(request.clone()) else {
        return request;
    };
    let encoded = oss_auth::percent_encode(&right);
    text.replacen(&right, WANTED, 1)
        .replacen(&encoded, WANTED, 1)
        .into_bytes()
}

/// The base request of an instance, or the edited one, where the edit is one of the request.
pub(super) fn signed(instance: &Instance, edit: Option<&Edit>, scene: &Scene) -> Option<Signed> {
    let call = &instance.scenario.base;
    let draft = match edit {
        None => Draft::of_call(call, scene, NOW),
        Some(edit) => Draft::of_edited(call, edit, scene, NOW),
    };
    let mut signed = sign(draft.ok()?, NOW);
    if let Some(edit) = edit {
        tamper(&mut signed, edit, scene, NOW).ok()?;
    }
    Some(signed)
}

pub(super) fn written(outgoing: &Outgoing) -> Vec<u8> {
    let mut head = format!(
        "{} {} HTTP/1.1\r\nHost: {}\r\n",
        outgoing.method, outgoing.target, outgoing.host
    );
    for (name, value) in &outgoing.headers {
        if !matches!(name.as_str(), "User-Agent" | "Accept") {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str("\r\n");
    [head.as_bytes(), &outgoing.body].concat()
}

/// A world in which every word of a scenario means something, and always the same.
pub(super) fn scene() -> Scene {
    let known = Identities::default();
    let mut identities: BTreeMap<Who, Arc<Identity>> = known
        .0
        .iter()
        .map(|(name, known)| {
            let identity = Identity::new(
                known.access_key_id.clone(),
                Secret::new(known.access_key_secret.clone()),
                known.security_token.clone().map(Secret::new),
            );
            let identity = identity.with_uids(Some(known.account.clone()), known.user.clone());
            (Who::from(name.as_str()), Arc::new(identity))
        })
        .collect();
    if let Some(owner) = identities.get("owner").cloned() {
        // What a scenario makes for itself signs as somebody who exists.
        for made in ["reader", "writer", "user", "session", "role", "guest"] {
            identities.insert(made.into(), Arc::clone(&owner));
        }
    }
    let place = |name: &str, region: &str| BucketPlace {
        name: name.to_owned(),
        region: region.to_owned(),
        owner: Who::Owner,
    };
    let buckets = BTreeMap::from([
        (String::new(), place(BUCKET, "cn-hangzhou")),
        ("second".to_owned(), place("public-read", "cn-hangzhou")),
        ("away".to_owned(), place("away", "cn-shanghai")),
    ]);
    let values = [
        ("bucket", BUCKET),
        ("bucket.second", "public-read"),
        ("region", "cn-hangzhou"),
        ("away-region", "cn-shanghai"),
        ("suffix", "aliyuncs.test"),
        ("domain", "img.example.com"),
        ("service-host", "oss-cn-hangzhou.aliyuncs.test"),
        ("bucket-host", "examplebucket.oss-cn-hangzhou.aliyuncs.test"),
        (
            "away-bucket-host",
            "examplebucket.oss-cn-shanghai.aliyuncs.test",
        ),
        ("uid.owner", Identities::OWNER_ACCOUNT),
        ("account.owner", Identities::OWNER_ACCOUNT),
        ("uid.other-account", Identities::OTHER_ACCOUNT),
    ];
    let mut values: BTreeMap<String, String> = values
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for (name, known) in &known.0 {
        values.insert(format!("access-key-id.{name}"), known.access_key_id.clone());
    }
    Scene {
        names: Arc::new(Names {
            home: "cn-hangzhou".to_owned(),
            away: Some("cn-shanghai".to_owned()),
            suffix: "aliyuncs.test".to_owned(),
            address: "127.0.0.1:9403".to_owned(),
            addressing: Default::default(),
        }),
        buckets,
        no_bucket: false,
        identities,
        values,
        vpc_address: None,
    }
}

fn vectors(seeds: &mut Seeds) {
    let document: Value = serde_json::from_str(VECTORS).expect("the vectors are JSON");
    for vector in document["vectors"].as_array().into_iter().flatten() {
        let text = |name: &str| vector[name].as_str().unwrap_or_default();
        let target = match text("scheme") {
            "v1-header" => "header_v1",
            "v1-url" => "url_v1",
            "v2-header" => "header_v2",
            "v2-url" => "url_v2",
            "v4-header" => "header_v4",
            "v4-url" => "url_v4",
            _ => continue,
        };
        let url = text("url");
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        // SDKs encode the slashes of a key; decoded and written anew it is the same key.
        let mut request = format!("{} /{path} HTTP/1.1\r\nHost: {host}\r\n", text("method"));
        for header in vector["headers"].as_array().into_iter().flatten() {
            let part = |index: usize| header[index].as_str().unwrap_or_default();
            if !part(0).eq_ignore_ascii_case("host") {
                request.push_str(&format!("{}: {}\r\n", part(0), part(1)));
            }
        }
        if let Some(authorization) = vector["authorization"].as_str() {
            request.push_str(&format!("Authorization: {authorization}\r\n"));
        }
        request.push_str("\r\n");
        seeds.add(
            "host",
            format!("{host}\n/{}", percent_decode(path).unwrap_or_default()),
        );
        seeds.add(target, request);
    }
}
