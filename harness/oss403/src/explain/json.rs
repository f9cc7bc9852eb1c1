//! What `explain --format json` prints. `explain.schema.json` describes it.

use schemars::JsonSchema;
use serde::Serialize;

use super::diagnosis::Diagnosis;
use crate::doctor::{Examination, Kind, Row, Surety, hidden};
use crate::wire::redact::one_line;
use oss403_case::model::CaseFile;

/// Version of the format.
pub const SCHEMA: u32 = 1;

/// An explanation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Explained {
    /// Version of this format.
    pub schema: u32,
    /// The answers that were read, in their order; empty when a cause or a code was asked for.
    pub answers: Vec<Answer>,
    /// The causes that were asked for by id or code.
    pub causes: Vec<Cause>,
}

/// What an answer says and means.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Answer {
    /// HTTP status, when it is known.
    pub status: Option<u16>,
    /// The `Code` element; empty when there is none.
    pub code: String,
    /// The `Message` element; empty when there is none.
    pub message: String,
    /// The EC.
    pub ec: Option<String>,
    /// The request id.
    pub request_id: Option<String>,
    /// The host that answered.
    pub host: Option<String>,
    /// Who answered instead of OSS, in words; `null` when it is an answer of OSS.
    pub not_of_oss: Option<String>,
    /// What the EC stands for, in words.
    pub ec_says: Option<String>,
    /// Sentences with the values of the answer.
    pub notes: Vec<String>,
    /// Causes that fit, best first.
    pub causes: Vec<Cause>,
    /// What the doctor says of a signature that does not match.
    pub signature: Option<Signature>,
}

/// A cause of the ledger.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Cause {
    /// Its id.
    pub id: String,
    /// Its documented status.
    pub status: u16,
    /// Its documented code.
    pub code: String,
    /// Its documented message; `*` when no source shows one.
    pub message: String,
    /// In what it fits, each a fragment.
    pub why: Vec<String>,
    /// What the refusal tells its reader.
    pub means: String,
    /// What its reader should do.
    pub fix: String,
}

/// What the doctor found. Values of tokens and signatures are left out.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Signature {
    /// `v1`, `v2`, `v4` or `s3-v4`; `null` when it cannot be told.
    pub scheme: Option<String>,
    /// The StringToSign by lines.
    pub string_to_sign: Vec<Line>,
    /// The canonical request by lines, of version 4.
    pub canonical_request: Vec<Line>,
    /// What is probably wrong, the surest first.
    pub guesses: Vec<Guessed>,
}

/// A line of a string.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Line {
    /// What stands in it.
    pub name: String,
    /// The server's; `null` when the server has no such line.
    pub server: Option<String>,
    /// The client's; `null` when it has no such line, or is not known.
    pub client: Option<String>,
    /// The first byte that differs, counted from 0; `null` when none does or the client's is not known.
    pub differs_at: Option<usize>,
}

/// A guess.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Guessed {
    /// Id of the rule.
    pub rule: String,
    /// `proven`, `certain`, `likely` or `maybe`.
    pub surety: String,
    /// What is wrong and what to do.
    pub says: String,
    /// What speaks for it.
    pub because: String,
}

impl Explained {
    /// Of answers.
    pub fn of(diagnoses: &[Diagnosis]) -> Self {
        Self {
            schema: SCHEMA,
            answers: diagnoses.iter().map(Answer::of).collect(),
            causes: Vec::new(),
        }
    }

    /// Of causes that were asked for.
    pub fn of_causes<'f>(files: impl Iterator<Item = &'f CaseFile>) -> Self {
        Self {
            schema: SCHEMA,
            answers: Vec::new(),
            causes: files.map(|file| Cause::of(file, &[])).collect(),
        }
    }

    /// The JSON Schema of the format.
    pub fn schema() -> String {
        oss403_case::schema::text_of::<Self>("oss403 explain --format json")
    }
}

fn inert(text: &str) -> String {
    one_line(hidden(text))
}

impl Answer {
    fn of(diagnosis: &Diagnosis) -> Self {
        let own = |text: &Option<String>| text.as_deref().map(inert);
        Self {
            status: diagnosis.status,
            code: inert(&diagnosis.code),
            message: inert(&diagnosis.message),
            ec: own(&diagnosis.ec),
            request_id: own(&diagnosis.request_id),
            host: own(&diagnosis.host),
            not_of_oss: diagnosis.not_of_oss.clone(),
            ec_says: diagnosis.ec_known.map(|ec| ec.says.to_owned()),
            notes: diagnosis.notes.clone(),
            causes: diagnosis
                .fits
                .iter()
                .map(|fit| Cause::of(&fit.file, &fit.why))
                .collect(),
            signature: diagnosis.doctor.as_ref().map(Signature::of),
        }
    }
}

impl Cause {
    fn of(file: &CaseFile, why: &[String]) -> Self {
        Self {
            id: file.cause.clone(),
            status: file.status,
            code: file.code.clone(),
            message: file.message.clone(),
            why: why.to_vec(),
            means: file.means.trim().to_owned(),
            fix: file.fix.trim().to_owned(),
        }
    }
}

impl Signature {
    fn of(found: &Examination) -> Self {
        let scheme = found.kind.map(|kind| match kind {
            Kind::V1 => "v1",
            Kind::V2 => "v2",
            Kind::V4 => "v4",
            Kind::S3V4 => "s3-v4",
        });
        let lines = |rows: &[Row]| rows.iter().map(Line::of).collect();
        Self {
            scheme: scheme.map(str::to_owned),
            string_to_sign: lines(&found.string_to_sign),
            canonical_request: lines(&found.canonical_request),
            guesses: found
                .guesses
                .iter()
                .map(|guess| Guessed {
                    rule: guess.rule.to_owned(),
                    surety: match guess.surety {
                        Surety::Proven => "proven",
                        Surety::Certain => "certain",
                        Surety::Likely => "likely",
                        Surety::Hint => "maybe",
                    }
                    .to_owned(),
                    says: guess.says.clone(),
                    because: guess.because.clone(),
                })
                .collect(),
        }
    }
}

impl Line {
    fn of(row: &Row) -> Self {
        let text = |line: &Option<Vec<u8>>| {
            line.as_ref()
                .map(|line| inert(&String::from_utf8_lossy(line)))
        };
        Self {
            name: inert(&row.name),
            server: text(&row.server),
            client: text(&row.client),
            differs_at: row.differs_at,
        }
    }
}
