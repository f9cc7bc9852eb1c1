//! `oss403 run`: certify a target.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::{Most, OnFlaky, RunArgs, RunOptions};
use super::runtime::block_on;
use super::{Console, again, baseline, signals, source, target, watch};
use crate::exit::Exit;
use crate::job::{Asked, Done, Job};
use crate::judge::scope::Demands;
use crate::report::json::Selection;
use crate::report::progress::Progress;
use crate::report::sink::{Kind, ReportError, Reports};
use crate::report::style::{Style, counted, harmless};
use crate::report::terminal::{Detail, done_line};
use crate::run::{Options, StopSignal};
use crate::suite::{LeftOut, Step, has_failed, select, select_harmless};
use crate::target::Target;
use crate::target::profile::Endpoint;
use oss403_case::ledger::Entry;
use oss403_case::model::Capability;
use oss403_case::{Instance, Ledger, suggest};

/// Finished journals that stay when nobody says how many.
const KEPT_JOURNALS: usize = 20;

/// Why there is neither a success nor a failure.
pub(super) const NOTHING_TESTED: &str = "nothing was tested: everything selected was set aside";

/// What is said of a job besides what it says itself.
struct Words {
    /// What was selected, before the run.
    selected: String,
    /// Why no answer was compared with a snapshot, when none was.
    without_snapshots: &'static str,
}

/// Runs the selected instances and reports.
pub(super) fn run(args: &RunArgs, console: Console) -> Exit {
    if args.options.watch {
        return watch::watch(args, console);
    }
    named_and_run(args, console).unwrap_or_else(|exit| exit)
}

fn named_and_run(args: &RunArgs, console: Console) -> Result<Exit, Exit> {
    let RunArgs { filters, options } = args;
    let (ledger, source) = source::ledger(options.cases.as_deref(), options.revision, console)?;
    let (paths, filters): (Vec<String>, Vec<String>) = filters
        .iter()
        .cloned()
        .partition(|filter| source::is_case_file(filter));
    let mut files = Vec::new();
    for path in &paths {
        files.push(source::case_file(path, console)?);
    }
    let (instances, left_out) = selected(options, &ledger, (&filters, &files), console)?;
    let profile = target::profile(options.target.as_deref(), console)?;
    if options.keep && matches!(profile.endpoint, Endpoint::Embedded(_)) {
        let help = "start `oss403 serve`, and name its profile with `--target`";
        console.error(
            "nothing of the embedded server stays for `--keep`",
            Some(help),
        );
        return Err(Exit::Usage);
    }
    let baseline = match &options.baseline {
        None => None,
        Some(path) => {
            let besides: Vec<&str> = instances.iter().map(|known| known.id.as_str()).collect();
            let besides = if files.is_empty() { &[] } else { &besides[..] };
            let target = Some(profile.name.as_str());
            let baseline = baseline::fitting(path, &ledger, besides, target, console)?;
            Some(baseline)
        }
    };
    let job = Job {
        ledger: &ledger,
        instances,
        profile: &profile,
        snapshots: snapshots(options, &files, console)?,
        reports: reports(options, console)?,
        asked: asked(args, &ledger, left_out),
        options: settings(options),
        detail: detail(options),
        demands: demands(options, &ledger, console)?,
        baseline,
        flaky_passes: options.again.flaky == Some(OnFlaky::Pass),
        resumes: None,
    };
    let words = Words {
        selected: selected_in_words(&job, &source, options),
        without_snapshots: without_snapshots(&files),
    };
    let console = if job.reports.are_on_standard_output() {
        console.beside_a_report()
    } else {
        console
    };
    Ok(block_on(carry_out(job, words, options, console), console))
}

/// The instances that are asked for by filters and case files, and what `--harmless` leaves out of them.
fn selected(
    options: &RunOptions,
    ledger: &Ledger,
    (filters, files): (&[String], &[Entry]),
    console: Console,
) -> Result<(Vec<Instance>, Option<LeftOut>), Exit> {
    let selected = if options.harmless {
        let selected = select_harmless(ledger, filters, files);
        selected.map(|(instances, left_out)| (instances, Some(left_out)))
    } else {
        let selected = select(ledger, filters, files);
        selected.map(|instances| (instances, None))
    };
    let (instances, left_out) = selected.map_err(|error| {
        console.error(&error, error.help());
        error.exit()
    })?;
    let instances = match &options.again.rerun_failed {
        Some(path) => again::failed_in(path, instances, console)?,
        None => instances,
    };
    // There may be fewer worlds than parts. One without any has a result all the same: together with the others it is the whole.
    let instances = match options.partition {
        Some(partition) => partition.of(instances),
        None => instances,
    };
    Ok((instances, left_out))
}

fn asked(args: &RunArgs, ledger: &Ledger, left_out: Option<LeftOut>) -> Asked {
    let RunArgs { filters, options } = args;
    let target = options.target.as_deref();
    let target = target.filter(|target| *target != Path::new("embedded"));
    Asked {
        selection: Selection {
            filters: filters.clone(),
            partition: options.partition.map(|partition| partition.to_string()),
            revision: ledger.revision().name().to_owned(),
            left_out,
            rerun: options.again.rerun_failed.is_some(),
        },
        profile: target.map(|target| target.display().to_string()),
    }
}

fn detail(options: &RunOptions) -> Detail {
    let usual = Detail::default();
    Detail {
        failures: options.failures.map_or(usual.failures, Most::limit),
        quiet: options.quiet,
    }
}

pub(super) fn settings(options: &RunOptions) -> Options {
    let usual = Options::default();
    Options {
        seed: options.seed.unwrap_or(usual.seed),
        jobs: options.jobs,
        out: options.out.clone().unwrap_or(usual.out),
        time: options.time,
        attempts: options.attempts.unwrap_or(usual.attempts),
        keep: options.keep.then_some(has_failed),
        allow_irreversible: options.allow_irreversible,
        keep_journals: Some(options.keep_journals.unwrap_or(KEPT_JOURNALS)),
        ..usual
    }
}

/// What is asked of the result. What is unknown has been printed when there is something.
fn demands(options: &RunOptions, ledger: &Ledger, console: Console) -> Result<Demands, Exit> {
    let mut demands = Demands {
        level: options.min_level,
        ..Demands::default()
    };
    for name in &options.required {
        if ledger.causes().any(|file| file.cause == *name) {
            demands.causes.push(name.clone());
        } else if let Some(feature) = Capability::named(name) {
            demands.features.push(feature);
        } else {
            let causes = ledger.causes().map(|file| file.cause.as_str());
            let known = causes.chain(Capability::NAMES.iter().copied());
            let help = match suggest::nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    "`oss403 list` shows the causes, `oss403 list --capabilities` the capabilities"
                        .into()
                }
            };
            let message = format!("`{name}` is neither a cause nor a capability");
            console.error(message, Some(&help));
            return Err(Exit::Usage);
        }
    }
    Ok(demands)
}

/// The folder of the snapshots. A file that stands by itself has none, unless they are asked for.
fn snapshots(
    options: &RunOptions,
    files: &[Entry],
    console: Console,
) -> Result<Option<PathBuf>, Exit> {
    let Some(named) = &options.snapshots else {
        let usual = Some(PathBuf::from("snapshots"));
        return Ok(usual.filter(|folder| files.is_empty() && folder.is_dir()));
    };
    if named.is_dir() {
        return Ok(Some(named.clone()));
    }
    let help = "make it first, empty when there are no snapshots yet";
    console.error(format_args!("{} is no folder", named.display()), Some(help));
    Err(Exit::Usage)
}

fn reports(options: &RunOptions, console: Console) -> Result<Reports, Exit> {
    let mut reports = open_reports(&options.reports, console)?;
    // Shown on their own where GitHub runs this.
    if std::env::var_os("GITHUB_ACTIONS").is_some_and(|set| set == "true") {
        let summary = std::env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from);
        reports.show_on_github(summary).map_err(|error| {
            console.fail(format_args!("a temporary file: {error}"), Exit::Target)
        })?;
    }
    Ok(reports)
}

/// Opens the reports that are asked for. What is wrong with one has been printed.
pub(super) fn open_reports(wanted: &[String], console: Console) -> Result<Reports, Exit> {
    Reports::open(wanted).map_err(|error| {
        let kinds: Vec<_> = Kind::names().collect();
        let kinds = format!("KIND=PATH, where KIND is one of {}", kinds.join(", "));
        let help = matches!(error, ReportError::Form(_) | ReportError::Kind(_)).then_some(kinds);
        console.error(&error, help.as_deref());
        Exit::Usage
    })
}

async fn carry_out(job: Job<'_>, words: Words, options: &RunOptions, console: Console) -> Exit {
    let out = job.options.out.clone();
    let quiet = job.detail.quiet;
    let style = Style {
        color: console.color_out(),
        width: console.width(),
    };
    let mut ready = match job.ready().await {
        Ok(ready) => ready,
        Err(error) => return console.fail(&error, error.exit()),
    };
    let header = header(ready.target(), &words.selected, style);
    if !quiet && let Err(error) = console.print(&header) {
        return console.fail(format_args!("standard output: {error}"), Exit::Target);
    }
    let stop = StopSignal::new();
    signals::stop_on_signal(stop.clone(), console);
    if let Some(path) = &options.again.resume
        && let Err(exit) = again::resume(&mut ready, path, &out, &stop, console).await
    {
        return exit;
    }
    if let Some(profile) = &options.target {
        let profile = profile.display().to_string();
        again::warn_of_leftovers(ready.target(), &out, &profile, console);
    }
    let mut progress = None;
    let done = ready.run(stop, |step| {
        let is_known = matches!(step, Step::Known(_));
        match step {
            Step::Ran { .. } => {}
            Step::Planned(total) => progress = Some(Progress::new(total, console.is_interactive())),
            Step::Finished(finished) | Step::Known(finished) => {
                if let Some(progress) = &mut progress {
                    let verdict = finished.judged.verdict();
                    match verdict.kind() {
                        _ if is_known => progress.step(false),
                        kind if kind.is_set_aside() => progress.skip(),
                        kind => progress.step(kind.is_failure()),
                    }
                    if options.verbose {
                        let line = done_line(&finished.instance.id, verdict, is_known, style);
                        // The report that follows says so when nobody reads.
                        progress.aside(|| drop(console.print(&line)));
                    }
                }
            }
        }
    });
    let done = done.await;
    if let Some(progress) = &progress {
        progress.finish();
    }
    report(done, words.without_snapshots, style, console)
}

fn report(mut done: Done, without_snapshots: &str, style: Style, console: Console) -> Exit {
    // Where nothing was sent but canaries, there is nothing to show.
    let nothing = done.facts.tally.instances().is_empty();
    if let Some(failure) = done.facts.failure.as_ref().filter(|_| nothing) {
        console.error(failure, None);
        for sentence in &done.trouble {
            console.error(sentence, None);
        }
        return done.exit();
    }
    if done.facts.snapshots.is_empty() {
        done.facts.snapshots = without_snapshots.to_owned();
    }
    let text = done.text(style) + &done.annotations;
    if let Err(error) = console.print(&text) {
        done.trouble.push(format!("standard output: {error}"));
    }
    if let Some(failure) = &done.facts.failure {
        console.error(failure, None);
    }
    for sentence in &done.trouble {
        console.error(sentence, None);
    }
    if !done.trouble.is_empty() {
    } else if done.facts.tally.causes().next().is_none() {
        console.complain("nothing is in this part: there are more parts than worlds\n");
    } else if done.exit() == Exit::NothingSelected {
        console.error(NOTHING_TESTED, None);
    }
    done.exit()
}

fn without_snapshots(files: &[Entry]) -> &'static str {
    if files.is_empty() {
        "none compared: there is no folder ./snapshots, and --snapshots names none"
    } else {
        "none compared: a case file that is named by its path has none"
    }
}

fn header(target: &Target, selected: &str, style: Style) -> String {
    let text = format!(
        "oss403 {} against {} at {}\n{selected}",
        env!("CARGO_PKG_VERSION"),
        harmless(target.name()),
        harmless(target.endpoint()),
    );
    // Names may have no blank at which a line could end.
    let lines = style.wrap(&text, 0).into_iter();
    let lines: Vec<String> = lines.flat_map(|line| style.wrap_id(&line, 0)).collect();
    lines.join("\n") + "\n\n"
}

fn selected_in_words(job: &Job<'_>, source: &str, options: &RunOptions) -> String {
    let causes: BTreeSet<&str> = job
        .instances
        .iter()
        .map(|instance| instance.file.cause.as_str())
        .collect();
    let part = options
        .partition
        .map(|partition| format!(", part {partition}"))
        .unwrap_or_default();
    format!(
        "{}, {}{part}; ledger {source} ({}), seed {}",
        counted(causes.len(), "cause"),
        counted(job.instances.len(), "instance"),
        job.ledger.revision(),
        job.options.seed,
    )
}
