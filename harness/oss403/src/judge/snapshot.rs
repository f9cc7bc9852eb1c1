//! Snapshots: the normalised answers of an earlier run, one file for each instance, in insta's format.
//!
//! A snapshot is evidence of what a target answered; the expectation stands in the case file. So only an answer that is conformant
//! is compared: the others are reported already.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use similar::TextDiff;

use super::verdict::{Facet, Judgement, Verdict};
use oss403_case::Instance;

/// The folder of snapshots of one target.
#[derive(Debug, Clone)]
pub struct Snapshots {
    folder: PathBuf,
    ci: bool,
}

/// How an answer compares with its snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// The answer is the same.
    Same,
    /// There is no snapshot.
    New,
    /// The answer is another; what differs, line by line.
    Changed(String),
}

impl Snapshots {
    /// The snapshots of `target` in `root`. In CI nothing is ever written.
    pub fn new(root: &Path, target: &str, ci: bool) -> Self {
        Self {
            folder: root.join(slug(target)),
            ci,
        }
    }

    /// Whether the environment says that this is CI, where nobody could accept a snapshot.
    pub fn is_ci() -> bool {
        let value = std::env::var("CI").unwrap_or_default();
        !matches!(value.as_str(), "" | "0" | "false")
    }

    /// The file of an instance's snapshot.
    pub fn path(&self, instance: &Instance) -> PathBuf {
        let cause = &instance.file.cause;
        let rest = instance
            .id
            .strip_prefix(cause.as_str())
            .unwrap_or(&instance.id);
        let name = slug(rest.trim_start_matches('/'));
        self.folder.join(slug(cause)).join(format!("{name}.snap"))
    }

    /// Compares an answer, and outside CI writes a pending snapshot beside the accepted one when they differ.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn compare(&self, instance: &Instance, text: &str) -> io::Result<Comparison> {
        let path = self.path(instance);
        let pending = pending(&path);
        let comparison = match read(&path)? {
            Some(known) if known.trim_end() == text.trim_end() => Comparison::Same,
            Some(known) => Comparison::Changed(diff(&known, text)),
            None => Comparison::New,
        };
        if self.ci {
            return Ok(comparison);
        }
        if comparison == Comparison::Same {
            // What was pending has been answered otherwise since.
            match fs::remove_file(&pending) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => return Ok(comparison),
            }
        }
        if let Some(folder) = pending.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&pending, file(instance, text))?;
        Ok(comparison)
    }

    /// The judgement, with its snapshot taken into account: a changed one is a deviation of the envelope, and in CI so is a new one.
    pub fn judge(&self, judgement: Judgement, comparison: &Comparison) -> Judgement {
        if judgement.verdict != Verdict::Conformant {
            return judgement;
        }
        let reason = match comparison {
            Comparison::Same => return judgement,
            Comparison::New if !self.ci => return judgement,
            Comparison::New => "there is no snapshot of this answer; run outside CI and accept it with `oss403 review`".to_owned(),
            Comparison::Changed(diff) => format!("the answer differs from its snapshot\n{}", diff.trim_end()),
        };
        Judgement {
            verdict: Verdict::Deviates(Facet::Envelope),
            reason,
        }
    }
}

/// A snapshot that waits to be accepted or rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The pending file, `….snap.new`.
    pub path: PathBuf,
    /// Where it goes when it is accepted.
    pub accepted: PathBuf,
    /// What it changes, line by line.
    pub diff: String,
    /// Whether nothing was accepted before.
    pub is_new: bool,
}

impl Pending {
    /// Every pending snapshot below a folder, in the order of their paths.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn find(root: &Path) -> io::Result<Vec<Self>> {
        let mut found = Vec::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                // Links are not followed: the folder may lie in somebody else's checkout.
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                } else if entry.file_name().to_string_lossy().ends_with(".snap.new") {
                    found.push(Self::read(entry.path())?);
                }
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    fn read(path: PathBuf) -> io::Result<Self> {
        let accepted = path.with_extension("");
        let text = read(&path)?.unwrap_or_default();
        let known = read(&accepted)?;
        let diff = diff(known.as_deref().unwrap_or_default(), &text);
        Ok(Self {
            is_new: known.is_none(),
            path,
            accepted,
            diff,
        })
    }

    /// Makes it the snapshot.
    ///
    /// # Errors
    /// When the file cannot be renamed.
    pub fn accept(&self) -> io::Result<()> {
        fs::rename(&self.path, &self.accepted)
    }

    /// Throws it away.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn reject(&self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

/// A file in insta's format: a header between two lines of dashes, then the text.
fn file(instance: &Instance, text: &str) -> String {
    let file = &instance.file;
    // JSON texts are YAML texts, whatever characters they hold.
    let quote = |text: &str| serde_json::Value::from(text).to_string();
    let source = quote(&format!("cases/{}/{}.yaml", file.code, file.cause));
    format!(
        "---\nsource: {source}\nexpression: {}\n---\n{text}",
        quote(&instance.id)
    )
}

/// The text of a snapshot without its header; `None` when there is no file.
fn read(path: &Path) -> io::Result<Option<String>> {
    let whole = match fs::read_to_string(path) {
        Ok(whole) => whole.replace("\r\n", "\n"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(io::Error::new(
                error.kind(),
                format!("{}: {error}", path.display()),
            ));
        }
    };
    let body = whole
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"));
    Ok(Some(body.map_or_else(
        || whole.clone(),
        |(_, text)| text.to_owned(),
    )))
}

fn pending(path: &Path) -> PathBuf {
    path.with_extension("snap.new")
}

/// The lines that differ, with one line of context.
fn diff(known: &str, seen: &str) -> String {
    let end = |text: &str| format!("{}\n", text.trim_end());
    let (known, seen) = if known.is_empty() {
        (String::new(), end(seen))
    } else {
        (end(known), end(seen))
    };
    let diff = TextDiff::from_lines(known.as_str(), seen.as_str());
    let mut text = String::new();
    for group in diff.grouped_ops(1) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            text.push_str(&format!("{}{}", change.tag(), change.value()));
        }
    }
    text
}

/// Longest file name, far below what any file system takes.
const MAX_NAME: usize = 120;

/// A text as part of a path. Where characters had to be given up, a digest keeps different texts apart.
fn slug(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
    let mut name: String = text
        .replacen('/', ".", 1)
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    let lossless = text.replacen('/', ".", 1) == name;
    // A name of dots alone would be another folder, and one that begins with a dot is hidden.
    if lossless && name.len() <= MAX_NAME && !name.starts_with('.') && !name.is_empty() {
        return name;
    }
    name.truncate(MAX_NAME);
    let digest = Sha256::digest(text.as_bytes());
    let digest: String = digest
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{}~{digest}", name.trim_start_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::Twin;

    const TEXT: &str =
        "status: 403\n\nError\n  Code: AccessDenied\n  Message: Request has expired.\n";

    fn conformant() -> Judgement {
        Twin::new().judge()
    }

    fn files(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("is a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path);
                }
            }
        }
        let mut names: Vec<_> = found
            .iter()
            .map(|path| {
                path.strip_prefix(folder)
                    .expect("lies in it")
                    .display()
                    .to_string()
            })
            .collect();
        names.sort();
        names
    }

    const PATH: &str = "embedded/url-auth-expired/get-after-expiry.url-v1.snap";

    #[test]
    fn a_new_answer_is_written_beside_where_it_belongs_and_accepted_later() {
        let root = tempfile::tempdir().expect("a folder");
        let snapshots = Snapshots::new(root.path(), "embedded", false);
        let instance = Twin::new().instance;
        let comparison = snapshots.compare(&instance, TEXT).expect("compares");
        assert_eq!(comparison, Comparison::New);
        assert_eq!(
            snapshots.judge(conformant(), &comparison).verdict,
            Verdict::Conformant
        );
        assert_eq!(files(root.path()), [format!("{PATH}.new")]);

        let pending = Pending::find(root.path()).expect("finds");
        assert_eq!(pending.len(), 1);
        assert!(
            pending[0].is_new && pending[0].diff.contains("+  Code: AccessDenied"),
            "{pending:?}"
        );
        pending[0].accept().expect("accepts");
        assert_eq!(files(root.path()), [PATH]);
        assert_eq!(
            snapshots.compare(&instance, TEXT).expect("compares"),
            Comparison::Same
        );
        assert_eq!(files(root.path()), [PATH]);
        let text = fs::read_to_string(root.path().join(PATH)).expect("reads");
        assert_eq!(
            text,
            format!(
                "---\nsource: \"cases/AccessDenied/url-auth-expired.yaml\"\nexpression: \"url-auth-expired/get-after-expiry/url-v1\"\n---\n{TEXT}"
            )
        );
    }

    #[test]
    fn a_changed_answer_deviates_and_shows_what_changed() {
        let root = tempfile::tempdir().expect("a folder");
        let snapshots = Snapshots::new(root.path(), "embedded", false);
        let instance = Twin::new().instance;
        snapshots.compare(&instance, TEXT).expect("compares");
        Pending::find(root.path()).expect("finds")[0]
            .accept()
            .expect("accepts");

        let other = TEXT.replace("expired.", "expired");
        let comparison = snapshots.compare(&instance, &other).expect("compares");
        let judgement = snapshots.judge(conformant(), &comparison);
        assert_eq!(judgement.verdict, Verdict::Deviates(Facet::Envelope));
        assert!(
            judgement
                .reason
                .contains("-  Message: Request has expired.\n+  Message: Request has expired"),
            "{}",
            judgement.reason
        );
        assert_eq!(files(root.path()), [PATH.to_owned(), format!("{PATH}.new")]);
        Pending::find(root.path()).expect("finds")[0]
            .reject()
            .expect("rejects");
        assert_eq!(files(root.path()), [PATH]);
    }

    #[test]
    fn what_is_pending_goes_away_when_the_answer_is_the_old_one_again() {
        let root = tempfile::tempdir().expect("a folder");
        let snapshots = Snapshots::new(root.path(), "embedded", false);
        let instance = Twin::new().instance;
        snapshots.compare(&instance, TEXT).expect("compares");
        Pending::find(root.path()).expect("finds")[0]
            .accept()
            .expect("accepts");
        snapshots.compare(&instance, "other").expect("compares");
        snapshots.compare(&instance, TEXT).expect("compares");
        assert_eq!(files(root.path()), [PATH]);
    }

    #[test]
    fn ci_writes_nothing_and_takes_the_new_for_a_deviation() {
        let root = tempfile::tempdir().expect("a folder");
        let ci = Snapshots::new(root.path(), "embedded", true);
        let instance = Twin::new().instance;
        let comparison = ci.compare(&instance, TEXT).expect("compares");
        let judgement = ci.judge(conformant(), &comparison);
        assert_eq!(judgement.verdict, Verdict::Deviates(Facet::Envelope));
        assert!(files(root.path()).is_empty());
    }

    #[test]
    fn what_deviates_already_keeps_its_own_reason() {
        let root = tempfile::tempdir().expect("a folder");
        let ci = Snapshots::new(root.path(), "embedded", true);
        let deviates = Twin::new().edited(|answer| answer.status = 400).judge();
        assert_eq!(ci.judge(deviates.clone(), &Comparison::New), deviates);
    }

    #[test]
    fn names_never_leave_the_folder_and_never_meet() {
        let odd = [
            "..",
            "../x",
            "a/../b",
            "/etc",
            "",
            ".hidden",
            "a b",
            "a_b",
            "a/b/c",
            "a.b/c",
            "ä",
            &"x".repeat(300),
            &"x".repeat(301),
        ];
        let slugs: Vec<_> = odd.iter().map(|text| slug(text)).collect();
        for slug in &slugs {
            assert!(
                !slug.contains('/')
                    && !slug.starts_with('.')
                    && !slug.is_empty()
                    && slug.len() < 140,
                "{slug}"
            );
        }
        let distinct: std::collections::BTreeSet<_> = slugs.iter().collect();
        assert_eq!(distinct.len(), odd.len(), "{slugs:?}");
        assert_eq!(
            slug("get-after-expiry/url-v1-GET"),
            "get-after-expiry.url-v1-GET"
        );
    }
}
