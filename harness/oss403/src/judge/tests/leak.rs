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
