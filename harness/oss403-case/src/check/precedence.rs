//! Scenarios with two faults at once: that they say which answer comes first, and how that is known.

use crate::decode::Problem;
use crate::document::problem;
use crate::listed::Listed;
use crate::model::{Before, CaseFile, Edit, OrderBasis, Scenario};
use crate::place::{Part, Path};
use crate::suggest;

/// Checks `before`, and that several edits are made for its sake alone.
pub(super) fn check(
    scenario: &Scenario,
    head: Option<&CaseFile>,
    listed: &[Listed],
    found: &mut Vec<Problem>,
) {
    let Some(before) = &scenario.before else {
        if matches!(scenario.edit, Edit::All(_)) {
            let help = "say which answer has to come first: `before: { cause: …, order: documented, source: … }`; or make one edit";
            let message = "a twin has one edit; several are for scenarios with two faults at once";
            let path = Path::from(["edit", Edit::ALL]);
            found.push(problem(path, Part::Key, message).help(help));
        }
        return;
    };
    let top = Path::from(["before"]);
    other(before, head, listed, &top, found);
    if before.source.trim().is_empty() {
        let message = "`source` says where the order is known from";
        found.push(problem(top.then("source"), Part::Value, message));
    }
    if before.order == OrderBasis::Inferred && !scenario.reference_only {
        let help = "mark the scenario `reference-only: true`, or name the page or the sighting that shows the order";
        let message = "an order that is only inferred cannot be held against a foreign server";
        found.push(problem(top.then("order"), Part::Value, message).help(help));
    }
}

/// The other answer: a cause of the lists that is not the file's own, or a status and a code.
fn other(
    before: &Before,
    head: Option<&CaseFile>,
    listed: &[Listed],
    top: &Path,
    found: &mut Vec<Problem>,
) {
    let mut say = |key: &str, message: String, help: String| {
        found.push(problem(top.then(key), Part::Value, message).help(help));
    };
    match (&before.cause, &before.answer) {
        (Some(cause), None) => {
            if head.is_some_and(|head| head.cause == *cause) {
                let message = format!("`{cause}` is the cause of this file");
                let help = "name the cause that would answer if the order were wrong; the scenario belongs to the file of the other one";
                say("cause", message, help.into());
            } else if !listed.iter().any(|row| row.id == *cause) {
                let causes = listed.iter().map(|row| row.id.as_str());
                let help = suggest::help(cause, causes, "causes");
                say("cause", format!("unknown cause `{cause}`"), help);
            }
        }
        (None, Some(answer)) => {
            let parts = answer.split_once(' ');
            let is_answer = parts.is_some_and(|(status, code)| {
                let status = status
                    .parse()
                    .is_ok_and(|status: u16| (300..600).contains(&status));
                status && !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
            if !is_answer {
                let message = format!("`{answer}` is no status with a code");
                say("answer", message, "for example `404 NoSuchKey`".into());
            } else if answer.starts_with("403") {
                let help = "name its cause: `cause: …`";
                say("answer", "a 403 has a cause".into(), help.into());
            }
        }
        _ => {
            let message = "`before` names either a `cause` or an `answer`";
            found.push(problem(top.clone(), Part::Key, message));
        }
    }
}
