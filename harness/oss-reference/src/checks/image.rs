//! `image`: a picture that shall be processed must be whole (help page: HTTP status code 403), and a picture (EC 0040-00000005).

use super::inquiry::Inquiry;
use crate::answer::{Refusal, Rejection};
use crate::denial::{Cause, Denial};
use crate::image::{ImageState, inspect};
use crate::operation::Operation;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match state(inquiry) {
        Some(ImageState::Damaged) => Err(Denial::new(Cause::ImageDamage).into()),
        _ => Ok(()),
    }
}

/// The guard that follows: what begins like no known picture is a bad request.
pub(super) fn known(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match state(inquiry) {
        Some(ImageState::NotAnImage) => {
            Err(
                Rejection::new(400, "BadRequest", "This image format is not supported.")
                    .ec("0040-00000005")
                    .into(),
            )
        }
        _ => Ok(()),
    }
}

/// What the object is to the image processor; `None` when it is not asked.
fn state(inquiry: &Inquiry<'_>) -> Option<ImageState> {
    let process = inquiry
        .request
        .query_value("x-oss-process")
        .or_else(|| inquiry.request.header("x-oss-process"))?;
    if !inquiry.asks(Operation::GetObject) || !process.starts_with("image/") {
        return None;
    }
    inquiry.bytes_read().map(|object| inspect(&object.content))
}
