//! What a report says of a failure besides its verdict.

use super::*;
use crate::baseline::{Account, Baseline, Day};
use crate::judge::summary::Level;

fn shown(twins: &[Twin], detail: Detail, width: usize) -> String {
    let mut terminal = Terminal::new(detail);
    for twin in twins {
        terminal.add(entry(twin));
    }
    let files = files(twins);
    let style = Style {
        color: false,
        width,
    };
    terminal.render(&facts(twins), &files.iter().collect::<Vec<_>>(), style)
}

/// Words on one line each, however they were wrapped.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn named(cause: &str, labels: &str, twin: Twin) -> Twin {
    let mut twin = twin.file(|file| file.cause = cause.into());
    twin.instance.id = format!("{cause}/get-after-expiry/{labels}");
    twin
}

#[test]
fn a_deviation_says_which_other_cause_its_answer_is_of() {
    let said = "The OSS Access Key Id you provided does not exist in our records.";
    let body = error_body("InvalidAccessKeyId", said, REQUEST_ID);
    let twin = Twin::new().edited_body(&body);
    let other = entry(&twin);
    assert_eq!(other.facet, Some(Facet::Code));
    assert_eq!(other.observed.is_the_answer_of, ["access-key-unknown"]);
    let text = shown(&[twin], Detail::default(), 80);
    assert!(
        text.contains("that is the answer of `access-key-unknown`"),
        "{text}"
    );
    // The status is part of an answer, and an answer that was due is not another cause's.
    let body = error_body("InvalidAccessKeyId", said, REQUEST_ID);
    let twin = Twin::new()
        .edited_body(&body)
        .edited(|answer| answer.status = 400);
    assert!(entry(&twin).observed.is_the_answer_of.is_empty());
    let twin = Twin::new().edited_header("content-type", None);
    assert_eq!(entry(&twin).facet, Some(Facet::Envelope));
    assert!(entry(&twin).observed.is_the_answer_of.is_empty());
}

#[test]
fn a_base_that_is_refused_is_the_request_at_fault() {
    let said = "The OSS Access Key Id you provided does not exist in our records.";
    let body = error_body("InvalidAccessKeyId", said, REQUEST_ID);
    let twin = Twin::new().base(403).record(|record| {
        let base = record.base.as_mut().expect("there is one");
        base.request.target = "/base.txt".into();
        if let Outcome::Answered(answer) = &mut base.outcome {
            answer.body = body.into_bytes();
        }
    });
    let of_base = entry(&twin).base.expect("it was sent");
    assert_eq!(of_base.status, Some(403));
    assert_eq!(of_base.is_the_answer_of, ["access-key-unknown"]);
    assert!(of_base.curl.contains("/base.txt"));
    let text = shown(&[twin], Detail::default(), 80);
    let curls: Vec<&str> = text
        .lines()
        .filter(|line| line.trim_start().starts_with("curl "))
        .collect();
    assert!(curls.len() == 1 && curls[0].contains("/base.txt"), "{text}");
    assert!(
        text.contains("that is the answer of `access-key-unknown`"),
        "{text}"
    );
}

#[test]
fn the_step_that_failed_is_shown_with_its_answer() {
    let twin = Twin::new().record(|record| {
        record.progress = Progress::PreconditionFailed("PUT /k.txt answered 404".into());
        let mut step = record.base.take().expect("there is one");
        record.edited = None;
        step.request.method = "PUT".into();
        if let Outcome::Answered(answer) = &mut step.outcome {
            answer.status = 404;
            answer.body = error_body("NoSuchBucket", "The bucket is absent.", REQUEST_ID).into();
        }
        record.failed_step = Some(step);
    });
    let step = entry(&twin).failed_step.expect("it was recorded");
    assert_eq!(
        (step.status, step.code.as_deref()),
        (Some(404), Some("NoSuchBucket"))
    );
    let text = unwrapped(&shown(&[twin], Detail::default(), 80));
    assert!(
        text.contains("# the request that failed, answered 404 NoSuchBucket"),
        "{text}"
    );
    assert!(
        text.contains("curl -sS -i --path-as-is --noproxy '*' -X PUT"),
        "{text}"
    );
}

#[test]
fn both_strings_to_sign_are_shown_where_they_differ_and_hide_what_is_secret() {
    let body = "<Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.</Message>\
        <StringToSign>GET\n\nx-oss-security-token:a-token-of-ours\n/k.txt</StringToSign></Error>";
    let twin = Twin::new().edited_body(body).record(|record| {
        let request = &mut record.edited.as_mut().expect("there is one").request;
        let token = "a-token-of-ours".to_owned();
        request.headers.push(("x-oss-security-token".into(), token));
        request.string_to_sign =
            Some("GET\n\nx-oss-security-token:a-token-of-ours\n/b/k.txt".into());
    });
    let both = entry(&twin).string_to_sign.expect("they differ");
    assert_eq!(both.of, "edited");
    assert!(both.sent.ends_with("/b/k.txt") && both.reported.ends_with("\n/k.txt"));
    let text = shown(&[twin], Detail::default(), 80);
    assert!(
        text.contains("      - /b/k.txt\n      + /k.txt\n"),
        "{text}"
    );
    assert!(text.contains("        GET⏎\n        ⏎\n"), "{text}");
    assert!(!text.contains("a-token-of-ours"), "{text}");
}

#[test]
fn a_signature_that_should_have_been_accepted_has_its_best_guess() {
    let body = "<Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.</Message>\
        <StringToSign>GET\n\n\n1708795817\n/b/k.txt?acl</StringToSign></Error>";
    let refused = |of_base: bool| {
        Twin::new().base(403).record(|record| {
            let exchange = if of_base {
                &mut record.base
            } else {
                &mut record.edited
            };
            let exchange = exchange.as_mut().expect("there is one");
            exchange.request.string_to_sign = Some("GET\n\n\n1708795817\n/b/k.txt".into());
            if let Outcome::Answered(answer) = &mut exchange.outcome {
                answer.body = body.into();
            }
        })
    };
    let twin = refused(true);
    let guess = entry(&twin).signature.expect("there is a guess");
    assert!(
        guess.contains("`acl` belongs into what you sign"),
        "{guess}"
    );
    let text = unwrapped(&shown(&[twin], Detail::default(), 80));
    assert!(
        text.contains("the signature, as far as the server is right: "),
        "{text}"
    );
    // The edited request is meant to be refused.
    assert_eq!(entry(&refused(false)).signature, None);
}

#[test]
fn a_message_is_compared_word_by_word() {
    let body = error_body("AccessDenied", "Request has long expired.", REQUEST_ID);
    let text = shown(&[Twin::new().edited_body(&body)], Detail::default(), 80);
    assert!(
        text.contains("differs   Request has {+long +}expired"),
        "{text}"
    );
}

#[test]
fn what_several_causes_have_in_common_is_said_once() {
    let refused = |cause: &str, labels: &str, id: u32| {
        let twin = Twin::new().record(|record| {
            let why = format!("PUT /k.txt on oss403-1a2b3c4d-{id}.oss.test answered 404");
            record.progress = Progress::PreconditionFailed(why);
            (record.base, record.edited) = (None, None);
        });
        named(cause, labels, twin)
    };
    let granted = |cause: &str| named(cause, "g", Twin::new().edited(|answer| answer.status = 200));
    let mut twins: Vec<Twin> = (1..9)
        .map(|n| refused("bucket-acl", &n.to_string(), n))
        .collect();
    twins.extend([
        refused("url-auth-expired", "x", 9),
        granted("bucket-acl"),
        granted("object-acl"),
    ]);
    let text = shown(&twins, Detail::default(), 80);
    assert!(
        text.contains("○ 9 instances of 2 causes  not-provoked"),
        "{text}"
    );
    assert_eq!(
        text.matches("PUT /k.txt on … answered 404").count(),
        1,
        "{text}"
    );
    assert!(text.contains("      … and 6 more instances"), "{text}");
    assert!(!text.contains("more failure"), "{text}");
    // That something was granted is never one thing.
    assert_eq!(text.matches("deviates: granted").count(), 2, "{text}");
    let all = Detail {
        failures: None,
        ..Detail::default()
    };
    let text = shown(&twins, all, 80);
    assert_eq!(text.matches("answered 404").count(), 9, "{text}");
    let quiet = Detail {
        quiet: true,
        ..Detail::default()
    };
    let text = shown(&twins, quiet, 80);
    assert!(
        text.starts_with("   causes  ") && !text.contains("404"),
        "{text}"
    );
}

#[test]
fn nothing_but_commands_is_wider_than_the_terminal() {
    let mut twins = twins();
    let id = "a-part-of-a-name-".repeat(8);
    twins.push(named(
        "bucket-acl",
        &id,
        Twin::new().edited(|answer| answer.status = 500),
    ));
    for width in [60, 80] {
        let all = Detail {
            failures: None,
            ..Detail::default()
        };
        for line in shown(&twins, all, width).lines() {
            let is_command = line.trim_start().starts_with("curl ");
            let is_one_word = !line.trim().contains(' ');
            assert!(
                is_command || is_one_word || line.chars().count() <= width,
                "{width}: {line}"
            );
        }
    }
}

#[test]
fn every_reason_for_which_instances_are_set_aside_stands_with_its_count() {
    let mut terminal = Terminal::new(Detail::default());
    let twins = twins();
    let named = |reason: &str, verdict| {
        let mut entry = entry(&twins[0]);
        (entry.verdict, entry.reason) = (verdict, reason.to_owned());
        entry
    };
    let cause = named("", VerdictKind::NotClaimed).cause;
    let mut tally = Tally::default();
    for (reason, verdict, kind) in [
        (
            "the target does not claim `url-v4`",
            Verdict::NotClaimed,
            VerdictKind::NotClaimed,
        ),
        (
            "the target does not claim `sts`",
            Verdict::NotClaimed,
            VerdictKind::NotClaimed,
        ),
        (
            "the target does not claim `url-v4`",
            Verdict::NotClaimed,
            VerdictKind::NotClaimed,
        ),
        (
            "the target has one region only",
            Verdict::NotApplicable,
            VerdictKind::NotApplicable,
        ),
    ] {
        tally.plan(&cause);
        tally.add(&cause, verdict, 0);
        terminal.add(named(reason, kind));
    }
    let facts = Facts {
        tally,
        ..facts(&twins)
    };
    let files = files(&twins);
    let files: Vec<&CaseFile> = files.iter().collect();
    let style = Style {
        color: false,
        width: 100,
    };
    let text = terminal.render(&facts, &files, style);
    let note =
        "3 not claimed (2 `url-v4`, 1 `sts`), 1 not applicable (the target has one region only)";
    assert!(text.contains(note), "{text}");
}

/// A bucket, a time and an id of one night are not those of the next; a sentence is.
#[test]
fn a_failure_is_known_by_what_it_says_every_night() {
    let night = |bucket: &str, date: &str, id: &str, says: &str| {
        let message = format!("{says} in {bucket} ({date}) for oss403-user-{id}, see {id}");
        let body = error_body("AccessDenied", &message, REQUEST_ID);
        let twin = Twin::new().edited_body(&body);
        let twin = twin.record(|record| {
            record
                .placeholders
                .insert("bucket".into(), bucket.to_owned());
        });
        entry(&twin).fingerprint.expect("it fails")
    };
    let first = night(
        "vendor-a1b2",
        "Sat, 28 Nov 2026 02:17:33 GMT",
        "636B68BA80DA8539399F0001",
        "No entry",
    );
    let next = night(
        "vendor-x9y8",
        "Sun, 29 Nov 2026 02:18:01 GMT",
        "736B68BA80DA8539399F0002",
        "No entry",
    );
    assert_eq!(first, next);
    assert_eq!(first.status, Some(403));
    let said = first.message.clone().expect("it says something");
    assert_eq!(
        said,
        "No entry in [bucket] ([date]) for …[request-id], see [request-id]"
    );
    let other = night(
        "vendor-x9y8",
        "Sun, 29 Nov 2026 02:18:01 GMT",
        "736B68BA80DA8539399F0002",
        "No way",
    );
    assert!(!other.is_as(&first));
    // And every conformant twin is known by nothing.
    assert_eq!(entry(&Twin::new()).fingerprint, None);
}

/// The entries of a night with a baseline, and what it came to: one failure is known, an entry is stale, one was not looked at.
pub(super) fn held_to_a_baseline(twins: &[Twin]) -> (Vec<Entry>, Account) {
    let id = "bucket-acl/get-after-expiry";
    let granted = twins
        .iter()
        .map(entry)
        .find(|entry| entry.id == format!("{id}/url-v1-GET"));
    let seen = granted.and_then(|entry| entry.fingerprint).expect("fails");
    let observed = serde_json::to_string(&seen).expect("is JSON");
    let terms = "reason: a gateway, owner: web-team, expires: 2026-12-31";
    let text = format!(
        "version: 1\ntarget: vendor\nledger: documented-2023-06-27\nentries:\n\
         - {{ id: {id}/url-v1-GET, verdict: deviates/granted, accept-risk: true, observed: {observed}, {terms} }}\n\
         - {{ id: url-auth-expired/get-after-expiry, verdict: not-provoked, observed: {{}}, {terms} }}\n\
         - {{ id: kms-in-debt, verdict: disabled, {terms} }}\n"
    );
    let today = Day::parse("2026-11-28").expect("is a day");
    let baseline = Baseline::read("known.yaml", &text, today).expect("is sound");
    let mut account = Account::new(&baseline);
    let marked = twins.iter().map(|twin| {
        let mut entry = entry(twin);
        let became = (entry.verdict, entry.facet);
        entry.baseline = baseline.mark(&entry.id, today, became, entry.fingerprint.as_ref());
        account.add(entry.verdict, entry.baseline.as_ref());
        entry
    });
    let marked = marked.collect();
    account.close(false);
    (marked, account)
}

fn with_baseline(width: usize) -> String {
    let twins = twins();
    let (entries, account) = held_to_a_baseline(&twins);
    let mut terminal = Terminal::new(Detail::default());
    for entry in entries {
        terminal.add(entry);
    }
    let facts = Facts {
        baseline: Some(account),
        ..facts(&twins)
    };
    let files = files(&twins);
    let style = Style {
        color: false,
        width,
    };
    terminal.render(&facts, &files.iter().collect::<Vec<_>>(), style)
}

#[test]
fn what_is_known_is_a_number_and_what_is_stale_a_line() {
    let text = with_baseline(100);
    assert!(text.contains("1 known, 3 new"), "{text}");
    assert!(
        !text.contains("✗ bucket-acl/get-after-expiry/url-v1-GET"),
        "{text}"
    );
    assert!(
        text.contains("✗ bucket-acl/get-after-expiry/url-v2-GET"),
        "{text}"
    );
    assert!(
        text.contains("1 stale, 0 expired, 1 unobserved (known.yaml)"),
        "{text}"
    );
    assert!(
        text.contains("`url-auth-expired/get-after-expiry` is stale"),
        "{text}"
    );
    assert!(text.contains("unobserved: `kms-in-debt`"), "{text}");
    for width in [80, 40] {
        for line in with_baseline(width)
            .lines()
            .filter(|line| !line.contains("curl "))
        {
            let columns = line.chars().count();
            // What has no blank in it cannot be broken.
            let longest = line.split(' ').map(|word| word.chars().count()).max();
            assert!(
                columns <= width || longest >= Some(width - 20),
                "{columns}: {line}"
            );
        }
    }
}

#[test]
fn what_a_run_was_is_told_in_a_sentence() {
    let twins = twins();
    let mut facts = facts(&twins);
    let sentence = |facts: &Facts| ResultFile::head(facts).sentence();
    let said = sentence(&facts);
    let conformant = twins
        .iter()
        .filter(|twin| twin.judge().verdict == Verdict::Conformant);
    let instances = format!(
        "{} of {} instances conformant; no level: ",
        conformant.count(),
        // One more is planned, and was not run.
        twins.len() + 1
    );
    assert!(
        said.contains(" causes conformant, ") && said.contains(&instances),
        "{said}"
    );
    facts.level = Ok(Level::Secure);
    let said = sentence(&facts);
    assert!(
        said.contains("; level 1 of documented-2023-06-27"),
        "{said}"
    );
}
