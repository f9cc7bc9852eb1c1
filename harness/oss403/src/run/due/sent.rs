//! Whether a request as it was sent is the one that a scenario says: it is planned, signed, tampered with and disguised once more, for the
//! second in which it says that it was made, and has to be the same but for what is hidden.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use oss_auth::Timestamp;
use serde_json::Value;

use super::scene::UNKNOWN;
use crate::wire::address::Scheme;
use crate::wire::client::Outgoing;
use crate::wire::draft::Draft;
use crate::wire::exchange::SentRequest;
use crate::wire::parts::parse_path;
use crate::wire::redact::Redactor;
use crate::wire::scene::Scene;
use crate::wire::sign::sign;
use crate::wire::tamper::tamper;
use oss403_case::model::{Call, Disguise, Edit};

/// Two moments: what differs between them was made for the second in which it went out.
pub(super) const MOMENTS: [i64; 2] = [1_000_000_000, 1_100_000_000];

/// What a request of a scenario is made of.
#[derive(Clone, Copy)]
pub(super) enum Source<'s> {
    /// A call, after an edit, for another path.
    Call {
        call: &'s Call,
        edit: Option<&'s Edit>,
        path: Option<&'s str>,
    },
    /// What the harness reads with.
    Read(&'s Draft),
}

/// Looking at a request as it was sent.
pub(super) struct Looking<'s> {
    pub(super) sent: &'s SentRequest,
    pub(super) source: Source<'s>,
    /// What the words of the scenario stood for; what is not known of a world of its own is [`UNKNOWN`].
    pub(super) scene: &'s Scene,
    pub(super) disguises: &'s [Disguise],
    /// Whether it was sent in a world, or by a session, of its own.
    pub(super) is_apart: bool,
    pub(super) run: &'s str,
}

impl Looking<'_> {
    /// The second that it was made in, when it tells one.
    ///
    /// # Errors
    /// In what it is another request than the one that is due.
    pub(super) fn made_at(&self) -> Result<Option<i64>, String> {
        let made = |now| {
            let no = || "it cannot be made of what the record says of names and people".to_owned();
            self.made(now).ok_or_else(no)
        };
        let [due, later] = [made(MOMENTS[0])?, made(MOMENTS[1])?];
        if due == later {
            return self.other_than(&due).map_or(Ok(None), Err);
        }
        let mut why = "it does not tell when it was made".to_owned();
        let moments = |times: fn(&SentRequest) -> Times| self.moments(&due, &later, times);
        // Where no time stands that can be read, the day still does, in the scope of a signature.
        let (seconds, days) = (moments(times), moments(days));
        for (now, is_second) in seconds
            .map(|now| (now, true))
            .chain(days.map(|now| (now, false)))
        {
            match self.other_than(&made(now)?) {
                None => return Ok(is_second.then_some(now)),
                Some(other) => why = other,
            }
        }
        Err(why)
    }

    /// The request as it would have gone out at a moment.
    fn made(&self, now: i64) -> Option<SentRequest> {
        // Where a scenario asks for the bare address it is that of the endpoint, which no name stands for.
        let mut scene = Cow::Borrowed(self.scene);
        if scene.names.address != self.sent.address {
            let names = Arc::make_mut(&mut scene.to_mut().names);
            names.address.clone_from(&self.sent.address);
        }
        let (draft, edit) = match self.source {
            Source::Read(draft) => (Draft::clone(draft), None),
            Source::Call { call, edit, path } => {
                let draft = match edit {
                    Some(edit) => Draft::of_edited(call, edit, &scene, now),
                    None => Draft::of_call(call, &scene, now),
                };
                let mut draft = draft.ok()?;
                if let Some(path) = path {
                    let path = scene.text(path, now).ok()?;
                    draft.key = parse_path(path.trim_start_matches('/')).0;
                }
                (draft, edit)
            }
        };
        let mut signed = sign(draft, now);
        if let Some(edit) = edit {
            tamper(&mut signed, edit, &scene, now).ok()?;
        }
        let string_to_sign = signed.string_to_sign();
        let scheme = match &*self.sent.scheme {
            "https" => Scheme::Https,
            _ => Scheme::Http,
        };
        let outgoing = Outgoing::disguised(signed, self.disguises, scheme.default_port());
        let sent = SentRequest {
            method: outgoing.method,
            scheme: scheme.as_str().into(),
            host: outgoing.host,
            address: String::new(),
            target: outgoing.target,
            headers: outgoing.headers,
            body: outgoing.body.into(),
            string_to_sign,
        };
        Some(Redactor::for_request(&sent).request(&sent))
    }

    /// When it may have been made, by the first time that stands in it and is of the second in which it is made.
    fn moments(
        &self,
        due: &SentRequest,
        later: &SentRequest,
        times: fn(&SentRequest) -> Times,
    ) -> impl Iterator<Item = i64> {
        let [sent, due, later] = [self.sent, due, later].map(times);
        let of = |times: &Times, place: &str| {
            let mut times = times.iter();
            times.find(|(known, _)| known == place).map(|(_, at)| *at)
        };
        let mut ahead = due.iter().filter_map(|(place, at)| {
            let differs = of(&later, place).is_some_and(|later| later != *at);
            Some((of(&sent, place).filter(|_| differs)?, at - MOMENTS[0]))
        });
        let ahead = ahead.next();
        // A time that is tampered with is shifted to the other side where it would leave its day.
        let both =
            ahead.map(|(sent, ahead)| [sent.saturating_sub(ahead), sent.saturating_add(ahead)]);
        both.into_iter().flatten()
    }

    /// In what it is another request than this one.
    fn other_than(&self, due: &SentRequest) -> Option<String> {
        let sent = self.sent;
        if sent.method != due.method {
            return Some(format!("{} instead of {}", sent.method, due.method));
        }
        if !self.is_alike(&sent.host, &due.host) {
            return Some(format!(
                "to the host `{}` instead of `{}`",
                sent.host, due.host
            ));
        }
        if !self.is_alike(&sent.target, &due.target) {
            return Some(format!("for `{}` instead of `{}`", sent.target, due.target));
        }
        for (number, (name, value)) in due.headers.iter().enumerate() {
            match sent.headers.get(number) {
                Some((known, found)) if known == name && self.is_alike(found, value) => {}
                Some((known, _)) if known == name => {
                    return Some(format!("with another header `{}`", name.trim()));
                }
                _ => return Some(format!("without its header `{}`", name.trim())),
            }
        }
        if let Some((name, _)) = sent.headers.get(due.headers.len()) {
            return Some(format!("with a header more, `{}`", name.trim()));
        }
        if !self.is_alike(&opened(&sent.body), &opened(&due.body)) {
            return Some("with another body".into());
        }
        let [found, wanted] = [sent, due].map(|request| request.string_to_sign.as_deref());
        // The token that is hidden goes into a digest there.
        let is_known = !self.is_apart && !carries_token(due);
        let differs = found
            .zip(wanted)
            .is_some_and(|(found, wanted)| found != wanted);
        (is_known && differs).then(|| "with another StringToSign".into())
    }

    /// Whether a text is what was due. What is sent apart has a world of its own, whose names differ in their number.
    fn is_alike(&self, sent: &str, due: &str) -> bool {
        if !self.is_apart {
            return sent == due;
        }
        let [sent, due] = [sent, due].map(|text| self.unnumbered(text));
        is_made_of(&sent, &due)
    }

    /// `oss403-<run>-7` and `d7.oss403-<run>.example` without their numbers.
    fn unnumbered(&self, text: &str) -> String {
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
}

/// Whether a text is a pattern in which [`UNKNOWN`] stands for any letters, digits and the like.
fn is_made_of(text: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split(UNKNOWN);
    let Some(mut rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else {
        return false;
    };
    let mut is_first = true;
    for piece in pieces {
        is_first = false;
        let is_of_id = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let longest = rest.find(|c| !is_of_id(c)).unwrap_or(rest.len());
        // The longest that the piece follows; the last piece ends the text.
        let mut ends = (1..=longest)
            .rev()
            .filter(|end| rest.is_char_boundary(*end));
        let Some(end) = ends.find(|end| rest[*end..].starts_with(piece)) else {
            return false;
        };
        rest = &rest[end + piece.len()..];
    }
    rest.is_empty() || (is_first && pattern == text)
}

/// Whether a request carries a security token, which is hidden.
pub(super) fn carries_token(request: &SentRequest) -> bool {
    let is_token = |name: &str| name.trim().to_ascii_lowercase().ends_with("security-token");
    let (_, query) = parse_path(request.target.trim_start_matches('/'));
    let headers = request.headers.iter().map(|(name, _)| name);
    headers
        .chain(query.iter().map(|(name, _)| name))
        .any(|name| is_token(name))
}

/// Times by the place at which they stand in a request.
type Times = Vec<(String, i64)>;

/// The day in the scope of a signature.
fn days(request: &SentRequest) -> Times {
    let (_, query) = parse_path(request.target.trim_start_matches('/'));
    let headers = request.headers.iter().map(|(_, value)| value.clone());
    let texts = headers.chain(query.into_iter().filter_map(|(_, value)| value));
    let texts = texts.chain([opened(&request.body)]);
    let day = |piece: &str| {
        let is_day = piece.len() == 8 && piece.bytes().all(|b| b.is_ascii_digit());
        is_day.then(|| time(&format!("{piece}T000000Z")))?
    };
    let found = texts.filter_map(|text| text.split('/').find_map(day));
    found.map(|at| (String::new(), at)).collect()
}

/// Every time that stands in a request.
fn times(request: &SentRequest) -> Times {
    let (_, query) = parse_path(request.target.trim_start_matches('/'));
    let headers = request.headers.iter();
    let headers = headers.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.clone()));
    let query = query
        .into_iter()
        .map(|(name, value)| (format!("?{name}"), value.unwrap_or_default()));
    let body = opened(&request.body);
    let fields = body.split("name=\"").skip(1).filter_map(|field| {
        let (name, rest) = field.split_once("\"\r\n\r\n")?;
        let value = rest.split("\r\n").next().unwrap_or_default();
        let expires = || {
            let policy: Value = serde_json::from_str(value).ok()?;
            policy.get("expiration")?.as_str().map(str::to_owned)
        };
        let value = expires().unwrap_or_else(|| value.to_owned());
        Some((format!("={name}"), value))
    });
    let all = headers.chain(query).chain(fields);
    let all = all.filter_map(|(place, text)| time(text.trim()).map(|at| (place, at)));
    all.collect()
}

fn time(text: &str) -> Option<i64> {
    let parsed = Timestamp::parse_iso_basic(text)
        .or_else(|_| Timestamp::parse_rfc1123(text))
        .or_else(|_| Timestamp::parse_iso_extended(text));
    parsed.map(|at| at.0).ok().or_else(|| text.parse().ok())
}

/// A body as text. The policy of a form stands there as what it is the base64 of.
fn opened(body: &[u8]) -> String {
    const HEAD: &str = "name=\"policy\"\r\n\r\n";
    let text = String::from_utf8_lossy(body);
    let mut pieces = text.split(HEAD);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (coded, rest) = piece.split_once("\r\n").unwrap_or((piece, ""));
        let policy = BASE64_STANDARD.decode(coded).ok();
        let policy = policy.and_then(|policy| String::from_utf8(policy).ok());
        out.push_str(HEAD);
        out.push_str(policy.as_deref().unwrap_or(coded));
        out.push_str("\r\n");
        out.push_str(rest);
    }
    out
}
