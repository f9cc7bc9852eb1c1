//! It was refused, and yet something changed.

use super::*;

#[test]
fn the_same_before_and_after_is_no_effect() {
    let before = answer(
        200,
        &[
            ("etag", "\"1\""),
            ("date", "a"),
            ("x-oss-request-id", "1"),
            ("x-oss-server-time", "3"),
        ],
        "a",
    );
    let after = answer(
        200,
        &[
            ("etag", "\"1\""),
            ("date", "b"),
            ("x-oss-request-id", "2"),
            ("x-oss-server-time", "9"),
            ("connection", "close"),
        ],
        "a",
    );
    assert_conformant(&Twin::new().probe(before, after));
}

#[test]
fn what_is_absent_before_and_after_is_unchanged() {
    let absent = |id| {
        answer(
            404,
            &[("x-oss-request-id", id)],
            &error_body("NoSuchKey", "The specified key does not exist.", id),
        )
    };
    assert_conformant(&Twin::new().probe(absent("1"), absent("2")));
}

#[test]
fn content_existence_and_metadata_count() {
    let read = |headers: &[(&str, &str)], body| answer(200, headers, body);
    for (before, after, says) in [
        (read(&[], "a"), read(&[], "b"), "content of `k.txt`"),
        (
            answer(404, &[], ""),
            read(&[], "a"),
            "404 before the refusal and 200 after",
        ),
        (
            read(&[], "a"),
            answer(404, &[], ""),
            "200 before the refusal and 404 after",
        ),
        (
            read(&[("etag", "\"1\"")], "a"),
            read(&[("etag", "\"2\"")], "a"),
            "`etag`",
        ),
        (
            read(&[("last-modified", "1")], "a"),
            read(&[("last-modified", "2")], "a"),
            "`last-modified`",
        ),
        (
            read(&[("content-type", "a/b")], "a"),
            read(&[("content-type", "a/c")], "a"),
            "`content-type`",
        ),
        (
            read(&[], "a"),
            read(&[("x-oss-meta-a", "1")], "a"),
            "`x-oss-meta-a`",
        ),
        (
            read(&[("x-oss-meta-a", "1")], "a"),
            read(&[], "a"),
            "`x-oss-meta-a`",
        ),
        (
            read(&[("x-oss-object-acl", "private")], "a"),
            read(&[("x-oss-object-acl", "public-read")], "a"),
            "`x-oss-object-acl`",
        ),
        (
            read(&[("x-oss-next-append-position", "1")], "a"),
            read(&[("x-oss-next-append-position", "2")], "a"),
            "position",
        ),
    ] {
        assert_facet(&Twin::new().probe(before, after), Facet::Effect, says);
    }
}

#[test]
fn it_outweighs_a_leak_and_a_wrong_status() {
    let twin = Twin::new().probe(answer(200, &[], "a"), answer(200, &[], "b"));
    assert_facet(
        &twin
            .edited(|r| r.status = 400)
            .edited_header("etag", Some("1")),
        Facet::Effect,
        "k.txt",
    );
}

#[test]
fn one_changed_probe_among_others_is_found() {
    let same = || answer(200, &[], "a");
    let twin = Twin::new()
        .probe(same(), same())
        .probe(answer(403, &[], ""), answer(403, &[], ""));
    assert_facet(
        &twin.probe(same(), answer(200, &[], "b")),
        Facet::Effect,
        "k.txt",
    );
}

#[test]
fn a_probe_that_was_refused_itself_shows_nothing() {
    let refused = || answer(403, &[], &error_body("UserDisable", "UserDisable", "1"));
    let twin = Twin::new().probe(refused(), refused());
    assert_verdict(&twin, Verdict::NotProvoked, "403 UserDisable");
    // What is wrong anyway is said rather than that.
    assert_facet(&twin.edited(|r| r.status = 400), Facet::Status, "400");
}

#[test]
fn every_header_of_a_resource_counts() {
    for name in [
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-md5",
        "content-type",
        "etag",
        "expires",
        "last-modified",
        "x-oss-storage-class",
        "x-oss-tagging-count",
    ] {
        let read = |value| answer(200, &[(name, value)], "a");
        let twin = Twin::new().probe(read("1"), read("2"));
        assert_facet(&twin, Facet::Effect, &format!("`{name}`"));
        let twin = Twin::new().probe(read("1"), answer(200, &[], "a"));
        assert_facet(&twin, Facet::Effect, &format!("`{name}`"));
        assert_conformant(&Twin::new().probe(read("1"), read("1")));
    }
    for name in [
        "date",
        "connection",
        "x-oss-request-id",
        "x-oss-server-time",
        "x-oss-ec",
        "x-oss-err",
    ] {
        let read = |value| answer(200, &[(name, value)], "a");
        assert_conformant(&Twin::new().probe(read("1"), read("2")));
    }
}
