//! The refusal shows what it should hide.

use super::*;

fn body_with(text: &str) -> String {
    expired().replace("</Error>", &format!("<Content>{text}</Content></Error>"))
}

#[test]
fn content_in_the_body() {
    assert_facet(
        &Twin::new().secret(CONTENT).edited_body(&body_with(CONTENT)),
        Facet::Leak,
        "content of `k.txt`",
    );
    assert_conformant(
        &Twin::new()
            .secret(CONTENT)
            .edited_body(&body_with("another text")),
    );
}

#[test]
fn content_in_the_header_of_an_answer_to_head() {
    let twin = Twin::new()
        .secret(CONTENT)
        .edited_body(&body_with(CONTENT))
        .head();
    assert_facet(&twin, Facet::Leak, "content of `k.txt`");
}

#[test]
fn content_that_the_request_brought_is_no_secret() {
    let twin = Twin::new().secret(CONTENT).edited_body(&body_with(CONTENT));
    let sent = twin.record(|record| {
        record.edited.as_mut().expect("there is one").request.body = CONTENT.as_bytes().to_vec();
    });
    assert_conformant(&sent);
}

#[test]
fn headers_of_the_object() {
    for name in [
        "etag",
        "last-modified",
        "x-oss-hash-crc64ecma",
        "x-oss-object-type",
        "x-oss-meta-owner",
    ] {
        assert_facet(
            &Twin::new().edited_header(name, Some("1")),
            Facet::Leak,
            name,
        );
    }
}

#[test]
fn the_objects_length_in_an_answer_to_head() {
    let length = CONTENT.len().to_string();
    let twin = || Twin::new().secret(CONTENT).head();
    assert_facet(
        &twin().edited_header("content-length", Some(&length)),
        Facet::Leak,
        "length of `k.txt`",
    );
    assert_conformant(&twin().edited_header("content-length", Some("0")));
    assert_conformant(&twin().edited_header("content-length", Some("312")));
    // For GET it is the length of the error's own text, and may coincide.
    assert_conformant(
        &Twin::new()
            .secret(CONTENT)
            .edited_header("content-length", Some(&length)),
    );
}

#[test]
fn it_outweighs_a_wrong_status() {
    assert_facet(
        &Twin::new()
            .edited_header("etag", Some("1"))
            .edited(|r| r.status = 404),
        Facet::Leak,
        "etag",
    );
}

fn refused(message: &str) -> Response {
    let body = error_body("AccessDenied", message, "7D0A11C09DF0C3A9F9D3C28F");
    let headers = [
        ("content-type", "application/xml"),
        ("x-oss-request-id", "7D0A11C09DF0C3A9F9D3C28F"),
    ];
    answer(403, &headers, &body)
}

fn also_for(other: Response) -> Twin {
    Twin::new()
        .scenario(|scenario| scenario.expect.same_for = Some("/absent.txt".into()))
        .record(|record| {
            let mut sent = record.edited.clone().expect("there is one");
            sent.outcome = Outcome::Answered(other);
            record.same_for = Some(sent);
        })
}

#[test]
fn the_same_refusal_for_another_object_tells_nothing() {
    // Only what is different each time differs: the id of the request.
    assert_conformant(&also_for(refused("Request has expired.")));
}

#[test]
fn another_refusal_for_an_absent_object() {
    let not_found = error_body("NoSuchKey", "The specified key does not exist.", "1");
    let other = answer(404, &[("content-type", "application/xml")], &not_found);
    assert_facet(
        &also_for(other),
        Facet::Leak,
        "for `/absent.txt` it was 404",
    );
    assert_facet(
        &also_for(refused("Request has expired. And there is no such key.")),
        Facet::Leak,
        "tells one object from another",
    );
}

#[test]
fn a_header_that_only_the_object_that_is_there_has() {
    let mut other = refused("Request has expired.");
    other.headers.push(("x-oss-version-id".into(), "1".into()));
    assert_facet(&also_for(other), Facet::Leak, "the headers of the refusal");
}
