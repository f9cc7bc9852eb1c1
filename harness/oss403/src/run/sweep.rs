//! The last look around: what a run made and is still there, although it was answered that it had gone.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use oss_auth::Timestamp;

use super::context::{Context, prefix_of};
use super::fault::describe;
use super::journal::Made;
use super::sender::Sender;
use super::world::World;
use crate::wire::draft::Draft;
use crate::wire::scene::Scene;
use crate::wire::xml;
use oss403_case::model::Who;

/// How often everything that is found is removed. A listing may be a little behind.
const ROUNDS: u32 = 4;
/// Most pages of a listing.
const PAGES: usize = 100;

/// Removes the buckets with this run's names that ListBuckets still shows, and notes those that stay.
pub(crate) async fn sweep(context: &Context) {
    // Only accounts themselves list their buckets; whoever else makes one, makes it in the owner's.
    let accounts: BTreeSet<Who> = context
        .makers()
        .into_iter()
        .map(|who| match who {
            Who::OtherAccount => who,
            _ => Who::Owner,
        })
        .collect();
    sweep_accounts(context, &accounts).await;
}

/// Removes those of the buckets of accounts that have this run's names.
pub(crate) async fn sweep_accounts(context: &Context, accounts: &BTreeSet<Who>) {
    // A target that has stopped answering will not answer this either.
    if context.ending.is_gone() {
        return;
    }
    let swept = join_all(accounts.iter().map(|who| sweep_account(context, who))).await;
    for why in swept.into_iter().filter_map(Result::err) {
        context.note(format!(
            "whether every bucket is gone could not be looked up: {why}"
        ));
    }
}

async fn sweep_account(context: &Context, who: &Who) -> Result<(), String> {
    let Some(identity) = context.known_identity(who) else {
        return Ok(());
    };
    let sender = Sender::new(context);
    let world = World::of_owner(context, who, Arc::clone(&identity));
    for round in 1..=ROUNDS {
        let listed = list(&sender, who, &world.scene, &prefix_of(&context.id)).await?;
        let mut found: Vec<Made> = listed.into_iter().map(|listed| listed.made).collect();
        found.retain(|made| !context.kept.holds(made));
        forget_what_is_gone(context, who, &found);
        if found.is_empty() {
            return Ok(());
        }
        if round == ROUNDS {
            let reason =
                "DeleteBucket was answered as if it were gone, and ListBuckets still shows it";
            let known = context.left_buckets();
            for made in found
                .iter()
                .filter(|made| !known.iter().any(|left| left.is_same(made)))
            {
                context.leave_behind(made, reason);
            }
            return Ok(());
        }
        join_all(found.iter().map(|made| world.remove_found(&sender, made))).await;
        let pause = context.target.limits.patience.pause_after(round);
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

/// What could not be removed, and is not there: it was never made. A list of this run's names says nothing of others.
fn forget_what_is_gone(context: &Context, who: &Who, found: &[Made]) {
    let prefix = prefix_of(&context.id);
    for left in context.left_buckets() {
        let is_own = matches!(
            &left,
            Made::Bucket { owner, name, .. } if owner.as_str() == who.as_str() && name.starts_with(&prefix)
        );
        if is_own && !found.iter().any(|made| made.is_same(&left)) {
            context.removed(&left);
        }
    }
}

/// A bucket as a list shows it.
pub(crate) struct Listed {
    pub(crate) made: Made,
    /// When it was made, in Unix seconds, as far as that is said.
    pub(crate) created: Option<i64>,
}

/// The buckets of an account whose names begin so.
pub(crate) async fn list(
    sender: &Sender<'_>,
    who: &Who,
    scene: &Scene,
    prefix: &str,
) -> Result<Vec<Listed>, String> {
    let identity = scene.identity(who).ok().flatten();
    let identity = identity.ok_or_else(|| format!("there is no identity `{who}`"))?;
    let mut found = Vec::new();
    let mut marker: Option<String> = None;
    for _ in 0..PAGES {
        let with = sender.signature();
        let mut draft = Draft::new("GET", scene, None, None, Arc::clone(&identity), with)
            .query("prefix", Some(prefix))
            .query("max-keys", Some("1000"));
        if let Some(marker) = &marker {
            draft = draft.query("marker", Some(marker));
        }
        let exchange = sender.clear(draft).await?;
        if let Some(why) = exchange.unreadable() {
            return Err(format!("ListBuckets as `{who}`: {why}"));
        }
        let Some(response) = exchange.response().filter(|response| response.is_success()) else {
            let answer = exchange.response().map(describe).unwrap_or_default();
            return Err(format!("ListBuckets as `{who}` was answered {answer}"));
        };
        if xml::elements(&response.body, "Buckets").is_empty() {
            return Err(format!(
                "the answer to ListBuckets as `{who}` lists no buckets"
            ));
        }
        for bucket in xml::elements(&response.body, "Bucket") {
            let name = bucket.child("Name").unwrap_or_default();
            if name.starts_with(prefix) {
                let region = bucket.child("Region").or_else(|| bucket.child("Location"));
                let region = region.map_or(&*scene.names.home, |region| {
                    region.strip_prefix("oss-").unwrap_or(region)
                });
                let created = bucket.child("CreationDate");
                let created = created.and_then(|text| Timestamp::parse_iso_extended(text).ok());
                found.push(Listed {
                    made: Made::Bucket {
                        name: name.to_owned(),
                        region: region.to_owned(),
                        owner: who.to_string(),
                    },
                    created: created.map(|created| created.0),
                });
            }
        }
        let truncated = xml::text(&response.body, "IsTruncated").as_deref() == Some("true");
        marker =
            xml::text(&response.body, "NextMarker").filter(|next| truncated && !next.is_empty());
        if marker.is_none() {
            break;
        }
    }
    Ok(found)
}
