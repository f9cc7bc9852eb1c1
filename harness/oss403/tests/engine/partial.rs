//! The fuzzer at servers that lack something, and over bad networks: one finding for each defect, and none for the weather.

use std::time::{Duration, Instant};

use oss_reference::config::Config;
use oss_reference::server::Running;
use oss403::explore::compare::Accepted;
use oss403::explore::pair::Pair;
use oss403::explore::{Explored, Finding, Settings, Step, explore};
use oss403::run::StopSignal;
use oss403::target::{Profile, Target};
use oss403_case::Ledger;
use oss403_case::model::Capability as C;
use oss403_case::revision::Revision;

use crate::front::{Act, Passing, front};
use crate::support::{Desk, buckets_on, operator, reference};

/// A reference server behind a front, and the profile that leads there.
pub(crate) struct Scene {
    desk: Desk,
    server: Running,
    pub(crate) profile: Profile,
}

impl Scene {
    pub(crate) async fn new(act: impl Fn(&Passing<'_>) -> Act + Send + Sync + 'static) -> Self {
        let (desk, server) = (Desk::new(), reference(Config::default()).await);
        let address = front(server.address(), act).await;
        let hook = operator(&desk, server.operator_address(), server.operator_token());
        let profile = desk.profile(address, &Config::default(), &hook);
        Self {
            desk,
            server,
            profile,
        }
    }

    /// Explores with seed 0; what was found, by its title.
    pub(crate) async fn explore(&self, settings: Settings) -> (Explored, Vec<Finding>) {
        let out = tempfile::tempdir().unwrap();
        let ledger = Ledger::embedded().unwrap().at(Revision::Observed);
        let target = Target::ready(&self.profile).await.unwrap();
        let (own, other) = (out.path().join("own"), out.path().join("other"));
        let pair = Pair::beside_model(&target, own, other).await.unwrap();
        let pair = pair.accepting(Accepted::of(&ledger));
        let settings = Settings {
            quirks: self.profile.quirks.clone(),
            ..settings
        };
        let mut findings = Vec::new();
        let on_step = |step: Step<'_>| {
            if let Step::Found(finding, _) = step {
                findings.push(*finding);
            }
        };
        let explored = explore(&pair, &ledger, settings, &StopSignal::new(), on_step).await;
        pair.stop().await;
        (explored.unwrap(), findings)
    }
}

pub(crate) fn requests(most: u64) -> Settings {
    Settings {
        requests: Some(most),
        ..Settings::new(0)
    }
}

pub(crate) fn titles(findings: &[Finding]) -> Vec<String> {
    let mut titles: Vec<String> = findings.iter().map(Finding::title).collect();
    titles.sort();
    titles
}

const REFUSED: &str = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nx-oss-request-id: 5C3D9175B6FC201293AD0001\r\nContent-Length: 180\r\n\r\n\
    <Error><Code>AccessDenied</Code><Message>The operation is not supported here at all.</Message><RequestId>5C3D9175B6FC201293AD0001</RequestId><HostId>oss.example</HostId></Error>       ";

const ABSENT: &str = "HTTP/1.1 501 Not Implemented\r\nx-oss-request-id: 5C3D9175B6FC201293AD0001\r\nContent-Length: 0\r\n\r\n";

/// No URL signatures, no ACLs to be read or set, no forms, and no reasons for those who ask by HEAD.
fn partial(passing: &Passing<'_>) -> Act {
    let target = passing.head.split(' ').nth(1).unwrap();
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let mut names = query.split('&').map(|pair| pair.split('=').next().unwrap());
    if names.any(|name| matches!(name, "Signature" | "x-oss-signature" | "acl")) {
        Act::Say(REFUSED)
    } else if passing.head.contains("multipart/form-data") {
        Act::Say(ABSENT)
    } else if passing.method() == "HEAD" {
        Act::Without("x-oss-err")
    } else {
        Act::Pass
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_one_finding_for_each_thing_that_a_server_lacks_and_as_a_quirk_none() {
    assert!(REFUSED.ends_with("</Error>       "));
    let mut scene = Scene::new(partial).await;
    let (explored, findings) = scene.explore(requests(1_500)).await;
    let lacking = ["?acl", "post-object", "url-v1", "url-v2", "url-v4"];
    let mut wanted: Vec<String> = lacking.map(|name| format!("refused: {name}")).to_vec();
    let silent = "the header x-oss-err is missing, so that the answer to HEAD names no reason";
    wanted.insert(0, format!("envelope: {silent}"));
    assert_eq!(titles(&findings), wanted);
    let mut unspoken: Vec<_> = explored.unspoken.iter().collect();
    unspoken.sort_by_key(|known| &known.feature);
    let names: Vec<&str> = unspoken
        .iter()
        .map(|known| known.feature.as_str())
        .collect();
    assert_eq!(names, lacking);
    assert!(
        unspoken
            .iter()
            .all(|known| (known.refused, known.of) == (3, 3))
    );
    assert!(
        unspoken[2].says.contains("403 AccessDenied"),
        "{unspoken:?}"
    );
    // A plain request with nothing but what is refused.
    let url = findings
        .iter()
        .find(|one| one.key.cause == "url-v1")
        .unwrap();
    let case = url.case.as_ref().unwrap();
    assert_eq!(case.scenarios[0]["base"]["sign"], "url-v1");
    assert_eq!(case.scenarios[0]["base"]["request"], "GET /k.txt");
    assert_eq!(url.difference.reason.matches("refuses").count(), 1);

    scene.profile.quirks.clone_from(&explored.quirks);
    let (explored, findings) = scene.explore(requests(1_500)).await;
    assert_eq!(titles(&findings), Vec::<String>::new());
    assert!(explored.counts.quirks > 5, "{:?}", explored.counts);

    // What it does not speak is remembered, and not said again.
    scene.profile.quirks.clear();
    let settings = Settings {
        position: explored.position,
        unspoken: explored.unspoken.clone(),
        known: explored.known.clone(),
        proposed: explored.quirks.clone(),
        ..requests(600)
    };
    let (explored, findings) = scene.explore(settings).await;
    let again = titles(&findings);
    assert!(
        again.iter().all(|title| !title.starts_with("refused")),
        "{again:?}"
    );
    assert_eq!(explored.unspoken.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_profile_does_not_claim_is_never_sent() {
    let mut scene = Scene::new(partial).await;
    let lacking = [
        C::UrlV1,
        C::UrlV2,
        C::UrlV4,
        C::PostObject,
        C::FormV1,
        C::FormV4,
        C::BucketAcl,
        C::ObjectAcl,
    ];
    for capability in lacking {
        scene.profile.capabilities.remove(&capability);
    }
    let (explored, findings) = scene.explore(requests(800)).await;
    let titles = titles(&findings);
    assert!(
        titles
            .iter()
            .all(|title| title.starts_with("envelope: the header x-oss-err")),
        "{titles:?}"
    );
    assert!(explored.unspoken.is_empty(), "{:?}", explored.unspoken);
    assert!(explored.counts.scenarios > 50, "{:?}", explored.counts);
}

#[tokio::test(flavor = "multi_thread")]
async fn weather_is_no_finding_and_leaves_nothing_behind() {
    let scene = Scene::new(|passing| match passing.number % 60 {
        19 => Act::ResetAfter,
        39 => Act::Say("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n"),
        49 => Act::Cut,
        59 => Act::ResetBefore,
        _ => Act::Pass,
    })
    .await;
    let (explored, findings) = scene.explore(requests(1_000)).await;
    assert_eq!(titles(&findings), Vec::<String>::new());
    assert!(explored.counts.scenarios > 50, "{:?}", explored.counts);
    assert_eq!(explored.left_behind, Vec::<String>::new());
    let direct = scene
        .desk
        .profile(scene.server.address(), &Config::default(), "");
    let direct = Target::ready(&direct).await.unwrap();
    assert_eq!(buckets_on(&direct).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_what_it_should_refuse_is_found() {
    let mut scene = Scene::new(|passing| {
        let is_signed = ["Authorization:", "Signature=", "signature=", "multipart/"];
        match is_signed.iter().any(|part| passing.head.contains(part)) {
            true => Act::Pass,
            false => Act::ResetBefore,
        }
    })
    .await;
    scene.profile.limits.patience.attempts = 2;
    let (explored, findings) = scene
        .explore(Settings {
            findings: Some(1),
            ..requests(4_000)
        })
        .await;
    assert!(
        findings[0].title().starts_with("unanswered: "),
        "{:?}",
        titles(&findings)
    );
    assert!(explored.quirks.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exploration_keeps_to_its_time_whatever_the_server_does() {
    const FLOOD: &str = "HTTP/1.1 102 Processing\r\n\r\n";
    for act in [|| Act::Silence, || Act::Drip, || Act::Say(FLOOD)] {
        let mut scene = Scene::new(move |passing| match passing.number {
            0..40 => Act::Pass,
            _ => act(),
        })
        .await;
        scene.profile.limits.time_per_request = Duration::from_secs(1);
        let time = Duration::from_secs(1);
        let began = Instant::now();
        let (explored, _) = scene
            .explore(Settings {
                time: Some(time),
                ..Settings::new(0)
            })
            .await;
        let took = began.elapsed();
        assert!(took < Duration::from_secs(6), "{took:?}");
        assert!(!explored.interrupted);
    }
}
