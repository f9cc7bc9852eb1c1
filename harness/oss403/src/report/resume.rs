//! Runs that did not come to their end: what of them can be taken over.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use super::entry::Entry;
use super::events::Started;
use super::json::{ResultFile, Selection};
use super::read::{NoResult, Recorded, is_stream, read_events};
use crate::judge::verdict::VerdictKind;

/// A run that did not come to its end.
#[derive(Debug)]
pub struct Interrupted {
    /// What it was begun with.
    pub started: Started,
    /// What was judged, and says something of the target; sorted by id.
    pub judged: Vec<Entry>,
}

/// Why a run cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum NotResumed {
    /// It cannot be read.
    #[error("{0}")]
    Read(#[from] NoResult),
    /// It has no first line.
    #[error("it does not say which run it is of")]
    Headless,
    /// There is nothing to go on with.
    #[error("its run came to its end")]
    Over,
    /// It is a result, and no journal.
    #[error("it is the result file of a run; what a run is gone on with is its journal")]
    Result(Box<ResultFile>),
    /// It is another run than the one that is asked for.
    #[error("it is of another run than this one: its {what} is {theirs}, not {ours}")]
    Other {
        /// In what they differ.
        what: &'static str,
        /// What it is there.
        theirs: String,
        /// What it is here.
        ours: String,
    },
    /// The same of what the target claims: what one of them alone does.
    #[error("it is of another run than this one, which claims other things: {0}")]
    Claims(String),
}

/// What is in one of two lists alone, in words: a few of each.
pub(super) fn difference(theirs: &[String], ours: &[String]) -> String {
    const FEW: usize = 3;
    let alone = |these: &[String], those: &[String], what: &str| {
        let alone: Vec<String> = these
            .iter()
            .filter(|name| !those.contains(name))
            .map(|name| format!("`{name}`"))
            .collect();
        let few = alone
            .iter()
            .take(FEW)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        match alone.len() {
            0 => None,
            count if count > FEW => Some(format!("{few} and {} more {what}", count - FEW)),
            _ => Some(format!("{few} {what}")),
        }
    };
    let both = [
        alone(theirs, ours, "there alone"),
        alone(ours, theirs, "here alone"),
    ];
    let both: Vec<String> = both.into_iter().flatten().collect();
    match both.is_empty() {
        true => "in another order".into(),
        false => both.join("; "),
    }
}

impl Interrupted {
    /// Reads a journal or a stream of events.
    ///
    /// # Errors
    /// When it is none, or its run came to its end.
    pub fn read(path: &Path) -> Result<Self, NotResumed> {
        let mut reader = BufReader::new(File::open(path).map_err(NoResult::Io)?);
        let start = reader.fill_buf().map_err(NoResult::Io)?;
        // A result file has its head on its first line, and a journal the name of an event.
        if !is_stream(start)
            && let Ok(recorded) = Recorded::read(path)
        {
            return Err(NotResumed::Result(Box::new(recorded.head)));
        }
        let events = read_events(reader)?;
        let started = events.started.ok_or(NotResumed::Headless)?;
        if let Some(result) = &events.result
            && result.unfinished_because().is_none()
        {
            return Err(NotResumed::Over);
        }
        let mut judged = Vec::new();
        let mut spool = events.spool;
        let read = spool.each(|entry| {
            // What was our fault or the network's is tried again.
            if entry.verdict != VerdictKind::HarnessError {
                judged.push(entry);
            }
            Ok(())
        });
        read.map_err(NoResult::Io)?;
        Ok(Self { started, judged })
    }

    /// Whether it is the run that would begin with `other`. Of a target that ends with its process the endpoint says nothing.
    ///
    /// # Errors
    /// In what they differ first.
    pub fn is_of(&self, other: &Started, has_endpoint: bool) -> Result<(), NotResumed> {
        let facts = |started: &Started| {
            let endpoint = if has_endpoint {
                started.target.endpoint.clone()
            } else {
                String::new()
            };
            [
                (
                    "program",
                    format!("{} {}", started.tool.name, started.tool.version),
                ),
                ("revision", started.suite.revision.clone()),
                ("digest of the cases", begin(&started.suite.hash)),
                ("target", started.target.name.clone()),
                ("endpoint", endpoint),
                (
                    "configuration of the embedded server",
                    begin(started.embedded.as_deref().unwrap_or_default()),
                ),
                ("selection", in_words(&started.selection)),
                ("seed", started.seed.to_string()),
            ]
        };
        let claims = (&self.started.claims, &other.claims);
        let (theirs, ours) = (facts(&self.started), facts(other));
        match theirs.into_iter().zip(ours).find(|(a, b)| a != b) {
            None if claims.0 != claims.1 => Err(NotResumed::Claims(difference(claims.0, claims.1))),
            None => Ok(()),
            Some(((what, theirs), (_, ours))) => Err(NotResumed::Other { what, theirs, ours }),
        }
    }
}

fn begin(hash: &str) -> String {
    hash.chars().take(12).collect()
}

/// What the instances were chosen by, as one would ask for it.
fn in_words(selection: &Selection) -> String {
    let mut words = selection.filters.clone();
    words.extend(selection.left_out.as_ref().map(|_| "--harmless".to_owned()));
    let partition = selection.partition.as_ref();
    words.extend(partition.map(|part| format!("--partition {part}")));
    words.extend(selection.rerun.then(|| "--rerun-failed".to_owned()));
    if words.is_empty() {
        return "everything".into();
    }
    words.join(" ")
}
