//! Requests that must not be sent twice in the same world, and of which nobody knows what became of them: each has another world, and what
//! is said of it at last says what it came to before.

use std::sync::{Arc, Mutex};

use oss_reference::config::Config;
use oss403::run::StopSignal;
use oss403::run::record::{Progress, TwinRecord};
use oss403::target::Target;
use oss403::wire::exchange::Exchange;

use crate::front::{Act, front};
use crate::support::{Desk, fake, instances, plain, reference, run_all, run_with};

const APPENDS: &str = "[{ name: x, base: { request: 'POST /log?append&position=0', body: x }, edit: { as: anonymous } }]";

/// In how many worlds something is tried.
const WORLDS: usize = 3;

/// A request that cannot be repeated, as it came.
#[derive(Debug, Clone, PartialEq)]
struct Post {
    /// Which of the worlds it is in, from 0.
    world: usize,
    /// Whether it is the edited request, which nobody signs or which was another one when it was signed.
    edited: bool,
}

/// What becomes of a scenario where nobody says what became of these, and what was sent.
async fn sent(scenario: &str, is_lost: fn(&Post) -> bool) -> (TwinRecord, Vec<Post>) {
    let (desk, server) = (Desk::new(), reference(Config::default()).await);
    let worlds: Mutex<Vec<String>> = Mutex::default();
    let posts: Arc<Mutex<Vec<Post>>> = Arc::default();
    let seen = Arc::clone(&posts);
    let address = front(server.address(), move |passing| {
        if passing.method() != "POST" {
            return Act::Pass;
        }
        let head = passing.head.to_ascii_lowercase();
        let host = head.lines().find(|line| line.starts_with("host:")).unwrap();
        let mut worlds = worlds.lock().unwrap();
        let known = worlds.iter().position(|world| world == host);
        let world = known.unwrap_or_else(|| {
            worlds.push(host.to_owned());
            worlds.len() - 1
        });
        let edited = !head.contains("authorization:") || !head.contains("append");
        let post = Post { world, edited };
        let is_lost = is_lost(&post);
        seen.lock().unwrap().push(post);
        match is_lost {
            true => Act::Say("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n"),
            false => Act::Pass,
        }
    })
    .await;
    let mut profile = desk.profile(address, &Config::default(), "");
    profile.limits.patience.attempts = u32::try_from(WORLDS).unwrap();
    let target = Target::ready(&profile).await.unwrap();
    let mut ran = run_all(&target, instances(scenario)).await;
    assert_eq!(ran.summary.left_behind, Vec::<String>::new());
    let posts = posts.lock().unwrap().clone();
    for (at, post) in posts.iter().enumerate() {
        assert!(
            !posts[..at].contains(post),
            "twice in the same world: {posts:?}"
        );
    }
    (ran.records.swap_remove(0), posts)
}

/// Whether it was answered in the end, and what it came to before.
fn told(exchange: Option<&Exchange>) -> (bool, Vec<String>) {
    let exchange = exchange.expect("it was sent");
    (exchange.unreadable().is_none(), exchange.earlier.clone())
}

fn lost(times: usize) -> Vec<String> {
    vec!["it was answered 503".into(); times]
}

#[tokio::test]
async fn what_was_lost_once_is_answered_in_another_world() {
    let (record, posts) = sent(APPENDS, |post| !post.edited && post.world == 0).await;
    assert_eq!(record.progress, Progress::Complete);
    assert_eq!(told(record.base.as_ref()), (true, lost(1)));
    assert_eq!(told(record.edited.as_ref()), (true, lost(0)));
    assert_eq!(posts.last().unwrap().world, 1);
    let (record, posts) = sent(APPENDS, |post| post.edited && post.world == 0).await;
    assert_eq!(record.progress, Progress::Complete);
    assert_eq!(told(record.base.as_ref()), (true, lost(0)));
    assert_eq!(told(record.edited.as_ref()), (true, lost(1)));
    assert_eq!(posts.last().unwrap().world, 1);
    // One that only becomes such a request on its way is none that may be repeated either.
    let scenario = "[{ name: x, given: { bucket: { objects: { k: one } } }, base: { request: GET /k }, edit: { tamper-method: POST } }]";
    let (record, _) = sent(scenario, |post| post.world == 0).await;
    assert_eq!(told(record.edited.as_ref()), (true, lost(1)));
}

#[tokio::test]
async fn what_is_always_lost_is_said_not_to_be_answered_after_as_many_worlds_as_patience_has() {
    let (record, posts) = sent(APPENDS, |post| !post.edited).await;
    assert_eq!(posts.last().unwrap().world, WORLDS - 1);
    assert_eq!(record.progress, Progress::Complete);
    assert_eq!(told(record.base.as_ref()), (false, lost(WORLDS - 1)));
    let (record, _) = sent(APPENDS, |post| post.edited).await;
    assert_eq!(record.progress, Progress::Complete);
    assert_eq!(told(record.edited.as_ref()), (false, lost(WORLDS - 1)));
}

/// Once is not enough to say that something is not answered where it should be refused.
#[tokio::test]
async fn what_was_lost_for_the_first_time_in_the_last_world_is_not_known() {
    let is_lost = |post: &Post| post.edited == (post.world == WORLDS - 1);
    let (record, posts) = sent(APPENDS, is_lost).await;
    assert_eq!(posts.last().unwrap().world, WORLDS - 1);
    assert_ne!(record.progress, Progress::Complete);
    assert!(record.edited.is_none(), "{record:?}");
}

/// When a run has to end, nobody knows whether what could not be read would have been answered in the end.
#[tokio::test]
async fn an_end_spoils_only_what_could_not_be_read() {
    for (is_answered, progress) in [(true, Progress::Complete), (false, Progress::Interrupted)] {
        let slot: Arc<Mutex<Option<StopSignal>>> = Arc::default();
        let signal = Arc::clone(&slot);
        let address = fake(move |seen| {
            let is_signed = seen.headers.iter().any(|(name, _)| name == "authorization");
            let is_base = seen.method == "PUT" && seen.target == "/k" && is_signed;
            if is_base {
                signal.lock().unwrap().as_ref().unwrap().stop();
            }
            let reply = (is_answered || !is_base).then_some(()).and(plain(200));
            async move { reply }
        })
        .await;
        let desk = Desk::new();
        let mut profile = desk.profile(address, &Config::default(), "");
        profile.limits.patience.pause = std::time::Duration::from_mins(1);
        let target = Target::ready(&profile).await.unwrap();
        let scenario = "[{ name: x, base: { request: PUT /k }, edit: { as: anonymous } }]";
        let take = |_: &_, stop: &StopSignal| *slot.lock().unwrap() = Some(stop.clone());
        let ran = run_with(&target, instances(scenario), |_| {}, take)
            .await
            .unwrap();
        assert_eq!(ran.records[0].progress, progress, "{is_answered}");
    }
}
