//! Dollar signs: `$$` is one wherever a text stands, and what looks like a placeholder behind it is none.

use oss403::run::record::{Progress, TwinRecord};

use crate::support::{embedded, instances, run_all};

fn base_body(record: &TwinRecord) -> String {
    let response = record.base.as_ref().unwrap().response().unwrap();
    assert_eq!(response.status, 200, "{response:?}");
    String::from_utf8(response.body.clone()).unwrap()
}

fn assert_refused(record: &TwinRecord) {
    assert_eq!(record.progress, Progress::Complete, "{}", record.instance);
    let edited = record.edited.as_ref().unwrap().response().unwrap();
    assert_eq!(edited.status, 403, "{}", record.instance);
}

#[tokio::test]
async fn a_name_in_braces_after_two_dollars_names_nobody() {
    let scenarios = r#"
      - name: content
        matrix:
          text:
            one: the words $${uid.nobody-at-all} stand
            two: "$$$${uid.nobody-at-all}"
            beside: "$${uid.nobody-at-all} ${uid.owner}"
            after: "$$${uid.owner} and $${bucket.nowhere}"
        given: { bucket: { objects: { k.txt: $text } } }
        base: { request: GET /k.txt }
        edit: { wrong-secret: true }
      - name: policies
        given:
          bucket:
            objects: { $$k.txt: hello }
            policy: { Version: "1", Statement: [{ Effect: Allow, Principal: ["*"], Action: "oss:GetObject",
                      Resource: ["acs:oss:*:*:${bucket}/$$k.txt", "acs:oss:*:*:${bucket}/$${uid.nobody-at-all}"] }] }
        base: { as: anonymous, request: GET /$$k.txt }
        edit: { bucket-policy: ~ }
      - name: people
        given:
          bucket: { objects: { k.txt: hello } }
          identities:
            reader: { ram-user: { policy: { Version: "1", Statement: [{ Effect: Allow, Action: "oss:GetObject",
                      Resource: ["acs:oss:*:*:${bucket}/*", "acs:oss:*:*:$${account.nobody-at-all}/*"] }] } } }
        base: { as: reader, request: GET /k.txt }
        edit: { ram-policy: { reader: ~ } }
    "#;
    let ran = run_all(&embedded().await, instances(scenarios)).await;
    for (id, text) in [
        ("content/one", "the words ${uid.nobody-at-all} stand"),
        ("content/two", "$${uid.nobody-at-all}"),
        ("content/beside", "${uid.nobody-at-all} 1000000000000001"),
        ("content/after", "$1000000000000001 and ${bucket.nowhere}"),
        ("policies", "hello"),
        ("people", "hello"),
    ] {
        let record = ran.record(id);
        assert_refused(record);
        assert_eq!(base_body(record), text, "{id}");
    }
}

#[tokio::test]
async fn headers_settings_and_expectations_are_read_alike() {
    let scenarios = r#"
      - name: headers
        given: { bucket: { objects: { k.txt: hello }, referer: { allow-empty: false, allow: ["http://${bucket}.example"] } } }
        base: { sign: url-v1, request: GET /k.txt, headers: { Referer: "http://${bucket}.example", x-a: "$${uid.x} $$$${uid.x} $$$${bucket}" } }
        edit: { set-header: { Referer: "http://$${bucket}.example" } }
        expect: { message: "${bucket} $${uid.nobody-at-all}", elements: { A: "$$$${bucket}" } }
      - name: additional
        given: { bucket: { objects: { k.txt: hello } } }
        base: { request: GET /k.txt, headers: { x-$$a: "1" }, additional-headers: [x-$$a] }
        edit: { tamper-header: { x-$$a: "2" } }
    "#;
    let ran = run_all(&embedded().await, instances(scenarios)).await;
    let headers = ran.record("headers");
    assert_refused(headers);
    assert_eq!(base_body(headers), "hello");
    let sent = &headers.base.as_ref().unwrap().request.headers;
    let (_, value) = sent.iter().find(|(name, _)| name == "x-a").unwrap();
    assert_eq!(value, "${uid.x} $${uid.x} $${bucket}");
    let bucket = &headers.placeholders["bucket"];
    assert_eq!(
        headers.message,
        Some(format!("{bucket} ${{uid.nobody-at-all}}"))
    );
    assert_eq!(headers.elements, [("A".into(), "$${bucket}".into())]);
    let additional = ran.record("additional");
    assert_refused(additional);
    assert_eq!(base_body(additional), "hello");
}
