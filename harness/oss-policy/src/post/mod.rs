//! Post policies: what a browser form that uploads an object may contain (help page: *PostObject*, appendix *Policy*).
//!
//! A form carries its policy in base64, and its signature is over that base64 text. Checking the signature is not this
//! module's business; what the policy says, whether it has expired and whether the form satisfies it, is.

mod error;
mod evaluate;
mod parse;
mod render;

pub use error::PostPolicyError;
pub use evaluate::FailedCondition;

use crate::time::Timestamp;

/// The size limit of a Post policy as JSON, in bytes: what a form field of 2 MiB can hold in base64 (help page:
/// *PostObject* limits every field but `file` to 2 MB).
pub const MAX_POST_POLICY_BYTES: usize = 2 * 1024 * 1024 / 4 * 3;

/// A Post policy that has been read.
///
/// ```
/// use oss_policy::{PostPolicy, Timestamp};
///
/// // {"expiration": "2030-01-01T00:00:00Z", "conditions": [{"bucket": "photos"}, ["starts-with", "$key", "user/eric/"],
/// //  ["content-length-range", 1, 1048576]]}
/// let policy = PostPolicy::decode(concat!(
///     "eyJleHBpcmF0aW9uIjogIjIwMzAtMDEtMDFUMDA6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAicGhvdG9zIn0sIFsi",
///     "c3RhcnRzLXdpdGgiLCAiJGtleSIsICJ1c2VyL2VyaWMvIl0sIFsiY29udGVudC1sZW5ndGgtcmFuZ2UiLCAxLCAxMDQ4NTc2XV19",
/// ))?;
/// assert!(!policy.is_expired(Timestamp(1_893_456_000)));
/// assert!(policy.is_expired(Timestamp(1_893_456_001)));
///
/// let form = |name: &str| match name {
///     "bucket" => Some("photos".to_owned()),
///     "key" => Some("user/bob/cat.jpg".to_owned()),
///     _ => None,
/// };
/// let failed = policy.check(&form).unwrap_err();
/// assert_eq!(failed.to_string(), r#"["starts-with", "$key", "user/eric/"]"#);
/// assert_eq!(failed.ec(), "0006-00000227");
///
/// // The size is known only when the file has arrived.
/// assert_eq!(policy.content_length_range(), Some((1, 1_048_576)));
/// # Ok::<(), oss_policy::PostPolicyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostPolicy {
    /// Rounded down.
    expiration: Timestamp,
    conditions: Vec<FieldCondition>,
    content_length_range: Option<(u64, u64)>,
}

/// A condition on one form field.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FieldCondition {
    /// As the policy wrote it, without `$`.
    field: String,
    /// The field in lower case, by which forms are searched.
    name: String,
    test: FieldTest,
}

/// What a condition wants of its field.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FieldTest {
    Eq(String),
    StartsWith(String),
    In(Vec<String>),
    NotIn(Vec<String>),
}
