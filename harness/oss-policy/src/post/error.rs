//! Why a Post policy is refused before any form is compared with it.

use crate::json::JsonError;

/// A Post policy that cannot be accepted: 400 `InvalidPolicyDocument` in OSS, with the `EC` of the defect.
///
/// Each variant names the help page of its EC, where there is one. `index` counts conditions from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostPolicyError {
    /// The field is empty (EC 0006-00000205).
    #[error("the policy is empty")]
    Empty,
    /// Larger than [`crate::MAX_POST_POLICY_BYTES`].
    #[error("the policy has more than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// Not base64 (EC 0006-00000201).
    #[error("the policy is not base64")]
    NotBase64,
    /// Not JSON in UTF-8 (EC 0006-00000201).
    #[error("the policy is not JSON: {0}")]
    Json(JsonError),
    /// JSON, but not an object (EC 0006-00000201).
    #[error("the policy is not an object")]
    NotAnObject,
    /// A member besides `expiration` and `conditions` (EC 0006-00000206).
    #[error("unknown member {0:?}")]
    UnknownMember(String),
    /// No `conditions` (EC 0006-00000207).
    #[error("conditions are missing")]
    MissingConditions,
    /// No `expiration` (EC 0006-00000208).
    #[error("expiration is missing")]
    MissingExpiration,
    /// Neither `expiration` nor `conditions` (EC 0006-00000209).
    #[error("expiration and conditions are missing")]
    MissingBoth,
    /// `expiration` is not a string (EC 0006-00000210).
    #[error("expiration is not a string")]
    ExpirationNotString,
    /// `expiration` is an empty string (EC 0006-00000211).
    #[error("expiration is empty")]
    ExpirationEmpty,
    /// `expiration` is not of the form `YYYY-MM-DDThh:mm:ss[.mmm]Z` (EC 0006-00000212).
    #[error("expiration is not an ISO 8601 time in GMT")]
    ExpirationInvalid,
    /// `conditions` is not an array (EC 0006-00000214).
    #[error("conditions are not an array")]
    ConditionsNotArray,
    /// `conditions` is an empty array (EC 0006-00000215).
    #[error("conditions are empty")]
    ConditionsEmpty,
    /// A condition without an operator, as in `["$key"]` (EC 0006-00000216).
    #[error("condition {index} has no operator")]
    MissingOperator {
        /// Which condition.
        index: usize,
    },
    /// An operator that does not exist, such as `ends-with` (EC 0006-00000217).
    #[error("condition {index} has an unknown operator")]
    UnknownOperator {
        /// Which condition.
        index: usize,
    },
    /// Too many or too few arguments (EC 0006-00000218).
    #[error("condition {index} has the wrong number of arguments")]
    WrongArity {
        /// Which condition.
        index: usize,
    },
    /// A content-length-range whose maximum is below its minimum (EC 0006-00000219).
    #[error("condition {index} has a maximum below its minimum")]
    RangeInverted {
        /// Which condition.
        index: usize,
    },
    /// A content-length-range with something else than non-negative integers (EC 0006-00000221).
    #[error("condition {index} has a bound that is not a non-negative integer")]
    RangeNotInteger {
        /// Which condition.
        index: usize,
    },
    /// A condition that is neither an object nor an array (EC 0006-00000222).
    #[error("condition {index} is neither an object nor an array")]
    ConditionNeitherMapNorList {
        /// Which condition.
        index: usize,
    },
    /// A content-length-range with a bound that is not even a number or a string (EC 0006-00000223).
    #[error("condition {index} has a bound of the wrong type")]
    RangeWrongType {
        /// Which condition.
        index: usize,
    },
    /// An argument of the wrong type, such as a lone string for `not-in` (EC 0006-00000224).
    #[error("condition {index} has an argument of the wrong type")]
    WrongArgumentType {
        /// Which condition.
        index: usize,
    },
    /// An object condition with no property or several.
    #[error("condition {index} does not have exactly one property")]
    NotExactlyOneProperty {
        /// Which condition.
        index: usize,
    },
}

impl PostPolicyError {
    /// The EC of the answer. Defects without a page of their own have that of an invalid policy, 0006-00000201.
    #[must_use]
    pub fn ec(&self) -> &'static str {
        match self {
            Self::TooLarge { .. }
            | Self::NotBase64
            | Self::Json(_)
            | Self::NotAnObject
            | Self::NotExactlyOneProperty { .. } => "0006-00000201",
            Self::Empty => "0006-00000205",
            Self::UnknownMember(_) => "0006-00000206",
            Self::MissingConditions => "0006-00000207",
            Self::MissingExpiration => "0006-00000208",
            Self::MissingBoth => "0006-00000209",
            Self::ExpirationNotString => "0006-00000210",
            Self::ExpirationEmpty => "0006-00000211",
            Self::ExpirationInvalid => "0006-00000212",
            Self::ConditionsNotArray => "0006-00000214",
            Self::ConditionsEmpty => "0006-00000215",
            Self::MissingOperator { .. } => "0006-00000216",
            Self::UnknownOperator { .. } => "0006-00000217",
            Self::WrongArity { .. } => "0006-00000218",
            Self::RangeInverted { .. } => "0006-00000219",
            Self::RangeNotInteger { .. } => "0006-00000221",
            Self::ConditionNeitherMapNorList { .. } => "0006-00000222",
            Self::RangeWrongType { .. } => "0006-00000223",
            Self::WrongArgumentType { .. } => "0006-00000224",
        }
    }

    /// The text for `Message`.
    ///
    /// Three forms come from the service: JSON syntax errors and the one about simple conditions (help page: *How to
    /// handle common errors when the PostObject operation is called*), and that of a content-length-range with a string
    /// in it (reported on the wire in 2022). The wording of all others is ours.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Json(error) => format!("Invalid Policy: Invalid JSON: {}", error.kind),
            Self::RangeNotInteger { .. } | Self::RangeWrongType { .. } => {
                "Invalid Policy: Invalid JSON.".to_owned()
            }
            Self::NotExactlyOneProperty { .. } => "Invalid Policy: Invalid Simple-Condition: \
                Simple-Conditions must have exactly one property specified."
                .to_owned(),
            other => format!("Invalid Policy: {other}."),
        }
    }
}
