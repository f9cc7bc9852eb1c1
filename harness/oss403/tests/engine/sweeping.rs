//! The last look around, on servers that tell lies about what is gone, or list it a page at a time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use crate::support::{Desk, Reply, Seen, fake, instances, plain, run_all};

/// A server that knows nothing but buckets.
#[derive(Clone, Default)]
struct Shelf {
    /// By name: whose key made it, and how often its removal was asked for.
    buckets: Arc<Mutex<BTreeMap<String, (String, u32)>>>,
    /// The queries of what was asked for lists.
    lists: Arc<Mutex<Vec<String>>>,
}

impl Shelf {
    fn names(&self) -> Vec<String> {
        self.buckets.lock().unwrap().keys().cloned().collect()
    }

    /// Two of the asker's buckets at most, and where to go on; what stands behind the last page nobody has to ask for.
    fn list(&self, seen: &Seen) -> Reply {
        let query = seen.target.split_once('?').unwrap().1;
        self.lists.lock().unwrap().push(query.into());
        let word = |name: &str| {
            let mut words = query.split('&').filter_map(|word| word.split_once('='));
            words.find_map(|(known, value)| (known == name).then_some(value))
        };
        let (prefix, marker) = (word("prefix").unwrap(), word("marker").unwrap_or_default());
        let key = key(seen);
        let buckets = self.buckets.lock().unwrap();
        let own = buckets.iter().filter(|(name, (maker, _))| {
            *maker == key && name.starts_with(prefix) && name.as_str() > marker
        });
        let own: Vec<&String> = own.map(|(name, _)| name).collect();
        let page = &own[..own.len().min(2)];
        let mut body = String::from("<ListAllMyBucketsResult><Buckets>");
        for name in page {
            let _ = write!(body, "<Bucket><Name>{name}</Name></Bucket>");
        }
        let last = page.last().map_or("none", |last| last.as_str());
        let _ = write!(
            body,
            "</Buckets><IsTruncated>{}</IsTruncated><NextMarker>{last}</NextMarker></ListAllMyBucketsResult>",
            own.len() > page.len()
        );
        Some((200, Vec::new(), body))
    }
}

/// The AccessKeyId that signs.
fn key(seen: &Seen) -> String {
    let mut headers = seen.headers.iter();
    let signed = headers.find(|(name, _)| name == "authorization");
    let signed = signed.map(|(_, value)| value.as_str()).unwrap_or_default();
    let after = signed
        .split_once("Credential=")
        .map_or(signed, |(_, id)| id);
    let after = after.strip_prefix("OSS ").unwrap_or(after);
    after
        .split(['/', ':'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Each instance has a world for itself, of the owner and of the other account.
const WORLDS: &str = "
  - name: x
    matrix: { n: [a, b, c] }
    given: { bucket: {}, buckets: { foreign: { owner: other-account } } }
    base: { request: PUT /$n }
    edit: { as: anonymous }
";

#[tokio::test]
async fn what_is_said_to_be_gone_and_listed_all_the_same_is_removed_page_by_page_as_each_account() {
    let shelf = Shelf::default();
    let server = shelf.clone();
    let address = fake(move |seen| {
        let reply = match seen.method.as_str() {
            "GET" if seen.target.contains("prefix=") => server.list(&seen),
            "PUT" if seen.is_bucket() => {
                let made = (key(&seen), 0);
                server
                    .buckets
                    .lock()
                    .unwrap()
                    .insert(seen.bucket().into(), made);
                plain(200)
            }
            "DELETE" if seen.is_bucket() => {
                let mut buckets = server.buckets.lock().unwrap();
                // The first time it is a lie.
                if let Some((_, asked)) = buckets.get_mut(seen.bucket()) {
                    *asked += 1;
                    if *asked > 1 {
                        buckets.remove(seen.bucket());
                    }
                }
                plain(204)
            }
            _ => plain(200),
        };
        async move { reply }
    })
    .await;
    let target = Desk::new().target(address, "").await;
    let ran = run_all(&target, instances(WORLDS)).await;
    assert_eq!(ran.records.len(), 3);
    assert_eq!(shelf.names(), Vec::<String>::new());
    assert_eq!(ran.summary.left_behind, Vec::<String>::new());
    assert_eq!(ran.summary.notes, Vec::<String>::new());
    // Each account is asked for what there is, on two pages, and once more when that was removed.
    let lists = shelf.lists.lock().unwrap();
    let further = lists.iter().filter(|query| query.contains("marker="));
    assert_eq!((lists.len(), further.count()), (2 * 3, 2), "{lists:?}");
}

/// Nobody knows whether it was made, nor whether it was removed; the list knows.
#[tokio::test]
async fn a_bucket_of_which_nobody_knows_whether_it_was_made_is_left_behind_only_when_it_is_listed()
{
    for is_made in [false, true] {
        let shelf = Shelf::default();
        let server = shelf.clone();
        let address = fake(move |seen| {
            let reply = match seen.method.as_str() {
                "GET" if seen.target.contains("prefix=") => server.list(&seen),
                "PUT" if seen.is_bucket() => {
                    let made = is_made.then(|| (seen.bucket().to_owned(), (key(&seen), 0)));
                    server.buckets.lock().unwrap().extend(made);
                    None
                }
                _ => None,
            };
            async move { reply }
        })
        .await;
        let target = Desk::new().target(address, "").await;
        let ran = run_all(&target, instances(WORLDS)).await;
        let left = &ran.summary.left_behind;
        let there = shelf.names();
        assert_eq!(there.is_empty(), !is_made);
        assert_eq!(left.len(), there.len(), "{left:?}");
        for name in &there {
            let mut of_it = left.iter().filter(|what| what.contains(&**name));
            let what = of_it.next().unwrap_or_else(|| panic!("{name}: {left:?}"));
            // Nobody has said that it had gone.
            assert!(!what.contains("as if it were gone"), "{what}");
        }
    }
}
