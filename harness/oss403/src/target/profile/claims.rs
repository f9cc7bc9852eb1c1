//! What a profile claims, held against what else it says.

use std::collections::BTreeSet;

use super::keys::{Claim, Claims};
use super::rules::Problems;
use super::{Endpoint, Profile, Remote};
use crate::wire::address::host_name;
use crate::wire::scene::Style;
use oss403_case::decode::Problem;
use oss403_case::document::problem;
use oss403_case::model::{Capability, Named};
use oss403_case::place::{Part, Path};

/// What the rest of a profile says that claims rest on.
pub(super) struct Grounds {
    two_regions: bool,
    operator: bool,
    style: Style,
    /// Whether hosts have names, and so the service can have several.
    has_names: bool,
    identities: BTreeSet<String>,
}

impl Grounds {
    pub(super) fn of(endpoint: &Endpoint, operator: bool) -> Self {
        match endpoint {
            Endpoint::Embedded(config) => Self {
                two_regions: config.regions.len() > 1,
                operator,
                style: Style::VirtualHosted,
                has_names: true,
                identities: config.identities.0.keys().cloned().collect(),
            },
            Endpoint::Remote(remote) => Self {
                two_regions: remote.away.is_some(),
                operator,
                style: remote.addressing.style,
                has_names: has_names(remote),
                identities: remote.identities.keys().cloned().collect(),
            },
        }
    }

    /// Why a capability cannot be had with this profile, and what to do about it.
    pub(super) fn against(&self, capability: Capability) -> Option<(&'static str, &'static str)> {
        let has = |who: &str| self.identities.contains(who);
        let holds = match capability {
            Capability::TwoRegions => self.two_regions,
            Capability::SecondAccount => has("other-account"),
            Capability::RamUsers => self.operator || has("ram-user"),
            Capability::Sts => self.operator || has("sts"),
            Capability::Operator => self.operator,
            Capability::VirtualHosted | Capability::SecondLevel => {
                self.style == Style::VirtualHosted
            }
            Capability::Acceleration | Capability::S3Service => self.has_names,
            _ => true,
        };
        if holds {
            return None;
        }
        Some(match capability {
            Capability::TwoRegions => (
                "there is one region only",
                "name the second one under `regions`",
            ),
            Capability::SecondAccount => (
                "there is no identity `other-account`",
                "say under `identities` where its credentials come from",
            ),
            Capability::RamUsers => (
                "there is neither an identity `ram-user` nor an operator hook that makes one",
                "say under `identities` where its credentials come from, or how the hook is reached under `operator`",
            ),
            Capability::Sts => (
                "there is neither an identity `sts` nor an operator hook that makes sessions",
                "say under `identities` where its credentials come from, or how the hook is reached under `operator`",
            ),
            Capability::Operator => (
                "there is no operator hook",
                "say how it is reached under the key `operator`",
            ),
            Capability::Acceleration | Capability::S3Service => (
                "nothing is said of other names than the one under `addressing.service`",
                "say under `suffix` what names end with",
            ),
            _ => (
                "buckets are addressed in path style",
                "leave `addressing.style` out for host names",
            ),
        })
    }
}

/// Whether anything is said of what names end with, besides what the service itself is called.
fn has_names(remote: &Remote) -> bool {
    let service = &remote.addressing.service;
    service.contains('{') || host_name(service) != remote.suffix
}

impl Claims {
    /// The capabilities that are claimed. `all`, and a name for several, mean those of them that the rest of the profile allows; one that
    /// is named by itself must be allowed.
    pub(super) fn read(&self, grounds: &Grounds, problems: &mut Problems) -> BTreeSet<Capability> {
        let allowed = |capability: &Capability| grounds.against(*capability).is_none();
        let mut claimed: BTreeSet<Capability> = match &self.claim {
            Claim::All => Capability::ALL.iter().copied().collect(),
            Claim::These(names) => names
                .iter()
                .flat_map(|name| name.0.members)
                .copied()
                .collect(),
        };
        for name in &self.except {
            claimed.retain(|capability| !name.0.members.contains(capability));
        }
        if grounds.style == Style::VirtualHosted && !matches!(&self.claim, Claim::All) {
            claimed.insert(Capability::VirtualHosted);
        }
        if let Claim::These(names) = &self.claim {
            for (index, name) in names.iter().enumerate() {
                self.check(index, name.0, grounds, &claimed, problems);
            }
        }
        claimed.retain(allowed);
        // Nobody named what has lost its ground with them.
        let left = claimed.clone();
        claimed.retain(|capability| {
            let needs = capability.row().needs;
            needs.iter().all(|need| left.contains(need))
        });
        claimed
    }

    fn check(
        &self,
        index: usize,
        name: &'static Named,
        grounds: &Grounds,
        claimed: &BTreeSet<Capability>,
        problems: &mut Problems,
    ) {
        let list = if self.is_map {
            Path::from(["capabilities", "claim"])
        } else {
            Path::from(["capabilities"])
        };
        let [capability] = name.members else {
            return;
        };
        if !claimed.contains(capability) {
            return;
        }
        if let Some((why, help)) = grounds.against(*capability) {
            let message = format!("`{}` is claimed, but {why}", name.name);
            problems.add(list.then(index), message).help = Some(help.into());
        } else if let Some(need) = name.needs.iter().find(|need| !claimed.contains(need)) {
            let message = format!("`{}` is nothing without `{}`", name.name, need.as_str());
            problems.add(list.then(index), message).help =
                Some(format!("claim `{}` as well, or neither", need.as_str()));
        }
    }
}

/// What is wrong with a profile that claims no scheme: without one nobody can be told from anybody else.
pub(super) fn without_scheme(profile: &Profile) -> Option<Problem> {
    if profile.usual_signature().is_some() {
        return None;
    }
    let message =
        "no signature scheme is claimed in headers or URLs, so that no level can be stated";
    let help =
        "claim at least one of `header-v1`, `url-v1`, `header-v2`, `url-v2`, `header-v4`, `url-v4`";
    Some(problem(Path::from(["capabilities"]), Part::Key, message).help(help))
}
