//! `oss403 import`: a request that a fuzzer found becomes a case file.

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use super::args::ImportArgs;
use super::console::print;
use super::{Console, source};
use crate::exit::Exit;
use crate::import::{self, Imported, REQUEST_TARGETS};
use crate::report::style::harmless;
use oss403_case::revision::Revision;

/// Most bytes that are read; inputs of fuzzers are short.
const MOST: u64 = 1 << 20;

pub(super) fn import(args: &ImportArgs, console: Console) -> Exit {
    if let Some(target) = args
        .target_name
        .as_deref()
        .filter(|name| !REQUEST_TARGETS.contains(name))
    {
        let help = format!(
            "those whose inputs are requests are {}",
            REQUEST_TARGETS.join(", ")
        );
        console.error(
            format_args!("an input of `{target}` is no request"),
            Some(&help),
        );
        return Exit::Usage;
    }
    let (ledger, _) = match source::ledger(args.cases.as_deref(), Revision::Observed, console) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let bytes = match read(&args.crash) {
        Ok(bytes) => bytes,
        Err(error) => {
            console.error(format_args!("{}: {error}", args.crash.display()), None);
            return Exit::Usage;
        }
    };
    let name = match &args.target_name {
        Some(target) => format!("found-by-{}", target.replace('_', "-")),
        None => "found-by-a-fuzzer".to_owned(),
    };
    match import::import(&bytes, &name, &ledger) {
        Ok(imported) => hand_over(&imported, args.out.as_deref(), console),
        Err(error) => console.fail(
            format_args!("{}: {}", args.crash.display(), harmless(&error.to_string())),
            Exit::Usage,
        ),
    }
}

/// Prints the case, or writes it below a folder and says how to run it.
fn hand_over(imported: &Imported, out: Option<&Path>, console: Console) -> Exit {
    let done = match out {
        None => print(&imported.text),
        Some(folder) => {
            let path = folder.join(&imported.path);
            write(&imported.text, &path).and_then(|()| {
                print(&format!(
                    "{}\n\noss403 run {}\n",
                    imported.curl,
                    path.display()
                ))
            })
        }
    };
    match done {
        Ok(()) => Exit::Ok,
        Err(error) => {
            let place = out.unwrap_or(Path::new("-"));
            console.fail(format_args!("{}: {error}", place.display()), Exit::Usage)
        }
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(MOST)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes the case. Nothing is overwritten.
fn write(text: &str, path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::File::create_new(path)?.write_all(text.as_bytes())
}
