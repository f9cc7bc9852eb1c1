//! Wire edits: what happens to a signed request on its way.

use super::parts::{parse_path, set_field, set_header, set_query};
use super::scene::{Scene, SceneError};
use super::sign::{Signed, SignedBody};
use crate::case::model::{Edit, TextMap};

/// Applies the wire edits; every other edit leaves the request as it is.
///
/// # Errors
/// When a placeholder of the edit stands for nothing.
pub fn tamper(signed: &mut Signed, edit: &Edit, scene: &Scene, now: i64) -> Result<(), SceneError> {
    edit.parts()
        .iter()
        .try_for_each(|part| tamper_once(signed, part, scene, now))
}

fn tamper_once(
    signed: &mut Signed,
    edit: &Edit,
    scene: &Scene,
    now: i64,
) -> Result<(), SceneError> {
    match edit {
        Edit::FlipSignature(_) => flip_signature(signed),
        Edit::TamperMethod(method) => signed.method = scene.text(method, now)?,
        Edit::TamperPath(path) => {
            let path = scene.text(path, now)?;
            signed.key = parse_path(path.strip_prefix('/').unwrap_or(&path)).0;
        }
        Edit::TamperHeader(map) => {
            each(map, scene, now, |name, value| {
                set_header(&mut signed.headers, name, value);
            })?;
        }
        Edit::RemoveHeader(name) => {
            signed
                .headers
                .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        }
        Edit::TamperQuery(map) => {
            each(map, scene, now, |name, value| {
                set_query(&mut signed.query, name, value);
            })?;
        }
        Edit::RemoveQuery(name) => signed.query.retain(|(known, _)| known != name),
        Edit::TamperField(map) => {
            if let SignedBody::Form { fields, .. } = &mut signed.body {
                each(map, scene, now, |name, value| {
                    set_field(fields, name, value);
                })?;
            }
        }
        _ => {}
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
    for (name, value) in &mut signed.headers {
        if name.eq_ignore_ascii_case("authorization") {
            let start = signature_start(value);
            flip_middle(value, start);
        }
    }
    for (name, value) in &mut signed.query {
        if let (true, Some(value)) = (is_signature(name), value) {
            flip_middle(value, 0);
        }
    }
    if let SignedBody::Form { fields, .. } = &mut signed.body {
        for (name, value) in fields {
            if is_signature(name) {
                flip_middle(value, 0);
            }
        }
    }
}

fn is_signature(name: &str) -> bool {
    name == "Signature" || name == "x-oss-signature"
}

/// Where the signature begins in an Authorization header: after `Signature=`, `Signature:` or the last colon of V1.
pub(super) fn signature_start(authorization: &str) -> usize {
    ["Signature=", "Signature:"]
        .iter()
        .find_map(|word| authorization.find(word).map(|at| at + word.len()))
        .or_else(|| authorization.rfind(':').map(|at| at + 1))
        .unwrap_or(0)
}

fn flip_middle(text: &mut String, start: usize) {
    let end = text[start..]
        .find(',')
        .map_or(text.len(), |comma| start + comma);
    let middle = start + (end - start) / 2;
    if text.is_char_boundary(middle) && text.is_char_boundary(middle + 1) && middle < end {
        // `0` and `1` belong to hexadecimal digits as well as to base64.
        let other = if text.as_bytes()[middle] == b'0' {
            "1"
        } else {
            "0"
        };
        text.replace_range(middle..=middle, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let mut text = before.to_owned();
            let start = signature_start(&text);
            flip_middle(&mut text, start);
            assert_eq!(text, after);
        }
    }
}
