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

/// The size limit of a Post policy as JSON, in bytes: what a form field of 2 MiB can hold in base64 (help page:
/// *PostObject* limits every field but `file` to 2 MB).
pub const MAX_POST_POLICY_BYTES: usize = 2 * 1024 * 1024 / 4 * 3;

/// A Post policy that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostPolicy {
    /// Unix seconds, rounded down.
    expiration: i64,
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
