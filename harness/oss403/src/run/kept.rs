//! Worlds that stay on the target after the run, for somebody to look at.

use std::sync::Mutex;

use super::journal::Made;
use super::record::TwinRecord;
use oss403_case::Instance;

/// A target that bears fewer buckets has no room for any that stay: some scenarios need nine at a time.
const FEW: usize = 20;

/// What stays. Never more than half of the buckets that the target bears, or nothing could go on beside them.
pub(crate) struct Kept {
    is_wanted: Option<fn(&Instance, &TwinRecord) -> bool>,
    most: usize,
    made: Mutex<Vec<Made>>,
}

impl Kept {
    /// Nothing yet, of a target that bears so many buckets.
    pub(crate) fn new(
        is_wanted: Option<fn(&Instance, &TwinRecord) -> bool>,
        buckets: usize,
    ) -> Self {
        Self {
            is_wanted,
            most: if is_wanted.is_some() && buckets >= FEW {
                buckets / 2
            } else {
                0
            },
            made: Mutex::default(),
        }
    }

    /// The buckets that may stay.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Whether somebody wants to look at the world of an instance.
    pub(crate) fn is_wanted(&self, instance: &Instance, record: &TwinRecord) -> bool {
        self.is_wanted
            .is_some_and(|is_wanted| is_wanted(instance, record))
    }

    /// Adds a world, unless that would be too many buckets.
    pub(crate) fn add(&self, world: Vec<Made>) -> bool {
        let mut made = self.made.lock().expect("nobody panics with this lock");
        let buckets = made.iter().chain(&world).filter(|made| is_bucket(made));
        let fits = buckets.count() <= self.most;
        if fits {
            made.extend(world);
        }
        fits
    }

    /// How much stays.
    pub(crate) fn count(&self) -> usize {
        let made = self.made.lock().expect("nobody panics with this lock");
        made.len()
    }

    /// Whether something is among it.
    pub(crate) fn holds(&self, what: &Made) -> bool {
        let made = self.made.lock().expect("nobody panics with this lock");
        made.iter().any(|made| made.is_same(what))
    }
}

fn is_bucket(made: &Made) -> bool {
    matches!(made, Made::Bucket { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_stays_than_half_of_what_the_target_bears() {
        let bucket = |name: &str| Made::Bucket {
            name: name.into(),
            region: "cn-hangzhou".into(),
            owner: "owner".into(),
        };
        let kept = Kept::new(Some(|_, _| true), FEW);
        assert_eq!((kept.most(), kept.count()), (FEW / 2, 0));
        let account = Made::Account {
            account: "1".into(),
        };
        assert!(kept.add(vec![bucket("a"), account]));
        assert_eq!(kept.count(), 2);
        assert!(kept.holds(&bucket("a")) && !kept.holds(&bucket("b")));
        let many: Vec<Made> = (0..FEW / 2).map(|n| bucket(&n.to_string())).collect();
        assert!(!kept.add(many.clone()));
        // Accounts are no buckets.
        assert!(kept.add(many[1..].to_vec()));
        assert_eq!(kept.count(), 2 + FEW / 2 - 1);
        assert_eq!(Kept::new(Some(|_, _| true), FEW - 1).most(), 0);
        assert_eq!(Kept::new(None, FEW).most(), 0);
    }
}
