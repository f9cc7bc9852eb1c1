//! The doctor, rule by rule, and with the secret.

mod misderived;
mod requests;
mod rules;
mod secret;
mod sightings;

use super::{Evidence, Examination, Guess, examine};

/// A StringToSign in an answer.
fn answered(elements: &[(&str, &str)]) -> Evidence {
    Evidence::of_answer(|name| {
        elements
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, text)| *text)
    })
}

/// What an answer with this StringToSign says of a client that signed that one.
fn signed(server: &str, client: &str) -> Evidence {
    answered(&[("StringToSign", server)]).with_client_string(client.as_bytes())
}

/// The same of canonical requests of version 4.
fn signed4(server: &str, client: &str) -> Evidence {
    answered(&[("StringToSign", V4), ("CanonicalRequest", server)])
        .with_client_string(client.as_bytes())
}

const V4: &str =
    "OSS4-HMAC-SHA256\n20260101T000000Z\n20260101/cn-hangzhou/oss/aliyun_v4_request\n0000";
const S3: &str = "AWS4-HMAC-SHA256\n20260101T000000Z\n20260101/cn-hangzhou/s3/aws4_request\n0000";
const CANONICAL: &str = "GET\n/b/k.txt\n\nx-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:20260101T000000Z\n\n\nUNSIGNED-PAYLOAD";
const V1: &str = "GET\n\n\nTue, 20 Dec 2022 08:48:18 GMT\n/b/k.txt";

fn of(evidence: &Evidence) -> Examination {
    examine(evidence, None)
}

fn ids(guesses: &[Guess]) -> Vec<&'static str> {
    guesses.iter().map(|guess| guess.rule).collect()
}
