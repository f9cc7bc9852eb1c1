//! Worlds: what a scenario's `given` says, made on a target, and removed again.

pub(super) mod buckets;
pub(crate) mod documents;
mod hook;
mod people;
mod pictures;
mod ready;
mod recycle;
pub(crate) mod remove;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use super::context::Context;
use super::fault::{RunFault, succeeded};
use super::journal::Made;
use super::pool::{is_plain, is_private};
use super::sender::Sender;
use crate::wire::draft::Draft;
use crate::wire::identity::Identity;
use crate::wire::scene::{BucketPlace, Scene};
use oss403_case::model::{BucketSpec, Given, RegionName, Who};

pub(crate) use hook::OwnAccount;
pub(crate) use recycle::empty_pool;

/// What decides how a world is made besides its `given`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Names of all identities that the scenarios speak of.
    pub(crate) people: BTreeSet<Who>,
    /// Those among the built-in ones that have to be this world's own, because their keys or policies are changed.
    pub(crate) private: BTreeSet<Who>,
    /// Those whose UIDs are asked for.
    pub(crate) uids: BTreeSet<Who>,
    /// Keys of objects whose restoring must be over.
    pub(crate) restored: BTreeSet<String>,
}

/// A world on a target. Whoever makes one removes it, whatever happened in between.
pub(crate) struct World {
    pub(crate) scene: Scene,
    /// Contents of objects that a refusal must not show, by key.
    pub(crate) secrets: Vec<(String, String)>,
    given: Given,
    /// The account it belongs to, when that was made for it.
    account: Option<Arc<OwnAccount>>,
    /// Built-in identities that are this world's own.
    private: BTreeSet<Who>,
    /// Ids of retention policies by real bucket name.
    worms: BTreeMap<String, String>,
    removal: Mutex<Removal>,
}

/// What has to be removed.
#[derive(Debug, Default)]
struct Removal {
    made: Vec<Made>,
    /// Keys of objects, and keys and ids of uploads, by real bucket name.
    keys: BTreeMap<String, BTreeSet<String>>,
    uploads: BTreeMap<String, BTreeSet<(String, String)>>,
}

impl World {
    /// Names for everything that `given` speaks of. Nothing is made yet, but for buckets that the run has in its pool.
    pub(crate) fn named(
        context: &Context,
        given: &Given,
        account: Option<Arc<OwnAccount>>,
    ) -> Self {
        let names = Arc::clone(&context.target.names);
        let mut buckets = BTreeMap::new();
        let mut removal = Removal::default();
        let mut place = |name: &str, spec: &BucketSpec, is_made: bool| {
            let region = match spec.region {
                Some(RegionName::Away) => names.away.clone().unwrap_or_default(),
                _ => names.home.clone(),
            };
            let owner = spec.owner.clone().unwrap_or_default();
            let may_be_used = is_made && account.is_none() && is_plain(spec) && is_private(spec);
            let used = may_be_used
                .then(|| context.pool.take(&region, &owner))
                .flatten();
            let bucket = BucketPlace {
                name: match &used {
                    Some(Made::Bucket { name, .. }) => name.clone(),
                    _ => context.fresh_name(),
                },
                region,
                owner,
            };
            removal.made.extend(used);
            buckets.insert(name.to_owned(), bucket);
        };
        let own = given.bucket.clone().unwrap_or_default();
        place("", &own, !given.no_bucket);
        for (name, spec) in &given.buckets {
            place(name, spec, true);
        }
        let mut scene = Scene {
            names,
            buckets,
            no_bucket: given.no_bucket,
            identities: BTreeMap::new(),
            values: BTreeMap::new(),
            vpc_address: None,
        };
        scene.values = names_of(context, &scene);
        Self {
            scene,
            secrets: Vec::new(),
            given: given.clone(),
            account,
            private: BTreeSet::new(),
            worms: BTreeMap::new(),
            removal: Mutex::new(removal),
        }
    }

    /// Makes everything.
    pub(crate) async fn make(
        &mut self,
        sender: &Sender<'_>,
        wanted: &Wanted,
    ) -> Result<(), RunFault> {
        sender.context.go_on()?;
        self.private.clone_from(&wanted.private);
        self.add_known_people(sender, wanted).await?;
        // Buckets of people who are there already need not wait for those who are still being made.
        let waits = self
            .given
            .bucket
            .iter()
            .chain(self.given.buckets.values())
            .any(|spec| {
                spec.owner
                    .as_ref()
                    .is_some_and(|owner| !self.scene.identities.contains_key(owner))
            });
        let people = if waits {
            self.make_people(sender, wanted).await?
        } else {
            let (people, buckets) =
                tokio::join!(self.make_people(sender, wanted), self.put_buckets(sender));
            let people = people?;
            buckets?;
            people
        };
        self.place_people(people);
        if waits {
            self.put_buckets(sender).await?;
        }
        self.configure_buckets(sender).await?;
        self.send_requests(sender).await?;
        self.wait_for_acceleration(sender).await?;
        self.wait_for_restored(sender, &wanted.restored).await
    }

    /// Sends the requests of `given`, one after the other.
    async fn send_requests(&self, sender: &Sender<'_>) -> Result<(), RunFault> {
        for call in &self.given.requests {
            sender.context.go_on()?;
            let draft = Draft::of_call(call, &self.scene, sender.context.now())?;
            // What it may leave behind is noted beforehand, so that it goes even when no answer comes.
            if let (Some(bucket), Some(key)) = (&draft.bucket, &draft.key) {
                self.note_key(bucket, key);
            }
            succeeded(sender.send(draft).await)?;
        }
        Ok(())
    }

    /// The identity of that name.
    fn person(&self, who: &Who) -> Result<Arc<Identity>, RunFault> {
        let person = self.scene.identity(who)?;
        person.ok_or_else(|| RunFault::Harness("`anonymous` owns nothing".into()))
    }

    /// Notes what was made, so that it will be removed.
    pub(super) fn note(&self, made: Made) {
        self.removal
            .lock()
            .expect("nobody panics with this lock")
            .made
            .push(made);
    }

    /// Whether it has a bucket of that name.
    pub(super) fn has_made(&self, bucket: &str) -> bool {
        let removal = self.removal.lock().expect("nobody panics with this lock");
        let mut made = removal.made.iter();
        made.any(|made| matches!(made, Made::Bucket { name, .. } if name == bucket))
    }

    /// Notes a key that may be in a bucket now.
    pub(super) fn note_key(&self, bucket: &str, key: &str) {
        let mut removal = self.removal.lock().expect("nobody panics with this lock");
        removal
            .keys
            .entry(bucket.to_owned())
            .or_default()
            .insert(key.to_owned());
    }

    /// Notes an upload in progress.
    pub(super) fn note_upload(&self, bucket: &str, key: &str, id: &str) {
        let mut removal = self.removal.lock().expect("nobody panics with this lock");
        let upload = (key.to_owned(), id.to_owned());
        removal
            .uploads
            .entry(bucket.to_owned())
            .or_default()
            .insert(upload);
    }

    /// Whether somebody was made for this world alone.
    pub(super) fn is_own(&self, who: &Who) -> bool {
        let owns_account =
            self.account.is_some() && matches!(who, Who::Owner | Who::RamUser | Who::Sts);
        owns_account || self.given.identities.contains_key(who) || self.private.contains(who)
    }

    /// Whether it has an account to itself.
    pub(super) fn has_own_account(&self) -> bool {
        self.account.is_some()
    }

    /// The world as it was to be.
    pub(super) fn given(&self) -> &Given {
        &self.given
    }

    /// Id of the scenario's VPC endpoint.
    pub(super) fn vpc_endpoint(&self) -> Option<String> {
        let removal = self.removal.lock().expect("nobody panics with this lock");
        removal.made.iter().find_map(|made| match made {
            Made::VpcEndpoint { endpoint, .. } => Some(endpoint.clone()),
            _ => None,
        })
    }

    /// Id of a bucket's retention policy.
    pub(super) fn worm(&self, bucket: &str) -> Option<&str> {
        self.worms.get(bucket).map(String::as_str)
    }
}

/// The placeholders that are known before anything is made.
fn names_of(context: &Context, scene: &Scene) -> BTreeMap<String, String> {
    let names = &scene.names;
    let mut values = BTreeMap::from([
        ("region".to_owned(), names.home.clone()),
        ("suffix".to_owned(), names.suffix.clone()),
        ("service-host".to_owned(), names.service_host(&names.home)),
        (
            "domain".to_owned(),
            format!("d{}.oss403-{}.example", context.fresh_number(), context.id),
        ),
    ]);
    if let Some(away) = &names.away {
        values.insert("away-region".to_owned(), away.clone());
    }
    for (name, place) in &scene.buckets {
        if name.is_empty() {
            values.insert("bucket".to_owned(), place.name.clone());
            values.insert(
                "bucket-host".to_owned(),
                names.bucket_host(&place.name, &names.home),
            );
            if let Some(away) = &names.away {
                let host = names.bucket_host(&place.name, away);
                values.insert("away-bucket-host".to_owned(), host);
            }
        } else {
            values.insert(format!("bucket.{name}"), place.name.clone());
        }
    }
    values
}
