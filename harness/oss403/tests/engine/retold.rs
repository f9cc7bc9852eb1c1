//! A server that answers as the real service was seen to, where that is not what the documents say: it is exact all the same.

use std::collections::BTreeSet;
use std::sync::Mutex;

use oss403::exit::Exit;
use oss403::judge::scope::Demands;
use oss403::judge::summary::Level;
use oss403::judge::verdict::VerdictKind;
use oss403_case::revision::Revision;

use crate::claims::{certify_at, is_unhurried};
use crate::front::{Act, Passing};
use crate::partial::{Scene, requests, titles};

/// Status, code and message as they were seen, by the code and the message that the reference server gives.
const SEEN: [(&str, &str, u16, &str, &str); 5] = [
    // The only measurement of a damaged picture.
    (
        "ImageDamage",
        "The image file may be damaged.",
        400,
        "ImageDamage",
        "The image file may be damaged.",
    ),
    // A table of errors of 2021.
    (
        "InvalidTargetBucketForLogging",
        "put bucket log requester is not target bucket owner.",
        400,
        "InvalidTargetBucketForLogging",
        "Put bucket log requester is not target bucket owner.",
    ),
    // minio/minio#6075.
    (
        "AccessDenied",
        "You are forbidden to oss:ListBuckets.",
        403,
        "AccessDenied",
        "You are forbidden to list buckets.",
    ),
    // The code of the 403 page, which nobody has seen; the reference server has the other.
    (
        "AccessDenied",
        "The bucket you access does not belong to you.",
        403,
        "BucketNotBelongTo",
        "The bucket you access does not belong to you.",
    ),
    (
        "SecondLevelDomainForbidden",
        "Please use virtual hosted style to access.",
        403,
        "SecondLevelDomainForbidden",
        "The bucket you are attempting to access must be addressed using OSS third level domain.",
    ),
];

const ANONYMOUS: &str = "Anonymous user has no right to access this bucket.";

fn as_seen(document: &str) -> Option<(u16, String)> {
    SEEN.iter()
        .find_map(|(code, message, status, other, said)| {
            let (code, message) = (element("Code", code), element("Message", message));
            let fits = document.contains(&code) && document.contains(&message);
            let told = document.replace(&code, &element("Code", other));
            fits.then(|| (*status, told.replace(&message, &element("Message", said))))
        })
}

/// The text that unsigned listings of open buckets were seen to get.
fn as_a_stranger(document: &str) -> Option<(u16, String)> {
    let own = element("Message", ANONYMOUS);
    let other = element("Message", "The bucket you access does not belong to you.");
    document
        .contains(&own)
        .then(|| (403, document.replace(&own, &other)))
}

fn element(name: &str, text: &str) -> String {
    format!("<{name}>{text}</{name}>")
}

/// Rewords every refusal, and remembers which buckets are open to the public.
fn real() -> impl Fn(&Passing<'_>) -> Act + Send + Sync + 'static {
    let open = Mutex::new(BTreeSet::new());
    move |passing| {
        let head = passing.head.to_ascii_lowercase();
        let line = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
        let host = line("host:").unwrap_or_default().trim().to_owned();
        let target = head.split(' ').nth(1).unwrap_or_default();
        let opens = line("x-oss-acl:").is_some_and(|acl| acl.trim().starts_with("public-"));
        if opens || head.starts_with("put /?policy") {
            open.lock().unwrap().insert(host.clone());
        }
        let lists = ["/", "/?list-type=2", "/?versions", "/?uploads"].contains(&target);
        let unsigned = line("authorization:").is_none();
        if head.starts_with("get ") && lists && unsigned && open.lock().unwrap().contains(&host) {
            return Act::Reword(as_a_stranger);
        }
        Act::Reword(as_seen)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_as_the_service_was_seen_to_is_exact() {
    let scene = Scene::new(real()).await;
    let demands = Demands {
        level: Some(4),
        ..Demands::default()
    };
    let (done, told) = certify_at(Revision::Observed, is_unhurried, &scene.profile, demands).await;
    let wrong: Vec<_> = told
        .iter()
        .filter(|(_, verdict, _)| {
            !matches!(
                verdict,
                VerdictKind::Conformant | VerdictKind::NotApplicable | VerdictKind::NotClaimed
            )
        })
        .take(20)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(done.facts.level, Ok(Level::Exact));
    assert_eq!(done.exit(), Exit::Ok, "{:?}", done.facts.unmet);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ledger_accepts_is_no_finding() {
    let scene = Scene::new(real()).await;
    let (explored, findings) = scene.explore(requests(2_500)).await;
    assert_eq!(titles(&findings), Vec::<String>::new());
    assert!(
        explored.counts.requests > 1_000,
        "{}",
        explored.counts.requests
    );
}
