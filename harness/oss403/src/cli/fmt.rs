//! `oss403 fmt`: case files in their canonical form.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::args::FmtArgs;
use super::check::yaml_below;
use super::console::print;
use super::{Console, source};
use crate::exit::Exit;
use crate::report::style::counted;
use crate::target::kind::Kind;
use oss403_case::diagnostic::Diagnostic;
use oss403_case::format::canonical;
use oss403_case::ledger::{read_text, stays_in};
use oss403_case::yaml::MAX_BYTES;

pub(super) fn fmt(args: &FmtArgs, console: Console) -> Exit {
    if let [path] = &args.paths[..]
        && path.as_os_str() == "-"
    {
        return standard_input(args.check, console);
    }
    let mut found = Vec::new();
    let Some(files) = files(&args.paths, &mut found) else {
        let help = "name case files, or a folder of them";
        console.error("there is no ledger here", Some(help));
        return Exit::Usage;
    };
    let mut disorderly = 0;
    for path in &files {
        match in_order(path, !args.check) {
            Ok(true) => {}
            Ok(false) => {
                disorderly += 1;
                let what = if args.check {
                    "not in order"
                } else {
                    "put in order"
                };
                console.complain(&format!("{what}: {}\n", path.display()));
            }
            Err(diagnostic) => found.push(diagnostic),
        }
    }
    if !found.is_empty() {
        return source::refuse(&found, console);
    }
    let looked = counted(files.len(), "case file");
    let what = if args.check {
        "not in order"
    } else {
        "put in order"
    };
    console.complain(&format!("{looked}, {disorderly} {what}\n"));
    match args.check && disorderly > 0 {
        true => Exit::Deviations,
        false => Exit::Ok,
    }
}

/// Every case file that is meant; `None` when none was named and there is no ledger here. What is no case file in a folder is left out.
fn files(paths: &[PathBuf], found: &mut Vec<Diagnostic>) -> Option<Vec<PathBuf>> {
    let paths = match paths {
        [] => vec![source::folder(None)?],
        paths => paths.to_vec(),
    };
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        for file in yaml_below(&path, found) {
            if let Err(outside) = stays_in(&path, &file) {
                found.push(outside);
            } else if read_text(&file).map_or(true, |text| Kind::other_than_case(&text).is_none()) {
                files.push(file);
            }
        }
    }
    Some(files)
}

/// Whether a file is in order already. When it is not, it is put in order, if `writes` says so.
fn in_order(path: &Path, writes: bool) -> Result<bool, Diagnostic> {
    let name = path.display().to_string();
    let text = read_text(path)?;
    no_other(&name, &text)?;
    let written = canonical(&name, &text)?;
    if written == text {
        return Ok(true);
    }
    if writes {
        let failed = |error| Diagnostic::of_file(name, format!("cannot be written: {error}"));
        std::fs::write(path, written).map_err(failed)?;
    }
    Ok(false)
}

/// Whether a text may be put in order: what is no case file is left as it is.
fn no_other(name: &str, text: &str) -> Result<(), Diagnostic> {
    match Kind::other_than_case(text) {
        None => Ok(()),
        Some(other) => Err(Diagnostic::of_file(
            name,
            format!("is {other}, not a case file"),
        )),
    }
}

fn standard_input(check: bool, console: Console) -> Exit {
    let mut text = String::new();
    let most = MAX_BYTES as u64 + 1;
    if let Err(error) = io::stdin().take(most).read_to_string(&mut text) {
        return console.fail(format_args!("standard input: {error}"), Exit::Usage);
    }
    let written = match no_other("-", &text).and_then(|()| canonical("-", &text)) {
        Ok(written) => written,
        Err(found) => return source::refuse(&[found], console),
    };
    if check {
        return if written == text {
            Exit::Ok
        } else {
            Exit::Deviations
        };
    }
    match print(&written) {
        Ok(()) => Exit::Ok,
        Err(error) => console.fail(format_args!("standard output: {error}"), Exit::Usage),
    }
}
