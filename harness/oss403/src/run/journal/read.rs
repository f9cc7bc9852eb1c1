//! Journals of earlier runs: what they made and may still be there.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::stream::{Stream, locked};
use super::{Header, Line, Made, SCHEMA};
use crate::run::context::is_run_id;

/// Longer lines are none of ours.
const LONGEST_LINE: u64 = 64 << 20;
/// How far from its end it is looked for how a journal ended, at first and at most.
const NEAR: u64 = 1 << 14;
const TAIL: u64 = 1 << 20;

/// What a journal says of what its run made.
#[derive(Debug)]
pub struct Past {
    /// The file.
    pub path: PathBuf,
    /// Which run it was.
    pub header: Header,
    /// What may still be at the target, in the order in which it was made, with the numbers by which it was announced.
    made: Vec<(u64, Made)>,
    /// Numbers of what is not there any more.
    gone: HashSet<u64>,
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

    /// What may still be at the target, in the order in which it was made.
    pub fn alive(&self) -> impl Iterator<Item = &Made> {
        self.made.iter().map(|(_, made)| made)
    }

    /// Reads the journal of a dead run, and holds it: nobody else can while what is given back is there.
    ///
    /// # Errors
    /// When it is none, or its run lives.
    pub fn claim(path: &Path) -> Result<Claimed, NoJournal> {
        let file = File::options().read(true).write(true).open(path)?;
        locked(&file).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => NoJournal::Alive,
            _ => NoJournal::Io(error),
        })?;
        let past = Self::of(path, &file)?;
        Ok(Claimed {
            files: vec![Held {
                path: path.to_owned(),
                whole: past.whole,
                file,
            }],
            past,
        })
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
            made: Vec::new(),
            gone: HashSet::new(),
            whole: text.len() as u64,
        };
        for line in 2.. {
            if !next_line(&mut reader, &mut text)? {
                break;
            }
            past.whole += text.len() as u64;
            past.take(&text).map_err(|error| NoJournal::Line {
                line,
                detail: error.to_string(),
            })?;
        }
        Ok(past)
    }

    fn take(&mut self, text: &[u8]) -> Result<(), serde_json::Error> {
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
        let Self { made, gone, .. } = self;
        let mut drop = |goes: &dyn Fn(u64, &Made) -> bool| {
            let dropped = made.extract_if(.., |(seq, made)| goes(*seq, made));
            gone.extend(dropped.map(|(seq, _)| seq));
        };
        match serde_json::from_slice(text)? {
            Line::Making { seq, what } => made.push((seq, what)),
            Line::Made { seq, what } => {
                if let Some((_, known)) = made.iter_mut().find(|(known, _)| *known == seq) {
                    *known = what;
                }
            }
            Line::NotMade { seq } => drop(&|known, _| known == seq),
            Line::Removed { what } => drop(&|_, known| known.goes_with(&what)),
            _ => {}
        }
        Ok(())
    }

    /// Takes in what another journal of the same run says: one of them may have been cut off before the other, and what one says to be
    /// gone is so.
    fn join(&mut self, other: Self) {
        let known: HashSet<u64> = self.made.iter().map(|(seq, _)| *seq).collect();
        let new = other
            .made
            .into_iter()
            .filter(|(seq, _)| !known.contains(seq));
        self.made.extend(new);
        self.gone.extend(other.gone);
        self.made.retain(|(seq, _)| !self.gone.contains(seq));
    }
}

/// The journals of a dead run that are at hand, each held as long as this is there.
#[derive(Debug)]
pub struct Claimed {
    /// What they say; path and first line are those of the one that was asked for.
    pub past: Past,
    files: Vec<Held>,
}

/// A journal that is held.
#[derive(Debug)]
struct Held {
    path: PathBuf,
    file: File,
    /// Up to where there are whole lines.
    whole: u64,
}

impl Claimed {
    /// The same, together with the journal that its run has in a folder, where this is a copy of that: what becomes of the one has become
    /// of the other.
    ///
    /// # Errors
    /// When that cannot be read, or the run lives.
    pub fn with_own(mut self, folder: &Path) -> Result<Self, NoJournal> {
        let header = &self.past.header;
        let own = folder.join(format!("journal-{}.jsonl", header.run));
        let is_known = own.canonicalize().is_ok_and(|own| self.holds(&own));
        let is_same = |other: &Header| (&other.run, &other.target) == (&header.run, &header.target);
        if !is_run_id(&header.run) || !header_of(&own).is_some_and(|own| is_same(&own)) || is_known
        {
            return Ok(self);
        }
        self.join(Past::claim(&own)?);
        Ok(self)
    }

    /// Whether a file, by its canonical path, is among them.
    pub fn holds(&self, path: &Path) -> bool {
        let mut paths = self.files.iter().map(|held| held.path.canonicalize());
        paths.any(|held| held.is_ok_and(|held| held == path))
    }

    /// Takes in another journal of the same run.
    pub fn join(&mut self, other: Self) {
        self.past.join(other.past);
        self.files.extend(other.files);
    }

    /// A stream that goes on with each of them behind what is whole of it.
    pub(in crate::run) fn appending(self) -> io::Result<Stream> {
        let run = self.past.header.run;
        let mut files = Vec::new();
        for held in self.files {
            files.push((held.path.clone(), held.appending()?));
        }
        let mut files = files.into_iter();
        let Some((path, file)) = files.next() else {
            return Ok(Stream::nowhere(run));
        };
        let stream = Stream::append(run, path, file);
        let copies = files.map(|(_, file)| Box::new(file) as Box<dyn io::Write + Send>);
        stream.copy_to(copies.collect());
        Ok(stream)
    }
}

impl Held {
    fn appending(mut self) -> io::Result<File> {
        if self.file.metadata()?.len() > self.whole {
            self.file.set_len(self.whole)?;
        }
        self.file.seek(SeekFrom::End(0))?;
        Ok(self.file)
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
    // The line is mostly the last but one, and a folder may hold many journals.
    let mut near = NEAR;
    loop {
        file.seek(SeekFrom::Start(length.saturating_sub(near)))
            .ok()?;
        let mut tail = Vec::with_capacity(usize::try_from(near.min(length)).ok()?);
        (&file).take(near).read_to_end(&mut tail).ok()?;
        match End::of(&tail) {
            End::Left(left) => return Some(left),
            End::Further if near < length.min(TAIL) => near = TAIL.min(8 * near),
            End::Further | End::None => return None,
        }
    }
}

/// How a journal ended, by its last bytes.
enum End {
    /// So much was left.
    Left(usize),
    /// It did not come to its end.
    None,
    /// More of it has to be seen.
    Further,
}

impl End {
    fn of(tail: &[u8]) -> Self {
        let Some(tail) = tail.strip_suffix(b"\n") else {
            return Self::None;
        };
        let mut lines = tail.rsplit(|byte| *byte == b'\n').peekable();
        while let Some(line) = lines.next() {
            // Of the first one the beginning may be missing.
            if lines.peek().is_none() {
                break;
            }
            if line.starts_with(br#"{"event":"run-finished""#)
                || line.starts_with(br#"{"event":"instance-finished""#)
            {
                continue;
            }
            return match serde_json::from_slice(line) {
                Ok(Line::CleanedUp { left } | Line::Swept { left, .. }) => Self::Left(left),
                _ => Self::None,
            };
        }
        Self::Further
    }
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

/// The journal in a folder of the run that began at a moment, against an endpoint; `None` unless there is just one.
pub fn journal_of(folder: &Path, started: &str, endpoint: &str) -> Option<PathBuf> {
    let mut found = journals(folder).into_iter().filter(|(_, path)| {
        header_of(path)
            .is_some_and(|header| header.at == started && header.target.endpoint == endpoint)
    });
    let (_, path) = found.next()?;
    found.next().is_none().then_some(path)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_run_ended_is_found_whatever_was_written_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal-a.jsonl");
        let written = |before: usize, end: &str, after: usize| {
            let line = |event: &str, length: usize| {
                let more = "x".repeat(length);
                format!("{{\"event\":\"{event}\",\"more\":\"{more}\"}}\n")
            };
            let after = if after == 0 {
                String::new()
            } else {
                line("run-finished", after)
            };
            let text = line("run-started", before) + end + &line("instance-finished", 5) + &after;
            fs::write(&path, text).unwrap();
            left_by(&path)
        };
        let near = usize::try_from(NEAR).unwrap();
        let cleaned = "{\"event\":\"cleaned-up\",\"left\":3}\n";
        for length in [0, 10, near - 100, near, 3 * near, 9 * near] {
            for before in [1, 20 * near] {
                assert_eq!(
                    written(before, cleaned, length),
                    Some(3),
                    "{before} {length}"
                );
                assert_eq!(written(before, "", length), None, "{before} {length}");
                assert_eq!(written(before, "{}\n", length), None, "{before} {length}");
            }
        }
        // So much is none of ours.
        assert_eq!(written(1, cleaned, usize::try_from(TAIL).unwrap()), None);
        let half = &cleaned[..cleaned.len() - 1];
        fs::write(&path, format!("{{\"event\":\"run-started\"}}\n{half}")).unwrap();
        assert_eq!(left_by(&path), None);
    }
}
