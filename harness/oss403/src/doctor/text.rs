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

/// Schemes of an `Authorization` of version 1, as people quote them without the name of the header.
const SCHEMES: [&str; 2] = ["oss ", "aws "];

/// What a security token of STS begins with: the first fields of its protobuf, in base64.
const TOKENS: [&str; 2] = ["cais", "caes"];

/// Characters of the shortest security token that was seen, by far.
const SHORTEST_TOKEN: usize = 60;

/// Characters of the signature of version 1: 20 bytes in base64. Nothing else of OSS is 20 bytes long.
const SIGNATURE_V1: usize = 28;

/// The text without the values of signatures and tokens, wherever they stand behind their name and `:`, `=`, `%3D` or a blank, or are
/// known by their looks.
pub fn hidden(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let named = || BEFORE.iter().find_map(|name| value_after(&lower, at, name));
        let found = match begins_word(&lower, at) {
            true => named()
                .map(|start| (start, end_of_value(&lower, start)))
                .or_else(|| in_prose(text, &lower, at)),
            false => None,
        };
        match found {
            Some((start, end)) => {
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

fn begins_word(lower: &str, at: usize) -> bool {
    at == 0 || !lower.as_bytes()[at - 1].is_ascii_alphanumeric()
}

/// Where what is secret begins and ends, when something like it stands here without `:` or `=` behind its name.
fn in_prose(text: &str, lower: &str, at: usize) -> Option<(usize, usize)> {
    let rest = lower.get(at..)?;
    // `OSS id:signature`.
    if let Some(claim) = SCHEMES.iter().find_map(|scheme| rest.strip_prefix(scheme)) {
        let id = claim.find(|c: char| !c.is_ascii_alphanumeric() && !".-_".contains(c))?;
        let signature = claim[id..].strip_prefix(':').filter(|_| id > 0)?;
        let length = opaque(signature);
        let start = lower.len() - signature.len();
        return (length >= 8).then_some((start, start + length));
    }
    // `token VALUE`, `signature VALUE`: a value is no word of a sentence.
    let names = ["token ", "signature ", "signatureprovided "];
    if let Some(value) = names.iter().find_map(|name| rest.strip_prefix(name)) {
        let start = lower.len() - value.len();
        let length = opaque(value);
        let mixed = |c: fn(&char) -> bool| text[start..start + length].chars().any(|each| c(&each));
        let is_value =
            length >= 16 && mixed(char::is_ascii_digit) && mixed(char::is_ascii_alphabetic);
        return is_value.then_some((start, start + length));
    }
    let length = opaque(rest);
    let is_token = length >= SHORTEST_TOKEN && TOKENS.iter().any(|begin| rest.starts_with(begin));
    let is_signature = length == SIGNATURE_V1
        && rest[..length].ends_with('=')
        && !rest[..length - 1].contains('=');
    (is_token || is_signature).then_some((at, at + length))
}

/// How many characters of base64, hexadecimal digits or percent-encoding stand at the beginning.
fn opaque(text: &str) -> usize {
    let other = |c: char| !c.is_ascii_alphanumeric() && !"+/=%-_".contains(c);
    text.find(other).unwrap_or(text.len())
}

/// Where the value begins, when the name stands here.
fn value_after(lower: &str, at: usize, name: &str) -> Option<usize> {
    let rest = lower.get(at..)?.strip_prefix(name)?;
    let bare = rest.trim_start_matches(['"', '\'', '\\', '>', ']', ' ']);
    let sign = ["%3d", "%3a", "=>", ":", "="];
    let value = sign.iter().find_map(|sign| bare.strip_prefix(sign));
    // `<SignatureProvided>…`.
    let value = value.or_else(|| rest.strip_prefix('>'))?;
    let value = value.trim_start_matches([' ', '"', '\'', '\\']);
    Some(lower.len() - value.len())
}

/// An `Authorization` ends with its line, everything else with what cannot be in a token or signature.
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
            "it was sent as OSS LTAI5tExample:hush+and+hush+again0= and refused",
            "the signature hush0123456789abcdefhush0123456789abcdef was wrong",
            "with the token hush0123456789abcdef+/== of the role",
            "mine is hush567890123456789012345+/=, theirs not",
            "AWS AKIA:hush1234567",
        ] {
            assert!(!hidden(text).contains("hush"), "{text}: {}", hidden(text));
        }
        assert_eq!(
            hidden("GET\n\nx-oss-security-token:hush\n/b/k?security-token=hush&x=1"),
            "GET\n\nx-oss-security-token:[redacted]\n/b/k?security-token=[redacted]&x=1"
        );
        let token = format!("it is {}, I think", "CAISsecret0".repeat(8));
        assert_eq!(hidden(&token), "it is [redacted], I think");
        let content = "Content-MD5 is rL0Y20zC+Fzt72VPzMSk2A==, and OSS GET:1 the signature calculation-of-something";
        assert_eq!(hidden(content), content);
        let signatures = "the signature you provided, and the signatures: all of them";
        assert!(hidden(signatures).starts_with("the signature you provided"));
    }
}
