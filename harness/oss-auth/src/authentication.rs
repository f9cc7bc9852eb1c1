//! What `authenticate` may answer: the errors of its steps.

use crate::access_key::CharsetError;
use crate::computed::Mismatch;
use crate::date::DateError;
use crate::scope::ScopeError;
use crate::validity::TimeError;

/// A well-formed claim does not hold. The errors of the single steps say which EC value OSS documents for them.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub enum AuthenticationError {
    /// The request has no usable date.
    Date(#[from] DateError),
    /// It was signed too long ago or for later, or has expired.
    Time(#[from] TimeError),
    /// It was signed for another day, region or product.
    Scope(#[from] ScopeError),
    /// No AccessKeyId looks like this.
    AccessKeyId(#[from] CharsetError),
    /// The signature is not the calculated one.
    Signature(#[from] Box<Mismatch>),
}
