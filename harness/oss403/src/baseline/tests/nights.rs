//! What becomes of entries in a night.

use super::*;

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
