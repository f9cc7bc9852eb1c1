//! Why a bundle is refused: a sentence for each way in which one can be other than it should be.

use super::dsse::DsseError;
use super::key::KeyError;
use super::records::BadRecords;

/// Why a bundle is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no folder, or it cannot be read.
    #[error("the bundle cannot be read: {0}")]
    Unreadable(String),
    /// Without its attestation a bundle says nothing that anybody stands for.
    #[error(
        "the attestation is missing: there is no `cert.intoto.jsonl`, so that nobody stands for what the bundle says"
    )]
    NoAttestation,
    /// The attestation has no line.
    #[error("the attestation is empty, so that nobody stands for what the bundle says")]
    AttestationEmpty,
    /// The attestation is longer than any.
    #[error("the attestation is longer than 1 MiB, as none is")]
    AttestationLong,
    /// The payload is not as this program writes it.
    #[error(
        "the statement in line {0} of the attestation can be read in two ways: a key is there twice, or it is not written as this program writes it"
    )]
    StatementWritten(usize),
    /// A line of the attestation is no envelope, or not signed by the key.
    #[error("line {line} of the attestation: {error}")]
    Envelope {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        error: DsseError,
    },
    /// The key did not sign a line.
    #[error(
        "line {0} of the attestation is not signed by this key: it was changed after it was signed, or somebody else signed it"
    )]
    NotSigned(usize),
    /// The payload is of another type.
    #[error("line {line} of the attestation holds `{kind}`, which is no in-toto statement")]
    PayloadType {
        /// Counted from 1.
        line: usize,
        /// What it says it is.
        kind: String,
    },
    /// The payload is no statement.
    #[error("line {0} of the attestation holds no statement that could be read")]
    NoStatement(usize),
    /// A statement is missing.
    #[error(
        "the statement `{0}` is missing from the attestation: it was taken out after it was signed"
    )]
    StatementMissing(&'static str),
    /// A statement stands there twice.
    #[error("the statement `{0}` stands twice in the attestation")]
    StatementTwice(String),
    /// A statement of another kind, or of another version.
    #[error("the attestation holds a statement of the kind `{0}`, which no certificate has")]
    StatementUnknown(String),
    /// The statements are of different bundles.
    #[error("the two statements are not about the same files: they come from two certificates")]
    StatementsDiffer,
    /// A file is missing.
    #[error("the file `{0}` is missing: the attestation names it")]
    FileMissing(String),
    /// A file that the attestation does not name.
    #[error("the file `{0}` does not belong to the bundle: the attestation does not name it")]
    FileExtra(String),
    /// A file that every bundle has is not named by the attestation.
    #[error("the attestation does not name the file `{0}`, which every certificate has")]
    FileUnnamed(&'static str),
    /// A file was changed.
    #[error("the file `{0}` was changed: it has another digest than the attestation says")]
    FileChanged(String),
    /// The result, the terms or another file cannot be read.
    #[error("the file `{file}` cannot be read: {why}")]
    File {
        /// Which.
        file: &'static str,
        /// Why not.
        why: String,
    },
    /// The suite is another one.
    #[error(
        "the certificate is of another suite: {said} instead of {ours}, which this program has as `{revision}`"
    )]
    Suite {
        /// Its digest there.
        said: String,
        /// Its digest here.
        ours: String,
        /// Which revision.
        revision: String,
    },
    /// The revision is unknown.
    #[error("the certificate is of the revision `{0}`, which this program does not know")]
    Revision(String),
    /// The format is of another version.
    #[error("the bundle has version {0} of the format, and this program reads {ours}", ours = super::terms::SCHEMA)]
    Version(u32),
    /// The result names another time than the requests.
    #[error("the run began at `{0}` by the result, and its requests were made on another day")]
    Started(String),
    /// No request went to the endpoint.
    #[error("the endpoint is `{0}` by the result, and that is not where its requests went")]
    Endpoint(String),
    /// Another version of the program made it.
    #[error(
        "the bundle was made by {name} {version}, and this is {ours}: use that version to verify it, since no other makes its words and pages again",
        ours = env!("CARGO_PKG_VERSION")
    )]
    Program {
        /// What it is called.
        name: String,
        /// Its version.
        version: String,
    },
    /// A part of the suite was run.
    #[error("not the whole suite was run: the result names filters, a part or an earlier result")]
    Part,
    /// Something was excused.
    #[error(
        "`{0}` is excused by a baseline: a certificate knows none, and what fails in it counts"
    )]
    Baseline(String),
    /// The run did not come to its end.
    #[error("the run did not come to its end: {0}")]
    Unfinished(String),
    /// The terms and the result do not go together.
    #[error("terms and result are of two different runs: they differ in the {0}")]
    Terms(&'static str),
    /// The product is not named.
    #[error("the product is not named: `{0}` is empty")]
    Product(&'static str),
    /// A challenge was given, and the run had none.
    #[error(
        "the run was not given your challenge, nor any: it may have been made before you asked"
    )]
    Unchallenged,
    /// Another challenge was given.
    #[error("the run was given another challenge, `{0}`: it was not made for you")]
    Challenge(String),
    /// What stands there as challenge is none.
    #[error("what stands in the terms as challenge is none")]
    NoChallenge,
    /// The seed does not follow from challenge and nonce.
    #[error("the seed {0} does not follow from challenge and nonce: the order was chosen")]
    Seed(u64),
    /// The records cannot be read.
    #[error("the records cannot be read: {0}")]
    Records(#[from] BadRecords),
    /// A record is missing.
    #[error("the record of `{0}` is missing")]
    RecordMissing(String),
    /// A record is there twice.
    #[error("there are two records of attempt {attempt} of `{instance}`")]
    RecordTwice {
        /// Of which instance.
        instance: String,
        /// Which attempt.
        attempt: usize,
    },
    /// A record of an instance that the suite does not have.
    #[error("there is a record of `{0}`, which the suite does not have")]
    RecordUnknown(String),
    /// More attempts than the terms allow, or one without the one before it.
    #[error("the record of attempt {attempt} of `{instance}` cannot be: {why}")]
    Attempt {
        /// Of which instance.
        instance: String,
        /// Which attempt.
        attempt: usize,
        /// Why not.
        why: &'static str,
    },
    /// The record is of something else.
    #[error("the record of `{instance}` is not of it: {why}")]
    RecordForeign {
        /// Of which instance it says it is.
        instance: String,
        /// How one can tell.
        why: String,
    },
    /// The verdict does not follow from the record.
    #[error("`{instance}` is {found} by its record, and the result says {said}")]
    Verdict {
        /// Which instance.
        instance: String,
        /// The verdict that follows.
        found: String,
        /// The verdict that stands there.
        said: String,
    },
    /// Something else that the result says of an instance does not follow from its record.
    #[error("what the result says of `{instance}` does not follow from its record: `{field}`")]
    Entry {
        /// Which instance.
        instance: String,
        /// What of it.
        field: String,
    },
    /// The result lists other instances than the suite has.
    #[error("the result lists `{0}`, and there is no record that it could follow from")]
    EntryExtra(String),
    /// The result lists less than there are records of.
    #[error("the result does not list `{0}`, of which there is a record")]
    EntryMissing(String),
    /// The level is another.
    #[error("the level is {found} by the records, and the result says {said}")]
    Level {
        /// The level that follows.
        found: String,
        /// The level that stands there.
        said: String,
    },
    /// The scope or a sum is another.
    #[error("`{0}` of the result does not follow from the records")]
    Sums(String),
    /// The events tell another run.
    #[error("the events and the result are not of the same run: {0}")]
    Events(String),
    /// A report says something else than the result.
    #[error("`{0}` says something else than the result: it was not made of it")]
    Report(&'static str),
    /// A statement says something else than the bundle.
    #[error(
        "the statement `{kind}` says something else than what follows from the records: `{field}`"
    )]
    Statement {
        /// Which statement.
        kind: &'static str,
        /// What of it.
        field: String,
    },
    /// The key is none.
    #[error("the key cannot be used: {0}")]
    Key(#[from] KeyError),
}
