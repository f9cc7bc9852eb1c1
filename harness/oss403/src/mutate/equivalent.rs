//! Mutants that nobody could tell from the unmutated server, each with the reason.
//!
//! The list is reviewed by hand. A test holds that every entry names a mutant; one that is noticed all the same is misjudged, and the
//! matrix has a gap until the entry is gone.

use super::Mutant;
use super::neighbours::exclusive;

/// A mutant that behaves as the unmutated server does.
#[derive(Debug, Clone, Copy)]
pub struct Equivalent {
    /// Id of the mutant.
    pub id: &'static str,
    /// Why no request tells it from the unmutated server.
    pub reason: &'static str,
}

/// The reason for which a mutant counts as equivalent. Checks whose order makes no difference are listed as pairs of neighbours.
pub fn reason(mutant: &Mutant) -> Option<&'static str> {
    let listed = EQUIVALENT.iter().find(|entry| entry.id == mutant.id);
    let pair = mutant.faults.swap.as_ref();
    listed
        .map(|entry| entry.reason)
        .or_else(|| pair.and_then(|(first, second)| exclusive(first, second)))
}

/// The list.
pub const EQUIVALENT: &[Equivalent] = &[
    Equivalent {
        id: "wrong-message/second-level-domain",
        reason: "the service answers path style with either of two texts, and the sources do not settle when it gives which",
    },
    Equivalent {
        id: "wrong-message/virtual-hosted-style",
        reason: "the service answers path style with either of two texts, and the sources do not settle when it gives which",
    },
];
