//! Several edits at once: all of them are made, each in its place, in their order.

use oss403::run::record::TwinRecord;

use crate::support::{embedded, instances, run_all, status};

fn statuses(record: &TwinRecord) -> (u16, u16) {
    (status(record.base.as_ref()), status(record.edited.as_ref()))
}

fn body(exchange: &oss403::wire::exchange::Exchange) -> &[u8] {
    &exchange.response().unwrap().body
}

#[tokio::test]
async fn edits_of_the_world_the_request_and_the_wire_are_made_together() {
    let scenarios = "
      - name: opened-for-everybody
        given: { bucket: { objects: { a: the first, b: the second } } }
        base: { request: GET /a }
        edit: { all: [{ tamper-path: /b }, { as: anonymous }, { bucket-acl: public-read }] }
      - name: still-closed
        given: { bucket: { objects: { a: the first } } }
        base: { request: GET /a }
        edit: { all: [{ as: anonymous }, { set-header: { x-a: b } }] }
      - name: signed-for-something-else
        given: { bucket: { objects: { a: the first, b: the second } } }
        base: { request: GET /a }
        edit: { all: [{ sign: header-v1 }, { tamper-path: /b }] }
    ";
    let ran = run_all(&embedded().await, instances(scenarios)).await;
    let opened = ran.record("/opened-for-everybody");
    assert_eq!(statuses(opened), (200, 200), "{opened:?}");
    assert_eq!(body(opened.base.as_ref().unwrap()), b"the first");
    assert_eq!(body(opened.edited.as_ref().unwrap()), b"the second");
    let closed = ran.record("/still-closed");
    assert_eq!(statuses(closed), (200, 403));
    let sent = &closed.edited.as_ref().unwrap().request.headers;
    assert!(
        sent.iter()
            .any(|(name, value)| name == "x-a" && value == "b")
    );
    let tampered = ran.record("/signed-for-something-else");
    assert_eq!(statuses(tampered), (200, 403));
    let sent = &tampered.edited.as_ref().unwrap().request.headers;
    assert!(
        sent.iter()
            .any(|(name, value)| name == "Authorization" && value.starts_with("OSS "))
    );
}

#[tokio::test]
async fn an_edit_builds_on_those_before_it() {
    // A URL has an end of life only after it has become one, and the later method is the one that is sent.
    let scenarios = "
      - name: url
        given: { bucket: { objects: { a: the first } } }
        base: { request: GET /a }
        edit: { all: [{ sign: url-v1 }, { expires: '1' }, { request: HEAD /a }] }
    ";
    let ran = run_all(&embedded().await, instances(scenarios)).await;
    let record = ran.record("/url");
    assert_eq!(statuses(record), (200, 403));
    let request = &record.edited.as_ref().unwrap().request;
    assert_eq!(request.method, "HEAD");
    assert!(request.target.contains("Expires=1&"), "{}", request.target);
}

#[tokio::test]
async fn what_hides_the_world_comes_after_the_first_look_and_the_rest_before_it() {
    let scenarios = "
      - name: replaced-and-blocked
        given: { bucket: { objects: { a: the first } } }
        base: { request: PUT /a, body: by the base }
        edit: { all: [{ bucket-status: disabled }, { put-object: { a: by the edit } }, { as: anonymous }] }
        unchanged: [a]
    ";
    let ran = run_all(&embedded().await, instances(scenarios)).await;
    let record = ran.record("/replaced-and-blocked");
    assert_eq!(statuses(record), (200, 403), "{record:?}");
    let [probe] = &record.probes[..] else {
        panic!("{:?}", record.probes)
    };
    assert_eq!(body(&probe.before), b"by the edit");
    assert_eq!(body(&probe.after), b"by the edit");
    assert!(ran.summary.left_behind.is_empty());
}
