//! What is claimed is what is certified: no level without the core, and a level with its scope for a server that has only a part.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use oss_reference::config::Config;
use oss403::exit::Exit;
use oss403::job::{Done, Job};
use oss403::judge::scope::Demands;
use oss403::judge::summary::{Level, NoLevel};
use oss403::judge::verdict::VerdictKind;
use oss403::run::{Options, StopSignal};
use oss403::suite::select;
use oss403::target::Profile;
use oss403_case::model::{Capability, Who};
use oss403_case::revision::Revision;
use oss403_case::{Instance, Ledger};

use crate::support::{Desk, alone, reference};

/// Certifies a server that is not part of the program with the whole ledger, and keeps the reason of each instance that was set aside or
/// failed.
async fn certify(
    profile: &Profile,
    demands: Demands,
) -> (Done, Vec<(String, VerdictKind, String)>) {
    certify_at(Revision::Documented, |_| true, profile, demands).await
}

/// What is not tested to the second, for which a machine may be too busy.
pub(crate) fn is_unhurried(instance: &Instance) -> bool {
    !instance.scenario.to_the_second
}

pub(crate) async fn certify_at(
    revision: Revision,
    keep: fn(&Instance) -> bool,
    profile: &Profile,
    demands: Demands,
) -> (Done, Vec<(String, VerdictKind, String)>) {
    let _alone = alone().await;
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::embedded().unwrap().at(revision);
    let mut instances = select(&ledger, &[], &[]).unwrap();
    instances.retain(keep);
    let job = Job {
        options: Options {
            out: folder.path().to_owned(),
            ..Options::default()
        },
        demands,
        ..Job::of(&ledger, instances, profile)
    };
    let told = std::sync::Mutex::new(Vec::new());
    let ready = job.ready().await.unwrap();
    let done = ready.run(StopSignal::new(), |step| {
        if let oss403::suite::Step::Finished(finished) = step {
            let judgement = &finished.judged.judgement;
            told.lock().unwrap().push((
                finished.instance.id.clone(),
                judgement.verdict.kind(),
                judgement.reason.clone(),
            ));
        }
    });
    (done.await, told.into_inner().unwrap())
}

fn claims(list: &str) -> String {
    format!("capabilities: {list}\nlimits: {{ concurrency: 8, buckets: 1000 }}\n")
}

/// The owner alone, and one region.
fn small(desk: &Desk, address: impl std::fmt::Display, more: &str) -> Profile {
    let known = &Config::default().identities.0["owner"];
    let id = desk.secret("id", &known.access_key_id);
    let secret = desk.secret("secret", &known.access_key_secret);
    let text = format!(
        "name: small\nendpoint: http://{address}\nregions: [cn-hangzhou]\nsuffix: aliyuncs.test\n\
         identities: {{ owner: {{ access-key-id: {id}, access-key-secret: {secret} }} }}\n{more}"
    );
    Profile::parse(&text, Path::new("small.yaml"))
        .unwrap_or_else(|found| panic!("{text}\n{}", found[0]))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_verifies_no_signature_never_gets_a_level_whatever_it_claims() {
    let mut config = Config::default();
    config.faults.without = vec!["signature".into()];
    let server = reference(config).await;
    let desk = Desk::new();
    for claimed in [
        "[]",
        "[kms]",
        "all",
        "[header-v1, basics]",
        "[signature-v4]",
        "[url-v1]",
    ] {
        let profile = small(&desk, server.address(), &claims(claimed));
        let (done, _) = certify(&profile, Demands::default()).await;
        assert_eq!(
            done.exit(),
            Exit::Target,
            "{claimed}: {:?}",
            done.facts.failure
        );
        assert!(
            done.facts.failure.is_some() && done.facts.level.is_err(),
            "{claimed}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_exact_in_the_little_it_claims_gets_a_level_with_its_scope() {
    let server = reference(Config::default()).await;
    let desk = Desk::new();
    let profile = small(&desk, server.address(), &claims("[header-v1, basics]"));
    let demands = Demands {
        level: Some(4),
        ..Demands::default()
    };
    let (done, told) = certify(&profile, demands).await;
    assert_eq!(done.exit(), Exit::Ok, "{:?}", done.facts.level);
    assert_eq!(done.facts.level, Ok(Level::Exact));
    let scope = &done.facts.scope;
    assert!(!scope.is_complete());
    assert!(scope.tested > 5 && scope.tested < 51, "{}", scope.tested);
    assert!(scope.claimed.contains(&"header-v1"));
    for missing in ["url-v1", "header-v4", "sts", "two-regions", "operator"] {
        assert!(scope.not_claimed.contains(&missing), "{missing}");
    }
    let words = scope.in_words();
    assert!(words.contains("(header-v1; not claimed: "), "{words}");
    let demands = Demands {
        causes: vec!["signature-mismatch".into(), "kms-forbidden".into()],
        features: vec![Capability::named("sts").unwrap()],
        ..Demands::default()
    };
    assert_eq!(
        demands.unmet(&done.facts.tally, &done.facts.level, scope),
        [
            "`kms-forbidden` is required to be conformant: not-claimed",
            "`sts` is required, and the target does not claim it"
        ]
    );
    // What names no scheme is signed with version 4 in the header, and needs that claim.
    let ledger = Ledger::embedded().unwrap_or_else(|found| panic!("{}", found[0]));
    let unnamed: BTreeSet<String> = ledger
        .instances()
        .filter(|instance| {
            let base = &instance.scenario.base;
            base.sign.is_none() && base.form.is_none() && base.r#as != Who::Anonymous
        })
        .map(|instance| instance.id)
        .collect();
    assert!(unnamed.len() > 100, "{}", unnamed.len());
    for (id, verdict, reason) in told.iter().filter(|(id, ..)| unnamed.contains(id)) {
        let is_set_aside = [VerdictKind::NotClaimed, VerdictKind::NotApplicable].contains(verdict);
        assert!(is_set_aside, "{id}: {reason}");
    }
    let of_scheme = told.iter().filter(|(id, _, reason)| {
        unnamed.contains(id) && reason == "the target does not claim `header-v4`"
    });
    assert!(of_scheme.count() > 50);
    // The reason is the claim that is missing, and never the hook that it would take.
    let mut not_claimed = 0;
    for (id, verdict, reason) in told {
        assert!(!reason.contains("hook"), "{id}: {reason}");
        if verdict == VerdictKind::NotClaimed {
            not_claimed += 1;
            assert!(
                reason.starts_with("the target does not claim `"),
                "{id}: {reason}"
            );
        }
    }
    assert!(not_claimed > 500, "{not_claimed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lacks_a_stone_of_the_core_gets_no_level() {
    // Time is not looked at, so that the signed headers of yesterday are as good as those of now.
    let mut config = Config::default();
    config.faults.without = vec!["clock-skew".into()];
    let server = reference(config).await;
    let desk = Desk::new();
    let profile = small(&desk, server.address(), &claims("[header-v1, basics]"));
    let (done, _) = certify(&profile, Demands::default()).await;
    assert_eq!(done.exit(), Exit::Deviations);
    let Err(NoLevel::Core(why)) = &done.facts.level else {
        panic!("{:?}", done.facts.level)
    };
    assert!(
        why.contains("with `header-v1`") && why.contains("time-skewed"),
        "{why}"
    );
    assert!(!why.contains("anonymous"), "{why}");
}

/// A server that lets the bucket stand in the path is accused of nothing, and asked nothing about host names.
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_ledger_runs_in_path_style() {
    let config = Config {
        path_style: true,
        ..Config::default()
    };
    let server = Arc::new(reference(config).await);
    let desk = Desk::new();
    let operator =
        crate::support::operator(&desk, server.operator_address(), server.operator_token());
    let more = format!("addressing: {{ style: path }}\n{}{operator}", claims("all"));
    let profile = desk.profile(server.address(), &Config::default(), &more);
    let (done, told) = certify(&profile, Demands::default()).await;
    let mut conformant = 0;
    let mut accused = Vec::new();
    for (id, verdict, reason) in told {
        match verdict {
            VerdictKind::Conformant => conformant += 1,
            VerdictKind::NotClaimed | VerdictKind::NotApplicable => {}
            _ => accused.push(format!("{id} {}: {reason}", verdict.name())),
        }
    }
    assert!(
        accused.is_empty(),
        "{} of them:\n{}",
        accused.len(),
        accused.join("\n")
    );
    assert!(conformant > 1_300, "{conformant}");
    assert_eq!(done.facts.level, Ok(Level::Exact));
    assert!(done.facts.scope.not_claimed.contains(&"second-level"));
}
