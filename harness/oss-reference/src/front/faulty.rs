//! What a server does that is wrong about its refusals ([`crate::config::Wrong`]): it distorts them, or goes on all the same.

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};

use crate::answer::{Answer, Refusal, Rejection};
use crate::config::{Faults, Wrong};
use crate::denial::Rendered;
use crate::xml::Writer;

/// What stands where an element says something else than it should.
const ALTERED: &str = "altered";

/// A refusal, and what was carried out all the same.
pub(super) struct Refused {
    pub(super) refusal: Refusal,
    pub(super) carried_out: Option<Answer>,
}

impl Refused {
    /// Adds to the answer what a server shows that it should hide.
    pub(super) fn show(self, answer: &mut Answer, faults: &Faults) {
        let (Some(carried_out), Refusal::Denied(denial)) = (self.carried_out, self.refusal) else {
            return;
        };
        match faults.wrong(denial.cause) {
            Some(Wrong::ShowsContent) => answer.body.extend(carried_out.body),
            Some(Wrong::ShowsMetadata) => {
                let own = carried_out
                    .headers
                    .iter()
                    .filter(|(name, _)| **name != CONTENT_TYPE);
                for (name, value) in own {
                    answer.headers.insert(name.clone(), value.clone());
                }
                // The length is that of what is sent; for HEAD, whose body is never sent, it tells of the object.
                if answer.body_length() > 0 {
                    answer.headers.remove(http::header::CONTENT_LENGTH);
                }
            }
            _ => {}
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            carried_out: None,
        }
    }
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        Refusal::from(rejection).into()
    }
}

/// What a denial says on the wire, with what is wrong about it.
pub(super) fn rendered<'a>(honest: Rendered<'a>, wrong: Option<&'a Wrong>) -> Rendered<'a> {
    match wrong {
        Some(Wrong::Status(status)) => Rendered {
            status: *status,
            ..honest
        },
        Some(Wrong::Code(code)) => Rendered { code, ..honest },
        Some(Wrong::Message(message)) => Rendered { message, ..honest },
        _ => honest,
    }
}

/// Spoils what surrounds the document of a refusal.
pub(super) fn distort(answer: &mut Answer, refusal: &Refusal, faults: &Faults) {
    let Refusal::Denied(denial) = refusal else {
        return;
    };
    match faults.wrong(denial.cause) {
        Some(Wrong::Bare) => {
            answer.body.clear();
            answer.headers.remove(HeaderName::from_static("x-oss-err"));
        }
        Some(Wrong::ContentType) => {
            let html = HeaderValue::from_static("text/html");
            answer.headers.insert(CONTENT_TYPE, html);
        }
        _ => {}
    }
}

/// Writes the elements of a refusal, as far as nothing is wrong with them.
pub(super) struct Leaves<'f> {
    xml: Writer,
    wrong: Option<&'f Wrong>,
}

impl<'f> Leaves<'f> {
    pub(super) fn new(wrong: Option<&'f Wrong>) -> Self {
        Self {
            xml: Writer::new("Error"),
            wrong,
        }
    }

    pub(super) fn leaf(&mut self, name: &'static str, text: &str) {
        match self.wrong {
            Some(Wrong::Missing(missing)) if missing == name => {}
            Some(Wrong::Altered(altered)) if altered == name => {
                self.xml.leaf(name, ALTERED);
            }
            _ => {
                self.xml.leaf(name, text);
            }
        }
    }

    pub(super) fn nested(&mut self, name: &'static str, children: &[(&'static str, String)]) {
        let is_wrong = |wrong: &String| wrong == name;
        if matches!(self.wrong, Some(Wrong::Missing(missing)) if is_wrong(missing)) {
            return;
        }
        let altered = matches!(self.wrong, Some(Wrong::Altered(altered)) if is_wrong(altered));
        self.xml.open(name);
        for (child, text) in children {
            self.xml.leaf(child, if altered { ALTERED } else { text });
        }
        self.xml.close();
    }

    pub(super) fn finish(self) -> String {
        self.xml.finish()
    }
}
