//! Reads the documents of request bodies, as far as a check and an operation, or several operations, read the same one.

use crate::answer::Rejection;
use crate::refusals::{invalid_argument, malformed_xml};
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
    let encryption = encryption_named(|part| {
        default.text_of(match part {
            Part::Algorithm => "SSEAlgorithm",
            Part::Key => "KMSMasterKeyID",
            Part::DataAlgorithm => "KMSDataEncryption",
        })
    })?;
    encryption.ok_or_else(|| malformed_xml("SSEAlgorithm is missing"))
}

/// What names an encryption.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    Algorithm,
    Key,
    DataAlgorithm,
}

impl Part {
    /// The header or form field.
    pub(crate) fn header(self) -> &'static str {
        match self {
            Self::Algorithm => "x-oss-server-side-encryption",
            Self::Key => "x-oss-server-side-encryption-key-id",
            Self::DataAlgorithm => "x-oss-server-side-data-encryption",
        }
    }
}

/// The encryption that is named; `None` when none is.
///
/// # Errors
/// 400 for an algorithm OSS does not have (EC 0005-00000003), and for a key without KMS.
pub(crate) fn encryption_named<'t>(
    named: impl Fn(Part) -> Option<&'t str>,
) -> Result<Option<Encryption>, Rejection> {
    let named = |part| named(part).filter(|text| !text.is_empty());
    let unknown = |text: &str| {
        let message =
            "The encryption request you specified is not valid. Supported value: AES256/KMS/SM4.";
        Rejection::new(400, "InvalidEncryptionAlgorithmError", message)
            .ec("0005-00000003")
            .extra("ServerSideEncryptionAlgorithm", text)
    };
    let (key, data) = (named(Part::Key), named(Part::DataAlgorithm));
    match (named(Part::Algorithm), key) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(unknown("")),
        // The Python SDK's suite: InvalidArgument.
        (Some("AES256" | "SM4"), Some(key)) => Err(invalid_argument(Part::Key.header(), key)),
        (Some(algorithm @ ("AES256" | "SM4")), None) => Ok(Some(Encryption {
            algorithm: algorithm.to_owned(),
            ..Encryption::default()
        })),
        (Some("KMS"), key) => match data {
            None | Some("SM4") => Ok(Some(Encryption {
                algorithm: "KMS".to_owned(),
                key_id: key.map(str::to_owned),
                data_algorithm: data.map(str::to_owned),
            })),
            Some(other) => Err(unknown(other)),
        },
        (Some(other), _) => Err(unknown(other)),
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
