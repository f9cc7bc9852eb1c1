//! `hierarchical-namespace`: renaming and directories need a bucket made with a hierarchical namespace (help page: HTTP status code
//! 403; that it holds for the two directory calls is inferred).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Operation;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let hierarchical = [
        Operation::RenameObject,
        Operation::CreateDirectory,
        Operation::DeleteDirectory,
    ]
    .iter()
    .any(|op| inquiry.asks(*op));
    match inquiry.bucket() {
        Some(bucket) if hierarchical && !bucket.hierarchical_namespace => {
            Err(Denial::new(Cause::HnsDisabled).into())
        }
        _ => Ok(()),
    }
}
