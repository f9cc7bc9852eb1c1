//! Reads the documents of request bodies, as far as a check and an operation, or several operations, read the same one.

use crate::answer::Rejection;
use crate::refusals::malformed_xml;
use crate::world::Encryption;
use crate::xml::{self, Element};

/// Reads a body whose root must be called `root`.
pub(crate) fn document(body: &[u8], root: &str) -> Result<Element, Rejection> {
    let element = xml::read(body).map_err(|error| malformed_xml(&error.to_string()))?;
    if element.name == root {
        Ok(element)
    } else {
        Err(malformed_xml(&format!("the root element must be {root}")))
    }
}

/// Reads an element with `true` or `false`; `default` when it is absent.
pub(crate) fn flag(element: &Element, name: &str, default: bool) -> Result<bool, Rejection> {
    match element.text_of(name) {
        None => Ok(default),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(malformed_xml(&format!("{name} must be true or false"))),
    }
}

/// The default that a PutBucketEncryption asks for, for the check of KMS and for the operation alike.
///
/// # Errors
/// 400 when the body is no such rule.
pub(crate) fn encryption_rule(body: &[u8]) -> Result<Encryption, Rejection> {
    let rule = document(body, "ServerSideEncryptionRule")?;
    let default = rule
        .child("ApplyServerSideEncryptionByDefault")
        .ok_or_else(|| malformed_xml("ApplyServerSideEncryptionByDefault is missing"))?;
    let encryption = encryption_named(
        default.text_of("SSEAlgorithm"),
        default.text_of("KMSMasterKeyID"),
    )?;
    encryption.ok_or_else(|| malformed_xml("SSEAlgorithm is missing"))
}

/// The encryption named by an algorithm and a key; `None` when neither is given.
///
/// # Errors
/// 400 for an algorithm OSS does not have (EC 0005-00000003), and for a key without KMS.
pub(crate) fn encryption_named(
    algorithm: Option<&str>,
    key: Option<&str>,
) -> Result<Option<Encryption>, Rejection> {
    let key = key.filter(|key| !key.is_empty());
    let unknown = |text: &str| {
        let message =
            "The encryption request you specified is not valid. Supported value: AES256/KMS/SM4.";
        Rejection::new(400, "InvalidEncryptionAlgorithmError", message)
            .ec("0005-00000003")
            .extra("ServerSideEncryptionAlgorithm", text)
    };
    match algorithm.filter(|algorithm| !algorithm.is_empty()) {
        None if key.is_some() => Err(unknown("")),
        None => Ok(None),
        Some(algorithm @ ("AES256" | "SM4")) if key.is_none() => Ok(Some(Encryption {
            algorithm: algorithm.to_owned(),
            key_id: None,
        })),
        Some("KMS") => Ok(Some(Encryption {
            algorithm: "KMS".to_owned(),
            key_id: key.map(str::to_owned),
        })),
        Some(other) => Err(unknown(other)),
    }
}

/// The bucket that a PutBucketLogging names as the target of the logs; `None` when it switches logging off or cannot be read.
pub(crate) fn logging_target(body: &[u8]) -> Option<String> {
    let configuration = xml::read(body).ok()?;
    let enabled = configuration.child("LoggingEnabled")?;
    enabled.text_of("TargetBucket").map(str::to_owned)
}

/// The domain of a request's body, for the check of ownership and for the operation alike.
///
/// A document that could be read in two ways, having a second `Domain` or a text in pieces, is refused.
///
/// # Errors
/// 400 `MalformedXML`.
pub(crate) fn cname_domain(body: &[u8]) -> Result<String, Rejection> {
    let configuration = document(body, "BucketCnameConfiguration")?;
    let in_pieces = |marker: &[u8]| memchr::memmem::find(body, marker).is_some();
    if in_pieces(b"<!") || in_pieces(b"&") || domains(&configuration) != 1 {
        return Err(malformed_xml("exactly one plain Domain is expected"));
    }
    configuration
        .child("Cname")
        .and_then(|cname| cname.text_of("Domain"))
        .filter(|domain| domain.contains('.') && domain.len() <= 253)
        .filter(|domain| {
            domain
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        })
        .map(str::to_ascii_lowercase)
        .ok_or_else(|| malformed_xml("Cname/Domain must be a domain name"))
}

/// How many elements of the tree are called `Domain`.
fn domains(element: &Element) -> usize {
    usize::from(element.name == "Domain") + element.children.iter().map(domains).sum::<usize>()
}
