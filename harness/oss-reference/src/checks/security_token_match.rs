//! `security-token-match`: the token was issued together with the key it comes with (EC 0002-00000004).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let session = inquiry
        .session_token()
        .and_then(|token| inquiry.world.sessions.get(token));
    match (session, inquiry.access_key()) {
        (Some(session), Some(key)) if session.access_key_id != key.id => {
            Err(Denial::new(Cause::SecurityTokenMismatch).into())
        }
        _ => Ok(()),
    }
}
