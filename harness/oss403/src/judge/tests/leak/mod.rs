//! The refusal shows what it should hide.

mod parts;

use super::*;
use crate::run::record::TwinRecord;

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

fn pieces(text: &str) -> Vec<&str> {
    let whole = if text.is_ascii() { text } else { "" };
    let pieces = whole.as_bytes().chunks(9);
    pieces
        .map(|piece| std::str::from_utf8(piece).unwrap())
        .collect()
}

/// What servers make of a text before they send it, each by its name.
fn disguises(text: &str) -> Vec<(&'static str, String)> {
    let each = |form: fn(u8) -> String| -> String { text.bytes().map(form).collect() };
    let percent = each(|byte| format!("%{byte:02x}"));
    let mut all = vec![
        ("itself", text.to_owned()),
        ("capitals", text.to_ascii_uppercase()),
        ("decimal references", each(|byte| format!("&#{byte};"))),
        (
            "hexadecimal references",
            each(|byte| format!("&#x{byte:X};")),
        ),
        ("percent-encoding", percent.clone()),
        ("percent-encoding twice", percent.replace('%', "%25")),
        ("percent-encoding thrice", percent.replace('%', "%2525")),
        ("JSON", each(|byte| format!("\\u{byte:04x}"))),
        ("hexadecimal", each(|byte| format!("{byte:02x}"))),
        ("HEXADECIMAL", each(|byte| format!("{byte:02X} "))),
        (
            "hexadecimal with colons",
            each(|byte| format!("{byte:02x}:")),
        ),
        ("backwards", text.chars().rev().collect()),
        ("all but the last", text[..text.len() - 1].to_owned()),
        (
            "all but the first quarter",
            text[text.len() / 4..].to_owned(),
        ),
        // In pieces of which none is half of it.
        ("a comment", pieces(text).join("<!-- -->")),
        (
            "a section",
            format!("<![CDATA[{}]]>", pieces(text).join("]]><![CDATA[")),
        ),
        (
            "elements",
            format!("<b>{}</b>", pieces(text).join("</b><b>")),
        ),
    ];
    for before in ["", "a", "ab"] {
        let coded = BASE64_STANDARD.encode(format!("{before}{text}~~~"));
        all.push(("base64", coded.clone()));
        all.push((
            "base64 of URLs",
            coded.replace('+', "-").replace('/', "_").replace('=', ""),
        ));
        all.push((
            "base64 in lines",
            format!("{}\r\n {}", &coded[..20], &coded[20..]),
        ));
    }
    all
}

#[test]
fn content_in_disguise() {
    // Base64 of the second has digits that URLs write otherwise.
    for content in [CONTENT, "a content with ??>>~~ <&> in \u{fc} it: 4711"] {
        for (disguise, text) in disguises(content) {
            let is_markup = ["a comment", "a section", "elements"].contains(&disguise);
            if is_markup && content != CONTENT {
                continue;
            }
            let escaped = text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;");
            let is_xml = is_markup || disguise.ends_with("references");
            let inside = if is_xml { &text } else { &escaped };
            let body = || Twin::new().secret(content).edited_body(&body_with(inside));
            assert_facet(&body(), Facet::Leak, "content of `k.txt`");
            assert_facet(&body().head(), Facet::Leak, "content of `k.txt`");
            if !is_markup {
                let header = format!("t={text};");
                let twin = Twin::new().secret(content);
                let twin = twin.edited_header("x-trace", Some(&header));
                assert_facet(&twin, Facet::Leak, "content of `k.txt`");
                // What the request brought in this form may come back in any.
                assert_conformant(&body().record(|record| {
                    let request = &mut record.edited.as_mut().expect("there is one").request;
                    request.headers.push(("X-Trace".into(), header));
                }));
            }
        }
    }
}

#[test]
fn content_in_every_place_of_an_answer() {
    use crate::wire::exchange::Interim;
    let header = |name: &str| (name.to_owned(), format!("a {CONTENT} z"));
    let interim = |reason: &str, headers| Interim {
        status: 103,
        reason: reason.into(),
        headers,
    };
    type Put = Box<dyn FnOnce(&mut Response)>;
    let places: Vec<(&str, Put)> = vec![
        (
            "header",
            Box::new(move |r| r.headers.push(header("x-leak"))),
        ),
        (
            "cookie",
            Box::new(move |r| r.headers.push(header("set-cookie"))),
        ),
        (
            "name",
            Box::new(|r| r.headers.push((CONTENT.into(), String::new()))),
        ),
        ("reason", Box::new(|r| r.reason = CONTENT.into())),
        (
            "trailer",
            Box::new(move |r| r.trailers.push(header("x-leak"))),
        ),
        (
            "hint",
            Box::new(move |r| r.interim.push(interim("", vec![header("link")]))),
        ),
        (
            "hint's reason",
            Box::new(move |r| r.interim.push(interim(CONTENT, Vec::new()))),
        ),
        ("excess", Box::new(|r| r.excess = CONTENT.into())),
        (
            "x-oss-err beside a body",
            Box::new(|r| {
                let coded = BASE64_STANDARD.encode(CONTENT);
                r.headers.push(("x-oss-err".into(), coded));
            }),
        ),
    ];
    for (place, put) in places {
        let twin = Twin::new().secret(CONTENT).edited(put);
        let judgement = twin.judge();
        assert_eq!(
            judgement.verdict,
            Verdict::Deviates(Facet::Leak),
            "{place}: {judgement:?}"
        );
    }
    for markup in [
        format!("<!-- {CONTENT} -->"),
        format!("<?p {CONTENT}?>"),
        format!("<a b='{CONTENT}'/>"),
        format!("<![CDATA[{CONTENT}]]>"),
        format!("<{}/>", CONTENT.replace(' ', "&#32;")),
    ] {
        let twin = Twin::new().secret(CONTENT).edited_body(&body_with(&markup));
        assert_facet(&twin, Facet::Leak, "content of `k.txt`");
        let after = format!("{}{markup}", expired());
        assert_facet(
            &Twin::new().secret(CONTENT).edited_body(&after),
            Facet::Leak,
            "k.txt",
        );
    }
}

#[test]
fn the_answer_for_the_other_object_shows_nothing_either() {
    let mut other = refused("Request has expired.");
    other.reason = CONTENT.into();
    assert_facet(
        &also_for(other).secret(CONTENT),
        Facet::Leak,
        "content of `k.txt`",
    );
}

/// What stands in an error by right is no leak, however much of a content it looks like.
#[test]
fn what_looks_like_some_of_a_content_is_none() {
    let content = "the slow k.txt of transfer-acceleration";
    let of_it = |record: &mut TwinRecord| record.instance = "transfer-acceleration/a/b".into();
    for text in [
        "See https://help.example/transfer-acceleration for k.txt",
        "the slow k.txt",
        "of transfer-acceleration",
        "dHJhbnNmZXItYWNjZWxlcmF0aW9u",
        "dGhlIHNsb3cgay50eHQ",
    ] {
        let twin = Twin::new().secret(content).record(of_it);
        assert_conformant(&twin.edited_body(&body_with(text)));
    }
    // Of short contents only the whole counts, and of the shortest nothing does.
    for (content, shows) in [("pale", "PALE"), ("pale horses!", "a pale horses! z")] {
        let twin = Twin::new().secret(content);
        assert_facet(&twin.edited_body(&body_with(shows)), Facet::Leak, "k.txt");
    }
    for (content, shows) in [
        ("Err", "Err"),
        ("pale", "pal"),
        ("pale", "cGFsZQ=="),
        ("pale horses!", "pale horses"),
        ("pale horses!", "cGFsZSBob3JzZXMh"),
    ] {
        assert_conformant(&Twin::new().secret(content).edited_body(&body_with(shows)));
    }
}

#[test]
fn a_part_of_a_long_content_is_enough_wherever_it_is() {
    let words = (0..2000_u32).map(|i| format!("w{} ", i.wrapping_mul(2_654_435_761)));
    let content: String = words.collect();
    let enough = 48.max(content.len() / 64);
    for start in [0, 1, 17, 5003, content.len() - enough] {
        let part = &content[start..start + enough];
        let twin = || Twin::new().secret(&content);
        assert_facet(&twin().edited_body(&body_with(part)), Facet::Leak, "k.txt");
        let less = &content[start..start + enough / 3];
        assert_conformant(&twin().edited_body(&body_with(less)));
    }
}

/// Searching takes as long as there is to search, and no more: a mebibyte of what begins like the content again and again takes no longer by
/// far than a mebibyte of something else. However busy a machine is, it is busy for both.
#[test]
fn a_long_answer_is_searched_in_no_time() {
    let time = |piece: &str| {
        let body = format!("{piece}&").repeat((1 << 20) / (piece.len() + 1));
        let twin = Twin::new().secret(CONTENT).secret(&"ab".repeat(5000));
        let started = std::time::Instant::now();
        assert_facet(&twin.edited_body(&body), Facet::Code, "longer than");
        started.elapsed()
    };
    let harmless = time("another te");
    let alike = time(&CONTENT[..CONTENT.len() / 3]);
    assert!(
        alike < 50 * harmless,
        "{alike:?}, and {harmless:?} for what is harmless"
    );
}

#[test]
fn an_encoded_refusal_cannot_be_looked_into() {
    let encoded = |coding| Twin::new().edited_header("content-encoding", Some(coding));
    for coding in ["gzip", "br", "x"] {
        assert_facet(&encoded(coding), Facet::Envelope, "Content-Encoding");
        assert_facet(&encoded(coding).head(), Facet::Envelope, "Content-Encoding");
    }
    assert_conformant(&encoded("identity"));
}

#[test]
fn headers_of_the_object() {
    for name in [
        "content-range",
        "etag",
        "last-modified",
        "x-oss-hash-crc64ecma",
        "x-oss-next-append-position",
        "x-oss-object-type",
        "x-oss-restore",
        "x-oss-symlink-target",
        "x-oss-tagging-count",
        "x-oss-version-id",
        "x-oss-meta-owner",
        "x-amz-meta-owner",
    ] {
        let twin = || Twin::new().edited_header(name, Some("1"));
        assert_facet(&twin(), Facet::Leak, name);
        assert_facet(&twin().head(), Facet::Leak, name);
        let later = Twin::new().edited(|r| r.trailers.push((name.into(), "1".into())));
        assert_facet(&later, Facet::Leak, name);
    }
    for name in [
        "accept-ranges",
        "x-oss-server-time",
        "x-oss-ec",
        "vary",
        "server",
    ] {
        assert_conformant(&Twin::new().edited_header(name, Some("bytes")));
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
    // An error text that is left out is as long as an empty object, and tells nothing.
    let empty = Twin::new().secret("").head();
    assert_conformant(&empty.edited_header("content-length", Some("0")));
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
    other.headers.push(("x-oss-other".into(), "1".into()));
    assert_facet(&also_for(other), Facet::Leak, "the headers of the refusal");
}

#[test]
fn what_comes_and_goes_on_the_way_tells_nothing() {
    for name in [
        "connection",
        "keep-alive",
        "transfer-encoding",
        "content-length",
        "date",
        "via",
    ] {
        let mut other = refused("Request has expired.");
        other.headers.push((name.into(), "1".into()));
        assert_conformant(&also_for(other));
    }
}

/// Expected values are those of `md5sum`, `sha256sum` and `base64`, of this very text.
#[test]
fn digests_and_what_stands_inside_of_base64() {
    const TEXT: &str = "a content that nobody else may read";
    let twin = |shown: &str| Twin::new().secret(TEXT).edited_body(&body_with(shown));
    for (shown, how) in [
        ("&quot;A6F86435244D52EE8F0F051ACE40E426&quot;", "as its MD5"),
        ("etag: a6f86435244d52ee8f0f051ace40e426", "as its MD5"),
        ("pvhkNSRNUu6PDwUazkDkJg==", "as its MD5"),
        (
            "5ed278fab39172be9da2e0dbf93b3967fc69e91c1c279c8f33b4ea807957e410",
            "as its SHA-256",
        ),
        (
            "eyJ0cmFjZSI6IjciLCJ2IjoiWVNCamIyNTBaVzUwSUhSb1lYUWdibTlpYjJSNUlHVnNjMlVnYldGNUlISmxZV1E9In0",
            "content of `k.txt`",
        ),
        (
            "WVNCamIyNTBaVzUwSUhSb1lYUWdibTlpYjJSNUlHVnNjMlVnYldGNUlISmxZV1E9",
            "content of `k.txt`",
        ),
        (
            "NjEyMDYzNmY2ZTc0NjU2ZTc0MjA3NDY4NjE3NDIwNmU2ZjYyNmY2NDc5MjA2NTZjNzM2NTIwNmQ2MTc5MjA3MjY1NjE2NA==",
            "content of `k.txt`",
        ),
    ] {
        assert_facet(&twin(shown), Facet::Leak, how);
    }
    // What the request itself tells is no secret, and another text has another digest.
    let told = twin("a6f86435244d52ee8f0f051ace40e426").record(|record| {
        let request = &mut record.edited.as_mut().expect("there is one").request;
        request
            .headers
            .push(("Content-MD5".into(), "pvhkNSRNUu6PDwUazkDkJg==".into()));
    });
    assert_conformant(&told);
    assert_conformant(&twin("d41d8cd98f00b204e9800998ecf8427e"));
}
