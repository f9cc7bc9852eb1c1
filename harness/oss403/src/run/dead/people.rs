//! Those whom the profile names, and what a run can have made: a journal is no order to remove what it cannot.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::accounts;
use crate::run::context::{Context, run_of};
use crate::run::edit::ends_a_state;
use crate::run::journal::Made;
use crate::run::sender::Sender;
use crate::run::world::World;
use crate::wire::identity::Identity;

/// Those whom the profile names. No run has made them.
#[derive(Default)]
pub(super) struct People {
    accounts: BTreeSet<String>,
    users: BTreeSet<String>,
    keys: BTreeSet<String>,
    /// Whether there is an account of which nobody says which it is.
    is_unknown: bool,
}

impl People {
    pub(super) fn of_profile<'i>(identities: impl IntoIterator<Item = &'i Arc<Identity>>) -> Self {
        let mut people = Self::default();
        for identity in identities {
            people.accounts.extend(identity.account.clone());
            people.users.extend(identity.user.clone());
            people.keys.insert(identity.access_key_id.clone());
        }
        people
    }

    /// The same, with the accounts that the target itself names.
    pub(super) async fn of(context: &Context) -> Self {
        let mut people = Self::of_profile(context.target.identities.values());
        let sender = Sender::new(context);
        for who in accounts(context) {
            let Some(identity) = context.known_identity(&who) else {
                continue;
            };
            let world = World::of_owner(context, &who, Arc::clone(&identity));
            let account = context
                .account_of(&who, &identity, &world.scene, &sender)
                .await;
            match account {
                Ok(account) => drop(people.accounts.insert(account)),
                Err(_) => people.is_unknown = true,
            }
        }
        people
    }

    /// Whether a run can have made something.
    pub(super) fn is_of(&self, run: &str, made: &Made) -> bool {
        match made {
            Made::Bucket { name, .. } => run_of(name) == Some(run),
            Made::Domain { domain } => domain.ends_with(&format!(".oss403-{run}.example")),
            Made::State { undo } => {
                let bucket = undo.get("bucket").and_then(serde_json::Value::as_str);
                ends_a_state(undo) && bucket.is_none_or(|name| run_of(name) == Some(run))
            }
            // Whom the operator has not named yet, it knows by the run.
            Made::Account { account } => {
                account.is_empty() || !self.is_unknown && !self.accounts.contains(account)
            }
            Made::RamUser { user, .. } => !self.users.contains(user),
            Made::Session { access_key_id, .. } => !self.keys.contains(access_key_id),
            Made::VpcEndpoint { .. } => true,
        }
    }
}
