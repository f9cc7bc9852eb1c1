//! Carries out what the operator asks.

use oss_policy::{Policy, PolicyKind};
use serde_json::{Value, json};

use super::remove::remove;
use super::set::set;
use crate::config::{Config, parse_policy};
use crate::world::{AccessKey, Account, KeyHolder, RamUser, Role, Session, VpcEndpoint, World};
use oss403_operator::{Command, Create, Credential, Remove};

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OperatorError {
    /// `no-such-account`, `invalid-policy`, …
    pub code: &'static str,
    /// The same in words.
    pub message: String,
}

pub(super) fn error<T>(code: &'static str, message: impl Into<String>) -> Result<T, OperatorError> {
    Err(OperatorError {
        code,
        message: message.into(),
    })
}

/// Carries out `command` at `now` (Unix seconds) and gives its answer; for a VPC endpoint without the `address`, which whoever listens
/// adds.
///
/// # Errors
/// When the command names what does not exist or gives a value that cannot be read; nothing has been changed then.
pub fn execute(
    world: &mut World,
    config: &Config,
    now: i64,
    command: Command,
) -> Result<Value, OperatorError> {
    match command {
        Command::Create(command) => create(world, now, command),
        Command::Set(command) => set(world, config, command).map(|()| json!({})),
        Command::Remove(command) => {
            remove(world, command);
            Ok(json!({}))
        }
    }
}

/// Carries out a command that is for a run of oss403: what it makes can be taken away by naming the run.
///
/// # Errors
/// As [`execute`].
pub fn execute_for(
    world: &mut World,
    config: &Config,
    now: i64,
    command: Command,
    run: &str,
) -> Result<Value, OperatorError> {
    let thing = match &command {
        Command::Create(create) => Some(create.clone()),
        _ => None,
    };
    let answer = execute(world, config, now, command)?;
    if let Some(create) = thing {
        let text = |name: &str| {
            let value = answer.get(name).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let remove = match create {
            Create::Account {} => Remove::Account {
                account: text("uid"),
            },
            Create::RamUser { account, .. } => Remove::RamUser {
                account,
                user: text("uid"),
            },
            Create::Session { .. } => Remove::Session {
                access_key_id: text("access_key_id"),
            },
            Create::VpcEndpoint { .. } => Remove::VpcEndpoint {
                endpoint: text("endpoint"),
            },
        };
        let made = world.made_for.entry(run.to_owned()).or_default();
        made.push(remove);
    }
    Ok(answer)
}

fn create(world: &mut World, now: i64, command: Create) -> Result<Value, OperatorError> {
    match command {
        Create::Account {} => Ok(account(world)),
        Create::RamUser { account, policy } => {
            let policy = read_policy(policy.as_ref(), PolicyKind::Ram)?;
            ram_user(world, account, policy)
        }
        Create::Session {
            account,
            role_policy,
            policy,
            lifetime_seconds,
        } => {
            let role_policy = role_policy.unwrap_or_else(full_access);
            let policies = Policies {
                role: read_policy(Some(&role_policy), PolicyKind::Ram)?,
                session: read_policy(policy.as_ref(), PolicyKind::Session)?,
            };
            let expires = now.saturating_add(lifetime_seconds);
            session(world, account, policies, expires)
        }
        Create::VpcEndpoint { account, policy } => {
            let policy = read_policy(policy.as_ref(), PolicyKind::VpcEndpoint)?;
            vpc_endpoint(world, account, policy)
        }
    }
}

fn account(world: &mut World) -> Value {
    let serial = world.next_serial();
    let uid = fresh(&world.accounts, 1_100_000_000_000_000, serial);
    world.accounts.insert(
        uid.clone(),
        Account {
            uid: uid.clone(),
            ..Account::default()
        },
    );
    let holder = KeyHolder::Root {
        account: uid.clone(),
    };
    let key = new_key(world, "ACCOUNT", serial, holder);
    credential(uid, key, None)
}

fn ram_user(
    world: &mut World,
    account: String,
    policy: Option<Policy>,
) -> Result<Value, OperatorError> {
    account_mut(world, &account)?;
    let serial = world.next_serial();
    let users = &mut account_mut(world, &account)?.users;
    let uid = fresh(users, 2_100_000_000_000_000, serial);
    users.insert(
        uid.clone(),
        RamUser {
            uid: uid.clone(),
            policy,
        },
    );
    let holder = KeyHolder::RamUser {
        account,
        user: uid.clone(),
    };
    let key = new_key(world, "USER", serial, holder);
    Ok(credential(uid, key, None))
}

/// The policies that a session is bound by.
struct Policies {
    role: Option<Policy>,
    session: Option<Policy>,
}

/// A session of a role that is made for it.
fn session(
    world: &mut World,
    account: String,
    policies: Policies,
    expires: i64,
) -> Result<Value, OperatorError> {
    account_mut(world, &account)?;
    let serial = world.next_serial();
    let role = format!("oss403-role-{serial}");
    account_mut(world, &account)?.roles.insert(
        role.clone(),
        Role {
            name: role.clone(),
            policy: policies.role,
        },
    );
    let holder = KeyHolder::Session {
        account: account.clone(),
    };
    let key = new_key(world, "STS", serial, holder);
    let token = format!("oss403-token-{}", digest(&format!("token {serial}"), 48));
    let session = Session {
        access_key_id: key.0.clone(),
        account: account.clone(),
        role,
        name: format!("session-{serial}"),
        policy: policies.session,
        expires,
    };
    world.sessions.insert(token.clone(), session);
    Ok(credential(account, key, Some(token)))
}

fn vpc_endpoint(
    world: &mut World,
    account: String,
    policy: Option<Policy>,
) -> Result<Value, OperatorError> {
    account_mut(world, &account)?;
    let serial = world.next_serial();
    let (id, vpc) = (
        format!("ep-oss403{serial:06}"),
        format!("vpc-oss403{serial:06}"),
    );
    world.vpc_endpoints.insert(
        id.clone(),
        VpcEndpoint {
            account,
            vpc: vpc.clone(),
            policy,
        },
    );
    Ok(json!({ "endpoint": id, "vpc": vpc }))
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
    let prefix = if matches!(holder, KeyHolder::Session { .. }) {
        "STS."
    } else {
        ""
    };
    let id = (serial..)
        .map(|number| format!("{prefix}OSS403{kind}{number:06}"))
        .find(|id| !world.keys.contains_key(id))
        .unwrap_or_default();
    let secret = digest(&format!("secret of {id}"), 30);
    let key = AccessKey {
        id: id.clone(),
        secret: secret.clone(),
        holder,
        enabled: true,
        allowed_networks: None,
    };
    world.keys.insert(id.clone(), key);
    (id, secret)
}

/// The first `length` hex digits of a hash of `text`.
fn digest(text: &str, length: usize) -> String {
    use sha2::{Digest, Sha256};
    let mut hex = oss_auth::hex(&Sha256::digest(text.as_bytes()));
    hex.truncate(length);
    hex
}

fn credential(
    uid: String,
    (access_key_id, access_key_secret): (String, String),
    security_token: Option<String>,
) -> Value {
    let credential = Credential {
        uid,
        access_key_id,
        access_key_secret,
        security_token,
    };
    serde_json::to_value(credential).unwrap_or_default()
}

pub(super) fn read_policy(
    policy: Option<&Value>,
    kind: PolicyKind,
) -> Result<Option<Policy>, OperatorError> {
    match policy.map(|policy| parse_policy(policy, kind)) {
        None => Ok(None),
        Some(Ok(policy)) => Ok(policy),
        Some(Err(message)) => error("invalid-policy", message),
    }
}

pub(super) fn account_mut<'w>(
    world: &'w mut World,
    uid: &str,
) -> Result<&'w mut Account, OperatorError> {
    match world.accounts.get_mut(uid) {
        Some(account) => Ok(account),
        None => error("no-such-account", format!("there is no account {uid:?}")),
    }
}
