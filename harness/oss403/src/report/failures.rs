//! The failures of a run, for people: each with what is at fault and what to do about it, equal reasons of several causes once.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::diff;
use super::entry::{Entry, Sent, StringsToSign};
use super::style::{Style, Tone, counted, harmless, no_commands};
use super::terminal::{expected_in_words, mark, observed_in_words};
pub(super) use crate::judge::normalise::in_common;
use crate::judge::verdict::{Facet, VerdictKind};

/// Failures of each cause that are shown in full unless somebody asks for more.
pub(super) const SHOWN: usize = 3;
/// Reasons that are told apart within a cause. A server that gives another one each time must not fill the memory.
const REASONS: usize = 64;

/// Collects failures, of which it keeps as many as will be shown.
#[derive(Debug)]
pub(super) struct Failures {
    /// Most that are shown of a cause; `None` for all.
    most: Option<usize>,
    /// By cause and reason.
    causes: BTreeMap<String, BTreeMap<Why, Group>>,
}

/// What failures have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Why {
    verdict: VerdictKind,
    facet: Option<Facet>,
    /// The reason without what differs from one instance to the next; empty for those that are not told apart.
    reason: String,
}

/// Failures of one cause for one reason.
#[derive(Debug, Default)]
struct Group {
    count: usize,
    /// The first by id.
    first: BTreeMap<String, Entry>,
}

impl Failures {
    pub(super) fn new(most: Option<usize>) -> Self {
        Self {
            most,
            causes: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, entry: Entry) {
        let reasons = self.causes.entry(entry.cause.clone()).or_default();
        let mut why = Why::of(&entry);
        if reasons.len() >= REASONS && !reasons.contains_key(&why) {
            why.reason.clear();
        }
        let group = reasons.entry(why).or_default();
        group.count += 1;
        group.first.insert(entry.id.clone(), entry);
        // One is needed at least to show what they have in common, and a few for their ids.
        if self
            .most
            .is_some_and(|most| group.first.len() > most.max(SHOWN))
        {
            group.first.pop_last();
        }
    }

    pub(super) fn render(&self, text: &mut String, style: Style) {
        let shared = self.shared();
        for reasons in self.causes.values() {
            let own = reasons.iter().filter(|(why, _)| !shared.contains_key(why));
            let groups: Vec<&Group> = own.map(|(_, group)| group).collect();
            let count: usize = groups.iter().map(|group| group.count).sum();
            let mut entries: Vec<&Entry> = groups
                .iter()
                .flat_map(|group| group.first.values())
                .collect();
            entries.sort_unstable_by(|a, b| a.id.cmp(&b.id));
            entries.truncate(self.most.unwrap_or(usize::MAX));
            for entry in &entries {
                text.push('\n');
                failure(text, entry, style);
            }
            if count > entries.len() {
                let more = counted(count - entries.len(), "more failure");
                let more = format!("… and {more} of this cause (`--failures all` shows them)");
                text.push('\n');
                for line in style.wrap(&more, 0) {
                    let _ = writeln!(text, "{}", style.paint(Tone::Faint, &line));
                }
            }
        }
        let mut shared: Vec<_> = shared.into_iter().collect();
        let count = |groups: &[(&str, &Group)]| groups.iter().map(|(_, group)| group.count).sum();
        shared.sort_by_key(|(_, groups)| std::cmp::Reverse::<usize>(count(groups)));
        for (why, groups) in shared {
            text.push('\n');
            self.together(text, why, &groups, count(&groups), style);
        }
    }

    /// The reasons that several causes have in common, with the causes. That something was granted, done or shown is never one thing.
    fn shared(&self) -> BTreeMap<&Why, Vec<(&str, &Group)>> {
        let mut shared: BTreeMap<&Why, Vec<(&str, &Group)>> = BTreeMap::new();
        if self.most.is_none() {
            return shared;
        }
        for (cause, reasons) in &self.causes {
            for (why, group) in reasons {
                shared.entry(why).or_default().push((cause, group));
            }
        }
        let grave = [Facet::Granted, Facet::Effect, Facet::Leak].map(Some);
        shared.retain(|why, groups| {
            groups.len() > 1 && !why.reason.is_empty() && !grave.contains(&why.facet)
        });
        shared
    }

    /// Failures of several causes for one reason.
    fn together(
        &self,
        text: &mut String,
        why: &Why,
        groups: &[(&str, &Group)],
        count: usize,
        style: Style,
    ) {
        let mut entries: Vec<&Entry> = groups
            .iter()
            .flat_map(|(_, group)| group.first.values())
            .collect();
        entries.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        let name = format!(
            "{} of {}",
            counted(count, "instance"),
            counted(groups.len(), "cause")
        );
        head(text, &name, (why.verdict, why.facet), style);
        indented(text, &why.reason, style);
        let shown = self.most.unwrap_or(SHOWN).max(SHOWN);
        for entry in entries.iter().take(shown) {
            for line in style.wrap_id(&harmless(&entry.id), 6) {
                let _ = writeln!(text, "{line}");
            }
        }
        if count > shown {
            let _ = writeln!(
                text,
                "      … and {}",
                counted(count - shown, "more instance")
            );
        }
        if let Some(first) = entries.first() {
            let heading = format!("the first of them, `{}`:", harmless(&first.id));
            indented(text, &heading, style);
            facts(text, first, style);
        }
    }
}

impl Why {
    fn of(entry: &Entry) -> Self {
        Self {
            verdict: entry.verdict,
            facet: entry.facet,
            reason: in_common(entry.reason.lines().next().unwrap_or_default()),
        }
    }
}

/// A mark, a name and a verdict, on one line where that fits.
pub(super) fn head(
    text: &mut String,
    name: &str,
    what: (VerdictKind, Option<Facet>),
    style: Style,
) {
    head_with(text, name, mark(Some(what.0)), &verdict(what), style);
}

/// `deviates: code`.
pub(super) fn verdict(what: (VerdictKind, Option<Facet>)) -> String {
    match what.1 {
        Some(facet) => format!("{}: {}", what.0.name(), facet.name()),
        None => what.0.name().to_owned(),
    }
}

/// The same with a mark and words of its own.
pub(super) fn head_with(
    text: &mut String,
    name: &str,
    (mark, tone): (&str, Tone),
    verdict: &str,
    style: Style,
) {
    let fits = name.chars().count() + verdict.len() + 4 <= style.width;
    let lines = style.wrap_id(name, 2);
    let _ = write!(text, "{} ", style.paint(tone, mark));
    for (number, line) in lines.iter().enumerate() {
        let line = if number == 0 { line.trim_start() } else { line };
        let _ = write!(
            text,
            "{}{}",
            if number == 0 { "" } else { "\n" },
            style.paint(Tone::Strong, line)
        );
    }
    let _ = writeln!(
        text,
        "{}{}",
        if fits { "  " } else { "\n    " },
        style.paint(tone, verdict)
    );
}

fn indented(text: &mut String, words: &str, style: Style) {
    for line in style.wrap(&harmless(words), 4) {
        let _ = writeln!(text, "{line}");
    }
}

fn failure(text: &mut String, entry: &Entry, style: Style) {
    head(
        text,
        &harmless(&entry.id),
        (entry.verdict, entry.facet),
        style,
    );
    indented(text, &entry.reason, style);
    facts(text, entry, style);
}

/// Lines as long as they are: whoever shows a report wraps them.
const WIDE: Style = Style {
    color: false,
    width: usize::MAX,
};

/// What a terminal shows of a failure, and of everything else what was due and what came. No line of it is a command to a CI server.
pub(super) fn unwrapped(entry: &Entry) -> String {
    let mut text = format!("{}\n", entry.reason.trim_end());
    if entry.verdict.is_failure() {
        facts(&mut text, entry, WIDE);
    } else {
        let expected = expected_in_words(&entry.expected);
        let observed = observed_in_words(&entry.observed);
        let _ = writeln!(text, "expected  {expected}\nobserved  {observed}");
    }
    no_commands(&text)
}

/// What was due and what came, in what they differ, and the requests at fault.
fn facts(text: &mut String, entry: &Entry, style: Style) {
    if entry.verdict == VerdictKind::Deviates {
        fact(text, "expected", &expected_in_words(&entry.expected), style);
        fact(text, "observed", &observed_in_words(&entry.observed), style);
        if let Some(differs) = differs(entry) {
            fact(text, "differs", &differs, style);
        }
    }
    if let Some(mark) = entry.baseline.as_ref().filter(|_| entry.is_new_failure()) {
        fact(text, "baseline", &mark.sentence(), style);
    }
    let base_refused = is_refused_base(entry);
    let of = match (&entry.base, entry.verdict) {
        (_, VerdictKind::Deviates) => &entry.observed.is_the_answer_of[..],
        (Some(base), _) if base_refused => &base.is_the_answer_of[..],
        _ => &[],
    };
    let of = entry
        .failed_step
        .as_ref()
        .map_or(of, |step| &step.is_the_answer_of);
    if let Some(words) = answer_of(of) {
        fact(text, "", &words, style);
    }
    if let Some(guess) = &entry.signature {
        indented(
            text,
            &format!("the signature, as far as the server is right: {guess}"),
            style,
        );
    }
    if let Some(strings) = &entry.string_to_sign {
        strings_to_sign(text, strings, style);
    }
    if let Some(step) = &entry.failed_step {
        request(
            text,
            &format!("the request that failed{}", answered(step)),
            &step.curl,
            style,
        );
        return;
    }
    if let Some(curl) = entry.curl.as_ref().filter(|_| !base_refused) {
        request(text, "the edited request", curl, style);
    }
    if let Some(base) = &entry.base {
        request(
            text,
            &format!("the base request{}", answered(base)),
            &base.curl,
            style,
        );
    }
}

/// Whether it is the base that is at fault.
fn is_refused_base(entry: &Entry) -> bool {
    let refused = |base: &Sent| {
        base.status
            .is_none_or(|status| !(200..300).contains(&status))
    };
    entry.verdict == VerdictKind::NotProvoked && entry.base.as_ref().is_some_and(refused)
}

/// `that is the answer of `a` or `b``.
pub(super) fn answer_of(causes: &[String]) -> Option<String> {
    let (last, others) = causes.split_last()?;
    let others: Vec<String> = others.iter().map(|cause| format!("`{cause}`")).collect();
    Some(match others.is_empty() {
        true => format!("that is the answer of `{last}`"),
        false => format!("that is the answer of {} or `{last}`", others.join(", ")),
    })
}

fn answered(sent: &Sent) -> String {
    match sent.status {
        Some(_) => format!(", answered {}", observed_in_words(&sent.observed())),
        None => ", not answered".into(),
    }
}

/// In what the message differs from the form of the documented one that it is most like.
fn differs(entry: &Entry) -> Option<String> {
    // A full stop at the end makes no difference.
    let bare = |text: &str| text.trim().trim_end_matches('.').to_owned();
    let observed = bare(entry.observed.message.as_deref()?);
    let code = entry.observed.code.as_deref()?;
    if entry.facet != Some(Facet::Message) {
        return None;
    }
    let forms = entry
        .expected
        .forms()
        .filter(|(_, known, _)| *known == code);
    let differences = forms.filter_map(|(_, _, message)| diff::words(&bare(message), &observed));
    differences.min_by_key(String::len)
}

fn fact(text: &mut String, name: &str, value: &str, style: Style) {
    let lines = style.wrap(&harmless(value), 14);
    let first = lines.first().map_or("", |line| line.trim_start());
    let _ = writeln!(
        text,
        "    {}  {first}",
        style.paint(Tone::Faint, &format!("{name:8}"))
    );
    for line in lines.iter().skip(1) {
        let _ = writeln!(text, "{line}");
    }
}

/// A request as a command that can be copied, after a comment that says what it is.
fn request(text: &mut String, what: &str, curl: &str, style: Style) {
    for line in style.wrap(&harmless(what).replace('\n', " "), 6) {
        let comment = format!("# {}", line.trim_start());
        let _ = writeln!(text, "    {}", style.paint(Tone::Faint, &comment));
    }
    // Never wrapped: it is there to be copied.
    let _ = writeln!(text, "    {}", harmless(curl).replace('\n', "\\n"));
}

/// Both StringToSigns line by line.
fn strings_to_sign(text: &mut String, strings: &StringsToSign, style: Style) {
    let of = match strings.of.as_str() {
        "failed_step" => "request that failed",
        "base" => "base request",
        _ => "edited request",
    };
    let heading = format!(
        "StringToSign of the {of}: `-` as it was sent, `+` as the answer reports it, ⏎ ends a line"
    );
    indented(text, &heading, style);
    let room = style.width.saturating_sub(8).max(20);
    for line in diff::lines(&strings.sent, &strings.reported) {
        let tone = match line.chars().next() {
            Some('-') => Tone::Good,
            Some('+') => Tone::Bad,
            _ => Tone::Faint,
        };
        for (number, part) in diff::parts(&harmless(&line), room).enumerate() {
            let indent = if number == 0 { 6 } else { 8 };
            let _ = writeln!(text, "{:indent$}{}", "", style.paint(tone, part));
        }
    }
}
