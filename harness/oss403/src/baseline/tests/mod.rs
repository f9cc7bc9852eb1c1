//! A baseline by itself: what it knows, and what it refuses.

mod changes;
mod nights;

use super::*;

const TODAY: &str = "2026-11-28";

fn today() -> Day {
    Day::parse(TODAY).unwrap()
}

fn ledger() -> Ledger {
    Ledger::embedded().unwrap()
}

const HEAD: &str = "version: 1\ntarget: my-server\nledger: documented-2023-06-27\nentries:\n";

/// The entry of the page, with some of its lines changed.
fn entry(changes: &[(&str, &str)]) -> String {
    let mut text = "  - id: referer-denied/blacklist-alone
    verdict: deviates/message
    observed: { status: 403, code: AccessDenied, message: Access denied. }
    reason: wording comes from the proxy
    owner: auth-team
    link: https://issues.example/12
    added: 2026-11-28
    expires: 2027-03-01
"
    .to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

fn file(entries: &[String]) -> String {
    format!("{HEAD}{}", entries.concat())
}

fn read(text: &str) -> Baseline {
    Baseline::read("b.yaml", text, today()).unwrap_or_else(|found| panic!("{}", found[0]))
}

/// What is wrong with a text: by itself, or with the ledger and the target `my-server`.
fn wrong(text: &str) -> Vec<Diagnostic> {
    match Baseline::read("b.yaml", text, today()) {
        Ok(baseline) => baseline.misfits(&ledger(), &[], Some("my-server")),
        Err(found) => found,
    }
}

/// Asserts that the first thing that is wrong stands there, and is said so, with help.
fn refused(text: &str, (line, under): (usize, &str), says: &str, helps: &str) {
    let found = wrong(text);
    let first = found
        .first()
        .unwrap_or_else(|| panic!("nothing is wrong with\n{text}"));
    let shown = first.to_string();
    let excerpt = first.excerpt.clone().unwrap_or_default();
    let marked: String = excerpt
        .chars()
        .skip(first.column - 1)
        .take(first.length)
        .collect();
    assert_eq!((first.line, marked.as_str()), (line, under), "{shown}");
    assert!(shown.contains(says) && shown.contains(helps), "{shown}");
    assert!(first.help.is_some() && shown.contains("^"), "{shown}");
}

#[test]
fn the_example_of_the_page_is_sound() {
    let text = file(&[entry(&[])]);
    assert_eq!(wrong(&text), []);
    let baseline = read(&text);
    let item = &baseline.items[0];
    assert_eq!(
        (item.line, item.expires.to_string()),
        (5, "2027-03-01".into())
    );
    assert_eq!(item.observed.message.as_deref(), Some("Access denied."));
    assert_eq!(baseline.warnings(today()), []);
}

/// schemathesis: only `expires` acts, and without it an entry hides for ever; nothing acts at all in most others.
#[test]
fn an_entry_says_why_whose_and_until_when() {
    let without = |line: &str| file(&[entry(&[(line, "")])]);
    refused(
        &without("    expires: 2027-03-01\n"),
        (5, "i"),
        "`expires` is missing",
        "for ever",
    );
    refused(
        &without("    owner: auth-team\n"),
        (5, "i"),
        "`owner` is missing",
        "whose",
    );
    let reason = "    reason: wording comes from the proxy\n";
    refused(
        &without(reason),
        (5, "i"),
        "`reason` is missing",
        "put up with",
    );
    let empty = file(&[entry(&[("wording comes from the proxy", "\" \"")])]);
    let found = wrong(&empty);
    assert_eq!(
        (found[0].line, found[0].message.as_str()),
        (8, "the reason is empty")
    );
    let observed = "    observed: { status: 403, code: AccessDenied, message: Access denied. }\n";
    refused(
        &without(observed),
        (5, "i"),
        "`observed` is missing",
        "baseline update",
    );
}

#[test]
fn nothing_is_put_up_with_for_more_than_a_year() {
    let with = |added: &str, expires: &str| {
        let added = match added {
            "" => String::new(),
            day => format!("    added: {day}\n"),
        };
        file(&[entry(&[
            ("    added: 2026-11-28\n", added.as_str()),
            ("2027-03-01", expires),
        ])])
    };
    assert_eq!(wrong(&with("", "2027-11-28")), []);
    assert_eq!(wrong(&with("2026-11-28", "2027-11-28")), []);
    assert_eq!(
        wrong(&with("2026-11-29", "2027-11-28")),
        [],
        "somewhere it is tomorrow"
    );
    refused(
        &with("", "2027-12-01"),
        (11, "2027-12-01"),
        "more than a year ahead",
        "2027-11-28",
    );
    let before = with("2026-01-01", "2027-01-03");
    refused(
        &before,
        (12, "2027-01-03"),
        "more than a year after `added`",
        "into `added`",
    );
    refused(
        &with("2027-01-01", "2027-03-01"),
        (11, "2027-01-01"),
        "is not yet",
        TODAY,
    );
    refused(
        &with("", "2027-02-30"),
        (11, "2027-02-30"),
        "is no day",
        TODAY,
    );
    refused(
        &with("2026-11-28", "2026-11-27"),
        (12, "2026-11-27"),
        "before `added`",
        "`expires`",
    );
    // What has expired is sound, and fails a run instead.
    assert_eq!(wrong(&with("", "2026-11-27")), []);
    assert_eq!(read(&with("", "2026-11-27")).warnings(today()).len(), 1);
}

/// BoGo and cargo-like patterns: a glob takes in what nobody has looked at. Connect: a pattern without a match is an error.
#[test]
fn an_id_is_one_of_the_ledger_and_no_pattern() {
    let with = |id: &str| file(&[entry(&[("referer-denied/blacklist-alone", id)])]);
    for id in [
        "referer-denied",
        "referer-denied/blacklist-alone",
        "time-skewed",
    ] {
        assert_eq!(wrong(&with(id)), [], "{id}");
    }
    let at = |id: &'static str| (5, id);
    refused(
        &with("referer-denied/*"),
        at("referer-denied/*"),
        "no instance",
        "without `*`",
    );
    refused(
        &with("referer-denid"),
        at("referer-denid"),
        "no instance",
        "`referer-denied`?",
    );
    let scenario = "referer-denied/blacklist-alon";
    refused(
        &with(scenario),
        at(scenario),
        "no instance",
        "blacklist-alone",
    );
    refused(
        &with("AccessDenied"),
        at("AccessDenied"),
        "no instance",
        "that is a code",
    );
    refused(&with("gone"), at("gone"), "no instance", "oss403 list");
}

/// MCP refuses a wholesale entry beside one of a single check: which of the two would count?
#[test]
fn no_two_entries_are_for_the_same_instance() {
    let wide = entry(&[("referer-denied/blacklist-alone", "referer-denied")]);
    let narrow = entry(&[]);
    for (text, line, id) in [
        (
            file(&[wide.clone(), narrow.clone()]),
            13,
            "referer-denied/blacklist-alone",
        ),
        (
            file(&[narrow.clone(), wide]),
            5,
            "referer-denied/blacklist-alone",
        ),
        (
            file(&[narrow.clone(), narrow.clone()]),
            13,
            "referer-denied/blacklist-alone",
        ),
    ] {
        refused(&text, (line, id), "has an entry", "one entry");
    }
    let other = entry(&[("referer-denied/blacklist-alone", "time-skewed")]);
    assert_eq!(wrong(&file(&[narrow, other])), []);
}

/// schemathesis: an identity that somebody edited stops suppressing. Here it is refused, or the failure is new.
#[test]
fn what_is_of_another_target_ledger_or_format_is_refused() {
    let text = file(&[entry(&[])]);
    let with = |from: &str, to: &str| text.replace(from, to);
    let target = with("my-server", "other");
    refused(&target, (2, "other"), "`my-server`", "of its own");
    let ledger = with("documented-2023-06-27", "observed-2026-11");
    refused(
        &ledger,
        (3, "observed-2026-11"),
        "documented-2023-06-27",
        "--revision observed",
    );
    let unknown = with("documented-2023-06-27", "documented-2023-06-28");
    refused(
        &unknown,
        (3, "documented-2023-06-28"),
        "no ledger",
        "documented-2023-06-27",
    );
    refused(
        &with("version: 1", "version: 2"),
        (1, "2"),
        "version 2",
        "version 1",
    );
    refused(
        &with("    owner", "    ownr"),
        (9, "ownr"),
        "unknown key `ownr`",
        "`owner`?",
    );
    refused(
        &with("code:", "cod:"),
        (7, "cod"),
        "unknown key `cod`",
        "`code`?",
    );
}

/// MCP: an entry that a blank after a colon made another thing.
#[test]
fn an_entry_that_is_no_map_or_another_one_is_shown() {
    let text = format!("{HEAD}  - referer-denied/blacklist-alone\n");
    refused(
        &text,
        (5, "referer-denied/blacklist-alone"),
        "a map is needed",
        "- { id:",
    );
    let text = format!("{HEAD}  - referer-denied: blacklist-alone\n");
    refused(&text, (5, "referer-denied"), "unknown key", "id");
}

#[test]
fn what_is_granted_done_or_shown_needs_somebody_who_accepts_it() {
    for facet in ["granted", "effect", "leak"] {
        let verdict = format!("deviates/{facet}");
        let risky = |more: &str| {
            let to = format!("{verdict}\n{more}");
            file(&[entry(&[("deviates/message\n", &to)])])
        };
        refused(
            &risky(""),
            (6, &verdict),
            "no matter of wording",
            "accept-risk: true",
        );
        refused(
            &risky("    accept-risk: false\n"),
            (6, &verdict),
            "wording",
            "accept-risk",
        );
        assert_eq!(wrong(&risky("    accept-risk: true\n")), [], "{facet}");
    }
}

#[test]
fn what_cannot_be_excused_is_refused() {
    let with = |verdict: &str| file(&[entry(&[("deviates/message", verdict)])]);
    refused(
        &with("deviates/mesage"),
        (6, "deviates/mesage"),
        "cannot be",
        "`deviates/message`?",
    );
    refused(
        &with("deviates"),
        (6, "deviates"),
        "cannot be",
        "say in which facet",
    );
    refused(
        &with("flaky"),
        (6, "flaky"),
        "cannot be",
        "between attempts",
    );
    refused(
        &with("harness-error"),
        (6, "harness-error"),
        "cannot be",
        "nothing of the target",
    );
    let disabled = wrong(&with("disabled"));
    assert_eq!(
        (disabled[0].line, disabled[0].message.contains("no answer")),
        (7, true)
    );
    assert_eq!(wrong(&with("not-provoked")), []);
}

/// Every envelope with the same answer would be one failure: whoever writes that by hand is warned.
#[test]
fn an_envelope_that_is_not_named_is_warned_of() {
    let text = file(&[entry(&[("deviates/message", "deviates/envelope")])]);
    let found = read(&text).warnings(today());
    assert_eq!((found.len(), found[0].line), (1, 7), "{found:?}");
    let named = text.replace("denied. }", "denied., differs: HostId is missing }");
    assert_eq!(read(&named).warnings(today()), []);
}

fn answer(message: &str) -> Fingerprint {
    Fingerprint {
        status: Some(403),
        code: Some("AccessDenied".into()),
        message: Some(message.into()),
        differs: None,
    }
}

const ID: &str = "referer-denied/blacklist-alone";
