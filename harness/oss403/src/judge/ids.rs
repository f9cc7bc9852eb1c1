//! Request ids, each of which belongs to one request of a run and to no other.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::answer::shorten;
use super::exchanges;
use super::verdict::{Facet, Judgement, Verdict};
use crate::run::record::TwinRecord;
use crate::wire::exchange::{Exchange, SentRequest};

/// The request ids that were seen so far, as hashes of 64 bits: that any two of `MOST_IDS` different ones have the same hash is a chance
/// of one in 2.8 million.
#[derive(Debug, Default)]
pub struct Ids {
    /// With each the place in `instances` of the one it was given to; places beyond the end have been forgotten.
    seen: HashMap<u64, u32>,
    instances: Vec<Box<str>>,
    records: u32,
}

/// So many ids are remembered, in some 70 MB.
const MOST_IDS: usize = 3_600_000;

/// So many instances are remembered by name, in some 8 MB.
const MOST_INSTANCES: usize = 100_000;

impl Ids {
    /// Takes in the ids of a record; whether one of them was seen before, in words.
    pub fn add(&mut self, record: &TwinRecord) -> Option<String> {
        let place = self.records;
        self.records = self.records.saturating_add(1);
        if self.instances.len() < MOST_INSTANCES {
            self.instances.push(record.instance.as_str().into());
        }
        let mut repeated = None;
        for (what, sent) in exchanges(record) {
            let ids = request_ids(sent);
            let Some((_, id)) = ids.first().filter(|(_, id)| !id.is_empty()) else {
                continue;
            };
            let mut hasher = DefaultHasher::new();
            id.hash(&mut hasher);
            let hash = hasher.finish();
            if let Some(before) = self.seen.get(&hash) {
                let instance = self.instances.get(*before as usize);
                let instance = instance.map(|id| format!(" (instance {id})"));
                repeated.get_or_insert_with(|| {
                    format!(
                        "the request id {:?} of {what} was given to another request before{}",
                        shorten(id),
                        instance.unwrap_or_default()
                    )
                });
            } else {
                self.remember(hash, place);
            }
        }
        repeated
    }

    fn remember(&mut self, hash: u64, place: u32) {
        if self.seen.len() < MOST_IDS {
            self.seen.insert(hash, place);
        }
    }

    /// The judgement of a record, its request ids taken into account: one that was seen before is no id.
    pub fn judge(&mut self, record: &TwinRecord, judgement: Judgement) -> Judgement {
        match self.add(record) {
            Some(reason) if judgement.verdict == Verdict::Conformant => Judgement {
                verdict: Verdict::Deviates(Facet::Envelope),
                reason,
            },
            _ => judgement,
        }
    }
}

/// The headers with the request id of an answer. The S3 dialect may have its own.
pub(super) fn request_ids(exchange: &Exchange) -> Vec<(&str, &str)> {
    let named = |wanted: &str| -> Vec<(&str, &str)> {
        let headers = exchange.response().into_iter().flat_map(|r| &r.headers);
        headers
            .filter(|(name, _)| name == wanted)
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    };
    let own = named("x-oss-request-id");
    if own.is_empty() && is_s3(&exchange.request) {
        named("x-amz-request-id")
    } else {
        own
    }
}

/// Whether a request speaks the S3 dialect.
fn is_s3(request: &SentRequest) -> bool {
    let mut headers = request.headers.iter();
    let query = request.target.to_ascii_lowercase();
    headers.any(|(name, value)| {
        let name = name.to_ascii_lowercase();
        name.starts_with("x-amz-") || (name == "authorization" && value.starts_with("AWS"))
    }) || ["x-amz-", "awsaccesskeyid="]
        .iter()
        .any(|part| query.contains(part))
}
