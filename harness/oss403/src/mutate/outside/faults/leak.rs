//! Refusals that show what they hide: the true content of the object that was asked for, in every place and every form that an answer has.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

use super::super::exchange::{Answer, Step, send};
use super::super::table::Does::{Leak, Script as Bytes};
use super::super::table::{Fault, fault};

pub(super) const ROWS: &[Fault] = &[
    // Places.
    fault(
        "leak/header",
        "the content stands in a header",
        Leak(|answer, secret| answer.add("x-note", secret)),
    ),
    fault(
        "leak/metadata",
        "the content stands in user metadata",
        Leak(|answer, secret| answer.add("x-oss-meta-note", secret)),
    ),
    fault(
        "leak/cookie",
        "the content stands in a cookie",
        Leak(|answer, secret| answer.add("set-cookie", format!("note={secret}; Path=/"))),
    ),
    fault(
        "leak/server",
        "the content stands in `Server`",
        Leak(|answer, secret| answer.set("server", secret)),
    ),
    fault(
        "leak/via",
        "the content stands in `Via`",
        Leak(|answer, secret| answer.add("via", format!("1.1 edge ({secret})"))),
    ),
    fault(
        "leak/challenge",
        "the content stands in `WWW-Authenticate`",
        Leak(|answer, secret| answer.add("www-authenticate", format!("OSS realm=\"{secret}\""))),
    ),
    fault(
        "leak/location",
        "the content stands in `Location`",
        Leak(|answer, secret| answer.add("location", format!("/?note={}", url_encoded(secret)))),
    ),
    fault(
        "leak/type-parameter",
        "the content stands in a parameter of Content-Type",
        Leak(|answer, secret| {
            answer.set(
                "content-type",
                format!("application/xml; note=\"{secret}\""),
            );
        }),
    ),
    fault(
        "leak/header-name",
        "the content, in hexadecimal, stands in the name of a header",
        Leak(|answer, secret| answer.add(&format!("x-{}", oss_auth::hex(secret.as_bytes())), "1")),
    ),
    fault(
        "leak/two-headers",
        "the content stands in two headers, half of it in each",
        Leak(|answer, secret| {
            let (first, second) = secret.split_at(secret.floor_char_boundary(secret.len() / 2));
            answer.add("x-note", first);
            answer.add("x-note", second);
        }),
    ),
    fault(
        "leak/reason",
        "the content stands in the reason phrase",
        Leak(|answer, secret| answer.reason = secret.into()),
    ),
    fault(
        "leak/hints",
        "the content comes first, in early hints",
        Bytes(|meeting| {
            let hints = format!(
                "HTTP/1.1 103 Early Hints\r\nlink: </{}>; rel=preload; title=\"{}\"\r\n\r\n",
                "k", meeting.secret?
            );
            Some(send([hints.into_bytes(), meeting.answer.bytes()].concat()))
        }),
    ),
    fault(
        "leak/interim-reason",
        "the content comes first, in the reason phrase of an informational answer",
        Bytes(|meeting| {
            let interim = format!("HTTP/1.1 100 {}\r\n\r\n", meeting.secret?);
            Some(send(
                [interim.into_bytes(), meeting.answer.bytes()].concat(),
            ))
        }),
    ),
    fault(
        "leak/trailer",
        "the content comes after the last chunk",
        Bytes(|meeting| {
            chunked(
                &meeting.answer,
                "",
                &format!("x-note: {}\r\n", meeting.secret?),
            )
        }),
    ),
    fault(
        "leak/chunk-extension",
        "the content stands in the extension of a chunk",
        Bytes(|meeting| {
            chunked(
                &meeting.answer,
                &format!(";note=\"{}\"", meeting.secret?),
                "",
            )
        }),
    ),
    fault(
        "leak/after-the-body",
        "the content follows after the end of the answer",
        Bytes(|meeting| {
            Some(send(
                [&meeting.answer.bytes(), meeting.secret?.as_bytes()].concat(),
            ))
        }),
    ),
    fault(
        "leak/message",
        "the content stands in the message",
        Leak(|answer, secret| in_message(answer, &escaped(secret))),
    ),
    fault(
        "leak/element",
        "the content stands in an element of its own",
        Leak(|answer, secret| in_root(answer, &format!("<Note>{}</Note>", escaped(secret)))),
    ),
    fault(
        "leak/nested-element",
        "the content stands in an element within an element",
        Leak(|answer, secret| {
            in_root(
                answer,
                &format!("<Note><Text>{}</Text></Note>", escaped(secret)),
            );
        }),
    ),
    fault(
        "leak/split-element",
        "the content is split by a comment",
        Leak(|answer, secret| {
            let (first, second) = secret.split_at(secret.floor_char_boundary(secret.len() / 2));
            in_root(
                answer,
                &format!("<Note>{}<!-- -->{}</Note>", escaped(first), escaped(second)),
            );
        }),
    ),
    fault(
        "leak/element-name",
        "the content, in hexadecimal, is the name of an element",
        Leak(|answer, secret| {
            in_root(answer, &format!("<x{}/>", oss_auth::hex(secret.as_bytes())));
        }),
    ),
    fault(
        "leak/attribute",
        "the content stands in an attribute",
        Leak(|answer, secret| in_root(answer, &format!("<Note text=\"{}\"/>", escaped(secret)))),
    ),
    fault(
        "leak/section",
        "the content stands in a section of character data",
        Leak(|answer, secret| in_root(answer, &format!("<Note><![CDATA[{secret}]]></Note>"))),
    ),
    fault(
        "leak/comment",
        "the content stands in a comment",
        Leak(|answer, secret| in_root(answer, &format!("<!-- {secret} -->"))),
    ),
    fault(
        "leak/comment-behind",
        "the content stands in a comment after the root",
        Leak(|answer, secret| behind(answer, &format!("<!-- {secret} -->"))),
    ),
    fault(
        "leak/instruction",
        "the content stands in a processing instruction",
        Leak(|answer, secret| behind(answer, &format!("<?note {secret}?>"))),
    ),
    fault(
        "leak/error-header",
        "the content stands in `x-oss-err` of an answer that has a body",
        Leak(|answer, secret| {
            if !answer.to_head {
                answer.add(
                    "x-oss-err",
                    BASE64_STANDARD
                        .encode(format!("<Error><Note>{}</Note></Error>", escaped(secret))),
                );
            }
        }),
    ),
    // Forms.
    fault(
        "leak/decimal-references",
        "the content stands there in decimal references",
        Leak(|answer, secret| {
            in_root(
                answer,
                &format!(
                    "<Note>{}</Note>",
                    references(secret, |character| format!("&#{};", u32::from(character)))
                ),
            );
        }),
    ),
    fault(
        "leak/hexadecimal-references",
        "the content stands there in hexadecimal references",
        Leak(|answer, secret| {
            in_root(
                answer,
                &format!(
                    "<Note>{}</Note>",
                    references(secret, |character| format!(
                        "&#x{:X};",
                        u32::from(character)
                    ))
                ),
            );
        }),
    ),
    fault(
        "leak/references-in-message",
        "the content stands in the message in decimal references",
        Leak(|answer, secret| {
            in_message(
                answer,
                &references(secret, |character| format!("&#{};", u32::from(character))),
            );
        }),
    ),
    fault(
        "leak/references-in-attribute",
        "the content stands in an attribute in decimal references",
        Leak(|answer, secret| {
            in_root(
                answer,
                &format!(
                    "<Note text=\"{}\"/>",
                    references(secret, |character| format!("&#{};", u32::from(character)))
                ),
            );
        }),
    ),
    fault(
        "leak/base64",
        "the content stands there in base64",
        Leak(|answer, secret| note(answer, &BASE64_STANDARD.encode(secret))),
    ),
    fault(
        "leak/base64-after-one",
        "the content stands there in base64, one byte before it",
        Leak(|answer, secret| note(answer, &BASE64_STANDARD.encode(format!("1{secret}")))),
    ),
    fault(
        "leak/base64-after-two",
        "the content stands there in base64, two bytes before it",
        Leak(|answer, secret| note(answer, &BASE64_STANDARD.encode(format!("12{secret}34")))),
    ),
    fault(
        "leak/base64-for-urls",
        "the content stands there in base64 for URLs",
        Leak(|answer, secret| note(answer, &BASE64_URL_SAFE_NO_PAD.encode(secret))),
    ),
    fault(
        "leak/base64-in-header",
        "the content stands in a header in base64",
        Leak(|answer, secret| answer.add("x-note", BASE64_STANDARD.encode(secret))),
    ),
    fault(
        "leak/hexadecimal",
        "the content stands there in hexadecimal",
        Leak(|answer, secret| note(answer, &oss_auth::hex(secret.as_bytes()))),
    ),
    fault(
        "leak/hexadecimal-in-capitals",
        "the content stands there in hexadecimal, in capitals",
        Leak(|answer, secret| note(answer, &oss_auth::hex(secret.as_bytes()).to_uppercase())),
    ),
    fault(
        "leak/hexadecimal-with-blanks",
        "the content stands there in hexadecimal, byte by byte",
        Leak(|answer, secret| {
            note(
                answer,
                &secret
                    .bytes()
                    .map(|byte| format!("{byte:02X}"))
                    .collect::<Vec<_>>()
                    .join(" "),
            );
        }),
    ),
    fault(
        "leak/hexadecimal-in-header",
        "the content stands in a header in hexadecimal",
        Leak(|answer, secret| answer.add("x-note", oss_auth::hex(secret.as_bytes()))),
    ),
    fault(
        "leak/url-encoded",
        "the content stands there percent-encoded",
        Leak(|answer, secret| note(answer, &url_encoded(secret))),
    ),
    fault(
        "leak/url-encoded-with-plus",
        "the content stands there as in a form",
        Leak(|answer, secret| note(answer, &url_encoded(secret).replace("%20", "+"))),
    ),
    fault(
        "leak/url-encoded-twice",
        "the content stands there percent-encoded twice",
        Leak(|answer, secret| note(answer, &url_encoded(&url_encoded(secret)))),
    ),
    fault(
        "leak/in-capitals",
        "the content stands there in capitals",
        Leak(|answer, secret| note(answer, &escaped(&secret.to_uppercase()))),
    ),
    fault(
        "leak/all-but-the-last",
        "all but the last byte of the content stands there",
        Leak(|answer, secret| {
            note(
                answer,
                &escaped(&secret[..secret.floor_char_boundary(secret.len() - 1)]),
            );
        }),
    ),
    fault(
        "leak/all-but-the-first",
        "all but the first byte of the content stands there",
        Leak(|answer, secret| {
            note(answer, &escaped(&secret[secret.ceil_char_boundary(1)..]));
        }),
    ),
    fault(
        "leak/error-text",
        "the content stands in the document that `x-oss-err` holds",
        Leak(|answer, secret| {
            if answer.to_head {
                in_message(answer, &escaped(secret));
            }
        }),
    ),
    // What tells of the object without its content.
    fault(
        "leak/etag",
        "the refusal has the object's ETag",
        Leak(|answer, secret| answer.add("etag", format!("\"{}\"", md5(secret).to_uppercase()))),
    ),
    fault(
        "leak/last-modified",
        "the refusal tells when the object was written",
        Leak(|answer, _| {
            let date = answer.header("date").unwrap_or_default().to_owned();
            answer.add("last-modified", date);
        }),
    ),
    fault(
        "leak/object-metadata",
        "the refusal has the object's user metadata",
        Leak(|answer, _| answer.add("x-oss-meta-color", "blue")),
    ),
    fault(
        "leak/object-type",
        "the refusal has the object's type",
        Leak(|answer, _| answer.add("x-oss-object-type", "Normal")),
    ),
    fault(
        "leak/checksum",
        "the refusal has a checksum of the object",
        Leak(|answer, _| answer.add("x-oss-hash-crc64ecma", "9548687815775124833")),
    ),
    fault(
        "leak/length",
        "the refusal of HEAD has the object's length",
        Leak(|answer, secret| {
            if answer.to_head {
                answer.set("content-length", secret.len().to_string());
            }
        }),
    ),
    fault(
        "leak/content-md5",
        "the refusal has the object's Content-MD5",
        Leak(|answer, secret| {
            use md5::Digest as _;
            answer.add(
                "content-md5",
                BASE64_STANDARD.encode(md5::Md5::digest(secret)),
            );
        }),
    ),
    fault(
        "leak/range",
        "the refusal tells the object's length in Content-Range",
        Leak(|answer, secret| answer.add("content-range", format!("bytes 0-0/{}", secret.len()))),
    ),
];

/// Into an element of its own.
fn note(answer: &mut Answer, text: &str) {
    in_root(answer, &format!("<Note>{text}</Note>"));
}

fn in_root(answer: &mut Answer, what: &str) {
    if let Some(document) = answer.document() {
        answer.set_document(document.replacen("</Error>", &format!("{what}</Error>"), 1));
    }
}

/// Where the documents let a message go on.
fn in_message(answer: &mut Answer, text: &str) {
    if let Some(document) = answer.document() {
        answer.set_document(document.replacen("</Message>", &format!(" {text}</Message>"), 1));
    }
}

fn behind(answer: &mut Answer, what: &str) {
    if let Some(document) = answer.document() {
        answer.set_document(document + what);
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

fn references(text: &str, write: fn(char) -> String) -> String {
    text.chars().map(write).collect()
}

fn url_encoded(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}

fn md5(text: &str) -> String {
    use md5::Digest as _;
    oss_auth::hex(&md5::Md5::digest(text))
}

/// The answer in one chunk, with an extension and a trailer. Nothing for HEAD.
fn chunked(answer: &Answer, extension: &str, trailer: &str) -> Option<Vec<Step>> {
    let mut answer = answer.clone();
    answer.remove("content-length");
    answer.add("transfer-encoding", "chunked");
    let size = format!("{:x}{extension}\r\n", answer.body.len());
    let end = format!("\r\n0\r\n{trailer}\r\n");
    let bytes = [
        &answer.head(),
        size.as_bytes(),
        &answer.body,
        end.as_bytes(),
    ]
    .concat();
    (!answer.to_head).then(|| send(bytes))
}
