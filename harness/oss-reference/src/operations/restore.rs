//! RestoreObject: archived objects made readable for a while (help page: RestoreObject).

use oss_auth::Timestamp;

use super::call::Call;
use super::versions::told;
use crate::answer::{Answer, Rejection};
use crate::documents::document;
use crate::refusals::{invalid_argument, malformed_xml};
use crate::world::{Bucket, Object, Restoration, StorageClass};

const DAY: i64 = 24 * 3600;

/// `POST /key?restore`: 202 when it begins, 409 while it goes on, 200 when it is prolonged.
pub(super) fn restore(
    bucket: &mut Bucket,
    call: &Call<'_>,
    body: &[u8],
) -> Result<Answer, Rejection> {
    let answer = told(Answer::empty(202), bucket, call.object(bucket)?);
    let object = call.object_mut(bucket)?;
    if !object.storage_class.needs_restore() {
        let message = "The operation is not supported for this resource.";
        return Err(Rejection::new(400, "OperationNotSupported", message).ec("0016-00000702"));
    }
    let Asked { days, tier } = Asked::read(body, object.storage_class)?;
    let life = days * DAY;
    let answer = match tier {
        Some(tier) => answer.with("x-oss-object-restore-priority", tier),
        None => answer,
    };
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
            Ok(Answer {
                status: 200,
                ..answer
            })
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
            Ok(answer)
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

/// What a body asks for.
struct Asked {
    /// How long the object stays readable: one day unless the body says otherwise, at most 7 for Archive and 365 for colder classes.
    days: i64,
    /// How soon it is to be: of the classes below Archive only.
    tier: Option<&'static str>,
}

impl Asked {
    fn read(body: &[u8], class: StorageClass) -> Result<Self, Rejection> {
        let cold = class != StorageClass::Archive;
        let mut asked = Self {
            days: 1,
            tier: cold.then_some("Standard"),
        };
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(asked);
        }
        let request = document(body, "RestoreRequest")?;
        let most = if cold { 365 } else { 7 };
        if let Some(text) = request.text_of("Days") {
            let days = text.parse().ok().filter(|days| (1..=most).contains(days));
            asked.days = days
                .ok_or_else(|| malformed_xml(&format!("Days must be a number from 1 to {most}")))?;
        }
        let Some(job) = request.child("JobParameters") else {
            return Ok(asked);
        };
        if !cold {
            return Err(malformed_xml(
                "JobParameters are for colder classes than Archive",
            ));
        }
        let tier = job.text_of("Tier").unwrap_or("");
        let known = ["Expedited", "Standard", "Bulk"]
            .into_iter()
            .find(|known| *known == tier);
        asked.tier = Some(known.ok_or_else(|| invalid_argument("Tier", tier))?);
        Ok(asked)
    }
}
