//! What the secret decides: which of the known variants of the server's string has the signature that the client sent. The secret is
//! computed with and never shown, nor is a signature that would be right.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use oss_auth::{Scheme, Scope, sign_text};

use super::evidence::{Evidence, Kind};
use super::rules::{Guess, Surety};
use super::variants::{Variant, variants};

/// What a secret proves of the evidence.
pub(super) fn by_secret(evidence: &Evidence, secret: &str) -> Option<Guess> {
    let sent = Sent::of(evidence)?;
    let (server, client) = (evidence.server.as_deref(), evidence.client.as_deref());
    if let Some(guess) = server.and_then(|server| sent.by_string_of_server(server, secret)) {
        return Some(guess);
    }
    let variants = variants(evidence, sent.kind);
    let known = variants.len();
    sent.by_variant(variants, secret)
        .or_else(|| sent.by_string_of_client(client?, secret))
        .or_else(|| sent.by_form(server?, secret))
        .or_else(|| Some(wrong_secret(evidence, known)))
}

/// The signature that the client sent, and how it was made.
struct Sent<'e> {
    kind: Kind,
    scheme: Scheme,
    signature: &'e str,
}

impl<'e> Sent<'e> {
    fn of(evidence: &'e Evidence) -> Option<Self> {
        let kind = evidence.kind()?;
        Some(Self {
            kind,
            scheme: match kind {
                Kind::V1 => Scheme::V1,
                Kind::V2 => Scheme::V2,
                Kind::V4 => Scheme::V4,
                Kind::S3V4 => Scheme::S3V4,
            },
            signature: evidence.provided.as_deref()?.trim(),
        })
    }

    /// Whether a string has the signature, also when a URL mangled it.
    fn fits(&self, string: &[u8], secret: &str) -> bool {
        is_same(&signature_of(self.scheme, string, secret), self.signature)
    }

    /// Where the very string of the server was signed, with the secret or with what somebody made of it.
    fn by_string_of_server(&self, server: &[u8], secret: &str) -> Option<Guess> {
        if self.fits(server, secret) {
            let is_mangled = signature_of(self.scheme, server, secret) != self.signature;
            return Some(if is_mangled {
                proven(
                    "plus-unescaped",
                    "Secret and string are right: the signature alone was mangled on its way into the URL, where `+` must be `%2B` (and every other character as it is).",
                    "Put right, it is the signature that the secret gives for the string of the server.",
                )
            } else {
                proven(
                    "secret-fits",
                    "String, secret and signature belong together: so the server has another secret for this key. The key was replaced, or id and secret are of two different keys.",
                    "The secret gives the signature that was sent for the very string of the server.",
                )
            });
        }
        let trimmed = unquoted(secret);
        if trimmed != secret && self.fits(server, trimmed) {
            return Some(proven(
                "secret-blank",
                "The secret in the environment has a blank, a line end or quotes that the client did not use.",
                "Without them, it gives the signature that was sent.",
            ));
        }
        let (with, _) = misspelt(trimmed)
            .into_iter()
            .find(|(_, spelt)| self.fits(server, spelt))?;
        Some(proven(
            "client-secret",
            format!(
                "The string is right, and so is the secret but for what the client signed with it: {with}."
            ),
            "With that, the secret gives the signature that was sent for the very string of the server.",
        ))
    }

    /// Where the string was signed that a known mistake makes of the server's.
    fn by_variant(&self, variants: Vec<Variant>, secret: &str) -> Option<Guess> {
        let fits = |variant: &Variant| match &variant.key {
            Some(key) => is_same(&key.signature(secret, &variant.string), self.signature),
            None => self.fits(&variant.string, secret),
        };
        let Variant { says, .. } = variants.into_iter().find(fits)?;
        Some(proven(
            "variant",
            format!("{says} The secret is right."),
            "The secret gives the signature that was sent for the string so changed.",
        ))
    }

    /// Where the client signed the string that it wrote down.
    fn by_string_of_client(&self, client: &[u8], secret: &str) -> Option<Guess> {
        self.fits(client, secret).then(|| {
            proven(
                "client-string",
                "The secret is right, and the signature is that of your string: what is wrong is where the two strings differ.",
                "The secret gives the signature that was sent for your own string.",
            )
        })
    }

    /// Where the signature alone was made or written otherwise.
    fn by_form(&self, server: &[u8], secret: &str) -> Option<Guess> {
        let form = other_form(self.scheme, server, unquoted(secret), self.signature)?;
        Some(proven(
            "signature-form",
            format!("Secret and string are right: the signature is {form}."),
            "So made, it is the signature that was sent.",
        ))
    }
}

fn proven(rule: &'static str, says: impl Into<String>, because: &str) -> Guess {
    Guess {
        rule,
        surety: Surety::Proven,
        says: says.into(),
        because: because.to_owned(),
    }
}

/// What is left when no string fits; `known` is how many variants were tried.
fn wrong_secret(evidence: &Evidence, known: usize) -> Guess {
    let same = evidence.is_told && evidence.client == evidence.server;
    Guess {
        rule: "wrong-secret",
        surety: if same { Surety::Proven } else { Surety::Likely },
        says: "The secret is not the one that signed, or the signature was made of another string: compare the secret with that of the key in the console, to its last character.".into(),
        because: if same {
            "Both sides have the same string, and with this secret its signature is another.".into()
        } else {
            format!("Neither the string of the server nor any of {known} known variants has the signature that was sent.")
        },
    }
}

/// A secret without what a shell, a file or a sheet of paper adds to it.
fn unquoted(secret: &str) -> &str {
    let secret = secret.trim().trim_start_matches('\u{feff}');
    let inside = |quote: char| {
        secret
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
    };
    ['"', '\'', '`']
        .into_iter()
        .find_map(inside)
        .unwrap_or(secret)
        .trim()
}

/// What a client may have signed with instead of its secret, and what is too much or too little in it.
fn misspelt(secret: &str) -> Vec<(&'static str, String)> {
    vec![
        ("a line feed behind it", format!("{secret}\n")),
        (
            "a carriage return and a line feed behind it",
            format!("{secret}\r\n"),
        ),
        ("a carriage return behind it", format!("{secret}\r")),
        ("a blank behind it", format!("{secret} ")),
        ("a blank before it", format!(" {secret}")),
        ("a tab behind it", format!("{secret}\t")),
        ("a byte order mark before it", format!("\u{feff}{secret}")),
        ("a zero byte behind it", format!("{secret}\0")),
        ("quotes around it", format!("\"{secret}\"")),
        ("single quotes around it", format!("'{secret}'")),
        (
            "an ampersand behind it, as the other APIs of the cloud want it",
            format!("{secret}&"),
        ),
        ("all of it in lower case", secret.to_lowercase()),
        ("all of it in upper case", secret.to_uppercase()),
    ]
}

/// How a signature of the right string was made or written otherwise than its scheme wants it.
fn other_form(scheme: Scheme, string: &[u8], secret: &str, provided: &str) -> Option<&'static str> {
    let due = signature_of(scheme, string, secret);
    let bytes = match scheme {
        Scheme::V1 | Scheme::V2 => BASE64_STANDARD.decode(&due).ok()?,
        _ => from_hex(&due)?,
    };
    let hex = oss_auth::hex(&bytes);
    let other = match scheme {
        Scheme::V1 => signature_of(Scheme::V2, string, secret),
        Scheme::V2 => signature_of(Scheme::V1, string, secret),
        _ => String::new(),
    };
    let other_hex = oss_auth::hex(&BASE64_STANDARD.decode(&other).unwrap_or_default());
    let forms = [
        (
            hex.clone(),
            "written in hexadecimal digits, and has to be base64",
        ),
        (
            BASE64_STANDARD.encode(&hex),
            "base64 of hexadecimal digits, and has to be base64 of the bytes themselves",
        ),
        (
            BASE64_STANDARD.encode(&bytes),
            "written in base64, and has to be hexadecimal digits",
        ),
        (
            other,
            "made with the hash of another version: version 1 takes HMAC-SHA1, version 2 HMAC-SHA256",
        ),
        (
            other_hex,
            "made with the hash of another version, and written in hexadecimal digits",
        ),
    ];
    let provided = provided.trim();
    let is_hex = provided.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lower = provided.to_ascii_lowercase();
    let same = |form: &str| !form.is_empty() && (form == provided || is_hex && form == lower);
    forms
        .into_iter()
        .find(|(form, _)| same(form))
        .map(|(_, how)| how)
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// Whether a signature is the one that was sent, also when a URL mangled that.
fn is_same(signature: &str, provided: &str) -> bool {
    if signature.is_empty() {
        return false;
    }
    let repaired = provided.replace(' ', "+");
    let decoded = oss_auth::percent_decode(&repaired).unwrap_or_default();
    let spelt = [&repaired, &*decoded, &repaired.to_ascii_lowercase()].map(str::to_owned);
    spelt.iter().any(|spelt| spelt == signature)
        || spelt[1].replace('-', "+").replace('_', "/") == signature
}

/// The signature of a string; of version 4 by the scope that stands in it.
fn signature_of(scheme: Scheme, string: &[u8], secret: &str) -> String {
    let text = String::from_utf8_lossy(string);
    let scope_line = text.split('\n').nth(2).unwrap_or_default();
    let parts: Vec<&str> = scope_line.split('/').collect();
    let scope = match parts[..] {
        [date, region, product, terminator] => Some(Scope {
            date,
            region,
            product,
            terminator,
        }),
        _ => None,
    };
    sign_text(scheme, string, scope.as_ref(), secret)
}
