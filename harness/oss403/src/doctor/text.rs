//! What may be shown of a text of a server or client.

use crate::wire::redact::REDACTED;

/// What stands before a value that is never shown. The longer come first.
const BEFORE: [&str; 12] = [
    "x-oss-security-token",
    "x-amz-security-token",
    "security-token",
    "securitytoken",
    "x-oss-signature",
    "x-amz-signature",
    "signatureprovided",
    "accesskeysecret",
    "access_key_secret",
    "authorization",
    "signature",
    "cookie",
];

/// The text without the values of signatures and tokens, wherever they stand behind their name and `:`, `=` or `%3D`.
pub fn hidden(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let after = BEFORE.iter().find_map(|name| value_after(&lower, at, name));
        match after {
            Some(start) => {
                let end = end_of_value(&lower, start);
                out.push_str(&text[at..start]);
                if end > start {
                    out.push_str(REDACTED);
                }
                at = end.max(start);
            }
            None => {
                let c = text[at..].chars().next().unwrap_or_default();
                out.push(c);
                at += c.len_utf8();
            }
        }
    }
    out
}

/// Where the value begins, when the name stands here.
fn value_after(lower: &str, at: usize, name: &str) -> Option<usize> {
    let begins = at == 0 || !lower.as_bytes()[at - 1].is_ascii_alphanumeric();
    let rest = lower.get(at..)?.strip_prefix(name).filter(|_| begins)?;
    let bare = rest.trim_start_matches(['"', '\'', '\\', '>', ']', ' ']);
    let sign = ["%3d", "%3a", "=>", ":", "="];
    let value = sign.iter().find_map(|sign| bare.strip_prefix(sign));
    // `<SignatureProvided>…`.
    let value = value.or_else(|| rest.strip_prefix('>'))?;
    let value = value.trim_start_matches([' ', '"', '\'', '\\']);
    Some(lower.len() - value.len())
}

/// An `Authorization` ends with its line, everything else with what cannot be in a token or signature. A blank may be: it is a plus sign
/// that was not escaped.
fn end_of_value(lower: &str, start: usize) -> usize {
    let rest = &lower[start..];
    let is_authorization = [
        "oss ", "oss2 ", "oss4-", "aws ", "aws4-", "basic ", "bearer ",
    ]
    .iter()
    .any(|scheme| rest.starts_with(scheme));
    let ends: &[char] = match is_authorization {
        true => &['\n', '\r', '"', '\'', '<'],
        false => &[
            '\n', '\r', '"', '\'', '<', '&', ',', ' ', ';', '\\', ')', '}', ']',
        ],
    };
    let length = rest.find(|c: char| ends.contains(&c)).unwrap_or(rest.len());
    start + length
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn signatures_and_tokens_are_hidden_wherever_they_stand() {
        for text in [
            "x-oss-security-token:hush",
            "/b/k?security-token=hush",
            "x-oss-security-token=hush&x-oss-date=1",
            "Authorization: OSS id:hush\nDate: 1",
            "Authorization: OSS4-HMAC-SHA256 Credential=id/1/r/oss/x, Signature=hush",
            "\"SignatureProvided\": \"hush\"",
            "<SignatureProvided>hush</SignatureProvided>",
            "X-Oss-Signature%3Dhush&a",
            "'securityToken' => 'hush'",
        ] {
            assert!(!hidden(text).contains("hush"), "{text}: {}", hidden(text));
        }
        assert_eq!(
            hidden("GET\n\nx-oss-security-token:hush\n/b/k?security-token=hush&x=1"),
            "GET\n\nx-oss-security-token:[redacted]\n/b/k?security-token=[redacted]&x=1"
        );
        let signatures = "the signature you provided, and the signatures: all of them";
        assert!(hidden(signatures).starts_with("the signature you provided"));
    }
}
