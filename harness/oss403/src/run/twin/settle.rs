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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::run::testing::scenario;

    const ACL: Duration = Duration::from_secs(1);
    const POLICY: Duration = Duration::from_secs(2);
    const KEYS: Duration = Duration::from_secs(3);
    const OTHER: Duration = Duration::from_secs(4);
    const NONE: Duration = Duration::ZERO;

    fn settle() -> Settle {
        Settle {
            acl: ACL,
            policy: POLICY,
            key_status: KEYS,
            other: OTHER,
            ..Settle::default()
        }
    }

    /// The table of the manual: what a change waits for is what a server may keep of it.
    #[test]
    fn every_edit_takes_the_time_of_what_it_changes() {
        for (edit, time) in [
            (json!({ "wrong-secret": true }), NONE),
            (json!({ "flip-signature": true }), NONE),
            (json!({ "object-acl": { "k.txt": "private" } }), ACL),
            (json!({ "bucket-acl": "private" }), ACL),
            (json!({ "block-public-access": true }), ACL),
            (json!({ "bucket-policy": null }), POLICY),
            (json!({ "add-statement": {} }), POLICY),
            (json!({ "ram-policy": {} }), POLICY),
            (json!({ "vpc-policy": {} }), POLICY),
            (json!({ "key-status": {} }), KEYS),
            (json!({ "key-networks": {} }), KEYS),
            (json!({ "account-status": "disabled" }), KEYS),
            (json!({ "cors": [] }), OTHER),
            (json!({ "bucket-status": "disabled" }), OTHER),
            // Of several the longest.
            (
                json!({ "all": [{ "account-status": "disabled" }, { "bucket-acl": "private" }] }),
                KEYS,
            ),
        ] {
            let changing = scenario(&json!({}), &edit);
            assert_eq!(time_of_edit(&changing.edit, &settle()), time, "{edit}");
            assert_eq!(super::time(&changing, &settle()), time, "{edit}");
        }
    }

    #[test]
    fn what_a_world_was_made_with_takes_its_time_too() {
        let object = |more: &Value| json!({ "objects": { "k.txt": more } });
        for (given, time) in [
            (json!({}), NONE),
            (json!({ "bucket": object(&json!("one")) }), NONE),
            (json!({ "bucket": { "acl": "public-read" } }), ACL),
            (
                json!({ "bucket": object(&json!({ "text": "one", "acl": "public-read" })) }),
                ACL,
            ),
            (json!({ "bucket": { "block-public-access": true } }), ACL),
            (json!({ "bucket": { "policy": {} } }), POLICY),
            (
                json!({ "bucket": { "policy": {}, "acl": "private" } }),
                POLICY,
            ),
            (json!({ "buckets": { "second": { "policy": {} } } }), POLICY),
            (
                json!({ "identities": { "eve": { "ram-user": {} } } }),
                POLICY,
            ),
        ] {
            let edit = json!({ "wrong-secret": true });
            let made = scenario(&given, &edit);
            assert_eq!(time_of_given(&made, &settle()), time, "{given}");
            assert_eq!(super::time(&made, &settle()), time, "{given}");
            // The longer of the two counts.
            let edit = json!({ "cors": [] });
            let changed = scenario(&given, &edit);
            assert_eq!(super::time(&changed, &settle()), OTHER, "{given}");
        }
    }
}
