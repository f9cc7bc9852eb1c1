//! Wire edits: what happens to a signed request on its way.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use oss_auth::Timestamp;

use super::parts::{parse_path, set_field, set_header, set_query};
use super::scene::{BucketIn, BucketPlace, Scene, SceneError};
use super::sign::{Signed, SignedBody};
use oss403_case::model::{Edit, Misspelling, Staged, TextMap, WireEdit};

/// Applies the wire edits; every other edit leaves the request as it is.
///
/// # Errors
/// When a placeholder of the edit stands for nothing.
pub fn tamper(signed: &mut Signed, edit: &Edit, scene: &Scene, now: i64) -> Result<(), SceneError> {
    for step in edit.steps() {
        match step {
            Staged::Wire(edit) => tamper_once(signed, edit, scene, now)?,
            Staged::Request(_) | Staged::World(_) | Staged::Operator(_) => {}
        }
    }
    Ok(())
}

fn tamper_once(
    signed: &mut Signed,
    edit: WireEdit<'_>,
    scene: &Scene,
    now: i64,
) -> Result<(), SceneError> {
    match edit {
        WireEdit::FlipSignature(_) => flip_signature(signed),
        WireEdit::RespellSignature(misspelling) => respell_signature(signed, *misspelling),
        WireEdit::TamperDate(span) => shift_date(signed, span.0),
        WireEdit::TamperHost(host) => {
            let is_signed_one = |place: &&BucketPlace| Some(&place.name) == signed.bucket.as_ref();
            let bucket = scene.buckets.values().find(is_signed_one);
            (signed.host, signed.bucket_in) = scene.host(Some(host), bucket, now)?;
        }
        WireEdit::TamperBucket(name) => {
            let place = scene.bucket(name)?;
            if signed.bucket_in == BucketIn::Host {
                signed.host = scene.names.bucket_host(&place.name, &place.region);
            }
            signed.bucket = Some(place.name.clone());
        }
        WireEdit::TamperAdditionalHeaders(names) => {
            list_headers(signed, &scene.text(&names.join(";"), now)?);
        }
        WireEdit::TamperMethod(method) => signed.method = scene.text(method, now)?,
        WireEdit::TamperPath(path) => {
            let path = scene.text(path, now)?;
            signed.key = parse_path(path.strip_prefix('/').unwrap_or(&path)).0;
        }
        WireEdit::TamperHeader(map) => {
            each(map, scene, now, |name, value| {
                set_header(&mut signed.headers, name, value);
            })?;
        }
        WireEdit::RepeatHeader(map) => {
            each(map, scene, now, |name, value| {
                signed.headers.push((name, value));
            })?;
        }
        WireEdit::RemoveHeader(name) => {
            let name = scene.text(name, now)?;
            signed
                .headers
                .retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        }
        WireEdit::TamperQuery(map) => {
            each(map, scene, now, |name, value| {
                set_query(&mut signed.query, name, value);
            })?;
        }
        WireEdit::RepeatQuery(map) => {
            each(map, scene, now, |name, value| {
                signed.query.insert(0, (name, Some(value)));
            })?;
        }
        WireEdit::RemoveQuery(name) => {
            let name = scene.text(name, now)?;
            signed.query.retain(|(known, _)| *known != name);
        }
        WireEdit::TamperField(map) => {
            if let SignedBody::Form { fields, .. } = &mut signed.body {
                each(map, scene, now, |name, value| {
                    set_field(fields, name, value);
                })?;
            }
        }
    }
    Ok(())
}

fn each(
    map: &TextMap,
    scene: &Scene,
    now: i64,
    mut set: impl FnMut(String, String),
) -> Result<(), SceneError> {
    for (name, value) in map {
        set(scene.text(name, now)?, scene.text(value, now)?);
    }
    Ok(())
}

/// Changes the middle character of the signature, wherever it stands, to another one of its alphabet.
fn flip_signature(signed: &mut Signed) {
    change_signature(signed, |signature| {
        let middle = signature.len() / 2;
        if !signature.is_ascii() || signature.is_empty() {
            return;
        }
        // `0` and `1` belong to hexadecimal digits as well as to base64.
        let other = if signature.as_bytes()[middle] == b'0' {
            "1"
        } else {
            "0"
        };
        signature.replace_range(middle..=middle, other);
    });
}

/// Writes the signature, wherever it stands, so that it is another text.
fn respell_signature(signed: &mut Signed, misspelling: Misspelling) {
    change_signature(signed, |signature| {
        *signature = match misspelling {
            Misspelling::Truncated => signature.chars().take(signature.len() / 2).collect(),
            Misspelling::Extended => format!("{signature}0"),
            Misspelling::Unpadded => signature.trim_end_matches('=').to_owned(),
            Misspelling::SwappedCase => signature.chars().map(swapped).collect(),
            Misspelling::OtherEncoding => in_other_encoding(signature),
        };
    });
}

fn swapped(letter: char) -> char {
    if letter.is_ascii_uppercase() {
        letter.to_ascii_lowercase()
    } else {
        letter.to_ascii_uppercase()
    }
}

/// Hexadecimal digits for base64, and base64 for the 64 hexadecimal digits of V4. What is neither stays as it is.
fn in_other_encoding(signature: &str) -> String {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pair = |pair: &[u8]| {
        let [high, low] = pair else { return None };
        u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
    };
    let bytes: Option<Vec<u8>> = signature.as_bytes().chunks(2).map(pair).collect();
    match (bytes, BASE64_STANDARD.decode(signature)) {
        (Some(bytes), _) => BASE64_STANDARD.encode(bytes),
        (None, Ok(bytes)) => oss_auth::hex(&bytes),
        (None, Err(_)) => signature.to_owned(),
    }
}

/// Changes the signature, wherever it stands.
fn change_signature(signed: &mut Signed, change: impl Fn(&mut String)) {
    for (name, value) in &mut signed.headers {
        if name.eq_ignore_ascii_case("authorization") {
            change_in_authorization(value, &change);
        }
    }
    for (name, value) in &mut signed.query {
        if let (true, Some(value)) = (is_signature(name), value) {
            change(value);
        }
    }
    if let SignedBody::Form { fields, .. } = &mut signed.body {
        for (name, value) in fields {
            if is_signature(name) {
                change(value);
            }
        }
    }
}

fn change_in_authorization(authorization: &mut String, change: impl Fn(&mut String)) {
    let start = signature_start(authorization);
    let end = authorization[start..]
        .find(',')
        .map_or(authorization.len(), |comma| start + comma);
    let mut signature = authorization[start..end].to_owned();
    change(&mut signature);
    authorization.replace_range(start..end, &signature);
}

fn is_signature(name: &str) -> bool {
    matches!(name, "Signature" | "x-oss-signature" | "X-Amz-Signature")
}

/// Where the signature begins in an Authorization header: after `Signature=`, `Signature:` or the last colon of V1.
pub(super) fn signature_start(authorization: &str) -> usize {
    ["Signature=", "Signature:"]
        .iter()
        .find_map(|word| authorization.find(word).map(|at| at + word.len()))
        .or_else(|| authorization.rfind(':').map(|at| at + 1))
        .unwrap_or(0)
}

/// Shifts the time that is signed: a date in the query, the expiry of an older URL, or the date in the header that prevails.
fn shift_date(signed: &mut Signed, span: i64) {
    for wanted in ["x-oss-date", "X-Amz-Date", "Expires", "x-oss-expires"] {
        let mut query = signed.query.iter_mut();
        if let Some((_, Some(date))) = query.find(|(name, _)| name == wanted) {
            *date = shifted(date, span);
            return;
        }
    }
    for wanted in ["x-oss-date", "x-amz-date", "date"] {
        let mut headers = signed.headers.iter_mut();
        if let Some((_, date)) = headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted)) {
            *date = shifted(date, span);
            return;
        }
    }
}

/// The date shifted, to the other side where it would leave its day: the day belongs to the scope of V4.
fn shifted(date: &str, span: i64) -> String {
    const DAY: i64 = 86_400;
    let to = |at: i64| {
        let there = at.saturating_add(span);
        let stays = there.div_euclid(DAY) == at.div_euclid(DAY);
        Timestamp(if stays {
            there
        } else {
            at.saturating_sub(span)
        })
    };
    if let Ok(at) = Timestamp::parse_iso_basic(date) {
        to(at.0).to_iso_basic()
    } else if let Ok(at) = Timestamp::parse_rfc1123(date) {
        to(at.0).to_rfc1123()
    } else if let Ok(at) = date.parse::<i64>() {
        at.saturating_add(span).to_string()
    } else {
        date.to_owned()
    }
}

/// Sets or, when it is empty, removes the list of AdditionalHeaders in the Authorization header or the query.
fn list_headers(signed: &mut Signed, list: &str) {
    const PARAMETER: &str = "x-oss-additional-headers";
    if signed
        .query
        .iter()
        .any(|(name, _)| name == "x-oss-signature")
    {
        signed.query.retain(|(name, _)| name != PARAMETER);
        if !list.is_empty() {
            set_query(&mut signed.query, PARAMETER.into(), list.into());
        }
    }
    for (name, value) in &mut signed.headers {
        if name.eq_ignore_ascii_case("authorization") {
            *value = with_listed_headers(value, list);
        }
    }
}

fn with_listed_headers(authorization: &str, list: &str) -> String {
    let Some((scheme, pairs)) = authorization.split_once(' ') else {
        return authorization.to_owned();
    };
    // V4 writes `, ` and `=` where V2 writes `,` and `:`.
    let (comma, equals) = if pairs.contains(", ") {
        (", ", '=')
    } else {
        (",", ':')
    };
    let mut pairs: Vec<String> = pairs
        .split(comma)
        .filter(|pair| !pair.starts_with("AdditionalHeaders"))
        .map(str::to_owned)
        .collect();
    if !list.is_empty() {
        let last = pairs.len().saturating_sub(1);
        pairs.insert(last, format!("AdditionalHeaders{equals}{list}"));
    }
    format!("{scheme} {}", pairs.join(comma))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(authorization: &str, change: impl Fn(&mut Signed)) -> String {
        let mut signed = Signed {
            method: "GET".into(),
            host: "h".into(),
            address: None,
            bucket: None,
            bucket_in: BucketIn::Path,
            key: None,
            query: Vec::new(),
            headers: vec![("Authorization".into(), authorization.into())],
            body: SignedBody::Bytes(bytes::Bytes::new()),
        };
        change(&mut signed);
        signed.headers.swap_remove(0).1
    }

    #[test]
    fn one_character_inside_the_signature_changes() {
        for (before, after) in [
            ("OSS id:abcde", "OSS id:ab0de"),
            ("OSS id:ab0de", "OSS id:ab1de"),
            (
                "OSS2 AccessKeyId:id,Signature:abcde",
                "OSS2 AccessKeyId:id,Signature:ab0de",
            ),
            (
                "OSS4-HMAC-SHA256 Credential=a/b/c/d/e, Signature=abcde,AdditionalHeaders=host",
                "OSS4-HMAC-SHA256 Credential=a/b/c/d/e, Signature=ab0de,AdditionalHeaders=host",
            ),
            ("", ""),
        ] {
            assert_eq!(changed(before, flip_signature), after);
        }
    }

    #[test]
    fn a_signature_is_written_otherwise() {
        for (misspelling, before, after) in [
            (Misspelling::Truncated, "OSS id:q6urqw==", "OSS id:q6ur"),
            (Misspelling::Extended, "OSS id:q6urqw==", "OSS id:q6urqw==0"),
            (Misspelling::Unpadded, "OSS id:q6urqw==", "OSS id:q6urqw"),
            (
                Misspelling::SwappedCase,
                "OSS id:q6urQW==",
                "OSS id:Q6URqw==",
            ),
            (
                Misspelling::OtherEncoding,
                "OSS id:q6urqw==",
                "OSS id:abababab",
            ),
            (
                Misspelling::OtherEncoding,
                "OSS4-HMAC-SHA256 Credential=c, Signature=abababab",
                "OSS4-HMAC-SHA256 Credential=c, Signature=q6urqw==",
            ),
        ] {
            let respelled = changed(before, |signed| respell_signature(signed, misspelling));
            assert_eq!(respelled, after, "{misspelling:?}");
        }
    }

    #[test]
    fn a_date_is_shifted_within_its_day() {
        assert_eq!(shifted("20241220T104818Z", 60), "20241220T104918Z");
        assert_eq!(shifted("20241220T235930Z", 60), "20241220T235830Z");
        assert_eq!(shifted("20241220T000010Z", -60), "20241220T000110Z");
        assert_eq!(
            shifted("Fri, 20 Dec 2024 10:48:18 GMT", -18),
            "Fri, 20 Dec 2024 10:48:00 GMT"
        );
        assert_eq!(shifted("1734691698", 60), "1734691758");
    }

    #[test]
    fn the_list_of_signed_headers_is_another() {
        let v4 = "OSS4-HMAC-SHA256 Credential=c, AdditionalHeaders=host, Signature=s";
        let v2 = "OSS2 AccessKeyId:id,Signature:s";
        assert_eq!(
            changed(v4, |signed| list_headers(signed, "")),
            "OSS4-HMAC-SHA256 Credential=c, Signature=s"
        );
        assert_eq!(
            changed(v4, |signed| list_headers(signed, "host;range")),
            "OSS4-HMAC-SHA256 Credential=c, AdditionalHeaders=host;range, Signature=s"
        );
        assert_eq!(
            changed(v2, |signed| list_headers(signed, "range")),
            "OSS2 AccessKeyId:id,AdditionalHeaders:range,Signature:s"
        );
    }
}
