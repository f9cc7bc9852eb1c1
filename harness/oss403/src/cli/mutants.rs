//! `oss403 mutants`: the kill matrix.

use std::collections::BTreeSet;
use std::path::Path;

use super::args::{Format, MutantsArgs};
use super::console::print;
use super::runtime::block_on;
use super::{Console, signals, source};
use crate::exit::Exit;
use crate::mutate::matrix::{self, Extent, Matrix};
use crate::mutate::outside::table::{Fault, Weather, faults, weathers};
use crate::mutate::outside::{self, Done, Fate, Outside, Plan};
use crate::mutate::{Mutant, generate};
use crate::report::kill_matrix::{Suite, Tables, json, page, terminal};
use crate::report::progress::Progress;
use crate::report::style::Style;
use crate::run::StopSignal;
use oss403_case::{Instance, Ledger};

pub(super) fn mutants(args: &MutantsArgs, console: Console) -> Exit {
    let (ledger, from) = match source::ledger(args.cases.as_deref(), args.revision, console) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let chosen = match Chosen::of(&ledger, args, console) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    let suite = Suite {
        revision: ledger.revision().name().to_owned(),
        hash: ledger.hash().to_owned(),
        causes: ledger
            .causes()
            .map(|file| (file.code.clone(), file.cause.clone()))
            .collect(),
        from,
        extent: if args.filters.is_empty() {
            Extent::All
        } else {
            Extent::Part
        },
    };
    block_on(carry_out(&ledger, chosen, suite, args, console), console)
}

/// What is to be tried.
struct Chosen {
    mutants: Vec<Mutant>,
    faults: Vec<&'static Fault>,
    weather: Vec<&'static Weather>,
}

impl Chosen {
    /// Everything, or what the options and filters leave.
    fn of(ledger: &Ledger, args: &MutantsArgs, console: Console) -> Result<Self, Exit> {
        let causes: BTreeSet<&str> = ledger.causes().map(|file| file.cause.as_str()).collect();
        let mut chosen = Self {
            mutants: generate(&causes),
            faults: faults().collect(),
            weather: weathers().collect(),
        };
        if args.inside {
            chosen.faults.clear();
            chosen.weather.clear();
        }
        if args.outside {
            chosen.mutants.clear();
        }
        let filters = &args.filters;
        let is_known = |filter: &&String| chosen.ids().any(|id| id.contains(*filter));
        if let Some(filter) = filters.iter().find(|filter| !is_known(filter)) {
            let help = "a filter is a part of a mutant's id: `off-by-one`, `signature`, `deny-but-leak/bucket-acl`, `leak/header`; \
                        `oss403 mutants --format json` lists the ids";
            console.error(format_args!("no mutant is called `{filter}`"), Some(help));
            return Err(Exit::NothingSelected);
        }
        if !filters.is_empty() {
            let fits = |id: &str| filters.iter().any(|filter| id.contains(filter));
            chosen.mutants.retain(|mutant| fits(&mutant.id));
            chosen.faults.retain(|fault| fits(fault.id));
            chosen.weather.retain(|weather| fits(weather.id));
        }
        Ok(chosen)
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        let inside = self.mutants.iter().map(|mutant| mutant.id.as_str());
        let outside = self.faults.iter().map(|fault| fault.id);
        inside
            .chain(outside)
            .chain(self.weather.iter().map(|weather| weather.id))
    }
}

async fn carry_out(
    ledger: &Ledger,
    chosen: Chosen,
    suite: Suite,
    args: &MutantsArgs,
    console: Console,
) -> Exit {
    let out = match tempfile::tempdir() {
        Ok(out) => out,
        Err(error) => {
            return console.fail(
                format_args!("a folder for the journals: {error}"),
                Exit::Target,
            );
        }
    };
    let stop = StopSignal::new();
    signals::stop_on_signal(stop.clone(), console);
    let at_work = Work {
        jobs: args.jobs.unwrap_or_else(usual_jobs),
        out: out.path(),
        stop: &stop,
        console,
    };
    let Chosen {
        mutants,
        faults,
        weather,
    } = chosen;
    let mut inside = None;
    if !mutants.is_empty() {
        match at_work.inside(ledger, mutants).await {
            Ok(matrix) => inside = Some(matrix),
            Err(exit) => return exit,
        }
    }
    let mut outside = None;
    let has_rows = !faults.is_empty() || !weather.is_empty();
    if has_rows && !stop.is_stopped() {
        match at_work.outside(ledger, faults, weather, args.whole).await {
            Ok(rows) => outside = Some(rows),
            Err(exit) => return exit,
        }
    }
    report(inside.as_ref(), outside.as_ref(), &suite, args, console)
}

/// How the tables are gone through.
struct Work<'w> {
    jobs: usize,
    out: &'w Path,
    stop: &'w StopSignal,
    console: Console,
}

impl Work<'_> {
    async fn inside(&self, ledger: &Ledger, mutants: Vec<Mutant>) -> Result<Matrix, Exit> {
        let mut progress = Progress::new(mutants.len(), self.console.is_interactive());
        // The others could notice nothing.
        let concerned: BTreeSet<&str> = mutants
            .iter()
            .flat_map(|mutant| mutant.causes.iter().copied())
            .collect();
        let instances = ledger
            .instances()
            .filter(|instance| concerned.contains(instance.file.cause.as_str()))
            .collect();
        let made = matrix::run(instances, mutants, self.jobs, self.out, self.stop, |row| {
            progress.step(row.fate == matrix::Fate::Survived);
        })
        .await;
        progress.finish();
        made.map_err(|error| {
            self.console.error(&error, error.help());
            error.exit()
        })
    }

    async fn outside(
        &self,
        ledger: &Ledger,
        faults: Vec<&'static Fault>,
        weather: Vec<&'static Weather>,
        whole: bool,
    ) -> Result<Outside, Exit> {
        let rows = faults.len() + weather.len();
        let mut progress = Progress::new(rows, self.console.is_interactive());
        let instances: Vec<Instance> = ledger.instances().collect();
        let plan = Plan {
            faults,
            weather,
            whole,
            // Most of the time is spent waiting.
            // Most of a row is waiting.
            jobs: 8 * self.jobs,
            out: self.out.to_owned(),
        };
        let made = outside::run(&instances, plan, self.stop, |done| {
            progress.step(match done {
                Done::Fault(row) => row.fate != Fate::Killed,
                Done::Weather(row) => !row.is_forgiven(),
            });
        })
        .await;
        progress.finish();
        made.map_err(|error| {
            self.console.error(&error, error.help());
            error.exit()
        })
    }
}

fn usual_jobs() -> usize {
    2 * std::thread::available_parallelism().map_or(1, usize::from)
}

fn report(
    inside: Option<&Matrix>,
    outside: Option<&Outside>,
    suite: &Suite,
    args: &MutantsArgs,
    console: Console,
) -> Exit {
    let tables = Tables { inside, outside };
    if let Some(path) = &args.html
        && let Err(error) = write(path, &page(tables, suite))
    {
        return console.fail(format_args!("{}: {error}", path.display()), Exit::Usage);
    }
    let style = Style {
        color: console.color_out(),
        width: console.width(),
    };
    let text = match args.format {
        Format::Text => terminal(tables, suite, style),
        Format::Json => json(tables, suite),
    };
    if let Err(error) = print(&text) {
        return console.fail(format_args!("standard output: {error}"), Exit::Target);
    }
    let exits = [
        inside.map(|matrix| matrix.exit(suite.extent)),
        outside.map(Outside::exit),
    ];
    worst(exits.into_iter().flatten())
}

/// An interruption says that there may be more; else what asks for action.
fn worst(exits: impl Iterator<Item = Exit>) -> Exit {
    exits.max_by_key(|exit| exit.code()).unwrap_or(Exit::Ok)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}
