//! Edits of every kind: of the request, of the signed request on its way, of the world.

use std::collections::BTreeMap;

use oss403_operator::{AccountStatus, BucketStatus, KeyStatus};
use proptest::option::of;
use proptest::prelude::{BoxedStrategy, Just, Strategy};
use proptest::prop_oneof;
use proptest::sample::select;

use super::{
    bucket_acl, bucket_policy, bucket_statement, clock, cors, header, life, method, object_acl,
    ram_policy, referer, request, scheme, text, who,
};
use oss403_case::model::{Edit, HostName, Misspelling, ObjectSpec, Span, Who, Yes};

/// An edit of any kind.
pub(in crate::explore) fn edit() -> BoxedStrategy<Edit> {
    prop_oneof![
        6 => of_request(),
        4 => on_the_wire(),
        5 => of_world(),
    ]
    .boxed()
}

fn of_request() -> BoxedStrategy<Edit> {
    let texts = |list: &[&'static str]| select(list.to_vec()).prop_map(str::to_owned);
    prop_oneof![
        4 => who().prop_map(Edit::As),
        1 => scheme().prop_map(Edit::Sign),
        2 => request().prop_map(Edit::Request),
        1 => method().prop_map(Edit::Method),
        2 => header().prop_map(Edit::SetHeader),
        1 => Just(Edit::SetQuery(text("response-content-type", "text/html"))),
        2 => clock().prop_map(Edit::Clock),
        2 => life().prop_map(Edit::ExpiresIn),
        1 => texts(&["", "soon", "-1", "1e12", "99999999999999999999"]).prop_map(Edit::Expires),
        1 => texts(&["LTAInobodyhasthiskey", "bad key!", "${access-key-id.ram-user}"]).prop_map(Edit::AccessKeyId),
        1 => Just(Edit::WrongSecret(Yes)),
        1 => texts(&["garbage", ""]).prop_map(Edit::Token),
        1 => Just(Edit::TokenOf(Who::Sts)),
        1 => Just(Edit::DropToken(Yes)),
        1 => texts(&["cn-nowhere", "${away-region}"]).prop_map(Edit::ScopeRegion),
        1 => select(vec![HostName::Service, HostName::AwayBucket, HostName::AwayService, HostName::Ip, HostName::Accelerate]).prop_map(Edit::Host),
    ]
    .boxed()
}

fn on_the_wire() -> BoxedStrategy<Edit> {
    let query = || {
        select(vec![
            ("acl", ""),
            ("Expires", "4102444800"),
            ("x-oss-process", "image/info"),
            ("a", "b"),
        ])
    };
    let named = |list: &[&'static str]| select(list.to_vec()).prop_map(str::to_owned);
    prop_oneof![
        2 => Just(Edit::FlipSignature(Yes)),
        1 => select(vec![Misspelling::Truncated, Misspelling::Extended, Misspelling::SwappedCase, Misspelling::OtherEncoding]).prop_map(Edit::RespellSignature),
        1 => select(vec![-600_i64, 600, 3_600]).prop_map(|by| Edit::TamperDate(Span(by))),
        1 => method().prop_map(Edit::TamperMethod),
        1 => named(&["/docs/k.txt", "/absent.txt", "/K.txt", "/./k.txt", "/"]).prop_map(Edit::TamperPath),
        1 => header().prop_map(Edit::TamperHeader),
        1 => header().prop_map(Edit::RepeatHeader),
        1 => named(&["Date", "x-oss-date", "Content-Type", "Authorization", "x-oss-content-sha256", "x-oss-security-token"]).prop_map(Edit::RemoveHeader),
        1 => query().prop_map(|(name, value)| Edit::TamperQuery(text(name, value))),
        1 => query().prop_map(|(name, value)| Edit::RepeatQuery(text(name, value))),
        1 => named(&["Expires", "Signature", "OSSAccessKeyId", "x-oss-expires", "x-oss-date", "x-oss-signature", "x-oss-credential"]).prop_map(Edit::RemoveQuery),
    ]
    .boxed()
}

/// Networks around the address that a target on this machine sees, and others.
fn network() -> impl Strategy<Value = String> {
    select(vec![
        "127.0.0.0/8",
        "126.0.0.0/8",
        "127.128.0.0/8",
        "127.0.0.1/32",
        "127.0.0.0/32",
        "128.0.0.0/0",
        "10.0.0.0/8",
    ])
    .prop_map(str::to_owned)
}

fn of_world() -> BoxedStrategy<Edit> {
    let policy_of = |who: Who| {
        of(ram_policy()).prop_map(move |policy| {
            Edit::RamPolicy(BTreeMap::from([(who.clone(), policy.unwrap_or_default())]))
        })
    };
    prop_oneof![
        3 => object_acl().prop_map(|acl| Edit::ObjectAcl(text("k.txt", &acl))),
        3 => bucket_acl().prop_map(Edit::BucketAcl),
        3 => bucket_policy().prop_map(Edit::BucketPolicy),
        3 => bucket_statement().prop_map(Edit::AddStatement),
        1 => policy_of("reader".into()),
        1 => policy_of(Who::RamUser),
        2 => referer().prop_map(Edit::Referer),
        1 => prop_oneof![Just(Vec::new()), cors()].prop_map(Edit::Cors),
        1 => Just(Edit::BlockPublicAccess(Yes)),
        1 => Just(Edit::PutObject([("k.txt".to_owned(), ObjectSpec::of_text("another content"))].into_iter().collect())),
        1 => Just(Edit::KeyStatus(BTreeMap::from([(Who::RamUser, KeyStatus::Inactive)]))),
        1 => network().prop_map(|network| Edit::KeyNetworks(BTreeMap::from([(Who::RamUser, vec![network])]))),
        1 => Just(Edit::BucketStatus(BucketStatus::Disabled)),
        1 => Just(Edit::AccountStatus(AccountStatus::Disabled)),
    ]
    .boxed()
}
