//! World edits: what changes between the base and the edited request, which are then the same.

use oss403_operator::{
    AccountStatus, BucketStatus, Command, DomainRisk, FeatureStatus, KeyStatus, KmsStatus, Set,
    StsSupport,
};
use serde_json::{Value, json};

use super::fault::{RunFault, succeeded};
use super::journal::Made;
use super::sender::Sender;
use super::world::{World, documents};
use crate::wire::identity::Identity;
use crate::wire::scene::BucketPlace;
use oss403_case::model::{BucketSpec, Edit, OperatorEdit, Staged, Who, WorldEdit};

/// Which changes of a world are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changes {
    /// Those after which its owner reads it as before.
    OwnerStillReads,
    /// Those that hide it from its owner too, so that probes have to come before.
    BlindOwner,
}

/// Applies those world edits that hide the world, or those that do not, in their order; every other edit leaves the world as it is.
pub(crate) async fn apply(
    edit: &Edit,
    changes: Changes,
    world: &World,
    sender: &Sender<'_>,
) -> Result<(), RunFault> {
    for step in edit.steps() {
        match step {
            Staged::Operator(edit) if hides(edit) == (changes == Changes::BlindOwner) => {
                ask_operator(edit, world, sender).await?;
            }
            Staged::World(edit) if changes == Changes::OwnerStillReads => {
                change(edit, world, sender).await?;
            }
            Staged::Request(_) | Staged::Wire(_) | Staged::World(_) | Staged::Operator(_) => {}
        }
    }
    Ok(())
}

/// Makes what the owner of the bucket can change.
async fn change(edit: WorldEdit<'_>, world: &World, sender: &Sender<'_>) -> Result<(), RunFault> {
    let now = sender.context.now();
    let own = || world.scene.bucket("");
    match edit {
        WorldEdit::PutObject(objects) => {
            for (key, spec) in objects {
                world.put_object(sender, own()?, key, spec).await?;
            }
        }
        WorldEdit::ObjectAcl(acls) => {
            for (key, acl) in acls {
                let draft = world
                    .request(sender, "PUT", own()?, Some(&world.scene.text(key, now)?))?
                    .query("acl", None)
                    .header("x-oss-object-acl", world.scene.text(acl, now)?);
                succeeded(sender.send(draft).await)?;
            }
        }
        WorldEdit::BucketAcl(acl) => {
            let acl = world.scene.text(acl, now)?;
            world.set_bucket_acl(sender, own()?, &acl).await?;
        }
        WorldEdit::BucketPolicy(Value::Null) => {
            world.deconfigure(sender, own()?, "policy").await?;
        }
        WorldEdit::BucketPolicy(policy) => {
            let policy = world.scene.json(policy, now)?;
            world
                .set_bucket_policy(sender, own()?, policy.to_string())
                .await?;
        }
        WorldEdit::AddStatement(statement) => {
            let given = world
                .given()
                .bucket
                .as_ref()
                .and_then(|spec| spec.policy.as_ref());
            let policy = world.scene.json(&with_statement(given, statement), now)?;
            world
                .set_bucket_policy(sender, own()?, policy.to_string())
                .await?;
        }
        WorldEdit::Referer(referer) => {
            let document = documents::referer(&world.scene.filled(referer, now)?);
            world.configure(sender, own()?, "referer", document).await?;
        }
        WorldEdit::Cors(rules) if rules.is_empty() => {
            world.deconfigure(sender, own()?, "cors").await?;
        }
        WorldEdit::Cors(rules) => {
            let document = documents::cors(&world.scene.filled(rules, now)?);
            world.configure(sender, own()?, "cors", document).await?;
        }
        WorldEdit::LockWorm(_) => {
            let place = own()?;
            let id = world.worm(&place.name).ok_or_else(|| {
                RunFault::Harness("the bucket has no retention policy to lock".into())
            })?;
            world.lock_worm(sender, place, id).await?;
        }
        // The longest of them by far, and rare.
        WorldEdit::BindDomain(who) => Box::pin(bind_domain(who, world, sender)).await?,
        WorldEdit::BlockPublicAccess(_) => {
            world.block_public_access(sender, own()?).await?;
        }
    }
    Ok(())
}

/// Whether an edit makes a bucket besides those of the scenario.
pub(crate) fn makes_bucket(edit: &Edit) -> bool {
    let makes = |part: &Edit| matches!(part, Edit::BindDomain(_));
    edit.parts().iter().any(makes)
}

/// Whether the owner can read nothing while the edit holds, so that probes say something only before it and after it was lifted.
pub(crate) fn blinds_owner(edit: &Edit) -> bool {
    edit.steps()
        .any(|step| matches!(step, Staged::Operator(edit) if hides(edit)))
}

fn hides(edit: OperatorEdit<'_>) -> bool {
    match edit {
        OperatorEdit::AccountStatus(_)
        | OperatorEdit::BucketStatus(_)
        | OperatorEdit::KmsStatus(_)
        | OperatorEdit::CloseFeature(_) => true,
        OperatorEdit::KeyStatus(of) => of.contains_key(&Who::Owner),
        OperatorEdit::KeyNetworks(of) => of.contains_key(&Who::Owner),
        OperatorEdit::RamPolicy(_)
        | OperatorEdit::VpcPolicy(_)
        | OperatorEdit::StsRefusedInRegion(_)
        | OperatorEdit::StsRefusedInOperation(_)
        | OperatorEdit::RiskyDomain(_) => false,
    }
}

/// Ends what the edits that hide the world have done.
pub(crate) async fn undo(edit: &Edit, world: &World, sender: &Sender<'_>) -> Result<(), RunFault> {
    for step in edit.steps() {
        let Staged::Operator(edit) = step else {
            continue;
        };
        if !hides(edit) {
            continue;
        }
        let sets = states(edit, world, sender).await?;
        for set in sets.into_iter().filter_map(opposite) {
            sender.set(set).await?;
        }
    }
    Ok(())
}

/// The scenario's domain is bound to a bucket of somebody else, whose it is from now on.
async fn bind_domain(who: &Who, world: &World, sender: &Sender<'_>) -> Result<(), RunFault> {
    let identity = person(who, world)?;
    let context = sender.context;
    let place = BucketPlace {
        name: context.fresh_name(),
        region: world.scene.names.home.clone(),
        owner: who.clone(),
    };
    let account = async {
        let account = context
            .account_of(who, &identity, &world.scene, sender)
            .await?;
        world.disprove_domain(sender, &account).await?;
        world.prove_domain_of(sender, account).await
    };
    let spec = BucketSpec::default();
    let (account, bucket) = tokio::join!(account, world.put_bucket(sender, &place, &spec));
    account?;
    bucket?;
    world.bind_domain(sender, &place).await
}

/// Makes the states that only an operator can make.
async fn ask_operator(
    edit: OperatorEdit<'_>,
    world: &World,
    sender: &Sender<'_>,
) -> Result<(), RunFault> {
    let context = sender.context;
    for set in states(edit, world, sender).await? {
        if let Some(undo) = undoing(&set, edit, world) {
            let made = Made::State {
                undo: Command::Set(undo).to_json(),
            };
            let _ = context.making(&made).await;
            world.note(made);
        }
        sender.set(set).await?;
    }
    Ok(())
}

/// What the operator has to be asked for.
async fn states(
    edit: OperatorEdit<'_>,
    world: &World,
    sender: &Sender<'_>,
) -> Result<Vec<Set>, RunFault> {
    let now = sender.context.now();
    let mut sets = Vec::new();
    match edit {
        OperatorEdit::AccountStatus(value) => {
            let account = world.account_of_owner(sender).await?;
            sets.push(Set::AccountStatus {
                account,
                value: *value,
            });
        }
        OperatorEdit::KmsStatus(value) => {
            let account = world.account_of_owner(sender).await?;
            sets.push(Set::KmsStatus {
                account,
                value: *value,
            });
        }
        OperatorEdit::StsRefusedInRegion(_) => {
            let account = world.account_of_owner(sender).await?;
            let region = world.scene.names.home.clone();
            sets.push(Set::StsInRegion {
                account,
                region,
                value: StsSupport::Refused,
            });
        }
        OperatorEdit::StsRefusedInOperation(operation) => {
            let account = world.account_of_owner(sender).await?;
            let operation = world.scene.text(operation, now)?;
            sets.push(Set::StsInOperation {
                account,
                operation,
                value: StsSupport::Refused,
            });
        }
        OperatorEdit::CloseFeature(feature) => {
            let account = world.account_of_owner(sender).await?;
            let feature = world.scene.text(feature, now)?;
            sets.push(Set::Feature {
                account,
                feature,
                value: FeatureStatus::Closed,
            });
        }
        OperatorEdit::RiskyDomain(domain) => {
            let domain = world.scene.text(domain, now)?;
            sets.push(Set::DomainRisk {
                domain,
                value: DomainRisk::High,
            });
        }
        OperatorEdit::BucketStatus(value) => {
            let bucket = world.scene.bucket("")?.name.clone();
            sets.push(Set::BucketStatus {
                bucket,
                value: *value,
            });
        }
        OperatorEdit::KeyStatus(states) => {
            for (who, value) in states {
                let access_key_id = person(who, world)?.access_key_id.clone();
                sets.push(Set::KeyStatus {
                    access_key_id,
                    value: *value,
                });
            }
        }
        OperatorEdit::KeyNetworks(networks) => {
            for (who, value) in networks {
                let access_key_id = person(who, world)?.access_key_id.clone();
                sets.push(Set::KeyNetworks {
                    access_key_id,
                    value: world.scene.filled(value, now)?,
                });
            }
        }
        OperatorEdit::RamPolicy(policies) => {
            for (who, policy) in policies {
                let identity = person(who, world)?;
                let (Some(account), Some(user)) = (&identity.account, &identity.user) else {
                    return Err(RunFault::Harness(format!("`{who}` is no RAM user").into()));
                };
                let value = match policy {
                    Value::Null => None,
                    policy => Some(world.scene.json(policy, now)?),
                };
                sets.push(Set::RamPolicy {
                    account: account.clone(),
                    user: user.clone(),
                    value,
                });
            }
        }
        OperatorEdit::VpcPolicy(policy) => {
            let endpoint = world
                .vpc_endpoint()
                .ok_or_else(|| RunFault::Harness("the scenario has no VPC endpoint".into()))?;
            let value = match policy {
                Value::Null => None,
                policy => Some(world.scene.json(policy, now)?),
            };
            sets.push(Set::VpcEndpointPolicy { endpoint, value });
        }
    }
    Ok(sets)
}

/// What ends a state that would outlive the world: that of an account which is not the world's own, and that of a bucket, which
/// could not be deleted otherwise.
fn undoing(set: &Set, edit: OperatorEdit<'_>, world: &World) -> Option<Set> {
    if world.has_own_account() {
        return None;
    }
    let is_own = match edit {
        OperatorEdit::KeyStatus(of) => of.keys().all(|who| world.is_own(who)),
        OperatorEdit::KeyNetworks(of) => of.keys().all(|who| world.is_own(who)),
        _ => false,
    };
    if is_own {
        return None;
    }
    opposite(set.clone())
}

/// Whether a command of the operator does nothing but to end a state.
pub(crate) fn ends_a_state(command: &Value) -> bool {
    match Command::from_json(command.clone()) {
        Ok(Command::Set(set)) => {
            opposite(set).is_some_and(|end| Command::Set(end).to_json() == *command)
        }
        _ => false,
    }
}

/// What ends a state; `None` where the world's own removal does.
fn opposite(set: Set) -> Option<Set> {
    Some(match set {
        Set::AccountStatus { account, .. } => Set::AccountStatus {
            account,
            value: AccountStatus::Active,
        },
        Set::KmsStatus { account, .. } => Set::KmsStatus {
            account,
            value: KmsStatus::Active,
        },
        Set::StsInRegion {
            account, region, ..
        } => Set::StsInRegion {
            account,
            region,
            value: StsSupport::Accepted,
        },
        Set::StsInOperation {
            account, operation, ..
        } => Set::StsInOperation {
            account,
            operation,
            value: StsSupport::Accepted,
        },
        Set::BucketStatus { bucket, .. } => Set::BucketStatus {
            bucket,
            value: BucketStatus::Active,
        },
        Set::KeyStatus { access_key_id, .. } => Set::KeyStatus {
            access_key_id,
            value: KeyStatus::Active,
        },
        Set::KeyNetworks { access_key_id, .. } => Set::KeyNetworks {
            access_key_id,
            value: Vec::new(),
        },
        Set::Feature {
            account, feature, ..
        } => Set::Feature {
            account,
            feature,
            value: FeatureStatus::Open,
        },
        Set::DomainRisk { domain, .. } => Set::DomainRisk {
            domain,
            value: DomainRisk::None,
        },
        Set::RamPolicy { .. } | Set::VpcEndpointPolicy { .. } | Set::DomainOwnership { .. } => {
            return None;
        }
    })
}

fn person(who: &Who, world: &World) -> Result<std::sync::Arc<Identity>, RunFault> {
    let person = world.scene.identity(who)?;
    person.ok_or_else(|| RunFault::Harness(format!("`{who}` has no state").into()))
}

fn with_statement(policy: Option<&Value>, statement: &Value) -> Value {
    let mut policy = policy
        .cloned()
        .unwrap_or_else(|| json!({ "Version": "1", "Statement": [] }));
    match policy.get_mut("Statement").and_then(Value::as_array_mut) {
        Some(statements) => statements.push(statement.clone()),
        None => policy["Statement"] = json!([statement]),
    }
    policy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_added_to_the_policy_that_is_there() {
        let statement = json!({ "Effect": "Deny" });
        let given = json!({ "Version": "1", "Statement": [{ "Effect": "Allow" }] });
        assert_eq!(
            with_statement(Some(&given), &statement),
            json!({ "Version": "1", "Statement": [{ "Effect": "Allow" }, { "Effect": "Deny" }] })
        );
        assert_eq!(
            with_statement(None, &statement),
            json!({ "Version": "1", "Statement": [{ "Effect": "Deny" }] })
        );
    }
}
