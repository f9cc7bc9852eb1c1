//! The signature schemes, and where a signature stands.

use crate::date::DateError;

/// A signature scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// HMAC-SHA1 over listed sub-resources.
    V1,
    /// HMAC-SHA256 over the whole query.
    V2,
    /// HMAC-SHA256 with a key derived for day, region and product.
    V4,
    /// V2 as AWS S3 defines it: HMAC-SHA1, much like V1.
    S3V2,
    /// V4 as AWS S3 defines it.
    S3V4,
}

impl Scheme {
    /// The word that names the scheme in front of an `Authorization` header, in `x-oss-signature-version` and in the StringToSign.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V1 => "OSS",
            Self::V2 => "OSS2",
            Self::V4 => "OSS4-HMAC-SHA256",
            Self::S3V2 => "AWS",
            Self::S3V4 => "AWS4-HMAC-SHA256",
        }
    }

    /// Whether it belongs to the S3 dialect, which decides how OSS words some answers.
    #[must_use]
    pub fn is_s3(self) -> bool {
        matches!(self, Self::S3V2 | Self::S3V4)
    }

    /// The scheme of that [`name`](Self::name).
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::V1, Self::V2, Self::V4, Self::S3V2, Self::S3V4]
            .into_iter()
            .find(|scheme| scheme.name() == name)
    }

    /// The EC value of a signature in header or URL that does not match (EC 0002-00000040, -101, -201, -307, -429).
    /// Forms have one value for all schemes, 0002-00000705.
    #[must_use]
    pub fn mismatch_ec(self) -> &'static str {
        match self {
            Self::V1 => "0002-00000040",
            Self::V2 => "0002-00000101",
            Self::V4 => "0002-00000201",
            Self::S3V2 => "0002-00000307",
            Self::S3V4 => "0002-00000429",
        }
    }

    /// The EC value of an absent or unreadable date (EC 0002-00000502, -503, -505).
    #[must_use]
    pub fn date_ec(self, error: DateError) -> &'static str {
        match (self, error) {
            (Self::V4 | Self::S3V4, DateError::Unreadable) => "0002-00000502",
            _ => error.ec(),
        }
    }
}

/// Where the signature of a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// In the `Authorization` header.
    Header,
    /// In the query of the URL.
    Url,
}
