//! The known ways to derive the key of version 4 wrongly.

use sha2::{Digest as _, Sha256};

use super::super::evidence::{Evidence, Kind};

/// How a key was made of the secret: of what stands before it, then by one HMAC for each step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::doctor) struct Derivation {
    prefix: &'static str,
    steps: Vec<String>,
    /// Whether each step took the hexadecimal digits of the one before.
    in_digits: bool,
}

impl Derivation {
    /// The signature of a string.
    pub(in crate::doctor) fn signature(&self, secret: &str, string: &[u8]) -> String {
        let mut key = format!("{}{secret}", self.prefix).into_bytes();
        for step in &self.steps {
            let next = hmac(&key, step.as_bytes());
            key = match self.in_digits {
                true => oss_auth::hex(&next).into_bytes(),
                false => next.to_vec(),
            };
        }
        oss_auth::hex(&hmac(&key, string))
    }
}

/// Keys that are made of the right secret, and not as they have to be. The string is the server's own.
pub(super) fn keys(evidence: &Evidence, kind: Kind) -> Vec<(String, Derivation)> {
    let Some(scope) = scope(evidence) else {
        return Vec::new();
    };
    let [day, region, product, terminator] = &scope;
    let (own, other) = match kind {
        Kind::V4 => (OSS, S3),
        Kind::S3V4 => (S3, OSS),
        Kind::V1 | Kind::V2 => return Vec::new(),
    };
    let mut found: Vec<(String, Derivation)> = Vec::new();
    let mut add = |says: String, prefix, steps: &[&str], in_digits| {
        let steps = steps.iter().map(|step| (*step).to_owned()).collect();
        let derivation = Derivation {
            prefix,
            steps,
            in_digits,
        };
        found.push((says, derivation));
    };
    let due = [&**day, &**region, &**product, &**terminator];
    add(
        format!(
            "The key was derived from `{other}` and the secret instead of `{own}` and the secret."
        ),
        other,
        &due,
        false,
    );
    add(
        format!("The key was derived from the secret without `{own}` before it."),
        "",
        &due,
        false,
    );
    add(
        "The secret itself was used as the key: nothing was derived from it.".into(),
        "",
        &[],
        false,
    );
    add(
        "Each step of deriving the key took the hexadecimal digits of the one before, not its bytes.".into(),
        own,
        &due,
        true,
    );
    add(
        format!("The last step of deriving the key, `{terminator}`, was left out."),
        own,
        &due[..3],
        false,
    );
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let names = order.map(|at| ["date", "region", "product"][at]);
        let [first, second, third] = order.map(|at| due[at]);
        add(
            format!(
                "The key was derived in the order {}, and it has to be date, region, product.",
                names.join(", ")
            ),
            own,
            &[first, second, third, terminator],
            false,
        );
    }
    let mut part = |what: &str, at: usize, values: &[String]| {
        for value in values.iter().filter(|value| value != &due[at]) {
            let mut steps = due;
            steps[at] = value;
            add(
                format!(
                    "The key was derived for the {what} `{}`, and the scope has `{}`.",
                    super::super::text::hidden(value),
                    super::super::text::hidden(due[at])
                ),
                own,
                &steps,
                false,
            );
        }
    };
    let bare = region
        .trim_start_matches("oss-")
        .trim_end_matches("-internal");
    let date = evidence.server_lines();
    let date = date.get(super::super::evidence::DATE).unwrap_or_default();
    let mut days = vec![
        date.to_owned(),
        date.get(..8).unwrap_or_default().to_owned(),
    ];
    days.extend(neighbours(day));
    part("date", 0, &days);
    let regions = [
        bare.to_owned(),
        format!("oss-{bare}"),
        format!("{bare}-internal"),
        "us-east-1".to_owned(),
    ];
    part("region", 1, &regions);
    part("product", 2, &["oss".to_owned(), "s3".to_owned()]);
    let terminators = ["aliyun_v4_request".to_owned(), "aws4_request".to_owned()];
    part("last step", 3, &terminators);
    found
}

const OSS: &str = "aliyun_v4";
const S3: &str = "AWS4";

/// The scope in the server's string.
fn scope(evidence: &Evidence) -> Option<[String; 4]> {
    let lines = evidence.server_lines();
    let parts = lines.get("scope")?.split('/').map(str::to_owned);
    let parts: Vec<String> = parts.collect();
    parts.try_into().ok()
}

/// The day before and the day after: that of a place whose clock is ahead or behind.
fn neighbours(day: &str) -> Vec<String> {
    let noon = format!("{day}T120000Z");
    let Ok(noon) = oss_auth::Timestamp::parse_iso_basic(&noon) else {
        return Vec::new();
    };
    [-86_400, 86_400]
        .map(|seconds| oss_auth::Timestamp(noon.0 + seconds).scope_date())
        .into()
}

/// HMAC-SHA256 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x36))
        .chain_update(message)
        .finalize();
    Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x5c))
        .chain_update(inner)
        .finalize()
        .into()
}
