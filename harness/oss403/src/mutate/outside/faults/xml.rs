//! Documents that no reader of XML 1.0 and of Namespaces in XML has to read, or that are not the document of a refusal. For HEAD they stand
//! in `x-oss-err`.

use super::super::table::Does::{Answer as Parts, Document};
use super::super::table::{Fault, fault};

/// The document with something put into the text of `Message`, in front of what is there.
macro_rules! in_message {
    ($what:expr) => {
        Document(|document| {
            document
                .replacen("<Message>", concat!("<Message>", $what), 1)
                .into()
        })
    };
}

/// The document with something put in front of it.
macro_rules! before {
    ($what:expr) => {
        Document(|document| [$what.as_bytes(), document.as_bytes()].concat())
    };
}

/// The document with something put behind it.
macro_rules! behind {
    ($what:expr) => {
        Document(|document| [document.as_bytes(), $what.as_bytes()].concat())
    };
}

/// The document with the first of a text replaced.
macro_rules! instead_of {
    ($what:expr, $other:expr) => {
        Document(|document| document.replacen($what, $other, 1).into())
    };
}

/// The document with another declaration.
macro_rules! declaration {
    ($declaration:expr) => {
        Document(|document| {
            let root = document.find("<Error>").unwrap_or_default();
            [$declaration, "\n", &document[root..]].concat().into()
        })
    };
}

/// The document with every text doubled that has to be there once.
macro_rules! twice {
    ($element:literal) => {
        Document(|document| {
            let open = concat!("<", $element, ">");
            document
                .replacen(open, &[open, "other</", $element, ">", open].concat(), 1)
                .into()
        })
    };
}

pub(super) const ROWS: &[Fault] = &[
    fault(
        "xml/control-character",
        "the message holds the character 1",
        in_message!("\u{1}"),
    ),
    fault(
        "xml/escape-character",
        "the message holds an escape",
        in_message!("\u{1b}[2J"),
    ),
    fault("xml/nul", "the message holds a NUL", in_message!("\0")),
    fault(
        "xml/no-character",
        "the message holds U+FFFE",
        in_message!("\u{fffe}"),
    ),
    fault(
        "xml/reference-to-control",
        "the message holds a reference to the character 1",
        in_message!("&#1;"),
    ),
    fault(
        "xml/reference-to-nul",
        "the message holds a reference to NUL",
        in_message!("&#0;"),
    ),
    fault(
        "xml/reference-to-surrogate",
        "the message holds a reference to half a character",
        in_message!("&#xD800;"),
    ),
    fault(
        "xml/reference-beyond-unicode",
        "the message holds a reference beyond Unicode",
        in_message!("&#x110000;"),
    ),
    fault(
        "xml/reference-unclosed",
        "a reference in the message has no semicolon",
        in_message!("&amp "),
    ),
    fault(
        "xml/reference-undefined",
        "the message holds a reference to an entity of HTML",
        in_message!("&nbsp;"),
    ),
    fault(
        "xml/bare-ampersand",
        "the message holds a bare ampersand",
        in_message!("this & that "),
    ),
    fault(
        "xml/section-end-in-text",
        "the message holds `]]>`",
        in_message!("]]>"),
    ),
    fault(
        "xml/section-unclosed",
        "a section of character data has no end",
        in_message!("<![CDATA["),
    ),
    fault(
        "xml/attribute-twice",
        "an element has an attribute twice",
        instead_of!("<Code>", "<Code a=\"1\" a=\"2\">"),
    ),
    fault(
        "xml/attribute-twice-by-namespace",
        "an element has an attribute twice, under two prefixes of one namespace",
        instead_of!(
            "<Code>",
            "<Code xmlns:n=\"urn:n\" xmlns:m=\"urn:n\" n:a=\"1\" m:a=\"2\">"
        ),
    ),
    fault(
        "xml/attribute-unquoted",
        "an attribute is not quoted",
        instead_of!("<Code>", "<Code a=1>"),
    ),
    fault(
        "xml/attribute-without-value",
        "an attribute has no value",
        instead_of!("<Code>", "<Code a>"),
    ),
    fault(
        "xml/attributes-run-together",
        "nothing stands between two attributes",
        instead_of!("<Code>", "<Code a=\"1\"b=\"2\">"),
    ),
    fault(
        "xml/less-than-in-attribute",
        "an attribute's value holds `<`",
        instead_of!("<Code>", "<Code a=\"<\">"),
    ),
    fault(
        "xml/undefined-in-attribute",
        "an attribute's value refers to an undefined entity",
        instead_of!("<Code>", "<Code a=\"&x;\">"),
    ),
    fault(
        "xml/late-declaration",
        "the declaration comes after a blank",
        before!(" "),
    ),
    fault(
        "xml/second-declaration",
        "there is a second declaration",
        instead_of!("<Error>", "<?xml version=\"1.0\"?><Error>"),
    ),
    fault(
        "xml/declaration-at-the-end",
        "a declaration comes after the root",
        behind!("<?xml version=\"1.0\"?>"),
    ),
    fault(
        "xml/declaration-without-version",
        "the declaration has no version",
        declaration!("<?xml encoding=\"UTF-8\"?>"),
    ),
    fault(
        "xml/declaration-in-another-order",
        "the encoding is declared before the version",
        declaration!("<?xml encoding=\"UTF-8\" version=\"1.0\"?>"),
    ),
    fault(
        "xml/unknown-version",
        "the version is 9",
        declaration!("<?xml version=\"9\" encoding=\"UTF-8\"?>"),
    ),
    fault(
        "xml/unknown-standalone",
        "it is declared to be standalone `maybe`",
        declaration!("<?xml version=\"1.0\" standalone=\"maybe\"?>"),
    ),
    fault(
        "xml/another-encoding",
        "the declared encoding is UTF-16, and it is UTF-8",
        declaration!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>"),
    ),
    fault(
        "xml/unknown-encoding",
        "the declared encoding does not exist",
        declaration!("<?xml version=\"1.0\" encoding=\"x-none\"?>"),
    ),
    fault(
        "xml/instruction-called-xml",
        "a processing instruction is called `XML`",
        behind!("<?XML note?>"),
    ),
    fault(
        "xml/instruction-unclosed",
        "a processing instruction has no end",
        behind!("<?note"),
    ),
    fault(
        "xml/hyphens-in-comment",
        "a comment holds two hyphens",
        instead_of!("<Code>", "<!-- one -- two --><Code>"),
    ),
    fault(
        "xml/comment-unclosed",
        "a comment has no end",
        behind!("<!-- note"),
    ),
    fault(
        "xml/unbound-prefix",
        "an element has a prefix that nothing declares",
        instead_of!("<Code>", "<n:Note>1</n:Note><Code>"),
    ),
    fault(
        "xml/prefix-of-nothing",
        "a prefix is bound to the empty namespace",
        instead_of!("<Code>", "<Note xmlns:n=\"\">1</Note><Code>"),
    ),
    fault(
        "xml/two-colons",
        "a name has two colons",
        instead_of!("<Code>", "<a:b:c xmlns:a=\"urn:a\"/><Code>"),
    ),
    fault(
        "xml/name-with-digit",
        "a name begins with a digit",
        instead_of!("<Code>", "<1st/><Code>"),
    ),
    fault(
        "xml/blank-before-name",
        "a blank stands before the name of an element",
        instead_of!("<Code>", "< Note></Note><Code>"),
    ),
    fault(
        "xml/end-with-attribute",
        "an end tag has an attribute",
        instead_of!("</Code>", "</Code a=\"1\">"),
    ),
    fault(
        "xml/two-roots",
        "there is a second root",
        behind!("<Error/>"),
    ),
    fault("xml/text-behind", "text follows the root", behind!("note")),
    fault(
        "xml/text-before",
        "text comes before the root",
        instead_of!("<Error>", "note<Error>"),
    ),
    fault(
        "xml/unclosed",
        "the root is not closed",
        instead_of!("</Error>", ""),
    ),
    fault(
        "xml/crossed",
        "two elements cross",
        instead_of!("</Message>", "<a><b></a></b></Message>"),
    ),
    fault(
        "xml/half",
        "the document ends in the middle",
        Document(|document| document.as_bytes()[..document.len() / 2].into()),
    ),
    fault(
        "xml/empty",
        "there is no document",
        Document(|_| Vec::new()),
    ),
    fault(
        "xml/of-another-namespace",
        "the root is of another namespace",
        instead_of!("<Error>", "<Error xmlns=\"urn:other\">"),
    ),
    fault(
        "xml/root-in-small-letters",
        "the root is `error`",
        Document(|document| document.replace("Error>", "error>").into()),
    ),
    fault(
        "xml/another-root",
        "the root is `Result`",
        Document(|document| document.replace("Error>", "Result>").into()),
    ),
    fault(
        "xml/names-in-small-letters",
        "the element `Code` is called `code`",
        Document(|document| document.replace("Code>", "code>").into()),
    ),
    fault(
        "xml/doctype",
        "there is a document type declaration",
        instead_of!("<Error>", "<!DOCTYPE Error><Error>"),
    ),
    fault(
        "xml/internal-entity",
        "the message comes from an entity that the document defines",
        Document(|document| {
            let document = document.replacen(
                "<Error>",
                "<!DOCTYPE Error [<!ENTITY a \"note\">]><Error>",
                1,
            );
            document.replacen("<Message>", "<Message>&a;", 1).into()
        }),
    ),
    fault(
        "xml/external-entity",
        "the message comes from a file of the reader",
        Document(|document| {
            let document = document.replacen(
                "<Error>",
                "<!DOCTYPE Error [<!ENTITY a SYSTEM \"file:///etc/hostname\">]><Error>",
                1,
            );
            document.replacen("<Message>", "<Message>&a;", 1).into()
        }),
    ),
    fault(
        "xml/entity-bomb",
        "entities of entities",
        Document(|document| {
            let document = document.replacen("<Error>", "<!DOCTYPE Error [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]><Error>", 1);
            document.replacen("<Message>", "<Message>&c;", 1).into()
        }),
    ),
    fault(
        "xml/invalid-utf-8",
        "the message holds a byte that is no UTF-8",
        Document(|document| bytes_in_message(document, b"\xff")),
    ),
    fault(
        "xml/overlong-utf-8",
        "a slash in the message is two bytes long",
        Document(|document| bytes_in_message(document, b"\xc0\xaf")),
    ),
    fault(
        "xml/utf-16",
        "the document is UTF-16",
        Document(|document| {
            let units = std::iter::once(0xfeff).chain(document.encode_utf16());
            units.flat_map(u16::to_be_bytes).collect()
        }),
    ),
    fault(
        "xml/compressed",
        "the document is compressed, which nothing says",
        Document(|_| GZIP.to_vec()),
    ),
    fault(
        "xml/deep",
        "elements nest 5,000 deep",
        Document(|document| {
            let deep = ["<a>".repeat(5000), "</a>".repeat(5000)].concat();
            document.replacen("<Code>", &(deep + "<Code>"), 1).into()
        }),
    ),
    fault(
        "xml/wide",
        "there are 50,000 elements",
        Document(|document| {
            document
                .replacen("<Code>", &("<a/>".repeat(50_000) + "<Code>"), 1)
                .into()
        }),
    ),
    fault(
        "xml/two-codes",
        "there are two elements `Code`",
        twice!("Code"),
    ),
    fault(
        "xml/two-messages",
        "there are two elements `Message`",
        twice!("Message"),
    ),
    fault(
        "xml/two-request-ids",
        "there are two elements `RequestId`",
        twice!("RequestId"),
    ),
    fault(
        "xml/element-in-code",
        "the code is split by an element",
        instead_of!("</Code>", "<b/></Code>"),
    ),
    fault(
        "xml/element-in-message",
        "the message goes on in an element within it",
        instead_of!("</Message>", "<b>, never mind</b></Message>"),
    ),
    fault(
        "xml/html",
        "it is a page of HTML",
        Document(|_| {
            b"<!DOCTYPE html><html><head><title>403 Forbidden</title></head><body>Forbidden</body></html>\n".to_vec()
        }),
    ),
    fault(
        "xml/json",
        "it is JSON",
        Document(|_| b"{\"Code\":\"AccessDenied\",\"Message\":\"Forbidden.\"}\n".to_vec()),
    ),
    fault(
        "xml/not-coded",
        "`x-oss-err` of an answer to HEAD is not base64",
        Parts(|answer| {
            if let Some(document) = answer.document().filter(|_| answer.to_head) {
                answer.set("x-oss-err", document.replace('\n', " "));
            }
        }),
    ),
];

fn bytes_in_message(document: &str, bytes: &[u8]) -> Vec<u8> {
    let place = document.find("</Message>").unwrap_or_default();
    let (before, after) = document.split_at(place);
    [before.as_bytes(), bytes, after.as_bytes()].concat()
}

/// `<Error/>`, compressed.
const GZIP: [u8; 28] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xb3, 0x71, 0x2d, 0x2a, 0xca, 0x2f,
    0xd2, 0xb7, 0x03, 0x00, 0x4d, 0xa2, 0xc6, 0x83, 0x08, 0x00, 0x00, 0x00,
];
