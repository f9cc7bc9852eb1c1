//! What was found in a twin whose base is refused becomes the edited request of one whose base is an honest client's.

use super::compare::Which;
use super::generate::{finished, is_sound};
use super::shrink::fold;
use oss403_case::model::{BucketSpec, Edit, Scenario, TextMap, Who, Yes};

/// The request that shows a difference as the edited one of twins whose base differs in one respect, which is then the edit.
pub(super) fn turned(scenario: &Scenario, which: Which) -> Vec<Scenario> {
    let mut plain = scenario.clone();
    plain.to_the_second = false;
    if which == Which::Edited {
        let folded = scenario
            .edit
            .parts()
            .iter()
            .all(|part| fold(part, &mut plain));
        if !folded {
            return Vec::new();
        }
    }
    let mut turned = Vec::new();
    let mut twin = |change: &dyn Fn(&mut Scenario) -> Option<Edit>| {
        let mut other = plain.clone();
        if let Some(edit) = change(&mut other) {
            other.edit = edit;
            let other = finished(other);
            turned.extend(is_sound(&other).then_some(other));
        }
    };
    twin(&|other| {
        let who = std::mem::take(&mut other.base.r#as);
        (who != Who::Owner).then_some(Edit::As(who))
    });
    twin(&|other| other.base.clock.take().map(Edit::Clock));
    twin(&|other| other.base.expires_in.take().map(Edit::ExpiresIn));
    twin(&|other| other.base.host.take().map(Edit::Host));
    for (name, value) in &plain.base.headers {
        twin(&|other| {
            other.base.headers.shift_remove(name);
            Some(Edit::SetHeader(
                [(name.clone(), value.clone())].into_iter().collect(),
            ))
        });
    }
    twin(&|other| bucket(other)?.referer.take().map(Edit::Referer));
    twin(&|other| bucket(other)?.policy.take().map(Edit::BucketPolicy));
    twin(&|other| bucket(other)?.acl.take().map(Edit::BucketAcl));
    twin(&|other| {
        let rules = std::mem::take(&mut bucket(other)?.cors);
        (!rules.is_empty()).then_some(Edit::Cors(rules))
    });
    twin(&|other| {
        let blocks = std::mem::take(&mut bucket(other)?.block_public_access);
        blocks.then_some(Edit::BlockPublicAccess(Yes))
    });
    twin(&|other| {
        let objects = bucket(other)?.objects.iter_mut();
        let acls = objects.filter_map(|(key, object)| Some((key.clone(), object.acl.take()?)));
        let acls: TextMap = acls.collect();
        (!acls.is_empty()).then_some(Edit::ObjectAcl(acls))
    });
    turned
}

fn bucket(scenario: &mut Scenario) -> Option<&mut BucketSpec> {
    scenario.given.bucket.as_mut()
}
