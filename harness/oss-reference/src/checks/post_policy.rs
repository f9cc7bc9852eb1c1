//! What a form's policy says (help page: PostObject): it can be read, it has not expired, its conditions hold.

use oss_auth::Scheme;
use oss_policy::Timestamp;

use super::claim::Claimed;
use super::inquiry::Inquiry;
use crate::answer::{Refusal, Rejection};
use crate::config::PostExtraFields;
use crate::denial::{Cause, Denial};
use crate::limit::Limit;

/// The guard before the two checks: the policy is a document of the right form (EC 0006-00000201 and following).
pub(super) fn syntax(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match inquiry.post_policy() {
        Some(Err(error)) => Err(
            Rejection::new(400, "InvalidPolicyDocument", error.message())
                .ec(error.ec())
                .into(),
        ),
        _ => Ok(()),
    }
}

/// `post-policy-expiry`: a form is good until its policy's expiration (EC 0006-00000213).
pub(super) fn expiry(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match inquiry.post_policy() {
        Some(Ok(policy)) if policy.is_expired(Timestamp(inquiry.now_at(Limit::PostPolicy))) => {
            Err(Denial::new(Cause::PostPolicyExpired).into())
        }
        _ => Ok(()),
    }
}

/// `post-policy-conditions`: every condition holds for the fields as sent, `${filename}` not yet expanded (EC 0006-00000227).
///
/// The message ends with the first condition that fails. The size of the file is measured later, while it arrives.
pub(super) fn conditions(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(Ok(policy)) = inquiry.post_policy() else {
        return Ok(());
    };
    if let Err(failed) = policy.check(&|name| field(inquiry, name)) {
        let cause = if failed.is_content_type() {
            Cause::PostPolicyContentType
        } else {
            Cause::PostPolicyConditionFailed
        };
        return Err(Denial::new(cause)
            .message(format!("{}{failed}", cause.message()))
            .into());
    }
    match unmentioned(inquiry, policy) {
        Some(name) => {
            let cause = Cause::PostExtraField;
            Err(Denial::new(cause)
                .message(format!("{}{name}", cause.message()))
                .into())
        }
        None => Ok(()),
    }
}

/// The value a condition on the field `name` (lower case) is held against.
fn field(inquiry: &Inquiry<'_>, name: &str) -> Option<String> {
    let form = inquiry.form?;
    let own = |name: &str| form.field(name).map(str::to_owned);
    match name {
        "bucket" => inquiry.request.bucket().map(str::to_owned),
        // The more special field wins; a form without any is judged by the file's own type.
        "content-type" => own("x-oss-content-type")
            .or_else(|| own(name))
            .or_else(|| form.file_content_type.clone()),
        _ => own(name),
    }
}

/// A field that the policy must mention and does not: of V4 those that date and name the signature (EC 0006-00000228), and every one
/// when the configuration asks for the strictness of S3.
fn unmentioned(inquiry: &Inquiry<'_>, policy: &oss_policy::PostPolicy) -> Option<String> {
    let form = inquiry.form?;
    let v4 =
        matches!(inquiry.readable_claim()?, Claimed::Form(claim) if claim.scheme() == Scheme::V4);
    let strict = inquiry.config.decisions.post_extra_fields == PostExtraFields::Refuse;
    let needed = |name: &str| match name {
        "x-oss-signature-version" | "x-oss-credential" | "x-oss-date" => v4,
        // These cannot stand in the policy that they come with.
        "policy"
        | "signature"
        | "x-oss-signature"
        | "ossaccesskeyid"
        | "x-oss-access-key-id"
        | "file" => false,
        _ => strict && !name.starts_with("x:"),
    };
    form.fields
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .find(|name| {
            needed(name)
                && !policy
                    .mentioned_fields()
                    .any(|known| known.eq_ignore_ascii_case(name))
        })
}
