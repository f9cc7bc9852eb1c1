//! How long a server with caches may take until it refuses what a change made forbidden.

use std::time::Duration;

use crate::wire::patience::Settle;
use oss403_case::model::{Edit, OperatorEdit, Scenario, Staged, WorldEdit};

/// How long what the scenario made or changed may take to be heeded.
pub(super) fn time(scenario: &Scenario, settle: &Settle) -> Duration {
    let changed = scenario.edit.steps().map(|step| of(step, settle)).max();
    changed
        .unwrap_or_default()
        .max(time_of_given(scenario, settle))
}

/// How long the edit of a world, or the state that an operator made, may take to end again.
pub(super) fn time_of_edit(edit: &Edit, settle: &Settle) -> Duration {
    edit.steps()
        .map(|step| of(step, settle))
        .max()
        .unwrap_or_default()
}

fn of(step: Staged<'_>, settle: &Settle) -> Duration {
    match step {
        Staged::Request(_) | Staged::Wire(_) => Duration::ZERO,
        Staged::World(
            WorldEdit::ObjectAcl(_) | WorldEdit::BucketAcl(_) | WorldEdit::BlockPublicAccess(_),
        ) => settle.acl,
        Staged::World(WorldEdit::BucketPolicy(_) | WorldEdit::AddStatement(_))
        | Staged::Operator(OperatorEdit::RamPolicy(_) | OperatorEdit::VpcPolicy(_)) => {
            settle.policy
        }
        Staged::Operator(
            OperatorEdit::KeyStatus(_)
            | OperatorEdit::KeyNetworks(_)
            | OperatorEdit::AccountStatus(_),
        ) => settle.key_status,
        Staged::World(_) | Staged::Operator(_) => settle.other,
    }
}

/// How long what its world was made with may take.
pub(super) fn time_of_given(scenario: &Scenario, settle: &Settle) -> Duration {
    let given = &scenario.given;
    let buckets = given.bucket.iter().chain(given.buckets.values());
    let of_bucket = buckets.map(|spec| {
        let has_acl =
            spec.acl.is_some() || spec.objects.values().any(|object| object.acl.is_some());
        let policy = if spec.policy.is_some() {
            settle.policy
        } else {
            Duration::ZERO
        };
        let acl = if has_acl || spec.block_public_access {
            settle.acl
        } else {
            Duration::ZERO
        };
        policy.max(acl)
    });
    let people = if given.identities.is_empty() {
        Duration::ZERO
    } else {
        settle.policy
    };
    of_bucket.max().unwrap_or_default().max(people)
}
