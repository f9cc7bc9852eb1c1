//! A target whose credentials do not work is never judged.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use oss_reference::config::{Config, Extreme};
use oss403::run::canary::CanaryError;
use oss403::run::record::Progress;
use oss403::run::{RunError, RunEvent};
use oss403::target::Target;

use crate::support::{Desk, embedded, fake, instances, plain, reference, run_with, status};

const SCENARIO: &str = "[{ name: x, given: { bucket: { objects: { k: v } } }, base: { request: GET /k }, edit: { as: anonymous } }]";

/// The canary that fails on a target, and how many instances were finished in spite of it.
async fn failing(target: &Target) -> CanaryError {
    let mut finished = 0;
    let count = |event: &RunEvent, _: &_| {
        finished += usize::from(matches!(event, RunEvent::Finished { .. }));
    };
    let error = run_with(
        target,
        instances(SCENARIO),
        |options| options.canaries = true,
        count,
    )
    .await
    .err()
    .unwrap();
    assert_eq!(finished, 0);
    match error {
        RunError::Canary(error) => error,
        error @ RunError::Journal { .. } => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_sound_target_passes() {
    let target = embedded().await;
    let ran = run_with(
        &target,
        instances(SCENARIO),
        |options| options.canaries = true,
        |_, _| {},
    );
    let ran = ran.await.unwrap();
    assert_eq!(status(ran.records[0].base.as_ref()), 200);
    // Three canaries, PutBucket, PutObject, base, edited, DeleteObject, DeleteBucket, and ListBuckets to see that it
    // is gone.
    assert_eq!(ran.summary.requests, 10);
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_key_are_told_apart() {
    let server = reference(Config::default()).await;
    let mut config = Config::default();
    let owner = config.identities.0.get_mut("owner").unwrap();
    owner.access_key_secret = "mistyped".into();
    let desk = Desk::new();
    let target = Target::ready(&desk.profile(server.address(), &config, ""))
        .await
        .unwrap();
    let error = failing(&target).await;
    assert!(
        matches!(error, CanaryError::SignatureRefused { .. }),
        "{error}"
    );
    // It is not known whose fault that is: the server signs the same text, so that the secrets differ.
    let said = error.to_string();
    assert!(said.contains("signed with `header-v4`"), "{said}");
    assert!(said.contains("both sides sign the same text"), "{said}");
    assert!(!said.contains("Signature="), "{said}");

    config.identities.0.get_mut("owner").unwrap().access_key_id = "MISTYPED".into();
    let target = Target::ready(&desk.profile(server.address(), &config, ""))
        .await
        .unwrap();
    let error = failing(&target).await;
    assert!(matches!(error, CanaryError::UnknownKey { .. }), "{error}");
}

#[tokio::test]
async fn a_target_that_cannot_be_reached_is_named() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = failing(&Desk::new().target(address, "").await).await;
    assert!(
        error
            .to_string()
            .starts_with(&format!("the target is unreachable at {address}: ")),
        "{error}"
    );
    // A name that does not resolve.
    let error = failing(&Desk::new().target("no-such-host.invalid", "").await).await;
    assert!(matches!(error, CanaryError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn a_clock_far_off_is_named_and_a_clock_a_little_off_is_followed() {
    let server = reference(Config::default()).await;
    server.clock().set_offset(3_600);
    let target = Desk::new().target(server.address(), "").await;
    let CanaryError::Clock { seconds } = failing(&target).await else {
        panic!()
    };
    assert!((3_598..=3_602).contains(&seconds), "{seconds}");

    // 14 minutes of its own plus 5 of the clocks would be too much, if the difference were not known.
    let server = reference(Config::default()).await;
    server.clock().set_offset(300);
    let target = Desk::new().target(server.address(), "").await;
    let scenario = "[{ name: x, given: { bucket: { objects: { k: v } } }, base: { request: GET /k, clock: -14m }, edit: { clock: -16m } }]";
    let ran = run_with(
        &target,
        instances(scenario),
        |options| options.canaries = true,
        |_, _| {},
    );
    let ran = ran.await.unwrap();
    assert_eq!(status(ran.records[0].base.as_ref()), 200);
    assert_eq!(status(ran.records[0].edited.as_ref()), 403);
}

#[tokio::test]
async fn servers_that_say_yes_or_no_to_everything_are_not_judged() {
    let with = |extreme| {
        let mut config = Config::default();
        config.faults.extreme = Some(extreme);
        Target::embedded(config)
    };
    let yes = with(Extreme::AllowAll).await.unwrap();
    let error = failing(&yes).await;
    assert!(
        matches!(error, CanaryError::Accepts { status: 200, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("any credentials"), "{error}");
    let no = with(Extreme::DenyAll).await.unwrap();
    let error = failing(&no).await;
    assert!(
        matches!(&error, CanaryError::OwnerRefused { answer, .. } if answer.starts_with("403 AccessDenied")),
        "{error}"
    );
    let broken = fake(|_| async { plain(500) }).await;
    let error = failing(&Desk::new().target(broken, "").await).await;
    assert!(
        matches!(&error, CanaryError::OwnerRefused { answer, advice, .. } if answer == "500" && advice.contains("cannot answer now")),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_takes_either_bad_secret_or_bad_key_is_not_judged() {
    let mut blind = Config::default();
    blind.faults.without = vec!["signature".into()];
    // The key that nobody has, with the secret that nobody has.
    let mut generous = Config::default();
    let owner = generous.identities.0.get_mut("owner").unwrap();
    let (id, secret) = (owner.access_key_id.clone(), owner.access_key_secret.clone());
    owner.access_key_id = "OSS403NOSUCHKEY00000".into();
    owner.access_key_secret = "oss403-no-such-secret".into();
    let mut more = owner.clone();
    (more.access_key_id, more.access_key_secret) = (id, secret);
    generous.identities.0.insert("more".into(), more);
    for (config, says) in [
        (blind, "the target accepts a wrong secret"),
        (generous, "the target accepts an unknown access key"),
    ] {
        let server = reference(config).await;
        let target = Desk::new().target(server.address(), "").await;
        let error = failing(&target).await;
        assert!(error.to_string().starts_with(says), "{error}");
    }
}

/// What a fake says to the owner, and a part of what is said of it.
#[tokio::test]
async fn what_to_look_at_is_said_of_a_canary_that_fails() {
    let cases: [(u16, &str, &str, &str); 6] = [
        (
            403,
            "NonStandardHostForbidden",
            "",
            "look at `suffix`, `regions` and `addressing`",
        ),
        (501, "NotImplemented", "", "if it has no ListBuckets"),
        (503, "SlowDown", "", "it cannot answer now"),
        (
            403,
            "AccessDenied",
            "",
            "take `header-v4` out of `capabilities`",
        ),
        (
            400,
            "",
            "The plain HTTP request was sent to HTTPS port",
            "write `endpoint: https://…`",
        ),
        (
            403,
            "SignatureDoesNotMatch",
            "<StringToSign>PUT\nx</StringToSign>",
            "there: \"PUT\\nx\"",
        ),
    ];
    for (status, code, more, says) in cases {
        let address = fake(move |_| async move {
            let body = format!("<Error><Code>{code}</Code>{more}</Error>");
            Some((status, Vec::new(), body))
        })
        .await;
        let error = failing(&Desk::new().target(address, "").await).await;
        let said = error.to_string();
        assert!(said.contains(says), "{code}: {said}");
        assert!(said.contains("signed with `header-v4`"), "{said}");
    }
}

#[tokio::test]
async fn a_server_without_list_buckets_is_asked_what_the_profile_chooses() {
    let server = reference(Config::default()).await;
    let desk = Desk::new();
    let target = desk
        .target(server.address(), "canary: { request: \"GET /?regions\" }\n")
        .await;
    let ran = run_with(
        &target,
        instances(SCENARIO),
        |options| options.canaries = true,
        |_, _| {},
    );
    let ran = ran.await.unwrap();
    assert_eq!(status(ran.records[0].base.as_ref()), 200);
    // A bucket stands where buckets stand, and that it is not there is said.
    let chosen = "canary: { request: \"GET /?list-type=2\", bucket: no-such-bucket-here }\n";
    let error = failing(&desk.target(server.address(), chosen).await).await;
    let said = error.to_string();
    assert!(
        said.contains("NoSuchBucket")
            && said.contains("on no-such-bucket-here.oss-cn-hangzhou.aliyuncs.test"),
        "{said}"
    );
}

#[tokio::test]
async fn an_operator_hook_that_does_not_answer_is_found_before_the_run() {
    let server = reference(Config::default()).await;
    let desk = Desk::new();
    let wrong = crate::support::operator(&desk, server.operator_address(), "not-the-token");
    let error = failing(&desk.target(server.address(), &wrong).await).await;
    assert!(matches!(error, CanaryError::Operator(_)), "{error}");
    let hook = "operator: { command: [sh, -c, \"exit 3\"] }\n";
    let error = failing(&desk.target(server.address(), hook).await).await;
    assert!(error.to_string().contains("remove session"), "{error}");
    // One that knows only some commands is one that answers.
    let hook = "operator: { command: [sh, -c, \"echo '{\\\"error\\\":{\\\"code\\\":\\\"unknown-command\\\",\\\"message\\\":\\\"no\\\"}}'\"] }\n";
    let target = desk.target(server.address(), hook).await;
    let ran = run_with(
        &target,
        instances(SCENARIO),
        |options| options.canaries = true,
        |_, _| {},
    );
    assert_eq!(ran.await.unwrap().records.len(), 1);
}

#[tokio::test]
async fn a_server_that_stops_answering_is_not_waited_for() {
    // It answers the canaries and then never again.
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let address = fake(move |seen| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        let key = seen
            .headers
            .iter()
            .any(|(_, value)| value.contains("NOSUCHKEY"));
        async move {
            match number {
                0..3 if key => plain(403),
                0..3 => plain(200),
                _ => None,
            }
        }
    })
    .await;
    let desk = Desk::new();
    let mut profile = desk.profile(address, &Config::default(), "");
    profile.limits.patience.time = Duration::ZERO;
    let target = Target::ready(&profile).await.unwrap();
    let scenarios = "
      - name: x
        matrix: { a: [1, 2, 3, 4, 5, 6, 7, 8, 9], b: [1, 2, 3, 4, 5, 6, 7, 8, 9], c: [1, 2, 3, 4, 5] }
        base: { request: PUT /$a-$b-$c }
        edit: { as: anonymous }
    ";
    let ran = run_with(&target, instances(scenarios), |_| {}, |_, _| {})
        .await
        .unwrap();
    assert_eq!(ran.records.len(), 9 * 9 * 5);
    let silent = ran.records.iter().filter(|record| {
        matches!(&record.progress, Progress::HarnessError(reason) if reason.contains("stopped answering"))
    });
    assert!(
        silent.count() > 9 * 9 * 5 / 2,
        "{}",
        asked.load(Ordering::SeqCst)
    );
    // Those that may be under way at once, a hundred, ask for a bucket twice and for its removal once or twice.
    assert!(asked.load(Ordering::SeqCst) < 9 * 9 * 5);
}
