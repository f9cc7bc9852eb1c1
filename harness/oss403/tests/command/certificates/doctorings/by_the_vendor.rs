//! What the vendor can do, who has the right key and signs again whatever they did.

use serde_json::{Value, json};

use super::{Doctoring, conformant, explained, granted, rechallenged, way};

pub(super) const ALL: &[Doctoring] = &[
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
    way("a baseline", "excused by a baseline", |b| {
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
            let id = explained(b);
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
    way("another StringToSign", "with another StringToSign", |b| {
        let id = explained(b);
        b.edit_record(&id, |record| {
            record["edited"]["request"]["string_to_sign"] = "GET".into()
        });
        b.sign_again();
    }),
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
    way(
        "another version of the program",
        "use that version to verify it",
        |b| {
            b.edit("terms.json", |terms| {
                terms["tool"]["version"] = "0.1.99".into()
            });
            for name in ["result.json", "events.jsonl"] {
                let ours = format!(r#""version":"{}""#, env!("CARGO_PKG_VERSION"));
                let text = b.text(name).replace(&ours, r#""version":"0.1.99""#);
                b.write(name, &text);
            }
            b.sign_again();
        },
    ),
    way("an earlier result run again", "not the whole suite", |b| {
        b.edit("result.json", |result| {
            result["selection"]["rerun"] = true.into()
        });
        b.sign_again();
    }),
    way(
        "another revision that was selected",
        "they differ in the revision of the selection",
        |b| {
            b.edit("result.json", |result| {
                result["selection"]["revision"] = "observed".into()
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
        "attempts without number",
        "no run has 4000000000 attempts",
        |b| {
            b.edit("terms.json", |terms| {
                terms["attempts"] = 4_000_000_000_u32.into()
            });
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
