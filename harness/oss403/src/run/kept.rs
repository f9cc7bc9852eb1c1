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
