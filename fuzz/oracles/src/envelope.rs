//! The error envelope of an answer, which comes from a server that nobody vouches for.
//!
//! What is read keeps the limits and invents nothing; written anew it reads the same; in the header of an answer to HEAD it says the
//! same as in a body; a document type declaration is never read, and nothing expands.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss403::judge::envelope::{Envelope, EnvelopeError};
use oss403::wire::exchange::{Exchange, Outcome, Response, SentRequest};
use oss403::wire::xml::Element;

/// The input is a body.
pub fn check(data: &[u8]) -> bool {
    let read = Envelope::parse(data);
    if !data.is_empty() {
        let in_body = of("GET", Vec::new(), data.to_vec());
        assert_eq!(in_body, read, "in a body");
        let header = vec![("x-oss-err".to_owned(), STANDARD.encode(data))];
        assert_eq!(of("HEAD", header, Vec::new()), read, "in x-oss-err");
    }
    match read {
        Ok(envelope) => accepted(data, &envelope),
        // Error messages go to reports.
        Err(error) => assert!(
            error.to_string().len() < 600,
            "{} characters",
            error.to_string().len()
        ),
    }
    true
}

fn accepted(data: &[u8], envelope: &Envelope) {
    let mut sum = Sum::default();
    sum.add(&envelope.elements, 2);
    assert!(
        sum.elements < 256 && sum.deepest <= 8,
        "more than the limits"
    );
    // References are longer than what they stand for.
    assert!(
        sum.text <= data.len(),
        "{} bytes of text in {}",
        sum.text,
        data.len()
    );
    let mut written = String::new();
    // Prefixes and what stands between elements are not written.
    let names_hold = sum.names_hold
        && is_name(&envelope.root)
        && is_plain(&envelope.namespace, &envelope.elements);
    if names_hold && !has_unwritable(&envelope.elements) {
        write(&envelope.root, "", &envelope.elements, &mut written);
        let again = Envelope::parse(written.as_bytes()).expect("what is written reads back");
        assert_eq!(again.root, envelope.root, "written anew: {written}");
        assert_alike(&again.elements, &envelope.elements, &written);
    }
    // What another vocabulary says is not what the envelope says.
    let own = |element: &&Element| element.namespace == envelope.namespace;
    let expected: Vec<&Element> = envelope.elements.iter().filter(own).collect();
    assert_eq!(envelope.own().collect::<Vec<_>>(), expected);
    for element in expected.iter().filter(|element| is_name(&element.name)) {
        let mut named = expected.iter().filter(|other| other.name == element.name);
        let first = named.next().copied();
        assert_eq!(
            envelope.text(&element.name),
            first.map(|first| first.text.as_str())
        );
        assert_eq!(envelope.at(&element.name), first);
    }
}

fn is_plain(namespace: &str, elements: &[Element]) -> bool {
    namespace.is_empty()
        && elements
            .iter()
            .all(|element| is_plain(&element.namespace, &element.children))
}

/// The same elements, with the same texts where they hold no others.
fn assert_alike(again: &[Element], elements: &[Element], written: &str) {
    assert_eq!(again.len(), elements.len(), "written anew: {written}");
    for (again, element) in again.iter().zip(elements) {
        assert_eq!(again.name, element.name, "written anew: {written}");
        if element.children.is_empty() {
            assert_eq!(again.text, element.text, "written anew: {written}");
        }
        assert_alike(&again.children, &element.children, written);
    }
}

fn of(
    method: &str,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
) -> Result<Envelope, EnvelopeError> {
    let response = Response {
        status: 403,
        headers,
        body,
        ..Response::default()
    };
    let exchange = Exchange {
        request: SentRequest {
            method: method.to_owned(),
            scheme: "http".to_owned(),
            host: String::new(),
            address: String::new(),
            target: "/".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            string_to_sign: None,
        },
        outcome: Outcome::Answered(response.clone()),
        elapsed_us: 0,
        earlier: Vec::new(),
    };
    Envelope::of(&exchange, &response)
}

struct Sum {
    elements: usize,
    deepest: usize,
    text: usize,
    names_hold: bool,
}

impl Default for Sum {
    fn default() -> Self {
        Self {
            elements: 0,
            deepest: 1,
            text: 0,
            names_hold: true,
        }
    }
}

impl Sum {
    fn add(&mut self, elements: &[Element], depth: usize) {
        for element in elements {
            self.elements += 1;
            self.deepest = self.deepest.max(depth);
            self.text += element.text.len();
            self.names_hold &= is_name(&element.name);
            self.add(&element.children, depth + 1);
        }
    }
}

/// The reader takes more for names than XML does; what XML takes is enough to write.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Text that stands before children would come back joined with the text behind them; and some characters cannot be written.
fn has_unwritable(elements: &[Element]) -> bool {
    elements.iter().any(|element| {
        let controls = |c: char| c < ' ' && !matches!(c, '\t' | '\n');
        element.text.contains(controls) || has_unwritable(&element.children)
    })
}

fn write(name: &str, text: &str, children: &[Element], out: &mut String) {
    out.push_str(&format!("<{name}>"));
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            _ => out.push(character),
        }
    }
    for child in children {
        write(&child.name, &child.text, &child.children, out);
    }
    out.push_str(&format!("</{name}>"));
}
