//! The kill matrix for programs: one object; scripts rely on its first five keys.

use indexmap::IndexMap;
use serde::Serialize;

use super::{Suite, Sums, sums};
use crate::mutate::matrix::{Fate, Matrix, Row};

#[derive(Serialize)]
struct File<'a> {
    /// Mutants that somebody could notice.
    total: usize,
    /// Those that somebody noticed.
    killed: usize,
    survivors: Vec<Named<'a>>,
    idle_instances: &'a [String],
    baselines: Baselines,
    equivalent: Vec<Excused<'a>>,
    /// Those among the killed that the list of equivalents wrongly names.
    misjudged: Vec<Excused<'a>>,
    kinds: IndexMap<&'static str, Sums>,
    mutants: Vec<Listed<'a>>,
    suite: About<'a>,
    instances: usize,
    requests: u64,
    elapsed_ms: u64,
}

#[derive(Serialize)]
struct Named<'a> {
    id: &'a str,
    description: &'a str,
}

#[derive(Serialize)]
struct Excused<'a> {
    id: &'a str,
    description: &'a str,
    reason: &'static str,
}

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    description: &'a str,
    fate: &'static str,
    /// For each cause how many of its instances noticed.
    noticed: IndexMap<&'static str, Count>,
}

#[derive(Serialize)]
struct Count {
    by: usize,
    of: usize,
}

#[derive(Serialize)]
struct Baselines {
    allow_all: usize,
    deny_all: usize,
}

#[derive(Serialize)]
struct About<'a> {
    revision: &'a str,
    hash: &'a str,
    causes: usize,
}

/// The matrix as JSON, with a line feed at its end.
pub fn json(matrix: &Matrix, suite: &Suite) -> String {
    let killed = matrix.killed();
    let survivors: Vec<Named<'_>> = matrix
        .survivors()
        .map(|row| Named {
            id: &row.mutant.id,
            description: &row.mutant.description,
        })
        .collect();
    let file = File {
        total: killed + survivors.len(),
        killed,
        survivors,
        idle_instances: &matrix.idle,
        baselines: Baselines {
            allow_all: matrix.baselines.allow_all,
            deny_all: matrix.baselines.deny_all,
        },
        equivalent: matrix.equivalents().map(excused).collect(),
        misjudged: matrix.misjudged().map(excused).collect(),
        kinds: sums(matrix)
            .into_iter()
            .map(|(kind, sums)| (kind.name(), sums))
            .collect(),
        mutants: matrix.rows.iter().map(listed).collect(),
        suite: About {
            revision: &suite.revision,
            hash: &suite.hash,
            causes: suite.causes.len(),
        },
        instances: matrix.instances,
        requests: matrix.requests,
        elapsed_ms: u64::try_from(matrix.elapsed.as_millis()).unwrap_or(u64::MAX),
    };
    let mut text = serde_json::to_string_pretty(&file).expect("texts and numbers are JSON");
    text.push('\n');
    text
}

fn excused<'a>((row, reason): (&'a Row, &'static str)) -> Excused<'a> {
    Excused {
        id: &row.mutant.id,
        description: &row.mutant.description,
        reason,
    }
}

fn listed(row: &Row) -> Listed<'_> {
    Listed {
        id: &row.mutant.id,
        description: &row.mutant.description,
        fate: match row.fate {
            Fate::Killed => "killed",
            Fate::Equivalent(_) => "equivalent",
            Fate::Misjudged(_) => "misjudged",
            Fate::Survived => "survived",
        },
        noticed: row
            .causes
            .iter()
            .map(|(cause, noticed)| {
                let count = Count {
                    by: noticed.by,
                    of: noticed.of,
                };
                (*cause, count)
            })
            .collect(),
    }
}
