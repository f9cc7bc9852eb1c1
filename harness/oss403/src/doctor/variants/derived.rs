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
    fn of(prefix: &'static str, steps: &[&str]) -> Self {
        Self {
            prefix,
            steps: steps.iter().map(|step| (*step).to_owned()).collect(),
            in_digits: false,
        }
    }

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
    let (own, other) = match kind {
        Kind::V4 => (OSS, S3),
        Kind::S3V4 => (S3, OSS),
        Kind::V1 | Kind::V2 => return Vec::new(),
    };
    let due = scope.each_ref().map(String::as_str);
    let mut found = other_ways(own, other, due);
    found.extend(other_orders(own, due));
    for (what, at, values) in other_parts(evidence, due) {
        for value in values.iter().filter(|value| *value != due[at]) {
            let mut steps = due;
            steps[at] = value;
            let says = format!(
                "The key was derived for the {what} `{}`, and the scope has `{}`.",
                super::super::text::hidden(value),
                super::super::text::hidden(due[at])
            );
            found.push((says, Derivation::of(own, &steps)));
        }
    }
    found
}

/// Of the parts that are due, in their order, and not as they have to be.
fn other_ways(own: &'static str, other: &'static str, due: [&str; 4]) -> Vec<(String, Derivation)> {
    vec![
        (
            format!(
                "The key was derived from `{other}` and the secret instead of `{own}` and the secret."
            ),
            Derivation::of(other, &due),
        ),
        (
            format!("The key was derived from the secret without `{own}` before it."),
            Derivation::of("", &due),
        ),
        (
            "The secret itself was used as the key: nothing was derived from it.".into(),
            Derivation::of("", &[]),
        ),
        (
            "Each step of deriving the key took the hexadecimal digits of the one before, not its bytes.".into(),
            Derivation {
                in_digits: true,
                ..Derivation::of(own, &due)
            },
        ),
        (
            format!(
                "The last step of deriving the key, `{}`, was left out.",
                due[3]
            ),
            Derivation::of(own, &due[..3]),
        ),
    ]
}

fn other_orders(own: &'static str, due: [&str; 4]) -> [(String, Derivation); 5] {
    let orders = [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    orders.map(|order| {
        let names = order.map(|at| ["date", "region", "product"][at]);
        let [first, second, third] = order.map(|at| due[at]);
        let says = format!(
            "The key was derived in the order {}, and it has to be date, region, product.",
            names.join(", ")
        );
        (says, Derivation::of(own, &[first, second, third, due[3]]))
    })
}

/// What a part of the scope is called, its place, and what it may have been taken for.
fn other_parts(
    evidence: &Evidence,
    [day, region, ..]: [&str; 4],
) -> [(&'static str, usize, Vec<String>); 4] {
    let date = evidence.server_lines();
    let date = date.get(super::super::evidence::DATE).unwrap_or_default();
    let mut days = vec![
        date.to_owned(),
        date.get(..8).unwrap_or_default().to_owned(),
    ];
    days.extend(neighbours(day));
    let bare = region
        .trim_start_matches("oss-")
        .trim_end_matches("-internal");
    let regions = vec![
        bare.to_owned(),
        format!("oss-{bare}"),
        format!("{bare}-internal"),
        "us-east-1".to_owned(),
    ];
    let products = vec!["oss".to_owned(), "s3".to_owned()];
    let terminators = vec!["aliyun_v4_request".to_owned(), "aws4_request".to_owned()];
    [
        ("date", 0, days),
        ("region", 1, regions),
        ("product", 2, products),
        ("last step", 3, terminators),
    ]
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
