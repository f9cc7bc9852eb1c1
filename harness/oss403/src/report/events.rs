//! The stream of events: JSON Lines, as things happen, the last line the sums. Every other report can be made of it later.
//!
//! It is the journal of the run at once: what is about to be made at the target is announced in it ([`Line`]).

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use oss_auth::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::atomic::Place;
use super::entry::Entry;
use super::json::{ResultFile, Selection, Suite, TargetName, Tool};
use crate::run::journal::{Line, locked};

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
    /// What becomes of the target.
    #[serde(untagged)]
    Journal(Line),
}

impl Event {
    /// An instance is done, now.
    pub(super) fn finished(entry: &Entry) -> Self {
        Self::InstanceFinished {
            at: now(),
            instance: Box::new(entry.clone()),
        }
    }

    /// Reads a line.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &[u8]) -> Result<Self, serde_json::Error> {
        let is_journal = [
            "making",
            "made",
            "not-made",
            "removed",
            "left-behind",
            "exchanged",
            "cleaned-up",
            "swept",
        ]
        .iter()
        .any(|event| {
            let name = text.strip_prefix(br#"{"event":""#);
            let rest = name.and_then(|name| name.strip_prefix(event.as_bytes()));
            rest.is_some_and(|rest| rest.starts_with(b"\""))
        });
        if is_journal {
            return serde_json::from_slice(text).map(Self::Journal);
        }
        serde_json::from_slice(text)
    }

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
    /// Id of the run: whatever it makes has a name that begins with `oss403-` and this.
    #[serde(default)]
    pub run: String,
    /// Id of the run that died and is finished by this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumes: Option<String>,
    /// When, UTC, in ISO 8601.
    pub at: String,
    /// The program.
    #[serde(default)]
    pub tool: Tool,
    /// The suite that is run; empty where scenarios of no suite are.
    #[serde(default)]
    pub suite: Suite,
    /// What it is run against.
    pub target: TargetName,
    /// Digest of what the embedded server was configured with; absent for a server elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedded: Option<String>,
    /// Capabilities that the target claims.
    #[serde(default)]
    pub claims: Vec<String>,
    /// What of the suite is run.
    #[serde(default)]
    pub selection: Selection,
    /// What decides the order of the instances.
    pub seed: u64,
}

impl Started {
    /// What a run was begun with of which only the result is there.
    pub(super) fn of(head: &ResultFile) -> Self {
        Self {
            schema: head.schema,
            run: String::new(),
            embedded: None,
            resumes: None,
            at: head.started.clone(),
            tool: head.tool.clone(),
            suite: head.suite.clone(),
            target: head.target.clone(),
            claims: head.claims.clone(),
            selection: head.selection.clone(),
            seed: head.seed,
        }
    }
}

/// Opens a place where lines are to be seen as they are written: a file there is emptied. Says whether it is standard output.
pub(super) fn open(path: &Path) -> io::Result<(Box<dyn Write + Send>, bool)> {
    Ok(match Place::of(path)? {
        Place::StandardOutput => (Box::new(StandardOutput), true),
        Place::File(path) => {
            let file = File::create(&path)?;
            // Who finds it knows whether its run lives, as with the journal.
            locked(&file)?;
            (Box::new(Named { path, file }), false)
        }
        Place::Stream(path) => {
            let file = File::options().write(true).open(&path)?;
            (Box::new(Named { path, file }), false)
        }
    })
}

/// A file of which an error says that it is this one.
struct Named {
    path: PathBuf,
    file: File,
}

impl Named {
    fn name(&self, error: &io::Error) -> io::Error {
        let path = self.path.display();
        let words = format!("the report events={path} could not be written: {error}");
        io::Error::new(error.kind(), words)
    }
}

impl Write for Named {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.file.write(text).map_err(|error| self.name(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(|error| self.name(&error))
    }
}

/// Standard output, for as long as anybody reads it.
struct StandardOutput;

impl Write for StandardOutput {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.write_all(text).map(|()| text.len())
    }

    fn write_all(&mut self, text: &[u8]) -> io::Result<()> {
        tolerated(io::stdout().write_all(text))
    }

    fn flush(&mut self) -> io::Result<()> {
        tolerated(io::stdout().flush())
    }
}

fn tolerated(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// The moment, as events have it.
pub(super) fn now() -> String {
    Timestamp(crate::run::unix_now()).to_iso_extended_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_reads_no_further_is_no_trouble_and_everything_else_is() {
        let failed =
            |kind: io::ErrorKind| tolerated(Err(kind.into())).map_err(|error| error.kind());
        assert_eq!(failed(io::ErrorKind::BrokenPipe), Ok(()));
        let full = io::ErrorKind::StorageFull;
        assert_eq!(failed(full), Err(full));
        assert!(tolerated(Ok(())).is_ok());
    }
}
