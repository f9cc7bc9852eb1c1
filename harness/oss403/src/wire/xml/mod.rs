//! Reading the XML of an answer, which comes from a server that nobody vouches for. Only a document that is well-formed by XML 1.0 and
//! its namespaces is read, in UTF-8, without a document type, within limits: any client's reader would take it too.
//!
//! The tree is roxmltree's. What it lets pass, and what it takes too long over, `scan` refuses before.

mod scan;
#[cfg(test)]
mod tests;

use roxmltree::{Document, Node, ParsingOptions};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Local name.
    pub name: String,
    /// The namespace it is in; empty when it is in none.
    pub namespace: String,
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
    /// A declaration of something that the text is not.
    #[error("the body is declared as {0}, and read is XML 1.0 in UTF-8")]
    Declared(String),
    /// A document type declaration.
    #[error("the body has a document type declaration")]
    DocType,
    /// A reference to an entity that XML does not define.
    #[error("the body refers to the undefined entity `{0}`")]
    Entity(String),
    /// More elements than the bound.
    #[error("the body has more than {0} elements")]
    TooMany(usize),
    /// More attributes than the bound.
    #[error("the body has an element with more than {0} attributes")]
    TooWide(usize),
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
    if text.starts_with('\u{feff}') {
        return Err(broken("there is more than one byte order mark"));
    }
    scan::check(text, bounds)?;
    let options = ParsingOptions::default();
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::UnknownEntityReference(name, _) => XmlError::Entity(clipped(&name)),
        roxmltree::Error::DtdDetected => XmlError::DocType,
        other => broken(&other.to_string()),
    })?;
    Ok(Element::of(document.root_element()))
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
    fn of(node: Node<'_, '_>) -> Self {
        let texts = node.children().filter(Node::is_text);
        Self {
            name: node.tag_name().name().to_owned(),
            namespace: node.tag_name().namespace().unwrap_or_default().to_owned(),
            text: texts.filter_map(|text| text.text()).collect(),
            // As deep as the bound at most.
            children: node
                .children()
                .filter(Node::is_element)
                .map(Self::of)
                .collect(),
        }
    }

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

/// Names are quoted, and a hostile server's names have no end.
fn broken(detail: &str) -> XmlError {
    XmlError::NotXml(clipped(detail))
}

fn clipped(text: &str) -> String {
    // Half a thousand bytes at most.
    text.chars().take(120).collect()
}
