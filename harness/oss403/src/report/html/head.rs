//! The top of the page: what was tested, for what, how well, and against what it was not.

use maud::{Markup, html};

use super::gathered::{Gathered, Wrong};
use super::shell::tools;
use super::{quoted, shown};
use crate::judge::scope::shortened;
use crate::judge::verdict::{Facet, VerdictKind};
use crate::report::json::{ResultFile, Sums};
use crate::report::style::{counted, grouped};

/// The verdict in a few words, with what it is stated for: `Level 4 Exact, for 5 of 51 causes`.
pub(super) fn verdict(head: &ResultFile) -> String {
    let scope = &head.scope;
    match head.summary.level {
        Some(number) if head.summary.complete => format!("Level {number} {}", level_name(number)),
        Some(number) if scope.tested < scope.causes => format!(
            "Level {number} {}, for {} of {}",
            level_name(number),
            scope.tested,
            counted(scope.causes, "cause")
        ),
        Some(number) if scope.not_claimed.is_empty() => format!(
            "Level {number} {}, without what is retired there",
            level_name(number)
        ),
        Some(number) => format!(
            "Level {number} {}, without what it does not claim",
            level_name(number)
        ),
        None => "No level".to_owned(),
    }
}

fn level_name(number: u8) -> &'static str {
    match number {
        1 => "Secure",
        2 => "Codes",
        3 => "Messages",
        _ => "Exact",
    }
}

/// What the levels mean, for whoever reads nothing else.
fn level_says(number: u8, is_complete: bool) -> String {
    let what = if is_complete {
        "Everything that must be refused"
    } else {
        "What was asked and must be refused"
    };
    let how = match number {
        1 => {
            "is refused, without effect and without a leak. Some refusals have another status or code than OSS's."
        }
        2 => "is refused, with the status and the code of OSS. Some messages differ.",
        3 => {
            "is refused, with the status, code and message of OSS. Some envelopes or headers differ."
        }
        _ => {
            "is refused exactly as OSS does it: same status, code, message and envelope, without effect and without a leak."
        }
    };
    let rest = if is_complete {
        ""
    } else {
        " That is no statement about the rest."
    };
    format!("{what} {how}{rest}")
}

pub(super) fn section(head: &ResultFile, gathered: &Gathered) -> Markup {
    let summary = &head.summary;
    let tone = match (summary.level, gathered.wrong.is_empty()) {
        (Some(4), true) if summary.complete => "good",
        (Some(4), true) => "part",
        (Some(_), _) => "fair",
        (None, true) => "open",
        (None, false) => "bad",
    };
    html! {
        header .top {
            (tools())
            p .kicker { "Does it say no the way OSS says no?" }
            h1 { (shown(&head.target.name)) }
            div .verdict .(tone) {
                p .badge {
                    span .mark aria-hidden="true" { (mark(tone)) }
                    " " (verdict(head))
                    @if summary.complete && summary.level.is_some() { span .complete { "complete" } }
                }
                (says(head, gathered))
                @if head.target.is_reference() { p .why { "Of " (reference(head)) ", not of a product." } }
            }
            (alarms(head))
            (facts(head, gathered))
            (counts(&summary.instances, gathered))
        }
    }
}

/// What the reference server is called, with what it was made wrong in.
fn reference(head: &ResultFile) -> String {
    let wrong = head.target.made_wrong();
    let wrong = wrong.map(|wrong| format!(", made wrong on purpose ({})", shown(wrong)));
    format!(
        "the reference server of oss403{}",
        wrong.unwrap_or_default()
    )
}

fn mark(tone: &str) -> &'static str {
    match tone {
        "good" => "✓",
        "part" => "◔",
        "fair" => "◐",
        "open" => "○",
        _ => "✗",
    }
}

fn says(head: &ResultFile, gathered: &Gathered) -> Markup {
    let summary = &head.summary;
    html! {
        @if let Some(number) = summary.level {
            p .says { (level_says(number, summary.complete)) }
        } @else if gathered.times.is_empty() {
            p .says { "Nothing was asked." }
        } @else if gathered.wrong.is_empty() {
            p .says { "What was asked was refused as OSS refuses it. That is no statement about the rest." }
        } @else {
            ul .says {
                @for (wrong, count) in together(gathered) {
                    li { (what_is_wrong(wrong.0, wrong.1, count)) }
                }
            }
        }
        @if let Some(why) = &summary.no_level {
            p .why { "Why there is no level: " (quoted(why)) "." }
        }
    }
}

/// What is wrong by verdict and facet, the worst first.
fn together(gathered: &Gathered) -> Vec<((VerdictKind, Option<Facet>), usize)> {
    let mut sums: Vec<((VerdictKind, Option<Facet>), usize)> = Vec::new();
    for (Wrong { verdict, facet, .. }, group) in &gathered.wrong {
        let key = (*verdict, *facet);
        match sums.iter_mut().find(|(known, _)| *known == key) {
            Some((_, count)) => *count += group.count,
            None => sums.push((key, group.count)),
        }
    }
    sums
}

/// A kind of failure as a sentence with its number.
fn what_is_wrong(verdict: VerdictKind, facet: Option<Facet>, count: usize) -> String {
    let refusals = counted(count, "refusal");
    let requests = counted(count, "request");
    let one = count == 1;
    let (has, is, leaves) = if one {
        ("has", "is", "shows")
    } else {
        ("have", "are", "show")
    };
    match (verdict, facet) {
        (VerdictKind::Deviates, Some(Facet::Granted)) => {
            format!("{requests} that OSS refuses {is} granted")
        }
        (VerdictKind::Deviates, Some(Facet::Effect)) => {
            format!("{refusals} {has} an effect all the same")
        }
        (VerdictKind::Deviates, Some(Facet::Leak)) => {
            format!("{refusals} {leaves} what should stay hidden")
        }
        (VerdictKind::Deviates, Some(Facet::Unanswered)) => {
            format!("{requests} that OSS refuses {is} not answered readably")
        }
        (VerdictKind::Deviates, Some(facet)) => {
            let article = if facet == Facet::Envelope {
                ""
            } else {
                "another "
            };
            let what = if facet == Facet::Envelope {
                "an envelope or headers that differ"
            } else {
                facet.name()
            };
            format!("{refusals} {has} {article}{what}")
        }
        (VerdictKind::Deviates, None) => format!("{refusals} {has} another form"),
        (VerdictKind::NotProvoked, _) => {
            format!("{requests} could not be put to the test: what must succeed before did not")
        }
        (VerdictKind::Flaky, _) => format!("{requests} {is} answered once so, once otherwise"),
        _ => format!("{requests} failed for reasons of the harness or the network"),
    }
}

/// What a reader must know before anything else.
fn alarms(head: &ResultFile) -> Markup {
    let summary = &head.summary;
    let mut said: Vec<String> = head.unfinished_because().into_iter().collect();
    said.extend(summary.unmet.iter().cloned());
    let selection = &head.selection;
    if !selection.filters.is_empty() {
        said.push(format!(
            "only a part was run: {}",
            selection.filters.join(" ")
        ));
    }
    if let Some(part) = &selection.partition {
        said.push(format!("only part {part} of the suite was run"));
    }
    let left = summary.left_behind.len();
    if left > 0 {
        said.push(format!(
            "{} could not be removed from the target",
            counted(left, "thing")
        ));
    }
    html! {
        @if !said.is_empty() {
            ul .alarms { @for said in &said { li { strong { "Note: " } (quoted(said)) } } }
        }
    }
}

fn facts(head: &ResultFile, gathered: &Gathered) -> Markup {
    let summary = &head.summary;
    let when = head
        .started
        .get(..16)
        .unwrap_or(&head.started)
        .replace('T', " ");
    let scope = &head.scope;
    let mut signed = gathered.columns();
    signed.retain(|name| gathered.sent.contains(*name) && is_scheme(name));
    html! {
        dl .facts {
            div {
                dt { "What was tested" }
                dd { strong { (shown(&head.target.name)) } " at " code { (shown(&head.target.endpoint)) } br; small { (shown(&when)) " UTC" }
                    @if head.target.is_reference() { br; strong { "This is " (reference(head)) ", not a product." } }
                }
            }
            div {
                dt { "For what" }
                dd {
                    strong { (scope.tested) " of " (counted(scope.causes, "cause")) " of a refusal" } ", revision " code { (shown(&head.suite.revision)) }
                    @if !signed.is_empty() { br; small { "signed with " (signed.join(", ")) } }
                }
            }
            div {
                dt { "How well" }
                dd {
                    strong { (grouped(summary.causes.conformant as u64)) " of " (counted(summary.causes.total, "cause")) } " conformant"
                    br; small { (grouped(summary.instances.conformant as u64)) " of " (counted(summary.instances.total, "instance")) ", " (grouped(summary.requests)) " requests" }
                }
            }
            div {
                dt { "Against what not" }
                dd { (untested(head)) }
            }
        }
    }
}

fn is_scheme(name: &str) -> bool {
    !matches!(name, "none" | super::gathered::UNSAID)
}

fn untested(head: &ResultFile) -> Markup {
    let scope = &head.scope;
    let names = |names: &[String]| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        shown(&shortened(&names).join(", "))
    };
    let open = scope.causes.saturating_sub(scope.tested);
    html! {
        @if open == 0 && scope.not_claimed.is_empty() && scope.retired.is_empty() {
            strong { "Nothing" } ": every cause was claimed and tested"
        } @else {
            strong { (counted(open, "cause")) " of " (scope.causes) } " not tested"
            @if !scope.not_claimed.is_empty() { br; small { "not claimed: " (names(&scope.not_claimed)) } }
            @if !scope.retired.is_empty() { br; small { "retired there: " (names(&scope.retired)) } }
        }
    }
}

/// The numbers, each a link to its instances.
fn counts(sums: &Sums, gathered: &Gathered) -> Markup {
    let known = [
        ("conformant", sums.conformant, "good", "✓"),
        ("deviates", sums.deviates, "bad", "✗"),
        ("not-provoked", sums.not_provoked, "warn", "?"),
        ("flaky", sums.flaky, "warn", "~"),
        ("harness-error", sums.harness_error, "warn", "!"),
        ("not-claimed", sums.not_claimed, "aside", "–"),
        ("not-applicable", sums.not_applicable, "aside", "–"),
        ("disabled", sums.disabled, "aside", "–"),
    ];
    html! {
        nav .counts aria-label="Instances by verdict" {
            a href="#verdict=" { strong { (grouped(gathered.total as u64)) } " instances" }
            @for (name, count, tone, mark) in known {
                @if count > 0 {
                    a .(tone) href={ "#verdict=" (name) } {
                        span aria-hidden="true" { (mark) " " } strong { (grouped(count as u64)) } " " (name.replace('-', " "))
                    }
                }
            }
            @if sums.unfinished > 0 { span { strong { (sums.unfinished) } " not done" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_have_the_names_of_the_manual_and_no_two_tones_the_same_mark() {
        let names = [1, 2, 3, 4].map(level_name);
        assert_eq!(names, ["Secure", "Codes", "Messages", "Exact"]);
        let mut marks = ["good", "part", "fair", "open", "bad"].map(mark).to_vec();
        marks.sort_unstable();
        marks.dedup();
        assert_eq!(marks.len(), 5);
        assert!(!marks.contains(&""));
    }
}
