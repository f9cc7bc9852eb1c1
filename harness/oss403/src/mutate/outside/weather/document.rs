//! Error documents that every reader of XML reads as the same refusal. OSS has changed order and number of the elements over the years, and
//! its SDKs look for those they know.

use super::super::exchange::{Meeting, Script, send};
use super::super::table::{Kind, Weather, What, weather};

/// One row.
macro_rules! row {
    ($id:literal, $description:literal, |$document:ident| $other:expr) => {
        weather(
            $id,
            $description,
            What::After(|meeting| rewritten(meeting, |$document| $other)),
        )
        .on(&[Kind::Refusal])
    };
}

pub(super) const ROWS: &[Weather] = &[
    row!(
        "document/element-more",
        "there is an element that nobody knows",
        |document| into_root(document, "<Note>see the manual</Note>")
    ),
    row!(
        "document/elements-more",
        "there is an element with elements in it that nobody knows",
        |document| { into_root(document, "<Details><Node>7</Node><Zone>b</Zone></Details>") }
    ),
    row!(
        "document/empty-element",
        "there is an empty element that nobody knows",
        |document| into_root(document, "<Note/>")
    ),
    row!(
        "document/attribute",
        "an element that nobody knows has attributes",
        |document| into_root(document, "<Note lang='en' kind=\"1 &lt; 2\"/>")
    ),
    row!(
        "document/one-line",
        "nothing stands between the elements",
        |document| {
            let pieces: Vec<&str> = document.split('>').collect();
            let between = |piece: &&str| piece.trim_start().starts_with('<');
            let tight = pieces.iter().map(|piece| {
                if between(piece) {
                    piece.trim_start()
                } else {
                    piece
                }
            });
            tight.collect::<Vec<_>>().join(">")
        }
    ),
    row!(
        "document/other-line-ends",
        "lines end with carriage return and line feed",
        |document| document.replace('\n', "\r\n")
    ),
    row!(
        "document/indented",
        "the elements are indented otherwise",
        |document| document.replace("\n  ", "\n\n\t\t")
    ),
    row!(
        "document/blanks-in-tags",
        "blanks stand at the end of tags",
        |document| document
            .replace("<Code>", "<Code >")
            .replace("</Code>", "</Code\n>")
    ),
    row!(
        "document/order",
        "the elements come in another order",
        |document| {
            let (code, rest) = document.split_once("</Code>").unwrap_or_default();
            let (head, code) = code.split_once("<Code>").unwrap_or_default();
            into_root(&format!("{head}{rest}"), &format!("<Code>{code}</Code>"))
        }
    ),
    weather(
        "document/no-ec",
        "there is no EC, as before late 2023",
        What::After(|meeting| {
            let mut answer = meeting.answer.clone();
            answer.remove("x-oss-ec");
            answer.set_document(without(&without(&answer.document()?, "EC"), "RecommendDoc"));
            Some(send(answer.bytes()))
        }),
    )
    .on(&[Kind::Refusal]),
    row!(
        "document/no-declaration",
        "there is no declaration",
        |document| document[document.find("<Error>").unwrap_or_default()..].into()
    ),
    row!(
        "document/bare-declaration",
        "the declaration names no encoding",
        |document| document.replacen(" encoding=\"UTF-8\"", "", 1)
    ),
    row!(
        "document/quoted-otherwise",
        "the declaration is quoted otherwise, and its encoding in small letters",
        |document| {
            document.replacen(
                "\"1.0\" encoding=\"UTF-8\"",
                "'1.0' encoding='utf-8' standalone='yes'",
                1,
            )
        }
    ),
    row!(
        "document/byte-order-mark",
        "a byte order mark comes first",
        |document| format!("\u{feff}{document}")
    ),
    row!("document/comment", "there is a comment", |document| {
        document.replacen("<Error>", "<!-- edge-7 --><Error>", 1)
    }),
    row!(
        "document/comment-in-message",
        "the message is split by a comment",
        |document| document.replacen("</Message>", "<!-- edge-7 --></Message>", 1)
    ),
    row!(
        "document/instruction",
        "there is a processing instruction",
        |document| document.replacen("<Error>", "<?note edge-7?><Error>", 1)
    ),
    row!(
        "document/blank-end",
        "white space follows the root",
        |document| format!("{document}\n \t\n")
    ),
    row!(
        "document/section",
        "the code is a section of character data",
        |document| {
            document
                .replacen("<Code>", "<Code><![CDATA[", 1)
                .replacen("</Code>", "]]></Code>", 1)
        }
    ),
    row!(
        "document/references",
        "a letter of the code is a reference",
        |document| document.replacen("<Code>A", "<Code>&#65;", 1).replacen(
            "<Code>S",
            "<Code>&#x53;",
            1
        )
    ),
    row!(
        "document/quotes",
        "quotes are written as they are",
        |document| document.replace("&quot;", "\"").replace("&apos;", "'")
    ),
];

/// The refusal with the document rewritten; nothing where that leaves it as it is.
fn rewritten(meeting: &Meeting<'_>, other: fn(&str) -> String) -> Option<Script> {
    let document = meeting.answer.document()?;
    let other = other(&document);
    let mut answer = meeting.answer.clone();
    answer.set_document(other.clone());
    (other != document).then(|| send(answer.bytes()))
}

fn into_root(document: &str, what: &str) -> String {
    document.replacen("</Error>", &format!("{what}</Error>"), 1)
}

fn without(document: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let rest = document
        .split_once(&open)
        .and_then(|(before, rest)| Some((before, rest.split_once(&close)?.1)));
    rest.map_or_else(
        || document.into(),
        |(before, after)| format!("{before}{after}"),
    )
}
