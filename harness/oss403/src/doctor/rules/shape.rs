//! Mistakes that the signature or a whole string shows.

use super::{Case, Found, Surety, quoted};
use crate::doctor::evidence::Kind;

/// aliyun-oss-java-sdk#327, flutter_oss_aliyun#11, aliyun-oss-csharp-sdk#3.
pub(super) fn plus_unescaped(case: &Case<'_>) -> Option<Found> {
    let provided = case.known.provided.as_deref()?.trim();
    provided.contains(' ').then(|| {
        (
            Surety::Certain,
            "The `+` in the signature went into the URL unescaped, and arrived as a blank: write it as `%2B`, and escape a URL exactly once.".into(),
            "The signature that the server received has a blank in it, and no signature has one.".into(),
        )
    })
}

pub(super) fn signature_escaped(case: &Case<'_>) -> Option<Found> {
    let provided = case.known.provided.as_deref()?.to_ascii_uppercase();
    let escape = ["%2B", "%2F", "%3D", "%25"]
        .into_iter()
        .find(|escape| provided.contains(escape))?;
    Some((
        Surety::Certain,
        "The URL was escaped twice: hand the signed URL on as it is.".into(),
        format!("The signature that the server received still has `{escape}` in it."),
    ))
}

/// EC 0002-00000423: the signature of version 4 must have 64 characters.
pub(super) fn signature_length(case: &Case<'_>) -> Option<Found> {
    let provided = case.known.provided.as_deref()?.trim();
    // Whoever asks for help makes signatures unreadable, and a blank has its own rule.
    if provided.contains(['*', '.', '…', ' ', '%', '<', '['])
        || ["xxx", "example"]
            .iter()
            .any(|mask| provided.to_ascii_lowercase().contains(mask))
    {
        return None;
    }
    let (due, how) = match case.kind? {
        Kind::V1 => (28, "base64 of HMAC-SHA1"),
        Kind::V2 => (44, "base64 of HMAC-SHA256"),
        Kind::V4 | Kind::S3V4 => (64, "hexadecimal digits of HMAC-SHA256"),
    };
    let count = provided.chars().count();
    let is_hex = provided.bytes().all(|byte| byte.is_ascii_hexdigit());
    let other = match count {
        _ if count == due => return None,
        44 if due == 28 => "That is the length of HMAC-SHA256 in base64: the wrong hash was used.",
        28 if due == 44 => "That is the length of HMAC-SHA1 in base64: the wrong hash was used.",
        40 if is_hex => {
            "Those are the hexadecimal digits of HMAC-SHA1: encode its bytes in base64."
        }
        64 if is_hex => "Those are the hexadecimal digits of HMAC-SHA256.",
        56 => "That is base64 of hexadecimal digits: encode the bytes themselves.",
        44 if due == 64 => "That is base64: write hexadecimal digits.",
        _ => "It was cut off, or made with another scheme.",
    };
    Some((
        Surety::Certain,
        format!(
            "The signature cannot be right: this scheme needs {due} characters, {how}. {other}"
        ),
        format!("The signature that the server received has {count} characters."),
    ))
}

pub(super) fn signature_upper_case(case: &Case<'_>) -> Option<Found> {
    let provided = case.known.provided.as_deref()?.trim();
    let is_v4 = matches!(case.kind?, Kind::V4 | Kind::S3V4);
    let is_upper = provided.bytes().all(|byte| byte.is_ascii_hexdigit())
        && provided.bytes().any(|byte| byte.is_ascii_uppercase());
    (is_v4 && provided.len() == 64 && is_upper).then(|| {
        (
            Surety::Certain,
            "Write the hexadecimal digits of the signature in lower case.".into(),
            "The signature that the server received has digits in upper case.".into(),
        )
    })
}

/// EC 0002-00000430: neither the id nor the secret can begin or end with a blank. Seen in oss-browser#41.
pub(super) fn key_id_blank(case: &Case<'_>) -> Option<Found> {
    let id = case.known.access_key_id.as_deref()?;
    let is_blank = id.trim_matches(['\n', '\r']) != id.trim();
    is_blank.then(|| {
        (
            Surety::Certain,
            "The AccessKeyId has a blank at an end; then the secret, which was copied with it, often has one too. Take them off.".into(),
            format!("The server received the id as {}.", quoted(&format!("{id:?}"))),
        )
    })
}

pub(super) fn line_ends(case: &Case<'_>) -> Option<Found> {
    let server = case.known.server.as_deref();
    let pairs = [
        (case.known.client.as_deref(), server),
        (
            case.known.client_canonical.as_deref(),
            case.known.canonical.as_deref(),
        ),
    ];
    pairs.into_iter().find_map(|(client, server)| {
        let (client, server) = (client?, server?);
        let carriage = client.contains(&b'\r') && without_returns(client) == server;
        let trailing = client.strip_suffix(b"\n") == Some(server) || server.strip_suffix(b"\n") == Some(client);
        let (says, because) = match (carriage, trailing) {
            (true, _) => ("Lines end with a line feed alone; your string has carriage returns.", "Without its carriage returns your string is the server's."),
            (_, true) => ("There is no line feed after the last line of a StringToSign; each other line has one, also an empty one.", "But for a line feed at the end your string is the server's."),
            _ => return None,
        };
        Some((Surety::Certain, says.into(), because.into()))
    })
}

fn without_returns(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|byte| *byte != b'\r').collect()
}

/// oss-browser#41.
pub(super) fn same_string(case: &Case<'_>) -> Option<Found> {
    let same = case.known.client.is_some()
        && case.known.client == case.known.server
        && (case.known.canonical.is_none()
            || case.known.client_canonical.is_none()
            || case.known.canonical == case.known.client_canonical);
    same.then(|| {
        (
            Surety::Likely,
            "The secret is another key's, or was copied with a blank or not to its end: the string is right. Computing it with the secret decides that (`oss403 explain --secret-env NAME`).".into(),
            "Both sides sign the same string, byte for byte.".into(),
        )
    })
}

pub(super) fn line_feeds_lost(case: &Case<'_>) -> Option<Found> {
    case.known.flattened.then(|| {
        (
            Surety::Hint,
            "Look at StringToSignBytes instead of StringToSign: browsers show line feeds as blanks, so that empty lines are lost.".into(),
            "The StringToSign in the answer has no line feed.".into(),
        )
    })
}
