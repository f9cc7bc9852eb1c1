//! The JSON Schemas in the repository: current, and of one mind with what reads the files that they describe.

use std::fs;
use std::path::Path;

use oss_reference::Config;
use oss403::target::Profile;
use oss403_case::diagnostic::Diagnostic;
use oss403_case::yaml;
use serde_json::{Value, json};

use crate::fit::{mismatch, schema};
use crate::support::{Desk, root};

const PROFILE: &str = "harness/oss403/profile.schema.json";
const CONFIG: &str = "harness/oss-reference/config.schema.json";

/// Where each schema stands in the repository.
const PLACES: [&str; 12] = [
    "harness/oss403/baseline.schema.json",
    "harness/oss403/check.schema.json",
    "harness/oss403/events.schema.json",
    "harness/oss403/explain.schema.json",
    "cases/case.schema.json",
    "harness/oss403/result.schema.json",
    PROFILE,
    "harness/oss403/terms.schema.json",
    "harness/oss403/records.schema.json",
    "harness/oss403/quirks.schema.json",
    CONFIG,
    "harness/oss403-operator/operator.schema.json",
];

#[test]
fn the_schemas_in_the_repository_are_current() {
    let desk = Desk::new();
    let ran = desk.run("check --write-schema .");
    assert_eq!((ran.code, ran.err.lines().count()), (Some(0), PLACES.len()));
    for place in PLACES {
        let name = Path::new(place).file_name().unwrap().to_str().unwrap();
        let known = fs::read_to_string(root().join(place)).unwrap_or_default();
        assert!(
            known == desk.read(name),
            "run `cargo run -- check --write-schema` and commit {place}"
        );
    }
}

#[test]
fn in_a_checkout_each_schema_is_written_beside_what_it_describes() {
    let desk = Desk::new();
    desk.write("cases/causes.tsv", "");
    for name in ["oss403", "oss403-operator", "oss-reference"] {
        desk.write(&format!("harness/{name}/Cargo.toml"), "");
    }
    assert_eq!(desk.run("check --write-schema").code, Some(0));
    for place in PLACES {
        assert!(desk.path(place).is_file(), "{place}");
    }
}

/// The examples, the sound ones that a fuzzer of profiles begins with, and some with the words that those do not use.
fn profiles() -> Vec<String> {
    let corpus = fs::read_dir(root().join("fuzz/corpus/target_profile")).unwrap();
    let corpus = corpus.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    let examples = ["local-server", "aliyun"].map(|name| {
        let path = root().join(format!("harness/oss403/examples/{name}.yaml"));
        fs::read_to_string(path).unwrap()
    });
    let short = "
        endpoint: embedded
        limits: { requests-per-second: 5, time-per-request: 10s, idle: 1m }
        quirks: [{ cause: bucket-acl, facet: message, says: no }, { cause: bucket-acl, facet: code }]
        embedded: { config: { faults: { without: [signature], answer: { cause: bucket-acl, wrong: bare } } } }
        ---
        endpoint: embedded
        capabilities: [kms, worm, signature-v4]
        ---
        endpoint: https://oss.example
        regions: [r]
        suffix: oss.example
        tls: { ca-file: ca.pem }
        addressing: { resolve: { \"*.oss.example\": \"127.0.0.1:1\" } }
        identities: { owner: { access-key-id: { env: I }, access-key-secret: { file: s } } }
        capabilities: { claim: [kms, worm, url-v1], except: [worm] }
        operator: { command: [hook, now], time: 5s }
    ";
    let short = short.replace("\n        ", "\n");
    corpus
        .filter(|text| defects(text).is_empty())
        .chain(examples)
        .chain(short.split("---").map(str::to_owned))
        .collect()
}

/// What the program finds wrong with a profile.
fn defects(text: &str) -> Vec<Diagnostic> {
    Profile::check(text, Path::new("p.yaml"))
}

#[test]
fn every_sound_profile_fits_the_schema() {
    let schema = schema(PROFILE);
    for text in profiles() {
        assert_eq!(defects(&text), [], "{text}");
        let found = mismatch(&schema, &yaml::parse(&text).unwrap());
        assert_eq!(found, None, "{text}");
    }
}

#[test]
fn what_no_profile_may_say_does_not_fit_the_schema() {
    let schema = schema(PROFILE);
    let identity = json!({ "access-key-id": { "env": "I" }, "access-key-secret": { "env": "S" } });
    let sound = json!({
        "endpoint": "http://127.0.0.1:1", "regions": ["r"], "suffix": "oss.example",
        "identities": { "owner": identity },
    });
    assert_eq!(mismatch(&schema, &sound), None);
    assert_eq!(defects(&sound.to_string()), []);
    for (pointer, value) in [
        ("/identities/owner/access-key-secret", json!("literal")),
        (
            "/identities/owner/access-key-id",
            json!({ "env": "A", "file": "b" }),
        ),
        ("/identities/owner/access-key-id", json!({})),
        (
            "/identities/owner",
            json!({ "access-key-id": { "env": "I" } }),
        ),
        ("/endpoint", json!(5)),
        ("/identites", json!({})),
        ("/capabilities", json!("kms")),
        ("/capabilities", json!(["kmss"])),
        ("/capabilities", json!({ "exept": [] })),
        ("/capabilities", json!(["header-v4", "v4"])),
        ("/addressing", json!({ "style": "paths" })),
        ("/canary", json!({ "bucket": "b" })),
        (
            "/identities/owner/access-key-id",
            json!({ "env": "A", "pointer": "/a" }),
        ),
        (
            "/identities/owner/access-key-id",
            json!({ "file": "a.json", "pointer": "a" }),
        ),
        ("/limits", json!({ "idle": "soon" })),
        (
            "/quirks",
            json!([{ "cause": "bucket-acl", "facet": "granted" }]),
        ),
    ] {
        let mut wrong = sound.clone();
        put(&mut wrong, pointer, value.clone());
        assert!(mismatch(&schema, &wrong).is_some(), "{pointer}: {value}");
        assert_ne!(defects(&wrong.to_string()), [], "{pointer}: {value}");
    }
}

#[test]
fn what_a_server_can_be_set_up_with_fits_the_schema_and_nothing_else() {
    let schema = schema(CONFIG);
    for text in [
        "{}",
        "{ suffix: oss.example, regions: [a, b], path-style: true, operator-token: t }",
        "identities: { owner: { account: \"1\", access-key-id: a, access-key-secret: b, policy: ~, enabled: false } }",
        "decisions: { not-belong-code: AccessDenied, unbound-host: path-style, sts-refused-regions: [a], emit-ec: false }",
        "faults: { without: [signature, clock-skew], swap: [kms-key, kms-service], lets-through: date-invalid }",
        "faults: { answer: { cause: bucket-acl, wrong: { status: 404 } }, limit: { of: url-v4, by: -1 }, extreme: deny-all }",
        "limits: { object-bytes: 1, header-timeout-ms: 5 }",
    ] {
        let value = yaml::parse(text).unwrap();
        assert_eq!(mismatch(&schema, &value), None, "{text}");
        let config: Config = serde_json::from_value(value).unwrap();
        assert_eq!(config.validate(), Ok(()), "{text}");
    }
    for text in [
        "{ sufix: a }",
        "{ path-style: 1 }",
        "identities: { owner: { account: \"1\", access-key-id: a } }",
        "decisions: { not-belong-code: other }",
        "faults: { without: signature }",
        "faults: { lets-through: bucket }",
        "faults: { answer: { cause: bucket-acl, wrong: shows } }",
        "faults: { limit: { of: url-v9, by: 1 } }",
        "limits: { object-bytes: -1 }",
    ] {
        let value = yaml::parse(text).unwrap();
        assert!(mismatch(&schema, &value).is_some(), "{text}");
    }
}

/// Sets what a pointer names, which need not be there yet.
fn put(value: &mut Value, pointer: &str, new: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    value.pointer_mut(parent).unwrap()[key] = new;
}

#[test]
fn every_example_of_the_operators_page_fits_the_schema() {
    let schema = schema("harness/oss403-operator/operator.schema.json");
    let answer =
        |name: &str| json!({ "$ref": format!("#/$defs/{name}"), "$defs": schema["$defs"] });
    let answers = ["Credential", "VpcEndpoint", "Refused"].map(answer);
    let page = fs::read_to_string(root().join("harness/oss403-operator/README.md")).unwrap();
    let examples: Vec<&str> = page.split("```json\n").skip(1).collect();
    assert!(!examples.is_empty());
    for text in examples {
        let text = text.split("```").next().unwrap();
        let example: Value = serde_json::from_str(text).unwrap();
        let is_request = ["create", "set", "remove"]
            .iter()
            .any(|verb| example.get(verb).is_some());
        if is_request {
            assert_eq!(mismatch(&schema, &example), None, "{text}");
            let mut wrong = example.clone();
            wrong["more"] = true.into();
            assert!(mismatch(&schema, &wrong).is_some(), "{text}");
        } else {
            let fitting = answers
                .iter()
                .filter(|answer| mismatch(answer, &example).is_none());
            assert_eq!(fitting.count(), 1, "{text}");
        }
    }
}
