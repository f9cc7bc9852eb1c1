//! A certification from end to end, as another program asks for it: make the target ready, run and judge the instances, write the reports,
//! and say what it came to.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::baseline::{Account, Baseline, Day, Mark};
use crate::exit::Exit;
use crate::judge::scope::{Demands, Scope};
use crate::judge::snapshot::Snapshots;
use crate::judge::verdict::Verdict;
use crate::report::Facts;
use crate::report::entry::Entry;
use crate::report::events::Started;
use crate::report::json::{self, ResultFile, Selection, Suite, TargetName, Tool};
use crate::report::lore::Lore;
use crate::report::sink::Reports;
use crate::report::style::Style;
use crate::report::terminal::{Detail, Terminal};
use crate::run::{Options, RunError, StopReason, StopSignal, Surroundings, unix_now};
use crate::suite::{Failed, Finished, SnapshotCounts, Step, certify};
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

    /// Runs and judges the instances, removes what it made, stops the target and puts the reports in their places. `on_step` sees each
    /// instance as it is done. A `stop` that is raised ends it early.
    ///
    /// Reports are written whatever happens: what failed stands in them too.
    pub async fn run(self, stop: StopSignal, mut on_step: impl FnMut(Step<'_>) + Send) -> Done {
        let Self { job, target } = self;
        let started = unix_now();
        let files = files(job.ledger, &job.instances);
        let mut reports = job.reports;
        if reports.want_lore() {
            let (causes, twins) = (files.iter().cloned(), job.instances.iter().cloned());
            reports.explain(Lore::of(job.ledger.hash(), causes, twins));
        }
        let root = job.snapshots.as_deref();
        let snapshots =
            root.map(|root| Snapshots::new(root, target.snapshots(), Snapshots::is_ci()));
        let mut sinks = Sinks {
            ledger: job.ledger,
            reports,
            known: job
                .baseline
                .as_ref()
                .map(|baseline| Held::to(baseline, started)),
            terminal: Terminal::new(job.detail),
            trouble: None,
        };
        sinks.begin(&Started {
            schema: json::SCHEMA,
            at: Timestamp(started).to_iso_extended_millis(),
            tool: Tool::default(),
            suite: Suite {
                revision: job.ledger.revision().name().to_owned(),
                hash: job.ledger.hash().to_owned(),
                causes: job.ledger.causes().len(),
            },
            target: TargetName {
                name: target.name().to_owned(),
                endpoint: target.endpoint().to_owned(),
                profile: job.asked.profile.clone(),
            },
            selection: job.asked.selection.clone(),
            seed: job.options.seed,
        });
        let (instances, disabled) = sinks.split(job.instances);
        sinks.disable(&disabled);
        let on_step = |step: Step<'_>| {
            let step = match step {
                Step::Finished(finished) if sinks.add(finished) => Step::Known(finished),
                step => step,
            };
            on_step(step);
        };
        let options = &job.options;
        let certified = certify(
            &target,
            instances,
            options,
            stop,
            snapshots.as_ref(),
            on_step,
        )
        .await;
        let (name, endpoint) = (target.name().to_owned(), target.endpoint().to_owned());
        let compared = root.map(|root| root.join(target.snapshots()));
        target.stop().await;
        let (mut certified, failure) = match certified {
            Ok(certified) => (certified, None),
            Err(Failed { error, certified }) => (*certified, Some(error)),
        };
        for instance in &disabled {
            certified.tally.plan(&instance.file.cause);
            certified.tally.add_instance(instance, Verdict::Disabled, 0);
        }
        let compared =
            compared.map_or_else(String::new, |folder| in_words(certified.snapshots, &folder));
        let baseline = sinks.close(job.asked.selection.partition.is_some());
        let (tally, mut run) = (certified.tally.clone(), certified.run.clone());
        let left_out = job.asked.selection.left_out.as_ref();
        run.notes.extend(left_out.map(ToString::to_string));
        let frozen = || job.ledger.listed().iter().map(|row| row.id.as_str());
        let level = tally.level(frozen());
        let scope = Scope::of(&tally, frozen(), &job.profile.capabilities, &run.retired);
        let unmet = job.demands.unmet(&tally, &level, &scope);
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
            baseline,
            interrupted: run.stopped.is_some(),
            time_ran_out: run.stopped == Some(StopReason::TimeRanOut),
            failure: failure.as_ref().map(ToString::to_string),
            notes: run.notes,
            left_behind: run.left_behind,
            snapshots: compared,
        };
        let exit = failure
            .as_ref()
            .map_or_else(|| facts.exit(&certified), RunError::exit);
        sinks.finish(facts, exit, files)
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
    known: Option<Held<'a>>,
    reports: Reports,
    terminal: Terminal,
    trouble: Option<io::Error>,
}

/// What a run is held to.
struct Held<'a> {
    baseline: &'a Baseline,
    today: Day,
    account: Account,
}

impl<'a> Held<'a> {
    fn to(baseline: &'a Baseline, now: i64) -> Self {
        Self {
            baseline,
            today: Day::of(now),
            account: Account::new(baseline),
        }
    }
}

impl Sinks<'_> {
    /// Takes in an instance; whether it fails as the baseline has it.
    fn add(&mut self, finished: &Finished<'_>) -> bool {
        let verdict = finished.judged.verdict();
        // Of what is conformant the terminal shows numbers only, so that there is nothing to redact and to put into words.
        if self.reports.is_empty() && verdict == Verdict::Conformant && self.known.is_none() {
            return false;
        }
        let mut entry = Entry::of(finished, self.ledger);
        if let Some(Held {
            baseline,
            today,
            account,
        }) = &mut self.known
        {
            let verdict = (entry.verdict, entry.facet);
            entry.baseline = baseline.mark(&entry.id, *today, verdict, entry.fingerprint.as_ref());
            account.add(entry.verdict, entry.baseline.as_ref());
        }
        let is_known = entry.is_known();
        self.take(entry);
        is_known
    }

    fn take(&mut self, entry: Entry) {
        let added = self.reports.add(&entry);
        self.note(added);
        self.terminal.add(entry);
    }

    /// What is to be run, and what the baseline keeps from being run.
    fn split(&self, instances: Vec<Instance>) -> (Vec<Instance>, Vec<Instance>) {
        let disables = |instance: &Instance| {
            let known = self.known.as_ref();
            known.is_some_and(|held| held.baseline.disables(&instance.id, held.today).is_some())
        };
        instances
            .into_iter()
            .partition(|instance| !disables(instance))
    }

    fn disable(&mut self, instances: &[Instance]) {
        for instance in instances {
            let Some(held) = &mut self.known else { return };
            let Some(item) = held.baseline.disables(&instance.id, held.today) else {
                continue;
            };
            let entry = Entry::disabled(instance, Mark::disabled(item));
            held.account.add(entry.verdict, entry.baseline.as_ref());
            self.take(entry);
        }
    }

    /// What the baseline came to.
    fn close(&mut self, is_part: bool) -> Option<Account> {
        let mut account = self.known.take()?.account;
        account.close(is_part);
        Some(account)
    }

    fn begin(&mut self, started: &Started) {
        let begun = self.reports.begin(started);
        self.note(begun);
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
fn files(ledger: &Ledger, instances: &[Instance]) -> Vec<Arc<CaseFile>> {
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
