//! The fields of a form, and what the signatures of all versions have in common.

use crate::form::error::FormClaimError;
use crate::secret::Secret;
use crate::signed::{By, Signed};

/// What a parser of this module finds: the signature, and the policy field that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SignedPolicy<'a> {
    pub(super) signed: Signed<'a>,
    pub(super) policy: &'a str,
}

impl<'a> SignedPolicy<'a> {
    /// Reads the fields behind the key: policy, then signature.
    pub(super) fn read(
        fields: &Fields<'a>,
        access_key_id: &'a str,
        by: By<'a>,
        signature_field: &'static str,
    ) -> Result<Self, FormClaimError> {
        let policy = fields.get("policy");
        Ok(Self {
            policy: policy.ok_or(FormClaimError::MissingField { field: "policy" })?,
            signed: Signed {
                access_key_id,
                signature: Secret(fields.needed(signature_field)?),
                security_token: fields.get("x-oss-security-token").map(Secret),
                by,
            },
        })
    }
}

pub(super) struct Fields<'a>(pub(super) &'a [(String, String)]);

impl<'a> Fields<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let field = self
            .0
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))?;
        Some(&field.1)
    }

    pub(super) fn needed(&self, field: &'static str) -> Result<&'a str, FormClaimError> {
        match self.get(field) {
            None => Err(FormClaimError::MissingField { field }),
            Some("") => Err(FormClaimError::EmptyField { field }),
            Some(value) => Ok(value),
        }
    }

    pub(super) fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.get(name).is_some())
    }
}
