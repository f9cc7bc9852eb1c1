//! The XML of requests and answers: a reader that trusts nothing, and a writer that escapes what must be.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

/// Elements may be nested this deep; no document of the API needs a third of it.
const DEEPEST: usize = 24;
/// A document may hold this many elements; DeleteMultipleObjects with its 1000 keys needs some 3000.
const MOST_ELEMENTS: usize = 20_000;

/// First line of every document written.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// An element of a request document: its local name, its text, its children. Attributes carry nothing in this API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Local name, without prefix.
    pub name: String,
    /// All its own text, references resolved, edges trimmed.
    pub text: String,
    /// Child elements in order.
    pub children: Vec<Element>,
}

impl Element {
    /// First child of that name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Text of the first child of that name.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }
}

/// Why a document was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Not UTF-8.
    #[error("not UTF-8")]
    Encoding,
    /// Not well-formed.
    #[error("not well-formed: {0}")]
    Malformed(String),
    /// A document type declaration: the way in for entity bombs and foreign files.
    #[error("document type declarations are not taken")]
    DocumentType,
    /// A reference to an entity that XML does not define itself.
    #[error("unknown entity")]
    UnknownEntity,
    /// Nested too deep.
    #[error("nested deeper than {DEEPEST} elements")]
    TooDeep,
    /// Too many elements.
    #[error("more than {MOST_ELEMENTS} elements")]
    TooMany,
    /// Not exactly one root element.
    #[error("exactly one root element is expected")]
    Root,
}

/// Reads a document and gives its root element.
///
/// # Errors
/// See [`XmlError`]. Time and memory are linear in the length of `document`.
pub fn read(document: &[u8]) -> Result<Element, XmlError> {
    let text = std::str::from_utf8(document).map_err(|_| XmlError::Encoding)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    let mut builder = Builder::default();
    loop {
        let event = reader
            .read_event()
            .map_err(|error| XmlError::Malformed(error.to_string()))?;
        match event {
            Event::Start(start) => builder.open(&start)?,
            Event::Empty(start) => {
                builder.open(&start)?;
                builder.close()?;
            }
            Event::End(_) => builder.close()?,
            Event::Text(text) => builder.text(&text.xml10_content())?,
            Event::CData(text) => builder.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => builder.reference(&reference)?,
            Event::DocType(_) => return Err(XmlError::DocumentType),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof => return builder.finish(),
        }
    }
}

/// The elements still open, and the root once it is closed.
#[derive(Default)]
struct Builder {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Builder {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), XmlError> {
        self.elements += 1;
        if self.elements > MOST_ELEMENTS {
            return Err(XmlError::TooMany);
        }
        if self.open.len() == DEEPEST {
            return Err(XmlError::TooDeep);
        }
        if self.root.is_some() {
            return Err(XmlError::Root);
        }
        let name = start.local_name().into_inner().to_owned();
        self.open.push(Element {
            name,
            ..Element::default()
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlError> {
        let mut element = self.open.pop().ok_or(XmlError::Root)?;
        let trimmed = element.text.trim();
        if trimmed.len() != element.text.len() {
            element.text = trimmed.to_owned();
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(XmlError::Root),
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), XmlError> {
        let character = reference
            .resolve_char_ref()
            .map_err(|error| XmlError::Malformed(error.to_string()))?;
        match character {
            Some(character) => self.text(character.encode_utf8(&mut [0; 4])),
            None => self.text(resolve_predefined_entity(reference).ok_or(XmlError::UnknownEntity)?),
        }
    }

    fn finish(self) -> Result<Element, XmlError> {
        match self.root {
            Some(root) if self.open.is_empty() => Ok(root),
            _ => Err(XmlError::Root),
        }
    }
}

/// Writes a document as OSS does: a declaration, two blanks of indentation, a line break at the end.
#[derive(Debug)]
pub struct Writer {
    text: String,
    open: Vec<&'static str>,
}

impl Writer {
    /// A document whose root element is `root`.
    pub fn new(root: &'static str) -> Self {
        let mut text = String::with_capacity(512);
        text.push_str(DECLARATION);
        let mut writer = Self {
            text,
            open: Vec::with_capacity(4),
        };
        writer.open(root);
        writer
    }

    /// Opens an element that will hold others.
    pub fn open(&mut self, name: &'static str) -> &mut Self {
        self.start(name);
        self.text.push('\n');
        self.open.push(name);
        self
    }

    /// Closes the element opened last.
    pub fn close(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            self.indent();
            self.end(name);
        }
        self
    }

    /// An element with text.
    pub fn leaf(&mut self, name: &'static str, text: &str) -> &mut Self {
        self.start(name);
        escape_into(&mut self.text, text);
        self.end(name);
        self
    }

    /// An element with a number.
    pub fn number(&mut self, name: &'static str, number: u64) -> &mut Self {
        self.leaf(name, &number.to_string())
    }

    /// An element with `true` or `false`.
    pub fn flag(&mut self, name: &'static str, flag: bool) -> &mut Self {
        self.leaf(name, if flag { "true" } else { "false" })
    }

    /// An element that was read, with all that is in it; attributes are not kept.
    pub fn tree(&mut self, element: &Element) -> &mut Self {
        self.start(&element.name);
        if element.children.is_empty() {
            escape_into(&mut self.text, &element.text);
        } else {
            self.text.push('\n');
            self.open.push("");
            for child in &element.children {
                self.tree(child);
            }
            self.open.pop();
            self.indent();
        }
        self.end(&element.name);
        self
    }

    /// Closes all that is open and gives the document.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn start(&mut self, name: &str) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        self.text.push('>');
    }

    fn end(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push_str(">\n");
    }

    fn indent(&mut self) {
        for _ in 0..self.open.len() {
            self.text.push_str("  ");
        }
    }
}

/// A document that is one element with text.
pub fn single(root: &str, text: &str) -> String {
    let mut document = format!("{DECLARATION}<{root}>");
    escape_into(&mut document, text);
    document.push_str(&format!("</{root}>\n"));
    document
}

/// Appends `text` escaped. XML 1.0 has no way to write most control characters, not even as references: they become U+FFFD.
/// A carriage return is written as a reference, since every reader would turn a raw one into a line feed.
fn escape_into(into: &mut String, text: &str) {
    // 0xEF begins U+FFFE and U+FFFF, among others.
    let is_special = |byte: u8| {
        matches!(byte, b'<' | b'>' | b'&' | b'"' | 0xef)
            || (byte < b' ' && !b"\t\n".contains(&byte))
    };
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_special) {
        into.push_str(&rest[..at]);
        let mut characters = rest[at..].chars();
        match characters.next() {
            Some('<') => into.push_str("&lt;"),
            Some('>') => into.push_str("&gt;"),
            Some('&') => into.push_str("&amp;"),
            Some('"') => into.push_str("&quot;"),
            Some('\r') => into.push_str("&#13;"),
            Some('\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}') => into.push('\u{fffd}'),
            Some(other) => into.push(other),
            None => {}
        }
        rest = characters.as_str();
    }
    into.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_texts_and_references() {
        let root = read(b"<?xml version=\"1.0\"?><!-- c --><a:Delete xmlns:a='x'><Quiet> true\n</Quiet><Object><Key>a&amp;b&#x41;<![CDATA[<c>]]></Key></Object><Object/></a:Delete>").unwrap();
        assert_eq!(root.name, "Delete");
        assert_eq!(root.text_of("Quiet"), Some("true"));
        let keys: Vec<_> = root
            .all("Object")
            .map(|object| object.text_of("Key"))
            .collect();
        assert_eq!(keys, [Some("a&bA<c>"), None]);
    }

    #[test]
    fn refuses_document_types_entities_and_nonsense() {
        let bomb = b"<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        assert_eq!(read(bomb), Err(XmlError::DocumentType));
        assert_eq!(read(b"<a>&c;</a>"), Err(XmlError::UnknownEntity));
        assert_eq!(read(b"\xff<a/>"), Err(XmlError::Encoding));
        for rootless in ["", "  ", "text", "<a/><b/>", "<a>", "<a/>x"] {
            assert_eq!(
                read(rootless.as_bytes()),
                Err(XmlError::Root),
                "{rootless:?}"
            );
        }
        for malformed in ["<a></b>", "<a", "</a>", "<a>&</a>", "<a>&#xFFFFFFFF;</a>"] {
            assert!(
                matches!(read(malformed.as_bytes()), Err(XmlError::Malformed(_))),
                "{malformed:?}"
            );
        }
    }

    #[test]
    fn depth_and_number_of_elements_are_limited() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(read(nested(DEEPEST).as_bytes()).is_ok());
        assert_eq!(read(nested(DEEPEST + 1).as_bytes()), Err(XmlError::TooDeep));
        let flat = |number: usize| format!("<a>{}</a>", "<b/>".repeat(number));
        assert!(read(flat(MOST_ELEMENTS - 1).as_bytes()).is_ok());
        assert_eq!(read(flat(MOST_ELEMENTS).as_bytes()), Err(XmlError::TooMany));
    }

    #[test]
    fn writes_indented_and_escaped() {
        let mut xml = Writer::new("Error");
        xml.leaf("Code", "A\"<&>]]>\r\n\u{1}\u{fffe}é\u{f8ff}")
            .open("Detail")
            .number("N", 7)
            .flag("T", true);
        assert_eq!(
            xml.finish(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>A&quot;&lt;&amp;&gt;]]&gt;&#13;\n\u{fffd}\u{fffd}é\u{f8ff}</Code>\n  \
             <Detail>\n    <N>7</N>\n    <T>true</T>\n  </Detail>\n</Error>\n"
        );
    }
}
