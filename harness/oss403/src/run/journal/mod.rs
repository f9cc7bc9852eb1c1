//! The journal of a run: one JSON object a line. What is about to be made is written before it is made, so that somebody else can
//! remove it when this process dies; what happened is written too, redacted, so that it can be judged again as far as it was kept: a body
//! of more than a few KiB leaves its beginning, its length and its digest. Today only people, the tests and a fuzz target read it.

mod prune;
mod shorten;

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::shorten::shortened;
use super::record::TwinRecord;
use super::remains::Remains;
use crate::wire::redact::Redactor;

/// A line of a journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// The first line: which run this is.
    Run(Header),
    /// Something is about to be made.
    Intent {
        /// Tells intents of one run apart.
        seq: u64,
        what: Made,
    },
    /// It was made, and this is what it is called.
    Created {
        /// The intent's.
        seq: u64,
        /// What; names that only the target can give are in it now.
        what: Made,
    },
    /// It was not made after all.
    NotCreated {
        /// The intent's.
        seq: u64,
    },
    /// It was removed.
    Removed { what: Made },
    /// It could not be removed.
    LeftBehind { what: Made, reason: String },
    /// An instance is done.
    Twin(Box<TwinRecord>),
    /// The run is over, and everything made is removed or listed as left behind.
    Done,
}

/// Which run a journal is of.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Header {
    /// Version of this format.
    pub journal: u32,
    /// Id of the run.
    pub run: String,
    /// Name of the target.
    pub target: String,
    pub endpoint: String,
    /// Seed of the run.
    pub seed: u64,
    /// When it started, in Unix seconds.
    pub started: i64,
}

/// Version of the journal's format.
pub const VERSION: u32 = 1;

/// Something that a run makes on a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Made {
    /// A bucket, with everything in it.
    Bucket {
        name: String,
        /// Bare id of its region.
        region: String,
        /// The identity that made it.
        owner: String,
    },
    /// An account. Empty before the operator has named it.
    Account {
        /// UID.
        account: String,
    },
    /// A RAM user.
    RamUser {
        /// UID of the account.
        account: String,
        /// UID of the user; empty before the operator has named it.
        user: String,
    },
    /// An STS session.
    Session {
        /// UID of the account.
        account: String,
        /// The temporary AccessKeyId; empty before the operator has named it.
        access_key_id: String,
    },
    /// An endpoint inside a VPC.
    VpcEndpoint {
        /// UID of the account.
        account: String,
        /// Its id; empty before the operator has named it.
        endpoint: String,
    },
    /// Proofs of ownership and bindings of a domain.
    Domain { domain: String },
    /// A state that the operator has changed.
    State {
        /// The operator's command that ends it.
        undo: Value,
    },
}

impl Made {
    /// Whether two speak of the same thing.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bucket { name, .. }, Self::Bucket { name: other, .. }) => name == other,
            _ => self == other,
        }
    }
}

impl std::fmt::Display for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bucket { name, region, .. } => write!(f, "bucket {name} in {region}"),
            // What nobody has named yet, or ever will: the operator was asked for it and has not answered.
            Self::Account { account } if account.is_empty() => {
                f.write_str("an account without a name")
            }
            Self::RamUser { account, user } if user.is_empty() => {
                write!(f, "a RAM user without a name of account {account}")
            }
            Self::VpcEndpoint { account, endpoint } if endpoint.is_empty() => {
                write!(f, "a VPC endpoint without a name of account {account}")
            }
            Self::Account { account } => write!(f, "account {account}"),
            Self::RamUser { account, user } => write!(f, "RAM user {user} of account {account}"),
            Self::Session {
                account,
                access_key_id,
            } => {
                write!(f, "session {access_key_id} of account {account}")
            }
            Self::VpcEndpoint { endpoint, .. } => write!(f, "VPC endpoint {endpoint}"),
            Self::Domain { domain } => write!(f, "domain {domain}"),
            Self::State { undo } => write!(f, "a state that {undo} ends"),
        }
    }
}

/// A journal that is being written. A write that fails is remembered and reported at the end of the run.
pub struct Journal {
    path: PathBuf,
    file: Mutex<BufWriter<File>>,
    failure: Mutex<Option<io::Error>>,
    broken: AtomicBool,
    seq: AtomicU64,
    remains: Remains,
}

impl Journal {
    /// Opens `<folder>/journal-<run>.jsonl`, which only its owner may read, makes the folder when it is absent, and writes the first line.
    /// With `keep`, all but so many finished ones there, this one and the youngest, are removed. `remains` learns
    /// at once what is made and removed.
    ///
    /// # Errors
    /// When the file cannot be written, with its path.
    pub fn create(
        folder: &Path,
        header: Header,
        remains: Remains,
        keep: Option<usize>,
    ) -> Result<Self, (PathBuf, io::Error)> {
        let path = folder.join(format!("journal-{}.jsonl", header.run));
        let open = || {
            std::fs::create_dir_all(folder)?;
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(&path)
        };
        let file = open().map_err(|error| (path.clone(), error))?;
        if let Some(keep) = keep {
            prune::prune(folder, keep.saturating_sub(1));
        }
        let journal = Self {
            path,
            file: Mutex::new(BufWriter::with_capacity(256 * 1024, file)),
            failure: Mutex::default(),
            broken: AtomicBool::new(false),
            seq: AtomicU64::new(0),
            remains,
        };
        journal.remains.open(&journal.path);
        journal.write(&Line::Run(header), true);
        match journal.failed() {
            Some(error) => Err((journal.path, error)),
            None => Ok(journal),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a line could not be written: nothing more may be made then.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// Notes that something is about to be made. The line has left this process when this returns.
    #[must_use]
    pub fn intent(&self, what: &Made) -> u64 {
        let seq = self.seq.fetch_add(1, Ordering::Relaxed) + 1;
        self.remains.intent(seq, what);
        self.write(
            &Line::Intent {
                seq,
                what: what.clone(),
            },
            true,
        );
        seq
    }

    /// Notes that it was made. What only the target could name leaves this process at once, too.
    pub fn created(&self, seq: u64, what: &Made) {
        self.remains.created(seq, what);
        let named_by_target = matches!(
            what,
            Made::Account { .. }
                | Made::RamUser { .. }
                | Made::Session { .. }
                | Made::VpcEndpoint { .. }
        );
        self.write(
            &Line::Created {
                seq,
                what: what.clone(),
            },
            named_by_target,
        );
    }

    /// Notes that it was not made.
    pub fn not_created(&self, seq: u64) {
        self.remains.not_created(seq);
        self.write(&Line::NotCreated { seq }, false);
    }

    /// Notes that it was removed.
    pub fn removed(&self, what: &Made) {
        self.remains.removed(what);
        self.write(&Line::Removed { what: what.clone() }, false);
    }

    /// Notes that it could not be removed.
    pub fn left_behind(&self, what: &Made, reason: &str) {
        self.write(
            &Line::LeftBehind {
                what: what.clone(),
                reason: reason.to_owned(),
            },
            true,
        );
    }

    /// Notes what happened, redacted. What redacted it serves whoever else writes of the record.
    pub fn record(&self, record: &TwinRecord) -> Redactor {
        let redactor = record.redactor();
        let redacted = shortened(record.redacted(&redactor));
        self.write(&Line::Twin(Box::new(redacted)), false);
        redactor
    }

    /// Writes the last line.
    ///
    /// # Errors
    /// When this line, or any before it, could not be written.
    pub fn close(self) -> Result<PathBuf, (PathBuf, io::Error)> {
        self.remains.close(&self.path);
        self.write(&Line::Done, true);
        match self.failed() {
            Some(error) => Err((self.path, error)),
            None => Ok(self.path),
        }
    }

    fn failed(&self) -> Option<io::Error> {
        self.failure
            .lock()
            .expect("nobody panics with this lock")
            .take()
    }

    fn write(&self, line: &Line, flush: bool) {
        // Serialised outside the lock, so that the writers only share the copying.
        let result = serde_json::to_vec(line)
            .map_err(io::Error::other)
            .and_then(|mut text| {
                text.push(b'\n');
                let mut file = self.file.lock().expect("nobody panics with this lock");
                file.write_all(&text)?;
                if flush { file.flush() } else { Ok(()) }
            });
        if let Err(error) = result {
            self.broken.store(true, Ordering::Relaxed);
            let mut failure = self.failure.lock().expect("nobody panics with this lock");
            failure.get_or_insert(error);
        }
    }
}
