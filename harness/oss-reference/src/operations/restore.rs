//! RestoreObject: archived objects made readable for a while (help page: RestoreObject).

use oss_auth::Timestamp;

use super::call::Call;
use crate::answer::{Answer, Rejection};
use crate::documents::document;
use crate::refusals::malformed_xml;
use crate::world::{Bucket, Object, Restoration, StorageClass};

const DAY: i64 = 24 * 3600;

/// `POST /key?restore`: 202 when it begins, 409 while it goes on, 200 when it is prolonged.
pub(super) fn restore(
    bucket: &mut Bucket,
    call: &Call<'_>,
    body: &[u8],
) -> Result<Answer, Rejection> {
    let object = call.object_mut(bucket)?;
    if !object.storage_class.needs_restore() {
        let message = "The operation is not supported for this resource.";
        return Err(Rejection::new(400, "OperationNotSupported", message).ec("0016-00000702"));
    }
    let life = days(body, object.storage_class)? * DAY;
    match object.restoration {
        Some(restoration) if call.now() < restoration.ready => Err(Rejection::new(
            409,
            "RestoreAlreadyInProgress",
            "The restore operation is in progress.",
        )),
        Some(restoration) if call.now() < restoration.expires => {
            object.restoration = Some(Restoration {
                expires: call.now() + life,
                ..restoration
            });
            Ok(Answer::empty(200))
        }
        _ => {
            let decisions = &call.config.decisions;
            let delay = match object.storage_class {
                StorageClass::Archive => decisions.restore_delay_seconds,
                _ => decisions.cold_restore_delay_seconds,
            };
            let ready = call.now().saturating_add(delay);
            object.restoration = Some(Restoration {
                ready,
                expires: ready.saturating_add(life),
            });
            Ok(Answer::empty(202))
        }
    }
}

/// The value of `x-oss-restore`; `None` while the object is frozen.
pub(super) fn header(object: &Object, now: i64) -> Option<String> {
    let restoration = object
        .restoration
        .filter(|restoration| now < restoration.expires)?;
    Some(if now < restoration.ready {
        "ongoing-request=\"true\"".to_owned()
    } else {
        let expires = Timestamp(restoration.expires).to_rfc1123();
        format!("ongoing-request=\"false\", expiry-date=\"{expires}\"")
    })
}

/// How long the object stays readable: one day unless the body says otherwise, at most 7 for Archive and 365 for colder classes.
fn days(body: &[u8], class: StorageClass) -> Result<i64, Rejection> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(1);
    }
    let most = if class == StorageClass::Archive {
        7
    } else {
        365
    };
    match document(body, "RestoreRequest")?.text_of("Days") {
        None => Ok(1),
        Some(text) => text
            .parse()
            .ok()
            .filter(|days| (1..=most).contains(days))
            .ok_or_else(|| malformed_xml(&format!("Days must be a number from 1 to {most}"))),
    }
}
