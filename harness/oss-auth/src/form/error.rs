//! Why a form is refused before its signature is looked at.

/// The signature fields of a form are incomplete or malformed: 400 `InvalidArgument`.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormClaimError {
    /// `x-oss-signature-version` names no known version (EC 0002-00000701).
    #[error("the signature version {version:?} is unknown")]
    UnknownSignatureVersion {
        /// What the form said.
        version: String,
    },
    /// A needed field is missing: policy (EC 0002-00000702), signature (-703) or key id (-706). Fields behind
    /// `file` are missing too.
    #[error("the form has no field {field}")]
    MissingField {
        /// Its name.
        field: &'static str,
    },
    /// A needed field is empty: signature (EC 0002-00000704) or key id (-706).
    #[error("the form has an empty field {field}")]
    EmptyField {
        /// Its name.
        field: &'static str,
    },
    /// V4: the credential has not five parts, or an empty one (EC 0002-00000710).
    #[error("the credential is not <access key id>/<date>/<region>/<product>/<terminator>")]
    MalformedCredential,
    /// V4: the credential begins with `/` (EC 0002-00000708).
    #[error("the credential has an empty access key id")]
    CredentialWithoutAccessKeyId,
    /// V4: `x-oss-date` is not ISO 8601 basic. Reported as EC 0002-00000709.
    #[error("x-oss-date is {value:?}, only the form 20231216T162057Z is accepted")]
    InvalidDate {
        /// What the form said.
        value: String,
    },
}

impl FormClaimError {
    /// The EC value of the case, without a promise: see the crate's documentation.
    #[must_use]
    pub fn ec(&self) -> &'static str {
        match self {
            Self::UnknownSignatureVersion { .. } => "0002-00000701",
            Self::MissingField { field } => match *field {
                "policy" => "0002-00000702",
                "Signature" | "x-oss-signature" => "0002-00000703",
                // No page for the absence of the date is known; this is the one for a bad scope date.
                "x-oss-date" => "0002-00000709",
                _ => "0002-00000706",
            },
            Self::EmptyField { field } => match *field {
                "Signature" | "x-oss-signature" => "0002-00000704",
                "x-oss-date" => "0002-00000709",
                _ => "0002-00000706",
            },
            Self::CredentialWithoutAccessKeyId => "0002-00000708",
            Self::InvalidDate { .. } => "0002-00000709",
            Self::MalformedCredential => "0002-00000710",
        }
    }

    /// The field that is to blame, for the element `ArgumentName` of the answer.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::UnknownSignatureVersion { .. } => "x-oss-signature-version",
            Self::MissingField { field } | Self::EmptyField { field } => field,
            Self::MalformedCredential | Self::CredentialWithoutAccessKeyId => "x-oss-credential",
            Self::InvalidDate { .. } => "x-oss-date",
        }
    }
}
