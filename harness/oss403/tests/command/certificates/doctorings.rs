//! Ways of doctoring a bundle: what is changed, and what the refusal says of it.

use std::fs;

use oss403::certify::bundle::attestation;
use oss403::certify::key::SigningKey;
use oss403::certify::terms::Terms;
use serde_json::{Value, json};

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

/// Whoever has no key comes first, then a stranger with one, then the vendor, who signs again whatever they did.
pub(super) const ALL: &[Doctoring] = &[
    way("a byte of the result", "`result.json` was changed", |b| {
        b.change_a_byte("result.json")
    }),
    way("a byte of the events", "`events.jsonl` was changed", |b| {
        b.change_a_byte("events.jsonl")
    }),
    way(
        "a byte of the records",
        "`records.jsonl` was changed",
        |b| b.change_a_byte("records.jsonl"),
    ),
    way("a byte of JUnit", "`junit.xml` was changed", |b| {
        b.change_a_byte("junit.xml")
    }),
    way("a byte of the badge", "`badge.json` was changed", |b| {
        b.change_a_byte("badge.json")
    }),
    way("a byte of the picture", "`badge.svg` was changed", |b| {
        b.change_a_byte("badge.svg")
    }),
    way("a byte of the product", "`PRODUCT.yaml` was changed", |b| {
        b.change_a_byte("PRODUCT.yaml")
    }),
    way("a byte of the terms", "`terms.json` was changed", |b| {
        b.change_a_byte("terms.json")
    }),
    way("no result", "`result.json` is missing", |b| {
        drop_file(b, "result.json")
    }),
    way("no records", "`records.jsonl` is missing", |b| {
        drop_file(b, "records.jsonl")
    }),
    way("no JUnit", "`junit.xml` is missing", |b| {
        drop_file(b, "junit.xml")
    }),
    way("no attestation", "the attestation is missing", |b| {
        drop_file(b, ATTESTATION)
    }),
    way("a file more", "`notes.txt` does not belong", |b| {
        b.write("notes.txt", "fine")
    }),
    #[cfg(unix)]
    way("a link instead of a file", "is no plain file", |b| {
        fs::rename(b.path("junit.xml"), b.desk.path("elsewhere.xml")).unwrap();
        std::os::unix::fs::symlink(b.desk.path("elsewhere.xml"), b.path("junit.xml")).unwrap();
    }),
    way(
        "an empty attestation",
        "is missing from the attestation",
        |b| b.write(ATTESTATION, ""),
    ),
    way("no test result", "test-result/v0.1` is missing", |b| {
        b.edit_lines(ATTESTATION, |lines| drop(lines.remove(0)))
    }),
    way("no verification", "svr/v0.2` is missing", |b| {
        b.edit_lines(ATTESTATION, |lines| drop(lines.remove(1)))
    }),
    way("a statement twice", "stands twice", |b| {
        b.edit_lines(ATTESTATION, |lines| lines.push(lines[0].clone()))
    }),
    way("a byte of a payload", "is not signed by this key", |b| {
        b.edit_lines(ATTESTATION, |lines| {
            let payload = lines[1]["payload"].as_str().unwrap().to_owned();
            let other = if payload.as_bytes()[100] == b'A' {
                "B"
            } else {
                "A"
            };
            lines[1]["payload"] = format!("{}{other}{}", &payload[..100], &payload[101..]).into();
        });
    }),
    way(
        "a byte of a signature",
        "line 1 of the attestation is not signed",
        |b| {
            b.edit_lines(ATTESTATION, |lines| {
                let sig = lines[0]["signatures"][0]["sig"]
                    .as_str()
                    .unwrap()
                    .to_owned();
                let other = if sig.as_bytes()[10] == b'A' { "B" } else { "A" };
                lines[0]["signatures"][0]["sig"] =
                    format!("{}{other}{}", &sig[..10], &sig[11..]).into();
            });
        },
    ),
    way("no signatures", "it is not signed", |b| {
        b.edit_lines(ATTESTATION, |lines| lines[0]["signatures"] = json!([]))
    }),
    way(
        "another type of payload",
        "is not signed by this key",
        |b| {
            b.edit_lines(ATTESTATION, |lines| {
                lines[0]["payloadType"] = "text/plain".into()
            })
        },
    ),
    way("half an attestation", "is no DSSE envelope", |b| {
        let text = b.text(ATTESTATION);
        b.write(ATTESTATION, &text[..text.len() / 3]);
    }),
    way("signed by a stranger", "or somebody else signed it", |b| {
        b.sign_with("stranger.key")
    }),
    way(
        "one line signed by a stranger",
        "line 2 of the attestation is not signed",
        |b| {
            let honest = b.text(ATTESTATION);
            b.sign_with("stranger.key");
            let (ours, theirs) = (
                honest.lines().next().unwrap().to_owned(),
                b.text(ATTESTATION),
            );
            b.write(
                ATTESTATION,
                &format!("{ours}\n{}\n", theirs.lines().nth(1).unwrap()),
            );
        },
    ),
    way(
        "the attestation of another certificate",
        "`terms.json` was changed",
        |b| b.write(ATTESTATION, &of_another_version(b)),
    ),
    way(
        "a line of another certificate",
        "come from two certificates",
        |b| {
            let (honest, other) = (b.text(ATTESTATION), of_another_version(b));
            b.write(
                ATTESTATION,
                &format!(
                    "{}\n{}\n",
                    honest.lines().next().unwrap(),
                    other.lines().nth(1).unwrap()
                ),
            );
        },
    ),
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
    way(
        "a verdict raised",
        "is deviates/granted by its record, and the result says conformant",
        |b| {
            b.edit_entry(&granted(b), |entry| {
                entry["verdict"] = "conformant".into();
                entry["facet"] = Value::Null;
                entry["reason"] = "".into();
            });
            b.sign_again();
        },
    ),
    way(
        "a facet less grave",
        "the result says deviates/message",
        |b| {
            b.edit_entry(&granted(b), |entry| entry["facet"] = "message".into());
            b.sign_again();
        },
    ),
    way(
        "a baseline dressed as conformant",
        "by its record, and the result says conformant",
        |b| {
            let id = b.find(|entry, _| entry["verdict"] == "not-claimed");
            b.edit_entry(&id, |entry| {
                entry["verdict"] = "conformant".into();
                entry["reason"] = "".into();
            });
            b.sign_again();
        },
    ),
    way("a baseline", "a certificate knows no baseline", |b| {
        b.edit_entry(&granted(b), |entry| {
            entry["verdict"] = "disabled".into();
            entry["facet"] = Value::Null;
        });
        b.sign_again();
    }),
    way(
        "a reason in other words",
        "does not follow from its record: `reason`",
        |b| {
            b.edit_entry(&granted(b), |entry| {
                entry["reason"] = "a matter of taste".into()
            });
            b.sign_again();
        },
    ),
    way(
        "another request to copy",
        "does not follow from its record: `curl`",
        |b| {
            b.edit_entry(&granted(b), |entry| {
                entry["curl"] = "curl https://example.com".into()
            });
            b.sign_again();
        },
    ),
    way(
        "an answer granted",
        "is deviates/granted by its record",
        |b| {
            let id = conformant(b);
            b.edit_record(&id, |record| {
                record["edited"]["outcome"]["answered"]["status"] = 200.into()
            });
            b.sign_again();
        },
    ),
    way("a base refused", "is not-provoked by its record", |b| {
        let id = conformant(b);
        b.edit_record(&id, |record| {
            record["base"]["outcome"]["answered"]["status"] = 403.into()
        });
        b.sign_again();
    }),
    way("two records swapped", "is not of it", |b| {
        b.edit_lines("records.jsonl", |lines| {
            let of: Vec<usize> = (0..lines.len())
                .filter(|at| {
                    lines[*at]["record"]["instance"]
                        .as_str()
                        .unwrap()
                        .starts_with("time-skewed/clock-is-wrong/")
                })
                .take(2)
                .collect();
            let first = lines[of[0]]["record"]["instance"].clone();
            let second = std::mem::replace(&mut lines[of[1]]["record"]["instance"], first);
            lines[of[0]]["record"]["instance"] = second;
        });
        b.sign_again();
    }),
    way(
        "a failure with the record of a neighbour",
        "is not of it",
        |b| {
            let (failed, fine) = (granted(b), conformant(b));
            b.edit_lines("records.jsonl", |lines| {
                let at = |id: &str, lines: &[Value]| {
                    lines
                        .iter()
                        .position(|line| line["record"]["instance"] == id)
                        .unwrap()
                };
                let (failed_at, fine_at) = (at(&failed, lines), at(&fine, lines));
                lines[failed_at]["record"] = lines[fine_at]["record"].clone();
                lines[failed_at]["record"]["instance"] = failed.into();
            });
            b.sign_again();
        },
    ),
    way("a record less", "is missing", |b| {
        b.edit_lines("records.jsonl", |lines| drop(lines.remove(3)));
        b.sign_again();
    }),
    way(
        "a record twice",
        "there are two records of attempt 1",
        |b| {
            b.edit_lines("records.jsonl", |lines| lines.push(lines[3].clone()));
            b.sign_again();
        },
    ),
    way("a second attempt", "the terms allow no such attempt", |b| {
        b.edit_lines("records.jsonl", |lines| {
            let mut again = lines[3].clone();
            again["attempt"] = 2.into();
            lines.push(again);
        });
        b.sign_again();
    }),
    way(
        "a record of nothing",
        "which the suite does not have",
        |b| {
            b.edit_lines("records.jsonl", |lines| {
                lines[3]["record"]["instance"] = "referer-denied/nothing".into()
            });
            b.sign_again();
        },
    ),
    way("an interrupted instance", "was interrupted", |b| {
        b.edit_record(&granted(b), |record| {
            record["progress"] = "interrupted".into()
        });
        b.sign_again();
    }),
    way("half the records", "it breaks off", |b| {
        let text = b.text("records.jsonl");
        b.write("records.jsonl", &text[..text.len() * 2 / 3]);
        b.sign_again();
    }),
    way("nothing to look for", "is not looked for in it", |b| {
        let id = b.find(|_, record| {
            record["secrets"]
                .as_array()
                .is_some_and(|secrets| !secrets.is_empty())
        });
        b.edit_record(&id, |record| record["secrets"] = json!([]));
        b.sign_again();
    }),
    way(
        "something else to look for",
        "is not looked for in it",
        |b| {
            let id = b.find(|_, record| {
                record["secrets"]
                    .as_array()
                    .is_some_and(|secrets| !secrets.is_empty())
            });
            b.edit_record(&id, |record| record["secrets"][0][1] = "nothing".into());
            b.sign_again();
        },
    ),
    way("no look at effects", "was not read before and after", |b| {
        let id = b.find(|_, record| {
            record["probes"]
                .as_array()
                .is_some_and(|probes| !probes.is_empty())
        });
        b.edit_record(&id, |record| record["probes"] = json!([]));
        b.sign_again();
    }),
    way("an effect", "is deviates/effect by its record", |b| {
        let id = b.find(|entry, record| {
            entry["verdict"] == "conformant"
                && record["probes"]
                    .as_array()
                    .is_some_and(|probes| !probes.is_empty())
        });
        b.edit_record(&id, |record| {
            record["probes"][0]["after"]["outcome"]["answered"]["body"] = json!({ "text": "gone" })
        });
        b.sign_again();
    }),
    way("less is expected", "is not what the suite expects", |b| {
        let id = b.find(|_, record| {
            record["elements"]
                .as_array()
                .is_some_and(|elements| !elements.is_empty())
        });
        b.edit_record(&id, |record| {
            drop(record["elements"].as_array_mut().unwrap().remove(0))
        });
        b.sign_again();
    }),
    way(
        "no StringToSign",
        "the StringToSign of its request is missing",
        |b| {
            let id = b.find(|_, record| record["edited"]["request"]["string_to_sign"].is_string());
            b.edit_record(&id, |record| {
                drop(
                    record["edited"]["request"]
                        .as_object_mut()
                        .unwrap()
                        .remove("string_to_sign"),
                )
            });
            b.sign_again();
        },
    ),
    way(
        "another StringToSign",
        "is deviates/envelope by its record",
        |b| {
            let id = b.find(|entry, record| {
                entry["verdict"] == "conformant"
                    && record["edited"]["request"]["string_to_sign"].is_string()
            });
            b.edit_record(&id, |record| {
                record["edited"]["request"]["string_to_sign"] = "GET".into()
            });
            b.sign_again();
        },
    ),
    way("a failure set aside", "says that it has to be sent", |b| {
        let id = granted(b);
        b.edit_record(&id, |record| {
            record["progress"] = json!({ "not-claimed": "the target does not claim `referer`" });
        });
        b.sign_again();
    }),
    way("a claim less", "it should have been set aside", |b| {
        b.edit("terms.json", |terms| {
            terms["surroundings"]["claims"]
                .as_array_mut()
                .unwrap()
                .retain(|claim| claim != "referer")
        });
        b.edit("result.json", |result| {
            for list in ["/claims", "/scope/claimed"] {
                result
                    .pointer_mut(list)
                    .unwrap()
                    .as_array_mut()
                    .unwrap()
                    .retain(|claim| claim != "referer");
            }
        });
        b.sign_again();
    }),
    way(
        "claims of the result alone",
        "they differ in the claims",
        |b| {
            b.edit("result.json", |result| {
                result["scope"]["claimed"] = json!([])
            });
            b.sign_again();
        },
    ),
    way(
        "a level",
        "the level is none by the records, and the result says 4",
        |b| {
            b.edit("result.json", |result| {
                result["summary"]["level"] = 4.into();
                result["summary"]
                    .as_object_mut()
                    .unwrap()
                    .remove("no_level");
            });
            b.sign_again();
        },
    ),
    way(
        "a wider scope",
        "`scope.tested` of the result does not follow",
        |b| {
            b.edit("result.json", |result| {
                result["scope"]["tested"] = 51.into()
            });
            b.sign_again();
        },
    ),
    way(
        "better sums of causes",
        "`summary.causes` of the result does not follow",
        |b| {
            b.edit("result.json", |result| {
                result["summary"]["causes"]["conformant"] = 7.into()
            });
            b.sign_again();
        },
    ),
    way("a part of the suite", "not the whole suite was run", |b| {
        b.edit("result.json", |result| {
            result["selection"]["partition"] = "1/2".into()
        });
        b.sign_again();
    }),
    way("filters", "not the whole suite was run", |b| {
        b.edit("result.json", |result| {
            result["selection"]["filters"] = json!(["anonymous-object"])
        });
        b.sign_again();
    }),
    way("a run that was stopped", "did not come to its end", |b| {
        b.edit("result.json", |result| {
            result["summary"]["interrupted"] = true.into()
        });
        b.sign_again();
    }),
    way("another suite", "of another suite", |b| {
        let other = "11".repeat(32);
        b.edit("terms.json", |terms| terms["suite"] = other.clone().into());
        b.edit("result.json", |result| {
            result["suite"]["hash"] = other.into()
        });
        b.sign_again();
    }),
    way(
        "an unknown revision",
        "which this program does not know",
        |b| {
            b.edit("terms.json", |terms| {
                terms["revision"] = "documented-2031-01-01".into()
            });
            b.sign_again();
        },
    ),
    way(
        "another version of the format",
        "version 2 of the format",
        |b| {
            b.edit("terms.json", |terms| terms["schema"] = 2.into());
            b.sign_again();
        },
    ),
    way(
        "an old run for a new challenge",
        "what this run made is called",
        |b| {
            let (terms, honest) = (b.terms(), b.json("terms.json"));
            // Whoever ran it for another challenge writes yours over it, and the seed that goes with it.
            b.edit("terms.json", |other| {
                other["nonce"] = "ab".repeat(16).into()
            });
            assert_ne!(honest, b.json("terms.json"));
            assert_eq!(b.terms().seed, terms.seed);
            b.sign_again();
        },
    ),
    way(
        "another challenge",
        "the run was given another challenge",
        |b| rechallenged(b, Some("ffeeddccbbaa99887766554433221100")),
    ),
    way(
        "no challenge",
        "the run was not given your challenge",
        |b| rechallenged(b, None),
    ),
    way(
        "a seed of one's choice",
        "does not follow from challenge and nonce",
        |b| {
            b.edit("terms.json", |terms| terms["seed"] = 7.into());
            b.edit("result.json", |result| result["seed"] = 7.into());
            b.sign_again();
        },
    ),
    way(
        "terms of another target",
        "they differ in the target",
        |b| {
            b.edit("terms.json", |terms| terms["target"] = "better".into());
            b.sign_again();
        },
    ),
    way("no product", "the product is not named: `vendor`", |b| {
        b.edit("terms.json", |terms| {
            terms["product"]["vendor"] = " ".into()
        });
        b.sign_again();
    }),
    way("events that break off", "it ends after", |b| {
        b.edit_lines("events.jsonl", |lines| drop(lines.pop()));
        b.sign_as_it_is();
    }),
    way("events of another run", "their sums differ", |b| {
        b.edit_lines("events.jsonl", |lines| {
            lines.last_mut().unwrap()["result"]["started"] = "2020-01-01T00:00:00.000Z".into()
        });
        b.sign_as_it_is();
    }),
    way("an event told otherwise", "is told otherwise", |b| {
        let id = granted(b);
        b.edit_lines("events.jsonl", |lines| {
            let mut lines = lines.iter_mut();
            let event = lines
                .find(|line| line["instance"]["id"] == id.as_str())
                .unwrap();
            event["instance"]["reason"] = "nothing".into();
        });
        b.sign_as_it_is();
    }),
    way(
        "JUnit of another run",
        "`junit.xml` says something else",
        |b| {
            let text = b.text("junit.xml");
            b.write(
                "junit.xml",
                &text
                    .replace("<failure", "<skipped")
                    .replace("</failure", "</skipped"),
            );
            b.sign_as_it_is();
        },
    ),
    way("a better badge", "`badge.json` says something else", |b| {
        b.edit("badge.json", |badge| {
            badge["message"] = "level 4 Exact".into()
        });
        b.sign_as_it_is();
    }),
    way("a better picture", "`badge.svg` says something else", |b| {
        let text = b.text("badge.svg");
        b.write("badge.svg", &text.replace("no level", "level 4"));
        b.sign_as_it_is();
    }),
    way(
        "another product beside it",
        "`PRODUCT.yaml` says something else",
        |b| {
            let text = b.text("PRODUCT.yaml");
            b.write("PRODUCT.yaml", &text.replace("1.2", "2.0"));
            b.sign_as_it_is();
        },
    ),
];

/// An instance that the server grants although it should not.
fn granted(bundle: &Bundle) -> String {
    bundle.find(|entry, _| entry["facet"] == "granted")
}

/// An instance of another cause than the one that fails.
fn conformant(bundle: &Bundle) -> String {
    bundle.find(|entry, _| entry["verdict"] == "conformant")
}

fn drop_file(bundle: &Bundle, name: &str) {
    fs::remove_file(bundle.path(name)).unwrap();
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
