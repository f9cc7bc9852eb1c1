//! What refusals say: code, message, EC and extra elements.

use oss_reference::answer::Refusal;
use oss_reference::config::{Config, Decisions, KmsInactiveCode, NotBelongCode, RedirectCode};
use oss_reference::denial::Extra;
use oss_reference::{Cause, Denial};

use crate::fixture::{Ask, Scheme, Setup};
use crate::scenarios::all;

/// Id, code and message of the 403 page, whose messages lack the final full stop.
const DOCUMENTED: &str = include_str!("documented.tsv");

/// A refused scenario.
pub(crate) fn denial(name: &str) -> Denial {
    let scenario = all()
        .into_iter()
        .find(|scenario| scenario.name == name)
        .expect("the scenario exists");
    let mut setup = Setup::new();
    let mut ask = (scenario.base)(&mut setup);
    (scenario.edit)(&mut setup, &mut ask);
    refused(&setup, &ask)
}

pub(crate) fn refused(setup: &Setup, ask: &Ask) -> Denial {
    match setup.send(ask) {
        Err(Refusal::Denied(denial)) => denial,
        other => panic!("{other:?}"),
    }
}

fn text<'d>(denial: &'d Denial, name: &str) -> Option<&'d str> {
    denial.extras.iter().find_map(|(known, extra)| match extra {
        Extra::Text(text) if *known == name => Some(text.as_str()),
        _ => None,
    })
}

#[test]
fn codes_and_messages_are_those_of_the_page() {
    let decisions = Decisions::default().documented();
    let mut ids = Vec::new();
    for line in DOCUMENTED.lines().skip(1) {
        let [id, code, message] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let cause = *Cause::ALL
            .iter()
            .find(|cause| cause.id() == id)
            .expect("the cause exists");
        assert_eq!(cause.code(&decisions), code, "{id}");
        let wire = match id {
            "access-denied" | "user-disabled" | "bucket-disabled" => message.to_owned(),
            "signature-mismatch" => format!("{message}. Check your key and signing method."),
            "post-policy-condition-failed" => message.replace("<the failed condition>", ""),
            "post-policy-content-type" => {
                message.replace(r#"["eq", "$Content-Type", "image/png"]"#, "")
            }
            _ => format!("{message}."),
        };
        assert_eq!(cause.message(), wire, "{id}");
        assert!(cause.is_documented(), "{id}");
        ids.push(id);
    }
    assert_eq!(ids.len(), 51);
    assert_eq!(
        Cause::ALL
            .iter()
            .filter(|cause| cause.is_documented())
            .count(),
        51
    );
}

#[test]
fn what_was_seen_besides_is_said_as_it_was_seen() {
    for (name, code, message) in [
        (
            "date-in-words",
            "AccessDenied",
            "OSS authentication requires a valid Date.",
        ),
        (
            "requester-does-not-pay",
            "AccessDenied",
            "Access denied for requester pay bucket",
        ),
        (
            "public-bucket-blocked",
            "AccessDenied",
            "Put public bucket acl is not allowed",
        ),
        (
            "public-object-blocked",
            "AccessDenied",
            "Put public object acl is not allowed",
        ),
        (
            "public-policy-blocked",
            "AccessDenied",
            "Put public bucket policy is not allowed",
        ),
        (
            "poor-list-buckets",
            "AccessDenied",
            "You are forbidden to oss:ListBuckets.",
        ),
        (
            "poor-put-bucket",
            "AccessDenied",
            "You are forbidden to oss:PutBucket.",
        ),
        (
            "logs-to-nobody",
            "InvalidTargetBucketForLogging",
            "put bucket log requester is not target bucket owner.",
        ),
        (
            "version-1-closed",
            "AccessDenied",
            "V1 signature is forbidden.",
        ),
        (
            "no-cors-rules",
            "AccessForbidden",
            "CORSResponse: CORS is not enabled for this bucket.",
        ),
        (
            "feature-closed",
            "AccessDenied",
            "Configuration is disabled for the current user",
        ),
        (
            "ram-policy-deny",
            "AccessDenied",
            "Access denied by bucket policy.",
        ),
        (
            "session-key-without-token",
            "InvalidAccessKeyId",
            "The OSS Access Key Id you provided does not exist in our records. The Security Token may be lost to specify that it is a STS Access Id.",
        ),
    ] {
        let denial = denial(name);
        let said = denial.rendered(&Decisions::default());
        assert_eq!((said.code, said.message), (code, message), "{name}");
        assert_eq!(said.status, 403);
    }
    // Of these the sources show the code alone.
    for (name, code) in [
        ("cname-under-the-suffix", "CnameIsForbidden"),
        ("cname-of-ill-repute", "CnameIsRisk"),
        ("cname-without-proof", "NeedVerifyDomainOwnership"),
        ("kms-none-for-a-named-key", "KmsServiceNotEnabled"),
        ("logs-to-a-stranger", "InvalidTargetBucketForLogging"),
    ] {
        assert_eq!(
            denial(name).rendered(&Decisions::default()).code,
            code,
            "{name}"
        );
    }
}

#[test]
fn failed_conditions_are_rendered_as_the_service_does() {
    let message = |name| {
        denial(name)
            .rendered(&Decisions::default())
            .message
            .to_owned()
    };
    let failed = "Invalid according to Policy: Policy Condition failed: ";
    assert_eq!(
        message("key-prefix"),
        format!(r#"{failed}["starts-with", "$key", "user/eric/"]"#)
    );
    assert_eq!(
        message("bucket-condition"),
        format!(r#"{failed}["eq", "$bucket", "johnsmith"]"#)
    );
    assert_eq!(
        message("content-type"),
        format!(r#"{failed}["eq", "$Content-Type", "image/png"]"#)
    );
}

#[test]
fn ecs_tell_the_cases_of_a_cause_apart() {
    for (name, ec) in [
        ("v1-secret", "0002-00000040"),
        ("v1-url-secret", "0002-00000040"),
        ("v2-secret", "0002-00000101"),
        ("v4-secret", "0002-00000201"),
        ("v4-url-secret", "0002-00000201"),
        ("s3-secret", "0002-00000429"),
        ("form-signature", "0002-00000705"),
        ("unknown-key", "0002-00000902"),
        ("session-key-without-token", "0002-00000003"),
        ("disabled-key", "0002-00000903"),
        ("key-from-elsewhere", "0002-00000904"),
        ("empty-expires", "0002-00000068"),
        ("no-key-id", "0002-00000071"),
        ("expires-not-a-number", "0002-00000070"),
        ("v1-url-expired", "0002-00000069"),
        ("v1-past", "0002-00000504"),
        ("s3-future", "0002-00000501"),
        ("bucket-policy-deny", "0003-00000101"),
        ("ram-policy-deny", "0003-00000201"),
        ("deny-on-both-sides", "0003-00000203"),
        ("requester-does-not-pay", "0003-00000703"),
        ("public-object-blocked", "0016-00000901"),
        ("feature-closed", "0024-00000008"),
        ("kms-none-for-a-named-key", "0005-00000218"),
        ("cname-without-proof", "0018-00000115"),
        ("referer-empty", "0003-00000501"),
        ("referer-blacklisted", "0003-00000502"),
        ("referer-elsewhere", "0003-00000503"),
        ("no-cors-rules", "0003-00000601"),
        ("cors-origin", "0003-00000602"),
        ("private-object", "0003-00000005"),
        ("delete-private-object", "0003-00000006"),
        ("read-acl", "0003-00000007"),
        ("write-acl", "0003-00000008"),
        ("private-bucket-anonymous", "0003-00000001"),
        ("anonymous-list", "0003-00000002"),
        ("anonymous-regions", "0003-00001201"),
        ("wrong-region", "0003-00001403"),
        ("path-style", "0003-00001401"),
        ("frozen", "0016-00000404"),
        ("frozen-copy-source", "0016-00000330"),
        ("policy-expired", "0006-00000213"),
        ("key-prefix", "0006-00000227"),
    ] {
        assert_eq!(
            denial(name).rendered(&Decisions::default()).ec,
            Some(ec),
            "{name}"
        );
    }
    let silent = Decisions {
        emit_ec: false,
        ..Decisions::default()
    };
    assert_eq!(denial("v1-secret").rendered(&silent).ec, None);
}

#[test]
fn the_right_endpoint_is_told() {
    for name in ["wrong-region", "wrong-region-s3"] {
        let denial = denial(name);
        assert_eq!(text(&denial, "Bucket"), Some("bucket-one"));
        assert_eq!(
            text(&denial, "Endpoint"),
            Some("oss-cn-hangzhou.aliyuncs.test")
        );
    }
}

#[test]
fn status_refusals_name_the_bucket_and_key_refusals_the_key() {
    assert_eq!(
        text(&denial("owner-disabled"), "BucketName"),
        Some("bucket-read")
    );
    assert_eq!(
        text(&denial("bucket-blocked"), "BucketName"),
        Some("bucket-one")
    );
    assert_eq!(
        text(&denial("requester-does-not-pay"), "BucketName"),
        Some("bucket-read")
    );
    assert_eq!(
        text(&denial("session-key-without-token"), "OSSAccessKeyId").map(|id| &id[..4]),
        Some("STS.")
    );
    assert_eq!(
        text(&denial("unknown-key"), "OSSAccessKeyId"),
        Some("LTAI0000000000000000nope")
    );
    assert_eq!(
        text(&denial("key-charset"), "OSSAccessKeyId"),
        Some("bad!key")
    );
}

#[test]
fn a_wrong_signature_is_explained_without_giving_away_the_right_one() {
    let setup = Setup::new();
    let mut ask = setup.ask("GET", "bucket-one", "/k.txt");
    ask.key.secret = "wrong".into();
    let denial = refused(&setup, &ask);
    let string_to_sign = "GET\n\n\nMon, 18 Dec 2023 08:00:00 GMT\n/bucket-one/k.txt";
    assert_eq!(
        text(&denial, "OSSAccessKeyId"),
        Some(setup.owner().id.as_str())
    );
    assert_eq!(text(&denial, "StringToSign"), Some(string_to_sign));
    let bytes = text(&denial, "StringToSignBytes").expect("they are shown");
    assert!(
        bytes.starts_with("47 45 54 0A 0A 0A 4D 6F 6E 2C 20 ") && bytes.ends_with("2E 74 78 74 "),
        "{bytes}"
    );
    assert_eq!(text(&denial, "CanonicalRequest"), None);
    let names: Vec<&str> = denial.extras.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "OSSAccessKeyId",
            "SignatureProvided",
            "StringToSign",
            "StringToSignBytes"
        ]
    );

    ask.key = setup.owner();
    let parts = ask.parts();
    let right = ask
        .read(&parts, &setup)
        .expect("a request")
        .header("authorization")
        .expect("it is signed")
        .to_owned();
    let right = right.rsplit(':').next().expect("it has a signature");
    assert!(
        !denial
            .extras
            .iter()
            .any(|(_, extra)| matches!(extra, Extra::Text(text) if text.contains(right)))
    );

    let v4 = denial_of(&setup, Scheme::V4);
    assert!(
        text(&v4, "CanonicalRequest")
            .is_some_and(|text| text.starts_with("GET\n/bucket-one/k.txt\n"))
    );
    let s3 = denial_of(&setup, Scheme::S3);
    assert_eq!(text(&s3, "AWSAccessKeyId"), Some(setup.owner().id.as_str()));
}

fn denial_of(setup: &Setup, scheme: Scheme) -> Denial {
    let mut ask = setup.ask("GET", "bucket-one", "/k.txt").scheme(scheme);
    ask.key.secret = "wrong".into();
    refused(setup, &ask)
}

#[test]
fn times_are_given_as_the_service_writes_them() {
    let skewed = denial("v1-past");
    assert_eq!(text(&skewed, "MaxAllowedSkewMilliseconds"), Some("900000"));
    assert_eq!(
        text(&skewed, "RequestTime"),
        Some("2023-12-18T07:44:59.000Z")
    );
    assert_eq!(
        text(&skewed, "ServerTime"),
        Some("2023-12-18T08:00:00.000Z")
    );
    let expired = denial("v1-url-expired");
    assert_eq!(text(&expired, "Expires"), Some("2023-12-18T07:59:59.000Z"));
    assert_eq!(
        text(&expired, "ServerTime"),
        Some("2023-12-18T08:00:00.000Z")
    );
}

#[test]
fn an_unknown_key_is_told_what_it_looks_like() {
    let setup = Setup::new();
    for (id, ec) in [
        ("LTAI5tUnknown", "0002-00000902"),
        ("STS.Unknown", "0002-00000002"),
    ] {
        let mut ask = setup.ask("GET", "bucket-one", "/k.txt");
        ask.key.id = id.into();
        let denied = refused(&setup, &ask);
        assert_eq!(denied.cause, Cause::AccessKeyUnknown);
        assert_eq!(denied.rendered(&Decisions::default()).ec, Some(ec), "{id}");
    }
}

#[test]
fn tokens_never_travel_back() {
    for name in ["token-invalid", "token-of-another-key", "token-expired"] {
        assert!(denial(name).extras.is_empty(), "{name}");
    }
}

#[test]
fn disputed_codes_follow_the_configuration() {
    let decisions = Decisions {
        not_belong_code: NotBelongCode::AccessDenied,
        redirect_code: RedirectCode::AccessDenied,
        kms_inactive_code: KmsInactiveCode::KmsServiceNotEnabled,
        ..Decisions::default()
    };
    assert_eq!(Cause::BucketNotBelong.code(&decisions), "AccessDenied");
    assert_eq!(Cause::PermanentRedirect.code(&decisions), "AccessDenied");
    assert_eq!(
        Cause::KmsNotActivated.code(&decisions),
        "KmsServiceNotEnabled"
    );
    let config = Config {
        decisions: Decisions {
            emit_access_denied_detail: false,
            ..Decisions::default()
        },
        ..Config::default()
    };
    let mut setup = Setup::with(config);
    let key = setup.poor_user();
    assert!(
        refused(&setup, &setup.ask("GET", "bucket-one", "/k.txt").by(&key))
            .extras
            .is_empty()
    );
}
