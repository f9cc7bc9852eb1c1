//! Runs the table.

use super::faults::in_place_of;
use super::{Caller, Inquiry, Row, Stage, TABLE};
use crate::answer::Refusal;
use crate::config::{Extreme, Identities, Wrong};
use crate::denial::{Cause, Denial};
use crate::operation::{Class, Operation};

/// What [`decide`] found: the request may be carried out, as this operation, by this caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// What is asked.
    pub operation: Operation,
    /// Who asks. Never anonymous for what makes or lists buckets.
    pub caller: Caller,
}

/// Runs the table, but for the rows that rest on a body.
///
/// # Errors
/// The refusal of the first row that does not pass.
pub fn decide(inquiry: &Inquiry<'_>) -> Result<Granted, Refusal> {
    run(inquiry, |stage| stage != Stage::Body)?;
    let operation = inquiry.operation()?;
    Ok(Granted {
        operation,
        caller: acting(inquiry, operation),
    })
}

/// Runs the rows that rest on a small body, once it has been read.
///
/// # Errors
/// The refusal of the first row that does not pass.
pub fn decide_body(inquiry: &Inquiry<'_>, body: &[u8]) -> Result<(), Refusal> {
    run(&inquiry.with_body(body), |stage| stage == Stage::Body)
}

/// Whether the caller may do `operation` to `key` of the request's bucket, or to one version of it: DeleteMultipleObjects asks it for
/// each key.
pub fn may(inquiry: &Inquiry<'_>, operation: Operation, key: &str, version: Option<&str>) -> bool {
    run(&inquiry.asking(operation, key, version), |stage| {
        stage == Stage::Authorisation
    })
    .is_ok()
}

/// Runs the rows of some stages, honouring the configured faults.
fn run(inquiry: &Inquiry<'_>, runs: impl Fn(Stage) -> bool) -> Result<(), Refusal> {
    let faults = &inquiry.config.faults;
    if faults.extreme == Some(Extreme::DenyAll) {
        return Err(Denial::new(Cause::AccessDenied).into());
    }
    let lenient = faults.extreme == Some(Extreme::AllowAll);
    for place in TABLE.iter().filter(|row| runs(row.stage())) {
        let row = in_place_of(faults, place);
        let skipped = match row {
            Row::Check(check) => lenient || faults.skips(check.name),
            // A server that allows everything still cannot make sense of nonsense, but never asks who may.
            Row::Guard(guard) => lenient && is_about_authority(guard.stage),
        };
        if skipped {
            continue;
        }
        match row.decide(inquiry) {
            Err(Refusal::Denied(denial)) if faults.lets_through == Some(denial.cause) => {}
            decided => decided?,
        }
    }
    Ok(())
}

/// What a server that is wrong about a refusal goes on with, although it has refused: the operation, as the bucket's owner. `None` for
/// a server that is not.
pub(crate) fn granted_anyway(inquiry: &Inquiry<'_>, refusal: &Refusal) -> Option<Granted> {
    let Refusal::Denied(denial) = refusal else {
        return None;
    };
    let wrong = inquiry.config.faults.wrong(denial.cause)?;
    let operation = inquiry.operation().ok()?;
    let goes_on = match wrong {
        Wrong::Applies => true,
        Wrong::ShowsContent | Wrong::ShowsMetadata => operation.class() == Class::Read,
        _ => false,
    };
    goes_on.then(|| Granted {
        operation,
        caller: owner(inquiry),
    })
}

/// Whether the guards of a stage judge the caller rather than the request.
fn is_about_authority(stage: Stage) -> bool {
    matches!(stage, Stage::Authentication | Stage::Authorisation)
}

/// The caller an operation is carried out for.
///
/// Only a server with faults gets here with a caller whom nobody knows. What makes or lists buckets needs an account, and under
/// [`Extreme::AllowAll`] a claim that was not understood counts as that of the bucket's owner.
fn acting(inquiry: &Inquiry<'_>, operation: Operation) -> Caller {
    let caller = inquiry.caller();
    if *caller != Caller::Anonymous {
        return caller.clone();
    }
    let needs_account = matches!(operation.class(), Class::Service | Class::Create);
    let claims = !matches!(inquiry.claim(), Ok(None));
    let lenient = inquiry.config.faults.extreme == Some(Extreme::AllowAll);
    let named = needs_account || (lenient && claims);
    if !named {
        return Caller::Anonymous;
    }
    owner(inquiry)
}

/// The account that owns the bucket; where there is none, that of the identity `owner`.
fn owner(inquiry: &Inquiry<'_>) -> Caller {
    let uid = match inquiry.bucket() {
        Some(bucket) => bucket.owner.clone(),
        None => inquiry
            .config
            .identities
            .get("owner")
            .map_or(Identities::OWNER_ACCOUNT, |identity| &identity.account)
            .to_owned(),
    };
    Caller::Root { uid }
}
