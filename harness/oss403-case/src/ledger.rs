//! The ledger: every listed cause with its file, and every instance of its scenarios.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use include_dir::{Dir, include_dir};
use sha2::{Digest as _, Sha256};

use super::check;
use super::diagnostic::{Diagnostic, Severity};
use super::instance::Instance;
pub use super::listed::{ANY_MESSAGE, Entry, Listed};
use super::model::CaseFile;
use super::revision::Revision;
use super::yaml;

/// The list of documented causes, beside the folders of the codes.
pub const CAUSES: &str = "causes.tsv";

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../cases");

/// The causes of a revision, in the order of the lists, each with its sound file.
#[derive(Debug, Clone)]
pub struct Ledger {
    revision: Revision,
    /// The rows of every list, those of the first revision first.
    listed: Vec<Listed>,
    /// The entries of those rows, in the same order.
    entries: Vec<Entry>,
    /// How many rows and entries each revision has, those of the former ones included, and its hash.
    extents: [(usize, String); Revision::ALL.len()],
}

impl Ledger {
    /// Reads the ledger of a directory: `causes.tsv`, `observed.tsv`, and `<Code>/<cause>.yaml` for each of their rows. It shows the
    /// documented revision; see [`Self::at`].
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
        let Some(text) = files.get(CAUSES) else {
            let message = format!("there is no `{CAUSES}` here, the list of documented causes");
            return (None, vec![Diagnostic::of_file(root, message)]);
        };
        let (mut listed, mut diagnostics) =
            list(Revision::Documented, &format!("{root}/{CAUSES}"), text, &[]);
        let documented = listed.len();
        if let Some(text) = files.get(Revision::Observed.list()) {
            let name = format!("{root}/{}", Revision::Observed.list());
            let (more, found) = list(Revision::Observed, &name, text, &listed);
            listed.extend(more);
            diagnostics.extend(found);
        }
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        let cases: Vec<_> = files.iter().filter(|(path, _)| is_case(path)).collect();
        let read = |(path, text): &(&String, &String)| {
            check::file(&format!("{root}/{path}"), text, &listed)
        };
        for (entry, found) in on_every_core(&cases, read) {
            diagnostics.extend(found);
            entries.extend(entry.map(|entry| (entry.file.cause.clone(), entry)));
        }
        diagnostics.extend(missing(root, &listed, files));
        let has_error = diagnostics
            .iter()
            .any(|found| found.severity == Severity::Error);
        let ledger = (!has_error).then(|| Self {
            revision: Revision::default(),
            entries: listed
                .iter()
                .filter_map(|row| entries.remove(&row.id))
                .collect(),
            extents: [
                (documented, hash(files, &listed[..documented])),
                (listed.len(), hash(files, &listed)),
            ],
            listed,
        });
        (ledger, diagnostics)
    }

    /// The same ledger, showing another revision.
    #[must_use]
    pub fn at(mut self, revision: Revision) -> Self {
        self.revision = revision;
        self
    }

    fn extent(&self) -> &(usize, String) {
        &self.extents[self.revision as usize]
    }

    /// The frozen list of the revision: what a level is stated of.
    pub fn listed(&self) -> &[Listed] {
        &self.listed[..self.extent().0]
    }

    /// The causes' files, in the order of the list.
    pub fn causes(&self) -> impl ExactSizeIterator<Item = &Arc<CaseFile>> {
        self.entries().iter().map(|entry| &entry.file)
    }

    /// The causes with their scenarios, in the same order.
    pub fn entries(&self) -> &[Entry] {
        // A sound ledger has an entry for each row.
        &self.entries[..self.extent().0]
    }

    /// The revisions after this one whose list has a cause, or a code, of that name.
    pub fn later(&self, name: &str) -> Option<Revision> {
        let later = &self.listed[self.extent().0..];
        later
            .iter()
            .find(|row| row.id == name || row.code == name)
            .map(|row| row.revision)
    }

    /// Every instance, made one at a time.
    pub fn instances(&self) -> impl Iterator<Item = Instance> {
        self.entries().iter().flat_map(Entry::instances)
    }

    /// SHA-256 over the revision's lists and its case files, sorted by path, in hex.
    pub fn hash(&self) -> &str {
        &self.extent().1
    }

    /// The revision it shows.
    pub fn revision(&self) -> Revision {
        self.revision
    }
}

/// The lists that are compiled in: what a case file is held against when no other list is near.
pub fn embedded_lists() -> Vec<Listed> {
    lists(|name| Some(EMBEDDED.get_file(name)?.contents_utf8()?.to_owned()))
}

/// The rows of every list, as far as `read` gives its text.
pub fn lists(read: impl Fn(&str) -> Option<String>) -> Vec<Listed> {
    let mut listed = Vec::new();
    for revision in Revision::ALL {
        if let Some(text) = read(revision.list()) {
            listed.extend(list(revision, revision.list(), &text, &listed).0);
        }
    }
    listed
}

/// Reads a list of causes: a line of titles, then `id`, `code` and `message` parted by tabs. `former` are the rows of the revisions
/// before.
pub fn list(
    revision: Revision,
    name: &str,
    text: &str,
    former: &[Listed],
) -> (Vec<Listed>, Vec<Diagnostic>) {
    let mut rows: Vec<Listed> = Vec::new();
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
            [id, _, _] if former.iter().any(|row| row.id == id) => {
                let help = format!(
                    "a revision includes the former ones; delete the line here, since `{CAUSES}` is frozen"
                );
                let message = format!("the cause `{id}` stands in `{CAUSES}` already");
                diagnostics.push(at(message).help(help));
            }
            [id, code, message] if ![id, code, message].contains(&"") => {
                rows.push(Listed {
                    revision,
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

fn is_list(path: &str) -> bool {
    Revision::ALL.iter().any(|revision| revision.list() == path)
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
            } else if is_case(&name) || is_list(&name) {
                let path = entry.path();
                match stays_in(dir, &path).and_then(|()| read_text(&path)) {
                    Ok(text) => drop(files.insert(name, text)),
                    Err(diagnostic) => unread.push(diagnostic),
                }
            }
        }
    }
    (files, unread)
}

/// Whether a file that was met in a folder is in it: the folder may be somebody else's checkout, and nobody who names it means what a link
/// in it points to.
///
/// # Errors
/// When the file is a link that leads out of the folder, or nowhere.
pub fn stays_in(folder: &FilePath, path: &FilePath) -> Result<(), Diagnostic> {
    let inside =
        || Ok::<_, std::io::Error>(path.canonicalize()?.starts_with(folder.canonicalize()?));
    if !path.is_symlink() || inside().unwrap_or(false) {
        return Ok(());
    }
    let found = Diagnostic::of_file(
        path.display().to_string(),
        "a link that leads out of the folder",
    );
    Err(found
        .help("such links are not followed: put there what it points to, or name the file itself"))
}

/// Reads a file that may be as big as a case may be, and no bigger. A pipe or a device, which might never end, is not read.
///
/// # Errors
/// When it is no file, cannot be read, is too big, or is not UTF-8.
pub fn read_text(path: &FilePath) -> Result<String, Diagnostic> {
    use std::io::Read as _;
    let say = |message: String| Diagnostic::of_file(path.display().to_string(), message);
    let limit = yaml::MAX_BYTES as u64;
    let mut bytes = Vec::new();
    if std::fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir()) {
        return Err(say("is neither a file nor a folder, and is not read".into()));
    }
    std::fs::File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(|error| say(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > limit {
        return Err(say(format!("the file is bigger than {limit} bytes")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let help = "save it as `UTF-8`";
        if error.as_bytes().starts_with(&[0xff, 0xfe])
            || error.as_bytes().starts_with(&[0xfe, 0xff])
        {
            return say("the file is UTF-16, as `>` writes it in PowerShell".into()).help(help);
        }
        // The line itself is not shown: nobody knows yet whether it is a profile, in which secrets may stand.
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        say(format!(
            "the file is not UTF-8: line {line} has another byte"
        ))
        .help(help)
    })
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
        .filter(|(path, _)| is_case(path) || is_list(path))
        .collect()
}

fn is_case(path: &str) -> bool {
    path.ends_with(".yaml") && path.contains('/')
}

/// Causes of the lists that no file is named for.
fn missing<'a>(
    root: &'a str,
    listed: &'a [Listed],
    files: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = Diagnostic> + 'a {
    listed.iter().filter_map(move |row| {
        let wanted = format!("{}.yaml", row.id);
        let is_there = files
            .keys()
            .any(|path| path.rsplit('/').next() == Some(&wanted));
        let name = row.revision.list();
        let list = files.get(name).map(String::as_str).unwrap_or_default();
        let line = list
            .lines()
            .position(|line| line.split('\t').next() == Some(&row.id))
            .unwrap_or_default();
        let place = (line + 1, 1, row.id.chars().count());
        (!is_there).then(|| {
            let message = format!("the cause `{}` has no case file", row.id);
            let help = format!("write `{root}/{}/{wanted}`", row.code);
            Diagnostic::at(format!("{root}/{name}"), list, place, message).help(help)
        })
    })
}

/// The hash of a revision: over the lists its causes stand in, and the files of these causes.
fn hash(files: &BTreeMap<String, String>, listed: &[Listed]) -> String {
    let causes: BTreeSet<&str> = listed.iter().map(|row| row.id.as_str()).collect();
    let lists: BTreeSet<&str> = listed.iter().map(|row| row.revision.list()).collect();
    let stem = |path: &'_ str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        name.strip_suffix(".yaml").unwrap_or_default().to_owned()
    };
    let mut hasher = Sha256::new();
    for (path, text) in files {
        if !lists.contains(path.as_str()) && !causes.contains(stem(path).as_str()) {
            continue;
        }
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

/// What `work` makes of each item, in their order. Every command reads the whole ledger before it does anything else.
fn on_every_core<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else {
                return done;
            };
            done.push((at, work(item)));
        }
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..cores.min(items.len()))
            .map(|_| scope.spawn(share))
            .collect();
        let mut done = share();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, made)| made).collect()
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
