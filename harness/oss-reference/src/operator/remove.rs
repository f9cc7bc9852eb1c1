//! Takes away what was made, with everything it owns.

use crate::world::{AccessKey, KeyHolder, World};
use oss403_operator::Remove;

pub(super) fn remove(world: &mut World, command: Remove) {
    world.made_for.retain(|_, made| {
        made.retain(|remove| *remove != command);
        !made.is_empty()
    });
    match command {
        Remove::Run { run } => {
            for command in world.made_for.remove(&run).unwrap_or_default() {
                remove(world, command);
            }
        }
        Remove::Account { account } => remove_account(world, &account),
        Remove::RamUser { account, user } => {
            if let Some(account) = world.accounts.get_mut(&account) {
                account.users.remove(&user);
            }
            let holder = KeyHolder::RamUser { account, user };
            world.keys.retain(|_, key| key.holder != holder);
        }
        Remove::Session { access_key_id } => remove_session(world, &access_key_id),
        Remove::VpcEndpoint { endpoint } => {
            world.vpc_endpoints.remove(&endpoint);
        }
        Remove::Domain { domain } => {
            let domain = domain.to_ascii_lowercase();
            world.domain_proofs.retain(|(known, _)| *known != domain);
            world.cname_tokens.retain(|(known, _), _| *known != domain);
            world.risky_domains.remove(&domain);
            world.cnames.remove(&domain);
        }
    }
}

fn remove_account(world: &mut World, uid: &str) {
    world.accounts.remove(uid);
    world.keys.retain(|_, key| key.holder.account() != uid);
    world.sessions.retain(|_, session| session.account != uid);
    world.buckets.retain(|_, bucket| bucket.owner != uid);
    world
        .vpc_endpoints
        .retain(|_, endpoint| endpoint.account != uid);
    world.domain_proofs.retain(|(_, account)| account != uid);
    let World {
        cnames,
        cname_tokens,
        buckets,
        ..
    } = world;
    cnames.retain(|_, bucket| buckets.contains_key(bucket));
    cname_tokens.retain(|(_, bucket), _| buckets.contains_key(bucket));
}

/// Removes a session's key, its token and the role that was made for it.
fn remove_session(world: &mut World, access_key_id: &str) {
    let temporary = |key: &AccessKey| matches!(key.holder, KeyHolder::Session { .. });
    if world.keys.get(access_key_id).is_some_and(temporary) {
        world.keys.remove(access_key_id);
    }
    let World {
        sessions, accounts, ..
    } = world;
    sessions.retain(|_, session| {
        let goes = session.access_key_id == access_key_id;
        if goes && let Some(account) = accounts.get_mut(&session.account) {
            account.roles.remove(&session.role);
        }
        !goes
    });
}
