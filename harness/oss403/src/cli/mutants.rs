//! `oss403 mutants`: the kill matrix.

use std::collections::BTreeSet;
use std::path::Path;

use super::args::{Format, MutantsArgs};
use super::console::print;
use super::runtime::block_on;
use super::{Console, signals, source};
use crate::exit::Exit;
use crate::mutate::matrix::{self, Extent, Matrix};
use crate::mutate::{Mutant, generate};
use crate::report::kill_matrix::{Suite, json, page, terminal};
use crate::report::progress::Progress;
use crate::report::style::Style;
use crate::run::StopSignal;
use oss403_case::Ledger;

pub(super) fn mutants(args: &MutantsArgs, console: Console) -> Exit {
    let (ledger, from) = match source::ledger(args.cases.as_deref(), args.revision, console) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let mutants = match select(&ledger, &args.filters, console) {
        Ok(mutants) => mutants,
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
    block_on(carry_out(ledger, mutants, suite, args, console), console)
}

/// The mutants whose ids hold any of the filters.
fn select(ledger: &Ledger, filters: &[String], console: Console) -> Result<Vec<Mutant>, Exit> {
    let causes: BTreeSet<&str> = ledger.causes().map(|file| file.cause.as_str()).collect();
    let mut mutants = generate(&causes);
    let unknown = filters
        .iter()
        .find(|filter| !mutants.iter().any(|mutant| mutant.id.contains(*filter)));
    if let Some(filter) = unknown {
        let help = "a filter is a part of a mutant's id: `off-by-one`, `signature`, `deny-but-leak/bucket-acl`; \
                    `oss403 mutants --format json` lists the ids";
        console.error(format_args!("no mutant is called `{filter}`"), Some(help));
        return Err(Exit::NothingSelected);
    }
    if !filters.is_empty() {
        mutants.retain(|mutant| filters.iter().any(|filter| mutant.id.contains(filter)));
    }
    Ok(mutants)
}

async fn carry_out(
    ledger: Ledger,
    mutants: Vec<Mutant>,
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
    let jobs = args.jobs.unwrap_or_else(usual_jobs);
    let mut progress = Progress::new(mutants.len(), console.is_interactive());
    // The others could notice nothing.
    let concerned: BTreeSet<&str> = mutants
        .iter()
        .flat_map(|mutant| mutant.causes.iter().copied())
        .collect();
    let instances = ledger
        .instances()
        .filter(|instance| concerned.contains(instance.file.cause.as_str()))
        .collect();
    let made = matrix::run(instances, mutants, jobs, out.path(), &stop, |row| {
        progress.step(row.fate == matrix::Fate::Survived);
    })
    .await;
    progress.finish();
    match made {
        Ok(matrix) => report(&matrix, &suite, args, console),
        Err(error) => {
            console.error(&error, error.help());
            error.exit()
        }
    }
}

fn usual_jobs() -> usize {
    2 * std::thread::available_parallelism().map_or(1, usize::from)
}

fn report(matrix: &Matrix, suite: &Suite, args: &MutantsArgs, console: Console) -> Exit {
    if let Some(path) = &args.html
        && let Err(error) = write(path, &page(matrix, suite))
    {
        return console.fail(format_args!("{}: {error}", path.display()), Exit::Usage);
    }
    let style = Style {
        color: console.color_out(),
        width: console.width(),
    };
    let text = match args.format {
        Format::Text => terminal(matrix, suite, style),
        Format::Json => json(matrix, suite),
    };
    if let Err(error) = print(&text) {
        return console.fail(format_args!("standard output: {error}"), Exit::Target);
    }
    matrix.exit(suite.extent)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}
