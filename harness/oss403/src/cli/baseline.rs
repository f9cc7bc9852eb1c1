//! `oss403 baseline`: what is known to fail, written down, taken out, looked at.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use super::args::{BaselineArgs, BaselineCommand, KnownArgs, PruneArgs, UpdateArgs};
use super::{Console, source, target};
use crate::baseline::{self, Baseline, Day, Item, LeftOut, Outcome, Terms, Updated};
use crate::exit::Exit;
use crate::report::entry::Entry;
use crate::report::json::ResultFile;
use crate::report::read::Recorded;
use crate::report::style::{Style, counted, harmless};
use crate::target::kind::Kind;
use oss403_case::Ledger;
use oss403_case::diagnostic::{Diagnostic, Severity};
use oss403_case::ledger::read_text;
use oss403_case::revision::Revision;

/// An entry whose last day is one of so many is said to expire soon.
const SOON: i64 = 30;
/// Ids that are shown of each kind.
const SHOWN: usize = 20;
/// Ids that are named for one reason.
const NAMED: usize = 3;

pub(super) fn baseline(args: &BaselineArgs, console: Console) -> Exit {
    let done = match &args.command {
        BaselineCommand::Update(args) => update(args, console),
        BaselineCommand::Prune(args) => prune(args, console),
        BaselineCommand::Check(args) => check(args, console),
    };
    done.unwrap_or_else(|exit| exit)
}

/// The baseline of a file, as far as it fits a ledger and a target. What is wrong with it has been printed when there is none.
pub(super) fn fitting(
    path: &Path,
    ledger: &Ledger,
    besides: &[&str],
    target: Option<&str>,
    console: Console,
) -> Result<Baseline, Exit> {
    let text = read_text(path).map_err(|found| source::refuse(&[found], console))?;
    read(path, &text, ledger, besides, target, console)
}

fn read(
    path: &Path,
    text: &str,
    ledger: &Ledger,
    besides: &[&str],
    target: Option<&str>,
    console: Console,
) -> Result<Baseline, Exit> {
    source::no_other(path, text, Kind::Baseline, console)?;
    let read = Baseline::read(&path.display().to_string(), text, Day::today());
    let baseline = read.map_err(|found| source::refuse(&found, console))?;
    match baseline.misfits(ledger, besides, target) {
        found if found.is_empty() => Ok(baseline),
        found => Err(source::refuse(&found, console)),
    }
}

/// What `oss403 check` finds in a baseline.
pub(super) fn look(path: &Path, text: &str) -> Vec<Diagnostic> {
    let today = Day::today();
    let baseline = match Baseline::read(&path.display().to_string(), text, today) {
        Ok(baseline) => baseline,
        Err(found) => return found,
    };
    let ledger = match source::folder(None) {
        Some(folder) => Ledger::load(&folder),
        None => Ledger::embedded(),
    };
    let ledger = match ledger {
        Ok(ledger) => ledger.at(revision_of(&baseline.ledger)),
        Err(found) => return found,
    };
    let mut found = baseline.misfits(&ledger, &[], None);
    found.extend(baseline.warnings(today));
    found
}

/// The revision of that name; what is wrong with another name is said where the baseline is held against the ledger.
fn revision_of(name: &str) -> Revision {
    name.parse().unwrap_or_default()
}

/// A result, and the ledger that it is of.
struct Night {
    head: ResultFile,
    outcomes: Vec<Outcome>,
    ledger: Ledger,
    /// Ids of every instance of the ledger.
    ids: Vec<String>,
}

impl Night {
    fn read(path: &Path, cases: Option<&Path>, console: Console) -> Result<Self, Exit> {
        let bad = |error: &dyn std::fmt::Display| {
            console.error(format_args!("{}: {error}", path.display()), None);
            Exit::Usage
        };
        let mut recorded = Recorded::read(path).map_err(|error| bad(&error))?;
        let entries = recorded.entries().map_err(|error| bad(&error))?;
        let head = recorded.head;
        let (ledger, _) = source::ledger(cases, revision_of(&head.suite.revision), console)?;
        if head.suite.hash != ledger.hash() {
            let message = format!(
                "{} is of other cases than these: their hash begins with {:.12}, that of these with {:.12}",
                path.display(),
                head.suite.hash,
                ledger.hash()
            );
            console.error(
                message,
                Some("`--cases` names the folder that it was run with"),
            );
            return Err(Exit::Usage);
        }
        if let Some(why) = head.unfinished_because() {
            console.complain(&format!("note: {}: {}\n", path.display(), harmless(&why)));
        }
        Ok(Self {
            outcomes: entries.iter().map(Entry::outcome).collect(),
            ids: ledger.instances().map(|instance| instance.id).collect(),
            head,
            ledger,
        })
    }

    /// The baseline of a text, as far as it fits this.
    fn baseline(&self, file: &Path, text: &str, console: Console) -> Result<Baseline, Exit> {
        let (besides, target) = (self.besides(), Some(&*self.head.target.name));
        read(file, text, &self.ledger, &besides, target, console)
    }

    /// Instances that the ledger does not have: those of a case file by itself.
    fn besides(&self) -> Vec<&str> {
        let known: HashSet<&str> = self.ids.iter().map(String::as_str).collect();
        let ids = self.outcomes.iter().map(|outcome| outcome.id.as_str());
        ids.filter(|id| !known.contains(id)).collect()
    }
}

fn update(args: &UpdateArgs, console: Console) -> Result<Exit, Exit> {
    let result = Night::read(&args.from, args.cases.as_deref(), console)?;
    let text = match args.file.try_exists() {
        Ok(false) => baseline::fresh(&result.head.target.name, result.ledger.revision().name()),
        _ => read_text(&args.file).map_err(|found| source::refuse(&[found], console))?,
    };
    let known = result.baseline(&args.file, &text, console)?;
    let today = Day::today();
    let make = |terms: Option<&Terms>| {
        let (outcomes, ids) = (&result.outcomes, &result.ids);
        baseline::update(
            &known,
            &text,
            outcomes,
            ids,
            (today, terms),
            args.accept_risk,
        )
        .map_err(|error| not_edited(&error, console))
    };
    let (planned, _) = make(None)?;
    let mut said = String::new();
    if !planned.added.is_empty() {
        let terms = terms(args, today, &planned, console)?;
        let (added, changed) = make(Some(&terms))?;
        save(&args.file, &changed, console)?;
        say_added(&mut said, &added, &args.file, console);
    } else {
        let _ = writeln!(said, "{}: nothing to add", args.file.display());
    }
    say_left_out(&mut said, &planned.left_out, console);
    printed(&said, console)?;
    Ok(match planned.left_out.is_empty() {
        true => Exit::Ok,
        false => Exit::Deviations,
    })
}

/// What the new entries say besides. What is missing has been said when there is none: nobody else can know it.
fn terms(
    args: &UpdateArgs,
    today: Day,
    planned: &Updated,
    console: Console,
) -> Result<Terms, Exit> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let (reason, owner) = (given(&args.reason), given(&args.owner));
    if let (Some(reason), Some(owner), Some(expires)) = (reason, owner, &args.expires) {
        let expires = Terms::last_day(expires, today).map_err(|why| {
            console.error(format_args!("--expires: {why}"), None);
            Exit::Usage
        })?;
        return Ok(Terms {
            reason,
            owner,
            link: given(&args.link),
            expires,
            added: today,
        });
    }
    let mut said = String::new();
    list(
        &mut said,
        planned
            .added
            .iter()
            .map(|(id, count)| (id.as_str(), instances(*count))),
        console,
    );
    console.complain(&said);
    let failures: usize = planned.added.iter().map(|(_, count)| count).sum();
    let message = format!(
        "{} in no entry yet, and nothing says why that is put up with, by whom and until when",
        if failures == 1 {
            "1 failure is".into()
        } else {
            format!("{} are", counted(failures, "failure"))
        }
    );
    console.error(
        message,
        Some("--reason TEXT --owner NAME --expires YYYY-MM-DD"),
    );
    Err(Exit::Usage)
}

fn say_added(said: &mut String, updated: &Updated, file: &Path, console: Console) {
    let failures: usize = updated.added.iter().map(|(_, count)| count).sum();
    let entries = match updated.added.len() {
        1 => "1 entry".to_owned(),
        many => format!("{many} entries"),
    };
    let _ = writeln!(
        said,
        "{}: {entries} added, for {}",
        file.display(),
        counted(failures, "failure")
    );
    list(
        said,
        updated
            .added
            .iter()
            .map(|(id, count)| (id.as_str(), instances(*count))),
        console,
    );
}

/// What is left out, equal reasons once.
fn say_left_out(said: &mut String, left_out: &[(String, LeftOut)], console: Console) {
    if left_out.is_empty() {
        return;
    }
    let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (id, why) in left_out {
        reasons.entry(why.sentence()).or_default().push(id);
    }
    let _ = writeln!(said, "left out, and fails the next run:");
    for (why, ids) in &reasons {
        let more = ids.len().saturating_sub(NAMED);
        let ids: Vec<String> = ids.iter().take(NAMED).map(|id| format!("`{id}`")).collect();
        let more = match more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let words = format!("{}{more}: {why}", ids.join(", "));
        wrapped(said, &words, console);
    }
}

/// A paragraph of a list.
fn wrapped(said: &mut String, words: &str, console: Console) {
    let style = Style {
        color: false,
        width: console.width(),
    };
    for (number, line) in style.wrap(&harmless(words), 4).iter().enumerate() {
        let line = if number == 0 { &line[2..] } else { line };
        let _ = writeln!(said, "{line}");
    }
}

fn instances(count: usize) -> String {
    counted(count, "instance")
}

/// Ids and what there is to say of each.
fn list<'a>(
    said: &mut String,
    of: impl ExactSizeIterator<Item = (&'a str, String)>,
    console: Console,
) {
    let left = of.len().saturating_sub(SHOWN);
    for (id, words) in of.take(SHOWN) {
        wrapped(said, &format!("{id}: {words}"), console);
    }
    if left > 0 {
        let _ = writeln!(said, "  … and {left} more");
    }
}

fn prune(args: &PruneArgs, console: Console) -> Result<Exit, Exit> {
    let result = Night::read(&args.from, args.cases.as_deref(), console)?;
    let text = read_text(&args.file).map_err(|found| source::refuse(&[found], console))?;
    let known = result.baseline(&args.file, &text, console)?;
    let today = Day::today();
    let pruned = baseline::prune(&known, &text, &result.outcomes, &result.ids, today);
    let (pruned, changed) = pruned.map_err(|error| not_edited(&error, console))?;
    let mut said = String::new();
    if pruned.dropped.is_empty() {
        let _ = writeln!(said, "{}: nothing to drop", args.file.display());
    } else {
        save(&args.file, &changed, console)?;
        let _ = writeln!(
            said,
            "{}: {} dropped",
            args.file.display(),
            pruned.dropped.len()
        );
        list(
            &mut said,
            pruned
                .dropped
                .iter()
                .map(|id| (id.as_str(), "everything passes".into())),
            console,
        );
    }
    if !pruned.kept.is_empty() {
        let _ = writeln!(said, "kept, since not everything passed:");
        list(
            &mut said,
            pruned.kept.iter().map(|(id, passing, of)| {
                let words = format!(
                    "{passing} of {} {}",
                    of,
                    if *passing == 1 { "passes" } else { "pass" }
                );
                (id.as_str(), words)
            }),
            console,
        );
    }
    printed(&said, console)?;
    Ok(Exit::Ok)
}

fn check(args: &KnownArgs, console: Console) -> Result<Exit, Exit> {
    let today = Day::today();
    let text = read_text(&args.file).map_err(|found| source::refuse(&[found], console))?;
    source::no_other(&args.file, &text, Kind::Baseline, console)?;
    let name = args.file.display().to_string();
    let found = Baseline::read(&name, &text, today);
    let known = found.map_err(|found| source::refuse(&found, console))?;
    let revision = revision_of(&known.ledger);
    let (ledger, _) = source::ledger(args.cases.as_deref(), revision, console)?;
    let profile = match &args.target {
        None => None,
        Some(path) => Some(target::profile(Some(path), console)?),
    };
    let target = profile.as_ref().map(|profile| profile.name.as_str());
    let mut found = known.misfits(&ledger, &[], target);
    found.extend(known.warnings(today));
    for diagnostic in &found {
        console.complain(&format!(
            "{}\n",
            diagnostic.render_in(console.color_err(), console.width_err())
        ));
    }
    if found.iter().any(|found| found.severity == Severity::Error) {
        return Err(Exit::Usage);
    }
    let expired = known.expired(today).count();
    let entries = match known.items.len() {
        1 => "1 entry".to_owned(),
        many => format!("{many} entries"),
    };
    let mut said = format!("{name}: {entries} of `{}`", harmless(&known.target));
    let soon = known.expiring(today, SOON);
    let _ = match soon.len() {
        0 => write!(said, ", none expires within {SOON} days"),
        1 => write!(said, ", 1 expires within {SOON} days"),
        many => write!(said, ", {many} expire within {SOON} days"),
    };
    if expired > 0 {
        let _ = write!(said, ", {expired} expired");
    }
    said.push('\n');
    list(
        &mut said,
        soon.iter().map(|item| (item.id.as_str(), terms_of(item))),
        console,
    );
    printed(&said, console)?;
    Ok(match expired {
        0 => Exit::Ok,
        _ => Exit::Deviations,
    })
}

fn terms_of(item: &Item) -> String {
    format!("until {}, {}", item.expires, item.owner)
}

fn not_edited(error: &baseline::NotEdited, console: Console) -> Exit {
    match error {
        baseline::NotEdited::Form(found) => source::refuse(std::slice::from_ref(found), console),
        baseline::NotEdited::Unsure(_) => console.fail(error, Exit::Usage),
    }
}

/// Replaces a file by a text at once, so that nothing is lost when that is cut short. A link stays, and so do permissions.
fn save(path: &Path, text: &str, console: Console) -> Result<(), Exit> {
    let write = || -> io::Result<()> {
        let place = match path.try_exists()? {
            true => path.canonicalize()?,
            false => path.to_owned(),
        };
        let folder = place.parent().filter(|folder| *folder != Path::new(""));
        let mut file = tempfile::Builder::new()
            .prefix(".oss403-baseline-")
            .tempfile_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(text.as_bytes())?;
        match place.metadata() {
            Ok(known) => file.as_file().set_permissions(known.permissions())?,
            Err(_) => readable(file.as_file())?,
        }
        file.persist(&place).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| {
        console.error(
            format_args!("{} cannot be written: {error}", path.display()),
            None,
        );
        Exit::Usage
    })
}

/// A new file is one that everybody may read who may read files here: there is nothing secret in it.
#[cfg(unix)]
fn readable(file: &std::fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &std::fs::File) -> io::Result<()> {
    Ok(())
}

fn printed(text: &str, console: Console) -> Result<(), Exit> {
    console
        .print(text)
        .map_err(|error| console.fail(format_args!("standard output: {error}"), Exit::Target))
}
