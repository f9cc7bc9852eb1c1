//! Bytes that cannot be had as they were stored: archived ones before they are restored, and pictures to be processed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::client::{DIGITS, Wire};

#[tokio::test]
async fn archived_objects_are_restored() {
    let wire = Wire::with_bucket().await;
    wire.ask("PUT", "/bkt/a")
        .header("x-oss-storage-class", "Archive")
        .body(DIGITS)
        .send()
        .await
        .is(200);
    wire.put("/bkt/s", "x").await.is(200);
    let restore = || wire.ask("POST", "/bkt/a?restore");
    wire.ask("POST", "/bkt/s?restore")
        .send()
        .await
        .refused(400, "OperationNotSupported");
    wire.get("/bkt/a").await.refused(403, "InvalidObjectState");
    assert_eq!(
        wire.ask("HEAD", "/bkt/a")
            .send()
            .await
            .is(200)
            .header("x-oss-restore"),
        None
    );
    restore()
        .body("<RestoreRequest><Days>8</Days></RestoreRequest>")
        .send()
        .await
        .refused(400, "MalformedXML");

    restore().send().await.is(202);
    assert_eq!(
        wire.ask("HEAD", "/bkt/a").send().await.the("x-oss-restore"),
        "ongoing-request=\"true\""
    );
    wire.get("/bkt/a").await.refused(403, "InvalidObjectState");
    restore()
        .send()
        .await
        .refused(409, "RestoreAlreadyInProgress");

    wire.running.clock().set_offset(61);
    assert_eq!(wire.get("/bkt/a").await.is(200).text(), DIGITS);
    let head = wire.ask("HEAD", "/bkt/a").send().await.is(200);
    assert!(
        head.the("x-oss-restore")
            .starts_with("ongoing-request=\"false\", expiry-date=\"")
    );
    restore()
        .body("<RestoreRequest><Days>7</Days></RestoreRequest>")
        .send()
        .await
        .is(200);
    wire.running.clock().set_offset(6 * 86_400);
    wire.get("/bkt/a").await.is(200);
    wire.running.clock().set_offset(8 * 86_400);
    wire.get("/bkt/a").await.refused(403, "InvalidObjectState");
    restore().send().await.is(202);
}

#[tokio::test]
async fn pictures_are_given_back_whole_or_not_at_all() {
    let wire = Wire::with_bucket().await;
    let gif = STANDARD
        .decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
        .unwrap();
    wire.put("/bkt/whole", gif.clone()).await.is(200);
    wire.put("/bkt/cut", &gif[..20]).await.is(200);
    wire.put("/bkt/text", "no picture").await.is(200);
    let process = "?x-oss-process=image%2Fresize%2Cw_10";
    let whole = wire.get(&format!("/bkt/whole{process}")).await.is(200);
    assert_eq!(
        (whole.the("content-type"), whole.body == gif),
        ("image/gif", true)
    );
    wire.get(&format!("/bkt/cut{process}"))
        .await
        .refused(403, "ImageDamage");
    wire.get("/bkt/cut").await.is(200);
    wire.get(&format!("/bkt/text{process}"))
        .await
        .refused(400, "BadRequest");
}
