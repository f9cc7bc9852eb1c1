//! Which documented causes a saved answer fits, best first, and why.

use std::sync::Arc;

use super::saved::SavedAnswer;
use crate::judge::message;
use oss403_case::Ledger;
use oss403_case::ledger::{ANY_MESSAGE, Entry};
use oss403_case::model::{CaseFile, Source};

/// What a saved answer says, and what it fits.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// HTTP status, when known.
    pub status: Option<u16>,
    /// The `Code` element.
    pub code: String,
    /// The `Message` element.
    pub message: String,
    /// The EC, from `x-oss-ec` or the body.
    pub ec: Option<String>,
    /// The `RequestId` element.
    pub request_id: Option<String>,
    /// Causes that fit, best first.
    pub candidates: Vec<Candidate>,
    /// How many causes share the code alone, when nothing more telling fits.
    pub same_code: usize,
}

/// A cause that fits.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The cause.
    pub file: Arc<CaseFile>,
    /// In what it fits, each a fragment.
    pub why: Vec<String>,
    weight: Weight,
}

/// What counts, in this order: message and code together, that the message is not only an alternative, the message, the EC; then how
/// much of the message was recognised.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Weight {
    message_and_code: bool,
    own_message: bool,
    message: bool,
    ec: bool,
    recognised: usize,
    code: bool,
}

/// Holds a saved answer against every cause of the ledger.
pub fn diagnose(ledger: &Ledger, saved: &SavedAnswer) -> Diagnosis {
    let text = |name: &str| {
        saved
            .envelope
            .text(name)
            .map(str::trim)
            .unwrap_or_default()
            .to_owned()
    };
    let (code, message) = (text("Code"), text("Message"));
    let ec = saved.ec().map(str::to_owned);
    let mut candidates: Vec<Candidate> = ledger
        .entries()
        .iter()
        .map(|entry| candidate(entry, &code, &message, ec.as_deref()))
        .filter(|candidate| candidate.weight.message || candidate.weight.ec)
        .collect();
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.weight));
    Diagnosis {
        status: saved.status,
        same_code: ledger.causes().filter(|file| file.code == code).count(),
        request_id: Some(text("RequestId")).filter(|id| !id.is_empty()),
        code,
        message,
        ec,
        candidates,
    }
}

fn candidate(entry: &Entry, code: &str, observed: &str, ec: Option<&str>) -> Candidate {
    let file = &entry.file;
    let mut why = Vec::new();
    let mut weight = Weight {
        code: file.code == code,
        ..Weight::default()
    };
    for (form, is_own) in forms(entry) {
        // A form without a message of its own says nothing about this one.
        let fits = form
            .message
            .is_some_and(|known| message::matches(known, observed));
        // A text that nobody has seen is no mark of this cause, unless the code is.
        let fits = fits && (form.message != Some(ANY_MESSAGE) || form.code == code);
        let recognised = form.message.map_or(0, |known| known.chars().count());
        let own_message = form
            .message
            .is_some_and(|known| known.starts_with(&file.message));
        let rank = (form.code == code, own_message, recognised);
        if fits
            && rank
                > (
                    weight.message_and_code,
                    weight.own_message,
                    weight.recognised,
                )
        {
            weight.message = true;
            weight.own_message = own_message;
            weight.message_and_code |= form.code == code;
            weight.recognised = recognised;
            why.clear();
            why.push(match (form.code == code, is_own) {
                (true, true) => "code and message are those documented".to_owned(),
                (true, false) => "code and message are another known form of its answer".to_owned(),
                (false, _) => format!(
                    "the message is its own, though the documented code is {}",
                    form.code
                ),
            });
        }
    }
    if let Some(ec) = ec
        && every_source(file).any(|source| names(source, ec))
    {
        weight.ec = true;
        why.push(format!("EC {ec} is named by its sources"));
    }
    Candidate {
        file: Arc::clone(file),
        why,
        weight,
    }
}

struct Form<'a> {
    code: &'a str,
    message: Option<&'a str>,
}

/// The forms of a cause's answer; the first is its own. A scenario's message continues the cause's and is the more telling.
fn forms(entry: &Entry) -> impl Iterator<Item = (Form<'_>, bool)> {
    let file = &*entry.file;
    let own = Form {
        code: &file.code,
        message: Some(&file.message),
    };
    let others = file.alternatives.iter().map(|other| Form {
        code: other.code.as_ref().unwrap_or(&file.code),
        message: other.message.as_deref().or(Some(&file.message)),
    });
    let longer = entry.templates.iter().filter_map(|template| {
        let message = template.body().get("expect")?.get("message")?.as_str()?;
        // Axes and placeholders stand for what is not known here.
        (!message.contains(['$', '`'])).then_some(Form {
            code: &file.code,
            message: Some(message),
        })
    });
    std::iter::once((own, true))
        .chain(others.map(|form| (form, false)))
        .chain(longer.map(|form| (form, true)))
}

fn every_source(file: &CaseFile) -> impl Iterator<Item = &Source> {
    file.sources
        .iter()
        .chain(file.alternatives.iter().flat_map(|other| &other.sources))
}

/// Whether a source names the EC. One that the service might have invented must not match by being short.
fn names(source: &Source, ec: &str) -> bool {
    let well_formed =
        ec.len() == 13 && ec.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let texts = [&source.page, &source.r#ref, &source.says];
    well_formed && texts.into_iter().flatten().any(|text| text.contains(ec))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(body: &str) -> (Diagnosis, Option<String>) {
        let ledger = Ledger::embedded().expect("the embedded ledger is sound");
        let saved = SavedAnswer::read(format!("<Error>{body}</Error>").as_bytes()).unwrap();
        let diagnosis = diagnose(&ledger, &saved);
        let first = diagnosis
            .candidates
            .first()
            .map(|candidate| candidate.file.cause.clone());
        (diagnosis, first)
    }

    #[test]
    fn answers_from_the_wire_lead_to_their_causes() {
        // Each as it was seen in public; the last three have a code or a text that the documentation gives otherwise.
        for (code, message, cause) in [
            ("AccessDenied", "Request has expired.", "url-auth-expired"),
            (
                "AccessDenied",
                "You have no right to access this object because of bucket acl.",
                "bucket-acl",
            ),
            (
                "AccessDenied",
                "You have no right to access this object.",
                "object-no-right",
            ),
            (
                "InvalidAccessKeyId",
                "The OSS Access Key Id you provided does not exist in our records.",
                "access-key-unknown",
            ),
            (
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
                "signature-mismatch",
            ),
            ("UserDisable", "UserDisable", "user-disabled"),
            (
                "AccessDenied",
                "The bucket you access does not belong to you.",
                "bucket-not-belong",
            ),
            (
                "AccessDenied",
                "Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters",
                "url-auth-missing-parameter",
            ),
            (
                "AccessDenied",
                "The bucket you attempting to access must be addressed",
                "",
            ),
        ] {
            let (_, first) = best(&format!("<Code>{code}</Code><Message>{message}</Message>"));
            assert_eq!(first.as_deref().unwrap_or_default(), cause, "{message}");
        }
    }

    #[test]
    fn the_more_telling_of_two_conditions_comes_first() {
        let message = r#"Invalid according to Policy: Policy Condition failed: ["eq", "$Content-Type", "image/png"]"#;
        let (_, first) = best(&format!(
            "<Code>AccessDenied</Code><Message>{message}</Message>"
        ));
        assert_eq!(first.as_deref(), Some("post-policy-content-type"));
    }

    #[test]
    fn an_unknown_answer_keeps_what_it_says() {
        let (diagnosis, first) =
            best("<Code>NewThing</Code><Message>Nobody knows.</Message><EC>0099-00000001</EC>");
        assert_eq!(first, None);
        assert_eq!(
            (diagnosis.code.as_str(), diagnosis.message.as_str()),
            ("NewThing", "Nobody knows.")
        );
        assert_eq!(diagnosis.ec.as_deref(), Some("0099-00000001"));
    }

    #[test]
    fn the_ec_alone_is_a_hint() {
        let (diagnosis, first) =
            best("<Code>AccessDenied</Code><Message>?</Message><EC>0002-00000069</EC>");
        assert_eq!(first.as_deref(), Some("url-auth-expired"));
        assert!(diagnosis.candidates[0].why[0].contains("0002-00000069"));
    }
}
