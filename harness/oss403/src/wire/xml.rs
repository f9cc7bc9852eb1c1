//! Reading the XML of an answer, which comes from a server that nobody vouches for: no document type, no entities but the five of XML,
//! limits on everything. Prefixes, attributes, comments and processing instructions are passed over.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Local name.
    pub name: String,
    /// Text directly inside it, references resolved.
    pub text: String,
    /// Child elements in order.
    pub children: Vec<Element>,
}

/// How much is read.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Most elements.
    pub elements: usize,
    /// Deepest nesting, the root counted.
    pub depth: usize,
}

/// More than any listing has.
const OF_LISTINGS: Bounds = Bounds {
    elements: 100_000,
    depth: 16,
};

/// Why a document is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Not well-formed.
    #[error("the body is not well-formed XML: {0}")]
    NotXml(String),
    /// A document type declaration.
    #[error("the body has a document type declaration")]
    DocType,
    /// A reference to an entity that XML does not define.
    #[error("the body refers to the undefined entity `{0}`")]
    Entity(String),
    /// More elements than the bound.
    #[error("the body has more than {0} elements")]
    TooMany(usize),
    /// Deeper than the bound.
    #[error("the body nests deeper than {0} elements")]
    TooDeep(usize),
}

/// The root of a document.
///
/// # Errors
/// Why it is none.
pub fn read(text: &str, bounds: Bounds) -> Result<Element, XmlError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut tree = Tree {
        bounds,
        open: Vec::new(),
        root: None,
        elements: 0,
    };
    tree.read(text)?;
    match tree.root {
        Some(root) if tree.open.is_empty() => Ok(root),
        Some(_) | None => Err(broken("an element is not closed, or there is none")),
    }
}

/// Every element of a name in the body of an answer, in its order. Of what is no document there is none.
pub fn elements(body: &[u8], name: &str) -> Vec<Element> {
    let mut found = Vec::new();
    if let Ok(root) = read(&String::from_utf8_lossy(body), OF_LISTINGS) {
        root.collect(name, &mut found);
    }
    found
}

/// The text of the first element of a name in the body of an answer.
pub fn text(body: &[u8], name: &str) -> Option<String> {
    let first = elements(body, name).into_iter().next();
    first.map(|element| element.text)
}

impl Element {
    /// Text of the first child of a name.
    pub fn child(&self, name: &str) -> Option<&str> {
        let mut children = self.children.iter();
        let child = children.find(|child| child.name == name)?;
        Some(&child.text)
    }

    fn collect(self, name: &str, found: &mut Vec<Element>) {
        if self.name == name {
            found.push(self);
        } else {
            for child in self.children {
                child.collect(name, found);
            }
        }
    }
}

/// The elements that are open while a document is read, outermost first.
struct Tree {
    bounds: Bounds,
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn read(&mut self, text: &str) -> Result<(), XmlError> {
        let mut reader = Reader::from_str(text);
        loop {
            let event = reader
                .read_event()
                .map_err(|error| broken(&error.to_string()))?;
            match event {
                Event::Start(start) => self.start(&start)?,
                Event::Empty(start) => {
                    self.start(&start)?;
                    self.end();
                }
                // The reader has made sure that the names of start and end agree.
                Event::End(_) => self.end(),
                Event::Text(text) => self.text(&text.xml10_content())?,
                Event::CData(data) => self.text(&data.xml10_content())?,
                Event::GeneralRef(reference) => {
                    let name = reference.xml10_content();
                    let character = reference.resolve_char_ref().ok().flatten();
                    match (character, resolve_xml_entity(&name)) {
                        (Some(character), _) => self.text(character.encode_utf8(&mut [0; 4]))?,
                        (None, Some(text)) => self.text(text)?,
                        (None, None) => {
                            return Err(XmlError::Entity(name.chars().take(40).collect()));
                        }
                    }
                }
                Event::DocType(_) => return Err(XmlError::DocType),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                Event::Eof => return Ok(()),
            }
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), XmlError> {
        self.elements += 1;
        if self.elements > self.bounds.elements {
            return Err(XmlError::TooMany(self.bounds.elements));
        }
        if self.open.len() == self.bounds.depth {
            return Err(XmlError::TooDeep(self.bounds.depth));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(broken("there is more than one root element"));
        }
        self.open.push(Element {
            name: start.local_name().as_ref().to_owned(),
            ..Element::default()
        });
        Ok(())
    }

    fn end(&mut self) {
        let Some(closed) = self.open.pop() else {
            return;
        };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => self.root = Some(closed),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(broken("there is text outside the root")),
        }
        Ok(())
    }
}

/// The reader quotes names, and a hostile server's names have no end.
fn broken(detail: &str) -> XmlError {
    XmlError::NotXml(detail.chars().take(200).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(body: &str) -> Vec<String> {
        let found = elements(body.as_bytes(), "Key").into_iter();
        found.map(|element| element.text).collect()
    }

    #[test]
    fn the_keys_of_a_listing_are_read_however_a_server_writes_them() {
        for key in [
            "<Key>a&amp;b</Key>",
            "<Key encoding=\"none\">a&#38;b</Key>",
            "<Key><![CDATA[a&b]]></Key>",
            "<Key>a<!-- <Key>c</Key> --><![CDATA[&]]>b</Key>",
            "<o:Key xmlns:o=\"http://doc.oss.example\">a&#x26;b</o:Key >",
        ] {
            let body = format!(
                "\u{feff}<?xml version=\"1.0\"?><!-- two --><ListBucketResult xmlns=\"urn:x\"><Name>n</Name>\
                 <Contents>{key}<Size>1</Size></Contents><Contents><Key/></Contents></ListBucketResult>"
            );
            assert_eq!(keys(&body), ["a&b", ""], "{key}");
        }
    }

    #[test]
    fn what_belongs_together_is_read_together() {
        let body = "<R><Key>not of an upload</Key><Upload><Key>a</Key></Upload>\
                    <Upload><UploadId>2</UploadId><Key>b</Key></Upload></R>";
        let uploads = elements(body.as_bytes(), "Upload");
        let read = |upload: &Element| upload.child("Key").zip(upload.child("UploadId")).is_some();
        assert_eq!(
            uploads.iter().map(read).collect::<Vec<_>>(),
            [false, true],
            "{uploads:?}"
        );
    }

    #[test]
    fn words_are_read_from_answers_and_garbage_gives_none() {
        let body = b"<R><UploadId>U1</UploadId><UploadId>U2</UploadId></R>";
        assert_eq!(text(body, "UploadId").as_deref(), Some("U1"));
        for garbage in [&b""[..], b"<UploadId>", b"<UploadId>U1", b"\xff\xfe", b"{}"] {
            assert_eq!(text(garbage, "UploadId"), None);
        }
    }
}
