//! Below the map: what is wrong, the instances, what was not asked, how long it took, how to read all that.

use maud::{Markup, html};

use super::gathered::Gathered;
use super::map::escaped;
use super::{quoted, shown};
use crate::judge::verdict::{Facet, VerdictKind};
use crate::report::json::ResultFile;
use crate::report::lore::Lore;
use crate::report::style::{counted, grouped};

/// What is wrong, by cause, the worst first.
pub(super) fn wrong(gathered: &Gathered) -> Markup {
    if gathered.wrong.is_empty() {
        return html! {};
    }
    html! {
        section #wrong {
            h2 { "What is wrong" }
            p .hint { "The worst first. Each line leads to its instances, where the requests, the answers and what to do stand." }
            div .wide tabindex="0" role="region" aria-label="What is wrong" {
                table .list .stack {
                    thead { tr { th scope="col" { "how" } th scope="col" { "cause" } th scope="col" .number { "instances" } th scope="col" { "what happened" } } }
                    tbody {
                        @for (wrong, group) in &gathered.wrong {
                            tr {
                                td { span .tag .(tone(wrong.gravity)) { (words(wrong.verdict, wrong.facet)) } }
                                td {
                                    a href={ "#cause=" (escaped(&wrong.cause)) "&verdict=" (escaped(&name(wrong.verdict, wrong.facet))) } { (wrong.cause) }
                                }
                                td .number data-as="instances" { (grouped(group.count as u64)) }
                                td .reason { (quoted(&group.reason)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn tone(gravity: u8) -> &'static str {
    match gravity {
        0..=2 => "grave",
        3 => "bad",
        _ => "warn",
    }
}

fn name(verdict: VerdictKind, facet: Option<Facet>) -> String {
    match facet {
        Some(facet) => format!("{}/{}", verdict.name(), facet.name()),
        None => verdict.name().to_owned(),
    }
}

fn words(verdict: VerdictKind, facet: Option<Facet>) -> String {
    match facet {
        Some(facet @ (Facet::Granted | Facet::Effect | Facet::Leak)) => {
            format!("‼ {}", facet.name())
        }
        Some(facet) => format!("✗ {}", facet.name()),
        None => format!("? {}", verdict.name().replace('-', " ")),
    }
}

/// Where the script shows the instances.
pub(super) fn instances(gathered: &Gathered) -> Markup {
    let causes = gathered
        .causes
        .keys()
        .map(String::as_str)
        .collect::<Vec<_>>();
    let orders = ["worst first", "by name", "slowest first"];
    html! {
        section #instances {
            h2 tabindex="-1" { "Every instance" }
            div .filter role="search" {
                label .grow { "Search" input #q type="search" placeholder="a name, a message, a header …" autocomplete="off"; }
                label { "Verdict" select #verdict { option value="" { "all" } } }
                label { "Cause" (select("cause", &causes)) }
                label { "Signed with" (select("scheme", &gathered.columns())) }
                label { "Order" select #order { @for order in orders { option { (order) } } } }
                button #clear type="button" { "Clear" }
            }
            p #count role="status" {}
            div #about {}
            ol #list {}
            button #more type="button" hidden { "Show more" }
            noscript { p { "The instances are data that a script shows; without one this page has the sums alone." } }
        }
    }
}

fn select(id: &str, names: &[&str]) -> Markup {
    html! {
        select #(id) {
            option value="" { "all" }
            @for name in names { option { (name) } }
        }
    }
}

/// What was not claimed, or could not apply, and why.
pub(super) fn aside(head: &ResultFile, gathered: &Gathered) -> Markup {
    let scope = &head.scope;
    html! {
        section #aside {
            h2 { "What was not asked, and why" }
            @if gathered.aside.is_empty() {
                p { "Nothing: every instance that was selected was put to the target." }
            } @else {
                p .hint { "None of it counts as passed. It narrows what the level is stated for." }
                div .wide tabindex="0" role="region" aria-label="What was not asked" {
                    table .list .stack {
                        thead { tr { th scope="col" { "verdict" } th scope="col" { "why" } th scope="col" .number { "instances" } th scope="col" { "causes" } } }
                        tbody {
                            @for ((verdict, reason), group) in &gathered.aside {
                                tr {
                                    td { span .tag .aside { "– " (verdict.name().replace('-', " ")) } }
                                    td .reason { (quoted(reason)) }
                                    td .number data-as="instances" { (grouped(group.count as u64)) }
                                    td .reason data-as="causes" {
                                        @for (at, cause) in group.causes.iter().enumerate() {
                                            @if at > 0 { ", " }
                                            a href={ "#cause=" (escaped(cause)) "&verdict=" (verdict.name()) } { (cause) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            details {
                summary { "What the target claims: " (scope.claimed.len()) " of " (scope.claimed.len() + scope.not_claimed.len() + scope.retired.len()) " capabilities" }
                p { strong { "claimed: " } (shown(&scope.claimed.join(", "))) }
                @if !scope.not_claimed.is_empty() { p { strong { "not claimed: " } (shown(&scope.not_claimed.join(", "))) } }
                @if !scope.retired.is_empty() { p { strong { "retired there: " } (shown(&scope.retired.join(", "))) } }
            }
        }
    }
}

/// Upper ends of the bars of the histogram, in milliseconds.
const BARS: [f64; 11] = [
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 5000.0,
];

/// How long the instances took.
pub(super) fn times(head: &ResultFile, gathered: &Gathered) -> Markup {
    let mut times = gathered.times.clone();
    times.sort_by(f64::total_cmp);
    let at = |hundredth: usize| {
        times.get((times.len() * hundredth / 100).min(times.len().saturating_sub(1)))
    };
    let mut bars = [0usize; BARS.len() + 1];
    for ms in &times {
        bars[BARS.partition_point(|end| end < ms)] += 1;
    }
    let most = bars.iter().copied().max().unwrap_or_default().max(1);
    let first = bars.iter().position(|count| *count > 0).unwrap_or_default();
    let last = bars
        .iter()
        .rposition(|count| *count > 0)
        .unwrap_or_default();
    html! {
        section #times {
            h2 { "How long it took" }
            @if times.is_empty() {
                p { "Nothing was sent." }
            } @else {
                p {
                    (seconds(head.elapsed_ms)) " for " (grouped(head.summary.requests)) " requests. An instance, from its first request to its last: "
                    @for (hundredth, name) in [(50, "median "), (95, ", 95 of 100 within "), (100, ", longest ")] {
                        @if let Some(ms) = at(hundredth) { (name) strong { (milliseconds(*ms)) } }
                    }
                    ". Several run at the same time."
                }
                div .beside {
                    table .list {
                        caption { "Instances by duration" }
                        tbody {
                            @for bar in first..=last {
                                tr {
                                    th scope="row" { (bar_name(bar)) }
                                    td .number { (grouped(bars[bar] as u64)) }
                                    td { svg .bar width="160" height="10" aria-hidden="true" { rect width=(bars[bar] * 160 / most) height="10" {} } }
                                }
                            }
                        }
                    }
                    table .list {
                        caption { "The slowest" }
                        tbody {
                            @for (ms, id) in &gathered.slowest {
                                tr { td .number { (milliseconds(*ms)) } td .reason { a href={ "#id=" (escaped(id)) } { (id) } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn bar_name(bar: usize) -> String {
    match (bar.checked_sub(1).map(|at| BARS[at]), BARS.get(bar)) {
        (Some(from), Some(to)) => format!("{from}–{to} ms"),
        (None, Some(to)) => format!("to {to} ms"),
        (from, None) => format!("more than {} ms", from.unwrap_or_default()),
    }
}

fn milliseconds(ms: f64) -> String {
    if ms < 1000.0 {
        format!("{ms:.1} ms")
    } else {
        format!("{:.2} s", ms / 1000.0)
    }
}

#[allow(clippy::cast_precision_loss, reason = "a duration for people")]
fn seconds(ms: u64) -> String {
    format!("{:.1} s", ms as f64 / 1000.0)
}

/// How to read the page.
pub(super) fn reading() -> Markup {
    let levels = [
        (
            "1 Secure",
            "every refusal was one: nothing granted, no effect, no leak, nothing unanswered",
        ),
        ("2 Codes", "and has the documented status and code"),
        ("3 Messages", "and the documented message"),
        ("4 Exact", "and the whole envelope and its headers"),
    ];
    let verdicts = [
        (
            "conformant",
            "the base request succeeded, the edited one was refused exactly so, nothing changed",
        ),
        (
            "deviates",
            "in its worst facet: granted, effect, leak, unanswered, status, code, message, envelope",
        ),
        (
            "not provoked",
            "what had to succeed before did not, so that nothing is proven; it counts against the target",
        ),
        (
            "not claimed, not applicable",
            "the target does not have it; never counted as passed",
        ),
        ("flaky", "differed between attempts"),
        (
            "harness error",
            "the fault of the harness or of the network",
        ),
    ];
    html! {
        section #reading {
            h2 { "How to read this" }
            p {
                "Each instance is a twin: a " strong { "base" } " request that must succeed, " strong { "one edit" } ", and then exactly the refusal that OSS documents. "
                "So a refusal for the wrong reason is not taken for the right one, and what was not asked is never green."
            }
            details {
                summary { "Levels and verdicts" }
                dl .terms {
                    @for (term, says) in levels.iter().chain(&verdicts) { dt { (term) } dd { (says) } }
                }
            }
        }
    }
}

pub(super) fn footer(head: &ResultFile, lore: &Lore) -> Markup {
    let target = head.target.profile.as_deref();
    let filters: String = head
        .selection
        .filters
        .iter()
        .map(|filter| format!(" {filter}"))
        .collect();
    let target = target
        .map(|file| format!(" --target {file}"))
        .unwrap_or_default();
    let again = shown(&format!("oss403 run{filters}{target} --seed {}", head.seed));
    let is_other = !lore.hash.is_empty() && lore.hash != head.suite.hash;
    html! {
        footer {
            p { "To see it again: " code { (again) } }
            p { (shown(&head.tool.name)) " " (shown(&head.tool.version)) ", suite " (shown(&head.suite.revision)) ", SHA-256 " code { (shown(&head.suite.hash)) } ", seed " (head.seed) }
            @if is_other {
                p { "What causes mean and where their answers are known from is told from other case files than those of the run: SHA-256 " code { (shown(&lore.hash)) } "." }
            }
            @for note in &head.summary.notes { p { (quoted(note)) } }
            @if !head.summary.left_behind.is_empty() {
                details {
                    summary { "What the run could not remove: " (counted(head.summary.left_behind.len(), "thing")) }
                    ul { @for thing in &head.summary.left_behind { li { code { (shown(thing)) } } } }
                }
            }
            p { "Anybody can write a page. What it says can be checked against the result that it was made of." }
        }
    }
}
