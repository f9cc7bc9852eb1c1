//! `oss403 run`: certify a target.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::args::{RunArgs, RunOptions};
use super::console::print;
use super::{Console, block_on, signals, source};
use crate::exit::Exit;
use crate::judge::snapshot::Snapshots;
use crate::report::Facts;
use crate::report::entry::Entry;
use crate::report::progress::Progress;
use crate::report::sink::{KINDS, Report, ReportError};
use crate::report::style::{Style, counted, harmless};
use crate::report::terminal::Terminal;
use crate::run::{Options, RunError, StopSignal, is_in};
use crate::suite::{Certified, Step, certify};
use crate::target::{Profile, Target, TargetError};
use oss403_case::ledger::Entry as CaseEntry;
use oss403_case::model::CaseFile;
use oss403_case::{Instance, Ledger};

/// Everything that is settled before anything is sent.
struct Plan {
    ledger: Ledger,
    ledger_source: String,
    /// Case files that were named by their paths.
    files: Vec<CaseEntry>,
    instances: Vec<Instance>,
    profile: Profile,
    reports: Vec<Report>,
    snapshots: Option<PathBuf>,
    options: Options,
}

/// Runs the selected instances and reports.
pub(super) fn run(args: &RunArgs, console: Console) -> Exit {
    let plan = match plan(args, console) {
        Ok(plan) => plan,
        Err(exit) => return exit,
    };
    block_on(carry_out(plan, console), console)
}

fn plan(args: &RunArgs, console: Console) -> Result<Plan, Exit> {
    let RunArgs { filters, options } = args;
    let (ledger, ledger_source) =
        source::ledger(options.cases.as_deref(), options.revision, console)?;
    let (paths, filters): (Vec<String>, Vec<String>) = filters
        .iter()
        .cloned()
        .partition(|filter| source::is_case_file(filter));
    let mut files = Vec::new();
    for path in &paths {
        files.push(source::case_file(path, console)?);
    }
    let mut instances = Vec::new();
    if files.is_empty() || !filters.is_empty() {
        instances = ledger.select(&filters).map_err(|unknown| {
            console.error(&unknown, Some(&unknown.help));
            Exit::NothingSelected
        })?;
    }
    instances.extend(files.iter().flat_map(source::instances));
    if let Some(twice) = first_twice(&instances) {
        let message = format!("the instance `{twice}` is selected twice");
        console.error(message, Some("two files, or a file and a filter, have it"));
        return Err(Exit::Usage);
    }
    if let Some(partition) = options.partition {
        instances.retain(|instance| is_in(&instance.id, partition));
    }
    if instances.is_empty() {
        console.error("nothing is selected", None);
        return Err(Exit::NothingSelected);
    }
    let profile = profile(options.target.as_deref(), console)?;
    // A file that stands by itself has no snapshots, unless they are asked for.
    let snapshots = if files.is_empty() || options.snapshots.is_some() {
        snapshots(options, console)?
    } else {
        None
    };
    let reports = Report::open_all(&options.reports).map_err(|error| {
        let kinds = format!("KIND=PATH, where KIND is {}", KINDS.join(" or "));
        let help = matches!(error, ReportError::Form(_) | ReportError::Kind(_)).then_some(kinds);
        console.error(&error, help.as_deref());
        Exit::Usage
    })?;
    let options = Options {
        seed: options.seed.unwrap_or_default(),
        jobs: options.jobs,
        partition: options.partition,
        out: options.out.clone().unwrap_or_else(|| "reports".into()),
        canaries: true,
    };
    Ok(Plan {
        ledger,
        ledger_source,
        files,
        instances,
        profile,
        reports,
        snapshots,
        options,
    })
}

/// The first id that two instances have.
fn first_twice(instances: &[Instance]) -> Option<&str> {
    let mut seen = HashSet::new();
    let mut ids = instances.iter().map(|instance| instance.id.as_str());
    ids.find(|id| !seen.insert(*id))
}

pub(super) fn profile(named: Option<&Path>, console: Console) -> Result<Profile, Exit> {
    match named {
        None => Ok(Profile::embedded()),
        Some(path) if path.as_os_str() == "embedded" => Ok(Profile::embedded()),
        Some(path) => Profile::load(path).map_err(|found| source::refuse(&found, console)),
    }
}

fn snapshots(options: &RunOptions, console: Console) -> Result<Option<PathBuf>, Exit> {
    let Some(named) = &options.snapshots else {
        return Ok(Some(PathBuf::from("snapshots")).filter(|folder| folder.is_dir()));
    };
    if named.is_dir() {
        return Ok(Some(named.clone()));
    }
    let help = "make it first, empty when there are no snapshots yet";
    console.error(format_args!("{} is no folder", named.display()), Some(help));
    Err(Exit::Usage)
}

async fn carry_out(plan: Plan, console: Console) -> Exit {
    let target = match Target::ready(&plan.profile).await {
        Ok(target) => target,
        Err(error) => return not_ready(&error, console),
    };
    let snapshots = plan
        .snapshots
        .as_ref()
        .map(|root| Snapshots::new(root, target.snapshots(), Snapshots::is_ci()));
    if let Err(error) = print(&header(&plan, &target)) {
        console.error(format_args!("standard output: {error}"), None);
        return Exit::Target;
    }
    let stop = StopSignal::new();
    signals::stop_on_signal(stop.clone(), console);
    let started = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let mut sinks = Sinks {
        reports: plan.reports,
        terminal: Terminal::default(),
        trouble: None,
    };
    let mut progress = None;
    let certified = certify(
        &target,
        plan.instances,
        &plan.options,
        stop,
        snapshots.as_ref(),
        |step| match step {
            Step::Planned(total) => progress = Some(Progress::new(total, console.is_interactive())),
            Step::Finished(finished) => {
                let entry = Entry::of(&finished);
                sinks.add(&entry, &finished.instance.file);
                if let Some(progress) = &mut progress {
                    progress.step(entry.verdict.is_failure());
                }
            }
        },
    )
    .await;
    if let Some(progress) = &progress {
        progress.finish();
    }
    let certified = match certified {
        Ok(certified) => certified,
        Err(error) => {
            target.stop().await;
            return no_run(&error, console);
        }
    };
    let facts = Facts {
        revision: plan.ledger.revision().name().to_owned(),
        hash: plan.ledger.hash().to_owned(),
        ledger_causes: plan.ledger.causes().len(),
        target: target.name().to_owned(),
        endpoint: target.endpoint().to_owned(),
        seed: plan.options.seed,
        started: i64::try_from(started).unwrap_or(i64::MAX),
        elapsed: certified.run.elapsed,
        requests: certified.run.requests,
        level: certified
            .tally
            .level(plan.ledger.listed().iter().map(|row| row.id.as_str())),
        tally: certified.tally.clone(),
        interrupted: certified.run.interrupted,
        left_behind: certified.run.left_behind.clone(),
        snapshots: snapshots_in_words(&certified, plan.snapshots.as_deref(), target.snapshots())
            .unwrap_or_else(|| without_snapshots(&plan.files).into()),
    };
    target.stop().await;
    let mut files: Vec<&CaseFile> = plan.ledger.causes().map(AsRef::as_ref).collect();
    for CaseEntry { file, .. } in &plan.files {
        if !files.iter().any(|known| known.cause == file.cause) {
            files.push(file);
        }
    }
    sinks.finish(&facts, &files, &certified, console)
}

/// Where the instances go as they finish.
struct Sinks {
    reports: Vec<Report>,
    terminal: Terminal,
    trouble: Option<std::io::Error>,
}

impl Sinks {
    fn add(&mut self, entry: &Entry, file: &CaseFile) {
        self.terminal.add(entry);
        for report in &mut self.reports {
            if let Err(error) = report.add(entry, file) {
                self.trouble.get_or_insert(error);
            }
        }
    }

    fn finish(
        self,
        facts: &Facts,
        files: &[&CaseFile],
        certified: &Certified,
        console: Console,
    ) -> Exit {
        let style = Style {
            color: console.color_out(),
            width: console.width(),
        };
        let mut trouble = self.trouble;
        for report in self.reports {
            if let Err(error) = report.finish(facts) {
                trouble.get_or_insert(error);
            }
        }
        if let Err(error) = print(&self.terminal.render(facts, files, style)) {
            trouble.get_or_insert(error);
        }
        match trouble {
            None => {
                let exit = certified.exit();
                if exit == Exit::NothingSelected {
                    console.error(
                        "nothing was tested: everything selected was set aside",
                        None,
                    );
                }
                exit
            }
            Some(error) => {
                console.error(format_args!("a report could not be written: {error}"), None);
                Exit::Target
            }
        }
    }
}

fn header(plan: &Plan, target: &Target) -> String {
    let causes: std::collections::BTreeSet<&str> = plan
        .instances
        .iter()
        .map(|instance| instance.file.cause.as_str())
        .collect();
    let part = plan
        .options
        .partition
        .map(|(m, n)| format!(", part {m} of {n}"))
        .unwrap_or_default();
    format!(
        "oss403 {} against {} at {}\n{}, {}{part}; ledger {} ({}), seed {}\n\n",
        env!("CARGO_PKG_VERSION"),
        harmless(target.name()),
        harmless(target.endpoint()),
        counted(causes.len(), "cause"),
        counted(plan.instances.len(), "instance"),
        plan.ledger_source,
        plan.ledger.revision(),
        plan.options.seed,
    )
}

fn without_snapshots(files: &[CaseEntry]) -> &'static str {
    if files.is_empty() {
        "none compared: there is no folder ./snapshots, and --snapshots names none"
    } else {
        "none compared: a case file that is named by its path has none"
    }
}

fn snapshots_in_words(certified: &Certified, root: Option<&Path>, target: &str) -> Option<String> {
    let root = root?;
    let counts = certified.snapshots;
    let mut parts = vec![format!("{} the same", counts.same)];
    if counts.changed > 0 {
        parts.push(format!("{} changed", counts.changed));
    }
    if counts.new > 0 {
        parts.push(format!("{} new", counts.new));
    }
    let pending = counts.new + counts.changed > 0 && !Snapshots::is_ci();
    let help = if pending { "; see `oss403 review`" } else { "" };
    Some(format!(
        "{} ({}){help}",
        parts.join(", "),
        root.join(target).display()
    ))
}

/// What is missing in the user's set-up is a matter of usage; the rest is the target's.
pub(super) fn not_ready(error: &TargetError, console: Console) -> Exit {
    console.error(error, None);
    match error {
        TargetError::Embedded(_) => Exit::Target,
        _ => Exit::Usage,
    }
}

pub(super) fn no_run(error: &RunError, console: Console) -> Exit {
    console.error(error, None);
    match error {
        RunError::Journal { .. } => Exit::Usage,
        RunError::Canary(_) => Exit::Target,
    }
}
