//! Taking a world away again. Nothing here gives up early: what cannot be removed is reported, and the rest is removed.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use oss403_operator::{Command, Remove};

use super::{Removal, World};
use crate::run::context::Sender;
use crate::run::fault::describe;
use crate::run::journal::Made;
use crate::target::operator::OperatorError;
use crate::wire::draft::Draft;
use crate::wire::exchange::{Outcome, Response};
use crate::wire::scene::BucketPlace;
use crate::wire::xml;

/// How often a bucket is emptied and deleted before it is given up.
const ROUNDS: usize = 5;

impl World {
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
            join_all(
                buckets
                    .iter()
                    .map(|made| self.remove_bucket(sender, made, &left)),
            )
            .await;
        } else {
            for made in &buckets {
                sender.context.journal.removed(made);
            }
        }
        // Accounts go last; their people would go with them.
        let (accounts, others): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|made| matches!(made, Made::Account { .. }));
        join_all(others.iter().map(|made| remove_by_operator(sender, made))).await;
        join_all(accounts.iter().map(|made| remove_by_operator(sender, made))).await;
    }

    async fn remove_bucket(&self, sender: &Sender<'_>, made: &Made, contents: &Contents) {
        let Made::Bucket {
            name,
            region,
            owner,
        } = made
        else {
            return;
        };
        let place = BucketPlace {
            name: name.clone(),
            region: region.clone(),
            owner: owner.as_str().into(),
        };
        match self.empty_and_delete(sender, &place, contents).await {
            Ok(()) => sender.context.journal.removed(made),
            Err(reason) => give_up(sender, made, &reason),
        }
    }

    async fn empty_and_delete(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        contents: &Contents,
    ) -> Result<(), String> {
        let ask = |method: &str, key: Option<&str>| {
            self.request(sender, method, place, key)
                .map_err(|fault| format!("{fault:?}"))
        };
        let mut known = Vec::new();
        for key in contents.keys.get(&place.name).into_iter().flatten() {
            known.push(ask("DELETE", Some(key))?);
        }
        for (key, id) in contents.uploads.get(&place.name).into_iter().flatten() {
            known.push(ask("DELETE", Some(key))?.query("uploadId", Some(id)));
        }
        send_all(sender, known).await;
        let mut last = String::new();
        for round in 0..ROUNDS {
            let response = answer(sender, ask("DELETE", None)?).await?;
            if matches!(response.status, 200..300 | 404) {
                return Ok(());
            }
            // A policy may keep even the owner out: of the bucket, or of what would have to be listed and deleted in it.
            if response.status == 403 || round > 0 {
                send_all(sender, vec![ask("DELETE", None)?.query("policy", None)]).await;
            }
            if response.status != 403 {
                self.empty(sender, place).await?;
            }
            last = describe(&response);
        }
        Err(format!("DeleteBucket answered {last}"))
    }

    /// Deletes whatever a listing shows.
    async fn empty(&self, sender: &Sender<'_>, place: &BucketPlace) -> Result<(), String> {
        let ask = |method: &str, key: Option<&str>| {
            self.request(sender, method, place, key)
                .map_err(|fault| format!("{fault:?}"))
        };
        let list = ask("GET", None)?
            .query("list-type", Some("2"))
            .query("max-keys", Some("1000"));
        let uploads = ask("GET", None)?.query("uploads", None);
        let (objects, uploads) = tokio::join!(answer(sender, list), answer(sender, uploads));
        let mut found = Vec::new();
        if let Ok(response) = objects {
            for key in xml::elements(&response.body, "Key") {
                found.push(ask("DELETE", Some(&key.text))?);
            }
        }
        if let Ok(response) = uploads {
            for upload in xml::elements(&response.body, "Upload") {
                if let (Some(key), Some(id)) = (upload.child("Key"), upload.child("UploadId")) {
                    found.push(ask("DELETE", Some(key))?.query("uploadId", Some(id)));
                }
            }
        }
        send_all(sender, found).await;
        Ok(())
    }
}

/// What is known to be in the buckets of a world.
struct Contents {
    keys: BTreeMap<String, BTreeSet<String>>,
    uploads: BTreeMap<String, BTreeSet<(String, String)>>,
}

/// Sends requests whose failure shows later.
async fn send_all(sender: &Sender<'_>, drafts: Vec<Draft>) {
    join_all(drafts.into_iter().map(|draft| sender.send(draft))).await;
}

async fn answer(sender: &Sender<'_>, draft: Draft) -> Result<Response, String> {
    match sender.send(draft).await.outcome {
        Outcome::Answered(response) => Ok(response),
        Outcome::Failed(failure) => Err(failure.detail),
    }
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
            Err(reason) => return give_up(sender, made, &reason),
        },
    };
    let Ok(operator) = sender.context.operator() else {
        return give_up(sender, made, "the target has no operator hook");
    };
    sender.count();
    match operator.perform(&command).await {
        Ok(()) => sender.context.journal.removed(made),
        Err(error) if is_over(made, &error) => sender.context.journal.removed(made),
        Err(error) => give_up(sender, made, &error.to_string()),
    }
}

/// The state of a bucket ends with the bucket, which a request of the scenario may have deleted.
fn is_over(made: &Made, error: &OperatorError) -> bool {
    let is_state = matches!(made, Made::State { .. });
    is_state && matches!(error, OperatorError::Refused { code, .. } if code == "no-such-bucket")
}

fn give_up(sender: &Sender<'_>, made: &Made, reason: &str) {
    sender.context.journal.left_behind(made, reason);
    sender.context.leave_behind(format!("{made}: {reason}"));
}
