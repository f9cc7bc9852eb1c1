//! Whether a request as it was sent is the one that a scenario says.

use std::borrow::Cow;

use oss_auth::{Timestamp, percent_decode};

use crate::wire::draft::{Body, Draft};
use crate::wire::exchange::SentRequest;
use crate::wire::parts::parse_path;
use crate::wire::redact::REDACTED;
use crate::wire::scene::BucketIn;
use oss403_case::model::{Edit, SignWith, Staged, TextMap, WireEdit};

/// Looking at a request as it was sent.
pub(super) struct Looking<'s> {
    pub(super) sent: &'s SentRequest,
    /// What was changed after signing, so that it need not be what was signed; `None` when nothing was.
    pub(super) tampered: Option<Tampered>,
    pub(super) is_disguised: bool,
    /// Whether it was sent in a world, or by a session, of its own: what the target named there is not known.
    pub(super) is_apart: bool,
    /// AccessKeyIds that are the same in every world.
    pub(super) everybodys: &'s [&'s str],
    pub(super) run: &'s str,
}

/// What of a request its wire edits touch, of what tells it from those of other instances.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tampered {
    method: bool,
    /// Where the bucket stands.
    host: bool,
    key: bool,
    /// Scheme, carrier and AccessKeyId.
    signing: bool,
}

impl Tampered {
    /// What the wire edits of a scenario touch; `None` when it has none.
    pub(super) fn of(edit: &Edit) -> Option<Self> {
        let mut found = None;
        for step in edit.steps() {
            let Staged::Wire(step) = step else { continue };
            let touched = found.get_or_insert_with(Self::default);
            let is_named = |map: &TextMap| map.keys().any(|name| is_of_signing(name));
            match step {
                WireEdit::TamperMethod(_) => touched.method = true,
                WireEdit::TamperHost(_) | WireEdit::TamperBucket(_) => touched.host = true,
                WireEdit::TamperPath(_) => touched.key = true,
                WireEdit::RespellSignature(_) => touched.signing = true,
                WireEdit::TamperHeader(map)
                | WireEdit::RepeatHeader(map)
                | WireEdit::TamperQuery(map)
                | WireEdit::RepeatQuery(map)
                | WireEdit::TamperField(map) => touched.signing |= is_named(map),
                WireEdit::RemoveHeader(name) | WireEdit::RemoveQuery(name) => {
                    touched.signing |= is_of_signing(name);
                }
                WireEdit::FlipSignature(_)
                | WireEdit::TamperDate(_)
                | WireEdit::TamperAdditionalHeaders(_) => {}
            }
        }
        found
    }
}

/// Whether a header, parameter or field says how a request is signed and by whom. A name that is made of something may be any.
fn is_of_signing(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "authorization",
        "x-oss-signature-version",
        "x-oss-credential",
        "x-oss-access-key-id",
        "x-oss-signature",
        "ossaccesskeyid",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-signature",
        "awsaccesskeyid",
        "signature",
        "policy",
    ];
    name.contains(['{', '$']) || NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

impl Looking<'_> {
    /// In what it is another request than the one that is due, made for two moments.
    pub(super) fn other_than(&self, [due, later]: &[Draft; 2]) -> Option<String> {
        let touched = self.tampered.unwrap_or_default();
        let sent = self.sent;
        if !touched.method && sent.method != due.method {
            return Some(format!("{} instead of {}", sent.method, due.method));
        }
        let host = self.unnumbered(&sent.host.to_ascii_lowercase());
        let wanted = self.unnumbered(&due.host.to_ascii_lowercase());
        let bare = |host: &str| host.split(':').next().unwrap_or_default().to_owned();
        if !touched.host && !due.host.is_empty() && bare(&host) != bare(&wanted) {
            return Some(format!("to the host `{host}` instead of `{wanted}`"));
        }
        if let Some(bucket) = due.bucket.as_deref()
            && !touched.host
            && due.bucket_in == BucketIn::Path
            && !self.is_in(bucket)
        {
            return Some(format!("for `{}` instead of `/{bucket}/…`", sent.target));
        }
        if !touched.key && !has_key(sent, due.key.as_deref()) {
            return Some(format!(
                "for `{}` instead of `/{}`",
                sent.target,
                due.key.as_deref().unwrap_or_default()
            ));
        }
        if self.tampered.is_some() {
            // Which bytes else were changed on the way cannot be told.
            let signing = (!touched.signing).then(|| self.other_signature(due));
            return signing.flatten();
        }
        for (now, then) in due.headers.iter().zip(&later.headers) {
            if now == then && !self.has_header(&now.0, &now.1) {
                return Some(format!("without its header `{}`", now.0));
            }
        }
        for (now, then) in due.query.iter().zip(&later.query) {
            if now == then && !self.has_query(&now.0, now.1.as_deref()) {
                return Some(format!("without its parameter `{}`", now.0));
            }
        }
        self.other_body(&due.body, &later.body)
            .or_else(|| self.other_signature(due))
    }

    /// Whether a request in path style is for a bucket.
    fn is_in(&self, bucket: &str) -> bool {
        let path = self.sent.target.split('?').next().unwrap_or_default();
        let first = path.trim_start_matches('/').split('/').next();
        let first = first.unwrap_or_default();
        let first = percent_decode(first).map_or_else(|_| first.to_owned(), Cow::into_owned);
        self.is_alike(&first, bucket)
    }

    /// What is sent apart has a world of its own, whose names differ in their number: `oss403-<run>-7`, `d7.oss403-<run>.example`. Everything
    /// else is of the very world that the record names.
    fn unnumbered(&self, text: &str) -> String {
        if !self.is_apart {
            return text.to_owned();
        }
        let start = format!("oss403-{}", self.run);
        let mut pieces = text.split(&start);
        let mut out = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            if let Some(domain) = out.strip_suffix('.') {
                let bare = domain.trim_end_matches(|c: char| c.is_ascii_digit());
                out = format!("{bare}.");
            }
            out.push_str(&start);
            match piece.strip_prefix('-') {
                Some(piece) => {
                    out.push('-');
                    out.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit()));
                }
                None => out.push_str(piece),
            }
        }
        out
    }

    fn is_alike(&self, sent: &str, due: &str) -> bool {
        let (sent, due) = (sent.trim(), due.trim());
        sent == due
            || sent.contains(REDACTED)
            || self.unnumbered(sent) == self.unnumbered(due)
            || (self.is_disguised && sent.eq_ignore_ascii_case(due))
    }

    fn has_header(&self, name: &str, value: &str) -> bool {
        if name.eq_ignore_ascii_case("host") {
            return true;
        }
        let mut headers = self.sent.headers.iter();
        headers.any(|(known, sent)| {
            known.trim().eq_ignore_ascii_case(name) && (self.is_apart || self.is_alike(sent, value))
        })
    }

    fn has_query(&self, name: &str, value: Option<&str>) -> bool {
        let (_, query) = parse_path(self.sent.target.trim_start_matches('/'));
        let mut query = query.iter();
        query.any(|(known, sent)| {
            let sent = sent.as_deref().unwrap_or_default();
            let sent = if self.is_disguised {
                Cow::Owned(sent.replace('+', " "))
            } else {
                Cow::Borrowed(sent)
            };
            known == name && (self.is_apart || self.is_alike(&sent, value.unwrap_or_default()))
        })
    }

    fn other_body(&self, due: &Body, later: &Body) -> Option<String> {
        let other = || Some("with another body".to_owned());
        let sent = String::from_utf8_lossy(&self.sent.body);
        match (due, later) {
            (Body::Bytes(now), Body::Bytes(then)) if now == then => {
                let wanted = String::from_utf8_lossy(now);
                (!self.is_alike(&sent, &wanted)).then(other).flatten()
            }
            (Body::Form(now), Body::Form(then)) => {
                let fields = now.fields.iter().zip(&then.fields);
                let mut fields = fields.filter(|(now, then)| now == then).map(|(now, _)| now);
                let has = |text: &str| self.unnumbered(&sent).contains(&self.unnumbered(text));
                let all = fields.all(|(_, value)| has(value)) && has(&now.file);
                (!all && !sent.contains(REDACTED)).then(other).flatten()
            }
            _ => None,
        }
    }

    fn other_signature(&self, due: &Draft) -> Option<String> {
        let signing = &due.signing;
        // What leaves out parts of its own signature is not told by them.
        if signing.with == SignWith::None
            || signing.identity.is_none()
            || !signing.left_out.is_empty()
        {
            return None;
        }
        let with = carrier(self.sent);
        if with != Some(signing.with) {
            return Some("signed in another way".into());
        }
        let id = signing.access_key_id.as_deref();
        let id = id.or(signing.identity.as_deref().map(|who| &*who.access_key_id))?;
        if self.is_apart && !self.everybodys.contains(&id) {
            return None;
        }
        let everything = [
            self.sent
                .headers
                .iter()
                .map(|(_, value)| &**value)
                .collect(),
            percent_decode(&self.sent.target).map_or(self.sent.target.clone(), Cow::into_owned),
            String::from_utf8_lossy(&self.sent.body).into_owned(),
        ];
        let is_named = everything.iter().any(|text: &String| text.contains(id));
        (!is_named).then(|| format!("not of the key `{id}`"))
    }
}

/// Whether a request is for a key: the last segments of its path.
pub(super) fn has_key(sent: &SentRequest, key: Option<&str>) -> bool {
    let path = sent.target.split('?').next().unwrap_or_default();
    let path = percent_decode(path).map_or_else(|_| path.to_owned(), Cow::into_owned);
    match key {
        Some(key) => path.ends_with(&format!("/{key}")),
        // In path style the bucket is there.
        None => path.trim_matches('/').matches('/').count() == 0,
    }
}

/// How a request is signed, by what it says itself.
fn carrier(sent: &SentRequest) -> Option<SignWith> {
    let mut headers = sent.headers.iter();
    let header = headers.find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    if let Some((_, value)) = header {
        let schemes = [
            ("OSS4-HMAC-SHA256", SignWith::HeaderV4),
            ("OSS2 ", SignWith::HeaderV2),
            ("OSS ", SignWith::HeaderV1),
            ("AWS4-HMAC-SHA256", SignWith::S3HeaderV4),
            ("AWS ", SignWith::S3HeaderV2),
        ];
        let value = value.trim();
        let mut schemes = schemes.into_iter();
        return schemes
            .find(|(start, _)| value.starts_with(start))
            .map(|(_, with)| with);
    }
    let (_, query) = parse_path(sent.target.trim_start_matches('/'));
    let value = |wanted: &str| {
        let mut query = query.iter();
        let found = query.find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        Some(found.1.clone().unwrap_or_default())
    };
    match value("x-oss-signature-version") {
        Some(version) if version.starts_with("OSS4") => return Some(SignWith::UrlV4),
        Some(version) if version.starts_with("OSS2") => return Some(SignWith::UrlV2),
        _ => {}
    }
    let urls = [
        ("OSSAccessKeyId", SignWith::UrlV1),
        ("X-Amz-Algorithm", SignWith::S3UrlV4),
        ("AWSAccessKeyId", SignWith::S3UrlV2),
    ];
    let mut urls = urls.into_iter();
    if let Some((_, with)) = urls.find(|(name, _)| value(name).is_some()) {
        return Some(with);
    }
    let body = String::from_utf8_lossy(&sent.body);
    let has = |name: &str| body.contains(&format!("name=\"{name}\""));
    if has("x-oss-signature-version") {
        Some(SignWith::FormV4)
    } else if has("OSSAccessKeyId") {
        Some(SignWith::FormV1)
    } else {
        None
    }
}

/// The second that the headers of a request say it was made in, when the scenario names none. What has a life of its own, a URL, may be dated
/// back.
pub(super) fn made_at(sent: &SentRequest, due: &Draft) -> Option<i64> {
    const NAMES: [&str; 3] = ["x-oss-date", "x-amz-date", "date"];
    let signing = &due.signing;
    let is_said = |name: &String| NAMES.iter().any(|known| name.eq_ignore_ascii_case(known));
    let headers = due.headers.iter().map(|(name, _)| name);
    let has_life = signing.expires_in.is_some() || signing.expires.is_some();
    if has_life || headers.chain(&signing.left_out).any(is_said) {
        return None;
    }
    let value = |wanted: &&str| {
        let mut headers = sent.headers.iter();
        let header = headers.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        header.map(|(_, value)| value.trim())
    };
    let text = NAMES.iter().find_map(value)?;
    let time = Timestamp::parse_iso_basic(text).or_else(|_| Timestamp::parse_rfc1123(text));
    time.ok().map(|time| time.0)
}
