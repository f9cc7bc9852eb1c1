//! Comparing a form with its policy.

use super::{FieldCondition, FieldTest, PostPolicy};
use crate::time::Timestamp;

/// The form fields of a V4 signature that its own policy has to name (EC 0006-00000228).
const V4_FIELDS: [&str; 3] = ["x-oss-signature-version", "x-oss-credential", "x-oss-date"];

/// The condition that a form does not satisfy: 403 `AccessDenied` "Invalid according to Policy: Policy Condition
/// failed: " followed by what [`Display`](std::fmt::Display) renders.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.condition.render())]
pub struct FailedCondition {
    condition: FieldCondition,
    absent: bool,
}

impl FailedCondition {
    /// The field, in the policy's spelling and without `$`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.condition.field
    }

    /// Whether the condition is about `Content-Type`, in any case.
    #[must_use]
    pub fn is_content_type(&self) -> bool {
        self.condition.name == "content-type"
    }

    /// Whether the form does not have the field at all.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.absent
    }

    /// The EC: 0006-00000226 for a field that the form does not have, 0006-00000227 for one with another value.
    #[must_use]
    pub fn ec(&self) -> &'static str {
        if self.absent {
            "0006-00000226"
        } else {
            "0006-00000227"
        }
    }
}

impl PostPolicy {
    /// The time until which the policy is valid; a fraction of a second is cut off.
    #[must_use]
    pub fn expiration(&self) -> Timestamp {
        self.expiration
    }

    /// Whether the policy is no longer valid at `now`: 403 `AccessDenied` "Invalid according to Policy: Policy expired.",
    /// EC 0006-00000213.
    ///
    /// It is still valid in the second of its expiration, as a signed URL is in the second of its `Expires`. The pages
    /// do not say so for either side of the boundary. A fraction in the expiration makes no difference to whole
    /// seconds: `12:00:00.500Z` is valid at 12:00:00 and expired at 12:00:01.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now > self.expiration
    }

    /// Compares the fields of a form with the conditions, in the order of the policy.
    ///
    /// `fields` gives the value of a field by its name in lower case. It has to know `bucket`, the bucket of the
    /// host; `content-type` is the form field of that name or else the file part's own. `${filename}` in the key is
    /// expanded only after this check.
    ///
    /// A field that the form lacks fails `eq`, even against an empty value (`["eq", "$x-oss-security-token", ""]` was
    /// seen to fail), and fails `in`; it satisfies `not-in`, and `starts-with` only with an empty prefix. Fields that
    /// no condition names are accepted. The size is not compared here: see [`Self::content_length_range`].
    ///
    /// # Errors
    ///
    /// The first condition that is not satisfied.
    pub fn check(&self, fields: &dyn Fn(&str) -> Option<String>) -> Result<(), FailedCondition> {
        for condition in &self.conditions {
            let value = fields(&condition.name);
            if !condition.test.accepts(value.as_deref()) {
                return Err(FailedCondition {
                    condition: condition.clone(),
                    absent: value.is_none(),
                });
            }
        }
        Ok(())
    }

    /// The least and the greatest size of the file, in bytes, both allowed; `None` when the policy does not limit it.
    ///
    /// Several `content-length-range` conditions come to their common part, which may be empty (least > greatest).
    #[must_use]
    pub fn content_length_range(&self) -> Option<(u64, u64)> {
        self.content_length_range
    }

    /// The fields that conditions name, in lower case, in the order of the policy; a field may come twice.
    pub fn mentioned_fields(&self) -> impl Iterator<Item = &str> {
        self.conditions
            .iter()
            .map(|condition| condition.name.as_str())
    }

    /// Whether the policy names every field that a form with a V4 signature has to pin.
    #[must_use]
    pub fn requires_v4_fields(&self) -> bool {
        self.missing_v4_field().is_none()
    }

    /// The first field that the policy of a V4 form should name and does not: 403 `AccessDenied` "Invalid according to
    /// Policy: Extra input fields: " and the field, EC 0006-00000228.
    #[must_use]
    pub fn missing_v4_field(&self) -> Option<&'static str> {
        V4_FIELDS
            .into_iter()
            .find(|wanted| !self.mentioned_fields().any(|field| field == *wanted))
    }
}

impl FieldTest {
    fn accepts(&self, value: Option<&str>) -> bool {
        match self {
            Self::Eq(wanted) => value == Some(wanted),
            Self::StartsWith(prefix) => value.unwrap_or_default().starts_with(prefix),
            Self::In(values) => value.is_some_and(|value| values.iter().any(|v| v == value)),
            Self::NotIn(values) => value.is_none_or(|value| values.iter().all(|v| v != value)),
        }
    }
}
