//! One function for each facet: what is wrong with an answer in this respect, in words, or nothing.

use super::answer::{Answer, shorten};
use super::envelope::Envelope;
use super::expected::Expected;
use super::ids::request_ids;
use super::{claims, message};
use crate::run::record::TwinRecord;
use oss403_case::model::Edit;

/// Granted: the answer, which may be that for another path, is no refusal at all.
pub(super) fn granted(
    answer: &Answer<'_>,
    path: Option<&str>,
    expected: &Expected,
) -> Option<String> {
    let status = answer.response.status;
    if !(200..400).contains(&status) || answer.exchange.unreadable().is_some() {
        return None;
    }
    let path = path
        .map(|path| format!(" for `{path}`"))
        .unwrap_or_default();
    Some(format!(
        "the edited request{path} was answered {status} where {} {} is due",
        expected.status, expected.code
    ))
}

/// Status: refused, but with another status.
pub(super) fn status(answer: &Answer<'_>, expected: &Expected) -> Option<String> {
    let status = answer.response.status;
    let is_known = expected.forms().any(|(known, ..)| known == status);
    (!is_known).then(|| {
        format!(
            "refused with {} instead of {}",
            answer.in_words(),
            expected.status
        )
    })
}

/// Code: another code, or none. An answer to HEAD that names no reason is a matter of the envelope.
pub(super) fn code(answer: &Answer<'_>, expected: &Expected) -> Option<String> {
    let envelope = match answer.envelope() {
        Ok(envelope) => envelope,
        Err(_) if answer.is_head() => return None,
        Err(error) => return Some(format!("there is no code: {error}")),
    };
    match envelope.text("Code") {
        None => Some("there is no code: the element `Code` is missing".into()),
        Some(code) if forms(answer, expected).any(|(known, _)| known == code) => None,
        Some(code) => Some(format!(
            "code `{}` instead of `{}`",
            shorten(code),
            expected.code
        )),
    }
}

/// Message: the code is right, its message is not.
pub(super) fn message(answer: &Answer<'_>, expected: &Expected) -> Option<String> {
    let envelope = answer.envelope().ok()?;
    let code = envelope.text("Code")?;
    let Some(said) = envelope.text("Message") else {
        return Some("the element `Message` is missing".into());
    };
    let mut forms = forms(answer, expected).filter(|(known, _)| *known == code);
    if forms.any(|(_, documented)| message::matches(documented, said)) {
        return None;
    }
    Some(format!(
        "message {:?} instead of {:?}",
        shorten(said),
        expected.message
    ))
}

/// Pairs of code and message that are accepted with the status that was answered.
fn forms<'e>(
    answer: &Answer<'_>,
    expected: &'e Expected,
) -> impl Iterator<Item = (&'e str, &'e str)> {
    let status = answer.response.status;
    let forms = expected.forms().filter(move |form| form.0 == status);
    forms.map(|(_, code, message)| (code, message))
}

/// Envelope: everything besides code and message that is not as it should be.
pub(super) fn envelope(
    answer: &Answer<'_>,
    expected: &Expected,
    edit: &Edit,
    record: &TwinRecord,
) -> Option<String> {
    let envelope = match answer.envelope() {
        Ok(envelope) => envelope,
        Err(error) => return Some(error.to_string()),
    };
    let mut wrong: Vec<String> = transport(answer).into_iter().collect();
    wrong.extend(date(answer, record));
    wrong.extend(structure(envelope));
    wrong.extend(identity(answer, envelope));
    wrong.extend(elements(envelope, expected));
    wrong.extend(string_to_sign(answer, envelope, expected, edit));
    wrong.extend(claims::check(answer, envelope, expected));
    (!wrong.is_empty()).then(|| wrong.join("; "))
}

/// The headers around it. An answer to HEAD has no body whose type would have to be told.
fn transport(answer: &Answer<'_>) -> Option<String> {
    let coding = answer.response.header("content-encoding");
    if let Some(coding) = coding.filter(|coding| !coding.trim().eq_ignore_ascii_case("identity")) {
        return Some(format!(
            "the refusal is encoded, Content-Encoding `{}`, and nobody asked for that",
            shorten(coding)
        ));
    }
    if answer.is_head() && !answer.response.body.is_empty() {
        return Some("the answer to HEAD has a body".into());
    }
    match answer.response.header("content-type") {
        None if answer.is_head() => None,
        None => Some("the header Content-Type is missing".into()),
        Some(value) => {
            let mut parts = value.split(';').map(str::trim);
            let essence = parts.next().unwrap_or_default();
            // RFC 7303 §3: without it the document says what it is in.
            let mut encodings = parts.filter_map(|part| {
                let (name, value) = part.split_once('=')?;
                let is_encoding = name.trim().eq_ignore_ascii_case("charset");
                is_encoding.then(|| value.trim().trim_matches('"'))
            });
            let is_utf8 = encodings.all(|encoding| encoding.eq_ignore_ascii_case("utf-8"));
            (!essence.eq_ignore_ascii_case("application/xml") || !is_utf8).then(|| {
                format!(
                    "Content-Type `{}` instead of `application/xml`",
                    shorten(value)
                )
            })
        }
    }
}

/// How far apart the clocks of the servers behind one address may be, in seconds.
const CLOCKS_APART: i64 = 60;

/// The time of an answer is that of the answer to the base, but for the time between them.
fn date(answer: &Answer<'_>, record: &TwinRecord) -> Option<String> {
    let Some(said) = answer.response.header("date") else {
        return Some("the header Date is missing".into());
    };
    let Some(date) = answer.response.date() else {
        return Some(format!("the header Date `{}` is no time", shorten(said)));
    };
    let base = record.base.as_ref()?.response()?;
    let elapsed = i64::try_from(record.elapsed_us / 1_000_000).unwrap_or(i64::MAX);
    let apart = date.abs_diff(base.date()?);
    (apart > CLOCKS_APART.saturating_add(elapsed).unsigned_abs()).then(|| {
        format!("the header Date is {apart} seconds away from that of the answer to the base")
    })
}

fn structure(envelope: &Envelope) -> Vec<String> {
    if envelope.root != "Error" {
        return vec![format!(
            "the root element is `{}` instead of `Error`",
            shorten(&envelope.root)
        )];
    }
    if !envelope.namespace.is_empty() {
        return vec![format!(
            "the root element is in the namespace `{}`, and is due in none",
            shorten(&envelope.namespace)
        )];
    }
    let mut times = [0; KNOWN.len()];
    let mut is_divided = [false; KNOWN.len()];
    for element in envelope.own() {
        if let Some(at) = KNOWN.iter().position(|name| element.name == *name) {
            times[at] += 1;
            is_divided[at] |= element.name != DIVIDED && !element.children.is_empty();
        }
    }
    let counted = KNOWN.iter().zip(times);
    let counted = counted.filter_map(|(name, times)| match times {
        0 if DUE.contains(name) => Some(format!("the element `{name}` is missing")),
        0 | 1 => None,
        times => Some(format!("the element `{name}` stands there {times} times")),
    });
    let divided = KNOWN.iter().zip(is_divided).filter(|(_, divided)| *divided);
    let divided = divided
        .map(|(name, _)| format!("the element `{name}` holds elements instead of a text alone"));
    counted.chain(divided).collect()
}

/// The one that holds elements.
const DIVIDED: &str = "AccessDeniedDetail";

/// The elements that every refusal has.
const DUE: [&str; 4] = ["Code", "Message", "RequestId", "HostId"];

/// The elements that refusals were seen to have, each once.
const KNOWN: [&str; 17] = [
    "AWSAccessKeyId",
    DIVIDED,
    "CanonicalRequest",
    "CanonicalRequestBytes",
    "Code",
    "EC",
    "Expires",
    "HostId",
    "Message",
    "OSSAccessKeyId",
    "RecommendDoc",
    "RequestId",
    "RequestTime",
    "ServerTime",
    "SignatureProvided",
    "StringToSign",
    "StringToSignBytes",
];

/// `RequestId` and `HostId` belong to this very request (help page: Error responses). That one is missing is a matter of the structure.
fn identity(answer: &Answer<'_>, envelope: &Envelope) -> Vec<String> {
    let ids = request_ids(answer.exchange);
    let id = match (ids.as_slice(), envelope.text("RequestId")) {
        ([], _) => Some("the header x-oss-request-id is missing".into()),
        ([(name, header)], Some(id)) if *header != id || id.is_empty() => Some(format!(
            "RequestId `{}` is not the {name} `{}`",
            shorten(id),
            shorten(header)
        )),
        ([_], _) => None,
        ([(name, _), ..], _) => Some(format!("the header {name} stands there more than once")),
    };
    let sent = &answer.exchange.request;
    let host = envelope
        .text("HostId")
        .filter(|host| !same_host(host, &sent.host, &sent.scheme))
        .map(|host| {
            format!(
                "HostId `{}` is not the Host that was sent, `{}`",
                shorten(host),
                sent.host
            )
        });
    id.into_iter().chain(host).collect()
}

/// Hosts are compared without regard to case and to a port that is the scheme's own.
fn same_host(reported: &str, sent: &str, scheme: &str) -> bool {
    let own = if scheme == "https" { ":443" } else { ":80" };
    let bare = |host: &str| host.strip_suffix(own).unwrap_or(host).to_ascii_lowercase();
    bare(reported) == bare(sent)
}

/// Elements that this cause's answer has besides.
fn elements(envelope: &Envelope, expected: &Expected) -> Vec<String> {
    let wrong = |(name, text): &(String, String)| {
        let found = envelope.at(name);
        if text == "-" {
            return found.map(|_| format!("there is an element `{name}`, where none is due"));
        }
        let Some(found) = found else {
            return Some(format!("the element `{name}` is missing"));
        };
        let empty = found.text.trim().is_empty() && found.children.is_empty();
        match text.as_str() {
            "*" if empty => Some(format!("the element `{name}` is empty")),
            "*" => None,
            text if text == found.text => None,
            text => Some(format!(
                "`{name}` is {:?} instead of {text:?}",
                shorten(&found.text)
            )),
        }
    };
    expected.elements.iter().filter_map(wrong).collect()
}

/// The StringToSign that a server reports is the one that it has to compute for the request as it arrived, tampered with or not. It is
/// compared where the cause's answer has the element.
fn string_to_sign(
    answer: &Answer<'_>,
    envelope: &Envelope,
    expected: &Expected,
    edit: &Edit,
) -> Option<String> {
    if !expected
        .elements
        .iter()
        .any(|(name, _)| name == "StringToSign")
        || repeats(edit)
    {
        return None;
    }
    let signed = answer.exchange.request.string_to_sign.as_ref()?;
    let reported = envelope.text("StringToSign")?;
    // XML readers see one line feed where a carriage return and a line feed were written.
    (reported.replace("\r\n", "\n") != signed.replace("\r\n", "\n"))
        .then(|| "the StringToSign it reports is not that of the request it was sent".into())
}

/// Whether the edit sends something twice. How repetitions enter the StringToSign is documented for a few parameters only.
fn repeats(edit: &Edit) -> bool {
    let repeats = |part: &Edit| matches!(part, Edit::RepeatHeader(_) | Edit::RepeatQuery(_));
    edit.parts().iter().any(repeats)
}
