//! What faults do to bytes.

use super::super::table::{Deed, Does, Fault, Kind, faults};
use super::{SECRET, bytes, document_of, shown};

fn of_class(name: &str) -> Vec<&'static Fault> {
    let of = |fault: &&Fault| fault.id.starts_with(&format!("{name}/"));
    faults().filter(of).collect()
}

/// What a fault shows of the refusal of a GET, as text, or of HEAD where it has nothing to do with GET.
fn text(id: &str) -> String {
    let fault = faults()
        .find(|fault| fault.id == id)
        .unwrap_or_else(|| panic!("no fault {id}"));
    let shown = shown(|meeting| fault.does.script(meeting));
    let (.., script) = shown
        .first()
        .unwrap_or_else(|| panic!("{id} is played on nothing"));
    String::from_utf8_lossy(&bytes(script)).into_owned()
}

#[test]
fn each_changes_what_it_is_played_on() {
    for fault in faults() {
        let (asked, played) = match fault.does {
            Does::Deed(Deed::Delete | Deed::Overwrite | Deed::Fetch) => continue,
            Does::Instead(script) => {
                assert!(script(&super::asked("GET")).is_some(), "{}", fault.id);
                continue;
            }
            _ => ("", shown(|meeting| fault.does.script(meeting))),
        };
        assert!(
            !played.is_empty(),
            "{} is played on nothing{asked}",
            fault.id
        );
        for (_, answer, script) in played {
            assert_ne!(
                script,
                super::super::exchange::send(answer.bytes()),
                "{}",
                fault.id
            );
        }
        assert!(
            !fault.on.is_empty() && (fault.on == [Kind::Refusal] || fault.id.starts_with("world/")),
            "{}",
            fault.id
        );
    }
}

/// Only the document differs: what is wrong with it is wrong in the same way in a body and in `x-oss-err`, and the length is right.
#[test]
fn documents_are_other_documents_in_answers_that_are_right() {
    for fault in of_class("xml")
        .into_iter()
        .filter(|fault| matches!(fault.does, Does::Document(_)))
    {
        let shown = shown(|meeting| fault.does.script(meeting));
        let of = |head: bool| {
            shown
                .iter()
                .find(|(asked, ..)| (asked.method == "HEAD") == head)
                .unwrap()
        };
        let (get, head) = (of(false), of(true));
        let (in_body, in_header) = (
            document_of(&bytes(&get.2), false),
            document_of(&bytes(&head.2), true),
        );
        assert_eq!(in_body, in_header, "{}", fault.id);
        assert_ne!(in_body, get.1.body, "{}", fault.id);
        let mut same = get.1.clone();
        same.set_body(in_body);
        assert_eq!(bytes(&get.2), same.bytes(), "{}", fault.id);
    }
}

/// Byte for byte what RFC 9112 and XML 1.0 forbid: each needle is the mistake itself.
#[test]
fn mistakes_are_in_the_bytes() {
    for (id, needle) in [
        ("http/no-version", "\r\n"),
        ("http/two-blanks", "HTTP/1.1  403"),
        ("http/version-2", "HTTP/2.0 403 "),
        ("http/nul-in-reason", "For\0bidden\r\n"),
        (
            "http/bare-line-feeds",
            "HTTP/1.1 403 Forbidden\ncontent-type: application/xml\n",
        ),
        ("http/bare-carriage-return", "one\rtwo\r\n\r\n<?xml"),
        ("http/nul-in-value", "x-note: one\0two\r\n"),
        ("http/blank-before-colon", "\r\nx-note : one\r\n\r\n<?xml"),
        ("http/folded", "\r\nx-note: one\r\n two\r\n\r\n<?xml"),
        ("http/folded-at-once", "Forbidden\r\n content-type:"),
        ("http/no-colon", "\r\nx-note one\r\n\r\n"),
        ("http/no-name", "\r\n: one\r\n"),
        ("http/two-lengths", "content-length: 7\r\n"),
        ("http/length-and-chunks", "transfer-encoding: chunked\r\n"),
        (
            "http/chunked-twice",
            "transfer-encoding: chunked, chunked\r\n",
        ),
        ("http/chunks-in-1.0", "HTTP/1.0 403 "),
        (
            "http/thousand-continues",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1",
        ),
        ("framing/second-answer", "</Error>\nHTTP/1.1 200 OK\r\n"),
        ("framing/answer-before-it", "UnaskedHTTP/1.1 403 "),
        ("framing/bytes-after-it", "</Error>\n\0\0\0\0\0\0\0"),
        ("framing/chunk-without-its-end", "</Error>\n0\r\n\r\n"),
        ("framing/chunk-size-with-prefix", "\r\n\r\n0x"),
        ("framing/chunk-size-negative", "\r\n\r\n-"),
        ("framing/malformed-trailer", "\r\n0\r\nnote\r\n\r\n"),
        ("framing/hidden-in-a-chunk", "content-length: 3\r\n"),
        ("xml/control-character", "<Message>\u{1}You"),
        ("xml/section-end-in-text", "<Message>]]>You"),
        ("xml/attribute-twice", "<Code a=\"1\" a=\"2\">"),
        (
            "xml/second-declaration",
            "?>\n<?xml version=\"1.0\"?><Error>",
        ),
        ("xml/late-declaration", "\r\n\r\n <?xml"),
        ("xml/hyphens-in-comment", "<!-- one -- two -->"),
        ("xml/unbound-prefix", "<n:Note>"),
        ("xml/another-encoding", "encoding=\"UTF-16\""),
        ("xml/two-roots", "</Error>\n<Error/>"),
        ("xml/unclosed", "</RecommendDoc>\n\n"),
        (
            "xml/two-codes",
            "<Code>other</Code><Code>AccessDenied</Code>",
        ),
        ("xml/doctype", "<!DOCTYPE Error><Error>"),
        (
            "lie/same-id-for-all",
            "<RequestId>6B0B2431A32506C5F988CCD1</RequestId>",
        ),
        (
            "lie/id-of-another",
            "<RequestId>6B0B2431A32506C5F988CC0F</RequestId>",
        ),
        (
            "lie/answer-of-another",
            "x-oss-request-id: 6B0B2431A32506C5F988CC0F\r\n",
        ),
        (
            "lie/string-to-sign-of-another",
            "<StringToSign>GET other</StringToSign>",
        ),
        (
            "lie/an-hour-ahead",
            "date: Sat, 28 Nov 2026 19:57:53 GMT\r\n",
        ),
        (
            "lie/a-day-behind",
            "date: Fri, 27 Nov 2026 18:57:53 GMT\r\n",
        ),
        (
            "lie/success",
            "HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\n",
        ),
        ("lie/message-cut", "<Message>You have no </Message>"),
        (
            "lie/message-taken-back",
            "bucket acl. But you are granted, never mind.</Message>",
        ),
        ("lie/message-with-a-letter", "bucket acl.x</Message>"),
    ] {
        let text = text(id);
        assert!(text.contains(needle), "{id}: {text:?} lacks {needle:?}");
    }
    assert!(!text("lie/no-date").contains("date:"));
    assert!(!text("lie/no-host").contains("HostId"));
    assert!(text("http/no-version").starts_with("403 Forbidden\r\n"));
}

/// Each leak holds the content in the form that its name says, and where it says.
#[test]
fn leaks_are_in_the_bytes() {
    assert_eq!(SECRET, "What & who > \"you\"");
    let escaped = "What &amp; who > &quot;you&quot;";
    let hex = "5768617420262077686f203e2022796f7522";
    for (id, needle) in [
        ("leak/header", format!("x-note: {SECRET}\r\n")),
        ("leak/metadata", format!("x-oss-meta-note: {SECRET}\r\n")),
        (
            "leak/cookie",
            format!("set-cookie: note={SECRET}; Path=/\r\n"),
        ),
        ("leak/server", format!("server: {SECRET}\r\n")),
        (
            "leak/two-headers",
            "x-note: What & wh\r\nx-note: o > \"you\"\r\n".into(),
        ),
        ("leak/reason", format!("HTTP/1.1 403 {SECRET}\r\n")),
        (
            "leak/hints",
            format!("title=\"{SECRET}\"\r\n\r\nHTTP/1.1 403 Forbidden\r\n"),
        ),
        (
            "leak/interim-reason",
            format!("HTTP/1.1 100 {SECRET}\r\n\r\nHTTP/1.1 403"),
        ),
        ("leak/trailer", format!("\r\n0\r\nx-note: {SECRET}\r\n\r\n")),
        (
            "leak/chunk-extension",
            format!(";note=\"{SECRET}\"\r\n<?xml"),
        ),
        ("leak/after-the-body", format!("</Error>\n{SECRET}")),
        ("leak/message", format!("bucket acl. {escaped}</Message>")),
        ("leak/element", format!("<Note>{escaped}</Note></Error>")),
        ("leak/attribute", format!("<Note text=\"{escaped}\"/>")),
        ("leak/section", format!("<Note><![CDATA[{SECRET}]]></Note>")),
        (
            "leak/split-element",
            "<Note>What &amp; wh<!-- -->o > &quot;you&quot;</Note>".into(),
        ),
        ("leak/comment", format!("<!-- {SECRET} --></Error>")),
        (
            "leak/comment-behind",
            format!("</Error>\n<!-- {SECRET} -->"),
        ),
        (
            "leak/decimal-references",
            "<Note>&#87;&#104;&#97;&#116;&#32;&#38;&#32;".into(),
        ),
        (
            "leak/hexadecimal-references",
            "<Note>&#x57;&#x68;&#x61;&#x74;&#x20;&#x26;&#x20;".into(),
        ),
        (
            "leak/references-in-message",
            "bucket acl. &#87;&#104;&#97;".into(),
        ),
        (
            "leak/base64",
            "<Note>V2hhdCAmIHdobyA+ICJ5b3Ui</Note>".into(),
        ),
        (
            "leak/base64-after-one",
            "<Note>MVdoYXQgJiB3aG8gPiAieW91Ig==</Note>".into(),
        ),
        (
            "leak/base64-after-two",
            "<Note>MTJXaGF0ICYgd2hvID4gInlvdSIzNA==</Note>".into(),
        ),
        (
            "leak/base64-for-urls",
            "<Note>V2hhdCAmIHdobyA-ICJ5b3Ui</Note>".into(),
        ),
        ("leak/hexadecimal", format!("<Note>{hex}</Note>")),
        (
            "leak/hexadecimal-in-capitals",
            format!("<Note>{}</Note>", hex.to_uppercase()),
        ),
        (
            "leak/hexadecimal-with-blanks",
            "<Note>57 68 61 74 20 26 ".into(),
        ),
        (
            "leak/url-encoded",
            "<Note>What%20%26%20who%20%3E%20%22you%22</Note>".into(),
        ),
        (
            "leak/url-encoded-with-plus",
            "<Note>What+%26+who+%3E+%22you%22</Note>".into(),
        ),
        ("leak/url-encoded-twice", "<Note>What%2520%2526".into()),
        (
            "leak/in-capitals",
            "<Note>WHAT &amp; WHO > &quot;YOU&quot;</Note>".into(),
        ),
        (
            "leak/all-but-the-last",
            "<Note>What &amp; who > &quot;you</Note>".into(),
        ),
        (
            "leak/all-but-the-first",
            "<Note>hat &amp; who > &quot;you&quot;</Note>".into(),
        ),
        ("leak/length", "content-length: 18\r\n".into()),
        ("leak/range", "content-range: bytes 0-0/18\r\n".into()),
    ] {
        let text = text(id);
        assert!(text.contains(&needle), "{id}: {text:?} lacks {needle:?}");
    }
}
