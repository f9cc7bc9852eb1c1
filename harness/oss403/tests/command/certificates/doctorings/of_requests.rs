//! What the vendor can write of requests that were never sent so. Each is judged by its answer, and none is what the suite would have sent.

use serde_json::{Value, json};

use super::{Doctoring, conformant, explained, way};
use crate::certificates::bundle::Bundle;

const OTHER: &str = "request is another one";

/// An instance for which something was read before and after.
fn probed(b: &Bundle) -> String {
    b.find(|_, record| {
        let probes = record["probes"].as_array();
        probes.is_some_and(|probes| !probes.is_empty())
    })
}

/// An instance whose request is tampered with after it was signed.
fn tampered(b: &Bundle) -> String {
    b.find(|entry, _| {
        let id = entry["id"].as_str().unwrap();
        id == "signature-mismatch/wrong-secret-in-the-s3-dialect/query"
    })
}

/// Changes a request of an instance that is tampered with.
fn of_tampered(b: &Bundle, change: impl FnOnce(&mut Value)) {
    b.edit_record(&tampered(b), |record| {
        change(&mut record["edited"]["request"])
    });
    b.sign_again();
}

fn of_base(b: &Bundle, change: impl FnOnce(&mut Value)) {
    b.edit_record(&conformant(b), |record| {
        change(&mut record["base"]["request"])
    });
    b.sign_again();
}

fn headers(request: &mut Value) -> &mut Vec<Value> {
    request["headers"].as_array_mut().unwrap()
}

fn value<'h>(request: &'h mut Value, name: &str) -> &'h mut Value {
    let mut headers = headers(request).iter_mut();
    let header = headers.find(|header| header[0].as_str().unwrap().eq_ignore_ascii_case(name));
    &mut header.unwrap()[1]
}

/// Another text in place of a part of one.
fn replaced(value: &mut Value, from: &str, to: &str) {
    let text = value.as_str().unwrap();
    assert!(text.contains(from), "{from} in {text}");
    *value = text.replace(from, to).into();
}

pub(super) const ALL: &[Doctoring] = &[
    way("another header beside tampering", OTHER, |b| {
        of_tampered(b, |request| *value(request, "user-agent") = "curl/8".into())
    }),
    way("a header less beside tampering", OTHER, |b| {
        of_tampered(b, |request| {
            headers(request).retain(|header| header[0] != "Accept")
        })
    }),
    way("a header more beside tampering", OTHER, |b| {
        of_tampered(b, |request| headers(request).push(json!(["X-Easy", "1"])))
    }),
    way("headers in another order beside tampering", OTHER, |b| {
        of_tampered(b, |request| headers(request).reverse())
    }),
    way("a body beside tampering", OTHER, |b| {
        of_tampered(b, |request| request["body"] = json!({ "text": "please" }))
    }),
    way("a parameter more beside tampering", OTHER, |b| {
        of_tampered(b, |request| {
            request["target"] = format!("{}&easy=1", request["target"].as_str().unwrap()).into()
        })
    }),
    way("another object beside tampering", OTHER, |b| {
        of_tampered(b, |request| {
            replaced(&mut request["target"], ".txt", ".txt2")
        })
    }),
    way("another region beside tampering", OTHER, |b| {
        of_tampered(b, |request| {
            replaced(value(request, "authorization"), "cn-hangzhou", "cn-beijing")
        })
    }),
    way("nothing tampered with", OTHER, |b| {
        of_tampered(b, |request| {
            replaced(&mut request["target"], "text%2Fhtml", "text%2Fplain")
        })
    }),
    way("something hidden that is no secret", OTHER, |b| {
        of_base(b, |request| {
            *value(request, "user-agent") = "[redacted]".into()
        })
    }),
    way("a header in another case", OTHER, |b| {
        of_base(b, |request| headers(request)[0][0] = "ACCEPT".into())
    }),
    way("a host in another case", OTHER, |b| {
        of_base(b, |request| {
            request["host"] = request["host"].as_str().unwrap().to_uppercase().into()
        })
    }),
    way("the name that the case file says", OTHER, |b| {
        let id = conformant(b);
        b.edit_record(&id, |record| {
            let target = &mut record["base"]["request"]["target"];
            let (path, _) = target.as_str().unwrap().split_once('-').unwrap();
            *target = format!("{path}.txt").into();
        });
        b.sign_again();
    }),
    way("a request of yesterday", "by other clocks", |b| {
        let is_dated = |record: &Value| {
            record["base"]["request"]["headers"]
                .to_string()
                .contains("\"x-oss-date\"")
        };
        let id = b.find(|entry, record| entry["verdict"] == "conformant" && is_dated(record));
        b.edit_record(&id, |record| {
            let request = &mut record["base"]["request"];
            let date = value(request, "x-oss-date").as_str().unwrap().to_owned();
            // Any other day of the past.
            *value(request, "x-oss-date") = format!("20200101{}", &date[8..]).into();
            replaced(value(request, "authorization"), &date[..8], "20200101");
        });
        b.sign_again();
    }),
    way(
        "something else read",
        "was not read before and after",
        |b| {
            let id = probed(b);
            b.edit_record(&id, |record| {
                let request = &mut record["probes"][0]["before"]["request"];
                request["target"] = format!("{}?acl", request["target"].as_str().unwrap()).into();
            });
            b.sign_again();
        },
    ),
    way(
        "something else read with a header",
        "was not read before and after",
        |b| {
            let id = probed(b);
            b.edit_record(&id, |record| {
                headers(&mut record["probes"][0]["after"]["request"])
                    .push(json!(["Range", "bytes=0-0"]))
            });
            b.sign_again();
        },
    ),
    way("one StringToSign for both", "another StringToSign", |b| {
        let id = explained(b);
        b.edit_record(&id, |record| {
            let own = record["edited"]["request"]["string_to_sign"].clone();
            let answer = &mut record["edited"]["outcome"]["answered"]["body"]["text"];
            assert!(!answer.is_null());
            let text = answer.as_str().unwrap();
            let first = own.as_str().unwrap().lines().next().unwrap();
            let (start, rest) = text.split_once("<StringToSign>").unwrap();
            let rest = rest.strip_prefix(first).unwrap();
            *answer = format!("{start}<StringToSign>PATCH{rest}").into();
            let own = own.as_str().unwrap().replacen(first, "PATCH", 1);
            record["edited"]["request"]["string_to_sign"] = own.into();
        });
        b.sign_again();
    }),
    way("a step that failed", "a step of it failed", |b| {
        b.edit_record(&conformant(b), |record| {
            // In its place: what is written in another order is refused for that.
            let mut fields = std::mem::take(record.as_object_mut().unwrap());
            let at = fields.keys().position(|key| key == "probes").unwrap();
            let base = fields["base"].clone();
            fields.shift_insert(at, "failed_step".into(), base);
            *record = fields.into();
        });
        b.sign_again();
    }),
    way(
        "another endpoint",
        "that is not where its requests went",
        |b| {
            b.edit("result.json", |result| {
                result["target"]["endpoint"] = "http://127.0.0.1:1".into()
            });
            b.sign_again();
        },
    ),
    way(
        "another scheme",
        "that is not where its requests went",
        |b| {
            b.edit("result.json", |result| {
                replaced(&mut result["target"]["endpoint"], "http:", "https:")
            });
            b.sign_again();
        },
    ),
    way(
        "no reference server",
        "they differ in the kind of target",
        |b| {
            b.edit("result.json", |result| {
                drop(
                    result["target"]
                        .as_object_mut()
                        .unwrap()
                        .remove("reference"),
                )
            });
            b.sign_again();
        },
    ),
];
