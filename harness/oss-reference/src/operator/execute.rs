//! Carries out what the operator asks.

use ipnet::IpNet;
use oss_policy::{Policy, PolicyKind};
use serde_json::{Value, json};

use super::protocol::{self, Command, Create, Credential, DomainOwnership, KeyStatus, Remove, Set, StsSupport};
use crate::config::{Config, parse_policy};
use crate::operation::Operation;
use crate::world::{
    AccessKey, Account, AccountStatus, Bucket, BucketStatus, KeyHolder, KmsStatus, RamUser, Role, Session, VpcEndpoint,
    World,
};

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OperatorError {
    /// `no-such-account`, `invalid-policy`, …
    pub code: &'static str,
    /// The same in words.
    pub message: String,
}

fn error<T>(code: &'static str, message: impl Into<String>) -> Result<T, OperatorError> {
    Err(OperatorError { code, message: message.into() })
}

/// Carries out `command` at `now` (Unix seconds) and gives its answer; for a VPC endpoint without the `address`, which whoever listens
/// adds.
///
/// # Errors
/// When the command names what does not exist or gives a value that cannot be read; nothing has been changed then.
pub fn execute(world: &mut World, config: &Config, now: i64, command: Command) -> Result<Value, OperatorError> {
    match command {
        Command::Create(command) => create(world, now, command),
        Command::Set(command) => set(world, config, command).map(|()| json!({})),
        Command::Remove(command) => {
            remove(world, command);
            Ok(json!({}))
        }
    }
}

fn create(world: &mut World, now: i64, command: Create) -> Result<Value, OperatorError> {
    match command {
        Create::Account {} => {
            let serial = world.next_serial();
            let uid = fresh(&world.accounts, 1_100_000_000_000_000, serial);
            world.accounts.insert(uid.clone(), Account { uid: uid.clone(), ..Account::default() });
            let key = new_key(world, "ACCOUNT", serial, KeyHolder::Root { account: uid.clone() });
            Ok(credential(uid, key, None))
        }
        Create::RamUser { account, policy } => {
            let policy = read_policy(policy.as_ref(), PolicyKind::Ram)?;
            account_mut(world, &account)?;
            let serial = world.next_serial();
            let users = &mut account_mut(world, &account)?.users;
            let uid = fresh(users, 2_100_000_000_000_000, serial);
            users.insert(uid.clone(), RamUser { uid: uid.clone(), policy });
            let key = new_key(world, "USER", serial, KeyHolder::RamUser { account, user: uid.clone() });
            Ok(credential(uid, key, None))
        }
        Create::Session { account, role_policy, policy, lifetime_seconds } => {
            let role_policy = match &role_policy {
                Some(policy) => read_policy(Some(policy), PolicyKind::Ram)?,
                None => read_policy(Some(&full_access()), PolicyKind::Ram)?,
            };
            let policy = read_policy(policy.as_ref(), PolicyKind::Session)?;
            account_mut(world, &account)?;
            let serial = world.next_serial();
            let role = format!("oss403-role-{serial}");
            let role_entry = Role { name: role.clone(), policy: role_policy };
            account_mut(world, &account)?.roles.insert(role.clone(), role_entry);
            let key = new_key(world, "STS", serial, KeyHolder::Session { account: account.clone() });
            let token = format!("oss403-token-{}", digest(&format!("token {serial}"), 48));
            let session = Session {
                access_key_id: key.0.clone(),
                account: account.clone(),
                role,
                name: format!("session-{serial}"),
                policy,
                expires: now.saturating_add(lifetime_seconds),
            };
            world.sessions.insert(token.clone(), session);
            Ok(credential(account, key, Some(token)))
        }
        Create::VpcEndpoint { account, policy } => {
            let policy = read_policy(policy.as_ref(), PolicyKind::VpcEndpoint)?;
            account_mut(world, &account)?;
            let serial = world.next_serial();
            let (id, vpc) = (format!("ep-oss403{serial:06}"), format!("vpc-oss403{serial:06}"));
            world.vpc_endpoints.insert(id.clone(), VpcEndpoint { account, vpc: vpc.clone(), policy });
            Ok(json!({ "endpoint": id, "vpc": vpc }))
        }
    }
}

fn full_access() -> Value {
    json!({ "Version": "1", "Statement": [{ "Effect": "Allow", "Action": "oss:*", "Resource": "*" }] })
}

/// A UID that `taken` does not have yet.
fn fresh<T>(taken: &std::collections::HashMap<String, T>, base: u64, serial: u64) -> String {
    (0..)
        .map(|step: u64| (base + serial + step).to_string())
        .find(|uid| !taken.contains_key(uid))
        .unwrap_or_default()
}

/// Makes an access key and gives its id and secret. Both follow from the serial number, so that two equal runs are equal; nobody should
/// keep anything behind them.
fn new_key(world: &mut World, kind: &str, serial: u64, holder: KeyHolder) -> (String, String) {
    let prefix = if matches!(holder, KeyHolder::Session { .. }) { "STS." } else { "" };
    let id = (serial..)
        .map(|number| format!("{prefix}OSS403{kind}{number:06}"))
        .find(|id| !world.keys.contains_key(id))
        .unwrap_or_default();
    let secret = digest(&format!("secret of {id}"), 30);
    let key = AccessKey { id: id.clone(), secret: secret.clone(), holder, enabled: true, allowed_networks: None };
    world.keys.insert(id.clone(), key);
    (id, secret)
}

/// The first `length` hex digits of a hash of `text`.
fn digest(text: &str, length: usize) -> String {
    use sha2::{Digest, Sha256};
    let mut hex: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    hex.truncate(length);
    hex
}

fn credential(uid: String, (access_key_id, access_key_secret): (String, String), security_token: Option<String>) -> Value {
    let credential = Credential { uid, access_key_id, access_key_secret, security_token };
    serde_json::to_value(credential).unwrap_or_default()
}

fn read_policy(policy: Option<&Value>, kind: PolicyKind) -> Result<Option<Policy>, OperatorError> {
    match policy.map(|policy| parse_policy(policy, kind)) {
        None => Ok(None),
        Some(Ok(policy)) => Ok(policy),
        Some(Err(message)) => error("invalid-policy", message),
    }
}

fn account_mut<'w>(world: &'w mut World, uid: &str) -> Result<&'w mut Account, OperatorError> {
    match world.accounts.get_mut(uid) {
        Some(account) => Ok(account),
        None => error("no-such-account", format!("there is no account {uid:?}")),
    }
}

fn key_mut<'w>(world: &'w mut World, id: &str) -> Result<&'w mut AccessKey, OperatorError> {
    match world.keys.get_mut(id) {
        Some(key) => Ok(key),
        None => error("no-such-key", format!("there is no access key {id:?}")),
    }
}

fn bucket_mut<'w>(world: &'w mut World, name: &str) -> Result<&'w mut Bucket, OperatorError> {
    match world.buckets.get_mut(name) {
        Some(bucket) => Ok(bucket),
        None => error("no-such-bucket", format!("there is no bucket {name:?}")),
    }
}

fn set(world: &mut World, config: &Config, command: Set) -> Result<(), OperatorError> {
    match command {
        Set::AccountStatus { account, value } => account_mut(world, &account)?.status = account_status(value),
        Set::KmsStatus { account, value } => account_mut(world, &account)?.kms = kms_status(value),
        Set::KeyStatus { access_key_id, value } => {
            key_mut(world, &access_key_id)?.enabled = value == KeyStatus::Active;
        }
        Set::KeyNetworks { access_key_id, value } => {
            let networks = networks(&value)?;
            key_mut(world, &access_key_id)?.allowed_networks = networks;
        }
        Set::RamPolicy { account, user, value } => {
            let policy = read_policy(value.as_ref(), PolicyKind::Ram)?;
            match account_mut(world, &account)?.users.get_mut(&user) {
                Some(user) => user.policy = policy,
                None => return error("no-such-user", format!("account {account} has no RAM user {user:?}")),
            }
        }
        Set::BucketStatus { bucket, value } => {
            bucket_mut(world, &bucket)?.status = match value {
                protocol::BucketStatus::Active => BucketStatus::Active,
                protocol::BucketStatus::Disabled => BucketStatus::Disabled,
            };
        }
        Set::StsInRegion { account, region, value } => {
            if !config.regions.contains(&region) {
                return error("no-such-region", format!("region {region:?} is not served here"));
            }
            toggle(&mut account_mut(world, &account)?.regions_without_sts, region, value == StsSupport::Refused);
        }
        Set::StsInOperation { account, operation, value } => {
            if Operation::from_name(&operation).is_none() {
                return error("no-such-operation", format!("{operation:?} is not the name of an operation"));
            }
            let refused = value == StsSupport::Refused;
            toggle(&mut account_mut(world, &account)?.operations_without_sts, operation, refused);
        }
        Set::VpcEndpointPolicy { endpoint, value } => {
            let policy = read_policy(value.as_ref(), PolicyKind::VpcEndpoint)?;
            match world.vpc_endpoints.get_mut(&endpoint) {
                Some(endpoint) => endpoint.policy = policy,
                None => return error("no-such-endpoint", format!("there is no VPC endpoint {endpoint:?}")),
            }
        }
        Set::DomainOwnership { domain, account, value } => {
            account_mut(world, &account)?;
            if domain.is_empty() {
                return error("invalid-domain", "the domain is empty");
            }
            let proof = (domain.to_ascii_lowercase(), account);
            toggle(&mut world.domain_proofs, proof, value == DomainOwnership::Proven);
        }
    }
    Ok(())
}

/// Puts `item` into `set`, or takes it out.
fn toggle<T: Eq + std::hash::Hash>(set: &mut std::collections::HashSet<T>, item: T, present: bool) {
    if present {
        set.insert(item);
    } else {
        set.remove(&item);
    }
}

fn account_status(value: protocol::AccountStatus) -> AccountStatus {
    match value {
        protocol::AccountStatus::Active => AccountStatus::Active,
        protocol::AccountStatus::Disabled => AccountStatus::Disabled,
        protocol::AccountStatus::Abnormal => AccountStatus::Abnormal,
    }
}

fn kms_status(value: protocol::KmsStatus) -> KmsStatus {
    match value {
        protocol::KmsStatus::Active => KmsStatus::Active,
        protocol::KmsStatus::None => KmsStatus::None,
        protocol::KmsStatus::InDebt => KmsStatus::InDebt,
        protocol::KmsStatus::Overdue => KmsStatus::Overdue,
    }
}

/// Networks in CIDR form, or single addresses; none at all lifts the limit.
fn networks(texts: &[String]) -> Result<Option<Vec<IpNet>>, OperatorError> {
    if texts.is_empty() {
        return Ok(None);
    }
    let read = |text: &String| {
        text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from)).or_else(|_| {
            error("invalid-network", format!("{text:?} is not a network in CIDR form"))
        })
    };
    texts.iter().map(read).collect::<Result<_, _>>().map(Some)
}

fn remove(world: &mut World, command: Remove) {
    match command {
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
            world.cnames.remove(&domain);
        }
    }
}

fn remove_account(world: &mut World, uid: &str) {
    world.accounts.remove(uid);
    world.keys.retain(|_, key| key.holder.account() != uid);
    world.sessions.retain(|_, session| session.account != uid);
    world.buckets.retain(|_, bucket| bucket.owner != uid);
    world.vpc_endpoints.retain(|_, endpoint| endpoint.account != uid);
    world.domain_proofs.retain(|(_, account)| account != uid);
    let World { cnames, cname_tokens, buckets, .. } = world;
    cnames.retain(|_, bucket| buckets.contains_key(bucket));
    cname_tokens.retain(|(_, bucket), _| buckets.contains_key(bucket));
}

/// Removes a session's key, its token and the role that was made for it.
fn remove_session(world: &mut World, access_key_id: &str) {
    let temporary = |key: &AccessKey| matches!(key.holder, KeyHolder::Session { .. });
    if world.keys.get(access_key_id).is_some_and(temporary) {
        world.keys.remove(access_key_id);
    }
    let World { sessions, accounts, .. } = world;
    sessions.retain(|_, session| {
        let goes = session.access_key_id == access_key_id;
        if goes && let Some(account) = accounts.get_mut(&session.account) {
            account.roles.remove(&session.role);
        }
        !goes
    });
}
