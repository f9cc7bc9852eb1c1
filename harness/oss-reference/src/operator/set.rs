//! Puts things into states.

use ipnet::IpNet;
use oss_policy::PolicyKind;

use super::execute::{OperatorError, account_mut, error, read_policy};
use crate::config::Config;
use crate::operation::Operation;
use crate::operation::settings::SETTINGS;
use crate::world::account::SIGNATURE_V1;
use crate::world::{
    AccessKey, AccountStatus, Bucket, BucketStatus, KmsStatus, RamUser, VpcEndpoint, World,
};
use oss403_operator::{
    self, DomainOwnership, DomainRisk, FeatureStatus, KeyStatus, Set, StsSupport,
};

pub(super) fn set(world: &mut World, config: &Config, command: Set) -> Result<(), OperatorError> {
    match command {
        Set::AccountStatus { account, value } => {
            account_mut(world, &account)?.status = account_status(value);
        }
        Set::KmsStatus { account, value } => account_mut(world, &account)?.kms = kms_status(value),
        Set::KeyStatus {
            access_key_id,
            value,
        } => {
            key_mut(world, &access_key_id)?.enabled = value == KeyStatus::Active;
        }
        Set::KeyNetworks {
            access_key_id,
            value,
        } => {
            let networks = networks(&value)?;
            key_mut(world, &access_key_id)?.allowed_networks = networks;
        }
        Set::RamPolicy {
            account,
            user,
            value,
        } => {
            let policy = read_policy(value.as_ref(), PolicyKind::Ram)?;
            user_mut(world, &account, &user)?.policy = policy;
        }
        Set::BucketStatus { bucket, value } => {
            bucket_mut(world, &bucket)?.status = bucket_status(value);
        }
        Set::StsInRegion {
            account,
            region,
            value,
        } => {
            if !config.regions.contains(&region) {
                return error(
                    "no-such-region",
                    format!("region {region:?} is not served here"),
                );
            }
            toggle(
                &mut account_mut(world, &account)?.regions_without_sts,
                region,
                value == StsSupport::Refused,
            );
        }
        Set::StsInOperation {
            account,
            operation,
            value,
        } => {
            if Operation::from_name(&operation).is_none() {
                return error(
                    "no-such-operation",
                    format!("{operation:?} is not the name of an operation"),
                );
            }
            let refused = value == StsSupport::Refused;
            toggle(
                &mut account_mut(world, &account)?.operations_without_sts,
                operation,
                refused,
            );
        }
        Set::VpcEndpointPolicy { endpoint, value } => {
            let policy = read_policy(value.as_ref(), PolicyKind::VpcEndpoint)?;
            endpoint_mut(world, &endpoint)?.policy = policy;
        }
        Set::DomainOwnership {
            domain,
            account,
            value,
        } => {
            account_mut(world, &account)?;
            if domain.is_empty() {
                return error("invalid-domain", "the domain is empty");
            }
            let proof = (domain.to_ascii_lowercase(), account);
            toggle(
                &mut world.domain_proofs,
                proof,
                value == DomainOwnership::Proven,
            );
        }
        Set::DomainRisk { domain, value } => {
            if domain.is_empty() {
                return error("invalid-domain", "the domain is empty");
            }
            toggle(
                &mut world.risky_domains,
                domain.to_ascii_lowercase(),
                value == DomainRisk::High,
            );
        }
        Set::Feature {
            account,
            feature,
            value,
        } => {
            let mut settings = SETTINGS.iter();
            if feature != SIGNATURE_V1 && !settings.any(|setting| setting.name == feature) {
                return error(
                    "no-such-feature",
                    format!("{feature:?} is not the name of a configuration"),
                );
            }
            toggle(
                &mut account_mut(world, &account)?.closed_features,
                feature,
                value == FeatureStatus::Closed,
            );
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

fn account_status(value: oss403_operator::AccountStatus) -> AccountStatus {
    match value {
        oss403_operator::AccountStatus::Active => AccountStatus::Active,
        oss403_operator::AccountStatus::Disabled => AccountStatus::Disabled,
        oss403_operator::AccountStatus::Abnormal => AccountStatus::Abnormal,
    }
}

fn bucket_status(value: oss403_operator::BucketStatus) -> BucketStatus {
    match value {
        oss403_operator::BucketStatus::Active => BucketStatus::Active,
        oss403_operator::BucketStatus::Disabled => BucketStatus::Disabled,
    }
}

fn kms_status(value: oss403_operator::KmsStatus) -> KmsStatus {
    match value {
        oss403_operator::KmsStatus::Active => KmsStatus::Active,
        oss403_operator::KmsStatus::None => KmsStatus::None,
        oss403_operator::KmsStatus::InDebt => KmsStatus::InDebt,
        oss403_operator::KmsStatus::Overdue => KmsStatus::Overdue,
    }
}

/// Networks in CIDR form, or single addresses; none at all lifts the limit.
fn networks(texts: &[String]) -> Result<Option<Vec<IpNet>>, OperatorError> {
    if texts.is_empty() {
        return Ok(None);
    }
    let read = |text: &String| {
        text.parse::<IpNet>()
            .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
            .or_else(|_| {
                error(
                    "invalid-network",
                    format!("{text:?} is not a network in CIDR form"),
                )
            })
    };
    texts.iter().map(read).collect::<Result<_, _>>().map(Some)
}

fn key_mut<'w>(world: &'w mut World, id: &str) -> Result<&'w mut AccessKey, OperatorError> {
    match world.keys.get_mut(id) {
        Some(key) => Ok(key),
        None => error("no-such-key", format!("there is no access key {id:?}")),
    }
}

fn user_mut<'w>(
    world: &'w mut World,
    account: &str,
    uid: &str,
) -> Result<&'w mut RamUser, OperatorError> {
    match account_mut(world, account)?.users.get_mut(uid) {
        Some(user) => Ok(user),
        None => error(
            "no-such-user",
            format!("account {account} has no RAM user {uid:?}"),
        ),
    }
}

fn endpoint_mut<'w>(world: &'w mut World, id: &str) -> Result<&'w mut VpcEndpoint, OperatorError> {
    match world.vpc_endpoints.get_mut(id) {
        Some(endpoint) => Ok(endpoint),
        None => error(
            "no-such-endpoint",
            format!("there is no VPC endpoint {id:?}"),
        ),
    }
}

fn bucket_mut<'w>(world: &'w mut World, name: &str) -> Result<&'w mut Bucket, OperatorError> {
    match world.buckets.get_mut(name) {
        Some(bucket) => Ok(bucket),
        None => error("no-such-bucket", format!("there is no bucket {name:?}")),
    }
}
