//! Servers that are wrong about their refusals: each is wrong in the way it says, and in no other.

use oss_reference::config::{AnswerFault, Config, Faults, Wrong};
use oss_reference::denial::Cause;

use crate::client::{Ask, Reply, Wire};

/// A server with this fault in its refusals for [`Cause::BucketAcl`], and an object that only its owner may read.
async fn faulty(wrong: Wrong) -> Wire {
    let faults = Faults {
        answer: Some(AnswerFault {
            cause: Cause::BucketAcl,
            wrong,
        }),
        ..Faults::default()
    };
    let config = Config {
        faults,
        ..Config::default()
    };
    let wire = Wire::start_with(config).await;
    wire.put("/bkt", "").await.is(200);
    wire.ask("PUT", "/bkt/k.txt")
        .header("x-oss-meta-colour", "teal")
        .body("what nobody else may read")
        .send()
        .await
        .is(200);
    wire
}

fn stranger<'w>(wire: &'w Wire, method: &str, key: &str) -> Ask<'w> {
    wire.ask(method, &format!("/bkt/{key}")).anonymous()
}

async fn refused(wrong: Wrong) -> Reply {
    let wire = faulty(wrong).await;
    stranger(&wire, "GET", "k.txt").send().await
}

#[tokio::test]
async fn status_code_and_message_are_others() {
    let message = "You have no right to access this object because of bucket acl.";
    let reply = refused(Wrong::Status(401)).await;
    assert_eq!((reply.status, reply.code().as_str()), (401, "AccessDenied"));
    let reply = refused(Wrong::Code("Forbidden".into())).await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "Forbidden"));
    assert_eq!(reply.at("Message"), message);
    let reply = refused(Wrong::Message("No.".into())).await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "AccessDenied"));
    assert_eq!(reply.at("Message"), "No.");
}

#[tokio::test]
async fn elements_are_missing_or_others() {
    let reply = refused(Wrong::Missing("HostId".into())).await;
    assert!(!reply.text().contains("HostId") && reply.text().contains("<RequestId>"));
    let reply = refused(Wrong::Altered("RequestId".into())).await;
    assert_eq!(reply.at("RequestId"), "altered");
    assert_ne!(reply.header("x-oss-request-id"), Some("altered"));
}

#[tokio::test]
async fn the_document_is_missing_or_declared_as_another() {
    let wire = faulty(Wrong::Bare).await;
    let reply = stranger(&wire, "GET", "k.txt").send().await.is(403);
    assert_eq!(reply.text(), "");
    let reply = stranger(&wire, "HEAD", "k.txt").send().await.is(403);
    assert_eq!(reply.header("x-oss-err"), None);
    let reply = refused(Wrong::ContentType).await;
    assert_eq!(reply.header("content-type"), Some("text/html"));
    assert_eq!(reply.code(), "AccessDenied");
}

#[tokio::test]
async fn what_is_refused_happens_all_the_same() {
    let wire = faulty(Wrong::Applies).await;
    let put = stranger(&wire, "PUT", "new.txt").body("put by a stranger");
    put.send().await.refused(403, "AccessDenied");
    assert_eq!(wire.get("/bkt/new.txt").await.text(), "put by a stranger");
    let delete = stranger(&wire, "DELETE", "k.txt");
    delete.send().await.refused(403, "AccessDenied");
    wire.get("/bkt/k.txt").await.refused(404, "NoSuchKey");
    let form = "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nform.txt\r\n\
                --x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nposted by a stranger\r\n--x--\r\n";
    let post = wire
        .ask("POST", "/bkt")
        .anonymous()
        .header("Content-Type", "multipart/form-data; boundary=x")
        .body(form);
    post.send().await.refused(403, "AccessDenied");
    assert_eq!(
        wire.get("/bkt/form.txt").await.text(),
        "posted by a stranger"
    );
    // A read that is refused shows nothing: this server is wrong in one way only.
    let read = stranger(&wire, "GET", "new.txt").send().await;
    assert!(
        !read
            .refused(403, "AccessDenied")
            .text()
            .contains("stranger")
    );
}

#[tokio::test]
async fn a_refusal_shows_what_it_hides() {
    let wire = faulty(Wrong::ShowsContent).await;
    let reply = stranger(&wire, "GET", "k.txt").send().await.is(403);
    assert!(reply.text().contains("what nobody else may read"));
    assert_eq!(reply.header("x-oss-meta-colour"), None);
    let wire = faulty(Wrong::ShowsMetadata).await;
    for method in ["GET", "HEAD"] {
        let reply = stranger(&wire, method, "k.txt").send().await.is(403);
        assert_eq!(reply.header("x-oss-meta-colour"), Some("teal"), "{method}");
        assert!(reply.header("etag").is_some(), "{method}");
        assert!(!reply.text().contains("what nobody else may read"));
    }
    let length = stranger(&wire, "HEAD", "k.txt").send().await;
    assert_eq!(length.header("content-length"), Some("25"));
    // Nothing is written by it.
    let put = stranger(&wire, "PUT", "new.txt").body("put by a stranger");
    put.send().await.refused(403, "AccessDenied");
    wire.get("/bkt/new.txt").await.refused(404, "NoSuchKey");
}

#[tokio::test]
async fn refusals_for_other_causes_are_right() {
    let wire = faulty(Wrong::Status(401)).await;
    let list = wire.ask("GET", "/bkt").anonymous().send().await;
    list.refused(403, "AccessDenied");
}
