//! The journal of a run: the stream of its events, one JSON object a line. What is about to be made is written before it is made, so that
//! somebody else can remove it when this process dies; what happened is written too, redacted, so that it can be judged again as far as it
//! was kept: a body of more than a few KiB leaves its beginning, its length and its digest. Whoever judges adds a line for each verdict.

mod prune;
pub mod read;
mod shorten;
mod stream;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::stream::locked;
pub use self::stream::{Copies, Stream, Trouble};

use self::shorten::shortened;
use super::record::TwinRecord;
use super::remains::Remains;
use crate::wire::redact::Redactor;

/// A line that a run writes itself.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Line {
    /// The first line: which run this is. A run that is part of a certification says more in it.
    RunStarted(Header),
    /// Something is about to be made at the target.
    Making {
        /// Tells what one run makes apart.
        seq: u64,
        /// What.
        what: Made,
    },
    /// It was made, and this is what it is called.
    Made {
        /// As it was announced.
        seq: u64,
        /// What; names that only the target can give are in it now.
        what: Made,
    },
    /// It was not made after all.
    NotMade {
        /// As it was announced.
        seq: u64,
    },
    /// It was removed.
    Removed {
        /// What.
        what: Made,
    },
    /// It could not be removed.
    LeftBehind {
        /// What.
        what: Made,
        /// Why.
        reason: String,
    },
    /// What was sent for an instance and what came back, redacted. In the journal alone.
    Exchanged {
        /// The record, from which the instance can be judged again.
        #[schemars(with = "Value")]
        record: Box<TwinRecord>,
    },
    /// Everything made is removed, or listed as left behind, or kept because somebody wants to look at it.
    CleanedUp {
        /// How much is there still.
        left: usize,
    },
    /// What a dead run left was removed by somebody else.
    Swept {
        /// When, UTC, in ISO 8601.
        at: String,
        /// How much is there still.
        left: usize,
    },
}

/// Which run a stream is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    /// Version of this format.
    pub schema: u32,
    /// Id of the run: whatever it makes has a name that begins with `oss403-` and this.
    #[serde(default)]
    pub run: String,
    /// When it began, UTC, in ISO 8601.
    pub at: String,
    /// What it is run against.
    pub target: At,
    /// What decides the order of the instances.
    pub seed: u64,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct At {
    /// Its name.
    pub name: String,
    /// Its endpoint.
    pub endpoint: String,
}

/// Version of the stream's format.
pub const SCHEMA: u32 = 1;

/// Something that a run makes on a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Made {
    /// A bucket, with everything in it.
    Bucket {
        /// Its name.
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
    Domain {
        /// The domain.
        domain: String,
    },
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

    /// Whether it goes when something else does: itself, or what an account takes with it.
    pub(super) fn goes_with(&self, gone: &Self) -> bool {
        let Self::Account { account: gone_too } = gone else {
            return self.is_same(gone);
        };
        match self {
            Self::RamUser { account, .. }
            | Self::Session { account, .. }
            | Self::VpcEndpoint { account, .. }
            | Self::Account { account } => account == gone_too,
            _ => false,
        }
    }

    /// Whether the operator was asked for it and nobody knows what it is called.
    pub(super) fn is_nameless(&self) -> bool {
        match self {
            Self::Account { account: name }
            | Self::RamUser { user: name, .. }
            | Self::Session {
                access_key_id: name,
                ..
            }
            | Self::VpcEndpoint { endpoint: name, .. } => name.is_empty(),
            Self::Bucket { .. } | Self::Domain { .. } | Self::State { .. } => false,
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
            Self::Session {
                account,
                access_key_id,
            } if access_key_id.is_empty() => {
                write!(f, "a session without a name of account {account}")
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

/// The part of a journal that one run writes.
pub(crate) struct Journal {
    stream: Arc<Stream>,
    remains: Remains,
}

impl Journal {
    /// Goes on with a stream. `remains` learns at once what is made and removed.
    pub(crate) fn new(stream: Arc<Stream>, remains: Remains) -> Self {
        if let Some(path) = stream.path() {
            remains.open(path);
        }
        Self { stream, remains }
    }

    /// A number that nothing else in the stream has.
    pub(crate) fn fresh_number(&self) -> u64 {
        self.stream.fresh_number()
    }

    /// Whether a line could not be written: nothing more may be made then.
    pub(crate) fn is_broken(&self) -> bool {
        self.stream.is_broken()
    }

    /// Notes that something is about to be made. The line is durable when this returns.
    #[must_use]
    pub(crate) async fn making(&self, what: &Made) -> u64 {
        let seq = self.stream.fresh_seq();
        self.remains.intent(seq, what);
        let what = what.clone();
        let written = self.stream.write(&Line::Making { seq, what }, true);
        self.stream.settle(written).await;
        seq
    }

    /// Notes that it was made. What only the target could name leaves this process at once, too.
    pub(crate) fn made(&self, seq: u64, what: &Made) {
        self.remains.created(seq, what);
        let named_by_target = matches!(
            what,
            Made::Account { .. }
                | Made::RamUser { .. }
                | Made::Session { .. }
                | Made::VpcEndpoint { .. }
        );
        let what = what.clone();
        self.stream
            .write(&Line::Made { seq, what }, named_by_target);
    }

    /// Notes that it was not made.
    pub(crate) fn not_made(&self, seq: u64) {
        self.remains.not_created(seq);
        self.stream.write(&Line::NotMade { seq }, false);
    }

    /// Notes that it was removed.
    pub(crate) fn removed(&self, what: &Made) {
        self.remains.removed(what);
        let what = what.clone();
        self.stream.write(&Line::Removed { what }, false);
    }

    /// Notes that it could not be removed.
    pub(crate) fn left_behind(&self, what: &Made, reason: &str) {
        let line = Line::LeftBehind {
            what: what.clone(),
            reason: reason.to_owned(),
        };
        self.stream.write(&line, true);
    }

    /// Notes what happened, redacted. What redacted it serves whoever else writes of the record.
    pub(crate) fn record(&self, record: &TwinRecord) -> Redactor {
        let redactor = record.redactor();
        let record = Box::new(shortened(record.redacted(&redactor)));
        self.stream.write_here(&Line::Exchanged { record });
        redactor
    }

    /// Notes that so much stays and nothing else.
    ///
    /// # Errors
    /// When this line, or any before it, could not be written.
    pub(crate) fn close(self, left: usize) -> Result<PathBuf, Trouble> {
        if let Some(path) = self.stream.path() {
            self.remains.close(path);
        }
        self.stream.add_left(left);
        let left = self.stream.left();
        self.stream.write(&Line::CleanedUp { left }, true);
        self.stream.sound()?;
        let path = self.stream.path().map(Path::to_owned);
        Ok(path.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Made;

    #[test]
    fn what_nobody_has_named_yet_is_said_to_have_no_name() {
        let account = || "1000000000000001".to_owned();
        let all = [
            Made::Account {
                account: String::new(),
            },
            Made::RamUser {
                account: account(),
                user: String::new(),
            },
            Made::Session {
                account: account(),
                access_key_id: String::new(),
            },
            Made::VpcEndpoint {
                account: account(),
                endpoint: String::new(),
            },
        ];
        for made in all {
            assert!(made.is_nameless());
            let words = made.to_string();
            assert!(words.contains(" without a name"), "{words}");
            assert!(!words.contains("  "), "{words}");
        }
    }

    #[test]
    fn an_account_takes_its_people_and_endpoints_with_it_and_nothing_else_goes_with_another() {
        let account = |account: &str| Made::Account {
            account: account.into(),
        };
        let user = |account: &str| Made::RamUser {
            account: account.into(),
            user: "eve".into(),
        };
        let bucket = |name: &str| Made::Bucket {
            name: name.into(),
            region: "cn-hangzhou".into(),
            owner: "owner".into(),
        };
        for (made, gone, goes) in [
            (user("1"), account("1"), true),
            (account("1"), account("1"), true),
            (user("1"), account("2"), false),
            (bucket("b"), account("1"), false),
            (bucket("b"), bucket("b"), true),
            (bucket("b"), bucket("c"), false),
            (user("1"), user("1"), true),
            (account("1"), user("1"), false),
        ] {
            assert_eq!(made.goes_with(&gone), goes, "{made} with {gone}");
        }
    }
}
