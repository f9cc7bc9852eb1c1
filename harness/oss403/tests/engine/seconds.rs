//! Limits in time, tested to the second: the server decides in the second that a request was made for, or nothing is claimed.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use oss_auth::Timestamp;
use oss_reference::config::Config;
use oss403::run::record::{Progress, TwinRecord};
use oss403::wire::exchange::Exchange;

use crate::support::{
    Desk, Reply, Seen, Watched, element, embedded, fake, instances, operator, reference, run_all,
    status,
};

const SKEW: &str = "
  - name: skew
    to-the-second: true
    given: { bucket: { objects: { k.txt: one } } }
    matrix: { scheme: [header-v1, header-v2, header-v4] }
    base: { sign: $scheme, request: GET /k.txt, clock: -900s }
    edit: { clock: -901s }
";

/// By how many seconds the answer's time is later than the request's.
fn lateness(exchange: Option<&Exchange>) -> i64 {
    let exchange = exchange.expect("it was sent");
    let mut headers = exchange.request.headers.iter();
    let (_, date) = headers
        .find(|(name, _)| name == "x-oss-date" || name == "Date")
        .expect("it is dated");
    let date = Timestamp::parse_iso_basic(date).or_else(|_| Timestamp::parse_rfc1123(date));
    exchange.response().unwrap().date().unwrap() - date.unwrap().0
}

#[tokio::test]
async fn each_request_is_decided_in_the_very_second_it_was_made_for() {
    let ran = run_all(&embedded().await, instances(SKEW)).await;
    assert_eq!(ran.records.len(), 3);
    for record in &ran.records {
        assert_eq!(record.progress, Progress::Complete, "{}", record.instance);
        assert_eq!(lateness(record.base.as_ref()), 900, "{}", record.instance);
        assert_eq!(status(record.base.as_ref()), 200, "{}", record.instance);
        assert_eq!(lateness(record.edited.as_ref()), 901, "{}", record.instance);
        assert_eq!(status(record.edited.as_ref()), 403, "{}", record.instance);
    }
}

#[tokio::test]
async fn a_session_that_ends_in_a_second_is_made_in_the_one_in_which_it_is_used() {
    let scenarios = "
      - name: token
        to-the-second: true
        given:
          identities: { last: { session: { lifetime: 1s } }, past: { session: { lifetime: -1s } } }
          bucket: { objects: { k.txt: one } }
        base: { as: last, request: GET /k.txt }
        edit: { as: past }
    ";
    let server = reference(Config::default()).await;
    let (watched, desk) = (Watched::default(), Desk::new());
    let hook = watched.stand_before(&server, None).await;
    let hook = operator(&desk, hook, server.operator_token());
    let target = desk.target(server.address(), &hook).await;
    let ran = run_all(&target, instances(scenarios)).await;
    let record = ran.record("/token");
    assert_eq!(record.progress, Progress::Complete);
    assert_eq!(status(record.base.as_ref()), 200);
    let edited = record.edited.as_ref();
    assert_eq!(
        element(edited, "Code").as_deref(),
        Some("SecurityTokenExpired")
    );
    // Each is made once with the world, and again when it is used.
    let created = |lifetime: i64| {
        let commands = watched.commands().into_iter();
        commands
            .filter(|command| command["create"] == "session")
            .filter(|command| command["lifetime_seconds"] == lifetime)
            .count()
    };
    assert!(
        created(1) >= 2 && created(-1) >= 2,
        "{:?}",
        watched.commands()
    );
}

const ONE: &str = "
  - name: skew
    to-the-second: true
    base: { request: GET /k.txt, clock: -900s }
    edit: { clock: -901s }
";

/// What becomes of the scenario on a server with these answers to reads.
async fn against<F>(answer: F) -> TwinRecord
where
    F: Fn(&Seen) -> Reply + Clone + Send + 'static,
{
    let address = fake(move |seen| {
        let reply = answer(&seen);
        async move { reply }
    })
    .await;
    let target = Desk::new().target(address, "").await;
    let mut ran = run_all(&target, instances(ONE)).await;
    ran.records.swap_remove(0)
}

fn dated(status: u16, date: String) -> Reply {
    Some((status, vec![("date", date)], String::new()))
}

#[tokio::test]
async fn a_server_in_another_time_is_met_in_its_own() {
    let record = against(|_| dated(200, Timestamp(4_000_000_000).to_rfc1123())).await;
    assert_eq!(record.progress, Progress::Complete);
    assert_eq!(lateness(record.base.as_ref()), 900);
    assert_eq!(lateness(record.edited.as_ref()), 901);
}

#[tokio::test]
async fn a_server_that_is_never_in_the_second_before_it_is_given_up() {
    let (clock, asked) = (
        Arc::new(AtomicI64::new(2_000_000_000)),
        Arc::new(AtomicU64::new(0)),
    );
    let counted = Arc::clone(&asked);
    let record = against(move |seen| {
        counted.fetch_add(u64::from(seen.target == "/k.txt"), Ordering::Relaxed);
        dated(
            200,
            Timestamp(clock.fetch_add(2, Ordering::Relaxed)).to_rfc1123(),
        )
    })
    .await;
    let Progress::PreconditionFailed(why) = &record.progress else {
        panic!("{:?}", record.progress);
    };
    assert!(why.contains("none of 30 requests"), "{why}");
    assert_eq!(asked.load(Ordering::Relaxed), 30);
}

#[tokio::test]
async fn a_server_that_does_not_say_its_time_is_given_up_at_once() {
    let record = against(|_| dated(200, "some day".into())).await;
    let Progress::PreconditionFailed(why) = &record.progress else {
        panic!("{:?}", record.progress);
    };
    assert!(why.contains("no Date"), "{why}");
}

/// What came too late was granted, and has changed something: that is no effect of what came in its second.
#[tokio::test]
async fn what_was_read_before_an_attempt_that_came_too_late_is_read_again() {
    const SCENARIO: &str = "
      - name: skew
        to-the-second: true
        base: { request: PUT /k.txt, clock: -900s }
        edit: { clock: -901s }
        unchanged: [k.txt]
    ";
    let written = Arc::new(AtomicU64::new(0));
    let address = fake(move |seen| {
        // It tells its time, which is not ours, with what it writes only.
        let date = Timestamp(4_000_000_000).to_rfc1123();
        let is_object = seen.target == "/k.txt";
        let reply = match seen.method.as_str() {
            "PUT" if is_object => match written.fetch_add(1, Ordering::SeqCst) {
                1 => dated(403, date),
                _ => dated(200, date),
            },
            "GET" if is_object => {
                let content = written.load(Ordering::SeqCst).to_string();
                Some((200, vec![("date", "some day".into())], content))
            }
            _ => Some((200, vec![("date", "some day".into())], String::new())),
        };
        async move { reply }
    })
    .await;
    let target = Desk::new().target(address, "").await;
    let ran = run_all(&target, instances(SCENARIO)).await;
    let record = &ran.records[0];
    assert_eq!(record.progress, Progress::Complete);
    assert_eq!(status(record.edited.as_ref()), 403);
    let read = |exchange: &Exchange| String::from_utf8(exchange.response().unwrap().body.clone());
    let probe = &record.probes[0];
    // After the attempt that came too late, and after the one that did not.
    assert_eq!(read(&probe.before).as_deref(), Ok("1"));
    assert_eq!(read(&probe.after).as_deref(), Ok("2"));
}
