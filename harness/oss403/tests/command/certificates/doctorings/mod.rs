//! Ways of doctoring a bundle: what is changed, and what the refusal says of it.

#![allow(
    clippy::semicolon_if_nothing_returned,
    reason = "a table of closures, each of which does one thing"
)]

mod another_run;
mod by_the_vendor;
mod of_files;
mod of_requests;
mod other_statements;
mod without_the_key;

use oss403::certify::bundle::attestation;
use oss403::certify::key::SigningKey;
use oss403::certify::terms::Terms;
use serde_json::Value;

use super::bundle::{Bundle, certified};

/// A way of doctoring a bundle.
pub(super) struct Doctoring {
    pub(super) name: &'static str,
    /// What the refusal says among other things.
    pub(super) says: &'static str,
    pub(super) doctor: fn(&Bundle),
}

const fn way(name: &'static str, says: &'static str, doctor: fn(&Bundle)) -> Doctoring {
    Doctoring { name, says, doctor }
}

const ATTESTATION: &str = "cert.intoto.jsonl";

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Doctoring> {
    let known = without_the_key::ALL.iter().chain(other_statements::ALL);
    let known = known.chain(by_the_vendor::ALL).chain(another_run::ALL);
    known.chain(of_requests::ALL).chain(of_files::ALL)
}

/// An instance that the server grants although it should not.
fn granted(bundle: &Bundle) -> String {
    bundle.find(|entry, _| entry["facet"] == "granted")
}

/// An instance of another cause than the one that fails.
fn conformant(bundle: &Bundle) -> String {
    bundle.find(|entry, _| entry["verdict"] == "conformant")
}

/// An instance whose answer explains a signature.
fn explained(bundle: &Bundle) -> String {
    bundle.find(|entry, record| {
        let elements = record["elements"].as_array().unwrap();
        let is_due = elements.iter().any(|element| element[0] == "StringToSign");
        entry["verdict"] == "conformant" && is_due
    })
}

fn drop_file(bundle: &Bundle, name: &str) {
    std::fs::remove_file(bundle.path(name)).unwrap();
}

/// The attestation of the same run for another version of the product, by the same vendor.
fn of_another_version(bundle: &Bundle) -> String {
    let other = Bundle::copy(bundle);
    other.edit("terms.json", |terms| {
        terms["product"]["version"] = "2.0".into()
    });
    other.sign_again();
    other.text(ATTESTATION)
}

/// The vendor signs other statements.
fn restated(bundle: &Bundle, change: impl FnOnce(&mut [Value; 2])) {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    let text = bundle.text(ATTESTATION);
    let statements = text.lines().map(|line| {
        let envelope: Value = serde_json::from_str(line).unwrap();
        let payload = BASE64_STANDARD
            .decode(envelope["payload"].as_str().unwrap())
            .unwrap();
        serde_json::from_slice::<Value>(&payload).unwrap()
    });
    let statements: Vec<Value> = statements.collect();
    let mut statements: [Value; 2] = statements.try_into().unwrap();
    change(&mut statements);
    let key = SigningKey::load(&certified().desk.path("vendor.key")).unwrap();
    bundle.write(ATTESTATION, &attestation(&statements, &key));
}

/// Terms and result as if the run had been given another challenge.
fn rechallenged(bundle: &Bundle, challenge: Option<&str>) {
    let seed = Terms::seed_of(challenge, &bundle.terms().nonce);
    bundle.edit("terms.json", |terms| {
        terms["challenge"] = challenge.map_or(Value::Null, Value::from);
        terms["seed"] = seed.into();
    });
    bundle.edit("result.json", |result| result["seed"] = seed.into());
    bundle.sign_again();
}
