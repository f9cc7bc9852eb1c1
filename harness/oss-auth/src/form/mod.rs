//! PostObject: the signature in a form, which covers the policy field and nothing of the request.
//!
//! Page: PostObject; PostObject V4 signature. ECs 0002-00000701 to -715. Whether the policy holds is not this
//! crate's business.

pub mod v1;
pub mod v2;
pub mod v4;

use crate::claim::Scheme;
use crate::computed::{Computed, Mismatch};
use crate::date::Timestamp;
use crate::encode::Secret;
use crate::scope::{Scope, ScopeError};
use crate::validity::TimeError;

/// Finds and parses the signature that a form claims to carry; `None` means that it is anonymous.
///
/// `fields` are those before `file`, in order, decoded. Names are compared without regard to case, since the
/// pages of OSS disagree on it; of a repeated field the first counts. A form is anonymous if it has none of
/// the fields that make a signature; with one of them, all are needed (page: PostObject).
///
/// # Errors
/// [`FormClaimError`] if a field is missing or malformed.
pub fn find_form_claim<'a>(
    fields: &'a [(String, String)],
) -> Result<Option<FormClaim<'a>>, FormClaimError> {
    let fields = Fields(fields);
    match fields.get("x-oss-signature-version") {
        None if fields.has_any(&v1::FIELDS) => v1::parse(&fields).map(FormClaim::V1).map(Some),
        None => Ok(None),
        Some(v2::VERSION) => v2::parse(&fields).map(FormClaim::V2).map(Some),
        Some(crate::v4::ALGORITHM) => v4::parse(&fields).map(FormClaim::V4).map(Some),
        Some(version) => Err(FormClaimError::UnknownSignatureVersion {
            version: version.to_owned(),
        }),
    }
}

/// The signature a form claims to carry, well-formed but not yet verified.
///
/// `Debug` shows neither signatures nor tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormClaim<'a> {
    /// Fields `OSSAccessKeyId`, `policy`, `Signature`.
    V1(v1::Form<'a>),
    /// `x-oss-signature-version=OSS2`.
    V2(v2::Form<'a>),
    /// `x-oss-signature-version=OSS4-HMAC-SHA256`.
    V4(v4::Form<'a>),
}

impl<'a> FormClaim<'a> {
    /// The AccessKeyId, not empty; its characters are not checked.
    #[must_use]
    pub fn access_key_id(&self) -> &'a str {
        match self {
            Self::V1(form) => form.signed.access_key_id,
            Self::V2(form) => form.signed.access_key_id,
            Self::V4(form) => form.access_key_id(),
        }
    }

    /// The field `x-oss-security-token`. The signature does not cover it; the policy may.
    #[must_use]
    pub fn security_token(&self) -> Option<&'a str> {
        self.signed().security_token.map(|token| token.0)
    }

    /// The policy field in base64 exactly as sent, perhaps empty.
    #[must_use]
    pub fn policy(&self) -> &'a str {
        self.signed().policy
    }

    /// The signature as provided, not empty.
    #[must_use]
    pub fn signature(&self) -> &'a str {
        self.signed().signature.0
    }

    /// The signature scheme.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        match self {
            Self::V1(_) => Scheme::V1,
            Self::V2(_) => Scheme::V2,
            Self::V4(_) => Scheme::V4,
        }
    }

    /// The credential scope; V1 and V2 have none.
    #[must_use]
    pub fn scope(&self) -> Option<&Scope<'a>> {
        match self {
            Self::V4(form) => Some(form.scope()),
            Self::V1(_) | Self::V2(_) => None,
        }
    }

    /// The field `x-oss-date`, which V4 alone has.
    #[must_use]
    pub fn signed_at(&self) -> Option<Timestamp> {
        match self {
            Self::V4(form) => Some(form.signed_at()),
            Self::V1(_) | Self::V2(_) => None,
        }
    }

    /// Checks `x-oss-date` of V4 against the clock: at most 15 minutes ahead and seven days old, both
    /// included. Passes for V1 and V2, whose time stands in the policy.
    ///
    /// # Errors
    /// [`TimeError::NotYetValid`] or [`TimeError::Expired`].
    pub fn check_time(&self, now: Timestamp) -> Result<(), TimeError> {
        match self {
            Self::V4(form) => form.validity().check(now),
            Self::V1(_) | Self::V2(_) => Ok(()),
        }
    }

    /// Checks the credential scope of V4: the day of `x-oss-date`, the region of the bucket, the product and the
    /// terminator, in this order. Passes for V1 and V2.
    ///
    /// `region` is the bare id (`cn-hangzhou`).
    ///
    /// # Errors
    /// [`ScopeError`] for the first part that is wrong.
    pub fn check_scope(&self, region: &str) -> Result<(), ScopeError> {
        match self {
            Self::V4(form) => form.check_scope(region),
            Self::V1(_) | Self::V2(_) => Ok(()),
        }
    }

    /// What the server calculates for this form with the secret of the claimed key.
    #[must_use]
    pub fn compute(&self, access_key_secret: &str) -> Computed {
        let policy = self.policy();
        let signature = match self {
            Self::V1(_) => v1::signature(policy, access_key_secret),
            Self::V2(_) => v2::signature(policy, access_key_secret),
            Self::V4(form) => v4::signature(policy, access_key_secret, form.scope()),
        };
        Computed {
            string_to_sign: policy.as_bytes().to_vec(),
            canonical_request: None,
            signature,
        }
    }

    /// Calculates the signature and compares it with the provided one in constant time.
    ///
    /// # Errors
    /// [`Mismatch`], EC 0002-00000705.
    pub fn verify(&self, access_key_secret: &str) -> Result<(), Box<Mismatch>> {
        self.compute(access_key_secret).matches(self.signature())
    }

    fn signed(&self) -> &SignedPolicy<'a> {
        match self {
            Self::V1(form) => &form.signed,
            Self::V2(form) => &form.signed,
            Self::V4(form) => &form.signed,
        }
    }
}

/// The signature fields of a form are incomplete or malformed: 400 `InvalidArgument`.
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

/// What all versions have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SignedPolicy<'a> {
    access_key_id: &'a str,
    policy: &'a str,
    signature: Secret<'a>,
    security_token: Option<Secret<'a>>,
}

impl<'a> SignedPolicy<'a> {
    /// Reads the fields in the order key, policy, signature.
    fn read(
        fields: &Fields<'a>,
        access_key_id: &'a str,
        signature_field: &'static str,
    ) -> Result<Self, FormClaimError> {
        let policy = fields.get("policy");
        Ok(Self {
            access_key_id,
            policy: policy.ok_or(FormClaimError::MissingField { field: "policy" })?,
            signature: Secret(fields.needed(signature_field)?),
            security_token: fields.get("x-oss-security-token").map(Secret),
        })
    }
}

struct Fields<'a>(&'a [(String, String)]);

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        let field = self
            .0
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))?;
        Some(&field.1)
    }

    fn needed(&self, field: &'static str) -> Result<&'a str, FormClaimError> {
        match self.get(field) {
            None => Err(FormClaimError::MissingField { field }),
            Some("") => Err(FormClaimError::EmptyField { field }),
            Some(value) => Ok(value),
        }
    }

    fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.get(name).is_some())
    }
}
