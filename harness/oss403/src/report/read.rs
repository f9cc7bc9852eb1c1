//! Results that were written before: a result file, or a stream of events.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;

use super::entry::Entry;
use super::events::{Event, Started};
use super::json::{ResultFile, SCHEMA, Sums};
use super::spool::Spool;
use crate::judge::summary::Counts;

/// Longer lines are no events.
const LONGEST_LINE: u64 = 64 << 20;

/// A result that was read: everything but the instances, and those.
#[derive(Debug)]
pub struct Recorded {
    /// Everything but the instances.
    pub head: ResultFile,
    pub(super) spool: Spool,
}

/// Why a file is no result.
#[derive(Debug, thiserror::Error)]
pub enum NoResult {
    /// It cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is neither a result file nor a stream of events.
    #[error("neither a result file nor a stream of events: {0}")]
    Form(String),
    /// A line of a stream of events is none.
    #[error("line {line}: {detail}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        detail: String,
    },
    /// A stream of events without its last line.
    #[error(
        "it ends after {instances} instances without the sums: the run did not come to its end"
    )]
    Cut {
        /// How many there were.
        instances: usize,
    },
    /// What it says of all instances is not so.
    #[error("its sums do not fit its instances: {0}")]
    Sums(String),
    /// Of another version.
    #[error("it has version {0} of the format, and this program reads {SCHEMA}")]
    Version(u32),
}

impl Recorded {
    /// Reads a result file or a stream of events.
    ///
    /// # Errors
    /// When it is neither.
    pub fn read(path: &Path) -> Result<Self, NoResult> {
        let mut reader = BufReader::new(File::open(path)?);
        let start = reader.fill_buf()?;
        if is_stream(start) {
            return Self::of_events(reader);
        }
        let file: ResultFile =
            serde_json::from_reader(reader).map_err(|error| NoResult::Form(error.to_string()))?;
        let (head, entries) = file.split();
        let mut spool = Spool::new()?;
        for entry in &entries {
            spool.add(entry)?;
        }
        Self { head, spool }.checked()
    }

    fn of_events(reader: BufReader<File>) -> Result<Self, NoResult> {
        let stream = read_events(reader)?;
        match stream.result {
            Some(head) => Self {
                head,
                spool: stream.spool,
            }
            .checked(),
            None => Err(NoResult::Cut {
                instances: stream.spool.len(),
            }),
        }
    }

    fn checked(mut self) -> Result<Self, NoResult> {
        if self.head.schema != SCHEMA {
            return Err(NoResult::Version(self.head.schema));
        }
        let mut counted = Counts::new();
        self.spool.each(|entry| {
            *counted.entry(entry.verdict).or_default() += 1;
            Ok(())
        })?;
        let said = &self.head.summary.instances;
        let counted = Sums::of(&counted, said.unfinished);
        if counted != *said {
            let words = format!(
                "{} of {} are conformant there, {} of {} here",
                said.conformant, said.total, counted.conformant, counted.total
            );
            return Err(NoResult::Sums(words));
        }
        Ok(self)
    }

    /// Every instance, sorted by id.
    ///
    /// # Errors
    /// When they cannot be read any more.
    pub fn entries(&mut self) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        self.spool.each(|entry| {
            entries.push(entry);
            Ok(())
        })?;
        Ok(entries)
    }
}

/// Whether what begins so is a stream of events.
pub(super) fn is_stream(start: &[u8]) -> bool {
    memchr::memmem::find(&start[..start.len().min(64)], b"\"event\"").is_some()
}

/// What a stream of events says, as far as it came.
pub(super) struct Events {
    /// What was run; `None` when the first line is not there.
    pub(super) started: Option<Started>,
    pub(super) spool: Spool,
    /// The sums; `None` when it was cut off.
    pub(super) result: Option<ResultFile>,
}

/// Reads a stream of events. Half a line at its end is no error: whoever wrote it was killed.
pub(super) fn read_events(mut reader: impl io::BufRead) -> Result<Events, NoResult> {
    let mut events = Events {
        started: None,
        spool: Spool::new()?,
        result: None,
    };
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        let mut limited = reader.by_ref().take(LONGEST_LINE);
        if limited.read_until(b'\n', &mut text)? == 0 {
            break;
        }
        // They are many, and long, and nothing of them is asked for here.
        if text.starts_with(br#"{"event":"exchanged""#) && text.ends_with(b"}\n") {
            continue;
        }
        let event = match Event::read(&text) {
            Ok(event) => event,
            Err(_) if !text.ends_with(b"\n") => break,
            Err(error) => {
                return Err(NoResult::Line {
                    line,
                    detail: error.to_string(),
                });
            }
        };
        match event {
            Event::RunStarted(started) => events.started = Some(*started),
            Event::InstanceFinished { instance, .. } => events.spool.add(&instance)?,
            Event::RunFinished { result, .. } => {
                events.result = Some(*result);
                // What others add when they sweep is no matter of the result.
                break;
            }
            Event::Journal(_) => {}
        }
    }
    Ok(events)
}
