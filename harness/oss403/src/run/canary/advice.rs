//! What to look at in a profile when a canary fails.

use super::{Redactor, Response, SignWith};
use crate::wire::exchange::{Failure, FailureKind, SentRequest};
use crate::wire::xml;

/// Characters of a StringToSign that are shown.
const MOST: usize = 1_000;

/// A canary that was sent.
pub(super) struct Asked {
    /// Method, path, host and scheme.
    pub(super) text: String,
    /// The StringToSign that a server has to compute for it.
    pub(super) string_to_sign: Option<String>,
    pub(super) redactor: Redactor,
    is_tls: bool,
    is_list: bool,
    host: String,
    with: &'static str,
}

impl Asked {
    /// `is_list` says whether it is ListBuckets.
    pub(super) fn of(request: &SentRequest, with: SignWith, is_list: bool) -> Self {
        let with = with.needs().map_or("nothing", |need| need.as_str());
        let path = request.target.split(['?', '&']).next().unwrap_or_default();
        let what = if is_list { " (ListBuckets)" } else { "" };
        Self {
            text: format!(
                "asked: {} {path} on {}{what}, signed with `{with}`",
                request.method, request.host
            ),
            string_to_sign: request.string_to_sign.clone(),
            redactor: Redactor::for_request(request),
            is_tls: request.scheme == "https",
            is_list,
            host: request.host.clone(),
            with,
        }
    }

    /// What to look at when no answer came.
    pub(super) fn advice_on_failure(&self, failure: &Failure) -> String {
        let said = |words: &[&str]| words.iter().any(|word| failure.detail.contains(word));
        let advice = if self.is_tls && said(&["UnknownIssuer", "CaUsedAsEndEntity", "SelfSigned"]) {
            "its certificate is not of an authority that the system trusts: name the one it is of under `tls.ca-file`"
        } else if self.is_tls && said(&["InvalidContentType", "corrupt message"]) {
            "it does not seem to speak TLS: write `endpoint: http://…`"
        } else if !self.is_tls && matches!(failure.kind, FailureKind::Malformed | FailureKind::Lost)
        {
            "if it speaks TLS, write `endpoint: https://…`"
        } else {
            return String::new();
        };
        format!("\n  {advice}")
    }

    /// What to look at when the owner is refused for another reason than the credentials.
    pub(super) fn advice_on_refusal(&self, response: &Response, code: Option<&str>) -> String {
        let mut advice = Vec::new();
        let body = String::from_utf8_lossy(&response.body).to_ascii_lowercase();
        if response.is_unavailable() {
            advice.push(
                "it cannot answer now: try again later, or ask less of it with `limits.requests-per-second`"
                    .to_owned(),
            );
            return lines(&advice);
        }
        if !self.is_tls
            && response.status == 400
            && (body.contains("https") || body.contains("tls"))
        {
            advice.push("if it speaks TLS, write `endpoint: https://…`".to_owned());
        }
        if self.is_list && matches!(response.status, 404 | 405 | 501) {
            advice.push(
                "if it has no ListBuckets, name another harmless request: \
                 `canary: { request: \"GET /?list-type=2\", bucket: NAME }`"
                    .to_owned(),
            );
        }
        let is_host = code.is_some_and(|code| {
            [
                "NonStandardHost",
                "SecondLevelDomain",
                "NoSuchBucket",
                "InvalidBucketName",
                "PermanentRedirect",
            ]
            .iter()
            .any(|known| code.contains(known))
        });
        if is_host || matches!(response.status, 300..400 | 400 | 404 | 405) {
            advice.push(format!(
                "if `{}` is not how it is called, look at `suffix`, `regions` and `addressing`",
                self.host
            ));
        }
        if matches!(response.status, 400 | 401 | 403) && !is_host {
            advice.push(format!(
                "if it does not know that scheme, take `{}` out of `capabilities`, and claim one that it knows",
                self.with
            ));
        }
        lines(&advice)
    }
}

/// What is known when the signatures differ: either the secrets do, or what was signed. The answer may show which.
pub(super) fn on_signature(response: &Response, ours: Option<&str>, redactor: &Redactor) -> String {
    let theirs = xml::text(&response.body, "StringToSign");
    let shown = |text: &str| {
        let text: String = redactor.text(text).chars().take(MOST).collect();
        format!("{text:?}")
    };
    let known = match (ours, theirs.as_deref()) {
        (Some(ours), Some(theirs)) if ours == theirs => {
            "both sides sign the same text, so that the secret in the profile is not the target's, or the key is derived otherwise"
                .to_owned()
        }
        (Some(ours), Some(theirs)) => format!(
            "what is signed differs\n    here:  {}\n    there: {}",
            shown(ours),
            shown(theirs)
        ),
        _ => "either the secret in the profile is not the target's, or the two sides sign another text; its answer has no StringToSign that would tell"
            .to_owned(),
    };
    lines(&[known])
}

fn lines(advice: &[String]) -> String {
    advice.iter().map(|line| format!("\n  {line}")).collect()
}
