//! Which documented causes a saved answer fits, best first, and why.

use super::saved::SavedAnswer;
use crate::judge::recognise::{Candidate, Said, candidates};
use oss403_case::Ledger;

/// What a saved answer says, and what it fits.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// HTTP status, when known.
    pub status: Option<u16>,
    /// The `Code` element.
    pub code: String,
    /// The `Message` element.
    pub message: String,
    /// The EC, from `x-oss-ec` or the body.
    pub ec: Option<String>,
    /// The `RequestId` element.
    pub request_id: Option<String>,
    /// Causes that fit, best first.
    pub candidates: Vec<Candidate>,
    /// How many causes share the code alone, when nothing more telling fits.
    pub same_code: usize,
}

/// Holds a saved answer against every cause of the ledger.
pub fn diagnose(ledger: &Ledger, saved: &SavedAnswer) -> Diagnosis {
    let text = |name: &str| {
        saved
            .envelope
            .text(name)
            .map(str::trim)
            .unwrap_or_default()
            .to_owned()
    };
    let (code, message) = (text("Code"), text("Message"));
    let ec = saved.ec().map(str::to_owned);
    let said = Said {
        code: &code,
        message: &message,
        ec: ec.as_deref(),
    };
    let candidates = candidates(ledger, &said);
    Diagnosis {
        status: saved.status,
        same_code: ledger.causes().filter(|file| file.code == code).count(),
        request_id: Some(text("RequestId")).filter(|id| !id.is_empty()),
        code,
        message,
        ec,
        candidates,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(body: &str) -> (Diagnosis, Option<String>) {
        let ledger = Ledger::embedded().expect("the embedded ledger is sound");
        let saved = SavedAnswer::read(format!("<Error>{body}</Error>").as_bytes()).unwrap();
        let diagnosis = diagnose(&ledger, &saved);
        let first = diagnosis
            .candidates
            .first()
            .map(|candidate| candidate.file.cause.clone());
        (diagnosis, first)
    }

    #[test]
    fn answers_from_the_wire_lead_to_their_causes() {
        // Each as it was seen in public; the last three have a code or a text that the documentation gives otherwise.
        for (code, message, cause) in [
            ("AccessDenied", "Request has expired.", "url-auth-expired"),
            (
                "AccessDenied",
                "You have no right to access this object because of bucket acl.",
                "bucket-acl",
            ),
            (
                "AccessDenied",
                "You have no right to access this object.",
                "object-no-right",
            ),
            (
                "InvalidAccessKeyId",
                "The OSS Access Key Id you provided does not exist in our records.",
                "access-key-unknown",
            ),
            (
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
                "signature-mismatch",
            ),
            ("UserDisable", "UserDisable", "user-disabled"),
            (
                "AccessDenied",
                "The bucket you access does not belong to you.",
                "bucket-not-belong",
            ),
            (
                "AccessDenied",
                "Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters",
                "url-auth-missing-parameter",
            ),
            (
                "AccessDenied",
                "The bucket you attempting to access must be addressed",
                "",
            ),
        ] {
            let (_, first) = best(&format!("<Code>{code}</Code><Message>{message}</Message>"));
            assert_eq!(first.as_deref().unwrap_or_default(), cause, "{message}");
        }
    }

    #[test]
    fn the_more_telling_of_two_conditions_comes_first() {
        let message = r#"Invalid according to Policy: Policy Condition failed: ["eq", "$Content-Type", "image/png"]"#;
        let (_, first) = best(&format!(
            "<Code>AccessDenied</Code><Message>{message}</Message>"
        ));
        assert_eq!(first.as_deref(), Some("post-policy-content-type"));
    }

    #[test]
    fn an_unknown_answer_keeps_what_it_says() {
        let (diagnosis, first) =
            best("<Code>NewThing</Code><Message>Nobody knows.</Message><EC>0099-00000001</EC>");
        assert_eq!(first, None);
        assert_eq!(
            (diagnosis.code.as_str(), diagnosis.message.as_str()),
            ("NewThing", "Nobody knows.")
        );
        assert_eq!(diagnosis.ec.as_deref(), Some("0099-00000001"));
    }

    #[test]
    fn the_ec_alone_is_a_hint() {
        let (diagnosis, first) =
            best("<Code>AccessDenied</Code><Message>?</Message><EC>0002-00000069</EC>");
        assert_eq!(first.as_deref(), Some("url-auth-expired"));
        assert!(diagnosis.candidates[0].why[0].contains("0002-00000069"));
    }
}
