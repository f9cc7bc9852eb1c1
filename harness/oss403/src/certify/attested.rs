//! What a bundle's attestation says, once it is known who said it; and that its files are those.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::bundle::{self, ATTESTATION};
use super::dsse::{DsseError, Envelope};
use super::key::PublicKey;
use super::refusal::Refusal;
use super::statement::{Digests, FILES, PAYLOAD_TYPE, STATEMENT, SVR, TEST_RESULT};
use super::unique::{unique, written};

/// No attestation is longer, in bytes.
const LONGEST: u64 = 1 << 20;

/// The two statements, in their order, both signed by the key.
pub(super) fn attestation(folder: &Path, key: &PublicKey) -> Result<[Value; 2], Refusal> {
    let path = folder.join(ATTESTATION);
    if !folder.is_dir() {
        return Err(Refusal::Unreadable(format!(
            "{} is no folder",
            folder.display()
        )));
    }
    // Nothing is opened that never ends, leads elsewhere or is too long.
    let about = match path.symlink_metadata() {
        Ok(about) => about,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Refusal::NoAttestation);
        }
        Err(error) => return Err(Refusal::Unreadable(error.to_string())),
    };
    if !about.is_file() {
        return Err(Refusal::Unreadable(format!(
            "`{ATTESTATION}` is no plain file"
        )));
    }
    if about.len() > LONGEST {
        return Err(Refusal::AttestationLong);
    }
    let text = fs::read_to_string(&path).map_err(|error| Refusal::Unreadable(error.to_string()))?;
    if text.trim().is_empty() {
        return Err(Refusal::AttestationEmpty);
    }
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    for (index, text) in text.split_terminator('\n').enumerate() {
        let line = index + 1;
        let statement = statement(line, text, key)?;
        let kind = statement["predicateType"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if kind != TEST_RESULT && kind != SVR {
            return Err(Refusal::StatementUnknown(kind));
        }
        if found.insert(kind.clone(), statement).is_some() {
            return Err(Refusal::StatementTwice(kind));
        }
    }
    let mut take = |kind| found.remove(kind).ok_or(Refusal::StatementMissing(kind));
    let statements = [take(TEST_RESULT)?, take(SVR)?];
    let [first, second] = &statements;
    let alike = first["subject"] == second["subject"]
        && first["predicate"][FILES] == second["predicate"][FILES];
    if alike {
        Ok(statements)
    } else {
        Err(Refusal::StatementsDiffer)
    }
}

fn statement(line: usize, text: &str, key: &PublicKey) -> Result<Value, Refusal> {
    let refused = |error| Refusal::Envelope { line, error };
    unique(text.as_bytes()).map_err(|error| refused(DsseError::Form(error.to_string())))?;
    let envelope = Envelope::parse(text).map_err(refused)?;
    written(&envelope, text.as_bytes())
        .map_err(|error| refused(DsseError::Form(error.to_string())))?;
    let is_ours = |bytes: &[u8], signature: &[u8]| key.is_signature(bytes, signature);
    let payload = match envelope.verified(&[&is_ours], 1) {
        Ok(payload) => payload,
        Err(DsseError::TooFew { .. }) => return Err(Refusal::NotSigned(line)),
        Err(error) => return Err(refused(error)),
    };
    if payload.kind != PAYLOAD_TYPE {
        return Err(Refusal::PayloadType {
            line,
            kind: payload.kind,
        });
    }
    let statement: Value =
        serde_json::from_slice(&payload.bytes).map_err(|_| Refusal::NoStatement(line))?;
    // A key that is there twice, or white space: other readers may read something else.
    if statement.to_string().as_bytes() != payload.bytes {
        return Err(Refusal::StatementWritten(line));
    }
    if statement["_type"] == STATEMENT {
        Ok(statement)
    } else {
        Err(Refusal::NoStatement(line))
    }
}

/// The files are those that the attestation names, and as it names them.
pub(super) fn digests(folder: &Path, said: &[Value; 2]) -> Result<Digests, Refusal> {
    let mut named = Digests::new();
    for file in said[0]["predicate"][FILES].as_array().into_iter().flatten() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        named.insert(text(&file["name"]), text(&file["digest"]["sha256"]));
    }
    if let Some(missing) = bundle::files().find(|name| !named.contains_key(*name)) {
        return Err(Refusal::FileUnnamed(missing));
    }
    let unread = |error: std::io::Error| Refusal::Unreadable(error.to_string());
    for entry in fs::read_dir(folder).map_err(unread)? {
        let name = entry.map_err(unread)?.file_name();
        if name.to_str().is_none() {
            return Err(Refusal::FileExtra(name.to_string_lossy().into_owned()));
        }
    }
    let found = bundle::digests(folder).map_err(|error| Refusal::Unreadable(error.to_string()))?;
    for (name, digest) in &named {
        match found.get(name) {
            None => return Err(Refusal::FileMissing(name.clone())),
            Some(found) if found != digest => return Err(Refusal::FileChanged(name.clone())),
            Some(_) => {}
        }
    }
    match found.keys().find(|name| !named.contains_key(*name)) {
        Some(extra) => Err(Refusal::FileExtra(extra.clone())),
        None => Ok(found),
    }
}
