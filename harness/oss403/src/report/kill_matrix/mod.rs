//! The kill matrix for people, programs and browsers.

mod json;
mod outside;
mod page;
mod terminal;

pub use json::json;
pub use page::page;
pub use terminal::terminal;

use std::collections::BTreeMap;

use crate::mutate::Kind;
use crate::mutate::matrix::{Extent, Fate, Matrix};
use crate::mutate::outside::Outside;

/// The suite that was put to the test.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Revision of its set of causes.
    pub revision: String,
    /// SHA-256 of its case files.
    pub hash: String,
    /// Code and id of each cause, in the order of the ledger.
    pub causes: Vec<(String, String)>,
    /// Where its case files were read.
    pub from: String,
    /// How many of the mutants the matrix is of.
    pub extent: Extent,
}

/// What was gone through: the mutants of the server, what happens between server and engine, or both.
#[derive(Debug, Clone, Copy)]
pub struct Tables<'m> {
    pub inside: Option<&'m Matrix>,
    pub outside: Option<&'m Outside>,
}

/// How many mutants of a kind there are, and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
struct Sums {
    total: usize,
    killed: usize,
    equivalent: usize,
}

/// The sums of every kind that has mutants.
fn sums(matrix: &Matrix) -> BTreeMap<Kind, Sums> {
    let mut kinds: BTreeMap<Kind, Sums> = BTreeMap::new();
    for row in &matrix.rows {
        let sums = kinds.entry(row.mutant.kind).or_default();
        match row.fate {
            Fate::Equivalent(_) => sums.equivalent += 1,
            Fate::Killed | Fate::Misjudged(_) => {
                sums.total += 1;
                sums.killed += 1;
            }
            Fate::Survived => sums.total += 1,
        }
    }
    kinds
}
