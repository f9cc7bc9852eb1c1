//! `oss403 review`: accept or reject new and changed snapshots.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use super::Console;
use super::args::ReviewArgs;
use super::console::print;
use crate::exit::Exit;
use crate::judge::snapshot::Pending;
use crate::report::style::{Style, Tone, counted, harmless};

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
        Err(error) => {
            console.error(error, None);
            Exit::Usage
        }
    }
}

fn review_in(root: &Path, args: &ReviewArgs, console: Console) -> io::Result<Exit> {
    let pending: Vec<Pending> = Pending::find(root)?
        .into_iter()
        .filter(|found| wanted(&name(root, found), &args.filters))
        .collect();
    if pending.is_empty() {
        print("nothing is pending\n")?;
        let exit = if args.filters.is_empty() {
            Exit::Ok
        } else {
            Exit::NothingSelected
        };
        return Ok(exit);
    }
    let style = Style {
        color: console.color_out(),
        width: console.width(),
    };
    if args.accept || args.reject {
        return decide_all(&pending, args.accept);
    }
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return ask_for_each(root, &pending, style);
    }
    for found in &pending {
        print(&shown(root, found, style))?;
    }
    print(&format!(
        "{} pending; `oss403 review --accept` or `--reject` decides\n",
        counted(pending.len(), "snapshot")
    ))?;
    Ok(Exit::Ok)
}

fn decide_all(pending: &[Pending], accept: bool) -> io::Result<Exit> {
    for found in pending {
        if accept {
            found.accept()
        } else {
            found.reject()
        }?;
    }
    let done = if accept { "accepted" } else { "rejected" };
    print(&format!("{done} {}\n", counted(pending.len(), "snapshot")))?;
    Ok(Exit::Ok)
}

fn ask_for_each(root: &Path, pending: &[Pending], style: Style) -> io::Result<Exit> {
    let mut answers = io::stdin().lock().lines();
    for (number, found) in pending.iter().enumerate() {
        print(&shown(root, found, style))?;
        loop {
            print(&format!(
                "[{}/{}] accept, reject, skip, quit? [a/r/s/q] ",
                number + 1,
                pending.len()
            ))?;
            io::stdout().flush()?;
            let Some(answer) = answers.next().transpose()? else {
                return Ok(Exit::Ok);
            };
            match answer.trim() {
                "a" | "accept" => found.accept()?,
                "r" | "reject" => found.reject()?,
                "s" | "skip" => {}
                "q" | "quit" => return Ok(Exit::Ok),
                _ => continue,
            }
            break;
        }
    }
    Ok(Exit::Ok)
}

fn shown(root: &Path, found: &Pending, style: Style) -> String {
    let kind = if found.is_new { "new" } else { "changed" };
    let mut text = format!(
        "{} ({kind})\n",
        style.paint(Tone::Strong, &harmless(&name(root, found)))
    );
    for line in found.diff.lines() {
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

/// The snapshot's path below the root, `embedded/bucket-acl/get.v4`.
fn name(root: &Path, found: &Pending) -> String {
    let path = found.accepted.strip_prefix(root).unwrap_or(&found.accepted);
    let text = path.display().to_string();
    text.strip_suffix(".snap").unwrap_or(&text).to_owned()
}

fn wanted(name: &str, filters: &[String]) -> bool {
    filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()))
}
