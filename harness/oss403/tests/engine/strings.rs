//! Whose StringToSign a record keeps: that of a request of which the answer, or what is expected of it, speaks of one.

use serde_json::json;

use crate::support::{Desk, Reply, fake, instances_of, run_all};

/// Whether the base and the edited request have one, against a server that answers this.
async fn kept(code: &str, elements: &[&str], body: &'static str) -> (bool, bool) {
    let address = fake(move |_| async move { Reply::Some((403, Vec::new(), body.into())) }).await;
    let target = Desk::new().target(address, "").await;
    let elements: serde_json::Map<_, _> = elements
        .iter()
        .map(|name| ((*name).into(), json!("*")))
        .collect();
    let header = json!({ "code": code, "message": "*", "elements": elements });
    let scenario =
        "[{ name: x, given: { no-bucket: true }, base: { request: GET / }, edit: { clock: -1d } }]";
    let ran = run_all(&target, instances_of(&header, scenario)).await;
    let record = &ran.records[0];
    let has = |exchange: &Option<oss403::wire::exchange::Exchange>| {
        exchange
            .as_ref()
            .is_some_and(|sent| sent.request.string_to_sign.is_some())
    };
    (has(&record.base), has(&record.edited))
}

#[tokio::test]
async fn the_string_to_sign_is_kept_where_somebody_speaks_of_it() {
    const TOLD: &str = "<Error><Code>a</Code><StringToSign>b</StringToSign></Error>";
    for (code, elements, body, expected) in [
        ("AccessDenied", &[][..], "", (false, false)),
        ("AccessDenied", &["Bucket"][..], "<Error/>", (false, false)),
        ("SignatureDoesNotMatch", &[][..], "", (false, true)),
        (
            "AccessDenied",
            &["StringToSignBytes"][..],
            "",
            (false, true),
        ),
        ("AccessDenied", &[][..], TOLD, (true, true)),
    ] {
        let kept = kept(code, elements, body).await;
        assert_eq!(kept, expected, "{code} {elements:?} {body}");
    }
}
