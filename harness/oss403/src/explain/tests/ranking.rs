//! Which cause comes first.

use super::{diagnosed, first, shown, unwrapped};

fn of(body: &str) -> String {
    let diagnosis = diagnosed(&format!("<Error>{body}</Error>"));
    first(&diagnosis).to_owned()
}

#[test]
fn answers_from_the_wire_lead_to_their_causes() {
    // Each as it was seen in public; the last three have a code or a text that the documentation gives otherwise.
    for (code, message, cause) in [
        ("AccessDenied", "Request has expired.", "url-auth-expired"),
        (
            "AccessDenied",
            "You have no right to access this object because of bucket acl.",
            "bucket-acl",
        ),
        (
            "AccessDenied",
            "You have no right to access this object.",
            "object-no-right",
        ),
        (
            "InvalidAccessKeyId",
            "The OSS Access Key Id you provided does not exist in our records.",
            "access-key-unknown",
        ),
        ("UserDisable", "UserDisable", "user-disabled"),
        (
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            "signature-mismatch",
        ),
        (
            "AccessDenied",
            "The bucket you access does not belong to you.",
            "bucket-not-belong",
        ),
        (
            "AccessDenied",
            "Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters",
            "url-auth-missing-parameter",
        ),
        (
            "AccessDenied",
            "The bucket you attempting to access must be addressed",
            "",
        ),
    ] {
        assert_eq!(
            of(&format!("<Code>{code}</Code><Message>{message}</Message>")),
            cause,
            "{message}"
        );
    }
}

const DENY: &str = "<Code>AccessDenied</Code><Message>Access denied by bucket policy.</Message>";

#[test]
fn the_ec_tells_the_denies_apart() {
    for (ec, cause) in [
        ("0003-00000101", "bucket-policy"),
        ("0003-00000201", "ram-policy-explicit-deny"),
        ("0003-00000203", "ram-and-bucket-policy-deny"),
        ("0003-00000301", "authorizer-policy"),
    ] {
        let diagnosis = diagnosed(&format!("<Error>{DENY}<EC>{ec}</EC></Error>"));
        assert_eq!(first(&diagnosis), cause, "{ec}");
        let others = diagnosis
            .fits
            .iter()
            .skip(1)
            .map(|fit| fit.file.cause.as_str());
        let deny = [
            "bucket-policy",
            "ram-policy-explicit-deny",
            "ram-and-bucket-policy-deny",
        ];
        assert_eq!(
            others.filter(|other| deny.contains(other)).count(),
            0,
            "{ec} rules out the others"
        );
    }
    // No Deny matches: neither policy is to be searched for one.
    let diagnosis = diagnosed(&format!("<Error>{DENY}<EC>0003-00000202</EC></Error>"));
    assert!(
        diagnosis
            .fits
            .iter()
            .all(|fit| !fit.file.cause.ends_with("deny") && fit.file.cause != "bucket-policy"),
        "{diagnosis:?}"
    );
    assert!(unwrapped(&shown(&diagnosis)).contains("There is no Deny to look for"));
}

#[test]
fn access_denied_detail_tells_them_apart_without_an_ec() {
    let with = |policy: &str, kind: &str| {
        of(&format!(
            "{DENY}<AccessDeniedDetail><PolicyType>{policy}</PolicyType><NoPermissionType>{kind}</NoPermissionType></AccessDeniedDetail>"
        ))
    };
    assert_eq!(
        with("AccountLevelIdentityBasedPolicy", "ExplicitDeny"),
        "ram-policy-explicit-deny"
    );
    assert_eq!(
        with("ControlPolicy", "ExplicitDeny"),
        "ram-policy-explicit-deny"
    );
    assert_eq!(with("SessionPolicy", "ImplicitDeny"), "authorizer-policy");
    assert_eq!(with("ResourcePolicy", "ExplicitDeny"), "bucket-policy");
    assert_eq!(with("AccountLevelIdentityBasedPolicy", "ImplicitDeny"), "");
    assert_eq!(of(DENY), "bucket-policy");
}

#[test]
fn an_ec_that_a_source_only_mentions_makes_no_cause() {
    // Named by the sources of several causes each, and the own of one.
    assert_eq!(
        of("<Code>AccessDenied</Code><Message>?</Message><EC>0003-00000201</EC>"),
        "ram-policy-explicit-deny"
    );
    assert_eq!(
        of("<Code>AccessDenied</Code><Message>?</Message><EC>0003-00000101</EC>"),
        "bucket-policy"
    );
    assert_eq!(
        of("<Code>AccessDenied</Code><Message>?</Message><EC>0002-00000069</EC>"),
        "url-auth-expired"
    );
}

#[test]
fn an_unsigned_request_is_told_so() {
    let body = "<Error><Code>AccessDenied</Code><Message>The bucket you access does not belong to you.</Message><EC>0003-00000905</EC></Error>";
    let curl = format!(
        "> GET / HTTP/1.1\n> Host: b.oss-cn-hangzhou.aliyuncs.com\n>\n< HTTP/1.1 403 Forbidden\n< x-oss-ec: 0003-00000905\n<\n{body}\n"
    );
    let diagnosis = diagnosed(&curl);
    assert_eq!(first(&diagnosis), "bucket-not-belong");
    assert!(
        diagnosis
            .notes
            .iter()
            .any(|note| note.contains("carries no signature")),
        "{diagnosis:?}"
    );
    assert!(
        diagnosis
            .fits
            .iter()
            .all(|fit| fit.file.cause != "access-denied")
    );
}

#[test]
fn the_more_telling_of_two_conditions_comes_first() {
    let message = r#"Invalid according to Policy: Policy Condition failed: ["eq", "$Content-Type", "image/png"]"#;
    assert_eq!(
        of(&format!(
            "<Code>AccessDenied</Code><Message>{message}</Message>"
        )),
        "post-policy-content-type"
    );
}

#[test]
fn an_unknown_answer_keeps_what_it_says() {
    let diagnosis = diagnosed(
        "<Error><Code>Odd</Code><Message>Never seen.</Message><EC>0099-00000001</EC></Error>",
    );
    insta::assert_snapshot!(shown(&diagnosis), @r"
    Code       Odd
    Message    Never seen.
    EC         0099-00000001

    No documented cause has this code or this message. Look for the EC in the OSS
    documentation, and keep the request id for support.
    ");
    assert!(!diagnosis.fits_anything());
}

#[test]
fn a_code_of_few_causes_is_enough() {
    let known = diagnosed(
        "<Error><Code>NeedVerifyDomainOwnership</Code><Message>Some text.</Message></Error>",
    );
    assert_eq!(first(&known), "cname-ownership");
    let lost =
        diagnosed("<Error><Code>SecondLevelDomainForbidden</Code><Message></Message></Error>");
    assert!(!lost.fits.is_empty());
    assert_eq!(
        of("<Code>AccessDenied</Code><Message>Some text.</Message>"),
        ""
    );
}
