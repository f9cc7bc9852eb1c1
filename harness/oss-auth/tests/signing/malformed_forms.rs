//! Every malformed signed form that OSS has an EC for, one row each, and those beside them.

use oss_auth::find_form_claim;

#[test]
fn forms() {
    const SCOPE: &str = "20231216/cn-hangzhou/oss/aliyun_v4_request";
    for (fields, ec, field) in [
        (
            "x-oss-signature-version=OSS9",
            "701",
            "x-oss-signature-version",
        ),
        ("x-oss-signature-version=", "701", "x-oss-signature-version"),
        // V1.
        ("OSSAccessKeyId=id Signature=s", "702", "policy"),
        ("OSSAccessKeyId=id policy=p", "703", "Signature"),
        ("OSSAccessKeyId=id policy=p Signature=", "704", "Signature"),
        ("policy=p Signature=s", "706", "OSSAccessKeyId"),
        (
            "OSSAccessKeyId= policy=p Signature=s",
            "706",
            "OSSAccessKeyId",
        ),
        ("policy=p", "706", "OSSAccessKeyId"),
        // V2.
        (
            "x-oss-signature-version=OSS2 x-oss-access-key-id=id x-oss-signature=s",
            "702",
            "policy",
        ),
        (
            "x-oss-signature-version=OSS2 x-oss-access-key-id=id policy=p",
            "703",
            "x-oss-signature",
        ),
        (
            "x-oss-signature-version=OSS2 x-oss-access-key-id=id policy=p x-oss-signature=",
            "704",
            "x-oss-signature",
        ),
        (
            "x-oss-signature-version=OSS2 policy=p x-oss-signature=s",
            "706",
            "x-oss-access-key-id",
        ),
        // V4: `$` stands for version and scope.
        (
            "$ x-oss-credential=id/$ x-oss-signature=s x-oss-date=20231216T162057Z",
            "702",
            "policy",
        ),
        (
            "$ x-oss-credential=id/$ policy=p x-oss-date=20231216T162057Z",
            "703",
            "x-oss-signature",
        ),
        (
            "$ x-oss-credential=id/$ policy=p x-oss-signature= x-oss-date=20231216T162057Z",
            "704",
            "x-oss-signature",
        ),
        (
            "$ policy=p x-oss-signature=s x-oss-date=20231216T162057Z",
            "706",
            "x-oss-credential",
        ),
        (
            "$ x-oss-credential=/$ policy=p x-oss-signature=s x-oss-date=20231216T162057Z",
            "708",
            "x-oss-credential",
        ),
        (
            "$ x-oss-credential=id/$ policy=p x-oss-signature=s x-oss-date=20231216",
            "709",
            "x-oss-date",
        ),
        (
            "$ x-oss-credential=id/$ policy=p x-oss-signature=s",
            "709",
            "x-oss-date",
        ),
        (
            "$ x-oss-credential=id/$ policy=p x-oss-signature=s x-oss-date=",
            "709",
            "x-oss-date",
        ),
        (
            "$ x-oss-credential=id policy=p x-oss-signature=s x-oss-date=20231216T162057Z",
            "710",
            "x-oss-credential",
        ),
    ] {
        let expanded = fields
            .replace("/$", &format!("/{SCOPE}"))
            .replace('$', "x-oss-signature-version=OSS4-HMAC-SHA256");
        let form = form(&expanded);
        let error = find_form_claim(&form).expect_err(fields);
        assert_eq!(error.ec(), format!("0002-00000{ec}"), "{fields}");
        assert_eq!(error.field(), field, "{fields}");
    }
}

#[test]
fn a_form_without_signature_fields_is_anonymous_and_names_are_of_any_case() {
    assert_eq!(
        find_form_claim(&form("key=k x-oss-security-token=t")),
        Ok(None)
    );
    assert_eq!(find_form_claim(&[]), Ok(None));
    let fields = form("ossaccesskeyid=id POLICY=p signature=s X-OSS-Security-Token=t Policy=later");
    let claim = find_form_claim(&fields)
        .expect("well-formed")
        .expect("signed");
    assert_eq!((claim.access_key_id(), claim.policy()), ("id", "p"));
    assert_eq!(
        (claim.signature(), claim.security_token()),
        ("s", Some("t"))
    );
}

fn form(fields: &str) -> Vec<(String, String)> {
    let pairs = fields
        .split(' ')
        .map(|field| field.split_once('=').expect("name=value"));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
