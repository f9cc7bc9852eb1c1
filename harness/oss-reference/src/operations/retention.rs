//! Retention policies (WORM; help page: Retention policies): their life, and what they protect.

use super::call::{Call, xml_time};
use crate::answer::{Answer, Rejection};
use crate::config::Config;
use crate::documents::document;
use crate::refusals::file_immutable;
use crate::world::{Bucket, Retention, RetentionState};
use crate::xml::Writer;

const DAY: i64 = 24 * 3600;
/// 70 years.
const MOST_DAYS: u32 = 25_550;

/// The policy in force: one that was not completed in time has vanished.
fn in_force<'a>(bucket: &'a Bucket, config: &Config, now: i64) -> Option<&'a Retention> {
    bucket.retention.as_ref().filter(|retention| {
        retention.state == RetentionState::Locked
            || now
                < retention
                    .created
                    .saturating_add(config.decisions.worm_grace_seconds)
    })
}

/// Refuses to overwrite, change or remove an object that is still protected. Its ACL and tags are no part of it.
///
/// # Errors
/// 409 `FileImmutable`.
pub(super) fn protect(
    bucket: &Bucket,
    key: &str,
    version: Option<&str>,
    call: &Call<'_>,
) -> Result<(), Rejection> {
    let Some(retention) = in_force(bucket, call.config, call.now()) else {
        return Ok(());
    };
    let protected = bucket.object(key, version).is_ok_and(|object| {
        call.now()
            < object
                .modified
                .saturating_add(i64::from(retention.days) * DAY)
    });
    if protected {
        Err(file_immutable())
    } else {
        Ok(())
    }
}

/// InitiateBucketWorm.
pub(super) fn initiate(
    bucket: &mut Bucket,
    call: &Call<'_>,
    body: &[u8],
) -> Result<Answer, Rejection> {
    let days = days(body, "InitiateWormConfiguration")?;
    if in_force(bucket, call.config, call.now()).is_some() {
        let message = "The WORM Configuration already exists.";
        return Err(
            Rejection::new(409, "WORMConfigurationAlreadyExists", message)
                .extra("BucketName", &bucket.name),
        );
    }
    // The id of the request is unique, so the policy's may be made of it.
    let id = oss_auth::upper_hex(call.request.arrival.id.as_bytes());
    bucket.retention = Some(Retention {
        id: id.clone(),
        state: RetentionState::InProgress,
        days,
        created: call.now(),
    });
    Ok(Answer::empty(200).with("x-oss-worm-id", id))
}

/// AbortBucketWorm. That a locked one cannot be aborted has been decided.
pub(super) fn abort(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    in_force(bucket, call.config, call.now()).ok_or_else(|| absent(bucket))?;
    bucket.retention = None;
    Ok(Answer::empty(204))
}

/// CompleteBucketWorm.
pub(super) fn complete(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let retention = named(bucket, call)?;
    let locked = Retention {
        state: RetentionState::Locked,
        ..retention.clone()
    };
    bucket.retention = Some(locked);
    Ok(Answer::empty(200))
}

/// ExtendBucketWorm: locked policies only, and only to longer ones.
pub(super) fn extend(
    bucket: &mut Bucket,
    call: &Call<'_>,
    body: &[u8],
) -> Result<Answer, Rejection> {
    let days = days(body, "ExtendWormConfiguration")?;
    let retention = named(bucket, call)?;
    if retention.state != RetentionState::Locked || days <= retention.days {
        return Err(invalid(
            "The retention period can only be extended, and only once it is locked.",
        ));
    }
    let extended = Retention {
        days,
        ..retention.clone()
    };
    bucket.retention = Some(extended);
    Ok(Answer::empty(200))
}

/// GetBucketWorm.
pub(super) fn get(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let retention = in_force(bucket, call.config, call.now()).ok_or_else(|| absent(bucket))?;
    let (state, ends) = match retention.state {
        RetentionState::InProgress => ("InProgress", call.config.decisions.worm_grace_seconds),
        RetentionState::Locked => ("Locked", i64::from(retention.days) * DAY),
    };
    let mut xml = Writer::new("WormConfiguration");
    xml.leaf("WormId", &retention.id)
        .leaf("State", state)
        .number("RetentionPeriodInDays", retention.days.into())
        .leaf("CreationDate", &xml_time(retention.created))
        .leaf(
            "ExpirationDate",
            &xml_time(retention.created.saturating_add(ends)),
        );
    Ok(Answer::xml(200, xml.finish()))
}

/// The policy in force, which must be the one that the request names.
fn named<'a>(bucket: &'a Bucket, call: &Call<'_>) -> Result<&'a Retention, Rejection> {
    in_force(bucket, call.config, call.now())
        .filter(|retention| call.request.query_value("wormId") == Some(retention.id.as_str()))
        .ok_or_else(|| absent(bucket))
}

fn days(body: &[u8], root: &str) -> Result<u32, Rejection> {
    let configuration =
        document(body, root).map_err(|_| invalid("The WORM configuration cannot be read."))?;
    configuration
        .text_of("RetentionPeriodInDays")
        .and_then(|text| text.parse().ok())
        .filter(|days| (1..=MOST_DAYS).contains(days))
        .ok_or_else(|| invalid("RetentionPeriodInDays must be a number from 1 to 25550."))
}

fn invalid(message: &str) -> Rejection {
    Rejection::new(400, "InvalidWORMConfiguration", message)
}

fn absent(bucket: &Bucket) -> Rejection {
    Rejection::new(
        404,
        "NoSuchWORMConfiguration",
        "The WORM Configuration does not exist.",
    )
    .extra("BucketName", &bucket.name)
}
