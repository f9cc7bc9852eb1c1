//! Which documented causes an answer fits: below the diagnosis of a saved answer, and below a verdict that says which other cause an
//! answer really is.

use std::sync::Arc;

use super::expected::{Expected, Observed};
use super::message::matches;
use oss403_case::Ledger;
use oss403_case::ledger::{ANY_MESSAGE, Entry};
use oss403_case::model::{CaseFile, Source};

/// What an error answer says.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The `Code` element.
    pub code: &'a str,
    /// The `Message` element.
    pub message: &'a str,
    /// The EC.
    pub ec: Option<&'a str>,
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

/// Every cause whose message or EC the answer has, best first.
pub fn candidates(ledger: &Ledger, said: &Said<'_>) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = ledger
        .entries()
        .iter()
        .map(|entry| candidate(entry, said))
        .filter(|candidate| candidate.weight.message || candidate.weight.ec)
        .collect();
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.weight));
    candidates
}

/// The causes other than `own` whose answer this is in status, code and message, their ids sorted. Of several the most telling message
/// counts, and then the EC. There is none when it is the answer that was due, or another form of the answer of `own`.
pub fn other_causes(
    ledger: &Ledger,
    observed: &Observed,
    own: &str,
    due: Option<&Expected>,
) -> Vec<String> {
    let (Some(status), Some(code), Some(message)) =
        (observed.status, &observed.code, &observed.message)
    else {
        return Vec::new();
    };
    let is_due = |due: &Expected| {
        due.forms()
            .any(|(due, known, text)| due == status && known == code && matches(text, message))
    };
    if due.is_some_and(is_due) {
        return Vec::new();
    }
    let said = Said {
        code,
        message,
        ec: observed.ec.as_deref(),
    };
    let mut fit = candidates(ledger, &said);
    fit.retain(|candidate| {
        let file = &candidate.file;
        let mut others = file.alternatives.iter();
        let has_status = file.status == status || others.any(|form| form.status == Some(status));
        has_status && candidate.weight.message_and_code
    });
    let told = fit
        .iter()
        .map(|candidate| candidate.weight.recognised)
        .max();
    fit.retain(|candidate| Some(candidate.weight.recognised) == told);
    if fit.iter().any(|candidate| candidate.weight.ec) {
        fit.retain(|candidate| candidate.weight.ec);
    }
    if fit.iter().any(|candidate| candidate.file.cause == own) {
        return Vec::new();
    }
    let mut causes: Vec<String> = fit
        .into_iter()
        .map(|candidate| candidate.file.cause.clone())
        .collect();
    causes.sort_unstable();
    causes
}

fn candidate(entry: &Entry, said: &Said<'_>) -> Candidate {
    let file = &entry.file;
    let Said { code, message, ec } = *said;
    let mut why = Vec::new();
    let mut weight = Weight {
        code: file.code == code,
        ..Weight::default()
    };
    for (form, is_own) in forms(entry) {
        // A form without a message of its own says nothing about this one.
        let fits = form.message.is_some_and(|known| matches(known, message));
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
