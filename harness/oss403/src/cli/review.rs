//! `oss403 review`: accept or reject new and changed snapshots.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::args::ReviewArgs;
use super::console::print;
use super::{Console, source};
use crate::exit::Exit;
use crate::judge::snapshot::{Decision, Pending};
use crate::report::style::{Style, Tone, counted, harmless};
use oss403_case::diagnostic::Diagnostic;

/// Shows what is pending, and accepts or rejects it.
pub(super) fn review(args: &ReviewArgs, console: Console) -> Exit {
    let root = args
        .snapshots
        .clone()
        .unwrap_or_else(|| PathBuf::from("snapshots"));
    if !root.is_dir() {
        let help = "name the folder with --snapshots";
        console.error(format_args!("{} is no folder", root.display()), Some(help));
        return Exit::Usage;
    }
    match review_in(&root, args, console) {
        Ok(exit) => exit,
        Err(ReviewError::Snapshots(found)) => source::refuse(&[found], console),
        Err(ReviewError::Io(error)) => {
            console.error(error, None);
            Exit::Usage
        }
    }
}

enum ReviewError {
    Snapshots(Diagnostic),
    Io(io::Error),
}

impl From<Diagnostic> for ReviewError {
    fn from(found: Diagnostic) -> Self {
        Self::Snapshots(found)
    }
}

impl From<io::Error> for ReviewError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn review_in(root: &Path, args: &ReviewArgs, console: Console) -> Result<Exit, ReviewError> {
    let mut pending = Pending::find(root)?;
    pending.retain(|found| wanted(&name(root, found), &args.filters));
    if pending.is_empty() {
        print("nothing is pending\n")?;
        let exit = if args.filters.is_empty() {
            Exit::Ok
        } else {
            Exit::NothingSelected
        };
        return Ok(exit);
    }
    let total = counted(pending.len(), "snapshot");
    if args.accept || args.reject {
        let (decision, done) = if args.accept {
            (Decision::Accept, "accepted")
        } else {
            (Decision::Reject, "rejected")
        };
        Pending::decide(&pending, decision)?;
        print(&format!("{done} {total}\n"))?;
        return Ok(Exit::Ok);
    }
    let style = Style {
        color: console.color_out(),
        width: console.width(),
    };
    let groups = grouped(pending);
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return ask_for_each(root, &groups, style);
    }
    for group in &groups {
        print(&shown(root, group, style))?;
    }
    print(&format!(
        "{total} pending, {}; `oss403 review --accept` or `--reject` decides\n",
        counted(groups.len(), "change")
    ))?;
    Ok(Exit::Ok)
}

/// What reads the same is decided together.
fn grouped(pending: Vec<Pending>) -> Vec<Vec<Pending>> {
    let mut groups: IndexMap<(bool, String), Vec<Pending>> = IndexMap::new();
    for found in pending {
        let key = (found.is_new, found.diff.clone());
        groups.entry(key).or_default().push(found);
    }
    groups.into_values().collect()
}

fn ask_for_each(root: &Path, groups: &[Vec<Pending>], style: Style) -> Result<Exit, ReviewError> {
    let mut answers = io::stdin().lock().lines();
    for (number, group) in groups.iter().enumerate() {
        print(&shown(root, group, style))?;
        loop {
            print(&format!(
                "[{}/{}] accept, reject, skip, quit? [a/r/s/q] ",
                number + 1,
                groups.len()
            ))?;
            io::stdout().flush()?;
            let Some(answer) = answers.next().transpose()? else {
                return Ok(Exit::Ok);
            };
            match answer.trim() {
                "a" | "accept" => Pending::decide(group, Decision::Accept)?,
                "r" | "reject" => Pending::decide(group, Decision::Reject)?,
                "s" | "skip" => {}
                "q" | "quit" => return Ok(Exit::Ok),
                _ => continue,
            }
            break;
        }
    }
    Ok(Exit::Ok)
}

/// Whose answers changed, and how.
fn shown(root: &Path, group: &[Pending], style: Style) -> String {
    let Some(first) = group.first() else {
        return String::new();
    };
    let kind = if first.is_new { "new" } else { "changed" };
    let strong = |text: &str| style.paint(Tone::Strong, &harmless(text));
    let mut text = if group.len() == 1 {
        format!("{} ({kind})\n", strong(&name(root, first)))
    } else {
        let title = format!("{}: same change", counted(group.len(), "instance"));
        let mut scenarios: IndexMap<String, Vec<&str>> = IndexMap::new();
        for found in group {
            let labels = scenarios.entry(scenario(root, found)).or_default();
            labels.push(&found.label);
        }
        let line = |(scenario, labels): (String, Vec<&str>)| {
            let colon = if labels == [""] { "" } else { ": " };
            format!("{scenario}{colon}{}", labels.join(", "))
        };
        let lines = scenarios.into_iter().map(line);
        let lines = lines.flat_map(|line| style.wrap(&harmless(&line), 2));
        let lines: String = lines.map(|line| format!("{line}\n")).collect();
        format!("{} ({kind})\n{lines}", strong(&title))
    };
    for line in first.diff.lines() {
        let tone = match line.as_bytes().first() {
            Some(b'+') => Tone::Good,
            Some(b'-') => Tone::Bad,
            _ => Tone::Faint,
        };
        text.push_str(&format!("  {}\n", style.paint(tone, &harmless(line))));
    }
    text.push('\n');
    text
}

/// The instance with the target before it, `embedded/bucket-acl/get/v4`.
fn name(root: &Path, found: &Pending) -> String {
    let scenario = scenario(root, found);
    if found.label.is_empty() {
        scenario
    } else {
        format!("{scenario}/{}", found.label)
    }
}

fn scenario(root: &Path, found: &Pending) -> String {
    let path = found.path.strip_prefix(root).unwrap_or(&found.path);
    let text = path.display().to_string();
    text.strip_suffix(".snap").unwrap_or(&text).to_owned()
}

fn wanted(name: &str, filters: &[String]) -> bool {
    filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()))
}
