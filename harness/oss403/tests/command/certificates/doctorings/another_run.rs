//! What the vendor can say of the run itself, and of which request belongs to which instance.

use serde_json::Value;

use super::{Doctoring, conformant, way};

pub(super) const ALL: &[Doctoring] = &[
    way("a run of another day", "made on another day", |b| {
        b.edit("result.json", |result| {
            result["started"] = "2020-01-01T00:00:00.000Z".into()
        });
        b.sign_again();
    }),
    way("events begun with another seed", "another seed", |b| {
        b.edit_lines("events.jsonl", |lines| lines[0]["seed"] = 7.into());
        b.sign_as_it_is();
    }),
    way("events of another id", "another id", |b| {
        b.edit_lines("events.jsonl", |lines| lines[0]["run"] = "other".into());
        b.sign_as_it_is();
    }),
    way("events after the end", "stands after its end", |b| {
        b.edit_lines("events.jsonl", |lines| lines.push(lines[1].clone()));
        b.sign_as_it_is();
    }),
    way("events back in time", "is of a time before", |b| {
        b.edit_lines("events.jsonl", |lines| {
            lines.last_mut().unwrap()["at"] = "2020-01-01T00:00:00.000Z".into()
        });
        b.sign_as_it_is();
    }),
    way("a record said twice", "is there twice", |b| {
        let text = b.text("records.jsonl");
        let doubled = text.replacen(r#""attempt":"#, r#""attempt":9,"attempt":"#, 1);
        assert_ne!(text, doubled);
        b.write("records.jsonl", &doubled);
        b.sign_as_it_is();
    }),
    way(
        "exchanges of two instances swapped",
        "is another one",
        |b| {
            let of = |scheme: &str| {
                b.find(|entry, record| {
                    entry["cause"] == "signature-mismatch"
                        && entry["verdict"] == "conformant"
                        && record["edited"]["request"].to_string().contains(scheme)
                })
            };
            let (first, second) = (of("OSSAccessKeyId"), of("OSS4-HMAC-SHA256"));
            let exchange = |id: &str| {
                let text = b.text("records.jsonl");
                let mut lines = text
                    .lines()
                    .map(|line| serde_json::from_str::<Value>(line).unwrap());
                let line = lines.find(|line| line["record"]["instance"] == id);
                line.unwrap()["record"]["edited"].clone()
            };
            let (one, other) = (exchange(&first), exchange(&second));
            b.edit_record(&first, |record| record["edited"] = other);
            b.edit_record(&second, |record| record["edited"] = one);
            b.sign_again();
        },
    ),
    way("the bucket of another instance", "is another one", |b| {
        let id = conformant(b);
        b.edit_record(&id, |record| {
            let host = record["edited"]["request"]["host"].as_str().unwrap();
            let host = host.replacen('.', "9.", 1);
            record["edited"]["request"]["host"] = host.into();
        });
        b.sign_again();
    }),
];
