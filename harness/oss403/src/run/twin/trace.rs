//! What a request of a twin may leave behind in its world.

use crate::run::journal::Made;
use crate::run::plan::is_read;
use crate::run::sender::Sender;
use crate::run::world::World;
use crate::wire::draft::{Body, Draft};
use crate::wire::exchange::Exchange;
use crate::wire::xml;
use oss403_case::model::Who;

/// What a request may leave behind in its world.
pub(super) struct Trace {
    method: String,
    bucket: Option<String>,
    key: Option<String>,
    initiates_upload: bool,
    makes_bucket: bool,
}

impl Trace {
    pub(super) fn of(draft: &Draft) -> Self {
        let key = match &draft.body {
            Body::Form(form) => {
                let key = form
                    .fields
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case("key"));
                key.map(|(_, value)| value.clone())
            }
            Body::Empty | Body::Bytes(_) => draft.key.clone(),
        };
        Self {
            method: draft.method.clone(),
            bucket: draft.bucket.clone(),
            initiates_upload: draft.query.iter().any(|(name, _)| name == "uploads"),
            makes_bucket: draft.key.is_none() && draft.query.is_empty(),
            key,
        }
    }

    /// The same, with the method that really goes out.
    pub(super) fn sent_as(self, method: &str) -> Self {
        Self {
            method: method.to_owned(),
            ..self
        }
    }

    /// Notes in advance that the request may make the bucket whose name was kept free.
    pub(super) async fn announce(&self, world: &World, sender: &Sender<'_>, signer: &Who) {
        if !(self.makes_bucket && self.method == "PUT" && world.scene.no_bucket) {
            return;
        }
        let Some(name) = &self.bucket else { return };
        let region = world.scene.names.home.clone();
        let owner = match signer {
            Who::Anonymous => Who::Owner.to_string(),
            signer => signer.to_string(),
        };
        let made = Made::Bucket {
            name: name.clone(),
            region,
            owner,
        };
        let _ = sender.context.making(&made).await;
        world.note(made);
    }

    /// Notes what a request that succeeded may have made.
    pub(super) fn note(&self, world: &World, exchange: &Exchange) {
        let Some(response) = exchange.response().filter(|response| response.is_success()) else {
            return;
        };
        let (Some(bucket), Some(key)) = (&self.bucket, &self.key) else {
            return;
        };
        if is_read(&self.method) {
            return;
        }
        if self.initiates_upload {
            if let Some(id) = xml::text(&response.body, "UploadId") {
                world.note_upload(bucket, key, &id);
            }
        } else {
            world.note_key(bucket, key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::draft;
    use crate::wire::draft::FormDraft;

    #[test]
    fn a_request_says_what_it_may_leave_behind() {
        for (line, bucket, upload, key) in [
            ("PUT ", true, false, None),
            ("PUT ?acl", false, false, None),
            ("PUT k", false, false, Some("k")),
            ("POST k?uploads", false, true, Some("k")),
            ("POST k?append", false, false, Some("k")),
        ] {
            let trace = Trace::of(&draft(line, None, Body::Empty));
            assert_eq!(trace.makes_bucket, bucket, "{line}");
            assert_eq!(trace.initiates_upload, upload, "{line}");
            assert_eq!(trace.key.as_deref(), key, "{line}");
            let sent = trace.sent_as("PATCH");
            assert_eq!((&*sent.method, sent.key.as_deref()), ("PATCH", key));
        }
        let form = FormDraft {
            fields: vec![("acl".into(), "private".into()), ("Key".into(), "k".into())],
            conditions: None,
            file: String::new(),
        };
        let trace = Trace::of(&draft("POST ", None, Body::Form(form)));
        assert_eq!(trace.key.as_deref(), Some("k"));
    }
}
