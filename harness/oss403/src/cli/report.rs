//! `oss403 report`: functions of results that were written before.

use std::path::Path;

use super::args::{CompareArgs, Format, MergeArgs, RenderArgs, ReportArgs, ReportCommand};
use super::run::open_reports;
use super::{Console, console::print, source};
use crate::exit::Exit;
use crate::judge::scope::Demands;
use crate::report::compare::Comparison;
use crate::report::merge::{Merged, merge};
use crate::report::read::{NoResult, Recorded};
use crate::report::style::{Style, harmless};

pub(super) fn report(args: &ReportArgs, console: Console) -> Exit {
    let done = match &args.command {
        Some(ReportCommand::Compare(args)) => compare(args, console),
        Some(ReportCommand::Merge(args)) => merge_parts(args, console),
        None => render(&args.render, console),
    };
    done.unwrap_or_else(|exit| exit)
}

fn recorded(path: &Path, console: Console) -> Result<Recorded, Exit> {
    Recorded::read(path).map_err(|error| {
        console.error(format_args!("{}: {error}", path.display()), None);
        Exit::Usage
    })
}

/// Makes reports of a result.
fn render(args: &RenderArgs, console: Console) -> Result<Exit, Exit> {
    let Some(from) = &args.from else {
        let help = "`oss403 report --from events.jsonl --report junit=oss403.xml`";
        console.error("`--from` says of which result", Some(help));
        return Err(Exit::Usage);
    };
    let mut recorded = recorded(from, console)?;
    if args.reports.is_empty() {
        let sentence = format!("{}\n", recorded.head.sentence());
        return Ok(printed(&sentence, console));
    }
    let reports = open_reports(&args.reports, console)?;
    match reports.of(&mut recorded) {
        Ok(()) => Ok(Exit::Ok),
        Err(error) => Err(console.fail(
            format_args!("a report could not be written: {error}"),
            Exit::Target,
        )),
    }
}

fn compare(args: &CompareArgs, console: Console) -> Result<Exit, Exit> {
    let mut first = recorded(&args.first, console)?;
    let mut second = recorded(&args.second, console)?;
    let compared = Comparison::of(&mut first, &mut second).map_err(|error| {
        console.fail(
            format_args!("the results cannot be read: {error}"),
            Exit::Target,
        )
    })?;
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&compared).expect("is JSON") + "\n",
        Format::Text => compared.render(Style {
            color: console.color_out(),
            width: console.width(),
        }),
    };
    Ok(match printed(&text, console) {
        Exit::Ok if compared.is_worse() => Exit::Deviations,
        exit => exit,
    })
}

fn merge_parts(args: &MergeArgs, console: Console) -> Result<Exit, Exit> {
    let mut parts = Vec::new();
    for path in &args.parts {
        match Recorded::read(path) {
            Ok(recorded) => parts.push((path.display().to_string(), recorded)),
            // A part that was killed may have been run again.
            Err(NoResult::Cut { .. }) => console.complain(&format!(
                "note: {} was cut off and does not count\n",
                path.display()
            )),
            Err(error) => {
                console.error(format_args!("{}: {error}", path.display()), None);
                return Err(Exit::Usage);
            }
        }
    }
    let revision = parts
        .first()
        .map(|(_, part)| part.head.suite.revision.clone());
    let revision = revision
        .and_then(|name| name.parse().ok())
        .unwrap_or_default();
    let (ledger, _) = source::ledger(args.cases.as_deref(), revision, console)?;
    let demands = Demands {
        level: args.min_level,
        ..Demands::default()
    };
    let merged = merge(parts, &ledger, &demands).map_err(|error| {
        console.error(&error, None);
        Exit::Usage
    })?;
    let Merged { mut recorded, exit } = merged;
    let mut text = format!("{}\n", recorded.head.sentence());
    for unmet in &recorded.head.summary.unmet {
        text.push_str(&format!("{unmet}\n"));
    }
    for (file, entry) in recorded.head.red_entries() {
        let sentence = harmless(&entry.sentence());
        text.push_str(&format!("{}:{}: {sentence}\n", harmless(file), entry.line));
    }
    let reports = open_reports(&args.reports, console)?;
    let console = if reports.are_on_standard_output() {
        console.beside_a_report()
    } else {
        console
    };
    reports.of(&mut recorded).map_err(|error| {
        console.fail(
            format_args!("a report could not be written: {error}"),
            Exit::Target,
        )
    })?;
    match console.print(&text) {
        Ok(()) => Ok(exit),
        Err(error) => Err(console.fail(format_args!("standard output: {error}"), Exit::Target)),
    }
}

fn printed(text: &str, console: Console) -> Exit {
    match print(text) {
        Ok(()) => Exit::Ok,
        Err(error) => console.fail(format_args!("standard output: {error}"), Exit::Target),
    }
}
