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
    /// V4 of the S3 dialect: another algorithm than AWS4-HMAC-SHA256 (EC 0002-00000402, -411).
    #[error("the signing algorithm is not AWS4-HMAC-SHA256")]
    UnknownS3Algorithm {
        /// Where it stands.
        carrier: Carrier,
    },
    /// V4 of the S3 dialect: the signature has not 64 digits (EC 0002-00000408, -423).
    #[error("the signature has not 64 hexadecimal digits")]
    S3SignatureLength {
        /// Where it stands.
        carrier: Carrier,
    },
    /// V1 header, and V2 of the S3 dialect: no `:` between key id and signature (EC 0002-00000062).
    #[error("the Authorization header has no colon between access key id and signature")]
    V1MissingColon,
    /// V1 header, and V2 of the S3 dialect: nothing before the `:` (EC 0002-00000063).
    #[error("the Authorization header has an empty access key id")]
    V1EmptyAccessKeyId,
    /// V1 header, and V2 of the S3 dialect: nothing after the `:` (EC 0002-00000065).
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
    /// the other keys are not known; they are reported as the EC of an empty one. In the S3 dialect EC 0002-00000403, -405, -407.
    #[error("the Authorization header has no {key}")]
    MissingPair {
        /// Whose header.
        scheme: Scheme,
        /// The key.
        key: &'static str,
    },
    /// V2 and V4 header: a key has no value (EC 0002-00000106, -109, -208; S3 dialect -404, -408, -426).
    #[error("the Authorization header has an empty {key}")]
    EmptyPair {
        /// Whose header.
        scheme: Scheme,
        /// The key.
        key: &'static str,
    },
    /// V4: the credential has not five parts, or an empty one (EC 0002-00000213, -224; S3 dialect -404, -413).
    #[error("the credential is not <access key id>/<date>/<region>/<product>/<terminator>")]
    MalformedCredential {
        /// Whose credential.
        scheme: Scheme,
        /// Where it stands.
        carrier: Carrier,
    },
    /// V4: the credential begins with `/` (EC 0002-00000206, -222; S3 dialect -404, -413).
    #[error("the credential has an empty access key id")]
    CredentialWithoutAccessKeyId {
        /// Whose credential.
        scheme: Scheme,
        /// Where it stands.
        carrier: Carrier,
    },
    /// V4 URL: the credential names no region. Reported as EC 0002-00000228, that of a wrong one; the test of the Python SDK
    /// (`test_sign_v4_no_region`) has its message.
    #[error("the credential has an empty region")]
    UrlCredentialWithoutRegion,
    /// V2 and V4: the list of additional headers is malformed (EC 0002-00000110 to -112, -209 to -211; -76
    /// for an empty one in a V2 URL). In the S3 dialect the list of signed headers (EC 0002-00000420, -426, -428).
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

    /// URL: a needed parameter is missing (S3 dialect: EC 0002-00000301, -303, -305, -410, -412, -414, -416, -419).
    #[error("the URL has no {name}")]
    UrlMissingParameter {
        /// Whose URL.
        scheme: Scheme,
        /// The parameter.
        name: &'static str,
    },
    /// URL: a needed parameter has no value (S3 dialect: EC 0002-00000302, -304, -306).
    #[error("the URL has an empty {name}")]
    UrlEmptyParameter {
        /// Whose URL.
        scheme: Scheme,
        /// The parameter.
        name: &'static str,
    },
    /// V1 and V2 URL, also in the S3 dialect: the expiry is not a number of seconds (EC 0002-00000070).
    #[error("the expiry {value:?} is not a number of seconds since 1970")]
    UrlInvalidExpires {
        /// Whose URL.
        scheme: Scheme,
        /// What the URL said.
        value: String,
    },
    /// V4 URL: the life is not a number from 1 to 604800 (EC 0002-00000232; S3 dialect -417).
    #[error("{} is {value:?}, only 1 to 604800 seconds are accepted", if scheme.is_s3() { "X-Amz-Expires" } else { "x-oss-expires" })]
    UrlExpiresOutOfRange {
        /// Whose URL.
        scheme: Scheme,
        /// What the URL said.
        value: String,
    },
    /// V4 URL: the date is not ISO 8601 basic. Reported as EC 0002-00000502 (S3 dialect -415).
    #[error("{} is {value:?}, only the form 20231216T162057Z is accepted", if scheme.is_s3() { "X-Amz-Date" } else { "x-oss-date" })]
    UrlInvalidDate {
        /// Whose URL.
        scheme: Scheme,
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
        if let Some(ec) = self.s3_ec() {
            return ec;
        }
        match self {
            Self::SignatureInHeaderAndUrl | Self::RepeatedAuthorization => "0002-00000039",
            Self::UnknownSignatureVersion { .. } => "0002-00000066",
            Self::TokenInHeaderAndUrl => "0002-00000010",
            Self::UnknownAuthorization
            | Self::UnknownS3Algorithm { .. }
            | Self::S3SignatureLength { .. } => "0002-00000061",
            Self::V1MissingColon => "0002-00000062",
            Self::V1EmptyAccessKeyId => "0002-00000063",
            Self::V1EmptySignature => "0002-00000065",
            Self::PairCount { scheme, .. } | Self::RepeatedPair { scheme, .. } => match scheme {
                Scheme::V2 => "0002-00000102",
                _ => "0002-00000202",
            },
            Self::PairWithoutSeparator { scheme } => match scheme {
                Scheme::V2 => "0002-00000103",
                _ => "0002-00000203",
            },
            Self::UnknownPair { scheme, .. } => match scheme {
                Scheme::V2 => "0002-00000104",
                _ => "0002-00000204",
            },
            Self::MissingPair { scheme, key } => match (scheme, *key) {
                (Scheme::V2, "Signature") => "0002-00000108",
                (Scheme::V2, _) => "0002-00000106",
                (_, "Signature") => "0002-00000207",
                _ => "0002-00000213",
            },
            Self::EmptyPair { scheme, key } => match (scheme, *key) {
                (Scheme::V2, "Signature") => "0002-00000109",
                (Scheme::V2, _) => "0002-00000106",
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
            Self::UrlCredentialWithoutRegion => "0002-00000228",
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
            // That V2 of the S3 dialect is refused as V1 is inferred: AWS has the same text but for the name of the key.
            Self::UrlMissingParameter {
                scheme: Scheme::V1 | Scheme::S3V2,
                ..
            }
            | Self::UrlEmptyParameter {
                scheme: Scheme::V1 | Scheme::S3V2,
                ..
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
            | Self::UrlCredentialWithoutRegion
            | Self::UnknownS3Algorithm {
                carrier: Carrier::Url,
            }
            | Self::S3SignatureLength {
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
            | Self::UnknownS3Algorithm { .. }
            | Self::S3SignatureLength { .. }
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

    /// The EC value of a fault of the S3 dialect that has one of its own. That a V4 header without `host` among its signed ones has
    /// -406, an incomplete X-Amz-Credential -413 and a missing X-Amz-Signature -422 is read off their neighbours.
    fn s3_ec(&self) -> Option<&'static str> {
        use Carrier::{Header, Url};
        use Scheme::{S3V2, S3V4};
        Some(match self {
            Self::UnknownS3Algorithm { carrier: Header } => "0002-00000402",
            Self::UnknownS3Algorithm { carrier: Url } => "0002-00000411",
            Self::S3SignatureLength { carrier: Header } => "0002-00000408",
            Self::S3SignatureLength { carrier: Url } => "0002-00000423",
            Self::MissingPair { scheme: S3V4, key } => match *key {
                "Credential" => "0002-00000403",
                "SignedHeaders" => "0002-00000405",
                _ => "0002-00000407",
            },
            Self::EmptyPair { scheme: S3V4, key } => match *key {
                "Credential" => "0002-00000404",
                "SignedHeaders" => "0002-00000426",
                _ => "0002-00000408",
            },
            Self::MalformedCredential {
                scheme: S3V4,
                carrier,
            }
            | Self::CredentialWithoutAccessKeyId {
                scheme: S3V4,
                carrier,
            } => match carrier {
                Header => "0002-00000404",
                Url => "0002-00000413",
            },
            Self::HeaderList {
                scheme: S3V4,
                carrier,
                fault,
            } => match (fault, carrier) {
                (ListFault::Incomplete { .. }, Header) => "0002-00000406",
                (ListFault::Incomplete { .. }, Url) => "0002-00000420",
                (ListFault::Empty | ListFault::EmptyElement, _) => "0002-00000426",
                _ => "0002-00000428",
            },
            Self::UrlMissingParameter { scheme: S3V2, name } => match *name {
                "Expires" => "0002-00000301",
                "AWSAccessKeyId" => "0002-00000303",
                _ => "0002-00000305",
            },
            Self::UrlEmptyParameter { scheme: S3V2, name } => match *name {
                "Expires" => "0002-00000302",
                "AWSAccessKeyId" => "0002-00000304",
                _ => "0002-00000306",
            },
            Self::UrlMissingParameter { scheme: S3V4, name } => match *name {
                "X-Amz-Algorithm" => "0002-00000410",
                "X-Amz-Credential" => "0002-00000412",
                "X-Amz-Date" => "0002-00000414",
                "X-Amz-Expires" => "0002-00000416",
                "X-Amz-SignedHeaders" => "0002-00000419",
                _ => "0002-00000422",
            },
            Self::UrlEmptyParameter { scheme: S3V4, name } => match *name {
                "X-Amz-Algorithm" => "0002-00000411",
                "X-Amz-Credential" => "0002-00000413",
                "X-Amz-Date" => "0002-00000415",
                "X-Amz-Expires" => "0002-00000417",
                _ => "0002-00000423",
            },
            Self::UrlExpiresOutOfRange { scheme: S3V4, .. } => "0002-00000417",
            Self::UrlInvalidDate { scheme: S3V4, .. } => "0002-00000415",
            _ => return None,
        })
    }

    pub(crate) fn credential(fault: CredentialFault, scheme: Scheme, carrier: Carrier) -> Self {
        match fault {
            CredentialFault::EmptyRegion if (scheme, carrier) == (Scheme::V4, Carrier::Url) => {
                Self::UrlCredentialWithoutRegion
            }
            CredentialFault::Malformed | CredentialFault::EmptyRegion => {
                Self::MalformedCredential { scheme, carrier }
            }
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
