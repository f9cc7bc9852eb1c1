//! What earlier runs have to do with this one: those that it finishes, that it repeats, that left something.

use std::collections::HashSet;
use std::path::Path;

use super::Console;
use crate::exit::Exit;
use crate::job::{CannotResume, Ready};
use crate::judge::verdict::VerdictKind;
use crate::report::json::ResultFile;
use crate::report::read::{NoResult, Recorded};
use crate::report::resume::NotResumed;
use crate::report::style::{counted, harmless};
use crate::run::StopSignal;
use crate::run::journal::read::{NoJournal, Past, is_alive, journal_of, unfinished};
use crate::target::Target;
use oss403_case::Instance;

/// What a file has to be that a run is gone on with, or that says what one left.
pub(super) const JOURNAL: &str = "the journal of a run is `journal-<run>.jsonl` in its `--out`, and what `--report events=` wrote is a copy of it";

/// Of so many runs it is said what they left.
const FEW: usize = 3;

/// Those of the instances that were not conformant in a result.
pub(super) fn failed_in(
    path: &Path,
    instances: Vec<Instance>,
    console: Console,
) -> Result<Vec<Instance>, Exit> {
    let failed = |error: &dyn std::fmt::Display| {
        let help = "`--rerun-failed` takes a result (JSON or events) of a run that came to its end";
        console.error(format_args!("{}: {error}", path.display()), Some(help));
        Exit::Usage
    };
    let mut recorded = Recorded::read(path).map_err(|error| failed(&error))?;
    let entries = recorded.entries().map_err(|error| failed(&error))?;
    let mut again: HashSet<String> = entries
        .into_iter()
        .filter(|entry| entry.verdict.is_failure() || entry.verdict == VerdictKind::Disabled)
        .map(|entry| entry.id)
        .collect();
    let all = again.len();
    let instances: Vec<Instance> = instances
        .into_iter()
        .filter(|instance| again.remove(&instance.id))
        .collect();
    if instances.is_empty() {
        let why = match all {
            0 => "everything in it is conformant, or was set aside".to_owned(),
            all => format!("none of the {} in it is selected", counted(all, "failure")),
        };
        console.error(
            format_args!("{}: nothing to run again: {why}", path.display()),
            None,
        );
        return Err(Exit::NothingSelected);
    }
    if !again.is_empty() {
        console.complain(&format!(
            "{} of {} not selected\n",
            counted(again.len(), "failure"),
            path.display()
        ));
    }
    Ok(instances)
}

/// Goes on with a run that died. What stands against it has been printed.
pub(super) async fn resume(
    ready: &mut Ready<'_>,
    path: &Path,
    out: &Path,
    stop: &StopSignal,
    console: Console,
) -> Result<(), Exit> {
    match ready.resume(path, stop).await {
        Ok((taken_over, removed)) => {
            let removed = match removed {
                0 => String::new(),
                removed => format!("; {} removed that it left", counted(removed, "thing")),
            };
            console.complain(&format!(
                "going on with {}: {} taken over{removed}\n",
                path.display(),
                counted(taken_over, "instance"),
            ));
            Ok(())
        }
        Err(error) => {
            let help: Option<String> = match &error {
                CannotResume::Run(NotResumed::Result(head)) => Some(instead(path, head, out)),
                CannotResume::Run(NotResumed::Other { .. } | NotResumed::Claims(_))
                | CannotResume::Unknown(_) => Some(
                    "ask for it as it was begun, with `--resume` besides; or begin anew".into(),
                ),
                CannotResume::Run(NotResumed::Over) => {
                    Some("`oss403 report --from` shows it".into())
                }
                CannotResume::Journal(NoJournal::Alive) => {
                    Some("wait until it has ended, or end it".into())
                }
                CannotResume::Run(NotResumed::Read(NoResult::Line { .. } | NoResult::Form(_))) => {
                    Some(JOURNAL.into())
                }
                _ => None,
            };
            let message = harmless(&format!("{}: {error}", path.display()));
            console.error(message, help.as_deref());
            Err(error.exit())
        }
    }
}

/// Which file would have been the right one for a run of which somebody named the result.
fn instead(path: &Path, head: &ResultFile, out: &Path) -> String {
    if head.unfinished_because().is_none() {
        let path = path.display();
        return format!(
            "that run came to its end; `--rerun-failed {path}` runs again what failed in it"
        );
    }
    match journal_of(out, &head.started, &head.target.endpoint) {
        Some(journal) => format!("`--resume {}`", journal.display()),
        None => JOURNAL.into(),
    }
}

/// Says what earlier runs left at a target.
pub(super) fn warn_of_leftovers(target: &Target, out: &Path, profile: &str, console: Console) {
    if target.is_embedded() {
        return;
    }
    let dead = unfinished(out, target.endpoint());
    let dead = dead.into_iter().filter(|path| !is_alive(path));
    let left: Vec<Past> = dead
        .filter_map(|path| Past::read(&path).ok())
        .filter(|past| past.alive().next().is_some())
        .collect();
    for past in left.iter().rev().take(FEW) {
        console.complain(&format!(
            "warning: the run of {} left {} at this target; to remove that:\n  oss403 sweep {} --target {profile}\n",
            harmless(&past.header.at),
            counted(past.alive().count(), "thing"),
            past.path.display(),
        ));
    }
    if left.len() > FEW {
        console.complain(&format!(
            "warning: and {} more: oss403 sweep --out {} --target {profile}\n",
            counted(left.len() - FEW, "run"),
            out.display(),
        ));
    }
}
