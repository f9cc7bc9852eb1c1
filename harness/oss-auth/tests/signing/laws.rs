//! What holds for any request: a signature verifies, and stops to as soon as one byte of what it covers changes.

use oss_auth::{
    Credentials, QueryPair, Scheme, Scope, Timestamp, find_form_claim, form, parse_query,
    percent_encode,
};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::case::{Case, ID, REGION, SECRET, Way, case, change_one_byte, deterministic};
use crate::message::{Message, Parameter};

proptest! {
    #![proptest_config(deterministic(400))]

    #[test]
    fn what_is_signed_verifies(case in case()) {
        let signed = case.signed();
        prop_assert!(signed.verifies(&case.secret));
        signed.as_claim(|claim| {
            assert!(case.way.is_way_of(claim));
            assert_eq!(claim.access_key_id(), ID);
            assert_eq!(claim.security_token(), case.token.as_deref());
            let validity = claim.validity().expect("dated");
            assert_eq!(validity.check(Timestamp(case.time)), Ok(()));
            assert_eq!(claim.check_scope(REGION), Ok(()));
            assert_eq!(claim.authenticate(Timestamp(case.time), REGION, &case.secret), Ok(()));
        });
    }

    #[test]
    fn a_changed_byte_of_what_is_signed_never_verifies(
        case in case(),
        which in any::<Index>(),
        place in any::<Index>(),
        substitute in any::<Index>(),
    ) {
        let mut signed = case.signed();
        let mut parts = case.signed_parts(&mut signed);
        let (name, part) = parts.swap_remove(which.index(parts.len()));
        let (before, after) = change_one_byte(part, place, substitute);
        prop_assert!(
            !signed.verifies(&case.secret),
            "{name}: {before:?} became {after:?} unnoticed in {signed:?}"
        );
    }

    #[test]
    fn another_secret_never_verifies(case in case(), place in any::<Index>(), substitute in any::<Index>()) {
        let mut secret = case.secret.clone();
        change_one_byte(&mut secret, place, substitute);
        prop_assert!(!case.signed().verifies(&secret));
    }

    #[test]
    fn what_no_scheme_signs_may_change(case in case(), case_bits in any::<u64>()) {
        let mut signed = case.signed();
        for (index, (name, value)) in signed.headers.iter_mut().enumerate() {
            *value = format!(" \t{value} ");
            if case_bits >> index & 1 == 1 {
                *name = name.to_ascii_uppercase();
            }
        }
        for (_, value) in &mut signed.query {
            if value.as_deref().unwrap_or_default().is_empty() {
                *value = value.is_none().then(String::new);
            }
        }
        signed.headers.push(("X-Forwarded-For".to_owned(), "192.0.2.1".to_owned()));
        if !case.way.signs_whole_query() {
            signed.query.push(("unlisted".to_owned(), Some("1".to_owned())));
        }
        if case.way.signs_whole_query() && case.way != Way::S3Header {
            signed.query.reverse();
        }
        prop_assert!(signed.verifies(&case.secret));
    }

    #[test]
    fn forms_verify_until_a_byte_changes(
        policy in "[A-Za-z0-9+/]{1,60}={0,2}",
        secret in SECRET,
        version in 0..3_usize,
        which in 0..3_usize,
        place in any::<Index>(),
        substitute in any::<Index>(),
    ) {
        let (mut policy, mut secret) = (policy, secret);
        let mut fields = signed_form(version, &policy, &secret);
        prop_assert!(form_verifies(&fields, &secret));
        match which {
            0 => {
                change_one_byte(&mut policy, place, substitute);
                fields.iter_mut().filter(|(name, _)| name == "policy").for_each(|field| field.1.clone_from(&policy));
            }
            1 => {
                let (_, signature) = fields.last_mut().expect("the signature");
                change_one_byte(signature, place, substitute);
            }
            _ => {
                change_one_byte(&mut secret, place, substitute);
            }
        }
        prop_assert!(!form_verifies(&fields, &secret));
    }

    #[test]
    fn a_query_survives_the_wire(pairs in prop::collection::vec((".{1,8}", prop::option::of(".{0,8}")), 0..6)) {
        let raw: Vec<_> = pairs
            .iter()
            .map(|(name, value)| match value {
                None => percent_encode(name),
                Some(value) => format!("{}={}", percent_encode(name), percent_encode(value)),
            })
            .collect();
        let raw = raw.join("&");
        let expected: Vec<_> = pairs
            .iter()
            .map(|(name, value)| QueryPair { name: name.into(), value: value.as_ref().map(Into::into) })
            .collect();
        prop_assert_eq!(parse_query(&raw), Ok(expected));
    }
}

proptest! {
    #![proptest_config(deterministic(300))]

    /// The `Authorization` header is no signed part, but its scope, its list of headers and its signature are.
    #[test]
    fn a_changed_byte_of_scope_or_signature_never_verifies(
        case in case().prop_filter("a header", |case| case.way.is_header()),
        place in any::<Index>(),
        substitute in any::<Index>(),
    ) {
        let mut signed = case.signed();
        let (_, authorization) = signed.headers.last_mut().expect("the Authorization header");
        let covered_from = match case.way {
            Way::V1Header | Way::V2Header | Way::S3V2Header => authorization.find(ID).expect("the id") + ID.len() + 1,
            _ => authorization.find('/').expect("the scope") + 1,
        };
        let mut covered = authorization.split_off(covered_from);
        let (before, after) = change_one_byte(&mut covered, place, substitute);
        authorization.push_str(&covered);
        prop_assert!(!signed.verifies(&case.secret), "{before:?} became {after:?} unnoticed in {covered:?}");
    }
}

pub(crate) fn signed_form(version: usize, policy: &str, secret: &str) -> Vec<(String, String)> {
    let credentials = Credentials {
        access_key_id: ID,
        access_key_secret: secret,
        security_token: None,
    };
    let scope = Scope::oss("20231216", REGION);
    let credential = format!("{ID}/{scope}");
    let fields = match version {
        0 => vec![
            ("OSSAccessKeyId", ID.to_owned()),
            ("Signature", form::v1::sign(policy, &credentials)),
        ],
        1 => vec![
            ("x-oss-signature-version", "OSS2".to_owned()),
            ("x-oss-access-key-id", ID.to_owned()),
            ("x-oss-signature", form::v2::sign(policy, &credentials)),
        ],
        _ => vec![
            ("x-oss-signature-version", "OSS4-HMAC-SHA256".to_owned()),
            ("x-oss-credential", credential),
            ("x-oss-date", "20231216T162057Z".to_owned()),
            (
                "x-oss-signature",
                form::v4::sign(policy, &credentials, &scope),
            ),
        ],
    };
    let policy = ("policy".to_owned(), policy.to_owned());
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    std::iter::once(policy).chain(fields).collect()
}

fn form_verifies(fields: &[(String, String)], secret: &str) -> bool {
    matches!(find_form_claim(fields), Ok(Some(claim)) if claim.verify(secret).is_ok())
}

/// A signature in the URL covers the query in any order but not beyond: an appended parameter is noticed.
#[test]
fn an_appended_parameter_is_noticed_where_the_whole_query_is_signed() {
    for way in [
        Way::V2Header,
        Way::V2Url,
        Way::V4Header,
        Way::V4Url,
        Way::S3Header,
        Way::S3Url,
        Way::S3V2Header,
        Way::S3V2Url,
    ] {
        let case = Case {
            way,
            message: Message::get().with_header("Host", "h").with_query("a=1"),
            time: 1_702_743_657,
            date_form: 0,
            additional: Vec::new(),
            secret: "secret".to_owned(),
            token: None,
        };
        let mut signed = case.signed();
        assert!(signed.verifies("secret"), "{way:?}");
        let appended: Parameter = ("acl".to_owned(), None);
        signed.query.push(appended);
        assert!(!signed.verifies("secret"), "{way:?}");
    }
}

/// Forms of all versions are told apart.
#[test]
fn a_form_has_the_version_it_names() {
    for (version, scheme) in ["V1", "V2", "V4"].into_iter().enumerate() {
        let fields = signed_form(version, "e30=", "secret");
        let claim = find_form_claim(&fields)
            .expect("well-formed")
            .expect("signed");
        assert_eq!(format!("{:?}", claim.scheme()), scheme);
        let scope = (claim.scheme() == Scheme::V4).then(|| Scope::oss("20231216", REGION));
        assert_eq!(claim.scope(), scope.as_ref());
        assert_eq!(claim.validity().signed_at().is_some(), scope.is_some());
    }
}
