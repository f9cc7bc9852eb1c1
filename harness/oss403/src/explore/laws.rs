//! Laws that hold on every server, whatever it says and however OSS decides: a pair of requests is enough to see them broken, without a
//! model.
//!
//! The twin is the pair. Some edits may never be granted, whatever came before (a wrong secret). Others take something away, and may not
//! turn a refusal into a grant (one more Deny). Preflights are outside of it all: nobody signs them.

use serde_json::Value;

use super::compare::{Difference, Which};
use crate::run::record::TwinRecord;
use crate::target::quirk::Facet;
use crate::wire::exchange::Exchange;
use oss_auth::Timestamp;
use oss403_case::model::{Call, Edit, Given, Misspelling, Scenario, SignWith, TextMap, Who};

/// A law that a twin can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Law {
    /// What it says.
    pub says: &'static str,
    /// Whether the edited request may be granted when the base was.
    pub as_the_base: bool,
    /// The cause that a refusal would have.
    pub cause: &'static str,
}

const fn never(says: &'static str, cause: &'static str) -> Law {
    Law {
        says,
        as_the_base: false,
        cause,
    }
}

const fn less(says: &'static str, cause: &'static str) -> Law {
    Law {
        says,
        as_the_base: true,
        cause,
    }
}

const WRONG_SIGNATURE: Law = never("a wrong signature is never granted", "signature-mismatch");
const TAMPERED: Law = never(
    "what was tampered with after signing is never granted",
    "signature-mismatch",
);
const WITHOUT_TOKEN: Law = never(
    "a session without its token is never granted",
    "access-key-sts-token-lost",
);
const EXPIRED: Law = never("what has expired is never granted", "url-auth-expired");
const FORM_EXPIRED: Law = never("what has expired is never granted", "post-policy-expired");
const SKEWED: Law = never(
    "what was signed more than fifteen minutes ago, or ahead, is never granted",
    "time-skewed",
);
const UNDATED: Law = never(
    "a signature in the header that no date goes with is never granted",
    "date-invalid",
);
const UNKNOWN_KEY: Law = never(
    "a key that nobody has is never granted",
    "access-key-unknown",
);
const ANONYMOUS: Law = never(
    "nobody gets what is private without a signature",
    "anonymous-bucket",
);
const DENY: Law = less("one more Deny grants nothing", "bucket-policy");
const PRIVATE_BUCKET: Law = less(
    "a private bucket grants nothing that an open one refuses",
    "bucket-acl",
);
const PRIVATE_OBJECT: Law = less(
    "a private object grants nothing that an open one refuses",
    "object-acl-read",
);
const NO_POLICY: Law = less(
    "a user without a policy gets nothing that was refused with one",
    "access-denied",
);
const BLOCKED: Law = less(
    "public access that is blocked grants nothing",
    "anonymous-bucket",
);

/// The law that the twin of a scenario can break, if there is one. Several edits at once are left to the model.
pub fn law(scenario: &Scenario) -> Option<Law> {
    let Scenario {
        given, base, edit, ..
    } = scenario;
    if base.request.starts_with("OPTIONS") {
        return None;
    }
    let scheme = base.signed_with();
    let is_signed = scheme != SignWith::None;
    let is_form = base.form.is_some();
    let law = match edit {
        Edit::WrongSecret(_) | Edit::FlipSignature(_) if is_signed => WRONG_SIGNATURE,
        Edit::RespellSignature(Misspelling::Truncated | Misspelling::Extended) if is_signed => {
            WRONG_SIGNATURE
        }
        Edit::TamperMethod(method)
            if is_signed
                && !is_form
                && method != "OPTIONS"
                && !base.request.starts_with(method) =>
        {
            TAMPERED
        }
        Edit::TamperPath(path) if is_signed && !is_form && is_another(path, base) => TAMPERED,
        Edit::TamperBucket(_) if is_signed && !is_form => TAMPERED,
        Edit::DropToken(_) if is_signed => WITHOUT_TOKEN,
        Edit::ExpiresIn(span) if span.seconds() < 0 && is_form => FORM_EXPIRED,
        Edit::ExpiresIn(span) if span.seconds() < 0 && is_in_url(scheme) => EXPIRED,
        Edit::Clock(span) if span.seconds().abs() >= SURELY_SKEWED && is_in_header(scheme) => {
            SKEWED
        }
        Edit::DropHeader(name) if is_date(name) && has_only_date(base) => UNDATED,
        Edit::SetHeader(headers) if has_only_date(base) && spoils_date(headers) => UNDATED,
        Edit::AccessKeyId(id) if is_signed && !id.contains('$') => UNKNOWN_KEY,
        Edit::As(Who::Anonymous) if !is_form && is_closed(given, base) => ANONYMOUS,
        Edit::AddStatement(statement) if statement["Effect"] == "Deny" => DENY,
        Edit::BucketAcl(acl) if acl == "private" => PRIVATE_BUCKET,
        Edit::ObjectAcl(acls) if acls.values().all(|acl| acl == "private") => PRIVATE_OBJECT,
        Edit::RamPolicy(policies) if policies.values().all(Value::is_null) => NO_POLICY,
        Edit::BlockPublicAccess(_) => BLOCKED,
        _ => return None,
    };
    Some(law)
}

/// The law that a record shows broken.
pub fn broken(scenario: &Scenario, record: &TwinRecord) -> Option<Difference> {
    let law = law(scenario)?;
    let status = |exchange: &Option<Exchange>| {
        let readable = exchange.as_ref().filter(|sent| sent.unreadable().is_none());
        Some(readable?.response()?.status)
    };
    let granted = |status: u16| (200..300).contains(&status);
    let edited = status(&record.edited).filter(|status| granted(*status))?;
    let base = status(&record.base);
    if law.as_the_base && base != Some(403) {
        return None;
    }
    let before = base.map_or("not answered".into(), |base| format!("answered {base}"));
    Some(Difference {
        facet: Facet::Granted,
        which: Which::Edited,
        cause: law.cause.to_owned(),
        says: edited.to_string(),
        is_common: false,
        reason: format!(
            "{}: the base was {before}, the edited request {edited}",
            law.says
        ),
    })
}

/// Fifteen minutes are allowed, and nobody knows a foreign clock to the second.
const SURELY_SKEWED: i64 = 960;

fn is_date(name: &str) -> bool {
    name.eq_ignore_ascii_case("Date")
}

/// Whether the header Date is the only time in the request: V1 and V2 take it, where no x-oss-date is sent.
fn has_only_date(base: &Call) -> bool {
    matches!(base.signed_with(), SignWith::HeaderV1 | SignWith::HeaderV2)
        && !base
            .headers
            .keys()
            .any(|name| is_date(name) || name.eq_ignore_ascii_case("x-oss-date"))
}

/// Whether headers replace the date by what is none in the form of RFC 1123, in GMT.
fn spoils_date(headers: &TextMap) -> bool {
    let is_other = |name: &String| name.eq_ignore_ascii_case("x-oss-date");
    let mut dates = headers.iter().filter(|(name, _)| is_date(name));
    !headers.keys().any(is_other)
        && dates.any(|(_, date)| !date.contains('$') && Timestamp::parse_rfc1123(date).is_err())
}

fn is_in_url(scheme: SignWith) -> bool {
    matches!(
        scheme,
        SignWith::UrlV1 | SignWith::UrlV2 | SignWith::UrlV4 | SignWith::S3UrlV2 | SignWith::S3UrlV4
    )
}

fn is_in_header(scheme: SignWith) -> bool {
    matches!(
        scheme,
        SignWith::HeaderV1
            | SignWith::HeaderV2
            | SignWith::HeaderV4
            | SignWith::S3HeaderV2
            | SignWith::S3HeaderV4
    )
}

/// Whether a path names another object: percent-encoding and dot segments are left out of it.
fn is_another(path: &str, base: &Call) -> bool {
    let own = base.request.split([' ', '?']).nth(1).unwrap_or_default();
    let plain = |path: &str| !path.contains(['%', '.']) || path.ends_with(".txt");
    let dotted = path.split('/').any(|part| matches!(part, "." | ".."));
    own != path && plain(path) && plain(own) && !dotted
}

/// Whether nothing in the world lets anybody in without a signature.
fn is_closed(given: &Given, base: &Call) -> bool {
    let is_private = |acl: &Option<String>| {
        acl.as_deref()
            .is_none_or(|acl| matches!(acl, "private" | "default"))
    };
    let Some(bucket) = &given.bucket else {
        return given.buckets.is_empty() && !given.no_bucket;
    };
    let objects = bucket.objects.values();
    given.buckets.is_empty()
        && given.requests.is_empty()
        && base.via.is_none()
        && base.bucket.is_none()
        && is_private(&bucket.acl)
        && bucket.policy.is_none()
        && objects.map(|object| &object.acl).all(is_private)
}
