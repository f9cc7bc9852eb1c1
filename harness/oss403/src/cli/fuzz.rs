//! `oss403 fuzz`: explore a target, or measure how well that finds mutants.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use super::args::FuzzArgs;
use super::console::print;
use super::runtime::block_on;
use super::{Console, signals, source, target};
use crate::exit::Exit;
use crate::explore::compare::Accepted;
use crate::explore::hunt::{BUDGET, Hunted, hunt_all, quarry};
use crate::explore::pair::Pair;
use crate::explore::state::State;
use crate::explore::{Counts, Explored, Finding, Settings, Step, Unspoken, explore};
use crate::mutate::Mutant;
use crate::report::style::{counted, grouped, harmless};
use crate::run::StopSignal;
use crate::target::quirk::{Quirk, Quirks};
use crate::target::{Profile, Target, TargetError};
use oss403_case::Ledger;
use oss403_case::revision::Revision;

/// Name of the file in which quirks are proposed.
const QUIRKS: &str = "quirks.yaml";

/// How often it is said how far it is.
const EVERY: Duration = Duration::from_secs(10);

/// How often it is written down where it stands, when nothing is found.
const SAVED_EVERY: Duration = Duration::from_secs(2);

pub(super) fn fuzz(args: &FuzzArgs, console: Console) -> Exit {
    // Whatever any revision has is worth beginning with.
    let ledger = match source::ledger(args.cases.as_deref(), Revision::Observed, console) {
        Ok((ledger, _)) => ledger,
        Err(exit) => return exit,
    };
    if args.mutants {
        return block_on(measure(ledger, args, console), console);
    }
    let profile = match target::profile(args.target.as_deref(), console) {
        Ok(profile) => profile,
        Err(exit) => return exit,
    };
    let state = match state(args, &profile, &ledger, console) {
        Ok(state) => state,
        Err(exit) => return exit,
    };
    block_on(carry_out(ledger, profile, state, args, console), console)
}

/// Where the exploration stands: at the beginning, or where a former one stopped.
fn state(
    args: &FuzzArgs,
    profile: &Profile,
    ledger: &Ledger,
    console: Console,
) -> Result<State, Exit> {
    let say = |message: String, help: &str| {
        console.error(message, Some(help));
        Exit::Usage
    };
    if let Err(error) = std::fs::create_dir_all(&args.out) {
        console.error(format_args!("{}: {error}", args.out.display()), None);
        return Err(Exit::Usage);
    }
    if !args.resume {
        let seed = args.seed.unwrap_or_default();
        let fresh = State::new(seed, &profile.name, ledger.hash(), args.without_model);
        if State::read(&args.out).is_ok() {
            let message = format!("{} holds an exploration already", args.out.display());
            return Err(say(
                message,
                "go on with it by `--resume`, or name another folder with `--out`",
            ));
        }
        return Ok(fresh);
    }
    let state = State::read(&args.out).map_err(|error| {
        say(
            error,
            "there is nothing to go on with; leave `--resume` out to begin",
        )
    })?;
    let fresh = State::new(
        args.seed.unwrap_or(state.seed),
        &profile.name,
        ledger.hash(),
        args.without_model,
    );
    if !state.is_of(&fresh) {
        let message = format!(
            "the exploration in {} has another seed, target, ledger or kind",
            args.out.display()
        );
        return Err(say(message, "name another folder with `--out`"));
    }
    Ok(state)
}

async fn carry_out(
    ledger: Ledger,
    profile: Profile,
    mut state: State,
    args: &FuzzArgs,
    console: Console,
) -> Exit {
    let scratch = match tempfile::tempdir() {
        Ok(scratch) => scratch,
        Err(error) => {
            return console.fail(
                format_args!("a folder for the journals: {error}"),
                Exit::Target,
            );
        }
    };
    let target = match Target::ready(&profile).await {
        Ok(target) => target,
        Err(error) => return console.fail(&error, error.exit()),
    };
    if let Some(profile) = &args.target {
        let profile = profile.display().to_string();
        super::again::warn_of_leftovers(&target, &args.out, &profile, console);
    }
    let pair = match pair(&target, args, scratch.path()).await {
        Ok(pair) => pair.accepting(Accepted::of(&ledger)),
        Err(error) => return console.fail(&error, error.exit()),
    };
    let stop = StopSignal::new();
    signals::stop_on_signal(stop.clone(), console);
    let mut output = Output::new(&args.out, console);
    output.say(&header(&target, &state, args));
    if let Err(error) = state.write(&args.out) {
        return console.fail(format_args!("{}: {error}", args.out.display()), Exit::Usage);
    }
    let settings = settings(args, &profile, &state);
    let explored = explore(&pair, &ledger, settings, &stop, |step| match step {
        Step::Found(finding, explored) => output.found(&finding, explored, &mut state),
        Step::Batch(explored) => {
            output.progress(&explored.counts);
            output.save_now_and_then(explored, &mut state);
        }
    })
    .await;
    pair.stop().await;
    target.stop().await;
    match explored {
        Ok(explored) => finish(&explored, state, output, args),
        Err(error) => console.fail(&error, error.exit()),
    }
}

/// The target, beside a model or alone. `scratch` is the folder of the model's journals.
async fn pair<'t>(
    target: &'t Target,
    args: &FuzzArgs,
    scratch: &Path,
) -> Result<Pair<'t>, TargetError> {
    let out = args.out.clone();
    if args.without_model {
        return Ok(Pair::alone(target, out));
    }
    Pair::beside_model(target, out, scratch.to_owned()).await
}

/// How to explore from where it stands.
fn settings(args: &FuzzArgs, profile: &Profile, state: &State) -> Settings {
    let usual = Settings::new(state.seed);
    Settings {
        position: state.position,
        requests: args.requests,
        findings: args.findings.or(usual.findings),
        time: args.time,
        quirks: profile.quirks.clone(),
        known: state.known.clone(),
        proposed: state.quirks.clone(),
        unspoken: state.not_spoken.clone(),
        waiting: state.waiting.clone(),
        without_model: args.without_model,
        ..usual
    }
}

fn header(target: &Target, state: &State, args: &FuzzArgs) -> String {
    let against = if args.without_model {
        "laws that need no reference server"
    } else {
        "the reference server"
    };
    let from = match state.position {
        0 => String::new(),
        position => format!(", from position {}", grouped(position)),
    };
    format!(
        "oss403 {} fuzzes {} at {}\nheld against {against}; seed {}{from}\n\n",
        env!("CARGO_PKG_VERSION"),
        harmless(target.name()),
        harmless(target.endpoint()),
        state.seed,
    )
}

fn finish(explored: &Explored, mut state: State, mut output: Output<'_>, args: &FuzzArgs) -> Exit {
    output.save(explored, &mut state);
    output.say(&sums(&explored.counts, explored.elapsed));
    for Unspoken {
        feature,
        refused,
        of,
        says,
    } in &explored.unspoken
    {
        let said = harmless(&format!(
            "not spoken: {feature} (refused {refused} of {of}: {says})"
        ));
        output.say(&format!("{said}\n"));
    }
    if !explored.retired.is_empty() {
        let retired: Vec<&str> = explored.retired.iter().map(|gone| gone.as_str()).collect();
        output.say(&format!(
            "   retired  {}: the target refuses them to everybody, and nothing was made up with them\n",
            retired.join(", ")
        ));
    }
    if !explored.waiting.is_empty() {
        output.say(&format!(
            "  waiting  {} that differ were not followed up: go on with `--resume`\n",
            counted(explored.waiting.len(), "scenario")
        ));
    }
    if !state.quirks.is_empty() {
        let path = args.out.join(QUIRKS);
        output.say(&format!(
            "   quirks  {} proposed in {}: copy those that are harmless into the profile\n",
            counted(state.quirks.len(), "quirk"),
            path.display()
        ));
    }
    for what in &explored.left_behind {
        let message = format!("left behind: {}", harmless(what));
        output.console.error(message, None);
    }
    if let Some(trouble) = explored.trouble.as_deref().or(output.trouble.as_deref()) {
        output.console.error(harmless(trouble), None);
    }
    match (explored.exit(), output.trouble) {
        (Exit::Interrupted, _) => Exit::Interrupted,
        (_, Some(_)) => Exit::Target,
        (Exit::NothingSelected, None) => output.console.fail(
            "nothing was tested: no scenario came to an end",
            Exit::NothingSelected,
        ),
        (exit, None) => exit,
    }
}

fn sums(counts: &Counts, elapsed: Duration) -> String {
    format!(
        "\n requests  {} in {:.1} s, {} a second\nscenarios  {}, {} of them refused with 403; {} set aside\n findings  {}; {} seen again, {} known as quirks, {} that did not stay; {} unreadable\n",
        grouped(counts.requests),
        elapsed.as_secs_f64(),
        grouped(a_second(counts.requests, elapsed)),
        grouped(counts.scenarios),
        grouped(counts.refused),
        grouped(counts.set_aside),
        grouped(counts.findings),
        grouped(counts.repeated),
        grouped(counts.quirks),
        grouped(counts.passing),
        grouped(counts.unreadable),
    )
}

fn a_second(requests: u64, elapsed: Duration) -> u64 {
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    requests.saturating_mul(1_000) / milliseconds.max(1)
}

/// Says what happens, as it happens.
struct Output<'o> {
    out: &'o Path,
    console: Console,
    started: Instant,
    last: Instant,
    saved: Instant,
    trouble: Option<String>,
}

impl<'o> Output<'o> {
    fn new(out: &'o Path, console: Console) -> Self {
        Self {
            out,
            console,
            started: Instant::now(),
            last: Instant::now(),
            saved: Instant::now(),
            trouble: None,
        }
    }

    fn say(&mut self, text: &str) {
        if let Err(error) = print(text) {
            self.trouble
                .get_or_insert(format!("standard output: {error}"));
        }
    }

    fn progress(&mut self, counts: &Counts) {
        if self.last.elapsed() >= EVERY {
            self.last = Instant::now();
            self.console.complain(&format!(
                "{} requests, {} a second; {}\n",
                grouped(counts.requests),
                grouped(a_second(counts.requests, self.started.elapsed())),
                counted(
                    usize::try_from(counts.findings).unwrap_or(usize::MAX),
                    "finding"
                ),
            ));
        }
    }

    /// Writes down where it stands. What is killed then can be gone on with: a batch that was not done is made again.
    fn save(&mut self, explored: &Explored, state: &mut State) {
        self.saved = Instant::now();
        state.position = explored.position;
        state.known.clone_from(&explored.known);
        state.quirks.clone_from(&explored.quirks);
        state.not_spoken.clone_from(&explored.unspoken);
        state.waiting.clone_from(&explored.waiting);
        if let Err(error) = state.write(self.out) {
            self.trouble.get_or_insert(error.to_string());
        }
    }

    fn save_now_and_then(&mut self, explored: &Explored, state: &mut State) {
        if self.saved.elapsed() >= SAVED_EVERY {
            self.save(explored, state);
        }
    }

    /// Writes a finding down at once: what comes later may be interrupted.
    fn found(&mut self, finding: &Finding, explored: &Explored, state: &mut State) {
        state.findings += 1;
        let written = finding.write(self.out, state.findings);
        if explored.quirks.len() > state.quirks.len() {
            self.propose(&explored.quirks);
        }
        self.save(explored, state);
        let place = match written {
            Ok(path) => path.display().to_string(),
            Err(error) => {
                self.trouble.get_or_insert(error.to_string());
                return;
            }
        };
        self.say(&format!(
            "✗ {}\n  {}\n  {place}\n",
            harmless(&finding.title()),
            harmless(&finding.reason()),
        ));
    }

    fn propose(&mut self, quirks: &[Quirk]) {
        let quirks = quirks.to_vec();
        let text = oss403_case::yaml::print(&Quirks { quirks });
        let written = text.map_err(std::io::Error::other).and_then(|text| {
            let note = "# Proposed by `oss403 fuzz`. Copy into the target's profile what is harmless, and nothing else.\n";
            std::fs::write(self.out.join(QUIRKS), format!("{note}{text}"))
        });
        if let Err(error) = written {
            self.trouble.get_or_insert(error.to_string());
        }
    }
}

/// The mutants of the kinds that have to be found, and how many requests each takes.
async fn measure(ledger: Ledger, args: &FuzzArgs, console: Console) -> Exit {
    let causes: BTreeSet<&str> = ledger.causes().map(|file| file.cause.as_str()).collect();
    let mutants = quarry(&causes, &args.filters);
    if mutants.is_empty() {
        console.error(
            "no mutant of these kinds is called so",
            Some("`oss403 mutants --format json` lists the ids"),
        );
        return Exit::NothingSelected;
    }
    let Ok(out) = tempfile::tempdir() else {
        return console.fail("there is no folder for the journals", Exit::Target);
    };
    let stop = StopSignal::new();
    signals::stop_on_signal(stop.clone(), console);
    let (seed, budget) = (
        args.seed.unwrap_or_default(),
        args.requests.unwrap_or(BUDGET),
    );
    let _ = print("| mutant | requests until it was found | by |\n|---|---:|---|\n");
    let hunted = hunt_all(
        &mutants,
        &ledger,
        (seed, budget),
        out.path(),
        &stop,
        |mutant, hunted| {
            let _ = print(&row(mutant, hunted));
        },
    );
    let bag = match hunted.await {
        Ok(bag) => bag,
        Err(error) => return console.fail(error, Exit::Target),
    };
    if !bag.interrupted {
        let _ = print(&format!(
            "\n{} of {} found with seed {seed}, the last after {} requests; each may take {}\n",
            bag.found,
            bag.of,
            grouped(bag.most),
            grouped(budget)
        ));
    }
    bag.exit()
}

fn row(mutant: &Mutant, hunted: &Hunted) -> String {
    match &hunted.shown {
        Some(key) => format!(
            "| `{}` | {} | {} {} |\n",
            mutant.id,
            grouped(hunted.requests),
            key.facet.name(),
            key.cause
        ),
        None => format!(
            "| `{}` | not within {} | |\n",
            mutant.id,
            grouped(hunted.requests)
        ),
    }
}
