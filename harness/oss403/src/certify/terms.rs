//! The terms of a certificate: everything that a run under fixed rules was given, so that whoever reads its records knows what had to be done.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::report::json::{ResultFile, Tool};
use crate::run::{Surroundings, id_from};
use crate::target::product::{Artifact, Product};

/// Version of the format of a bundle.
pub const SCHEMA: u32 = 1;

/// The shortest and the longest challenge, in hexadecimal digits.
pub const CHALLENGE: std::ops::RangeInclusive<usize> = 16..=128;

/// How often an instance may be run.
pub const ATTEMPTS: std::ops::RangeInclusive<usize> = 1..=10;

/// The terms of a certificate: `terms.json` of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Version of the format of the bundle.
    pub schema: u32,
    /// The program that ran the suite.
    pub tool: Tool,
    /// Revision of the suite, all of which was run.
    pub revision: String,
    /// Digest of its case files.
    pub suite: String,
    /// What whoever asked for the certificate gave before the run; without it the run may be as old as the vendor likes.
    pub challenge: Option<String>,
    /// What no other run has.
    pub nonce: String,
    /// What decided the order: made of the challenge, or else of the nonce.
    pub seed: u64,
    /// How often at most an instance was run that was not conformant.
    pub attempts: usize,
    /// Name of the target.
    pub target: String,
    /// What of it decides what is sent to it.
    pub surroundings: Surroundings,
    /// SHA-256 of its profile; the embedded server has none.
    pub profile_sha256: Option<String>,
    /// What the certificate is about.
    pub product: Product,
    /// What of the product can be told by its digest.
    pub artifact: Option<Artifact>,
}

impl Terms {
    /// The JSON Schema of `terms.json`.
    pub fn schema() -> String {
        oss403_case::schema::text_of::<Self>("oss403 certificate terms")
    }

    /// The seed that challenge and nonce give. It fits into a number of JSON.
    pub fn seed_of(challenge: Option<&str>, nonce: &str) -> u64 {
        let text = match challenge {
            Some(challenge) => format!("oss403 seed of challenge {challenge}"),
            None => format!("oss403 seed of nonce {nonce}"),
        };
        let digest = Sha256::digest(text.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        u64::from_be_bytes(first) >> 11
    }

    /// What the names of everything that the run makes are derived from.
    pub fn names(challenge: Option<&str>, nonce: &str) -> String {
        format!("oss403 names {} {nonce}", challenge.unwrap_or("-"))
    }

    /// What they are derived from in this run.
    pub fn named_by(&self) -> String {
        Self::names(self.challenge.as_deref(), &self.nonce)
    }

    /// The id of the run, which stands in the name of everything that it made.
    pub fn run(&self) -> String {
        id_from(&self.named_by())
    }

    /// Digest of what decides what is sent to the target.
    pub fn surroundings_digest(&self) -> String {
        let text = serde_json::to_vec(&self.surroundings).unwrap_or_default();
        oss_auth::hex(&Sha256::digest(text))
    }

    /// What a result says otherwise than these terms, in words.
    pub fn other_than(&self, head: &ResultFile) -> Option<&'static str> {
        let claims = self.surroundings.claims.iter().map(|claim| claim.as_str());
        let differs = [
            ("program", self.tool != head.tool),
            ("revision", self.revision != head.suite.revision),
            ("suite", self.suite != head.suite.hash),
            ("seed", self.seed != head.seed),
            ("target", self.target != head.target.name),
            (
                "kind of target",
                self.surroundings.embedded != head.target.reference.is_some(),
            ),
            (
                "claims",
                !claims.eq(head.scope.claimed.iter().map(String::as_str)),
            ),
        ];
        let mut differs = differs.into_iter();
        differs.find(|(_, differs)| *differs).map(|(what, _)| what)
    }
}

/// Whether a text may be a challenge: an even number of hexadecimal digits, at least eight bytes.
pub fn is_challenge(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    CHALLENGE.contains(&text.len()) && text.len().is_multiple_of(2) && text.bytes().all(is_digit)
}
