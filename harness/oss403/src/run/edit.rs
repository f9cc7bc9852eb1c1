//! World edits: what changes between the base and the edited request, which are then the same.

use oss403_operator::{
    AccountStatus, BucketStatus, Command, DomainRisk, FeatureStatus, KeyStatus, KmsStatus, Set,
    StsSupport,
};
use serde_json::{Value, json};

use super::context::Courier;
use super::journal::Made;
use super::trouble::{Trouble, succeeded};
use super::world::{World, documents};
use crate::wire::identity::Identity;
use crate::wire::scene::BucketPlace;
use oss403_case::model::{BucketSpec, Edit, OperatorEdit, Staged, Who, WorldEdit};

/// Applies those world edits that hide the world, or those that do not, in their order; every other edit leaves the world as it is.
pub(crate) async fn apply(
    edit: &Edit,
    hiding: bool,
    world: &World,
    courier: &Courier<'_>,
) -> Result<(), Trouble> {
    for step in edit.steps() {
        match step {
            Staged::Operator(edit) if hides(edit) == hiding => {
                ask_operator(edit, world, courier).await?;
            }
            Staged::World(edit) if !hiding => change(edit, world, courier).await?,
            Staged::Request(_) | Staged::Wire(_) | Staged::World(_) | Staged::Operator(_) => {}
        }
    }
    Ok(())
}

/// Makes what the owner of the bucket can change.
async fn change(edit: WorldEdit<'_>, world: &World, courier: &Courier<'_>) -> Result<(), Trouble> {
    let now = courier.context.now();
    let own = || world.scene.bucket("");
    match edit {
        WorldEdit::PutObject(objects) => {
            for (key, spec) in objects {
                world.put_object(courier, own()?, key, spec).await?;
            }
        }
        WorldEdit::ObjectAcl(acls) => {
            for (key, acl) in acls {
                let draft = world
                    .request(courier, "PUT", own()?, Some(&world.scene.text(key, now)?))?
                    .query("acl", None)
                    .header("x-oss-object-acl", world.scene.text(acl, now)?);
                succeeded(courier.send(draft).await)?;
            }
        }
        WorldEdit::BucketAcl(acl) => {
            let acl = world.scene.text(acl, now)?;
            world.set_bucket_acl(courier, own()?, &acl).await?;
        }
        WorldEdit::BucketPolicy(Value::Null) => {
            world.deconfigure(courier, own()?, "policy").await?;
        }
        WorldEdit::BucketPolicy(policy) => {
            let policy = world.scene.json(policy, now)?;
            world
                .set_bucket_policy(courier, own()?, policy.to_string())
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
                .set_bucket_policy(courier, own()?, policy.to_string())
                .await?;
        }
        WorldEdit::Referer(referer) => {
            let document = documents::referer(&world.scene.filled(referer, now)?);
            world
                .configure(courier, own()?, "referer", document)
                .await?;
        }
        WorldEdit::Cors(rules) if rules.is_empty() => {
            world.deconfigure(courier, own()?, "cors").await?;
        }
        WorldEdit::Cors(rules) => {
            let document = documents::cors(&world.scene.filled(rules, now)?);
            world.configure(courier, own()?, "cors", document).await?;
        }
        WorldEdit::LockWorm(_) => {
            let place = own()?;
            let id = world.worm(&place.name).ok_or_else(|| {
                Trouble::Harness("the bucket has no retention policy to lock".into())
            })?;
            world.lock_worm(courier, place, id).await?;
        }
        WorldEdit::BindDomain(who) => bind_domain(who, world, courier).await?,
        WorldEdit::BlockPublicAccess(_) => {
            world.block_public_access(courier, own()?).await?;
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
pub(crate) fn hides_world(edit: &Edit) -> bool {
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
pub(crate) async fn lift(edit: &Edit, world: &World, courier: &Courier<'_>) -> Result<(), Trouble> {
    for step in edit.steps() {
        let Staged::Operator(edit) = step else {
            continue;
        };
        if !hides(edit) {
            continue;
        }
        let sets = states(edit, world, courier).await?;
        for set in sets.into_iter().filter_map(opposite) {
            courier.count();
            courier.context.operator()?.set(set).await?;
        }
    }
    Ok(())
}

/// The scenario's domain is bound to a bucket of somebody else, whose it is from now on.
async fn bind_domain(who: &Who, world: &World, courier: &Courier<'_>) -> Result<(), Trouble> {
    let identity = person(who, world)?;
    let context = courier.context;
    let place = BucketPlace {
        name: context.fresh_name(),
        region: world.scene.names.home.clone(),
        owner: who.clone(),
    };
    let account = async {
        let account = context
            .account_of(who, &identity, &world.scene, courier)
            .await?;
        world.disprove_domain(courier, &account).await?;
        world.prove_domain_of(courier, account).await
    };
    let spec = BucketSpec::default();
    let (account, bucket) = tokio::join!(account, world.put_bucket(courier, &place, &spec));
    account?;
    bucket?;
    world.bind_domain(courier, &place).await
}

/// Makes the states that only an operator can make.
async fn ask_operator(
    edit: OperatorEdit<'_>,
    world: &World,
    courier: &Courier<'_>,
) -> Result<(), Trouble> {
    let context = courier.context;
    for set in states(edit, world, courier).await? {
        if let Some(undo) = undo(&set, edit, world) {
            let made = Made::State {
                undo: Command::Set(undo).to_json(),
            };
            let _ = context.journal.intent(&made);
            world.note(made);
        }
        courier.count();
        context.operator()?.set(set).await?;
    }
    Ok(())
}

/// What the operator has to be asked for.
async fn states(
    edit: OperatorEdit<'_>,
    world: &World,
    courier: &Courier<'_>,
) -> Result<Vec<Set>, Trouble> {
    let now = courier.context.now();
    let mut sets = Vec::new();
    match edit {
        OperatorEdit::AccountStatus(value) => {
            let account = world.account_of_owner(courier).await?;
            sets.push(Set::AccountStatus {
                account,
                value: *value,
            });
        }
        OperatorEdit::KmsStatus(value) => {
            let account = world.account_of_owner(courier).await?;
            sets.push(Set::KmsStatus {
                account,
                value: *value,
            });
        }
        OperatorEdit::StsRefusedInRegion(_) => {
            let account = world.account_of_owner(courier).await?;
            let region = world.scene.names.home.clone();
            sets.push(Set::StsInRegion {
                account,
                region,
                value: StsSupport::Refused,
            });
        }
        OperatorEdit::StsRefusedInOperation(operation) => {
            let account = world.account_of_owner(courier).await?;
            let operation = world.scene.text(operation, now)?;
            sets.push(Set::StsInOperation {
                account,
                operation,
                value: StsSupport::Refused,
            });
        }
        OperatorEdit::CloseFeature(feature) => {
            let account = world.account_of_owner(courier).await?;
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
                    return Err(Trouble::Harness(format!("`{who}` is no RAM user")));
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
                .ok_or_else(|| Trouble::Harness("the scenario has no VPC endpoint".into()))?;
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
fn undo(set: &Set, edit: OperatorEdit<'_>, world: &World) -> Option<Set> {
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

fn person(who: &Who, world: &World) -> Result<std::sync::Arc<Identity>, Trouble> {
    let person = world.scene.identity(who)?;
    person.ok_or_else(|| Trouble::Harness(format!("`{who}` has no state")))
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
