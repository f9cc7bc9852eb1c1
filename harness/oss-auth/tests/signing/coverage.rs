//! Whole elements that come, go or change places: what every signature notices, and what V1 by design does not.

use std::collections::BTreeSet;

use oss_auth::Timestamp;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::case::{Case, Way, case, deterministic};
use crate::message::{Message, Parameter};

proptest! {
    #![proptest_config(deterministic(400))]

    #[test]
    fn a_dropped_element_that_is_signed_never_verifies(case in case(), which in any::<Index>()) {
        let mut signed = case.signed();
        let covered = covered_elements(&case, &signed);
        let element = covered[which.index(covered.len())];
        let dropped = element.drop_from(&mut signed);
        prop_assert!(!signed.verifies(&case.secret), "{dropped} was dropped unnoticed from {signed:?}");
    }

    #[test]
    fn an_added_element_that_is_signed_never_verifies(case in case(), added in select(ADDED), value in "[a-z0-9]{1,5}") {
        let mut signed = case.signed();
        match added {
            Added::Header(name) => {
                // The S3 dialect signs the headers that it lists, and none of these need be.
                prop_assume!(!case.way.lists_headers() || has_header(&signed, name));
                // V2 of the dialect signs its own.
                prop_assume!(case.covers_header(name));
                signed.headers.push((name.to_owned(), value));
            }
            Added::Parameter(name) => {
                // Of a repeated one V1 signs the first.
                prop_assume!(case.way.signs_whole_query() || !has_parameter(&signed, name));
                prop_assume!(case.covers_parameter(name));
                signed.query.push((name.to_owned(), Some(value)));
            }
        }
        prop_assert!(!signed.verifies(&case.secret), "{added:?} was added unnoticed to {signed:?}");
    }

    #[test]
    fn a_renamed_header_that_is_signed_never_verifies(case in case(), which in any::<Index>()) {
        let mut signed = case.signed();
        let covered: Vec<_> = (0..signed.headers.len())
            .filter(|&at| case.covers_header(&signed.headers[at].0))
            .collect();
        prop_assume!(!covered.is_empty());
        let (name, _) = &mut signed.headers[covered[which.index(covered.len())]];
        let before = std::mem::replace(name, "x-oss-meta-renamed".to_owned());
        prop_assert!(!signed.verifies(&case.secret), "{before} was renamed unnoticed in {signed:?}");
    }

    #[test]
    fn another_bucket_or_key_or_none_never_verifies(case in case(), which in 0..3_usize) {
        prop_assume!(!case.way.signs_path() && case.message.bucket.is_some());
        let mut signed = case.signed();
        match which {
            0 => (signed.bucket, signed.key) = (None, None),
            1 if signed.key.is_some() => signed.key = None,
            1 => signed.key = Some("k".to_owned()),
            _ => signed.bucket = signed.bucket.map(|bucket| bucket + "2"),
        }
        prop_assert!(!signed.verifies(&case.secret));
    }

    /// V2 and V4 sign every parameter, encoded, so that no value can pass for something else.
    #[test]
    fn where_v1_takes_one_text_for_another_the_others_notice(
        case in case_of(&[Way::V2Header, Way::V2Url, Way::V4Header, Way::V4Url]), alias in select(ALIASES)
    ) {
        let (signed, alias) = (alias.signed)(&case);
        prop_assert!(signed.verifies(&case.secret));
        prop_assert!(!alias.verifies(&case.secret));
    }

    /// V1 joins key and sub-resources, and those among each other, as they are: what stands in a key or a value can
    /// pass for a sub-resource (page: Include signatures in the Authorization header).
    #[test]
    fn v1_takes_a_key_or_a_value_for_the_subresource_it_spells(
        case in case_of(&[Way::V1Header, Way::V1Url]), alias in select(ALIASES)
    ) {
        let (signed, alias) = (alias.signed)(&case);
        prop_assert!(signed.verifies(&case.secret));
        prop_assert!(alias.verifies(&case.secret));
    }
}

/// What V1 leaves out by design, each beside what it signs of the same kind.
#[test]
fn v1_signs_no_other_parameters_headers_or_later_repetitions() {
    for way in [Way::V1Header, Way::V1Url] {
        let signed = bare_case(way, "acl&prefix=a").signed();
        let verifies = |change: &dyn Fn(&mut Message)| {
            let mut changed = signed.clone();
            change(&mut changed);
            changed.verifies("secret")
        };
        let set_header = |name: &'static str, value: &'static str| {
            verifies(&move |message| {
                message
                    .headers
                    .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
                message.headers.push((name.to_owned(), value.to_owned()));
            })
        };
        let add_parameter = |name: &'static str| {
            verifies(&move |message| message.query.push((name.to_owned(), Some("1".to_owned()))))
        };
        assert!(
            add_parameter("max-keys") && !add_parameter("uploads"),
            "{way:?}"
        );
        assert!(add_parameter("acl"), "{way:?}: a repetition");
        assert!(
            verifies(&|message| message.query[1].1 = None),
            "{way:?}: prefix"
        );
        assert!(
            !verifies(&|message| message.query[0].1 = Some("1".to_owned())),
            "{way:?}: acl"
        );
        assert!(
            set_header("Host", "elsewhere") && set_header("Range", "bytes=1-"),
            "{way:?}"
        );
        assert!(
            set_header("If-Match", "x") && set_header("Content-Length", "9"),
            "{way:?}"
        );
        assert!(
            !set_header("Content-Type", "a/b") && !set_header("x-oss-acl", "private"),
            "{way:?}"
        );
    }
    // A URL carries its own time, and x-oss-date stands in for Date: the other date is not signed.
    let mut dated = bare_case(Way::V1Url, "acl").signed();
    dated
        .headers
        .push(("Date".to_owned(), "whenever".to_owned()));
    assert!(dated.verifies("secret"));
    let mut dated = Case {
        date_form: 1,
        ..bare_case(Way::V1Header, "acl")
    }
    .signed();
    dated
        .headers
        .push(("Date".to_owned(), "whenever".to_owned()));
    assert!(dated.verifies("secret"));
}

/// The laws would hold for requests of which nothing is signed.
#[test]
fn the_generator_reaches_every_way_and_gives_each_something_to_sign() {
    let mut runner = TestRunner::new(deterministic(1));
    let mut parts: Vec<(Way, &str)> = Vec::new();
    for _ in 0..1400 {
        let case = case().new_tree(&mut runner).expect("a case").current();
        let mut signed = case.signed();
        let names: BTreeSet<_> = case
            .signed_parts(&mut signed)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        parts.extend(names.into_iter().map(|name| (case.way, name)));
    }
    for way in Way::ALL {
        let own = if way.signs_path() { "path" } else { "key" };
        for name in ["method", own, "query name", "query value", "header value"] {
            let count = parts.iter().filter(|part| **part == (way, name)).count();
            assert!(count >= 20, "{way:?} signs a {name} {count} times of 1400");
        }
    }
}

/// A case of one of these ways, without a token, which is a sub-resource in V1 URLs.
fn case_of(ways: &'static [Way]) -> impl Strategy<Value = Case> {
    (case(), select(ways)).prop_map(|(case, way)| Case {
        way,
        token: None,
        ..case
    })
}

/// A whole header or parameter, by its index.
#[derive(Clone, Copy)]
enum Element {
    Header(usize),
    Parameter(usize),
}

impl Element {
    fn drop_from(self, message: &mut Message) -> String {
        match self {
            Self::Header(at) => message.headers.remove(at).0,
            Self::Parameter(at) => message.query.remove(at).0,
        }
    }
}

fn covered_elements(case: &Case, signed: &Message) -> Vec<Element> {
    let headers = (0..signed.headers.len()).filter(|&at| {
        let name = &signed.headers[at].0;
        case.covers_header(name) || name == "Authorization"
    });
    let parameters =
        (0..signed.query.len()).filter(|&at| case.covers_parameter(&signed.query[at].0));
    headers
        .map(Element::Header)
        .chain(parameters.map(Element::Parameter))
        .collect()
}

#[derive(Clone, Copy, Debug)]
enum Added {
    Header(&'static str),
    Parameter(&'static str),
}

/// What every scheme signs if it is there. The parameters are no signature's own.
const ADDED: &[Added] = &[
    Added::Header("x-oss-meta-added"),
    Added::Header("X-Oss-Acl"),
    Added::Header("Content-Type"),
    Added::Header("content-md5"),
    Added::Header("x-amz-meta-added"),
    Added::Parameter("acl"),
    Added::Parameter("versionId"),
    Added::Parameter("x-oss-process"),
    Added::Parameter("x-oss-anything"),
];

fn has_header(message: &Message, name: &str) -> bool {
    message
        .headers
        .iter()
        .any(|(known, _)| known.eq_ignore_ascii_case(name))
}

fn has_parameter(message: &Message, name: &str) -> bool {
    message.query.iter().any(|(known, _)| known == name)
}

/// A signed request, and another that V1 signs the same.
#[derive(Clone, Copy)]
struct Alias {
    name: &'static str,
    signed: fn(&Case) -> (Message, Message),
}

impl std::fmt::Debug for Alias {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

const ALIASES: &[Alias] = &[
    Alias {
        name: "a key that ends like a sub-resource",
        signed: |case| {
            alias(case, ("a", &[("acl", None)]), |message| {
                message.key = Some("a?acl".to_owned());
                message.query.remove(0);
            })
        },
    },
    Alias {
        name: "a value that goes on like a sub-resource",
        signed: |case| {
            alias(
                case,
                ("a", &[("acl", Some("1")), ("cors", None)]),
                |message| {
                    message.query[0].1 = Some("1&cors".to_owned());
                    message.query.remove(1);
                },
            )
        },
    },
];

/// The case with another key and query, signed; and the same after a change.
fn alias(
    case: &Case,
    (key, query): (&str, &[(&str, Option<&str>)]),
    change: impl Fn(&mut Message),
) -> (Message, Message) {
    let query: Vec<Parameter> = query
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)))
        .collect();
    let mut case = case.clone();
    case.message.bucket = Some("examplebucket".to_owned());
    case.message.key = Some(key.to_owned());
    case.message.query = query;
    let signed = case.signed();
    let mut changed = signed.clone();
    change(&mut changed);
    (signed, changed)
}

fn bare_case(way: Way, query: &str) -> Case {
    Case {
        way,
        message: Message::get()
            .with_header("Host", "h")
            .with_header("Range", "bytes=0-9")
            .with_query(query),
        time: Timestamp::parse_iso_basic("20231216T162057Z")
            .expect("a date")
            .0,
        date_form: 0,
        additional: Vec::new(),
        secret: "secret".to_owned(),
        token: None,
    }
}
