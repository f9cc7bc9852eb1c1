//! A certification from end to end, as another program asks for it: make the target ready, run and judge the instances, write the reports,
//! and say what it came to.

mod sinks;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use self::sinks::{Held, Sinks};
use crate::baseline::Baseline;
use crate::exit::Exit;
use crate::judge::scope::{Demands, Scope};
use crate::judge::snapshot::Snapshots;
use crate::judge::summary::{NoLevel, Tally};
use crate::judge::verdict::Verdict;
use crate::report::Facts;
use crate::report::entry::Entry;
use crate::report::events::Started;
use crate::report::json::{self, Selection, Suite, TargetName, Tool};
use crate::report::lore::Lore;
use crate::report::resume::{Interrupted, NotResumed};
use crate::report::sink::Reports;
use crate::report::style::{Style, grouped};
use crate::report::terminal::{Detail, Terminal};
use crate::run::dead::{SweepError, Swept, end_journal, sweep_journal};
use crate::run::journal::read::{NoJournal, Past};
use crate::run::journal::{Stream, Trouble};
use crate::run::{
    Options, RunError, StopReason, StopSignal, Surroundings, id_from, run_id, unix_now,
};
use crate::suite::{Certified, Failed, SnapshotCounts, Step, certify};
use crate::target::profile::Endpoint;
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
    /// What is known to fail, and what is not run; it fits the ledger and the target ([`Baseline::misfits`]).
    pub baseline: Option<Baseline>,
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
    /// Reports that could not be written, a sentence each.
    pub trouble: Vec<String>,
    /// What GitHub Actions is told, when it asked; to be printed as it is.
    pub annotations: String,
    exit: Exit,
    terminal: Terminal,
    /// The causes in the order of the table.
    files: Vec<Arc<CaseFile>>,
}

impl<'a> Job<'a> {
    /// One that writes no reports, compares with no snapshots and asks for nothing particular.
    pub fn of(ledger: &'a Ledger, instances: Vec<Instance>, profile: &'a Profile) -> Self {
        Self {
            ledger,
            instances,
            profile,
            options: Options::default(),
            snapshots: None,
            reports: Reports::default(),
            asked: Asked::default(),
            detail: Detail::default(),
            demands: Demands::default(),
            baseline: None,
            flaky_passes: false,
            resumes: None,
        }
    }

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
    /// What of the target decides what is sent to it.
    pub fn surroundings(&self) -> Surroundings {
        let retired = &self.target.inner.retired;
        Surroundings::of(
            &self.target.inner,
            retired,
            self.job.options.allow_irreversible,
        )
    }

    /// Has the run write other reports than the job was made with.
    pub fn write_to(&mut self, reports: Reports) {
        self.job.reports = reports;
    }

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
        // Of a copy of it the run's own journal is settled too.
        let claimed = Past::claim(path)
            .and_then(|claimed| claimed.with_own(&self.job.options.out))
            .map_err(CannotResume::Journal)?;
        let swept = match has_endpoint {
            true => sweep_journal(&self.target, claimed, stop).await?,
            false => {
                end_journal(claimed)?;
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
        let Self { mut job, target } = self;
        let instances = std::mem::take(&mut job.instances);
        let resumes = job.resumes.take().unwrap_or_default();
        let started = unix_now();
        let earlier = resumes.judged.iter().map(|(instance, _)| instance);
        let all = instances.iter().chain(earlier);
        let files = files(job.ledger, all.clone());
        let mut reports = std::mem::take(&mut job.reports);
        if reports.want_lore() {
            let causes = files.iter().cloned();
            reports.explain(Lore::of(job.ledger.hash(), causes, all.cloned()));
        }
        let stream = job.begin(&mut reports, &target, started, &resumes);
        let held = job.baseline.as_ref();
        let held = held.map(|baseline| Held::to(baseline, started));
        let mut sinks = Sinks::new(job.ledger, held, reports, Terminal::new(job.detail));
        for (_, entry) in &resumes.judged {
            sinks.hold(entry.clone());
        }
        let (instances, disabled) = sinks.split(instances);
        sinks.disable(&disabled);
        let on_step = |step: Step<'_>| {
            let step = match step {
                Step::Finished(finished) if sinks.add(finished) => Step::Known(finished),
                step => step,
            };
            on_step(step);
        };
        let (mut certified, failure) = job.certify(&target, instances, stream, stop, on_step).await;
        let compared = job
            .snapshots
            .as_ref()
            .map(|root| in_words(certified.snapshots, &root.join(target.snapshots())));
        let at = (target.name().to_owned(), target.endpoint().to_owned());
        target.stop().await;
        for instance in &disabled {
            certified.tally.plan(&instance.file.cause);
            certified.tally.add_instance(instance, Verdict::Disabled, 0);
        }
        certified.take_over(
            resumes
                .judged
                .iter()
                .map(|(instance, entry)| (instance, entry.judged(), entry.microseconds())),
        );
        certified.run.left_behind.extend(resumes.left_behind);
        let facts = Facts {
            started,
            baseline: sinks.close(job.asked.selection.partition.is_some()),
            failure: failure.as_ref().map(ToString::to_string),
            snapshots: compared.unwrap_or_default(),
            ..job.facts(&certified, at)
        };
        let exit = failure
            .as_ref()
            .map_or_else(|| facts.exit(&certified, job.flaky_passes), RunError::exit);
        sinks.finish(facts, exit, files)
    }
}

impl Job<'_> {
    /// Creates the stream of the run, which its reports follow, and begins these.
    fn begin(
        &self,
        reports: &mut Reports,
        target: &Target,
        at: i64,
        resumes: &Resumes,
    ) -> Result<Arc<Stream>, Trouble> {
        let id = self.options.names.as_deref().map_or_else(run_id, id_from);
        let stream = Stream::create(&self.options.out, id.clone(), self.options.keep_journals);
        let stream = stream.map(|stream| Arc::new(stream.durable(!target.is_embedded())));
        if let Ok(stream) = &stream {
            reports.follow(Arc::clone(stream));
        }
        reports.begin(&Started {
            at: Timestamp(at).to_iso_extended_millis(),
            resumes: (!resumes.run.is_empty()).then(|| resumes.run.clone()),
            run: id,
            ..self.started(target)
        });
        stream
    }

    /// Runs and judges; what there is of it when that fails, with the reason.
    async fn certify(
        &self,
        target: &Target,
        instances: Vec<Instance>,
        stream: Result<Arc<Stream>, Trouble>,
        stop: StopSignal,
        on_step: impl FnMut(Step<'_>) + Send,
    ) -> (Certified, Option<RunError>) {
        let stream = match stream {
            Ok(stream) => stream,
            Err((path, error)) => {
                let mut certified = Certified::default();
                for instance in &instances {
                    certified.tally.plan(&instance.file.cause);
                }
                let run = None;
                return (certified, Some(RunError::Journal { path, error, run }));
            }
        };
        let options = Options {
            stream: Some(stream),
            ..self.options.clone()
        };
        let root = self.snapshots.as_deref();
        let snapshots =
            root.map(|root| Snapshots::new(root, target.snapshots(), Snapshots::is_ci()));
        let snapshots = snapshots.as_ref();
        match certify(target, instances, &options, stop, snapshots, on_step).await {
            Ok(certified) => (certified, None),
            Err(Failed { error, certified }) => (*certified, Some(error)),
        }
    }

    /// The run as a whole, but for what the tally and the job do not tell. `at` is the target's name and endpoint.
    fn facts(&self, certified: &Certified, at: (String, String)) -> Facts {
        let (tally, run) = (certified.tally.clone(), certified.run.clone());
        let mut notes = run.notes;
        let left_out = self.asked.selection.left_out.as_ref();
        notes.extend(left_out.map(ToString::to_string));
        let frozen = || self.ledger.listed().iter().map(|row| row.id.as_str());
        let selection = &self.asked.selection;
        let level = if selection.rerun {
            Err(NoLevel::Again)
        } else if selection.partition.is_some() {
            Err(NoLevel::Part(": `report merge` states it"))
        } else {
            tally.level_of(frozen(), &selection.filters, self.ledger)
        };
        let scope = Scope::of(&tally, frozen(), &self.profile.capabilities, &run.retired);
        Facts {
            revision: self.ledger.revision().name().to_owned(),
            hash: self.ledger.hash().to_owned(),
            ledger_causes: self.ledger.causes().len(),
            target: at.0,
            endpoint: at.1,
            profile: self.asked.profile.clone(),
            reference: self.reference(),
            selection: self.asked.selection.clone(),
            seed: self.options.seed,
            started: 0,
            elapsed: run.elapsed,
            requests: run.requests,
            unmet: self.demands.unmet(&tally, &level, &scope),
            level,
            scope,
            tally,
            baseline: None,
            interrupted: run.stopped.is_some(),
            time_ran_out: run.stopped == Some(StopReason::TimeRanOut),
            failure: None,
            notes,
            left_behind: run.left_behind,
            snapshots: String::new(),
        }
    }

    /// How the reference server is configured, when that is the target.
    fn reference(&self) -> Option<String> {
        match &self.profile.endpoint {
            Endpoint::Embedded(config) => {
                let wrong = config.faults.to_string();
                Some(if wrong.is_empty() {
                    json::AS_IT_IS.to_owned()
                } else {
                    wrong
                })
            }
            Endpoint::Remote(_) => None,
        }
    }

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
                reference: self.reference(),
            },
            embedded: match &self.profile.endpoint {
                Endpoint::Embedded(config) => {
                    let text = format!("{config:?}");
                    Some(oss_auth::hex(&Sha256::digest(text.as_bytes())))
                }
                Endpoint::Remote(_) => None,
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
        match self.trouble.is_empty() {
            true => self.exit,
            false => Exit::Target,
        }
    }

    /// What a person reads: a table of the causes, the failures, the sums.
    pub fn text(&self, style: Style) -> String {
        let files: Vec<&CaseFile> = self.files.iter().map(AsRef::as_ref).collect();
        self.terminal.render(&self.facts, &files, style)
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
    let mut parts = vec![format!("{} the same", grouped(counts.same as u64))];
    if counts.changed > 0 {
        parts.push(format!("{} changed", grouped(counts.changed as u64)));
    }
    if counts.new > 0 {
        parts.push(format!("{} new", grouped(counts.new as u64)));
    }
    let pending = counts.new + counts.changed > 0 && !Snapshots::is_ci();
    let help = if pending { "; see `oss403 review`" } else { "" };
    format!("{} ({}){help}", parts.join(", "), folder.display())
}
