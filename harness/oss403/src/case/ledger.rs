//! The ledger: every documented cause with its file, and every instance of its scenarios.

use std::collections::BTreeMap;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use sha2::{Digest as _, Sha256};

use super::Instance;
use super::check;
use super::diagnostic::{Diagnostic, Severity};
use super::expand::Template;
use super::model::CaseFile;
use super::select::{self, UnknownFilter};
use super::yaml;

/// The revision of the documentation whose list of causes is frozen here.
pub const REVISION: &str = "documented-2023-06-27";

/// The list of documented causes, beside the folders of the codes.
pub const CAUSES: &str = "causes.tsv";

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../cases");

/// A row of the documented list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documented {
    /// Id of the cause.
    pub id: String,
    /// Its code.
    pub code: String,
    /// Its message; `<…>` stands for what differs from answer to answer.
    pub message: String,
}

impl Documented {
    /// Whether a case may give this as the documented message: the whole of it, or the part before what differs from answer to
    /// answer, which then ends with a colon. A final full stop does not count.
    pub fn allows(&self, message: &str) -> bool {
        let bare = |text: &str| text.trim().trim_end_matches('.').to_owned();
        let fixed = self
            .message
            .split_once(": <")
            .or(self.message.split_once(": [\""))
            .map(|(fixed, _)| format!("{fixed}:"));
        let whole = bare(message) == bare(&self.message) && !self.message.contains('<');
        whole || fixed.is_some_and(|fixed| fixed == message.trim())
    }
}

/// A file of the ledger that is sound.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it says.
    pub file: Arc<CaseFile>,
    /// Its path, as the user knows it.
    pub path: String,
    /// Its scenarios, matrices understood.
    pub templates: Vec<Template>,
}

impl Entry {
    /// Its instances, one at a time.
    pub fn instances(&self) -> impl Iterator<Item = Instance> {
        self.templates.iter().flat_map(|template| {
            // Every combination was read once when the file was checked, so that none fails here.
            template
                .combinations()
                .filter_map(|picks| template.instance(&self.file, &picks).ok())
        })
    }
}

/// The causes, in the order of the documented list, each with its sound file.
#[derive(Debug, Clone)]
pub struct Ledger {
    documented: Vec<Documented>,
    entries: Vec<Entry>,
    hash: String,
}

impl Ledger {
    /// Reads the ledger of a directory: `causes.tsv`, and `<Code>/<cause>.yaml` for each of its rows.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(dir: &FilePath) -> Result<Self, Vec<Diagnostic>> {
        let (files, unread) = read(dir);
        let (ledger, mut diagnostics) = Self::of_files(&dir.display().to_string(), &files);
        diagnostics.extend(unread);
        ledger_or_errors(ledger, diagnostics)
    }

    /// The ledger that is compiled in.
    ///
    /// # Errors
    /// Everything that is wrong with it; the tests see to it that there is nothing.
    pub fn embedded() -> Result<Self, Vec<Diagnostic>> {
        let (ledger, diagnostics) = Self::of_files("cases", &embedded_files());
        ledger_or_errors(ledger, diagnostics)
    }

    /// Reads a ledger from texts: paths such as `AccessDenied/bucket-acl.yaml` below `root`, which is for diagnostics only. The
    /// ledger is given when there is no error, maybe with warnings.
    pub fn of_files(
        root: &str,
        files: &BTreeMap<String, String>,
    ) -> (Option<Self>, Vec<Diagnostic>) {
        let (documented, mut diagnostics) = match files.get(CAUSES) {
            Some(text) => documented(&format!("{root}/{CAUSES}"), text),
            None => {
                let message = format!("there is no `{CAUSES}` here, the list of documented causes");
                return (None, vec![Diagnostic::of_file(root, message)]);
            }
        };
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for (path, text) in files.iter().filter(|(path, _)| is_case(path)) {
            let (entry, found) = check::file(&format!("{root}/{path}"), text, &documented);
            diagnostics.extend(found);
            entries.extend(entry.map(|entry| (entry.file.cause.clone(), entry)));
        }
        let list = files.get(CAUSES).map(String::as_str).unwrap_or_default();
        diagnostics.extend(missing(root, list, &documented, files));
        let has_error = diagnostics
            .iter()
            .any(|found| found.severity == Severity::Error);
        let ledger = (!has_error).then(|| Self {
            entries: documented
                .iter()
                .filter_map(|row| entries.remove(&row.id))
                .collect(),
            documented,
            hash: hash(files),
        });
        (ledger, diagnostics)
    }

    /// The documented list.
    pub fn documented(&self) -> &[Documented] {
        &self.documented
    }

    /// The causes' files, in the order of the documented list.
    pub fn causes(&self) -> impl ExactSizeIterator<Item = &Arc<CaseFile>> {
        self.entries.iter().map(|entry| &entry.file)
    }

    /// The causes with their scenarios, in the same order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Every instance, made one at a time.
    pub fn instances(&self) -> impl Iterator<Item = Instance> {
        self.entries.iter().flat_map(Entry::instances)
    }

    /// The instances that any of the filters names; all when there is no filter. See [`select::matches`] for what a filter is.
    ///
    /// # Errors
    /// When a filter names nothing.
    pub fn select(&self, filters: &[String]) -> Result<Vec<Instance>, UnknownFilter> {
        select::select(self, filters)
    }

    /// SHA-256 over the list of causes and the case files, sorted by path, in hex.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Names the revision of the documentation that the list of causes is frozen at.
    pub fn revision(&self) -> &'static str {
        REVISION
    }
}

/// The documented list that is compiled in: what a case file is held against when no other list is near.
pub fn embedded_documented() -> Vec<Documented> {
    let text = EMBEDDED
        .get_file(CAUSES)
        .and_then(include_dir::File::contents_utf8)
        .unwrap_or_default();
    documented(CAUSES, text).0
}

/// Reads a list of causes: a line of titles, then `id`, `code` and `message` parted by tabs.
pub fn documented(name: &str, text: &str) -> (Vec<Documented>, Vec<Diagnostic>) {
    let mut rows: Vec<Documented> = Vec::new();
    let mut diagnostics = Vec::new();
    for (number, line) in text
        .lines()
        .enumerate()
        .skip(1)
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let at = |message: String| {
            Diagnostic::at(name, text, (number + 1, 1, line.chars().count()), message)
        };
        match line.split('\t').map(str::trim).collect::<Vec<_>>()[..] {
            [id, _, _] if rows.iter().any(|row| row.id == id) => {
                diagnostics.push(at(format!("the cause `{id}` is listed twice")));
            }
            [id, code, message] if ![id, code, message].contains(&"") => {
                rows.push(Documented {
                    id: id.into(),
                    code: code.into(),
                    message: message.into(),
                });
            }
            _ => diagnostics.push(at(
                "a line has three columns parted by tabs: id, code, message".into(),
            )),
        }
    }
    if rows.is_empty() && diagnostics.is_empty() {
        diagnostics.push(Diagnostic::of_file(name, "the list of causes is empty"));
    }
    (rows, diagnostics)
}

/// Files below a directory that belong to a ledger, and what could not be read.
fn read(dir: &FilePath) -> (BTreeMap<String, String>, Vec<Diagnostic>) {
    let mut files = BTreeMap::new();
    let mut unread = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let here = dir.join(&folder);
        let entries = match std::fs::read_dir(&here) {
            Ok(entries) => entries,
            Err(error) => {
                unread.push(Diagnostic::of_file(
                    here.display().to_string(),
                    format!("cannot be read: {error}"),
                ));
                continue;
            }
        };
        for entry in entries.flatten() {
            let below = folder.join(entry.file_name());
            let name = below.to_string_lossy().replace('\\', "/");
            let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_dir && folder.as_os_str().is_empty() {
                folders.push(below);
            } else if name.ends_with(".yml") {
                let found = Diagnostic::of_file(
                    entry.path().display().to_string(),
                    "a case file ends with `.yaml`",
                );
                unread.push(found);
            } else if is_case(&name) || name == CAUSES {
                match read_text(&entry.path()) {
                    Ok(text) => drop(files.insert(name, text)),
                    Err(diagnostic) => unread.push(diagnostic),
                }
            }
        }
    }
    (files, unread)
}

/// Reads a file that may be as big as a case may be, and no bigger.
///
/// # Errors
/// When it cannot be read, is too big, or is not UTF-8.
pub fn read_text(path: &FilePath) -> Result<String, Diagnostic> {
    use std::io::Read as _;
    let say = |message: String| Diagnostic::of_file(path.display().to_string(), message);
    let limit = yaml::MAX_BYTES as u64;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(|error| say(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > limit {
        return Err(say(format!("the file is bigger than {limit} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| say("the file is not UTF-8".into()))
}

fn embedded_files() -> BTreeMap<String, String> {
    let folders = EMBEDDED.dirs().flat_map(Dir::files);
    EMBEDDED
        .files()
        .chain(folders)
        .filter_map(|file| {
            Some((
                file.path().to_str()?.replace('\\', "/"),
                file.contents_utf8()?.to_owned(),
            ))
        })
        .filter(|(path, _)| is_case(path) || path == CAUSES)
        .collect()
}

fn is_case(path: &str) -> bool {
    path.ends_with(".yaml") && path.contains('/')
}

/// Causes of the list that no file is named for.
fn missing<'a>(
    root: &'a str,
    list: &'a str,
    documented: &'a [Documented],
    files: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = Diagnostic> + 'a {
    documented.iter().filter_map(move |row| {
        let wanted = format!("{}.yaml", row.id);
        let is_there = files
            .keys()
            .any(|path| path.rsplit('/').next() == Some(&wanted));
        let line = list
            .lines()
            .position(|line| line.split('\t').next() == Some(&row.id))
            .unwrap_or_default();
        let place = (line + 1, 1, row.id.chars().count());
        (!is_there).then(|| {
            let message = format!("the cause `{}` has no case file", row.id);
            let help = format!("write `{root}/{}/{wanted}`", row.code);
            Diagnostic::at(format!("{root}/{CAUSES}"), list, place, message).help(help)
        })
    })
}

fn hash(files: &BTreeMap<String, String>) -> String {
    let mut hasher = Sha256::new();
    for (path, text) in files {
        // Lengths keep the end of one text apart from the beginning of the next path.
        hasher.update((path.len() as u64).to_be_bytes());
        hasher.update(path);
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn ledger_or_errors(
    ledger: Option<Ledger>,
    diagnostics: Vec<Diagnostic>,
) -> Result<Ledger, Vec<Diagnostic>> {
    match ledger {
        Some(ledger)
            if diagnostics
                .iter()
                .all(|found| found.severity != Severity::Error) =>
        {
            Ok(ledger)
        }
        _ => Err(diagnostics),
    }
}
