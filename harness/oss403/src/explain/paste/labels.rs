//! Values behind their labels, as the exceptions of SDKs and tools print them.

use std::collections::BTreeMap;

/// Names of elements with the labels that stand before them, lower case; a blank in a label may be missing or be `-` or `_`.
const LABELS: [(&str, &[&str]); 24] = [
    ("Code", &["error code", "errorcode", "code", "err code"]),
    (
        "Message",
        &[
            "error message",
            "errormessage",
            "message",
            "error info",
            "msg",
            "errmsg",
        ],
    ),
    ("EC", &["eccode", "ec", "x-oss-ec"]),
    (
        "RequestId",
        &["request id", "requestid", "x-oss-request-id", "request-id"],
    ),
    ("HostId", &["host id", "hostid", "host-id"]),
    ("Bucket", &["bucket"]),
    ("Endpoint", &["endpoint"]),
    ("OSSAccessKeyId", &["ossaccesskeyid"]),
    ("AWSAccessKeyId", &["awsaccesskeyid"]),
    ("SignatureProvided", &["signatureprovided"]),
    ("StringToSign", &["stringtosign"]),
    ("StringToSignBytes", &["stringtosignbytes"]),
    ("CanonicalRequest", &["canonicalrequest"]),
    ("Expires", &["expires"]),
    ("ServerTime", &["servertime"]),
    ("RequestTime", &["requesttime"]),
    (
        "MaxAllowedSkewMilliseconds",
        &["maxallowedskewmilliseconds"],
    ),
    ("ArgumentName", &["argumentname"]),
    ("ArgumentValue", &["argumentvalue"]),
    ("PolicyType", &["policytype"]),
    ("NoPermissionType", &["nopermissiontype"]),
    ("AuthAction", &["authaction"]),
    ("AuthPrincipalType", &["authprincipaltype"]),
    ("AuthPrincipalDisplayName", &["authprincipaldisplayname"]),
];

/// Every element that a label names; of several the first that can be one.
pub(super) fn read(text: &str) -> BTreeMap<String, String> {
    let lower = text.to_ascii_lowercase();
    let mut found = BTreeMap::new();
    for (element, labels) in LABELS {
        let value = labels.iter().find_map(|label| {
            let places = lower.match_indices(label).map(|(at, _)| at);
            places.take(200).find_map(|at| {
                let value = value_at(text, &lower, at, label)?;
                is_one(element, &value).then_some(value)
            })
        });
        if let Some(value) = value {
            found.insert(element.to_owned(), value);
        }
    }
    sentences(text, &mut found);
    found
}

/// `An error occurred (CODE) when calling …: MESSAGE`, `api error CODE: MESSAGE`, `S3 error: 403 (CODE): MESSAGE`, `CODE: MESSAGE`.
fn sentences(text: &str, found: &mut BTreeMap<String, String>) {
    let before = text
        .split_once("An error occurred (")
        .and_then(|(_, rest)| {
            let (code, rest) = rest.split_once(')')?;
            Some((code, rest.split_once(": ")?.1))
        });
    let api = || text.split_once("api error ")?.1.split_once(": ");
    let s3 = || {
        let (_, rest) = text.split_once("S3 error: ")?;
        let (code, rest) = rest.split_once('(')?.1.split_once("): ")?;
        Some((code, rest))
    };
    if let Some((code, message)) = before.or_else(api).or_else(s3)
        && is_one("Code", code)
    {
        found.insert("Code".into(), code.to_owned());
        let message = message.lines().next().unwrap_or_default().trim();
        if !message.is_empty() {
            found.insert("Message".into(), message.to_owned());
        }
    }
}

/// The HTTP status that a text speaks of.
pub(super) fn status(text: &str) -> Option<u16> {
    let lower = text.to_ascii_lowercase();
    let labels = [
        "http status code",
        "status code",
        "statuscode",
        "status_code",
        "httpstatuscode",
        "status",
        "code",
        "http code",
        "error code",
    ];
    let labelled = labels.iter().find_map(|label| {
        let places = lower.match_indices(label).map(|(at, _)| at);
        places.take(50).find_map(|at| {
            value_at(text, &lower, at, label)?
                .trim_start_matches('-')
                .get(..3)?
                .parse::<u16>()
                .ok()
                .filter(|status| (300..600).contains(status))
        })
    });
    labelled.or_else(|| {
        let plain = ["(403)", " 403 ", ": 403", "403 -", "Status 403"];
        plain.iter().any(|sign| text.contains(sign)).then_some(403)
    })
}

/// Whether a value can be that of an element.
fn is_one(element: &str, value: &str) -> bool {
    let word = |value: &str| {
        !value.is_empty()
            && value
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    match element {
        "Code" => {
            word(value)
                && value.starts_with(|c: char| c.is_ascii_uppercase())
                && value.len() < 64
                && !["Error", "POST", "GET", "PUT", "HEAD", "DELETE"].contains(&value)
        }
        "EC" => super::super::ecs::is_ec(value),
        "Message" => value.len() > 2 && !value.starts_with(['{', '<']),
        "Bucket" | "Endpoint" | "RequestId" => word(value) && value.len() > 2,
        _ => !value.is_empty(),
    }
}

/// The value behind a label that stands at a place, if it is a label there.
fn value_at(text: &str, lower: &str, at: usize, label: &str) -> Option<String> {
    let before = lower[..at].chars().next_back();
    if before.is_some_and(|c| c.is_ascii_alphanumeric() || "_-.<".contains(c)) {
        return None;
    }
    let rest = &text[at + label.len()..];
    let bare = rest.trim_start_matches(['"', '\'', '\\', ']', '`', '*']);
    let bare = bare.trim_start_matches(' ');
    let value = ["=>", ":", "=", "："]
        .iter()
        .find_map(|sign| bare.strip_prefix(sign))?;
    let value = value.trim_start_matches([' ', '\t', '[', '*']);
    let value = value.strip_prefix('\\').unwrap_or(value);
    Some(match value.chars().next()? {
        quote @ ('"' | '\'' | '`' | '“') => quoted(
            &value[quote.len_utf8()..],
            if quote == '“' { '”' } else { quote },
        ),
        _ => unquoted(value),
    })
}

/// Up to the quotation mark that ends it, escapes of line feeds resolved.
fn quoted(text: &str, end: char) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                // The end of a text that is escaped as a whole.
                Some(c) if c == end && out.len() > 2 => break,
                Some(c) => out.push(c),
                None => break,
            },
            c if c == end => break,
            c => out.push(c),
        }
        if out.len() > 64 << 10 {
            break;
        }
    }
    out
}

/// Up to the end of the line, or to where another label begins.
fn unquoted(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut end = line.len();
    for (at, sign) in line.match_indices([',', ';', '\t', '}', ']']) {
        let after = line[at + sign.len()..].trim_start_matches([' ', '[', '\'', '"', '\\']);
        let word = after
            .find(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c)))
            .unwrap_or(after.len());
        let next = after[word..]
            .trim_start_matches(['\'', '"', ']', '\\'])
            .trim_start();
        let labelled = word > 0 && (next.starts_with(':') || next.starts_with('='));
        let two_words = after[word..].strip_prefix(' ').is_some_and(|rest| {
            let second = rest
                .find(|c: char| !c.is_ascii_alphanumeric())
                .unwrap_or(rest.len());
            second > 0 && rest[second..].starts_with(':')
        });
        if labelled || two_words || (after.is_empty() && sign != ",") || after.starts_with("__name")
        {
            end = at;
            break;
        }
    }
    let value = line[..end]
        .trim()
        .trim_end_matches(['"', '\'', ')', '>', '}', ',', ';', '!']);
    // The SDKs of today end every line with a full stop of their own.
    let value = value
        .strip_suffix("..")
        .map_or(value, |bare| &value[..=bare.len()]);
    let is_word = !value.contains(' ');
    let value = if is_word {
        value.trim_end_matches('.')
    } else {
        value
    };
    value.trim().to_owned()
}
