//! A baseline by itself: what it knows, what it refuses, and what an update leaves alone.

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

#[test]
fn the_same_failure_is_known_and_every_other_is_new() {
    let baseline = read(&file(&[entry(&[])]));
    let seen = answer("Access denied.");
    let mark = |day: &str, verdict, facet, seen: &Fingerprint| {
        let day = Day::parse(day).unwrap();
        let mark = baseline.mark(ID, day, (verdict, facet), Some(seen));
        mark.map(|mark| mark.state)
    };
    let deviates = VerdictKind::Deviates;
    let message = Some(Facet::Message);
    assert_eq!(mark(TODAY, deviates, message, &seen), Some(Marked::Known));
    assert_eq!(
        mark(TODAY, deviates, Some(Facet::Code), &seen),
        Some(Marked::Changed)
    );
    assert_eq!(
        mark(TODAY, deviates, message, &answer("Denied.")),
        Some(Marked::Changed)
    );
    assert_eq!(
        mark(TODAY, VerdictKind::NotProvoked, None, &seen),
        Some(Marked::Changed)
    );
    assert_eq!(
        mark(TODAY, VerdictKind::Flaky, None, &seen),
        Some(Marked::Changed)
    );
    assert_eq!(
        mark(TODAY, VerdictKind::Conformant, None, &seen),
        Some(Marked::Passes)
    );
    // The last valid day is one.
    assert_eq!(
        mark("2027-03-01", deviates, message, &seen),
        Some(Marked::Known)
    );
    assert_eq!(
        mark("2027-03-02", deviates, message, &seen),
        Some(Marked::Expired)
    );
    assert_eq!(
        mark("2027-03-02", VerdictKind::Conformant, None, &seen),
        Some(Marked::Passes)
    );
    for aside in [
        VerdictKind::NotClaimed,
        VerdictKind::NotApplicable,
        VerdictKind::HarnessError,
    ] {
        assert_eq!(mark(TODAY, aside, None, &seen), None, "{aside:?}");
    }
    let other = baseline.mark(
        "referer-denied/other",
        today(),
        (deviates, message),
        Some(&seen),
    );
    assert_eq!(other, None);
}

#[test]
fn what_is_disabled_is_run_again_when_its_day_is_over() {
    let observed = "    observed: { status: 403, code: AccessDenied, message: Access denied. }\n";
    let changes = [
        (observed, ""),
        ("deviates/message", "disabled"),
        (ID, "referer-denied"),
    ];
    let baseline = read(&file(&[entry(&changes)]));
    assert!(baseline.disables(ID, today()).is_some());
    assert!(baseline.disables("time-skewed/x", today()).is_none());
    let later = Day::parse("2027-03-02").unwrap();
    assert!(baseline.disables(ID, later).is_none());
    let passes = (VerdictKind::Conformant, None);
    let mark = baseline
        .mark(ID, later, passes, None)
        .map(|mark| mark.state);
    assert_eq!(mark, Some(Marked::Expired));
}

/// What a baseline of one entry for a cause comes to when its instances became so.
fn account(became: &[(VerdictKind, Option<Facet>, &str)], is_part: bool) -> (State, Counts) {
    let baseline = read(&file(&[entry(&[(ID, "referer-denied")])]));
    let mut account = Account::new(&baseline);
    for (number, (verdict, facet, message)) in became.iter().enumerate() {
        let id = format!("referer-denied/x/{number}");
        let seen = answer(message);
        let mark = baseline.mark(&id, today(), (*verdict, *facet), Some(&seen));
        account.add(*verdict, mark.as_ref());
    }
    account.close(is_part);
    (account.entries[0].state, account.counts)
}

#[test]
fn an_entry_holds_as_long_as_everything_it_is_for_fails_as_recorded() {
    let known = (
        VerdictKind::Deviates,
        Some(Facet::Message),
        "Access denied.",
    );
    let other = (VerdictKind::Deviates, Some(Facet::Message), "Other.");
    let passes = (VerdictKind::Conformant, None, "");
    let aside = (VerdictKind::NotClaimed, None, "");
    let ours = (VerdictKind::HarnessError, None, "");
    let counts = |known, new, stale, unobserved| Counts {
        known,
        new,
        stale,
        expired: 0,
        unobserved,
    };
    for (became, is_part, state, sums) in [
        (&[known, known][..], false, State::Known, counts(2, 0, 0, 0)),
        (&[known, aside], false, State::Known, counts(1, 0, 0, 0)),
        (&[known, other], false, State::Changed, counts(1, 1, 0, 0)),
        (&[known, passes], false, State::Stale, counts(1, 0, 1, 0)),
        (&[passes], false, State::Stale, counts(0, 0, 1, 0)),
        (&[passes, other], false, State::Stale, counts(0, 1, 1, 0)),
        // In a part of a run the rest may still fail as recorded: the merge decides.
        (&[passes], true, State::Open, counts(0, 0, 0, 0)),
        (&[known], true, State::Known, counts(1, 0, 0, 0)),
        (&[], false, State::Unobserved, counts(0, 0, 0, 1)),
        (&[aside], false, State::Unobserved, counts(0, 0, 0, 1)),
        (&[ours], false, State::Unobserved, counts(0, 0, 0, 1)),
    ] {
        assert_eq!(account(became, is_part), (state, sums), "{became:?}");
    }
}

fn terms() -> Terms {
    Terms {
        reason: "the proxy: not ours".into(),
        owner: "web-team".into(),
        link: None,
        expires: Day::parse("2027-01-31").unwrap(),
        added: today(),
    }
}

fn failed(id: &str, message: &str) -> Outcome {
    Outcome {
        id: id.into(),
        verdict: VerdictKind::Deviates,
        facet: Some(Facet::Message),
        fingerprint: Some(answer(message)),
    }
}

fn of(id: &str, verdict: VerdictKind) -> Outcome {
    Outcome {
        id: id.into(),
        verdict,
        facet: None,
        fingerprint: None,
    }
}

fn updated(text: &str, outcomes: &[Outcome], ids: &[&str]) -> (Updated, String) {
    let ids: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
    let terms = terms();
    let how = (today(), Some(&terms));
    update(&read(text), text, outcomes, &ids, how, true).unwrap()
}

#[test]
fn an_update_adds_lines_and_leaves_every_other_as_it_was() {
    let people = "# the proxy team asked for this file
version: 1
target: my-server   # ours
ledger: documented-2023-06-27
entries:

# --- wording ---
- # proxy 2.4 mends it
  id: time-skewed
  verdict: deviates/message
  observed: {status: 403, code: AccessDenied, message: 'Access denied.'}
  reason: >
    wording comes
    from the proxy
  owner: auth-team
  expires: 2027-03-01

# the end
";
    let outcomes = [
        failed("time-skewed/a", "Access denied."),
        failed(ID, "Other: \"no\"."),
    ];
    let (done, text) = updated(
        people,
        &outcomes,
        &["time-skewed/a", ID, "referer-denied/b"],
    );
    assert_eq!(done.added, [(ID.to_owned(), 1)]);
    assert_eq!(done.left_out, []);
    let new = "- id: referer-denied/blacklist-alone
  verdict: deviates/message
  observed: { status: 403, code: AccessDenied, message: \"Other: \\\"no\\\".\" }
  reason: \"the proxy: not ours\"
  owner: web-team
  added: 2026-11-28
  expires: 2027-01-31
";
    let wanted = people.replace("2027-03-01\n", &format!("2027-03-01\n{new}"));
    assert_eq!(text, wanted);
    let again = updated(&text, &outcomes, &["time-skewed/a", ID]);
    assert_eq!(again, (Updated::default(), text));
}

#[test]
fn an_update_makes_a_file_and_keeps_the_ends_of_lines() {
    let fresh = fresh("my-server", "documented-2023-06-27");
    for text in [fresh.clone(), fresh.replace('\n', "\r\n")] {
        let (done, new) = updated(&text, &[failed(ID, "x")], &[ID]);
        assert_eq!(done.added.len(), 1);
        assert_eq!(wrong(&new), [], "{new}");
        assert_eq!(new.contains('\r'), text.contains('\r'));
        assert_eq!(new.matches('\n').count(), new.lines().count(), "{new:?}");
        // And what is taken out again leaves what was there.
        let passes = [of(ID, VerdictKind::Conformant)];
        let ids = [ID.to_owned()];
        let pruned = prune(&read(&new), &new, &passes, &ids, today()).unwrap();
        assert_eq!(pruned.1, text);
    }
}

#[test]
fn what_fails_alike_everywhere_is_one_entry() {
    let ids = ["c/s/1", "c/s/2", "c/t/1", "c/t/2", "d/s/1", "d/s/2"];
    let fresh = fresh("my-server", "documented-2023-06-27");
    let baseline = read(&fresh);
    let groups = |outcomes: &[Outcome]| {
        let ids: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
        let how = (today(), None);
        let (done, text) = update(&baseline, &fresh, outcomes, &ids, how, true).unwrap();
        assert_eq!(text, fresh, "nothing is written without terms");
        done.added
    };
    let named = |names: &[(&str, usize)]| -> Vec<(String, usize)> {
        names
            .iter()
            .map(|&(id, count)| (id.to_owned(), count))
            .collect()
    };
    let all = [
        failed("c/s/1", "x"),
        failed("c/s/2", "x"),
        failed("c/t/1", "x"),
        failed("c/t/2", "x"),
    ];
    assert_eq!(groups(&all), named(&[("c", 4)]));
    // A scenario that passes, or was not run, stands against one for the cause.
    assert_eq!(groups(&all[..2]), named(&[("c/s", 2)]));
    let mut partly = all.to_vec();
    partly[3] = of("c/t/2", VerdictKind::Conformant);
    assert_eq!(groups(&partly), named(&[("c/s", 2), ("c/t/1", 1)]));
    partly[3] = failed("c/t/2", "y");
    assert_eq!(
        groups(&partly),
        named(&[("c/s", 2), ("c/t/1", 1), ("c/t/2", 1)])
    );
    // What cannot be asked stands against nothing.
    partly[2] = of("c/t/1", VerdictKind::NotClaimed);
    partly[3] = of("c/t/2", VerdictKind::NotApplicable);
    assert_eq!(groups(&partly), named(&[("c/s", 2)]));
    partly[3] = failed("c/t/2", "x");
    assert_eq!(groups(&partly), named(&[("c", 3)]));
    partly[2] = of("c/t/1", VerdictKind::HarnessError);
    assert_eq!(groups(&partly), named(&[("c/s", 2), ("c/t/2", 1)]));
}

#[test]
fn what_nobody_accepted_or_looked_at_is_left_out() {
    let text = file(&[
        entry(&[]),
        entry(&[(ID, "time-skewed"), ("2027-03-01", "2026-11-28")]),
    ]);
    let baseline = read(&text);
    let granted = Outcome {
        facet: Some(Facet::Granted),
        ..failed("a/b", "x")
    };
    let outcomes = [
        failed(ID, "Other."),
        failed("time-skewed/x", "Access denied."),
        of("f/g", VerdictKind::Flaky),
        granted.clone(),
    ];
    let later = Day::parse("2026-11-29").unwrap();
    let how = |risk| {
        update(
            &baseline,
            &text,
            &outcomes,
            &["a/b".into()],
            (later, None),
            risk,
        )
    };
    let (done, _) = how(false).unwrap();
    assert_eq!(done.added, []);
    let why: Vec<&LeftOut> = done.left_out.iter().map(|(_, why)| why).collect();
    assert!(
        matches!(
            why[..],
            [
                LeftOut::Changed(5, _),
                LeftOut::Expired(13),
                LeftOut::Unsteady("flaky"),
                LeftOut::Risk(_)
            ]
        ),
        "{why:?}"
    );
    let (done, _) = how(true).unwrap();
    assert_eq!((done.added.len(), done.left_out.len()), (1, 3));
}

#[test]
fn a_prune_drops_what_ran_and_passed_and_nothing_else() {
    let wide = entry(&[(ID, "time-skewed")]);
    let kept = entry(&[(ID, "bucket-acl")]);
    let text = file(&[
        "  # the first\n".into(),
        entry(&[]),
        "\n  # goes, too\n".into(),
        wide,
        kept,
    ]);
    let ids: Vec<String> = [ID, "time-skewed/a", "time-skewed/b", "bucket-acl/a"]
        .map(str::to_owned)
        .into();
    let conformant = |id: &str| of(id, VerdictKind::Conformant);
    let pruned =
        |outcomes: &[Outcome]| prune(&read(&text), &text, outcomes, &ids, today()).unwrap();
    // One of two was not run.
    let (done, same) = pruned(&[conformant("time-skewed/a")]);
    assert_eq!(done.kept, [("time-skewed".to_owned(), 1, 2)]);
    assert_eq!((done.dropped.len(), same), (0, text.clone()));
    let (done, left) = pruned(&[
        conformant("time-skewed/a"),
        of("time-skewed/b", VerdictKind::NotClaimed),
        failed(ID, "x"),
    ]);
    assert_eq!(done.dropped, ["time-skewed"]);
    let (above, below) = (
        text.find("\n  # goes").unwrap(),
        text.find("  - id: bucket-acl").unwrap(),
    );
    assert_eq!(left, format!("{}\n{}", &text[..above], &text[below..]));
    let (done, left) = pruned(&[
        conformant("time-skewed/a"),
        conformant("time-skewed/b"),
        conformant(ID),
        conformant("bucket-acl/a"),
    ]);
    assert_eq!(done.dropped.len(), 3);
    assert_eq!(left, HEAD.replace("entries:", "entries: []"));
}

#[test]
fn a_list_in_one_piece_is_left_to_people() {
    let text = HEAD.replace(
        "entries:",
        "entries: [{ id: time-skewed, verdict: disabled, reason: r, owner: o, expires: 2027-01-01 }]",
    );
    assert_eq!(wrong(&text), []);
    let outcomes = [failed(ID, "x")];
    let terms = terms();
    let how = (today(), Some(&terms));
    let error = update(&read(&text), &text, &outcomes, &[ID.into()], how, true).unwrap_err();
    let NotEdited::Form(found) = error else {
        panic!("{error}")
    };
    assert_eq!((found.line, found.column), (4, 10), "{found}");
}

/// Whatever a file looks like, it is changed as was meant or not at all.
#[test]
fn a_file_of_an_odd_form_is_changed_rightly_or_not_at_all() {
    let one = entry(&[(ID, "time-skewed")]);
    let quoted = "  - \"id\": time-skewed\n    verdict: disabled\n    reason: |\n      - id: no\n      # no comment\n    owner: o\n    expires: 2027-01-01\n";
    let head = HEAD.replace("entries:\n", "");
    let texts = [
        format!("# a\r# b\r\n{HEAD}{one}"),
        format!("{HEAD}# a\r# b\n{one}\r"),
        format!("\u{feff}{HEAD}{one}"),
        format!("---\n{HEAD}{one}...\n"),
        format!("{HEAD}{quoted}"),
        format!("{HEAD}  -\n    {}", one.trim_start_matches("  - ")),
        format!("entries:\n{one}{head}"),
        format!("entries:\n{one}# of ours\n{head}# the end"),
        format!("{{ {}, entries: [] }}", head.trim_end().replace('\n', ", ")),
        format!(
            "{HEAD}  - &a {{ id: time-skewed, verdict: disabled, reason: r, owner: o, expires: 2027-01-01 }}"
        ),
        HEAD.replace("entries:", "entries:   [   ]   # none"),
        HEAD.replace("entries:", "entries:\n  []"),
        HEAD.replace("entries:\n", "\"entries\": []"),
    ];
    let mut changed = 0;
    for text in texts {
        let Ok(baseline) = Baseline::read("b.yaml", &text, today()) else {
            continue;
        };
        let before = baseline.items.len();
        let terms = terms();
        let how = (today(), Some(&terms));
        let ids = [ID.to_owned(), "time-skewed/a".to_owned()];
        let Ok((_, more)) = update(&baseline, &text, &[failed(ID, "x")], &ids, how, true) else {
            continue;
        };
        changed += 1;
        let read = read(&more);
        assert_eq!(read.items.len(), before + 1, "{more}");
        assert!(
            text.lines()
                .all(|line| line.contains("[") || more.contains(line)),
            "{more}"
        );
        let passes = [of("time-skewed/a", VerdictKind::Conformant)];
        if let Ok((pruned, less)) = prune(&read, &more, &passes, &ids, today()) {
            assert_eq!(pruned.dropped.len(), before, "{less}");
        }
    }
    assert!(changed >= 8, "{changed}");
}
