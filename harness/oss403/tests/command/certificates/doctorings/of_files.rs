//! What the vendor can make of files: each is signed as it is, and none is what follows from the records.

use std::fs;

use serde_json::{Value, json};

use super::{ATTESTATION, Doctoring, conformant, restated, way};
use crate::certificates::bundle::{Bundle, certified};
use oss403::certify::dsse::Envelope;
use oss403::certify::key::SigningKey;

/// Another text of a file, signed.
fn rewritten(b: &Bundle, name: &str, change: impl FnOnce(&str) -> String) {
    let text = b.text(name);
    let other = change(&text);
    assert_ne!(text, other);
    b.write(name, &other);
    b.sign_files();
}

/// The first line of the attestation in an envelope of another kind.
fn enveloped(b: &Bundle, kind: &str) {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    let key = SigningKey::load(&certified().desk.path("vendor.key")).unwrap();
    b.edit_lines(ATTESTATION, |lines| {
        let payload = BASE64_STANDARD
            .decode(lines[0]["payload"].as_str().unwrap())
            .unwrap();
        let id = key.public().id();
        let other = Envelope::signed(kind, &payload, &id, |bytes| key.sign(bytes));
        lines[0] = serde_json::to_value(other).unwrap();
    });
}

/// What the attestation says of its files.
fn refiled(b: &Bundle, change: impl Fn(&mut Vec<Value>)) {
    restated(b, |statements| {
        for statement in statements {
            change(
                statement["predicate"]["urn:oss403:files:1"]
                    .as_array_mut()
                    .unwrap(),
            );
        }
    });
}

const READ_IN_ONE_WAY: &str = "it is not written as this program writes it";

pub(super) const ALL: &[Doctoring] = &[
    way(
        "a mark of the byte order",
        "`result.json` cannot be read",
        |b| rewritten(b, "result.json", |text| format!("\u{feff}{text}")),
    ),
    way(
        "a NUL behind the result",
        "`result.json` cannot be read",
        |b| rewritten(b, "result.json", |text| format!("{text}\0")),
    ),
    way("two summaries", "the key `summary` is there twice", |b| {
        rewritten(b, "result.json", |text| {
            text.replacen("\"summary\":", "\"summary\":{},\"summary\":", 1)
        })
    }),
    way(
        "a result with more blanks",
        "`result.json` says something else",
        |b| rewritten(b, "result.json", |text| format!("{text}\n")),
    ),
    way(
        "a result with a word more",
        "`result.json` cannot be read",
        |b| {
            rewritten(b, "result.json", |text| {
                text.replacen('{', "{\"certified-by\":\"somebody\",", 1)
            })
        },
    ),
    way(
        "terms with more blanks",
        "`terms.json` says something else",
        |b| rewritten(b, "terms.json", |text| format!("{text}\n")),
    ),
    way(
        "a key of the terms twice",
        "the key `seed` is there twice",
        |b| {
            rewritten(b, "terms.json", |text| {
                text.replacen("\"seed\":", "\"seed\": 1, \"seed\":", 1)
            })
        },
    ),
    way(
        "a key of a record twice",
        "the key `status` is there twice",
        |b| {
            rewritten(b, "records.jsonl", |text| {
                text.replacen("\"status\":", "\"status\":403,\"status\":", 1)
            })
        },
    ),
    way("a record with more blanks", READ_IN_ONE_WAY, |b| {
        rewritten(b, "records.jsonl", |text| {
            text.replacen("\"status\":", "\"status\": ", 1)
        })
    }),
    way(
        "a record with a word that nobody reads",
        READ_IN_ONE_WAY,
        |b| {
            rewritten(b, "records.jsonl", |text| {
                text.replacen("\"status\":", "\"checked\":\"by hand\",\"status\":", 1)
            })
        },
    ),
    way(
        "an empty line among the records",
        "the records cannot be read: line 1",
        |b| rewritten(b, "records.jsonl", |text| format!("\n{text}")),
    ),
    way("an event with more blanks", READ_IN_ONE_WAY, |b| {
        rewritten(b, "events.jsonl", |text| {
            text.replacen("\"instance\":", "\"instance\": ", 1)
        })
    }),
    way(
        "an event with a word that nobody reads",
        "holds what nobody reads",
        |b| {
            rewritten(b, "events.jsonl", |text| {
                text.replacen(
                    "{\"event\":\"made\",",
                    "{\"event\":\"made\",\"note\":\"fine\",",
                    1,
                )
            })
        },
    ),
    way("an end of the events twice", "stands after its end", |b| {
        rewritten(b, "events.jsonl", |text| {
            let last = text.lines().last().unwrap();
            format!("{text}{last}\n")
        })
    }),
    way("an instance told twice", "is told twice", |b| {
        let id = conformant(b);
        rewritten(b, "events.jsonl", |text| {
            let is_it = |line: &&str| {
                line.contains("\"instance-finished\"") && line.contains(&format!("\"{id}\""))
            };
            let line = text.lines().find(is_it).unwrap();
            text.replacen(line, &format!("{line}\n{line}"), 1)
        })
    }),
    way("events in another order", "is of a time before", |b| {
        rewritten(b, "events.jsonl", |text| {
            let first = text.lines().next().unwrap();
            let year = &first[first.find("\"at\":").unwrap()..][..10];
            text.replacen(year, "\"at\":\"2099", 1)
        })
    }),
    way("a better page", "`report.html` says something else", |b| {
        rewritten(b, "report.html", |text| {
            text.replacen("Widgets", "Gadgets", 1)
                .replacen("<title>", "<title>Level 4, ", 1)
        })
    }),
    way(
        "a page with a script",
        "`report.html` says something else",
        |b| {
            rewritten(b, "report.html", |text| {
                text.replacen("</body>", "<script src=//x.example></script></body>", 1)
            })
        },
    ),
    way(
        "JUnit with a comment",
        "`junit.xml` says something else",
        |b| {
            rewritten(b, "junit.xml", |text| {
                format!("{text}<!-- all is well -->\n")
            })
        },
    ),
    way(
        "a product in other letters",
        "`PRODUCT.yaml` says something else",
        |b| {
            // A Cyrillic letter that looks alike.
            rewritten(b, "PRODUCT.yaml", |text| {
                text.replacen("Store", "St\u{43e}re", 1)
            })
        },
    ),
    way(
        "a product with a word more",
        "`PRODUCT.yaml` says something else",
        |b| {
            rewritten(b, "PRODUCT.yaml", |text| {
                format!("{text}certified: \"true\"\n")
            })
        },
    ),
    way(
        "a file whose name looks alike",
        "`resu\u{2113}t.json` does not belong",
        |b| b.write("resu\u{2113}t.json", "{}"),
    ),
    way("a folder more", "`more` is no plain file", |b| {
        fs::create_dir(b.path("more")).unwrap()
    }),
    way(
        "a file of a folder above",
        "the file `../vendor.key` is missing",
        |b| {
            refiled(b, |files| {
                files.push(
                    json!({ "name": "../vendor.key", "digest": { "sha256": "00".repeat(32) } }),
                )
            })
        },
    ),
    way("a file named twice", "says something else", |b| {
        refiled(b, |files| files.push(files[0].clone()))
    }),
    way(
        "a file named twice, once otherwise",
        "says something else",
        |b| {
            refiled(b, |files| {
                let mut other = files[0].clone();
                other["digest"]["sha256"] = "00".repeat(32).into();
                files.insert(0, other);
            })
        },
    ),
    way("a subject less", "`subject`", |b| {
        restated(b, |statements| {
            for statement in statements {
                drop(statement["subject"].as_array_mut().unwrap().pop());
            }
        })
    }),
    way(
        "a kind of payload with a parameter",
        "which is no in-toto statement",
        |b| enveloped(b, "application/vnd.in-toto+json; charset=utf-8"),
    ),
    way(
        "a kind of payload in another case",
        "which is no in-toto statement",
        |b| enveloped(b, "application/vnd.in-toto+JSON"),
    ),
    way("no kind of payload", "which is no in-toto statement", |b| {
        enveloped(b, "")
    }),
    way(
        "an envelope with a word that nobody reads",
        READ_IN_ONE_WAY,
        |b| b.edit_lines(ATTESTATION, |lines| lines[0]["level"] = 4.into()),
    ),
    way("an envelope with more blanks", READ_IN_ONE_WAY, |b| {
        let text = b.text(ATTESTATION);
        b.write(ATTESTATION, &text.replacen(':', ": ", 1));
    }),
    way(
        "an attestation in lines of another system",
        "is no DSSE envelope",
        |b| {
            let text = b.text(ATTESTATION);
            b.write(ATTESTATION, &text.replace('\n', "\r\n"));
        },
    ),
    way(
        "an attestation with an empty line",
        "is no DSSE envelope",
        |b| {
            let text = b.text(ATTESTATION);
            b.write(ATTESTATION, &format!("\n{text}"));
        },
    ),
    way("a signature cut short", "is not signed by this key", |b| {
        b.edit_lines(ATTESTATION, |lines| {
            lines[0]["signatures"][0]["sig"] = "AAAA".into()
        })
    }),
];
