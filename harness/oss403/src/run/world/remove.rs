//! Taking a world away again. Nothing here gives up early: what cannot be removed is reported, and the rest is removed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;
use oss403_operator::{Command, Remove};

use super::{Removal, World};
use crate::run::context::Context;
use crate::run::fault::{RunFault, describe};
use crate::run::journal::Made;
use crate::run::sender::Sender;
use crate::target::operator::OperatorError;
use crate::wire::draft::Draft;
use crate::wire::exchange::Exchange;
use crate::wire::identity::Identity;
use crate::wire::scene::BucketPlace;
use crate::wire::xml;
use oss403_case::model::{Given, Who};

/// How often a bucket is emptied and deleted before it is given up.
const ROUNDS: usize = 5;

impl World {
    /// A world without anything in it, in which its owner can remove buckets.
    pub(crate) fn of_owner(context: &Context, who: &Who, identity: Arc<Identity>) -> Self {
        let given = Given {
            no_bucket: true,
            ..Given::default()
        };
        let mut world = Self::named(context, &given, None);
        world.scene.add_person(who.clone(), identity);
        world
    }

    /// Removes a bucket of which nothing is known but its name. Whether there was one: not when the first thing that is heard of it is that
    /// there is none.
    pub(crate) async fn remove_found(&self, sender: &Sender<'_>, made: &Made) -> bool {
        self.remove_bucket(sender, made, &Contents::default()).await
    }

    /// Lets it stay for somebody who looks at an instance, but for states, which others meet too.
    pub(crate) fn keep(&self, sender: &Sender<'_>, of: &str) {
        let context = sender.context;
        let mut removal = self.removal.lock().expect("nobody panics with this lock");
        let stays = |made: &Made| !matches!(made, Made::State { .. });
        let mut world: Vec<Made> = removal
            .made
            .iter()
            .filter(|made| stays(made))
            .cloned()
            .collect();
        world.extend(self.account.as_ref().map(|account| account.made()));
        if !context.kept.add(world.clone()) {
            context.note(format!(
                "{of}: its world is not kept: the target would have too many buckets"
            ));
            return;
        }
        removal.made.retain(|made| !stays(made));
        for made in world {
            context.note(format!("kept for {of}: {made}"));
        }
    }

    /// Removes everything that was made, in the order in which it can go: buckets, then what the operator made.
    pub(crate) async fn remove(&self, sender: &Sender<'_>) {
        let removal = {
            let mut removal = self.removal.lock().expect("nobody panics with this lock");
            std::mem::take(&mut *removal)
        };
        let Removal {
            made,
            keys,
            uploads,
        } = removal;
        // A bucket that is blocked cannot be deleted.
        let (states, made): (Vec<_>, Vec<_>) = made
            .into_iter()
            .partition(|made| matches!(made, Made::State { .. }));
        join_all(states.iter().map(|made| remove_by_operator(sender, made))).await;
        let (buckets, others): (Vec<_>, Vec<_>) = made
            .into_iter()
            .partition(|made| matches!(made, Made::Bucket { .. }));
        // An account that was made for this world takes its buckets and people with it.
        if self.account.is_none() {
            let left = Contents { keys, uploads };
            join_all(buckets.iter().map(|made| async {
                if !self.lay_aside(sender, made, &left).await {
                    self.remove_bucket(sender, made, &left).await;
                }
            }))
            .await;
        } else {
            for made in &buckets {
                sender.context.removed(made);
            }
        }
        // Accounts go last; their people would go with them.
        let (accounts, others): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|made| matches!(made, Made::Account { .. }));
        join_all(others.iter().map(|made| remove_by_operator(sender, made))).await;
        join_all(accounts.iter().map(|made| remove_by_operator(sender, made))).await;
    }

    async fn remove_bucket(&self, sender: &Sender<'_>, made: &Made, contents: &Contents) -> bool {
        let Some(place) = place_of(made) else {
            return false;
        };
        match self.empty_and_delete(sender, &place, contents).await {
            Ok(was_there) => {
                sender.context.removed(made);
                was_there
            }
            Err(reason) => {
                sender.context.leave_behind(made, &reason);
                true
            }
        }
    }

    async fn empty_and_delete(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        contents: &Contents,
    ) -> Result<bool, String> {
        let ask = |method: &str, key: Option<&str>| {
            self.request(sender, method, place, key)
                .map_err(RunFault::reason)
        };
        send_all(sender, self.deletions(sender, place, contents)?).await;
        let mut last = String::new();
        for round in 0..ROUNDS {
            let exchange = sender.clear(ask("DELETE", None)?).await?;
            let (response, why) = (exchange.response(), exchange.unreadable());
            let Some(response) = response.filter(|_| why.is_none()) else {
                last = why.unwrap_or_default();
                break;
            };
            if matches!(response.status, 200..300 | 404) {
                let was_gone = response.status == 404 && round == 0 && exchange.earlier.is_empty();
                return Ok(!was_gone);
            }
            // A policy may keep even the owner out: of the bucket, or of what would have to be listed and deleted in it.
            if response.status == 403 || round > 0 {
                send_all(sender, vec![ask("DELETE", None)?.query("policy", None)]).await;
            }
            if response.status != 403 {
                self.empty(sender, place, round > 0).await?;
            }
            last = format!("answered {}", describe(response));
        }
        Err(format!("DeleteBucket: {last}"))
    }

    /// What deletes everything that is known to be in a bucket.
    pub(super) fn deletions(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        contents: &Contents,
    ) -> Result<Vec<Draft>, String> {
        let delete = |key: &str| {
            self.request(sender, "DELETE", place, Some(key))
                .map_err(RunFault::reason)
        };
        let keys = contents.keys.get(&place.name).into_iter().flatten();
        let uploads = contents.uploads.get(&place.name).into_iter().flatten();
        let objects = keys.map(|key| delete(key));
        let uploads = uploads.map(|(key, id)| Ok(delete(key)?.query("uploadId", Some(id))));
        objects.chain(uploads).collect()
    }

    /// Deletes whatever a listing shows, also old versions of objects if `versions`.
    async fn empty(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        versions: bool,
    ) -> Result<(), String> {
        let ask = |method: &str, key: Option<&str>| {
            self.request(sender, method, place, key)
                .map_err(RunFault::reason)
        };
        let list = |what| Ok::<_, String>(ask("GET", None)?.query(what, None));
        let objects = ask("GET", None)?.query("list-type", Some("2"));
        let mut listings = vec![
            ("Contents", None, objects.query("max-keys", Some("1000"))),
            ("Upload", Some(("UploadId", "uploadId")), list("uploads")?),
        ];
        if versions {
            let version = Some(("VersionId", "versionId"));
            listings.push(("Version", version, list("versions")?));
            listings.push(("DeleteMarker", version, list("versions")?));
        }
        let listed = listings.into_iter().map(|(element, id, list)| async move {
            let exchange = sender.clear(list).await;
            let body = exchange.as_ref().ok().and_then(Exchange::response);
            let body = body.map_or(&[][..], |response| &response.body);
            (id, xml::elements(body, element))
        });
        let mut found = Vec::new();
        for (id, elements) in join_all(listed).await {
            for element in elements {
                let Some(key) = element.child("Key") else {
                    continue;
                };
                let draft = ask("DELETE", Some(key))?;
                found.push(
                    match id.and_then(|(child, name)| Some((name, element.child(child)?))) {
                        Some((name, id)) => draft.query(name, Some(id)),
                        None => draft,
                    },
                );
            }
        }
        send_all(sender, found).await;
        Ok(())
    }
}

/// Where a bucket is that was made; `None` of anything else.
pub(super) fn place_of(made: &Made) -> Option<BucketPlace> {
    let Made::Bucket {
        name,
        region,
        owner,
    } = made
    else {
        return None;
    };
    Some(BucketPlace {
        name: name.clone(),
        region: region.clone(),
        owner: owner.as_str().into(),
    })
}

/// What is known to be in the buckets of a world.
#[derive(Default)]
pub(super) struct Contents {
    keys: BTreeMap<String, BTreeSet<String>>,
    uploads: BTreeMap<String, BTreeSet<(String, String)>>,
}

/// Sends requests whose failure shows later.
async fn send_all(sender: &Sender<'_>, drafts: Vec<Draft>) {
    join_all(drafts.into_iter().map(|draft| sender.clear(draft))).await;
}

/// Removes what the operator made.
pub(crate) async fn remove_by_operator(sender: &Sender<'_>, made: &Made) {
    let command = match made.clone() {
        Made::Bucket { .. } => return,
        Made::Account { account } => Command::Remove(Remove::Account { account }),
        Made::RamUser { account, user } => Command::Remove(Remove::RamUser { account, user }),
        Made::Session { access_key_id, .. } => Command::Remove(Remove::Session { access_key_id }),
        Made::VpcEndpoint { endpoint, .. } => Command::Remove(Remove::VpcEndpoint { endpoint }),
        Made::Domain { domain } => Command::Remove(Remove::Domain { domain }),
        Made::State { undo } => match Command::from_json(undo) {
            Ok(command) => command,
            Err(reason) => return sender.context.leave_behind(made, &reason),
        },
    };
    let Ok(operator) = sender.context.operator() else {
        return sender
            .context
            .leave_behind(made, "the target has no operator hook");
    };
    let done = operator.perform(&command);
    match sender.operated(done, "remove").await {
        Ok(()) => sender.context.removed(made),
        Err(error) if is_over(made, &error) => sender.context.removed(made),
        Err(error) => sender.context.leave_behind(made, &error.to_string()),
    }
}

/// The state of a bucket ends with the bucket, which a request of the scenario may have deleted.
fn is_over(made: &Made, error: &OperatorError) -> bool {
    let is_state = matches!(made, Made::State { .. });
    is_state && matches!(error, OperatorError::Refused { code, .. } if code == "no-such-bucket")
}
