//! The stream of events: JSON Lines, as things happen, the last line the sums. Every other report can be made of it later.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use oss_auth::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::atomic::Place;
use super::entry::Entry;
use super::json::{ResultFile, Selection, Suite, TargetName, Tool};

/// A line of the stream.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The first line: what is run against what.
    RunStarted(Box<Started>),
    /// An instance is done.
    InstanceFinished {
        /// When, UTC, in ISO 8601.
        at: String,
        /// What became of it, as in the result file.
        instance: Box<Entry>,
    },
    /// The last line. A stream without it was cut off.
    RunFinished {
        /// When, UTC, in ISO 8601.
        at: String,
        /// The result file without its instances.
        result: Box<ResultFile>,
    },
}

impl Event {
    /// The JSON Schema of a line of the stream.
    pub fn schema() -> String {
        oss403_case::schema::text_of::<Self>("oss403 event")
    }
}

/// What a run is begun with.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Started {
    /// Version of this format.
    pub schema: u32,
    /// When, UTC, in ISO 8601.
    pub at: String,
    /// The program.
    pub tool: Tool,
    /// The suite that is run.
    pub suite: Suite,
    /// What it is run against.
    pub target: TargetName,
    /// What of the suite is run.
    pub selection: Selection,
    /// What decides the order of the instances.
    pub seed: u64,
}

/// A stream that is being written.
pub(super) struct EventLog {
    out: Box<dyn Write + Send>,
    on_standard_output: bool,
}

impl std::fmt::Debug for EventLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventLog").finish_non_exhaustive()
    }
}

impl EventLog {
    /// Opens a place, where lines are to be seen as they are written: a file there is emptied.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let out: Box<dyn Write + Send> = match Place::of(path)? {
            Place::StandardOutput => {
                return Ok(Self {
                    out: Box::new(io::stdout()),
                    on_standard_output: true,
                });
            }
            Place::File(path) => Box::new(File::create(path)?),
            Place::Stream(path) => Box::new(File::options().write(true).open(path)?),
        };
        Ok(Self {
            out,
            on_standard_output: false,
        })
    }

    pub(super) fn is_on_standard_output(&self) -> bool {
        self.on_standard_output
    }

    pub(super) fn begin(&mut self, started: &Started) -> io::Result<()> {
        self.line(&Event::RunStarted(Box::new(started.clone())))
    }

    pub(super) fn add(&mut self, entry: &Entry) -> io::Result<()> {
        self.line(&Event::InstanceFinished {
            at: now(),
            instance: Box::new(entry.clone()),
        })
    }

    pub(super) fn finish(mut self, result: &ResultFile) -> io::Result<()> {
        self.line(&Event::RunFinished {
            at: now(),
            result: Box::new(result.clone()),
        })
    }

    fn line(&mut self, event: &Event) -> io::Result<()> {
        // In one piece, so that whoever reads along never sees half a line of ours.
        let mut text = serde_json::to_vec(event)?;
        text.push(b'\n');
        let written = self.out.write_all(&text).and_then(|()| self.out.flush());
        match written {
            Err(error) if self.on_standard_output && error.kind() == io::ErrorKind::BrokenPipe => {
                Ok(())
            }
            written => written,
        }
    }
}

/// The moment, as events have it.
pub(super) fn now() -> String {
    Timestamp(crate::run::unix_now()).to_iso_extended_millis()
}
