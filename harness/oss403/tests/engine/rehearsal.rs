//! An instance that is run for the sake of what it sends.

use oss403::run::Options;
use oss403::run::StopSignal;
use oss403::suite::{Part, Sent, rehearse};
use oss403::target::Target;

use crate::support::{Desk, embedded, instances, reference};

async fn rehearsed(target: &Target, scenario: &str, canaries: bool) -> Result<Vec<Sent>, String> {
    let out = tempfile::tempdir().unwrap();
    let options = Options {
        out: out.path().to_owned(),
        canaries,
        ..Options::default()
    };
    let instance = instances(scenario).swap_remove(0);
    let sent = rehearse(target, instance, &options, StopSignal::new()).await;
    sent.unwrap()
}

#[tokio::test]
async fn every_request_is_shown_with_what_it_is_for_but_canaries_and_looks() {
    let scenario = "
      - name: x
        given: { bucket: { objects: { k.txt: one } } }
        base: { request: GET /k.txt }
        edit: { as: anonymous }
        unchanged: [k.txt?acl]
    ";
    let sent = rehearsed(&embedded().await, scenario, true).await.unwrap();
    let parts: Vec<_> = sent.iter().map(|sent| (sent.part, sent.status)).collect();
    let expected = [
        (Part::SetUp, None),
        (Part::SetUp, None),
        (Part::Edited, Some(403)),
        (Part::Base, Some(200)),
        (Part::CleanUp, None),
        (Part::CleanUp, None),
        // The last look around.
        (Part::CleanUp, None),
    ];
    assert_eq!(parts, expected, "{sent:#?}");
    for (number, words) in [(0, "-X PUT"), (1, "k.txt"), (2, "k.txt"), (4, "-X DELETE")] {
        let curl = &sent[number].curl;
        assert!(curl.contains(words), "{number}: {curl}");
    }
    let signed = |sent: &Sent| sent.curl.to_ascii_lowercase().contains("authorization:");
    assert!(!signed(&sent[2]) && signed(&sent[3]), "{sent:#?}");
}

#[tokio::test]
async fn what_sends_nothing_says_why() {
    let server = reference(oss_reference::config::Config::default()).await;
    let desk = Desk::new();
    let target = desk.target(server.address(), "").await;
    let scenario =
        "[{ name: x, base: { request: GET /k.txt }, edit: { account-status: disabled } }]";
    let why = rehearsed(&target, scenario, false).await.unwrap_err();
    assert!(why.contains("does not claim `operator`"), "{why}");
    // The hook makes no account, and in that of others nothing is disabled.
    let hook = "operator: { command: [sh, -c, exit 3] }\n";
    let target = desk.target(server.address(), hook).await;
    let why = rehearsed(&target, scenario, false).await.unwrap_err();
    assert_eq!(why, "nothing was sent");
}
