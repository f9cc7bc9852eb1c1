//! Journals of earlier runs: what they made and may still be there.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::stream::locked;
use super::{Header, Line, Made, SCHEMA};

/// Longer lines are none of ours.
const LONGEST_LINE: u64 = 64 << 20;
/// How far from its end it is looked for how a journal ended.
const TAIL: u64 = 1 << 20;

/// What a journal says of what its run made.
#[derive(Debug)]
pub struct Past {
    /// The file.
    pub path: PathBuf,
    /// Which run it was.
    pub header: Header,
    /// What may still be at the target, in the order in which it was made.
    pub alive: Vec<Made>,
    /// Up to where there are whole lines. What follows is half a line of somebody who was killed while he wrote it.
    whole: u64,
}

/// Why a journal is of no use.
#[derive(Debug, thiserror::Error)]
pub enum NoJournal {
    /// It cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Its first line does not say which run it is of.
    #[error("it is not the journal of a run: {0}")]
    Form(String),
    /// A line is none.
    #[error("line {line}: {detail}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        detail: String,
    },
    /// Of another version.
    #[error("it has version {0} of the format, and this program reads {SCHEMA}")]
    Version(u32),
    /// Its run is not over.
    #[error("its run is still going on: another process holds it")]
    Alive,
}

impl Past {
    /// Reads a journal, or a stream of events that was copied from one.
    ///
    /// # Errors
    /// When it is none. Half a line at the end is no error: its writer was killed.
    pub fn read(path: &Path) -> Result<Self, NoJournal> {
        Self::of(path, &File::open(path)?)
    }

    /// Reads the journal of a dead run, and holds it: nobody else can while the file that is given back is open.
    ///
    /// # Errors
    /// When it is none, or its run lives.
    pub fn claim(path: &Path) -> Result<(Self, File), NoJournal> {
        let file = File::options().read(true).write(true).open(path)?;
        locked(&file).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => NoJournal::Alive,
            _ => NoJournal::Io(error),
        })?;
        Ok((Self::of(path, &file)?, file))
    }

    /// Opens it so that lines can be added to what is whole of it.
    pub(in crate::run) fn appending(&self, mut file: File) -> io::Result<File> {
        if file.metadata()?.len() > self.whole {
            file.set_len(self.whole)?;
        }
        file.seek(SeekFrom::End(0))?;
        file.flush()?;
        Ok(file)
    }

    fn of(path: &Path, file: &File) -> Result<Self, NoJournal> {
        let mut reader = BufReader::with_capacity(1 << 18, file);
        let mut text = Vec::new();
        let first = next_line(&mut reader, &mut text)?;
        let header = match serde_json::from_slice(&text) {
            Ok(Line::RunStarted(header)) if first => header,
            Ok(_) => return Err(NoJournal::Form("its first line is another".into())),
            Err(error) => return Err(NoJournal::Form(error.to_string())),
        };
        if header.schema != SCHEMA {
            return Err(NoJournal::Version(header.schema));
        }
        let mut past = Self {
            path: path.to_owned(),
            header,
            alive: Vec::new(),
            whole: text.len() as u64,
        };
        let mut made: Vec<(u64, Made)> = Vec::new();
        for line in 2.. {
            if !next_line(&mut reader, &mut text)? {
                break;
            }
            past.whole += text.len() as u64;
            past.take(&text, &mut made)
                .map_err(|error| NoJournal::Line {
                    line,
                    detail: error.to_string(),
                })?;
        }
        past.alive = made.into_iter().map(|(_, made)| made).collect();
        Ok(past)
    }

    fn take(&self, text: &[u8], made: &mut Vec<(u64, Made)>) -> Result<(), serde_json::Error> {
        /// Of every other line this alone is of interest here.
        #[derive(serde::Deserialize)]
        struct Any<'a> {
            #[serde(borrow)]
            event: std::borrow::Cow<'a, str>,
        }
        let event = serde_json::from_slice::<Any<'_>>(text)?.event;
        if !matches!(&*event, "making" | "made" | "not-made" | "removed") {
            return Ok(());
        }
        match serde_json::from_slice(text)? {
            Line::Making { seq, what } => made.push((seq, what)),
            Line::Made { seq, what } => {
                if let Some((_, known)) = made.iter_mut().find(|(known, _)| *known == seq) {
                    *known = what;
                }
            }
            Line::NotMade { seq } => made.retain(|(known, _)| *known != seq),
            Line::Removed { what } => made.retain(|(_, known)| !known.goes_with(&what)),
            _ => {}
        }
        Ok(())
    }
}

/// Reads a whole line; `false` when there is none any more.
fn next_line(reader: &mut impl BufRead, text: &mut Vec<u8>) -> io::Result<bool> {
    text.clear();
    reader.take(LONGEST_LINE).read_until(b'\n', text)?;
    Ok(text.ends_with(b"\n"))
}

/// How much the run of a journal has left, when it came to its end; `None` when it did not.
pub(super) fn left_by(path: &Path) -> Option<usize> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))
        .ok()?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail).ok()?;
    let tail = tail.strip_suffix(b"\n")?;
    for line in tail.rsplit(|byte| *byte == b'\n') {
        if line.starts_with(br#"{"event":"run-finished""#)
            || line.starts_with(br#"{"event":"instance-finished""#)
        {
            continue;
        }
        return match serde_json::from_slice(line).ok()? {
            Line::CleanedUp { left } | Line::Swept { left, .. } => Some(left),
            _ => None,
        };
    }
    None
}

/// Whether its name is that of a journal, and its first line that of this run's.
pub(super) fn header_of(path: &Path) -> Option<Header> {
    let run = run_in(path)?;
    let mut first = Vec::new();
    let file = File::open(path).ok()?;
    BufReader::new(file.take(1 << 16))
        .read_until(b'\n', &mut first)
        .ok()?;
    match serde_json::from_slice(&first).ok()? {
        Line::RunStarted(header) if header.run == run => Some(header),
        _ => None,
    }
}

/// Id of the run whose journal has this name.
fn run_in(path: &Path) -> Option<&str> {
    let name = path.file_name().and_then(OsStr::to_str)?;
    name.strip_prefix("journal-")?.strip_suffix(".jsonl")
}

/// The journals in a folder of runs against an endpoint that may have left something, oldest first; those of living runs are among them.
pub fn unfinished(folder: &Path, endpoint: &str) -> Vec<PathBuf> {
    let mut found: Vec<_> = journals(folder)
        .into_iter()
        .filter(|(_, path)| left_by(path) != Some(0))
        .filter(|(_, path)| {
            header_of(path).is_some_and(|header| header.target.endpoint == endpoint)
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}

/// The files of a folder that are called like journals, and when they were last written to. None through a link.
pub(super) fn journals(folder: &Path) -> Vec<(std::time::SystemTime, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let journals = entries.filter_map(|entry| {
        let path = entry.path();
        run_in(&path)?;
        let known = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        Some((known.modified().ok()?, path))
    });
    journals.collect()
}

/// Whether a living process writes a journal.
pub fn is_alive(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| {
        locked(&file).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    })
}
