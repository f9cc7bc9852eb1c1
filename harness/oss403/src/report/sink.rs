//! Report files: chosen on the command line, opened before the run, put in place when it is over.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use strum::VariantArray as _;

use super::atomic::{Atomic, Place};
use super::entry::Entry;
use super::events::{self, Event, Started};
use super::json::ResultFile;
use super::junit::Files;
use super::lore::Lore;
use super::read::Recorded;
use super::spool::Spool;
use super::workspace::Workspace;
use super::{ctrf, github, html, json, junit, markdown, sarif, tap};
use crate::run::journal::{Copies, Stream};

/// A kind of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// The result file.
    Json,
    /// JSON Lines, as things happen.
    Events,
    /// For CI servers.
    Junit,
    /// The same with the file of each test case, which GitLab shows and no schema knows.
    #[strum(serialize = "junit+file")]
    JunitFile,
    /// For what reads no JUnit.
    Ctrf,
    /// For code scanning.
    Sarif,
    /// For what reads lines.
    Tap,
    /// For people, in Markdown.
    Markdown,
    /// For people: a page that stands alone.
    Html,
}

impl Kind {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The names of all.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::VARIANTS.iter().map(|kind| kind.name())
    }
}

/// Why a report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Not `KIND=PATH`.
    #[error("`{0}` is not of the form KIND=PATH")]
    Form(String),
    /// A kind that does not exist.
    #[error("unknown kind of report `{0}`")]
    Kind(String),
    /// Two reports would go to the same file.
    #[error("two reports would be written to {}", .0.display())]
    Twice(PathBuf),
    /// The file cannot be written.
    #[error("the report {} cannot be written: {error}", path.display())]
    File {
        /// Where it should go.
        path: PathBuf,
        /// Why it cannot.
        error: io::Error,
    },
}

/// Reports that could not be written, a sentence each, which names the report. All others were.
#[derive(Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct Unwritten(pub Vec<String>);

impl Unwritten {
    fn of(what: &str, error: &io::Error) -> Self {
        Self(vec![format!("{what} could not be written: {error}")])
    }

    /// Takes in what came of another one.
    pub(crate) fn note(&mut self, written: Result<(), Self>) {
        if let Err(Self(new)) = written {
            for sentence in new {
                if !self.0.contains(&sentence) {
                    self.0.push(sentence);
                }
            }
        }
    }

    /// Whether there are any.
    ///
    /// # Errors
    /// When there are.
    pub(crate) fn or_all(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// The reports that are being written.
#[derive(Default)]
pub struct Reports {
    /// What is written when the run is over, with the words by which it was asked for.
    files: Vec<(Kind, String, Atomic)>,
    /// Where events are seen while it goes on, until there is a stream of them.
    copies: Copies,
    events_on_standard_output: bool,
    /// The events.
    stream: Option<Arc<Stream>>,
    /// The instances so far, when there is a file that they go to.
    spool: Option<Spool>,
    github: Option<Github>,
    /// What the ledger says of causes and twins, for the reports that show it.
    lore: Option<Lore>,
}

impl std::fmt::Debug for Reports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut reports = f.debug_struct("Reports");
        reports
            .field("files", &self.files)
            .field("stream", &self.stream);
        reports.finish_non_exhaustive()
    }
}

/// What GitHub Actions shows of a run.
#[derive(Debug)]
struct Github {
    /// The file of the step's summary.
    summary: Option<PathBuf>,
}

impl Reports {
    /// Opens the reports that are asked for, each as `KIND=PATH`, so that a path that cannot be written is known before the run. What stands there
    /// already goes.
    ///
    /// # Errors
    /// The first report that cannot be written.
    pub fn open(wanted: &[String]) -> Result<Self, ReportError> {
        let mut places: Vec<Place> = Vec::new();
        let mut chosen = Vec::new();
        for text in wanted {
            let (kind, path) = text
                .split_once('=')
                .ok_or_else(|| ReportError::Form(text.clone()))?;
            let known = Kind::VARIANTS.iter().find(|known| known.name() == kind);
            let kind = *known.ok_or_else(|| ReportError::Kind(kind.to_owned()))?;
            let path = PathBuf::from(path);
            let failed = |error| ReportError::File {
                path: path.clone(),
                error,
            };
            let place = Place::of(&path).map_err(failed)?;
            if places.contains(&place) {
                return Err(ReportError::Twice(path));
            }
            let file = Atomic::open(&path).map_err(failed)?;
            places.push(place);
            chosen.push((kind, path, file));
        }
        let mut reports = Self::default();
        // What an earlier run wrote must not be taken for what this one did, whatever becomes of it.
        for (kind, path, file) in chosen {
            let failed = |error| ReportError::File {
                path: path.clone(),
                error,
            };
            let is_file = path.symlink_metadata().is_ok_and(|known| known.is_file());
            if is_file {
                std::fs::remove_file(&path).map_err(failed)?;
            }
            if kind == Kind::Events {
                drop(file);
                let (copy, is_standard_output) = events::open(&path).map_err(failed)?;
                reports.copies.push(copy);
                reports.events_on_standard_output |= is_standard_output;
            } else {
                if reports.spool.is_none() {
                    reports.spool = Some(Spool::new().map_err(failed)?);
                }
                let asked = format!("{}={}", kind.name(), path.display());
                reports.files.push((kind, asked, file));
            }
        }
        Ok(reports)
    }

    /// Makes annotations as well, and adds to the summary of the step when there is one.
    ///
    /// # Errors
    /// When there is no room for the instances.
    pub fn show_on_github(&mut self, summary: Option<PathBuf>) -> io::Result<()> {
        if self.spool.is_none() {
            self.spool = Some(Spool::new()?);
        }
        self.github = Some(Github { summary });
        Ok(())
    }

    /// Lets the events of a stream be among the reports, as the journal that is written of a run.
    pub fn follow(&mut self, stream: Arc<Stream>) {
        stream.copy_to(std::mem::take(&mut self.copies));
        self.stream = Some(stream);
    }

    /// Whether one goes to standard output, where nothing else may stand then.
    pub fn are_on_standard_output(&self) -> bool {
        let mut files = self.files.iter();
        files.any(|(_, _, file)| file.is_standard_output()) || self.events_on_standard_output
    }

    /// The events, where somebody wants to see them.
    fn stream(&mut self) -> Option<&Stream> {
        if self.stream.is_none() && !self.copies.is_empty() {
            self.follow(Arc::new(Stream::nowhere(String::new())));
        }
        self.stream.as_deref()
    }

    /// Whether one shows what the ledger says; see [`Self::explain`].
    pub fn want_lore(&self) -> bool {
        self.files.iter().any(|(kind, ..)| *kind == Kind::Html)
    }

    /// Gives them what the ledger says of the causes and the twins of the run.
    pub fn explain(&mut self, lore: Lore) {
        self.lore = Some(lore);
    }

    /// Says what is run.
    pub fn begin(&mut self, started: &Started) {
        if let Some(stream) = self.stream() {
            stream.write(&Event::RunStarted(Box::new(started.clone())), true);
        }
    }

    /// Takes in an instance.
    ///
    /// # Errors
    /// When it cannot be kept for the reports that are written in the end.
    pub fn add(&mut self, entry: &Entry) -> Result<(), Unwritten> {
        if let Some(stream) = self.stream() {
            stream.write(&Event::finished(entry), true);
        }
        let added = self.spool.as_mut().map_or(Ok(()), |spool| spool.add(entry));
        added.map_err(|error| Unwritten::of("the temporary file of the reports", &error))
    }

    /// Puts the finished reports in their places. What is to be printed for GitHub Actions is added to `annotations`.
    ///
    /// # Errors
    /// Those that cannot be written; the others are.
    pub fn finish(mut self, head: &ResultFile, annotations: &mut String) -> Result<(), Unwritten> {
        let mut unwritten = Unwritten::default();
        let logged = self.stream().map_or(Ok(()), |stream| finish(stream, head));
        unwritten.note(logged);
        let Some(mut spool) = self.spool else {
            return unwritten.or_all();
        };
        let workspace = Workspace::of_process();
        if let Some(github) = self.github {
            unwritten.note(github.show(head, &mut spool, &workspace, annotations));
        }
        let besides = (self.lore.as_ref(), &workspace);
        for (kind, asked, file) in self.files {
            let written = write(kind, file, head, besides, &mut spool);
            unwritten.note(
                written.map_err(|error| Unwritten::of(&format!("the report {asked}"), &error)),
            );
        }
        unwritten.or_all()
    }

    /// Makes the reports of a result that was written before.
    ///
    /// # Errors
    /// When it cannot be read any more, or one of them cannot be written.
    pub fn of(mut self, recorded: &mut Recorded) -> Result<(), Unwritten> {
        self.begin(&Started::of(&recorded.head));
        let mut unwritten = Unwritten::default();
        let read = recorded.spool.each(|entry| {
            unwritten.note(self.add(&entry));
            Ok(())
        });
        unwritten.note(read.map_err(|error| {
            Unwritten(vec![format!("the result cannot be read any more: {error}")])
        }));
        unwritten.note(self.finish(&recorded.head, &mut String::new()));
        unwritten.or_all()
    }
}

impl Github {
    fn show(
        self,
        head: &ResultFile,
        spool: &mut Spool,
        workspace: &Workspace,
        annotations: &mut String,
    ) -> Result<(), Unwritten> {
        let made = github::annotations(head, spool, workspace);
        let made = made.map_err(|error| Unwritten::of("the annotations", &error));
        annotations.push_str(&made?);
        let Some(path) = self.summary else {
            return Ok(());
        };
        // Other steps of the job may have written to it.
        let file = File::options().append(true).create(true).open(&path);
        let written = file.and_then(|mut file| markdown::write(&mut file, head, spool));
        written.map_err(|error| {
            Unwritten::of(
                &format!("the summary of the step, {},", path.display()),
                &error,
            )
        })
    }
}

/// Writes the last line. That the journal cannot be written has been said when it was so before.
fn finish(stream: &Stream, head: &ResultFile) -> Result<(), Unwritten> {
    let was_broken = stream.is_broken();
    let result = Box::new(head.clone());
    let at = events::now();
    stream.write(&Event::RunFinished { at, result }, true);
    let mut unwritten = Unwritten::default();
    if let Err((path, error)) = stream.sound().or_else(|trouble| match was_broken {
        true => Ok(()),
        false => Err(trouble),
    }) {
        let journal = format!("the journal {}", path.display());
        unwritten.note(Err(Unwritten::of(&journal, &error)));
    }
    // These name themselves.
    let copied = stream.copied();
    unwritten.note(copied.map_err(|error| Unwritten(vec![error.to_string()])));
    unwritten.or_all()
}

fn write(
    kind: Kind,
    file: Atomic,
    head: &ResultFile,
    (lore, workspace): (Option<&Lore>, &Workspace),
    spool: &mut Spool,
) -> io::Result<()> {
    file.write(|out| match kind {
        Kind::Json => json::write(out, head, spool),
        Kind::Junit => junit::write(out, head, spool, Files::Unsaid),
        Kind::JunitFile => junit::write(out, head, spool, Files::Said),
        Kind::Ctrf => ctrf::write(out, head, spool),
        Kind::Sarif => sarif::write(out, head, spool, workspace),
        Kind::Tap => tap::write(out, head, spool),
        Kind::Markdown => markdown::write(out, head, spool),
        Kind::Html => html::write(out, head, lore, spool),
        Kind::Events => unreachable!("events are written as they happen"),
    })
}
