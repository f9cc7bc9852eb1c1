//! `oss403 new`: the beginning of a case file, or of a scenario in one that is there.

use std::io;
use std::path::{Path, PathBuf};

use super::args::NewArgs;
use super::{Console, source};
use crate::exit::Exit;
use oss403_case::check;
use oss403_case::ledger::{Listed, read_text};
use oss403_case::{scaffold, suggest};

pub(super) fn new(args: &NewArgs, console: Console) -> Exit {
    begun(args, console).unwrap_or_else(|exit| exit)
}

fn begun(args: &NewArgs, console: Console) -> Result<Exit, Exit> {
    let Some(folder) = source::folder(args.cases.as_deref()) else {
        let help = "stand where `cases/` is, or name it: `--cases DIR`";
        console.error("there is no ledger here", Some(help));
        return Err(Exit::Usage);
    };
    let (cause, scenario) = match args.case.split_once('/') {
        Some((cause, scenario)) => (cause, Some(scenario)),
        None => (args.case.as_str(), None),
    };
    if let Some(name) = scenario.filter(|name| !check::is_kebab(name)) {
        let message = format!("the name `{name}` is not kebab-case: small letters, digits and `-`");
        return Err(console.fail(message, Exit::Usage));
    }
    let lists = source::lists_for(&folder.join("any/any.yaml"));
    let row = row(&lists, cause, &folder, console)?;
    let path = folder.join(&row.code).join(format!("{cause}.yaml"));
    match (path.exists(), scenario) {
        (false, scenario) => {
            let text = scaffold::file(row, scenario.unwrap_or("the-first-one"));
            written(&path, &text, console)?;
            told(&path, 1, console)
        }
        (true, Some(name)) => one_more(&path, row, name, console),
        (true, None) => {
            let help = format!("name a scenario: `oss403 new {cause}/NAME` adds it to the file");
            let message = format!("the cause `{cause}` has its file, {}", path.display());
            console.error(message, Some(&help));
            Err(Exit::Usage)
        }
    }
}

fn row<'l>(
    lists: &'l [Listed],
    cause: &str,
    folder: &Path,
    console: Console,
) -> Result<&'l Listed, Exit> {
    if let Some(row) = lists.iter().find(|row| row.id == cause) {
        return Ok(row);
    }
    let known = lists.iter().map(|row| row.id.as_str());
    let list = folder.join("observed.tsv");
    let add = format!(
        "a cause stands in a list before it has a file: add a line to {} with its id, its code and its message, parted by tabs",
        list.display()
    );
    let help = match suggest::nearest(cause, known) {
        Some(near) => format!("did you mean `{near}`? Else {add}"),
        None => add,
    };
    console.error(
        format_args!("the cause `{cause}` is in no list"),
        Some(&help),
    );
    Err(Exit::Usage)
}

fn one_more(path: &Path, row: &Listed, name: &str, console: Console) -> Result<Exit, Exit> {
    let text = read_text(path).map_err(|found| source::refuse(&[found], console))?;
    let (entry, _) = check::file(
        &path.display().to_string(),
        &text,
        std::slice::from_ref(row),
    );
    let known = entry.is_some_and(|entry| {
        let mut templates = entry.templates.iter();
        templates.any(|template| template.name == name)
    });
    if known || text.contains(&format!("- name: {name}\n")) {
        let message = format!("{} has a scenario `{name}`", path.display());
        return Err(console.fail(message, Exit::Usage));
    }
    let (text, line) = scaffold::with_scenario(&text, row, name);
    let failed =
        |error: io::Error| console.fail(format_args!("{}: {error}", path.display()), Exit::Usage);
    std::fs::write(path, text).map_err(failed)?;
    told(path, line, console)
}

/// Writes a new file. Nothing is overwritten.
fn written(path: &PathBuf, text: &str, console: Console) -> Result<(), Exit> {
    use std::io::Write as _;
    let write = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::File::create_new(path)?.write_all(text.as_bytes())
    };
    write().map_err(|error: io::Error| {
        console.fail(format_args!("{}: {error}", path.display()), Exit::Usage)
    })
}

/// Says where it stands, and what is to be done next.
fn told(path: &Path, line: usize, console: Console) -> Result<Exit, Exit> {
    let path = path.display();
    let text = format!(
        "{path}:{line}\n`…` stands where something is to be filled in: `oss403 check {path}` says what.\n"
    );
    let printed = console.print(&text);
    printed.map_err(|error| console.fail(format_args!("standard output: {error}"), Exit::Usage))?;
    Ok(Exit::Ok)
}
