//! `oss403 report`: functions of results that were written before.

use std::path::Path;

use super::args::{CompareArgs, Format, RenderArgs, ReportArgs, ReportCommand};
use super::run::open_reports;
use super::{Console, console::print};
use crate::exit::Exit;
use crate::report::compare::Comparison;
use crate::report::read::Recorded;
use crate::report::style::Style;

pub(super) fn report(args: &ReportArgs, console: Console) -> Exit {
    let done = match &args.command {
        Some(ReportCommand::Compare(args)) => compare(args, console),
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

fn printed(text: &str, console: Console) -> Exit {
    match print(text) {
        Ok(()) => Exit::Ok,
        Err(error) => console.fail(format_args!("standard output: {error}"), Exit::Target),
    }
}
