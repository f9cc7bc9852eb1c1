//! What anybody can do who has not the vendor's key, a stranger with a key of their own among them.

use std::fs;

use serde_json::json;

use super::{ATTESTATION, Doctoring, drop_file, of_another_version, way};

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
    #[cfg(unix)]
    way(
        "a link instead of the attestation",
        "`cert.intoto.jsonl` is no plain file",
        |b| {
            fs::rename(b.path(ATTESTATION), b.desk.path("elsewhere")).unwrap();
            std::os::unix::fs::symlink(b.desk.path("elsewhere"), b.path(ATTESTATION)).unwrap();
        },
    ),
    #[cfg(unix)]
    way(
        "a socket instead of the attestation",
        "`cert.intoto.jsonl` is no plain file",
        |b| {
            drop_file(b, ATTESTATION);
            std::os::unix::net::UnixListener::bind(b.path(ATTESTATION)).unwrap();
        },
    ),
    way("an endless attestation", "longer than 1 MiB", |b| {
        let file = fs::File::options().write(true).open(b.path(ATTESTATION));
        file.unwrap().set_len(3 << 30).unwrap();
    }),
    way("an endless report", "longer than 512 MiB", |b| {
        let file = fs::File::options().write(true).open(b.path("junit.xml"));
        file.unwrap().set_len(3 << 30).unwrap();
    }),
    #[cfg(unix)]
    way("a file whose name is no text", "does not belong", |b| {
        use std::os::unix::ffi::OsStrExt as _;
        let name = std::ffi::OsStr::from_bytes(b"a\xff");
        fs::write(b.path("junit.xml").with_file_name(name), "").unwrap();
    }),
    way("an empty attestation", "the attestation is empty", |b| {
        b.write(ATTESTATION, "")
    }),
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
        "`PRODUCT.yaml` was changed",
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
];
