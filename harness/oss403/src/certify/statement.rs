//! What a certificate states: in-toto statements of two kinds, made of a result alone, so that whoever has the result can make them again.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::bundle;
use super::terms::Terms;
use crate::judge::summary::Tally;
use crate::judge::verdict::{Verdict, VerdictKind};
use crate::report::entry::Entry;
use crate::report::json::ResultFile;

/// What the payload of an envelope is (<https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md>).
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>
pub const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// <https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md>
pub const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";
/// <https://github.com/in-toto/attestation/blob/main/spec/predicates/svr.md>
pub const SVR: &str = "https://in-toto.io/attestation/svr/v0.2";
/// Who verified, by the version of its rules.
const VERIFIER: &str = "urn:oss403:verifier:0.1";
/// The field with the digests of every file of a bundle; those who do not know it pass over it.
pub const FILES: &str = "urn:oss403:files:1";

/// Names of files and their SHA-256.
pub type Digests = BTreeMap<String, String>;

/// The two statements of a bundle, in their order.
pub fn statements(
    head: &ResultFile,
    entries: &[Entry],
    terms: &Terms,
    digests: &Digests,
) -> [Value; 2] {
    let subject = subject(terms, digests);
    let files: Vec<Value> = digests
        .iter()
        .map(|(name, digest)| json!({ "name": name, "digest": { "sha256": digest } }))
        .collect();
    let statement = |kind: &str, predicate: Value| json!({ "_type": STATEMENT, "subject": subject, "predicateType": kind, "predicate": predicate });
    let mut tests = test_result(head, entries, terms);
    tests[FILES] = Value::Array(files.clone());
    let mut summary = verification(head, terms);
    summary[FILES] = Value::Array(files);
    [statement(TEST_RESULT, tests), statement(SVR, summary)]
}

/// What was tested, as far as it can be told by a digest, and the result itself.
fn subject(terms: &Terms, digests: &Digests) -> Value {
    let artifact = terms.artifact.iter();
    let artifact = artifact
        .map(|artifact| json!({ "name": artifact.name, "digest": { "sha256": artifact.sha256 } }));
    let result = digests.get(bundle::RESULT);
    let result = json!({ "name": bundle::RESULT, "digest": { "sha256": result } });
    artifact.chain([result]).collect()
}

fn test_result(head: &ResultFile, entries: &[Entry], terms: &Terms) -> Value {
    let mut tally = Tally::default();
    for entry in entries {
        tally.plan(&entry.cause);
        if let Some(verdict) = Verdict::of(entry.verdict, entry.facet) {
            tally.add(&entry.cause, verdict, 0);
        }
    }
    let mut passed: Vec<&str> = Vec::new();
    let (mut warned, mut failed) = (passed.clone(), passed.clone());
    for (cause, of) in tally.causes() {
        match of.verdict().map(Verdict::kind) {
            Some(VerdictKind::Conformant) => passed.push(cause),
            Some(VerdictKind::NotClaimed | VerdictKind::NotApplicable) => warned.push(cause),
            _ => failed.push(cause),
        }
    }
    let result = match (failed.is_empty(), warned.is_empty()) {
        (false, _) => "FAILED",
        (true, false) => "WARNED",
        (true, true) => "PASSED",
    };
    for names in [&mut passed, &mut warned, &mut failed] {
        names.sort_unstable();
    }
    json!({
        "result": result,
        "configuration": configuration(head, terms),
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": failed,
    })
}

/// What the run was given.
fn configuration(head: &ResultFile, terms: &Terms) -> Value {
    let digest = |name: &str, digest: &str| json!({ "name": name, "digest": { "sha256": digest } });
    let said = |name: &str, uri: String, value: Value| json!({ "name": name, "uri": uri, "annotations": { "value": value } });
    let mut all = vec![
        digest("suite", &terms.suite),
        digest("target", &terms.surroundings_digest()),
    ];
    all.extend(
        terms
            .profile_sha256
            .as_deref()
            .map(|profile| digest("profile", profile)),
    );
    all.push(said(
        "revision",
        format!("urn:oss403:revision:{}", head.suite.revision),
        json!(head.suite.revision),
    ));
    all.push(said(
        "seed",
        format!("urn:oss403:seed:{}", terms.seed),
        json!(terms.seed),
    ));
    all.push(said(
        "attempts",
        format!("urn:oss403:attempts:{}", terms.attempts),
        json!(terms.attempts),
    ));
    let challenge = terms.challenge.as_deref().unwrap_or("none");
    all.push(said(
        "challenge",
        format!("urn:oss403:challenge:{challenge}"),
        json!(terms.challenge),
    ));
    let version = &terms.tool.version;
    all.push(said(
        "version",
        format!("urn:oss403:version:{version}"),
        json!(version),
    ));
    Value::Array(all)
}

fn verification(head: &ResultFile, terms: &Terms) -> Value {
    let upper = |text: &str| text.to_ascii_uppercase().replace('-', "_");
    let mut properties = Vec::new();
    let names = ["SECURE", "CODES", "MESSAGES", "EXACT"];
    match head.summary.level {
        // Each level includes the former.
        Some(level) => properties.extend(
            names
                .iter()
                .zip(1..=level)
                .map(|(name, number)| format!("OSS403_LEVEL_{number}_{name}")),
        ),
        None => properties.push("OSS403_NO_LEVEL".into()),
    }
    if head.summary.complete && head.summary.level.is_some() {
        properties.push("OSS403_COMPLETE".into());
    }
    properties.push(format!("OSS403_REVISION_{}", upper(&head.suite.revision)));
    json!({
        "verifier": {
            "id": VERIFIER,
            "policies": [{ "name": "suite", "digest": { "sha256": terms.suite } }],
        },
        "timeCreated": head.started,
        "properties": properties,
    })
}
