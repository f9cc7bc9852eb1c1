//! Block Public Access that stands in the way of a world: lifted, waited for, and named where the owner has to act.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use oss403::run::record::Progress;

use crate::support::{Desk, fake, instances, plain, run_all};

const PUBLIC: &str = "
  - name: public
    given: { bucket: { acl: public-read } }
    base: { as: anonymous, request: GET / }
    edit: { request: GET /k }
";

/// A server whose Block Public Access goes on for so long after it was lifted for the bucket, and what it says of the account's.
async fn blocking(after: Option<Duration>, account: &'static str) -> SocketAddr {
    let lifted: Arc<Mutex<Option<Instant>>> = Arc::default();
    fake(move |seen| {
        let lifted = Arc::clone(&lifted);
        async move {
            let mut lifted = lifted.lock().unwrap();
            let is_over = lifted.zip(after).is_some_and(|(at, after)| at.elapsed() >= after);
            let public = seen.headers.iter().any(|(name, value)| name == "x-oss-acl" && value == "public-read");
            if seen.method == "DELETE" && seen.target.contains("publicAccessBlock") {
                lifted.get_or_insert(Instant::now());
            } else if seen.method == "GET" && seen.target.contains("publicAccessBlock") {
                return Some((200, Vec::new(), account.to_owned()));
            } else if public && !is_over {
                let body = "<Error><Code>AccessDenied</Code><Message>Put public bucket acl is not allowed</Message></Error>";
                return Some((403, Vec::new(), body.to_owned()));
            } else if seen.target == "/k" {
                return plain(403);
            }
            plain(200)
        }
    })
    .await
}

const BLOCKED: &str = "<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>";

#[tokio::test]
async fn a_lifted_block_is_given_time_to_be_heeded() {
    let address = blocking(Some(Duration::from_millis(300)), BLOCKED).await;
    let desk = Desk::new();
    let target = desk
        .target(address, "limits: { settle: { acl: 20s } }\n")
        .await;
    let ran = run_all(&target, instances(PUBLIC)).await;
    assert_eq!(ran.record("/public").progress, Progress::Complete);
}

#[tokio::test]
async fn a_block_of_the_account_is_named_and_so_is_what_to_do() {
    for (account, word) in [
        (
            BLOCKED,
            "is on for the whole account, as GET /?publicAccessBlock",
        ),
        (
            "<ListAllMyBucketsResult/>",
            "or the change takes longer than `limits.settle.acl`",
        ),
    ] {
        let address = blocking(None, account).await;
        let desk = Desk::new();
        let target = desk
            .target(address, "limits: { settle: { acl: 1s } }\n")
            .await;
        let ran = run_all(&target, instances(PUBLIC)).await;
        let record = ran.record("/public");
        let Progress::PreconditionFailed(reason) = &record.progress else {
            panic!("{:?}", record.progress);
        };
        assert!(
            reason.contains("403 AccessDenied: Put public bucket acl"),
            "{reason}"
        );
        assert!(
            reason.contains(word) && reason.contains("`public-buckets`"),
            "{reason}"
        );
        let shown = record.failed_step.as_ref().unwrap();
        assert!(
            shown.request.target.contains("acl"),
            "{}",
            shown.request.target
        );
    }
}
