//! Guards on the form of a claim: what cannot be read is a bad request, whoever sent it.

use oss_auth::{
    Carrier, ClaimError, ClaimErrorKind, ListFault, S3_REGION, Scheme, ScopeError, ScopePart,
};

use super::super::claim::{BadClaim, Claimed};
use super::super::inquiry::Inquiry;
use crate::answer::{Refusal, Rejection};
use crate::config::S3Region;

/// One signature, in one place (help page: Add signatures to URLs; EC 0002-00000039).
pub(in super::super) fn one_mechanism(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match inquiry.claim() {
        Err(BadClaim::Request(error)) if error.kind() == ClaimErrorKind::Conflict => {
            Err(invalid(capitalised(&error.to_string()), error.ec()).into())
        }
        _ => Ok(()),
    }
}

/// The Authorization header, or the V2 or V4 URL, can be read (EC 0002-00000061 and following). What a V1 URL lacks is the business of
/// two checks.
pub(in super::super) fn claim_readable(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Err(BadClaim::Request(error)) = inquiry.claim() else {
        return Ok(());
    };
    let message = match (error, error.kind()) {
        // Measured against the service by three authors: kruise agent gateway, a Python uploader, a desktop release script (2026).
        (ClaimError::ContentSha256 { value }, _) => {
            let message = "The x-oss-content-sha256 only supports UNSIGNED-PAYLOAD.";
            return Err(invalid(message.into(), error.ec())
                .extra("ArgumentName", "x-oss-content-sha256")
                .extra("ArgumentValue", value.clone())
                .into());
        }
        // Measured by two of them for V4; that V2 says the same is inferred.
        (
            ClaimError::HeaderList {
                scheme: Scheme::V2 | Scheme::V4,
                carrier: Carrier::Header,
                fault: ListFault::Empty,
            },
            _,
        ) => "Authorization header value is empty".to_owned(),
        (ClaimError::UrlCredentialWithoutRegion, _) => in_credential("region"),
        (_, ClaimErrorKind::MalformedHeader) => "Authorization header is invalid.".to_owned(),
        (_, ClaimErrorKind::MalformedUrl) => capitalised(&error.to_string()),
        _ => return Ok(()),
    };
    let code = match error {
        // The C++ SDK's test of signed URLs sends x-oss-expires=-10, and two clients left a listed header out.
        ClaimError::UrlExpiresOutOfRange {
            scheme: Scheme::V4, ..
        }
        | ClaimError::HeaderList {
            scheme: Scheme::V4,
            carrier: Carrier::Url,
            fault: ListFault::Absent { .. },
        } => "AuthorizationArgumentError",
        _ => "InvalidArgument",
    };
    Err(Rejection::new(400, code, message).ec(error.ec()).into())
}

/// A form has a key, and all of its signature's fields or none (help page: PostObject; EC 0002-00000702 to -706).
pub(in super::super) fn form_complete(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(form) = inquiry.form else {
        return Ok(());
    };
    let ordered = |field: &str| {
        format!(
            "The bucket POST must contain the specified '{field}'. If it is specified, please check the order of the fields"
        )
    };
    if form.key().is_none() {
        let rejection = Rejection::new(400, "InvalidArgument", ordered("key"));
        return Err(rejection
            .extra("ArgumentName", "key")
            .extra("ArgumentValue", form.field("key").unwrap_or(""))
            .into());
    }
    match inquiry.claim() {
        Err(BadClaim::Form(error)) => Err(invalid(ordered(error.field()), error.ec())
            .extra("ArgumentName", error.field())
            .extra("ArgumentValue", form.field(error.field()).unwrap_or(""))
            .into()),
        _ => Ok(()),
    }
}

/// The credential of a V4 signature is made for this day, region and product (EC 0002-00000212, -226, -227; forms -709, -715).
pub(in super::super) fn credential_scope(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(claimed) = inquiry.readable_claim() else {
        return Ok(());
    };
    let region = inquiry.certain_region();
    let wrong = match claimed {
        Claimed::Form(form) => {
            let own = form.scope().map_or("", |scope| scope.region);
            form.check_scope(served(inquiry, region, own)).err()
        }
        // Without a date there is no day to compare with.
        Claimed::Request(claim) if claim.validity().is_err() => None,
        Claimed::Request(claim) => {
            let own = claim.scope().map_or("", |scope| scope.region);
            claim.check_scope(served(inquiry, region, own)).err()
        }
    };
    if let Some(error) = wrong {
        let in_header =
            matches!(claimed, Claimed::Request(claim) if claim.carrier() == Carrier::Header);
        let rejection = invalid(scope_message(&error, in_header), error.ec());
        return Err(match inquiry.form {
            Some(form) => rejection
                .extra("ArgumentName", CREDENTIAL_FIELD)
                .extra("ArgumentValue", form.field(CREDENTIAL_FIELD).unwrap_or("")),
            None => rejection,
        }
        .into());
    }
    let own = claimed_region(claimed).unwrap_or_default();
    let elsewhere = own == S3_REGION && served(inquiry, region, own) != own;
    if elsewhere && inquiry.config.decisions.s3_region == S3Region::Own {
        return Err(invalid(in_authorization("region"), "0002-00000226").into());
    }
    Ok(())
}

const CREDENTIAL_FIELD: &str = "x-oss-credential";

/// The region that an S3-signed request names.
fn claimed_region<'a>(claimed: &Claimed<'a>) -> Option<&'a str> {
    match claimed {
        Claimed::Request(claim) if claim.scheme().is_s3() => {
            claim.scope().map(|scope| scope.region)
        }
        _ => None,
    }
}

/// The region a scope must name: where neither bucket nor host fix one, any region that is served will do.
fn served<'r>(inquiry: &'r Inquiry<'_>, certain: Option<&'r str>, own: &'r str) -> &'r str {
    // S3 clients may write it with the prefix.
    let own = own.strip_prefix("oss-").unwrap_or(own);
    let known = || inquiry.config.regions.iter().any(|region| region == own);
    match certain {
        Some(region) => region,
        None if known() => own,
        None => inquiry.config.default_region(),
    }
}

/// What is wrong with a scope. That a URL is told of it as a form is, and not as a header, is inferred from the one case that is known,
/// a URL without a region.
fn scope_message(error: &ScopeError, in_header: bool) -> String {
    let part = match error.part {
        ScopePart::Date => "date",
        ScopePart::Region => "region",
        ScopePart::Product => "product",
        ScopePart::Terminator => return "Authorization header is invalid.".into(),
    };
    if in_header {
        in_authorization(part)
    } else {
        in_credential(part)
    }
}

fn in_authorization(part: &str) -> String {
    format!("Invalid signing {part} in Authorization header.")
}

fn in_credential(part: &str) -> String {
    format!("The signing {part} in credential is invalid.")
}

fn invalid(message: String, ec: &'static str) -> Rejection {
    Rejection::new(400, "InvalidArgument", message).ec(ec)
}

/// An error's text as a sentence.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}
