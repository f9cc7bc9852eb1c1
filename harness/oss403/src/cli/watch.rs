//! `oss403 run --watch`: what a saved case file changed is checked and run at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::args::{RunArgs, RunOptions};
use super::run::settings;
use super::runtime::block_on;
use super::{Console, signals, source, target};
use crate::exit::Exit;
use crate::job::Job;
use crate::report::style::{Style, counted};
use crate::run::StopSignal;
use crate::target::Profile;
use crate::watch::{EVERY, Watched, changed};
use oss403_case::check;
use oss403_case::ledger::{Entry, Ledger, read_text};
use oss403_case::model::CaseFile;

/// Watches the files that were named, or the ledger, until it is interrupted.
pub(super) fn watch(args: &RunArgs, console: Console) -> Exit {
    watched(args, console).unwrap_or_else(|exit| exit)
}

fn watched(args: &RunArgs, console: Console) -> Result<Exit, Exit> {
    let RunArgs { filters, options } = args;
    let (ledger, _) = source::ledger(options.cases.as_deref(), options.revision, console)?;
    if let Some(name) = filters.iter().find(|filter| !source::is_case_file(filter)) {
        let help = "name case files, or nothing to watch every one of ./cases";
        console.error(
            format_args!("`--watch` cannot watch `{name}`, which is no file"),
            Some(help),
        );
        return Err(Exit::Usage);
    }
    let paths: Vec<PathBuf> = match filters.as_slice() {
        [] => source::folder(options.cases.as_deref())
            .into_iter()
            .collect(),
        filters => filters.iter().map(PathBuf::from).collect(),
    };
    let watched = Watched::new(paths);
    if watched.files().len() == 0 {
        console.error(
            "there is no case file to watch",
            Some("stand where `cases/` is, or name case files"),
        );
        return Err(Exit::Usage);
    }
    let profile = target::profile(options.target.as_deref(), console)?;
    let mut desk = Desk {
        ledger,
        profile,
        options,
        console,
        known: BTreeMap::new(),
        stop: StopSignal::new(),
    };
    for path in watched.files() {
        desk.remember(path);
    }
    Ok(block_on(desk.go_on(watched), console))
}

struct Desk<'a> {
    ledger: Ledger,
    profile: Profile,
    options: &'a RunOptions,
    console: Console,
    /// Each file as it was when it was sound.
    known: BTreeMap<PathBuf, Arc<CaseFile>>,
    stop: StopSignal,
}

impl Desk<'_> {
    async fn go_on(mut self, mut watched: Watched) -> Exit {
        let stop = self.stop.clone();
        tokio::spawn(async move {
            signals::signal().await;
            stop.stop();
            signals::signal().await;
            std::process::exit(i32::from(Exit::Interrupted.code()));
        });
        let count = counted(watched.files().len(), "case file");
        self.say(&format!("watching {count}; Ctrl-C ends it\n"));
        let mut looks = tokio::time::interval(EVERY);
        while !self.stop.is_stopped() {
            tokio::select! {
                () = self.stop.stopped() => break,
                _ = looks.tick() => {}
            }
            for (path, saved) in watched.look() {
                self.saved(&path, saved).await;
            }
        }
        Exit::Ok
    }

    /// Nobody is left to tell when standard output is closed; the next line ends the process.
    fn say(&self, text: &str) {
        if self.console.print(text).is_err() {
            self.stop.stop();
        }
    }

    fn remember(&mut self, path: &Path) {
        if let Ok(entry) = self.read(path) {
            self.known.insert(path.to_owned(), entry.file);
        }
    }

    /// The file, when it is sound; else what is wrong with it.
    fn read(&self, path: &Path) -> Result<Entry, String> {
        let text = read_text(path)
            .map_err(|found| found.render_in(self.console.color_out(), self.console.width_out()))?;
        let name = path.display().to_string();
        let (entry, found) = check::file(&name, &text, &source::lists_for(path));
        let said: Vec<String> = found
            .iter()
            .map(|found| found.render_in(self.console.color_out(), self.console.width_out()))
            .collect();
        entry.ok_or_else(|| said.join("\n"))
    }

    /// Checks a file, and runs the scenarios that are not what they were.
    async fn saved(&mut self, path: &Path, saved: SystemTime) {
        let entry = match self.read(path) {
            Ok(entry) => entry,
            Err(said) => return self.say(&format!("\n{said}not run{}\n", after(saved))),
        };
        let names = changed(self.known.get(path).map(AsRef::as_ref), &entry.file);
        self.known.insert(path.to_owned(), Arc::clone(&entry.file));
        if names.is_empty() {
            return self.say(&format!("{}: no scenario is another one\n", path.display()));
        }
        let instances: Vec<_> = entry
            .instances()
            .filter(|instance| names.contains(&instance.scenario.name))
            .collect();
        let what = format!(
            "{}, {}",
            names.join(", "),
            counted(instances.len(), "instance")
        );
        let job = Job {
            options: settings(self.options),
            ..Job::of(&self.ledger, instances, &self.profile)
        };
        let ready = match job.ready().await {
            Ok(ready) => ready,
            Err(error) => return self.console.error(&error, None),
        };
        let done = ready.run(self.stop.clone(), |_| {}).await;
        let style = Style {
            color: self.console.color_out(),
            width: self.console.width(),
        };
        let text = match done.exit() {
            Exit::Ok => format!("conformant: {what}{}\n", after(saved)),
            _ => format!("\n{}{what}{}\n", done.text(style), after(saved)),
        };
        self.say(&text);
    }
}

/// How long ago a file was saved, for the end of a line.
fn after(saved: SystemTime) -> String {
    match saved.elapsed() {
        Ok(elapsed) => format!(", {} ms after it was saved", elapsed.as_millis()),
        // The clock was set back, or is not that of the file's system.
        Err(_) => String::new(),
    }
}
