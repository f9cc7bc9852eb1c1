//! `oss403 review`: accept or reject new and changed snapshots.

use std::io::{self, BufRead, IsTerminal as _, Write as _};
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
    let (pending, faults) = Pending::find(&root);
    // What cannot be read keeps nobody from deciding on the others.
    let unread = (!faults.is_empty()).then(|| source::refuse(&faults, console));
    match review_in(&root, pending, args, console) {
        Ok(exit) => unread.unwrap_or(exit),
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

fn review_in(
    root: &Path,
    mut pending: Vec<Pending>,
    args: &ReviewArgs,
    console: Console,
) -> Result<Exit, ReviewError> {
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
        return ask_for_each(root, &groups, io::stdin().lock(), style);
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

fn ask_for_each(
    root: &Path,
    groups: &[Vec<Pending>],
    answers: impl BufRead,
    style: Style,
) -> Result<Exit, ReviewError> {
    let mut answers = answers.lines();
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
        let what = if first.is_new { "answer" } else { "change" };
        let title = format!("{}: same {what}", counted(group.len(), "instance"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::snapshot::Snapshots;
    use crate::judge::testing::Twin;

    const STYLE: Style = Style {
        color: false,
        width: 80,
    };

    /// A folder in which the answers of these labels wait.
    fn waiting(answers: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let snapshots = Snapshots::new(root.path(), "vendor", false);
        for (label, text) in answers {
            let mut instance = Twin::new().instance;
            instance.id = format!("url-auth-expired/get-after-expiry/{label}");
            snapshots.compare(&instance, text).unwrap();
        }
        root
    }

    fn ask(root: &Path, answers: &str) -> Vec<String> {
        let groups = grouped(Pending::find(root).0);
        let asked = ask_for_each(root, &groups, answers.as_bytes(), STYLE);
        assert!(matches!(asked, Ok(Exit::Ok)));
        let (left, _) = Pending::find(root);
        left.iter().map(|found| found.label.clone()).collect()
    }

    #[test]
    fn what_changed_alike_is_shown_once_and_decided_together() {
        let root = waiting(&[("a", "1"), ("b", "2"), ("c", "1"), ("d", "3")]);
        let groups = grouped(Pending::find(root.path()).0);
        let text: String = groups
            .iter()
            .map(|group| shown(root.path(), group, STYLE))
            .collect();
        assert_eq!(
            text,
            "\
2 instances: same answer (new)
  vendor/url-auth-expired/get-after-expiry: a, c
  +1

vendor/url-auth-expired/get-after-expiry/b (new)
  +2

vendor/url-auth-expired/get-after-expiry/d (new)
  +3

"
        );
        assert_eq!(ask(root.path(), "a\nwhat?\ns\n"), ["b", "d"]);
        assert_eq!(ask(root.path(), "r\nq\n"), ["d"]);
        let path = "vendor/url-auth-expired/get-after-expiry.snap";
        let text = std::fs::read_to_string(root.path().join(path)).unwrap();
        assert!(text.ends_with("---\na\nc\n  1\n"), "{text}");
    }
}
