//! Reading the error envelope of an answer, which comes from a server that nobody vouches for.
//!
//! Shape (help page: Error responses): a root `Error` whose children are `Code`, `Message`, `RequestId`, `HostId` and others, in an
//! order that has changed over the years; `AccessDeniedDetail` has children of its own. An answer to HEAD has no body: the same text
//! stands base64-coded in the header `x-oss-err`.

use crate::wire::exchange::{Exchange, Response};
use crate::wire::xml::{self, Bounds, Element, XmlError};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// Longest envelope that is read, in bytes.
pub const MAX_BYTES: usize = 256 << 10;
const BOUNDS: Bounds = Bounds {
    elements: 256,
    depth: 8,
};

/// The element `Error` of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Local name of the root.
    pub root: String,
    /// The namespace it is in; empty when it is in none, as is due.
    pub namespace: String,
    /// Text directly inside it.
    pub text: String,
    /// Its children in the order of the answer.
    pub elements: Vec<Element>,
}

/// Why there is no envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// No body, and for HEAD no `x-oss-err`.
    #[error("the body is empty")]
    NoBody,
    /// An answer to HEAD without `x-oss-err`.
    #[error("the header x-oss-err is missing, so that the answer to HEAD names no reason")]
    NoHeader,
    /// `x-oss-err` is not base64.
    #[error("the header x-oss-err is not base64")]
    NotBase64,
    /// Longer than the limit, or cut off by the limit on bodies.
    #[error("the body is longer than an error answer can be")]
    TooLong,
    /// Not UTF-8.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// No XML that would be read.
    #[error(transparent)]
    Xml(#[from] XmlError),
}

impl Envelope {
    /// The envelope of an answer: its body, or `x-oss-err` when the request was a HEAD.
    ///
    /// # Errors
    /// Why there is none.
    pub fn of(exchange: &Exchange, response: &Response) -> Result<Self, EnvelopeError> {
        if !exchange.request.method.eq_ignore_ascii_case("HEAD") {
            return match (response.body.is_empty(), response.truncated) {
                (_, true) => Err(EnvelopeError::TooLong),
                (true, false) => Err(EnvelopeError::NoBody),
                (false, false) => Self::parse(&response.body),
            };
        }
        let header = response
            .header("x-oss-err")
            .ok_or(EnvelopeError::NoHeader)?;
        if header.len() > MAX_BYTES {
            return Err(EnvelopeError::TooLong);
        }
        let xml = BASE64_STANDARD
            .decode(header.trim())
            .map_err(|_| EnvelopeError::NotBase64)?;
        Self::parse(&xml)
    }

    /// Reads an envelope.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(xml: &[u8]) -> Result<Self, EnvelopeError> {
        if xml.len() > MAX_BYTES {
            return Err(EnvelopeError::TooLong);
        }
        let text = std::str::from_utf8(xml).map_err(|_| EnvelopeError::NotUtf8)?;
        let root = xml::read(text, BOUNDS)?;
        Ok(Self {
            root: root.name,
            namespace: root.namespace,
            text: root.text,
            elements: root.children,
        })
    }

    /// Its children. One in a namespace of its own is somebody else's.
    pub fn own(&self) -> impl Iterator<Item = &Element> {
        self.elements.iter().filter(|child| self.owns(child))
    }

    /// Text of the first child of that name.
    pub fn text(&self, name: &str) -> Option<&str> {
        let mut own = self.own();
        own.find(|element| element.name == name)
            .map(|element| element.text.as_str())
    }

    fn owns(&self, element: &Element) -> bool {
        element.namespace == self.namespace
    }

    /// The first element at a path of names, `AccessDeniedDetail/PolicyType`.
    pub fn at(&self, path: &str) -> Option<&Element> {
        let mut level = &self.elements;
        let mut found = None;
        for name in path.split('/') {
            let mut own = level.iter().filter(|child| self.owns(child));
            let element = own.find(|element| element.name == name)?;
            level = &element.children;
            found = Some(element);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample of the help page "Error responses".
    const DOCUMENTED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Error>
  <Code>AccessDenied</Code>
  <Message>You have no right to access this object because of bucket acl.</Message>
  <RequestId>636B68BA80DA8539399F0001</RequestId>
  <HostId>examplebucket.oss-cn-hangzhou.aliyuncs.com</HostId>
  <EC>0003-00000001</EC>
</Error>
"#;

    fn parse(text: &str) -> Result<Envelope, EnvelopeError> {
        Envelope::parse(text.as_bytes())
    }

    #[test]
    fn the_documented_sample_is_read_in_order() {
        let envelope = parse(DOCUMENTED).expect("is the documented form");
        assert_eq!(envelope.root, "Error");
        let names: Vec<_> = envelope.elements.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["Code", "Message", "RequestId", "HostId", "EC"]);
        assert_eq!(envelope.text("EC"), Some("0003-00000001"));
    }

    #[test]
    fn quotes_may_be_escaped_or_not() {
        for message in [
            r#"["eq", "$key", "a&amp;b"]"#,
            "[&quot;eq&quot;, &#34;$key&#x22;, &quot;a&amp;b&quot;]",
        ] {
            let envelope =
                parse(&format!("<Error><Message>{message}</Message></Error>")).expect("reads");
            assert_eq!(envelope.text("Message"), Some(r#"["eq", "$key", "a&b"]"#));
        }
    }

    #[test]
    fn character_data_sections_are_text() {
        let envelope =
            parse("<Error><Message>a<![CDATA[<b>&]]>c</Message></Error>").expect("reads");
        assert_eq!(envelope.text("Message"), Some("a<b>&c"));
    }

    #[test]
    fn namespaces_and_prefixes_are_tolerated() {
        let envelope =
            parse(r#"<o:Error xmlns:o="urn:x"><o:Code>A</o:Code></o:Error>"#).expect("reads");
        assert_eq!(
            (envelope.root.as_str(), envelope.text("Code")),
            ("Error", Some("A"))
        );
    }

    #[test]
    fn nested_details_are_found_by_path() {
        let text =
            "<Error><AccessDeniedDetail><PolicyType>P</PolicyType></AccessDeniedDetail></Error>";
        let envelope = parse(text).expect("reads");
        assert_eq!(
            envelope
                .at("AccessDeniedDetail/PolicyType")
                .map(|e| e.text.as_str()),
            Some("P")
        );
        assert_eq!(envelope.at("AccessDeniedDetail/Nothing"), None);
    }

    #[test]
    fn an_entity_bomb_does_not_get_past_its_declaration() {
        let bomb = r#"<!DOCTYPE Error [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Error><Code>&b;</Code></Error>"#;
        assert_eq!(parse(bomb), Err(XmlError::DocType.into()));
        assert_eq!(
            parse("<Error>&b;</Error>"),
            Err(XmlError::Entity("b".into()).into())
        );
    }

    /// Found by the fuzz target `error_envelope`: the reader's message quotes names, however long they are.
    #[test]
    fn what_is_wrong_is_said_shortly() {
        let name = "n".repeat(10_000);
        let error = parse(&format!("<{name}></m>")).expect_err("the names differ");
        assert!(error.to_string().len() < 300, "{}", error.to_string().len());
    }

    #[test]
    fn depth_count_and_length_are_limited() {
        let deep = format!("{}{}", "<a>".repeat(9), "</a>".repeat(9));
        assert_eq!(parse(&deep), Err(XmlError::TooDeep(8).into()));
        let fits = format!("{}{}", "<a>".repeat(8), "</a>".repeat(8));
        assert!(parse(&fits).is_ok());
        assert_eq!(
            parse(&format!("<Error>{}</Error>", "<a/>".repeat(256))),
            Err(XmlError::TooMany(256).into())
        );
        assert!(parse(&format!("<Error>{}</Error>", "<a/>".repeat(255))).is_ok());
        assert_eq!(
            Envelope::parse(&vec![b' '; MAX_BYTES + 1]),
            Err(EnvelopeError::TooLong)
        );
    }

    #[test]
    fn the_last_byte_that_fits_is_read_and_the_next_is_not() {
        let padded = |length: usize| format!("<Error>{}</Error>", " ".repeat(length - 15));
        assert!(parse(&padded(MAX_BYTES)).is_ok());
        assert_eq!(parse(&padded(MAX_BYTES + 1)), Err(EnvelopeError::TooLong));
        // What stands in a header is measured there: base64 makes four bytes of three.
        let of_head = |length: usize| {
            let coded = BASE64_STANDARD.encode(padded(length));
            let twin = crate::judge::testing::Twin::new().head();
            let twin = twin.edited_header("x-oss-err", Some(&coded));
            let sent = twin.record.edited.expect("there is one");
            let response = sent.response().expect("it was answered");
            (coded.len(), Envelope::of(&sent, response).map(|_| ()))
        };
        assert_eq!(of_head(MAX_BYTES / 4 * 3), (MAX_BYTES, Ok(())));
        let more = of_head(MAX_BYTES / 4 * 3 + 1);
        assert_eq!(more, (MAX_BYTES + 4, Err(EnvelopeError::TooLong)));
        assert_eq!(of_head(MAX_BYTES).1, Err(EnvelopeError::TooLong));
    }

    #[test]
    fn what_is_not_one_well_formed_document_is_refused() {
        for broken in [
            "",
            "   ",
            "Forbidden",
            "<Error>",
            "<Error></Eror>",
            "<Error/><Error/>",
            "<Error/>junk",
            "{\"Code\":1}",
            "<Error><Code>a</Error></Code>",
            "<Error>a & b</Error>",
        ] {
            assert!(
                matches!(parse(broken), Err(EnvelopeError::Xml(XmlError::NotXml(_)))),
                "{broken:?}: {:?}",
                parse(broken)
            );
        }
        assert_eq!(
            Envelope::parse(b"<Error>\xff</Error>"),
            Err(EnvelopeError::NotUtf8)
        );
        assert!(matches!(
            parse("<Error>&#0;</Error>"),
            Err(EnvelopeError::Xml(
                XmlError::Entity(_) | XmlError::NotXml(_)
            ))
        ));
    }
}
