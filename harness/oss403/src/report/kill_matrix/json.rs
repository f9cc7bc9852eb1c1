//! The kill matrix for programs: one object; scripts rely on its first five keys, and on the first four of `outside`.

use indexmap::IndexMap;
use serde::Serialize;

use super::{Suite, Sums, Tables, outside, sums};
use crate::mutate::matrix::{Fate, Matrix, Row};

/// Half of the tables is not there when it was not gone through.
#[derive(Serialize)]
struct File<'a> {
    #[serde(flatten)]
    inside: Option<Inside<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outside: Option<outside::File<'a>>,
    suite: About<'a>,
}

#[derive(Serialize)]
struct Inside<'a> {
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

/// The tables as JSON, with a line feed at its end.
pub fn json(tables: Tables<'_>, suite: &Suite) -> String {
    let file = File {
        inside: tables.inside.map(inside),
        outside: tables.outside.map(outside::File::of),
        suite: About {
            revision: &suite.revision,
            hash: &suite.hash,
            causes: suite.causes.len(),
        },
    };
    let mut text = serde_json::to_string_pretty(&file).expect("texts and numbers are JSON");
    text.push('\n');
    text
}

fn inside(matrix: &Matrix) -> Inside<'_> {
    let killed = matrix.killed();
    let survivors: Vec<Named<'_>> = matrix
        .survivors()
        .map(|row| Named {
            id: &row.mutant.id,
            description: &row.mutant.description,
        })
        .collect();
    Inside {
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
        instances: matrix.instances,
        requests: matrix.requests,
        elapsed_ms: u64::try_from(matrix.elapsed.as_millis()).unwrap_or(u64::MAX),
    }
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
