//! What the vendor can have the attestation say, who leaves everything else as it was.

use serde_json::json;

use super::{Doctoring, restated, way};

pub(super) const ALL: &[Doctoring] = &[
    way(
        "a statement of another kind",
        "which no certificate has",
        |b| {
            restated(b, |statements| {
                statements[1]["predicateType"] = "https://in-toto.io/attestation/vsa/v1".into()
            })
        },
    ),
    way("no statement at all", "holds no statement", |b| {
        restated(b, |statements| {
            statements[0]["_type"] = "https://in-toto.io/Statement/v0.1".into()
        })
    }),
    way("a property more", "`predicate.properties`", |b| {
        restated(b, |statements| {
            statements[1]["predicate"]["properties"] = json!(["OSS403_LEVEL_4_EXACT"])
        })
    }),
    way("a test that passed", "`predicate.failedTests`", |b| {
        restated(b, |statements| {
            statements[0]["predicate"]["failedTests"] = json!([])
        })
    }),
    way("another artefact", "`subject`", |b| {
        restated(b, |statements| {
            for statement in statements {
                statement["subject"][0]["digest"]["sha256"] = "00".repeat(32).into();
            }
        });
    }),
    way(
        "a file that nobody named",
        "does not name the file `records.jsonl`",
        |b| {
            restated(b, |statements| {
                for statement in statements {
                    let files = statement["predicate"]["urn:oss403:files:1"]
                        .as_array_mut()
                        .unwrap();
                    files.retain(|file| file["name"] != "records.jsonl");
                }
            });
        },
    ),
];
