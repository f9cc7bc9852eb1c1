//! Servers that refuse signature version 1 to everybody, as OSS has begun to do.

use std::path::Path;

use oss_reference::config::{Config, SignatureV1};
use oss403::exit::Exit;
use oss403::judge::scope::Demands;
use oss403::judge::summary::Level;
use oss403::judge::verdict::VerdictKind;
use oss403::target::Profile;
use oss403_case::model::SIGNATURE_V1;
use oss403_case::revision::Revision;

use crate::claims::{certify_at, is_unhurried};
use crate::support::{Desk, operator, reference};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_version_1_is_exact_in_the_rest_and_the_canaries_say_why() {
    let mut config = Config::default();
    config.decisions.signature_v1 = SignatureV1::Refuse;
    let server = reference(config).await;
    let desk = Desk::new();
    let hook = operator(&desk, server.operator_address(), server.operator_token());
    let profile = desk.profile(server.address(), &Config::default(), &hook);
    let demands = Demands {
        level: Some(4),
        ..Demands::default()
    };
    let (done, told) = certify_at(Revision::Documented, is_unhurried, &profile, demands).await;
    assert_eq!(done.facts.failure, None);
    assert_eq!(done.exit(), Exit::Ok, "{:?}", done.facts.level);
    assert_eq!(done.facts.level, Ok(Level::Exact));
    let scope = &done.facts.scope;
    assert_eq!(scope.retired, ["header-v1", "url-v1", "form-v1"]);
    assert!(!scope.is_complete() && scope.not_claimed.is_empty());
    assert!(
        scope.in_words().contains("retired: signature-v1"),
        "{}",
        scope.in_words()
    );
    let notes = done.facts.notes.join("\n");
    assert!(notes.contains("0002-00000080"), "{notes}");
    // A cause that only version 1 has goes with it.
    let of = |cause: &str| {
        let own = told
            .iter()
            .filter(move |(id, _, _)| id.split('/').next() == Some(cause));
        own.collect::<Vec<_>>()
    };
    let gone = of("url-auth-missing-parameter");
    assert!(!gone.is_empty());
    for (id, verdict, reason) in gone {
        assert_eq!(*verdict, VerdictKind::NotApplicable, "{id}: {reason}");
    }
    let portable = |reason: &str| reason.starts_with("retired: ");
    assert!(
        told.iter()
            .filter(|(_, _, reason)| portable(reason))
            .count()
            > 200
    );
    // And one that version 4 has too is tested with that.
    let mut kept = of("signature-mismatch").into_iter();
    assert!(kept.any(|(_, verdict, _)| *verdict == VerdictKind::Conformant));
}

#[test]
fn what_a_profile_says_is_retired_is_not_claimed() {
    let text = "name: t\nendpoint: embedded\nretired: [signature-v1]\n";
    let profile = Profile::parse(text, Path::new("t.yaml")).unwrap();
    assert!(
        SIGNATURE_V1
            .iter()
            .all(|gone| profile.retired.contains(gone))
    );
    assert!(profile.capabilities.is_disjoint(&profile.retired));
    let wrong = Profile::parse(
        "endpoint: embedded\nretired: [signature-v2]\n",
        Path::new("t.yaml"),
    );
    assert!(wrong.unwrap_err()[0].message.contains("signature-v2"));
}
