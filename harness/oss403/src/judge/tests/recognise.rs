//! Which causes an answer fits. Codes, messages and ECs are those of the 403 page, the EC pages and the answers that the case files quote.

use std::sync::LazyLock;

use crate::judge::expected::{Expected, Observed};
use crate::judge::recognise::{Candidate, Said, candidates, other_causes};
use oss403_case::Ledger;
use oss403_case::revision::Revision;

fn ledger() -> &'static Ledger {
    static LEDGER: LazyLock<Ledger> = LazyLock::new(|| {
        let ledger = Ledger::embedded().unwrap_or_else(|found| panic!("{}", found[0]));
        ledger.at(Revision::Observed)
    });
    &LEDGER
}

const EXPIRED: &str = "Request has expired.";
const UNKNOWN: &str = "The OSS Access Key Id you provided does not exist in our records.";

fn fit(code: &str, message: &str, ec: Option<&str>) -> Vec<Candidate> {
    let said = Said { code, message, ec };
    candidates(ledger(), &said)
}

fn names(found: &[Candidate]) -> Vec<&str> {
    found.iter().map(|found| &*found.file.cause).collect()
}

#[test]
fn a_documented_answer_is_its_cause_and_says_in_what_it_fits() {
    let found = fit("AccessDenied", EXPIRED, None);
    assert_eq!(names(&found), ["url-auth-expired"]);
    assert_eq!(found[0].why, ["code and message are those documented"]);
    let found = fit("Other", EXPIRED, None);
    assert_eq!(names(&found), ["url-auth-expired"]);
    assert_eq!(
        found[0].why,
        ["the message is its own, though the documented code is AccessDenied"]
    );
    let found = fit("AccessDenied", EXPIRED, Some("0002-00000069"));
    assert_eq!(
        found[0].why,
        [
            "code and message are those documented",
            "EC 0002-00000069 is named by its sources"
        ]
    );
    // The code alone is that of many, and none.
    assert!(fit("AccessDenied", "Something else.", None).is_empty());
    assert!(fit("AccessDenied", "", None).is_empty());
}

#[test]
fn another_known_form_counts_and_its_own_counts_more() {
    let said = "Your account partner does not have KMS Service";
    let found = fit("UbsmsInvalidBid", said, None);
    let first = &found[0];
    assert_eq!(first.file.cause, "kms-not-activated");
    assert_eq!(
        first.why,
        ["code and message are another known form of its answer"]
    );
    let capital = "Put bucket log requester is not target bucket owner";
    let found = fit("InvalidTargetBucketForLogging", capital, None);
    assert_eq!(found[0].file.cause, "logging-target-bucket");
    assert_eq!(
        found[0].why,
        ["code and message are another known form of its answer"]
    );
    // Two causes know both texts; each has one as its own, and that one comes first.
    for (message, order) in [
        (
            "Please use virtual hosted style to access.",
            ["virtual-hosted-style", "second-level-domain"],
        ),
        (
            "The bucket you are attempting to access must be addressed using OSS third level domain.",
            ["second-level-domain", "virtual-hosted-style"],
        ),
    ] {
        let found = fit("SecondLevelDomainForbidden", message, None);
        assert_eq!(names(&found), order, "{message}");
    }
}

#[test]
fn an_ec_that_sources_name_is_enough_and_one_that_is_none_is_not() {
    for (ec, is_known) in [
        ("0002-00000069", true),
        // Shorter, longer, other characters: not an EC, however often it stands somewhere.
        ("0002-0000006", false),
        ("0002-000000690", false),
        ("2-00000069", false),
        ("", false),
        ("2023-06-27", false),
        ("EC 0002-00000", false),
        ("0009-99999999", false),
    ] {
        let found = fit("Other", "Something else.", Some(ec));
        let expected: &[&str] = if is_known { &["url-auth-expired"] } else { &[] };
        assert_eq!(names(&found), expected, "{ec}");
    }
    // That of an alternative's source, too.
    let found = fit("Other", "Something else.", Some("0005-00000218"));
    assert!(names(&found).contains(&"kms-not-activated"), "{found:?}");
    // Message and code weigh more than an EC.
    let found = fit("AccessDenied", EXPIRED, Some("0005-00000218"));
    assert_eq!(found[0].file.cause, "url-auth-expired");
    assert!(found.len() > 1, "{found:?}");
}

/// Where the EC is all that there is to go by, the code says which of its causes is meant.
#[test]
fn of_causes_with_one_ec_the_one_whose_code_it_is_comes_first() {
    for code in ["KmsServiceNotEnabled", "KmsUbsmsInvalidBid"] {
        let found = fit(code, "", Some("0005-00000218"));
        assert!(found.len() > 1, "{code}");
        assert_eq!(found[0].file.code, code);
    }
}

/// An answer that is documented is told as such, whatever other forms of it are known.
#[test]
fn what_is_documented_is_not_taken_for_another_form() {
    let mut told = 0;
    for entry in ledger().entries() {
        let file = &entry.file;
        if file.message == oss403_case::ledger::ANY_MESSAGE {
            continue;
        }
        let found = fit(&file.code, &file.message, None);
        let own = found.iter().find(|found| found.file.cause == file.cause);
        let why = &own.unwrap_or_else(|| panic!("{}", file.cause)).why;
        assert_eq!(
            why[0], "code and message are those documented",
            "{}",
            file.cause
        );
        told += 1;
    }
    assert!(told > 50, "{told}");
}

#[test]
fn a_longer_message_is_another() {
    let lost =
        format!("{UNKNOWN} The Security Token may be lost to specify that it is a STS Access Id.");
    // Both causes know it; of two that fit alike the documented one comes first.
    let found = fit("InvalidAccessKeyId", &lost, None);
    assert_eq!(
        names(&found),
        ["access-key-unknown", "access-key-sts-token-lost"]
    );
    let found = fit("InvalidAccessKeyId", UNKNOWN, None);
    assert_eq!(names(&found), ["access-key-unknown"]);
    let found = fit("InvalidAccessKeyId", &format!("{UNKNOWN} More."), None);
    assert_eq!(names(&found), [""; 0]);
}

fn observed(status: u16, code: &str, message: &str, ec: Option<&str>) -> Observed {
    Observed {
        status: Some(status),
        code: Some(code.into()),
        message: Some(message.into()),
        ec: ec.map(Into::into),
        is_the_answer_of: Vec::new(),
    }
}

#[test]
fn the_answer_of_another_cause_is_named_and_the_one_that_was_due_is_not() {
    let ledger = ledger();
    let expired = || observed(403, "AccessDenied", EXPIRED, None);
    let others = |seen: &Observed, own| other_causes(ledger, seen, own, None);
    assert_eq!(others(&expired(), "bucket-acl"), ["url-auth-expired"]);
    assert_eq!(others(&expired(), "url-auth-expired"), [""; 0]);
    for part in [
        Observed {
            status: None,
            ..expired()
        },
        Observed {
            code: None,
            ..expired()
        },
        Observed {
            message: None,
            ..expired()
        },
        observed(404, "AccessDenied", EXPIRED, None),
        observed(403, "Other", EXPIRED, None),
        observed(
            403,
            "AccessDenied",
            "Something else.",
            Some("0002-00000069"),
        ),
    ] {
        assert_eq!(others(&part, "bucket-acl"), [""; 0], "{part:?}");
    }
    // It was due here, for another reason: nothing is to be said.
    let due = |status, code: &str, message: &str| Expected {
        status,
        code: code.into(),
        message: message.into(),
        alternatives: Vec::new(),
        elements: Vec::new(),
    };
    for (due, is_due) in [
        (due(403, "AccessDenied", EXPIRED), true),
        (due(403, "AccessDenied", "*"), true),
        (due(409, "AccessDenied", EXPIRED), false),
        (due(403, "Other", EXPIRED), false),
        (due(403, "AccessDenied", "Something else."), false),
    ] {
        let found = other_causes(ledger, &expired(), "bucket-acl", Some(&due));
        assert_eq!(found.is_empty(), is_due, "{due:?}");
    }
    // The status of an alternative is one, too: 400 of a bucket for logs.
    for (status, expected) in [(400, true), (403, true), (404, false)] {
        let message = "put bucket log requester is not target bucket owner";
        let seen = observed(status, "InvalidTargetBucketForLogging", message, None);
        let found = others(&seen, "bucket-acl");
        assert_eq!(
            found == ["logging-target-bucket"],
            expected,
            "{status}: {found:?}"
        );
    }
}

#[test]
fn of_several_causes_those_are_named_that_the_ec_names() {
    let ledger = ledger();
    let named = |ec: Option<&str>, own: &str| {
        // Both know both texts.
        let message = "Please use virtual hosted style to access.";
        let seen = observed(403, "SecondLevelDomainForbidden", message, ec);
        other_causes(ledger, &seen, own, None)
    };
    assert_eq!(
        named(None, "bucket-acl"),
        ["second-level-domain", "virtual-hosted-style"]
    );
    assert_eq!(named(None, "virtual-hosted-style"), [""; 0]);
    assert_eq!(
        named(Some("0003-00001401"), "bucket-acl"),
        ["second-level-domain"]
    );
}
