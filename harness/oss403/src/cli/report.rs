//! `oss403 report`: functions of results that were written before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::args::{
    CompareArgs, Format, HtmlArgs, MergeArgs, OnFlaky, RenderArgs, ReportArgs, ReportCommand,
    SiteArgs,
};
use super::run::{NOTHING_TESTED, open_reports};
use super::{Console, console::print, source};
use crate::exit::Exit;
use crate::judge::scope::Demands;
use crate::report::compare::Comparison;
use crate::report::found;
use crate::report::html::site::{Added, NoPlace, Site};
use crate::report::json::ResultFile;
use crate::report::lore::Lore;
use crate::report::merge::{Merged, Part, merge};
use crate::report::read::{NoResult, Recorded};
use crate::report::sink::Unwritten;
use crate::report::style::{Style, counted, harmless};

pub(super) fn report(args: &ReportArgs, console: Console) -> Exit {
    let done = match &args.command {
        Some(ReportCommand::Compare(args)) => compare(args, console),
        Some(ReportCommand::Merge(args)) => merge_parts(args, console),
        Some(ReportCommand::Html(args)) => html(args, console),
        Some(ReportCommand::Site(args)) => site(args, console),
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
    let mut reports = open_reports(&args.reports, console)?;
    if reports.want_lore() {
        let revision = recorded.head.suite.revision.parse().unwrap_or_default();
        let (ledger, _) = source::ledger(args.cases.as_deref(), revision, console)?;
        reports.explain(Lore::of_ledger(&ledger));
    }
    reports
        .of(&mut recorded)
        .map_err(|unwritten| not_written(&unwritten, console))?;
    Ok(Exit::Ok)
}

fn not_written(unwritten: &Unwritten, console: Console) -> Exit {
    for sentence in &unwritten.0 {
        console.error(sentence, None);
    }
    Exit::Target
}

/// Makes a page of a result.
fn html(args: &HtmlArgs, console: Console) -> Result<Exit, Exit> {
    let args = RenderArgs {
        from: Some(args.from.clone()),
        reports: vec![format!("html={}", args.out.display())],
        cases: args.cases.clone(),
    };
    render(&args, console)
}

/// Makes a comparison of servers.
fn site(args: &SiteArgs, console: Console) -> Result<Exit, Exit> {
    let failed = |error: std::io::Error| {
        let words = format_args!("{}: {error}", args.out.display()).to_string();
        console.fail(words, Exit::Target)
    };
    let files = results(&args.results, console)?;
    let mut site = Site::open(&args.out, args.pages).map_err(|error| match error {
        NoPlace::Io(error) => failed(error),
        refused => {
            let help = "name another folder with `--out`";
            let words = format!("{}: {refused}", args.out.display());
            console.error(words, Some(help));
            Exit::Usage
        }
    })?;
    let mut lores: BTreeMap<String, Lore> = BTreeMap::new();
    for path in files {
        let Some(mut recorded) = result(&path, args.results.contains(&path), console)? else {
            continue;
        };
        let name = recorded.head.suite.revision.clone();
        if !lores.contains_key(&name) {
            let revision = name.parse().unwrap_or_default();
            let (ledger, _) = source::ledger(args.cases.as_deref(), revision, console)?;
            lores.insert(name.clone(), Lore::of_ledger(&ledger));
        }
        let added = site.add(&mut recorded, &lores[&name]).map_err(failed)?;
        match added {
            Added::Night => {}
            Added::Known => left_out(&path, "that run is there already", console),
            Added::Part(why) => left_out(&path, why, console),
        }
    }
    let (servers, nights) = site.finish().map_err(failed)?;
    if nights == 0 {
        console.error("there is no result in what was named", None);
        return Err(Exit::NothingSelected);
    }
    let text = format!(
        "{} of {} in {}\n",
        counted(nights, "result"),
        counted(servers, "server"),
        args.out.join("index.html").display()
    );
    Ok(printed(&text, console))
}

/// The files that are named, and those in the folders that are.
fn results(named: &[PathBuf], console: Console) -> Result<Vec<PathBuf>, Exit> {
    let mut files = Vec::new();
    for path in named {
        files.extend(found::results(path).map_err(|error| {
            console.error(format_args!("{}: {error}", path.display()), None);
            Exit::Usage
        })?);
    }
    Ok(files)
}

/// A result for a site. A folder may hold other files too, so that only one which is named has to be a result.
fn result(path: &Path, is_named: bool, console: Console) -> Result<Option<Recorded>, Exit> {
    match Recorded::read(path) {
        Ok(recorded) => Ok(Some(recorded)),
        Err(error) if !is_named => {
            left_out(path, error, console);
            Ok(None)
        }
        Err(error) => {
            console.error(format_args!("{}: {error}", path.display()), None);
            Err(Exit::Usage)
        }
    }
}

fn left_out(path: &Path, why: impl std::fmt::Display, console: Console) {
    let path = path.display();
    console.complain(&format!("note: {path} is left out: {why}\n"));
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
    let parts = parts(&args.parts, console)?;
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
    let flaky_passes = args.flaky == Some(OnFlaky::Pass);
    let merged = merge(parts, &ledger, &demands, flaky_passes).map_err(|error| {
        console.error(&error, None);
        Exit::Usage
    })?;
    let Merged { mut recorded, exit } = merged;
    let text = sentences(&recorded.head);
    let mut reports = open_reports(&args.reports, console)?;
    if reports.want_lore() {
        reports.explain(Lore::of_ledger(&ledger));
    }
    let console = if reports.are_on_standard_output() {
        console.beside_a_report()
    } else {
        console
    };
    let written = reports.of(&mut recorded);
    if exit == Exit::NothingSelected {
        console.error(NOTHING_TESTED, None);
    }
    let exit = match written {
        Ok(()) => exit,
        Err(unwritten) => not_written(&unwritten, console),
    };
    match console.print(&text) {
        Ok(()) => Ok(exit),
        Err(error) => Err(console.fail(format_args!("standard output: {error}"), Exit::Target)),
    }
}

/// The parts that came to their end, each with the name of its file.
fn parts(paths: &[PathBuf], console: Console) -> Result<Vec<Part>, Exit> {
    let mut parts = Vec::new();
    for path in paths {
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
    Ok(parts)
}

/// What a result came to, and what of it is not as it was asked for.
fn sentences(head: &ResultFile) -> String {
    let mut text = format!("{}\n", head.sentence());
    for unmet in &head.summary.unmet {
        text.push_str(&format!("{unmet}\n"));
    }
    for (file, entry) in head.red_entries() {
        let sentence = harmless(&entry.sentence());
        text.push_str(&format!("{}:{}: {sentence}\n", harmless(file), entry.line));
    }
    text
}

fn printed(text: &str, console: Console) -> Exit {
    match print(text) {
        Ok(()) => Exit::Ok,
        Err(error) => console.fail(format_args!("standard output: {error}"), Exit::Target),
    }
}
