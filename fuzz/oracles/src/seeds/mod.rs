//! Seed corpora and dictionaries, made from the ledger and the golden vectors.
//!
//! They are checked in, so that nobody needs to make them; `cargo run -p oss403-fuzz-oracles --example seeds` makes them anew, and a test
//! says when that is due.

mod dictionary;
mod edges;
mod files;
mod policies;
mod requests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use oss403::wire::client::Outgoing;
use oss403_case::{Instance, Ledger};

/// At most this many seeds of a target come from one source.
const MOST: usize = 48;
/// A longer seed would cost more time than it is worth.
const LONGEST: usize = 4096;

/// Contents of all generated files by their path below `fuzz/`.
///
/// # Panics
/// When the ledger in this build is not sound, which other tests notice first.
#[must_use]
pub fn generate() -> BTreeMap<String, Vec<u8>> {
    let ledger = Ledger::embedded().expect("the ledger is sound");
    let instances: Vec<Instance> = ledger.instances().collect();
    let mut seeds = Seeds::default();
    requests::add(&instances, &mut seeds);
    policies::add(&instances, &mut seeds);
    files::add(&ledger, &instances, &mut seeds);
    let mut files = seeds.into_files("seed");
    let mut edges = Seeds::default();
    edges::add(&mut edges);
    files.extend(edges.into_files("seed-edge"));
    dictionary::add(&ledger, &instances, &mut files);
    files
}

/// The edited request of an instance as it goes on the wire, in the world of the seeds; `None` when it means nothing there.
#[must_use]
pub fn request_of(instance: &Instance) -> Option<Vec<u8>> {
    let signed = requests::signed(instance, Some(&instance.scenario.edit), &requests::scene())?;
    Some(requests::written(&Outgoing::new(signed)))
}

/// The folder `fuzz/`.
#[must_use]
pub fn fuzz_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Whether a file of a corpus was generated, by its name.
#[must_use]
pub fn is_generated(name: &str) -> bool {
    name.starts_with("seed-")
}

/// Seeds by target, none twice.
#[derive(Default)]
struct Seeds(BTreeMap<&'static str, BTreeSet<Vec<u8>>>);

impl Seeds {
    /// Adds a seed; what is too long or too much is left out.
    fn add(&mut self, target: &'static str, seed: impl Into<Vec<u8>>) {
        let seed = seed.into();
        if seed.len() <= LONGEST && !seed.is_empty() {
            self.0.entry(target).or_default().insert(seed);
        }
    }

    fn into_files(self, prefix: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for (target, seeds) in self.0 {
            // Spread over all that there are, which are sorted by content.
            let step = seeds.len().div_ceil(MOST).max(1);
            for (index, seed) in seeds.into_iter().step_by(step).enumerate() {
                files.insert(format!("corpus/{target}/{prefix}-{index:02}"), seed);
            }
        }
        files
    }
}
