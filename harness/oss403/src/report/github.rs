//! What GitHub Actions shows on its own: annotations, and the summary of the step.

use std::io;

use super::entry::Entry;
use super::json::ResultFile;
use super::spool::Spool;
use super::style::counted;

/// GitHub shows ten errors of a step and drops the others without a word; the last one says how many there are.
const MOST: usize = 9;

/// The workflow commands for the failures, the gravest in full.
pub(super) fn annotations(head: &ResultFile, spool: &mut Spool) -> io::Result<String> {
    let (mut failures, mut total): (Vec<Entry>, usize) = (Vec::new(), 0);
    spool.each(|entry| {
        if entry.verdict.is_failure() {
            total += 1;
            failures.push(entry);
            failures.sort_by_key(Entry::gravity);
            failures.truncate(MOST);
        }
        Ok(())
    })?;
    let mut text = String::new();
    let place = match &head.target.profile {
        Some(profile) => format!("file={},line=1,", property(profile)),
        None => String::new(),
    };
    let mut error = |title: &str, words: &str| {
        let (title, words) = (property(title), data(words));
        text.push_str(&format!("::error {place}title={title}::{words}\n"));
    };
    for entry in &failures {
        let title = format!("{}: {}", entry.id, entry.verdict_in_words());
        error(&title, entry.reason.lines().next().unwrap_or_default());
    }
    if total > failures.len() {
        let more = counted(total - failures.len(), "more failure");
        error("oss403", &format!("… and {more}"));
    } else if let Some(why) = head.unfinished_because() {
        error("oss403", &why);
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
