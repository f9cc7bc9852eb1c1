//! Making a bundle: a folder with what a run wrote, and an attestation that names every file of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::badge::Badge;
use super::dsse::Envelope;
use super::key::SigningKey;
use super::records::Records;
use super::statement::{Digests, PAYLOAD_TYPE, statements};
use super::terms::Terms;
use crate::report::entry::Entry;
use crate::report::json::ResultFile;
use crate::report::read::{NoResult, Recorded};
use crate::report::sink::Kind;
use crate::run::record::TwinRecord;
use crate::target::product::Product;
use crate::wire::redact::Redactor;
use oss403_case::model::Capability;

/// The result file.
pub const RESULT: &str = "result.json";
/// The stream of events.
pub const EVENTS: &str = "events.jsonl";
/// What was sent and answered.
pub const RECORDS: &str = "records.jsonl";
/// What the run was given.
pub const TERMS: &str = "terms.json";
/// What the certificate is about.
pub const PRODUCT: &str = "PRODUCT.yaml";
/// What shields.io reads.
pub const BADGE: &str = "badge.json";
/// A picture of it.
pub const PICTURE: &str = "badge.svg";
/// The attestation.
pub const ATTESTATION: &str = "cert.intoto.jsonl";

/// No file of a bundle is longer, in bytes.
const LONGEST: u64 = 512 << 20;

/// The reports of a bundle, by kind. One of a kind that this program does not have is not written.
const REPORTS: [(&str, &str); 4] = [
    ("json", RESULT),
    ("events", EVENTS),
    ("junit", "junit.xml"),
    ("html", "report.html"),
];

/// What a bundle has besides reports and attestation.
const BESIDE: [&str; 5] = [RECORDS, TERMS, PRODUCT, BADGE, PICTURE];

/// The reports that this program writes, by kind.
pub fn reports() -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_known = |kind: &str| Kind::names().any(|known| known == kind);
    REPORTS.into_iter().filter(move |(kind, _)| is_known(kind))
}

/// Every file that a bundle has, but for the attestation.
pub fn files() -> impl Iterator<Item = &'static str> {
    reports().map(|(_, name)| name).chain(BESIDE)
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The folder holds something.
    #[error("{} is there and not empty: a bundle goes into a folder of its own", .0.display())]
    NotEmpty(PathBuf),
    /// Something cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// What the run wrote cannot be read.
    #[error("the result of the run cannot be read: {0}")]
    Result(#[from] NoResult),
}

/// A bundle that is being made.
#[derive(Debug)]
pub struct Bundle {
    folder: PathBuf,
    terms: Terms,
    records: Records,
}

impl Bundle {
    /// Begins a bundle in a folder, which is made when it is absent and otherwise has to be empty.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn begin(folder: &Path, terms: Terms) -> Result<Self, BundleError> {
        let failed = |error| BundleError::File {
            path: folder.to_owned(),
            error,
        };
        fs::create_dir_all(folder).map_err(failed)?;
        if fs::read_dir(folder).map_err(failed)?.next().is_some() {
            return Err(BundleError::NotEmpty(folder.to_owned()));
        }
        let records = folder.join(RECORDS);
        let surroundings = terms.surroundings.clone();
        let records =
            Records::create(&records, surroundings).map_err(|error| BundleError::File {
                path: records.clone(),
                error,
            })?;
        Ok(Self {
            folder: folder.to_owned(),
            terms,
            records,
        })
    }

    /// The reports that the run has to write, as `KIND=PATH`.
    pub fn reports(&self) -> Vec<String> {
        reports()
            .map(|(kind, name)| format!("{kind}={}", self.folder.join(name).display()))
            .collect()
    }

    /// Takes in what happened in an attempt.
    pub fn add(&mut self, attempt: usize, record: &TwinRecord, redactor: &Redactor) {
        self.records.add(attempt, record, redactor);
    }

    /// Writes the rest and signs it, once the reports are in their places. `retired` is what the run found the target to refuse to everybody.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn finish(
        self,
        retired: &[&'static str],
        key: &SigningKey,
    ) -> Result<ResultFile, BundleError> {
        let Self {
            folder,
            mut terms,
            records,
        } = self;
        let named = |name: &str| {
            let path = folder.join(name);
            move |error| BundleError::File { path, error }
        };
        records.finish().map_err(named(RECORDS))?;
        let gone = Capability::ALL.iter();
        let gone: BTreeSet<Capability> = gone
            .filter(|known| retired.contains(&known.as_str()))
            .copied()
            .collect();
        terms
            .surroundings
            .claims
            .retain(|claim| !gone.contains(claim));
        terms.surroundings.retired = gone;
        let mut recorded = Recorded::read(&folder.join(RESULT))?;
        let entries = recorded.entries().map_err(named(RESULT))?;
        let head = recorded.head;
        for (name, text) in functions_of(&head, &terms) {
            fs::write(folder.join(name), text).map_err(named(name))?;
        }
        sign(&folder, &head, &entries, &terms, key).map_err(named(ATTESTATION))?;
        Ok(head)
    }
}

/// The files that are functions of the result and the terms.
pub fn functions_of(head: &ResultFile, terms: &Terms) -> [(&'static str, String); 4] {
    let badge = Badge::of(head);
    let text = serde_json::to_string_pretty(terms).unwrap_or_default();
    [
        (TERMS, format!("{text}\n")),
        (PRODUCT, product(&terms.product)),
        (BADGE, badge.to_json()),
        (PICTURE, badge.to_svg()),
    ]
}

/// Writes the attestation of what lies in a folder.
///
/// # Errors
/// When a file cannot be read, or the attestation not be written.
pub fn sign(
    folder: &Path,
    head: &ResultFile,
    entries: &[Entry],
    terms: &Terms,
    key: &SigningKey,
) -> io::Result<()> {
    let digests = digests(folder)?;
    let statements = statements(head, entries, terms, &digests);
    fs::write(folder.join(ATTESTATION), attestation(&statements, key))
}

/// Statements, each in an envelope on a line of its own.
pub fn attestation(statements: &[Value], key: &SigningKey) -> String {
    let id = key.public().id();
    let mut text = String::new();
    for statement in statements {
        let payload = statement.to_string();
        let envelope = Envelope::signed(PAYLOAD_TYPE, payload.as_bytes(), &id, |bytes| {
            key.sign(bytes)
        });
        let line = serde_json::to_string(&envelope).unwrap_or_default();
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// The digest of every file of a folder, but for the attestation.
///
/// # Errors
/// When something cannot be read, or is no plain file.
pub fn digests(folder: &Path) -> io::Result<Digests> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != ATTESTATION {
            names.push(name);
        }
    }
    let digests = super::in_parallel(&names, |name| {
        let mut hasher = Sha256::new();
        // A link leads out of the bundle, and a device never ends.
        let path = folder.join(name);
        let about = path.symlink_metadata()?;
        if !about.is_file() {
            return Err(io::Error::other(format!("`{name}` is no plain file")));
        }
        if about.len() > LONGEST {
            let message = format!("`{name}` is longer than 512 MiB, as no file of a bundle is");
            return Err(io::Error::other(message));
        }
        let mut file = fs::File::open(path)?.take(LONGEST);
        let mut piece = vec![0; 64 << 10];
        loop {
            let count = file.read(&mut piece)?;
            if count == 0 {
                break;
            }
            hasher.update(&piece[..count]);
        }
        Ok((name.clone(), oss_auth::hex(&hasher.finalize())))
    });
    digests.into_iter().collect()
}

/// A product in CNCF's form. Every text stands in quotes, so that it is a text whatever it looks like.
fn product(product: &Product) -> String {
    let mut text = String::new();
    for (name, value) in product.fields() {
        if !value.is_empty() {
            let value = Value::from(value);
            let _ = writeln!(text, "{name}: {value}");
        }
    }
    text
}
