//! What an update adds, what a prune takes out, and what both leave alone.

use super::*;

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
