//! Why a request is refused before its signature is looked at.

use crate::scheme::{Carrier, Scheme};
use crate::scope::CredentialFault;

/// The authentication fields of a request contradict each other or are malformed.
///
/// [`ec`](Self::ec) gives the documented EC value, [`kind`](Self::kind) what the answer depends on.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// An `Authorization` header and signature parameters in the URL (EC 0002-00000039).
    #[error("the request is signed in the header and in the URL")]
    SignatureInHeaderAndUrl,
    /// More than one `Authorization` header. Undocumented; reported as EC 0002-00000039.
    #[error("the request has more than one Authorization header")]
    RepeatedAuthorization,
    /// `x-oss-signature-version` names no known version (EC 0002-00000066).
    #[error("the signature version {version:?} is unknown")]
    UnknownSignatureVersion {
        /// What the URL said.
        version: String,
    },
    /// A security token in the header and in the URL (EC 0002-00000010).
    #[error("the request carries a security token in the header and in the URL")]
    TokenInHeaderAndUrl,

    /// `Authorization` starts with none of the known schemes; also if it is empty or not text (EC 0002-00000061).
    #[error("the Authorization header starts with no known scheme")]
    UnknownAuthorization,
    /// A signature of the S3 dialect that OSS knows and this crate does not: V2 (`AWS id:signature`) or any
    /// in the URL. Reported as EC 0002-00000061.
    #[error("this signature of the S3 dialect is not supported")]
    UnsupportedS3Signature {
        /// Where it stands.
        carrier: Carrier,
    },
    /// V1 header: no `:` between key id and signature (EC 0002-00000062).
    #[error("the Authorization header has no colon between access key id and signature")]
    V1MissingColon,
    /// V1 header: nothing before the `:` (EC 0002-00000063).
    #[error("the Authorization header has an empty access key id")]
    V1EmptyAccessKeyId,
    /// V1 header: nothing after the `:` (EC 0002-00000065).
    #[error("the Authorization header has an empty signature")]
    V1EmptySignature,

    /// V2 and V4 header: the number of pairs is wrong (EC 0002-00000102, -202).
    #[error(
        "the Authorization header has {found} pairs, which is not a number of pairs it can have"
    )]
    PairCount {
        /// Whose header.
        scheme: Scheme,
        /// The number of pairs.
        found: usize,
    },
    /// V2 and V4 header: a pair has no `:` or `=` (EC 0002-00000103, -203).
    #[error("a pair of the Authorization header has no separator")]
    PairWithoutSeparator {
        /// Whose header.
        scheme: Scheme,
    },
    /// V2 and V4 header: a pair has another key than the known ones (EC 0002-00000104, -204).
    #[error("the Authorization header has an unknown key {key:?}")]
    UnknownPair {
        /// Whose header.
        scheme: Scheme,
        /// The key.
        key: String,
    },
    /// V2 and V4 header: a key stands twice. Undocumented; reported as the EC of a wrong number of pairs.
    #[error("the Authorization header has {key} twice")]
    RepeatedPair {
        /// Whose header.
        scheme: Scheme,
        /// The key.
        key: &'static str,
    },
    /// V2 and V4 header: a needed key is missing (EC 0002-00000108, -207 for the signature). The pages of
    /// the other keys are not known; they are reported as the EC of an empty one.
    #[error("the Authorization header has no {key}")]
    MissingPair {
        /// Whose header.
        scheme: Scheme,
        /// The key.
        key: &'static str,
    },
    /// V2 and V4 header: a key has no value (EC 0002-00000106, -109, -208).
    #[error("the Authorization header has an empty {key}")]
    EmptyPair {
        /// Whose header.
        scheme: Scheme,
        /// The key.
        key: &'static str,
    },
    /// V4: the credential has not five parts, or an empty one (EC 0002-00000213, -224).
    #[error("the credential is not <access key id>/<date>/<region>/<product>/<terminator>")]
    MalformedCredential {
        /// Whose credential.
        scheme: Scheme,
        /// Where it stands.
        carrier: Carrier,
    },
    /// V4: the credential begins with `/` (EC 0002-00000206, -222).
    #[error("the credential has an empty access key id")]
    CredentialWithoutAccessKeyId {
        /// Whose credential.
        scheme: Scheme,
        /// Where it stands.
        carrier: Carrier,
    },
    /// V2 and V4: the list of additional headers is malformed (EC 0002-00000110 to -112, -209 to -211; -76
    /// for an empty one in a V2 URL). In the S3 dialect the list of signed headers.
    #[error("the list of signed headers {fault}")]
    HeaderList {
        /// Whose list.
        scheme: Scheme,
        /// Where it stands.
        carrier: Carrier,
        /// What is wrong with it.
        fault: ListFault,
    },
    /// V4: `x-oss-content-sha256` is not `UNSIGNED-PAYLOAD` (EC 0002-00000214).
    #[error("x-oss-content-sha256 is {value:?}, only UNSIGNED-PAYLOAD is accepted")]
    ContentSha256 {
        /// What the header said.
        value: String,
    },

    /// URL: a needed parameter is missing.
    #[error("the URL has no {name}")]
    UrlMissingParameter {
        /// Whose URL.
        scheme: Scheme,
        /// The parameter.
        name: &'static str,
    },
    /// URL: a needed parameter has no value.
    #[error("the URL has an empty {name}")]
    UrlEmptyParameter {
        /// Whose URL.
        scheme: Scheme,
        /// The parameter.
        name: &'static str,
    },
    /// V1 and V2 URL: the expiry is not a number of seconds (EC 0002-00000070).
    #[error("the expiry {value:?} is not a number of seconds since 1970")]
    UrlInvalidExpires {
        /// Whose URL.
        scheme: Scheme,
        /// What the URL said.
        value: String,
    },
    /// V4 URL: `x-oss-expires` is not a number from 1 to 604800 (EC 0002-00000232).
    #[error("x-oss-expires is {value:?}, only 1 to 604800 seconds are accepted")]
    UrlExpiresOutOfRange {
        /// What the URL said.
        value: String,
    },
    /// V4 URL: `x-oss-date` is not ISO 8601 basic. Reported as EC 0002-00000502.
    #[error("x-oss-date is {value:?}, only the form 20231216T162057Z is accepted")]
    UrlInvalidDate {
        /// What the URL said.
        value: String,
    },
}

/// What the answer to a [`ClaimError`] depends on.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimErrorKind {
    /// The fields contradict each other: 400 `InvalidArgument`.
    Conflict,
    /// The `Authorization` header cannot be read: 400 `InvalidArgument`, mostly "Authorization header is invalid."
    MalformedHeader,
    /// 403 `AccessDenied`, "Query-string authentication requires the Signature, Expires and OSSAccessKeyId
    /// parameters".
    UrlMissingParameter,
    /// 403 `AccessDenied`, "Invalid date (should be seconds since epoch)".
    UrlInvalidExpires,
    /// Any other fault of a signed URL: 400.
    MalformedUrl,
}

/// What is wrong with a list of signed headers.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    /// The list is there and empty.
    #[error("is empty")]
    Empty,
    /// The list has an empty element.
    #[error("has an empty element")]
    EmptyElement,
    /// The list names a header that the request does not have.
    #[error("names {name:?}, which the request does not have")]
    Absent {
        /// The header.
        name: String,
    },
    /// The list names a header with `_`, which many servers drop.
    #[error("names {name:?}, which holds an underscore")]
    Underscore {
        /// The header.
        name: String,
    },
    /// S3 dialect: the list leaves out a header that must be signed.
    #[error("leaves out {name:?}")]
    Incomplete {
        /// The header.
        name: &'static str,
    },
}

impl ClaimError {
    /// The EC value of the case, without a promise: see the crate's documentation.
    #[must_use]
    pub fn ec(&self) -> &'static str {
        use Scheme::{S3V4, V1, V2, V4};
        match self {
            Self::SignatureInHeaderAndUrl | Self::RepeatedAuthorization => "0002-00000039",
            Self::UnknownSignatureVersion { .. } => "0002-00000066",
            Self::TokenInHeaderAndUrl => "0002-00000010",
            Self::UnknownAuthorization | Self::UnsupportedS3Signature { .. } => "0002-00000061",
            Self::V1MissingColon => "0002-00000062",
            Self::V1EmptyAccessKeyId => "0002-00000063",
            Self::V1EmptySignature => "0002-00000065",
            Self::PairCount { scheme, .. } | Self::RepeatedPair { scheme, .. } => match scheme {
                V2 => "0002-00000102",
                V1 | V4 | S3V4 => "0002-00000202",
            },
            Self::PairWithoutSeparator { scheme } => match scheme {
                V2 => "0002-00000103",
                V1 | V4 | S3V4 => "0002-00000203",
            },
            Self::UnknownPair { scheme, .. } => match scheme {
                V2 => "0002-00000104",
                V1 | V4 | S3V4 => "0002-00000204",
            },
            Self::MissingPair { scheme, key } => match (scheme, *key) {
                (V2, "Signature") => "0002-00000108",
                (V2, _) => "0002-00000106",
                (_, "Signature") => "0002-00000207",
                _ => "0002-00000213",
            },
            Self::EmptyPair { scheme, key } => match (scheme, *key) {
                (V2, "Signature") => "0002-00000109",
                (V2, _) => "0002-00000106",
                (_, "Signature") => "0002-00000208",
                _ => "0002-00000213",
            },
            Self::MalformedCredential { carrier, .. } => match carrier {
                Carrier::Header => "0002-00000213",
                Carrier::Url => "0002-00000224",
            },
            Self::CredentialWithoutAccessKeyId { carrier, .. } => match carrier {
                Carrier::Header => "0002-00000206",
                Carrier::Url => "0002-00000222",
            },
            Self::HeaderList {
                scheme,
                carrier,
                fault,
            } => fault.ec(*scheme, *carrier),
            Self::ContentSha256 { .. } => "0002-00000214",
            Self::UrlMissingParameter { scheme, name } => missing_parameter_ec(*scheme, name),
            Self::UrlEmptyParameter { scheme, name } => empty_parameter_ec(*scheme, name),
            Self::UrlInvalidExpires { .. } => "0002-00000070",
            Self::UrlExpiresOutOfRange { .. } => "0002-00000232",
            Self::UrlInvalidDate { .. } => "0002-00000502",
        }
    }

    /// What the answer depends on.
    #[must_use]
    pub fn kind(&self) -> ClaimErrorKind {
        match self {
            Self::SignatureInHeaderAndUrl
            | Self::RepeatedAuthorization
            | Self::UnknownSignatureVersion { .. }
            | Self::TokenInHeaderAndUrl => ClaimErrorKind::Conflict,
            Self::UrlMissingParameter {
                scheme: Scheme::V1, ..
            }
            | Self::UrlEmptyParameter {
                scheme: Scheme::V1, ..
            } => ClaimErrorKind::UrlMissingParameter,
            // The page of EC 0002-00000068 speaks of both versions.
            Self::UrlEmptyParameter {
                scheme: Scheme::V2,
                name: "x-oss-expires",
            } => ClaimErrorKind::UrlMissingParameter,
            Self::UrlInvalidExpires { .. } => ClaimErrorKind::UrlInvalidExpires,
            Self::UrlMissingParameter { .. }
            | Self::UrlEmptyParameter { .. }
            | Self::UrlExpiresOutOfRange { .. }
            | Self::UrlInvalidDate { .. }
            | Self::UnsupportedS3Signature {
                carrier: Carrier::Url,
            }
            | Self::MalformedCredential {
                carrier: Carrier::Url,
                ..
            }
            | Self::CredentialWithoutAccessKeyId {
                carrier: Carrier::Url,
                ..
            }
            | Self::HeaderList {
                carrier: Carrier::Url,
                ..
            } => ClaimErrorKind::MalformedUrl,
            Self::UnknownAuthorization
            | Self::UnsupportedS3Signature { .. }
            | Self::V1MissingColon
            | Self::V1EmptyAccessKeyId
            | Self::V1EmptySignature
            | Self::PairCount { .. }
            | Self::PairWithoutSeparator { .. }
            | Self::UnknownPair { .. }
            | Self::RepeatedPair { .. }
            | Self::MissingPair { .. }
            | Self::EmptyPair { .. }
            | Self::MalformedCredential { .. }
            | Self::CredentialWithoutAccessKeyId { .. }
            | Self::HeaderList { .. }
            | Self::ContentSha256 { .. } => ClaimErrorKind::MalformedHeader,
        }
    }

    /// Whether the request was signed the S3 way, which decides how OSS words some refusals.
    #[must_use]
    pub fn is_s3(&self) -> bool {
        match self {
            Self::UnsupportedS3Signature { .. } => true,
            Self::PairCount { scheme, .. }
            | Self::PairWithoutSeparator { scheme }
            | Self::UnknownPair { scheme, .. }
            | Self::RepeatedPair { scheme, .. }
            | Self::MissingPair { scheme, .. }
            | Self::EmptyPair { scheme, .. }
            | Self::MalformedCredential { scheme, .. }
            | Self::CredentialWithoutAccessKeyId { scheme, .. }
            | Self::HeaderList { scheme, .. } => *scheme == Scheme::S3V4,
            _ => false,
        }
    }

    pub(crate) fn credential(fault: CredentialFault, scheme: Scheme, carrier: Carrier) -> Self {
        match fault {
            CredentialFault::Malformed => Self::MalformedCredential { scheme, carrier },
            CredentialFault::EmptyAccessKeyId => {
                Self::CredentialWithoutAccessKeyId { scheme, carrier }
            }
        }
    }
}

impl ListFault {
    fn ec(&self, scheme: Scheme, carrier: Carrier) -> &'static str {
        match (scheme, self) {
            (Scheme::V2, Self::Empty) if carrier == Carrier::Url => "0002-00000076",
            (Scheme::V2, Self::Empty) => "0002-00000110",
            (Scheme::V2, Self::EmptyElement) => "0002-00000111",
            (Scheme::V2, _) => "0002-00000112",
            (_, Self::Empty) => "0002-00000209",
            (_, Self::EmptyElement) => "0002-00000210",
            _ => "0002-00000211",
        }
    }
}

fn missing_parameter_ec(scheme: Scheme, name: &str) -> &'static str {
    match (scheme, name) {
        (Scheme::V1, "Expires") => "0002-00000067",
        (Scheme::V1, "OSSAccessKeyId") => "0002-00000071",
        (Scheme::V1, _) => "0002-00000074",
        (Scheme::V2, "x-oss-expires") => "0002-00000113",
        // No page for the absence of the key id is known; this is the one for an empty one.
        (Scheme::V2, "x-oss-access-key-id") => "0002-00000116",
        (Scheme::V2, _) => "0002-00000117",
        (_, "x-oss-expires") => "0002-00000215",
        (_, "x-oss-credential") => "0002-00000217",
        (_, "x-oss-date") => "0002-00000503",
        _ => "0002-00000219",
    }
}

fn empty_parameter_ec(scheme: Scheme, name: &str) -> &'static str {
    match (scheme, name) {
        (Scheme::V1, "Expires") | (Scheme::V2, "x-oss-expires") => "0002-00000068",
        (Scheme::V1, "OSSAccessKeyId") => "0002-00000072",
        (Scheme::V1, _) => "0002-00000075",
        (Scheme::V2, "x-oss-access-key-id") => "0002-00000116",
        (Scheme::V2, _) => "0002-00000118",
        (_, "x-oss-expires") => "0002-00000216",
        (_, "x-oss-credential") => "0002-00000218",
        _ => "0002-00000220",
    }
}
