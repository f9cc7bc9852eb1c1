//! The header of a case file, held against the lists of causes.

use std::path::Path as FilePath;

use super::words::is_kebab;
use crate::decode::{self, Problem};
use crate::document::{Document, problem};
use crate::listed::{ANY_MESSAGE, Listed};
use crate::model::{CaseFile, Source, SourceKind};
use crate::place::{Part, Path};
use crate::revision::Revision;
use crate::suggest;

/// Reads the header; `None` when it cannot be read as one.
pub(super) fn check(
    document: &Document,
    listed: &[Listed],
    found: &mut Vec<Problem>,
) -> Option<CaseFile> {
    if !document.value().is_object() {
        found.push(problem(
            Path::top(),
            Part::Value,
            "a case file is a map that begins with `cause:`",
        ));
        return None;
    }
    let file: CaseFile = match decode::all(document.value()) {
        Ok(file) => file,
        Err(problems) => {
            found.extend(problems);
            return None;
        }
    };
    let row = facts(&file, listed, found);
    if let Some(row) = row {
        place(document, &file, row, found);
    }
    sources(&file, found);
    texts(&file, found);
    Some(file)
}

/// A file is named for its cause and stands in the folder of its code, from wherever it is looked at.
fn place(document: &Document, file: &CaseFile, row: &Listed, found: &mut Vec<Problem>) {
    let path = FilePath::new(document.file());
    let part =
        |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into_owned();
    let given = path.parent().unwrap_or(FilePath::new(""));
    let real = FilePath::new(".").join(given).canonicalize();
    let (stem, folder) = (
        part(path.file_stem()),
        part(real.as_deref().unwrap_or(given).file_name()),
    );
    if stem != file.cause {
        let message = format!("the file is called `{stem}`, its cause `{}`", file.cause);
        let help = format!("a file is named for its cause: `{}.yaml`", file.cause);
        found.push(problem(Path::from(["cause"]), Part::Value, message).help(help));
    }
    if file.code == row.code && folder != file.code {
        let message = format!(
            "the file stands in the folder `{folder}`, its code is `{}`",
            file.code
        );
        let help = format!("move it to `{}/`", file.code);
        found.push(problem(Path::from(["code"]), Part::Value, message).help(help));
    }
}

/// Cause, code, message and status are those of the list.
fn facts<'d>(
    file: &CaseFile,
    listed: &'d [Listed],
    found: &mut Vec<Problem>,
) -> Option<&'d Listed> {
    let value = |key: &str, message: String| problem(Path::from([key]), Part::Value, message);
    let Some(row) = listed.iter().find(|row| row.id == file.cause) else {
        let help = suggest::help(
            &file.cause,
            listed.iter().map(|row| row.id.as_str()),
            "causes",
        );
        found.push(value("cause", format!("unknown cause `{}`", file.cause)).help(help));
        return None;
    };
    let known = match row.revision {
        Revision::Documented => "documented",
        Revision::Observed => "listed",
    };
    if file.code != row.code {
        let message = format!("the {known} code of `{}` is `{}`", row.id, row.code);
        found
            .push(value("code", message).help("what else the wire says belongs in `alternatives`"));
    }
    if !row.allows(&file.message) {
        let message = format!("the {known} message of `{}` reads otherwise", row.id);
        let help = if row.message == ANY_MESSAGE {
            format!("no source shows it: write `message: \"{ANY_MESSAGE}\"`")
        } else {
            format!("it is: {}", row.message)
        };
        found.push(value("message", message).help(help));
    }
    if file.status != 403 {
        let help =
            "every documented cause answers 403; what else the wire says belongs in `alternatives`";
        found.push(
            value(
                "status",
                format!("the {known} status is 403, not {}", file.status),
            )
            .help(help),
        );
    }
    Some(row)
}

fn sources(file: &CaseFile, found: &mut Vec<Problem>) {
    let top = Path::from(["sources"]);
    list_of_sources(&file.sources, &top, found);
    for (index, alternative) in file.alternatives.iter().enumerate() {
        let path = Path::from(["alternatives"]).then(index);
        if alternative.status.is_none()
            && alternative.code.is_none()
            && alternative.message.is_none()
        {
            let message = "an alternative has another `status`, another `code`, another `message`, or several";
            found.push(problem(path.clone(), Part::Key, message));
        }
        if let Some(status) = alternative.status
            && (status == file.status || !(400..500).contains(&status))
        {
            let message = format!("{status} is no other status of a refusal");
            let help = "the status of an alternative is of the 4xx family and not that of the cause; where both are the same, leave it out";
            let path = path.then("status");
            found.push(problem(path, Part::Value, message).help(help));
        }
        let scenarios = file.scenarios.iter();
        let named = |scenario: &serde_json::Value| Some(scenario.get("name")?.as_str()?.to_owned());
        let known: Vec<String> = scenarios.filter_map(named).collect();
        for (place, name) in alternative.scenarios.iter().enumerate() {
            if !known.contains(name) {
                let message = format!("there is no scenario `{name}`");
                let help = suggest::help(name, known.iter().map(String::as_str), "scenarios");
                let path = path.then("scenarios").then(place);
                found.push(problem(path, Part::Value, message).help(help));
            }
        }
        list_of_sources(&alternative.sources, &path.then("sources"), found);
    }
}

fn list_of_sources(sources: &[Source], path: &Path, found: &mut Vec<Problem>) {
    if sources.is_empty() {
        let help =
            "say where it is known from: a page, a sighting, or `{ kind: inferred, says: … }`";
        found.push(problem(path.clone(), Part::Key, "there is no source").help(help));
    }
    for (index, source) in sources.iter().enumerate() {
        if let Some(date) = source.date.as_deref().filter(|date| !is_date(date)) {
            let message = format!("`{date}` is no date");
            let help = "a date is written `2023-06-27`, as far as it is known: `2023-06`, `2023`";
            let here = path.then(index).then("date");
            found.push(problem(here, Part::Value, message).help(help));
        }
        let named = source.page.is_some() || source.r#ref.is_some();
        if source.kind == SourceKind::Inferred {
            if source.says.is_none() {
                let message = "an inference says in `says` what it rests on";
                found.push(problem(path.then(index), Part::Key, message));
            }
        } else if !named {
            let message = "a source names its `page` or its `ref`, so that a reader can find it";
            found.push(problem(path.then(index), Part::Key, message));
        }
    }
}

/// A year, alone or with its month, or with month and day.
fn is_date(text: &str) -> bool {
    let number = |part: &str, width: usize| {
        let is_number = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<u32>().ok()).flatten()
    };
    let mut parts = text.split('-');
    let year = parts.next().and_then(|part| number(part, 4));
    let month = parts.next().map_or(Some(1), |part| number(part, 2));
    let day = parts.next().map_or(Some(1), |part| number(part, 2));
    let (Some(year), Some(month), Some(day), None) = (year, month, day, parts.next()) else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=days).contains(&day)
}

fn texts(file: &CaseFile, found: &mut Vec<Problem>) {
    for (key, text) in [
        ("means", &file.means),
        ("fix", &file.fix),
        ("message", &file.message),
    ] {
        if text.trim().is_empty() {
            found.push(problem(
                Path::from([key]),
                Part::Value,
                format!("`{key}` is empty"),
            ));
        }
    }
    if !is_kebab(&file.cause) {
        let message = "the id of a cause is kebab-case: small letters, digits and `-`";
        found.push(problem(Path::from(["cause"]), Part::Value, message));
    }
}
