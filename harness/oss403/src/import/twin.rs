//! Finding the one thing that is wrong with a request: of everything that is, what the reference server's table comes to first.

use oss_auth::{
    Carrier, Claim, ClaimError, Computed, Request, Scheme, TimeError, Timestamp, Validity,
};
use oss_reference::checks::{Row, TABLE};
use oss_reference::config::{Identities, Identity};
use oss_reference::denial::Cause;
use oss_reference::request::Form;
use serde_json::{Map, Value, json};

use super::request::{ARRIVAL, Found, WANTED};
use crate::wire::parts::{headers_to_sign, query_to_sign};

/// A base that succeeds, and the edit that makes it the request that was found.
#[derive(Debug)]
pub(super) struct Twin {
    /// Why it is refused.
    pub(super) cause: &'static str,
    /// Object that has to be there.
    pub(super) object: Option<String>,
    /// The call, in the words of a case.
    pub(super) base: Map<String, Value>,
    /// The edit, in the words of a case.
    pub(super) edit: Value,
    /// What must not change.
    pub(super) unchanged: Option<String>,
}

/// Why no twin can be made of a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoTwin {
    /// It is not refused with a 403 at all.
    #[error("OSS refuses this with another status than 403: {0}")]
    OtherStatus(String),
    /// There is nothing wrong with its signature.
    #[error("nothing is wrong with its signature, so that there is no edit to make it of")]
    Right,
    /// Anonymous requests for other things than objects.
    #[error("an anonymous request for something else than an object")]
    Anonymous,
    /// The body cannot stand in a case.
    #[error("its body is not UTF-8, and a case is text")]
    Body,
    /// The ledger has no such cause.
    #[error("the ledger has no cause `{0}`")]
    NotDocumented(&'static str),
}

pub(super) fn of(found: &Found) -> Result<Twin, NoTwin> {
    let fault = match &found.form {
        Some((form, _)) => form_fault(&form.fields)?,
        None => request_fault(found)?,
    };
    let base = fault.base(found)?;
    let object = found.key.clone().filter(|_| found.form.is_none());
    Ok(Twin {
        cause: fault.wrong.cause.id(),
        unchanged: unchanged(found),
        object,
        base,
        edit: fault.wrong.edit,
    })
}

/// What a request could change: an object, or what the bucket holds.
fn unchanged(found: &Found) -> Option<String> {
    if matches!(found.sent.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
        return None;
    }
    let of_form = |(form, _): &(Form, String)| form.field("key").map(str::to_owned);
    let key = found
        .form
        .as_ref()
        .map_or_else(|| found.key.clone(), of_form);
    // What begins or goes on like something else than a key is looked for in the list of the bucket.
    let plain = |key: &String| !key.contains(['?', ':', '$']);
    Some(
        key.filter(plain)
            .unwrap_or_else(|| "?list-type=2".to_owned()),
    )
}

/// Something that is wrong with a request.
struct Wrong {
    cause: Cause,
    /// The edit that makes an honest request wrong in this way.
    edit: Value,
}

impl Wrong {
    fn new(cause: Cause, edit: Value) -> Self {
        Self { cause, edit }
    }

    /// Where the table refuses for it.
    fn place(&self) -> usize {
        let refuses =
            |row: &Row| matches!(row, Row::Check(check) if check.causes.contains(&self.cause));
        TABLE.iter().position(refuses).unwrap_or(TABLE.len())
    }
}

/// What the table comes to first.
fn first(wrong: Vec<Wrong>) -> Result<Wrong, NoTwin> {
    let first = wrong.into_iter().min_by_key(Wrong::place);
    first.ok_or(NoTwin::Right)
}

/// What is wrong, and how the request is signed.
struct Fault {
    wrong: Wrong,
    sign: &'static str,
    additional: Vec<String>,
}

fn request_fault(found: &Found) -> Result<Fault, NoTwin> {
    with_request(found, |request| match oss_auth::find_claim(request) {
        Err(error) => claim_fault(&error),
        Ok(None) if found.key.is_some() && is_plain(found) => Ok(Fault {
            wrong: Wrong::new(Cause::BucketAcl, json!({ "as": "anonymous" })),
            sign: "header-v4",
            additional: Vec::new(),
        }),
        Ok(None) => Err(NoTwin::Anonymous),
        Ok(Some(claim)) => {
            let computed =
                key(claim.access_key_id()).map(|key| claim.compute(&key.access_key_secret));
            let mut wrong = key_faults(claim.access_key_id());
            wrong.extend(signature_fault(claim.signature(), computed));
            wrong.extend(time_fault(&claim));
            Ok(Fault {
                wrong: first(wrong)?,
                sign: scheme(&claim),
                additional: additional(&claim),
            })
        }
    })
}

/// A signature that is neither the one that `key` makes nor the place of the right one.
fn signature_fault(sent: &str, computed: Option<Computed>) -> Option<Wrong> {
    let is_right = computed.is_some_and(|right| [&right.signature, WANTED].contains(&sent));
    let flipped = json!({ "flip-signature": true });
    (!is_right).then(|| Wrong::new(Cause::SignatureMismatch, flipped))
}

fn form_fault(fields: &[(String, String)]) -> Result<Fault, NoTwin> {
    let claim = match oss_auth::find_form_claim(fields) {
        Ok(Some(claim)) => claim,
        Ok(None) => return Err(NoTwin::Anonymous),
        Err(error) => return Err(NoTwin::OtherStatus(error.to_string())),
    };
    let computed = key(claim.access_key_id()).map(|key| claim.compute(&key.access_key_secret));
    let mut wrong = key_faults(claim.access_key_id());
    wrong.extend(signature_fault(claim.signature(), computed));
    Ok(Fault {
        wrong: first(wrong)?,
        sign: if claim.scheme() == Scheme::V4 {
            "form-v4"
        } else {
            "form-v1"
        },
        additional: Vec::new(),
    })
}

fn claim_fault(error: &ClaimError) -> Result<Fault, NoTwin> {
    let url_v1 = |cause, edit| {
        Ok(Fault {
            wrong: Wrong::new(cause, edit),
            sign: "url-v1",
            additional: Vec::new(),
        })
    };
    match error {
        ClaimError::UrlMissingParameter {
            scheme: Scheme::V1,
            name,
        } => url_v1(
            Cause::UrlAuthMissingParameter,
            json!({ "remove-query": name }),
        ),
        ClaimError::UrlEmptyParameter {
            scheme: Scheme::V1,
            name,
        } => url_v1(
            Cause::UrlAuthMissingParameter,
            json!({ "tamper-query": { *name: "" } }),
        ),
        ClaimError::UrlInvalidExpires {
            scheme: Scheme::V1,
            value,
        } => url_v1(Cause::UrlAuthInvalidDate, json!({ "expires": text(value) })),
        other => Err(NoTwin::OtherStatus(other.to_string())),
    }
}

/// A URL that has expired, or a header whose time is too far away.
fn time_fault(claim: &Claim<'_>) -> Option<Wrong> {
    let validity = claim.validity().ok()?;
    let error = validity.check(Timestamp(ARRIVAL)).err()?;
    match (validity, error) {
        (Validity::Skew { at }, _) => {
            // A case's clock may be a thousand days off, which is as wrong as any more.
            let off = at.0.saturating_sub(ARRIVAL).clamp(-86_400_000, 86_400_000);
            let edit = json!({ "clock": format!("{off}s") });
            Some(Wrong::new(Cause::TimeSkewed, edit))
        }
        (_, TimeError::Expired { .. }) if claim.carrier() == Carrier::Url => {
            let edit = json!({ "expires-in": "-1s" });
            Some(Wrong::new(Cause::UrlAuthExpired, edit))
        }
        _ => None,
    }
}

fn key_faults(id: &str) -> Vec<Wrong> {
    let other = |cause| Wrong::new(cause, json!({ "access-key-id": text(id) }));
    let mut wrong = Vec::new();
    if oss_auth::access_key::check_charset(id).is_err() {
        wrong.push(other(Cause::AccessKeyCharset));
    }
    match key(id) {
        None => wrong.push(other(Cause::AccessKeyUnknown)),
        Some(key) if !key.enabled => {
            let edit = json!({ "as": "disabled-key" });
            wrong.push(Wrong::new(Cause::AccessKeyDisabled, edit));
        }
        Some(_) => {}
    }
    wrong
}

/// The key of that id among those of the default set-up.
fn key(id: &str) -> Option<Identity> {
    Identities::default()
        .0
        .into_values()
        .find(|key| key.access_key_id == id)
}

fn scheme(claim: &Claim<'_>) -> &'static str {
    match (claim.carrier(), claim.scheme()) {
        (Carrier::Header, Scheme::V1) => "header-v1",
        (Carrier::Header, Scheme::V2) => "header-v2",
        (Carrier::Header, Scheme::V4) => "header-v4",
        (Carrier::Url, Scheme::V1) => "url-v1",
        (Carrier::Url, Scheme::V2) => "url-v2",
        (Carrier::Url, Scheme::V4) => "url-v4",
        (Carrier::Header, Scheme::S3V2) => "s3-header-v2",
        (Carrier::Url, Scheme::S3V2) => "s3-url-v2",
        (Carrier::Header, Scheme::S3V4) => "s3-header-v4",
        (Carrier::Url, Scheme::S3V4) => "s3-url-v4",
    }
}

fn additional(claim: &Claim<'_>) -> Vec<String> {
    // What the client adds by itself is not in the call, and so cannot be listed there. Their order means nothing.
    let mut names: Vec<String> = claim
        .additional_headers()
        .split(';')
        .map(str::to_ascii_lowercase)
        .filter(|name| !name.is_empty() && !OWN_HEADERS.contains(&name.as_str()))
        .collect();
    names.sort();
    names.dedup();
    names
}

impl Fault {
    /// What an honest client sends for the same.
    fn base(&self, found: &Found) -> Result<Map<String, Value>, NoTwin> {
        let mut base = Map::new();
        base.insert("sign".into(), self.sign.into());
        base.insert("request".into(), line(found).into());
        let mut headers = Map::new();
        for (name, value) in &found.sent.headers {
            let own = OWN_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own))
                || (found.form.is_some() && name.eq_ignore_ascii_case("content-type"));
            if !own {
                headers.insert(name.clone(), text(value.trim()).into());
            }
        }
        if !headers.is_empty() {
            base.insert("headers".into(), headers.into());
        }
        if let Some((form, file)) = &found.form {
            let fields: Map<String, Value> = form
                .fields
                .iter()
                .filter(|(name, _)| !OWN_FIELDS.iter().any(|own| name.eq_ignore_ascii_case(own)))
                .map(|(name, value)| (name.clone(), text(value).into()))
                .collect();
            base.insert(
                "form".into(),
                json!({ "fields": fields, "file": text(file) }),
            );
        } else if !found.sent.body.is_empty() {
            let body = std::str::from_utf8(&found.sent.body).map_err(|_| NoTwin::Body)?;
            base.insert("body".into(), text(body).into());
        }
        if !self.additional.is_empty() {
            base.insert("additional-headers".into(), json!(self.additional));
        }
        Ok(base)
    }
}

/// What the client and the signature add by themselves.
const OWN_HEADERS: [&str; 14] = [
    "authorization",
    "date",
    "x-oss-date",
    "x-oss-content-sha256",
    "x-oss-security-token",
    "content-length",
    "connection",
    "transfer-encoding",
    "user-agent",
    "accept",
    "x-amz-date",
    "x-amz-content-sha256",
    "x-amz-security-token",
    "x-oss-s3-compat",
];
const OWN_QUERY: [&str; 20] = [
    "Signature",
    "Expires",
    "OSSAccessKeyId",
    "security-token",
    "x-oss-signature-version",
    "x-oss-signature",
    "x-oss-credential",
    "x-oss-access-key-id",
    "x-oss-expires",
    "x-oss-additional-headers",
    "x-oss-security-token",
    "AWSAccessKeyId",
    "x-amz-security-token",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
];
const OWN_FIELDS: [&str; 9] = [
    "OSSAccessKeyId",
    "policy",
    "Signature",
    "x-oss-signature-version",
    "x-oss-credential",
    "x-oss-date",
    "x-oss-signature",
    "x-oss-access-key-id",
    "x-oss-security-token",
];

fn is_own_parameter(name: &str) -> bool {
    OWN_QUERY.contains(&name) || name == "x-oss-date"
}

/// Whether it asks for an object itself, and for none of its sub-resources.
fn is_plain(found: &Found) -> bool {
    found.query.iter().all(|(name, _)| is_own_parameter(name))
}

/// `METHOD /key?query`, in the words of a case.
fn line(found: &Found) -> String {
    let key = found.key.as_deref().unwrap_or_default();
    let mut line = format!(
        "{} /{}",
        found.sent.method,
        oss_auth::percent_encode_keeping_slash(key)
    );
    let pairs = found
        .query
        .iter()
        .filter(|(name, _)| !is_own_parameter(name));
    for (index, (name, value)) in pairs.enumerate() {
        line.push(if index == 0 { '?' } else { '&' });
        line.push_str(&oss_auth::percent_encode(name));
        if let Some(value) = value {
            line.push('=');
            line.push_str(&oss_auth::percent_encode(value));
        }
    }
    line
}

/// A text in which no placeholder is read.
fn text(text: &str) -> String {
    text.replace('$', "$$")
}

fn with_request<T>(found: &Found, then: impl FnOnce(&Request<'_>) -> T) -> T {
    let query = query_to_sign(&found.query);
    let headers = headers_to_sign(&found.sent.headers, &found.sent.host);
    let path = found.sent.target.split('?').next().unwrap_or_default();
    then(&Request {
        method: &found.sent.method,
        bucket: found.bucket.as_deref(),
        key: found.key.as_deref(),
        query: &query,
        headers: &headers,
        path,
    })
}
