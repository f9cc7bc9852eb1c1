//! A certification from end to end, as another program asks for it: make the target ready, run and judge the instances, write the reports,
//! and say what it came to.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::exit::Exit;
use crate::judge::scope::{Demands, Scope};
use crate::judge::snapshot::Snapshots;
use crate::judge::summary::{NoLevel, Tally};
use crate::report::Facts;
use crate::report::entry::Entry;
use crate::report::events::Started;
use crate::report::json::{self, ResultFile, Selection, Suite, TargetName, Tool};
use crate::report::resume::{Interrupted, NotResumed};
use crate::report::sink::Reports;
use crate::report::style::Style;
use crate::report::terminal::{Detail, Terminal};
use crate::run::dead::{SweepError, Swept, end_journal, sweep_journal};
use crate::run::journal::Stream;
use crate::run::journal::read::{NoJournal, Past};
use crate::run::{Options, RunError, StopReason, StopSignal, run_id, unix_now};
use crate::suite::{Certified, Failed, Finished, SnapshotCounts, Step, certify};
use crate::target::{Profile, Target, TargetError};
use oss_auth::Timestamp;
use oss403_case::model::CaseFile;
use oss403_case::{Instance, Ledger};

/// What is to be certified, and what is to be written about it.
#[derive(Debug)]
pub struct Job<'a> {
    /// The ledger that the level is stated of.
    pub ledger: &'a Ledger,
    /// What is run; see [`crate::suite::select`].
    pub instances: Vec<Instance>,
    /// The target.
    pub profile: &'a Profile,
    /// How the run goes about it.
    pub options: Options,
    /// The folder of the snapshots of all targets; with `None` answers are not compared with any.
    pub snapshots: Option<PathBuf>,
    /// The reports, opened already.
    pub reports: Reports,
    /// What the reports say of how it was asked for.
    pub asked: Asked,
    /// How much of the result [`Done::text`] shows.
    pub detail: Detail,
    /// What is asked of the result besides that nothing fails.
    pub demands: Demands,
    /// Whether what is flaky counts as no failure.
    pub flaky_passes: bool,
    /// The run that died and is finished by this one.
    pub resumes: Option<Resumes>,
}

/// A run that died and is finished by another.
#[derive(Debug, Default)]
pub struct Resumes {
    /// Its id.
    pub run: String,
    /// What it has judged. These instances are not among those that are run.
    pub judged: Vec<(Instance, Entry)>,
    /// What it made and could not be removed, in words.
    pub left_behind: Vec<String>,
}

/// How a job was asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// What of the suite is run.
    pub selection: Selection,
    /// The file of the target's profile, as it was named.
    pub profile: Option<String>,
}

/// A job whose target is ready.
#[derive(Debug)]
pub struct Ready<'a> {
    job: Job<'a>,
    target: Target,
}

/// Why a run cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum CannotResume {
    /// What it was is not what is asked for.
    #[error(transparent)]
    Run(#[from] NotResumed),
    /// What it made cannot be read.
    #[error("{0}")]
    Journal(NoJournal),
    /// What it made cannot be removed.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// It judged what is not selected.
    #[error("it judged `{0}`, which is not among what is asked for")]
    Unknown(String),
}

impl CannotResume {
    /// The exit code that it asks for.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Sweep(error) => error.exit(),
            _ => Exit::Usage,
        }
    }
}

/// What a job came to.
#[derive(Debug)]
pub struct Done {
    /// The run as a whole.
    pub facts: Facts,
    /// Why a report could not be written.
    pub trouble: Option<io::Error>,
    /// What GitHub Actions is told, when it asked; to be printed as it is.
    pub annotations: String,
    exit: Exit,
    terminal: Terminal,
    /// The causes in the order of the table.
    files: Vec<Arc<CaseFile>>,
}

impl<'a> Job<'a> {
    /// Makes the target ready: starts the embedded server, or obtains the credentials.
    ///
    /// # Errors
    /// When credentials cannot be had, or the embedded server cannot start.
    pub async fn ready(self) -> Result<Ready<'a>, TargetError> {
        let target = Target::ready(self.profile).await?;
        Ok(Ready { job: self, target })
    }
}

impl Ready<'_> {
    /// What it is going to run against.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Goes on with a run that died: first removes what it left, then takes over what it has judged, and leaves the rest to be run. Gives
    /// how many instances were taken over, and how much was removed.
    ///
    /// # Errors
    /// When it is another run than this one, or cannot be swept.
    pub async fn resume(
        &mut self,
        path: &Path,
        stop: &StopSignal,
    ) -> Result<(usize, usize), CannotResume> {
        let interrupted = Interrupted::read(path)?;
        let has_endpoint = !self.target.is_embedded();
        interrupted.is_of(&self.job.started(&self.target), has_endpoint)?;
        let (past, file) = Past::claim(path).map_err(CannotResume::Journal)?;
        let swept = match has_endpoint {
            true => sweep_journal(&self.target, past, file, stop).await?,
            false => {
                end_journal(&past, file)?;
                Swept::default()
            }
        };
        let mut judged: HashMap<String, Entry> = interrupted
            .judged
            .into_iter()
            .map(|entry| (entry.id.clone(), entry))
            .collect();
        let mut resumes = Resumes {
            run: interrupted.started.run,
            judged: Vec::new(),
            left_behind: swept.left_behind.clone(),
        };
        self.job.instances.retain(|instance| {
            let entry = judged.remove(&instance.id);
            let is_open = entry.is_none();
            let judged = entry.map(|entry| (instance.clone(), entry));
            resumes.judged.extend(judged);
            is_open
        });
        if let Some(id) = judged.keys().next() {
            return Err(CannotResume::Unknown(id.clone()));
        }
        let taken_over = resumes.judged.len();
        self.job.resumes = Some(resumes);
        Ok((taken_over, swept.removed.len()))
    }

    /// Runs and judges the instances, removes what it made, stops the target and puts the reports in their places. `on_step` sees each
    /// instance as it is done. A `stop` that is raised ends it early.
    ///
    /// Reports are written whatever happens: what failed stands in them too.
    pub async fn run(self, stop: StopSignal, mut on_step: impl FnMut(Step<'_>) + Send) -> Done {
        let Self { job, target } = self;
        let started = unix_now();
        let earlier = job.resumes.iter().flat_map(|resumes| &resumes.judged);
        let earlier = earlier.map(|(instance, _)| instance);
        let files = files(job.ledger, job.instances.iter().chain(earlier));
        let root = job.snapshots.as_deref();
        let snapshots =
            root.map(|root| Snapshots::new(root, target.snapshots(), Snapshots::is_ci()));
        let id = run_id();
        let begun = Started {
            at: Timestamp(started).to_iso_extended_millis(),
            resumes: job.resumes.as_ref().map(|resumes| resumes.run.clone()),
            run: id.clone(),
            ..job.started(&target)
        };
        let mut sinks = Sinks {
            ledger: job.ledger,
            reports: job.reports,
            terminal: Terminal::new(job.detail),
            trouble: None,
        };
        let stream = Stream::create(&job.options.out, id, job.options.keep_journals);
        let stream = stream.map(|stream| Arc::new(stream.durable(!target.is_embedded())));
        if let Ok(stream) = &stream {
            sinks.reports.follow(Arc::clone(stream));
        }
        sinks.reports.begin(&begun);
        let resumes = job.resumes.unwrap_or_default();
        for (_, entry) in &resumes.judged {
            sinks.take(entry.clone());
        }
        let on_step = |step: Step<'_>| {
            if let Step::Finished(finished) = &step {
                sinks.add(finished);
            }
            on_step(step);
        };
        let certified = match stream {
            Ok(stream) => {
                let options = Options {
                    stream: Some(stream),
                    ..job.options.clone()
                };
                let (instances, snapshots) = (job.instances, snapshots.as_ref());
                certify(&target, instances, &options, stop, snapshots, on_step).await
            }
            Err((path, error)) => {
                let mut certified = Certified::default();
                for instance in &job.instances {
                    certified.tally.plan(&instance.file.cause);
                }
                let run = None;
                Err(Failed {
                    error: RunError::Journal { path, error, run },
                    certified: Box::new(certified),
                })
            }
        };
        let (name, endpoint) = (target.name().to_owned(), target.endpoint().to_owned());
        let compared = root.map(|root| root.join(target.snapshots()));
        target.stop().await;
        let (mut certified, failure) = match certified {
            Ok(certified) => (certified, None),
            Err(Failed { error, certified }) => (*certified, Some(error)),
        };
        certified.take_over(
            resumes
                .judged
                .iter()
                .map(|(instance, entry)| (instance, entry.judged(), entry.microseconds())),
        );
        certified.run.left_behind.extend(resumes.left_behind);
        let exit = failure
            .as_ref()
            .map_or_else(|| certified.exit_if(job.flaky_passes), RunError::exit);
        let compared =
            compared.map_or_else(String::new, |folder| in_words(certified.snapshots, &folder));
        let Certified { tally, mut run, .. } = certified;
        let left_out = job.asked.selection.left_out.as_ref();
        run.notes.extend(left_out.map(ToString::to_string));
        let frozen = || job.ledger.listed().iter().map(|row| row.id.as_str());
        let level = match job.asked.selection.rerun {
            true => Err(NoLevel::Again),
            false => tally.level(frozen()),
        };
        let scope = Scope::of(&tally, frozen(), &job.profile.capabilities, &run.retired);
        let unmet = job.demands.unmet(&tally, &level, &scope);
        let exit = match exit {
            Exit::Ok if !unmet.is_empty() => Exit::Deviations,
            exit => exit,
        };
        let facts = Facts {
            revision: job.ledger.revision().name().to_owned(),
            hash: job.ledger.hash().to_owned(),
            ledger_causes: job.ledger.causes().len(),
            target: name,
            endpoint,
            profile: job.asked.profile,
            selection: job.asked.selection,
            seed: job.options.seed,
            started,
            elapsed: run.elapsed,
            requests: run.requests,
            level,
            scope,
            unmet,
            tally,
            interrupted: run.stopped.is_some(),
            time_ran_out: run.stopped == Some(StopReason::TimeRanOut),
            failure: failure.as_ref().map(ToString::to_string),
            notes: run.notes,
            left_behind: run.left_behind,
            snapshots: compared,
        };
        sinks.finish(facts, exit, files)
    }
}

impl Job<'_> {
    /// What its run says of itself first, but for what is of this run alone.
    fn started(&self, target: &Target) -> Started {
        let claims = Scope::of(
            &Tally::default(),
            std::iter::empty(),
            &self.profile.capabilities,
            &BTreeSet::new(),
        );
        Started {
            schema: json::SCHEMA,
            run: String::new(),
            resumes: None,
            at: String::new(),
            tool: Tool::default(),
            suite: Suite {
                revision: self.ledger.revision().name().to_owned(),
                hash: self.ledger.hash().to_owned(),
                causes: self.ledger.causes().len(),
            },
            target: TargetName {
                name: target.name().to_owned(),
                endpoint: target.endpoint().to_owned(),
                profile: self.asked.profile.clone(),
            },
            claims: claims.claimed.iter().map(|&name| name.to_owned()).collect(),
            selection: self.asked.selection.clone(),
            seed: self.options.seed,
        }
    }
}

impl Done {
    /// The exit code that it asks for.
    pub fn exit(&self) -> Exit {
        match self.trouble {
            Some(_) => Exit::Target,
            None => self.exit,
        }
    }

    /// What a person reads: a table of the causes, the failures, the sums.
    pub fn text(&self, style: Style) -> String {
        let files: Vec<&CaseFile> = self.files.iter().map(AsRef::as_ref).collect();
        self.terminal.render(&self.facts, &files, style)
    }
}

/// Where the instances go as they finish.
struct Sinks<'a> {
    ledger: &'a Ledger,
    reports: Reports,
    terminal: Terminal,
    trouble: Option<io::Error>,
}

impl Sinks<'_> {
    fn add(&mut self, finished: &Finished<'_>) {
        self.take(Entry::of(finished, self.ledger));
    }

    fn take(&mut self, entry: Entry) {
        let added = self.reports.add(&entry);
        self.note(added);
        self.terminal.add(entry);
    }

    fn note(&mut self, written: io::Result<()>) {
        if let Err(error) = written {
            self.trouble.get_or_insert(error);
        }
    }

    fn finish(mut self, facts: Facts, exit: Exit, files: Vec<Arc<CaseFile>>) -> Done {
        let head = ResultFile::head(&facts);
        let mut annotations = String::new();
        let finished = std::mem::take(&mut self.reports).finish(&head, &mut annotations);
        self.note(finished);
        Done {
            facts,
            trouble: self.trouble,
            annotations,
            exit,
            terminal: self.terminal,
            files,
        }
    }
}

/// The causes of the ledger, and after them those that only the instances have.
fn files<'i>(ledger: &Ledger, instances: impl Iterator<Item = &'i Instance>) -> Vec<Arc<CaseFile>> {
    let mut files: Vec<Arc<CaseFile>> = ledger.causes().cloned().collect();
    for Instance { file, .. } in instances {
        if !files.iter().any(|known| known.cause == file.cause) {
            files.push(Arc::clone(file));
        }
    }
    files
}

fn in_words(counts: SnapshotCounts, folder: &Path) -> String {
    let mut parts = vec![format!("{} the same", counts.same)];
    if counts.changed > 0 {
        parts.push(format!("{} changed", counts.changed));
    }
    if counts.new > 0 {
        parts.push(format!("{} new", counts.new));
    }
    let pending = counts.new + counts.changed > 0 && !Snapshots::is_ci();
    let help = if pending { "; see `oss403 review`" } else { "" };
    format!("{} ({}){help}", parts.join(", "), folder.display())
}
