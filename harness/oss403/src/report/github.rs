//! What GitHub Actions shows on its own: annotations, and the summary of the step.

use std::io;

use super::entry::Entry;
use super::json::ResultFile;
use super::spool::Spool;
use super::style::counted;
use super::workspace::Workspace;

/// GitHub shows ten errors of a step and drops the others without a word; the last one says how many there are.
const MOST: usize = 9;

/// The workflow commands for the failures, the gravest in full.
pub(super) fn annotations(
    head: &ResultFile,
    spool: &mut Spool,
    workspace: &Workspace,
) -> io::Result<String> {
    let (mut failures, mut total): (Vec<Entry>, usize) = (Vec::new(), 0);
    spool.each(|entry| {
        if entry.is_new_failure() {
            total += 1;
            failures.push(entry);
            failures.sort_by_key(Entry::gravity);
            failures.truncate(MOST);
        }
        Ok(())
    })?;
    let mut text = String::new();
    // GitHub shows a file by its path in the repository, and knows no other.
    let stand = |file: &str, line: usize| match workspace.file(file) {
        Some(file) => format!("file={},line={line},", property(&file)),
        None => String::new(),
    };
    let profile = head.target.profile.as_deref();
    let place = profile.map_or_else(String::new, |profile| stand(profile, 1));
    let mut error = |place: &str, title: &str, words: &str| {
        let (title, words) = (property(title), data(words));
        text.push_str(&format!("::error {place}title={title}::{words}\n"));
    };
    let red: Vec<_> = head.red_entries().collect();
    // Both have their place among the few.
    let room = MOST - red.len().min(MOST / 2);
    for entry in failures.iter().take(room) {
        let title = format!("{}: {}", entry.id, entry.verdict_in_words());
        let reason = entry.reason_with_baseline();
        error(&place, &title, reason.lines().next().unwrap_or_default());
    }
    let shown = failures.len().min(room);
    for (file, entry) in red.iter().take(MOST - shown) {
        let title = format!("{} baseline entry", entry.state.name());
        error(&stand(file, entry.line), &title, &entry.sentence());
    }
    let left = total + red.len() - shown - red.len().min(MOST - shown);
    if left > 0 {
        error(
            &place,
            "oss403",
            &format!("… and {}", counted(left, "more failure")),
        );
    } else if let Some(why) = head.unfinished_because() {
        error(&place, "oss403", &why);
    }
    Ok(text)
}

/// What stands after `::`: GitHub ends a command with its line.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
