//! PostObject: the framing of `multipart/form-data`, and the signature in the fields.
//!
//! Framing: however the body is cut on its way, the same form is read; what is read, written anew, reads the same; the file is a piece of
//! the body; the effort is linear. Signature: the right one verifies with its own secret alone, and covers the policy field and, in
//! V4, the scope; nothing else.

use oss_auth::{FormClaim, find_form_claim};
use oss_reference::config::Limits;
use oss_reference::front::{ReadForm, read_form};

use crate::dice::Dice;
use crate::message::Message;
use crate::signing::SECRET;

/// The input is a request with a form as its body.
pub fn check(data: &[u8]) -> bool {
    let Some(message) = Message::read(data) else {
        return false;
    };
    let content_type = message
        .header("content-type")
        .and_then(|value| std::str::from_utf8(value).ok());
    let Some(content_type) = content_type else {
        return false;
    };
    let mut dice = Dice::new(data);
    let limits = limits();
    let whole = read_form(content_type, [message.body], &limits);
    // An error may come before all has been read, or after; which one it is does not depend on the pieces.
    let size = 1 + dice.roll(17);
    let cut = read_form(content_type, message.body.chunks(size), &limits);
    match (&whole, &cut) {
        (Ok(whole), Ok(cut)) => {
            assert_eq!(
                (&whole.form, &whole.file),
                (&cut.form, &cut.file),
                "in pieces of {size}"
            );
            // Each piece brings its own bytes and a tail as long as the delimiter, which is limited.
            let most = (message.body.len() as u64 + 2) * 210 * 2 + 64 * 1024;
            assert!(cut.effort <= most, "{} bytes searched", cut.effort);
        }
        (Err(whole), Err(cut)) => assert_eq!(whole.code, cut.code, "in pieces of {size}"),
        _ => panic!("whole: {whole:?}, in pieces of {size}: {cut:?}"),
    }
    if let Ok(read) = whole {
        framing(&read, message.body, &limits);
        signature(&read.form.fields, dice);
    }
    true
}

/// Small enough to be met.
fn limits() -> Limits {
    Limits {
        form_field_name: 64,
        form_field_value: 4096,
        form_fields: 8192,
        ..Limits::default()
    }
}

fn framing(read: &ReadForm, body: &[u8], limits: &Limits) {
    let fields = &read.form.fields;
    let bytes: usize = fields
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    assert!(bytes <= limits.form_fields && bytes <= body.len());
    assert!(
        fields
            .iter()
            .all(|(name, _)| !name.is_empty() && name.len() <= limits.form_field_name)
    );
    let is_piece = read.file.is_empty()
        || body
            .windows(read.file.len())
            .any(|window| window == read.file);
    assert!(is_piece, "the file is not in the body");
    // A backslash before the closing quote cannot be written.
    let writable = |text: &str| !text.contains(['\\', '\r', '\n']) && text == text.trim();
    if fields.iter().all(|(name, _)| writable(name))
        && read.form.file_name.as_deref().is_none_or(writable)
    {
        let boundary = boundary(read);
        let written = write(read, &boundary);
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let again = read_form(&content_type, [&written[..]], limits).expect("it was written so");
        assert_eq!((&again.form.fields, &again.file), (fields, &read.file));
        assert_eq!(again.form.file_name, read.form.file_name);
    }
}

/// A boundary that occurs nowhere.
fn boundary(read: &ReadForm) -> String {
    let mut boundary = "oss403-oracle".to_owned();
    let occurs = |boundary: &str| {
        read.file
            .windows(boundary.len())
            .any(|window| window == boundary.as_bytes())
            || read
                .form
                .fields
                .iter()
                .any(|(_, value)| value.contains(boundary))
    };
    while occurs(&boundary) {
        boundary.push('x');
    }
    boundary
}

fn write(read: &ReadForm, boundary: &str) -> Vec<u8> {
    let quoted = |text: &str| text.replace('"', "\\\"");
    let mut body = Vec::new();
    for (name, value) in &read.form.fields {
        body.extend_from_slice(
            format!(
                "--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"\r\n\r\n{value}\r\n",
                quoted(name)
            )
            .as_bytes(),
        );
    }
    let file_name = read.form.file_name.as_deref().map(quoted);
    let file_name = file_name
        .map(|name| format!("; filename=\"{name}\""))
        .unwrap_or_default();
    body.extend_from_slice(
        format!("--{boundary}\r\ncontent-disposition: form-data; name=\"file\"{file_name}\r\n\r\n")
            .as_bytes(),
    );
    body.extend_from_slice(&read.file);
    body.extend_from_slice(format!("\r\n--{boundary}--").as_bytes());
    body
}

fn signature(fields: &[(String, String)], mut dice: Dice) {
    let claim = match find_form_claim(fields) {
        Ok(None) => return without_marks(fields),
        Err(error) => {
            assert!(error.ec().starts_with("0002-") && !error.field().is_empty());
            return;
        }
        Ok(Some(claim)) => claim,
    };
    let right = claim.compute(SECRET).signature;
    assert_eq!(
        claim.verify(SECRET).is_ok(),
        claim.signature() == right,
        "verified by another signature than the right one"
    );
    let name = match claim.scope().is_some() || claim.scheme() == oss_auth::Scheme::V2 {
        true => "x-oss-signature",
        false => "Signature",
    };
    let mut signed = fields.to_vec();
    let place = signed
        .iter()
        .position(|(known, _)| known.eq_ignore_ascii_case(name));
    if let Some(place) = place {
        signed[place].1 = right;
    }
    assert!(verifies(&signed, SECRET), "what was signed does not verify");
    assert!(
        !verifies(&signed, "another secret"),
        "verified with another secret"
    );
    let at = dice.roll(signed.len());
    if place == Some(at) {
        signed[at].1.insert(0, 'A');
        assert!(
            !verifies(&signed, SECRET),
            "verified with a longer signature"
        );
    } else {
        signed[at].1.push('A');
        after_an_edit(&signed, &claim);
    }
}

fn verifies(fields: &[(String, String)], secret: &str) -> bool {
    matches!(find_form_claim(fields), Ok(Some(claim)) if claim.verify(secret).is_ok())
}

/// An anonymous form has no field of a signature.
fn without_marks(fields: &[(String, String)]) {
    let marks = [
        "OSSAccessKeyId",
        "Signature",
        "policy",
        "x-oss-signature-version",
    ];
    let signed = fields
        .iter()
        .any(|(name, _)| marks.iter().any(|mark| name.eq_ignore_ascii_case(mark)));
    assert!(
        !signed,
        "a form with signature fields passes for an anonymous one"
    );
}

/// After an edit, it goes on verifying only if the policy and the scope are the same.
fn after_an_edit(fields: &[(String, String)], former: &FormClaim<'_>) {
    let covered = |claim: &FormClaim<'_>| {
        let scope = claim.scope().map(ToString::to_string);
        (claim.policy().to_owned(), scope)
    };
    if let Ok(Some(claim)) = find_form_claim(fields) {
        assert_eq!(
            claim.verify(SECRET).is_ok(),
            covered(&claim) == covered(former),
            "after an edit of a field"
        );
    }
}
