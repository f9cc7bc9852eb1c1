//! `records.jsonl`: what was sent and answered, instance by instance, so that anybody can judge it again, and nobody can use it.
//!
//! A line for each attempt, in the order in which they ended. Signatures and tokens are hidden as in a journal. Of the bodies that judging does
//! not read, those of bases that succeeded, and of probes, only length and digest are there: an account's own buckets and objects are nobody's
//! business, and that two reads are the same can be told by a digest. Placeholders that follow from the terms are left out.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::unique::{unique, written};
use crate::run::Surroundings;
use crate::run::record::TwinRecord;
use crate::wire::exchange::{Exchange, Outcome};
use crate::wire::redact::Redactor;

/// Bodies up to so many bytes say less than their digest.
const SHORT: usize = 48;
/// Longer lines are no records.
const LONGEST_LINE: u64 = 64 << 20;

/// A line of the records.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Which attempt it was, counted from 1.
    pub attempt: usize,
    /// What happened.
    pub record: TwinRecord,
}

impl Line {
    /// The JSON Schema of a line of the records.
    pub fn schema() -> String {
        oss403_case::schema::text_of::<Self>("oss403 record")
    }
}

/// Records that are being written.
#[derive(Debug)]
pub struct Records {
    out: BufWriter<File>,
    surroundings: Surroundings,
    /// The first that could not be written.
    trouble: Option<io::Error>,
}

impl Records {
    /// Begins a file.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(path: &Path, surroundings: Surroundings) -> io::Result<Self> {
        Ok(Self {
            out: BufWriter::new(File::create_new(path)?),
            surroundings,
            trouble: None,
        })
    }

    /// Writes what happened in an attempt. What cannot be written is told by [`Self::finish`].
    pub fn add(&mut self, attempt: usize, record: &TwinRecord, redactor: &Redactor) {
        let line = Line {
            attempt,
            record: public(record, redactor, &self.surroundings),
        };
        let written = serde_json::to_vec(&line).map_err(io::Error::other);
        let written = written.and_then(|mut text| {
            text.push(b'\n');
            self.out.write_all(&text)
        });
        if let Err(error) = written {
            self.trouble.get_or_insert(error);
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When something could not be written.
    pub fn finish(mut self) -> io::Result<()> {
        match self.trouble {
            Some(error) => Err(error),
            None => self.out.flush(),
        }
    }
}

/// A record that everybody may see. It is judged as the record itself.
pub fn public(record: &TwinRecord, redactor: &Redactor, surroundings: &Surroundings) -> TwinRecord {
    let mut record = record.redacted(redactor);
    if let Some(base) = &mut record.base {
        digested(base);
    }
    for probe in &mut record.probes {
        digested(&mut probe.before);
        digested(&mut probe.after);
    }
    let derived = derived(&record.placeholders, surroundings);
    record
        .placeholders
        .retain(|name, value| derived.get(name) != Some(value));
    record
}

/// Length and digest in place of what a success brought.
fn digested(exchange: &mut Exchange) {
    let Outcome::Answered(response) = &mut exchange.outcome else {
        return;
    };
    let length = response.body.len();
    if response.is_success() && length > SHORT {
        let digest = oss_auth::hex(&Sha256::digest(&response.body));
        response.body = format!("[{length} bytes, SHA-256 {digest}]").into_bytes();
    }
}

/// The placeholders that the terms and the name of the bucket give.
fn derived(
    placeholders: &BTreeMap<String, String>,
    surroundings: &Surroundings,
) -> BTreeMap<String, String> {
    let names = surroundings.names();
    let mut derived = BTreeMap::from([
        ("region".to_owned(), names.home.clone()),
        ("suffix".to_owned(), names.suffix.clone()),
        ("service-host".to_owned(), names.service_host(&names.home)),
    ]);
    if let Some(away) = &names.away {
        derived.insert("away-region".into(), away.clone());
    }
    if let Some(bucket) = placeholders.get("bucket") {
        derived.insert("bucket-host".into(), names.bucket_host(bucket, &names.home));
        if let Some(away) = &names.away {
            derived.insert("away-bucket-host".into(), names.bucket_host(bucket, away));
        }
    }
    derived
}

/// What stands wrong in a file of records.
#[derive(Debug, thiserror::Error)]
pub enum BadRecords {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A line is none, or not whole.
    #[error("line {line}: {detail}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        detail: String,
    },
}

/// Reads every line, in its order.
///
/// # Errors
/// The first that is none.
pub fn read(path: &Path, surroundings: &Surroundings) -> Result<Vec<Line>, BadRecords> {
    let mut texts = Vec::new();
    let mut reader = BufReader::new(File::open(path)?);
    for line in 1.. {
        let mut text = Vec::new();
        let mut limited = reader.by_ref().take(LONGEST_LINE);
        if limited.read_until(b'\n', &mut text)? == 0 {
            break;
        }
        if !text.ends_with(b"\n") {
            return Err(BadRecords::Line {
                line,
                detail: "it breaks off".into(),
            });
        }
        texts.push(text);
    }
    let parsed = super::in_parallel(&texts, |text| {
        unique(text)?;
        let line = serde_json::from_slice::<Line>(text)?;
        written(&line, text.strip_suffix(b"\n").unwrap_or_default()).map(|()| line)
    });
    let lines = parsed.into_iter().enumerate().map(|(index, line)| {
        let mut line = line.map_err(|error| BadRecords::Line {
            line: index + 1,
            detail: error.to_string(),
        })?;
        let placeholders = &mut line.record.placeholders;
        // Of an instance of which nothing was sent there are none.
        if !placeholders.is_empty() {
            let derived = derived(placeholders, surroundings);
            for (name, value) in derived {
                placeholders.entry(name).or_insert(value);
            }
        }
        Ok(line)
    });
    lines.collect()
}
