//! What a certificate is about, in the words of CNCF's `PRODUCT.yaml`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A product. A certificate needs at least vendor, name and version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Product {
    /// Who makes it.
    pub vendor: String,
    /// What it is called.
    pub name: String,
    /// The version that is tested.
    pub version: String,
    /// Its page.
    #[serde(skip_serializing_if = "String::is_empty", alias = "website_url")]
    pub website_url: String,
    /// Where its sources are.
    #[serde(skip_serializing_if = "String::is_empty", alias = "repo_url")]
    pub repo_url: String,
    /// Where it is described.
    #[serde(skip_serializing_if = "String::is_empty", alias = "documentation_url")]
    pub documentation_url: String,
    /// Its logo.
    #[serde(skip_serializing_if = "String::is_empty", alias = "product_logo_url")]
    pub product_logo_url: String,
    /// What kind of product it is, such as `distribution`, `hosted platform`, `installer`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub r#type: String,
    /// A sentence about it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
}

impl Product {
    /// Its fields as CNCF calls them, in its order, those that are empty too.
    pub fn fields(&self) -> [(&'static str, &str); 9] {
        [
            ("vendor", &self.vendor),
            ("name", &self.name),
            ("version", &self.version),
            ("website_url", &self.website_url),
            ("repo_url", &self.repo_url),
            ("documentation_url", &self.documentation_url),
            ("product_logo_url", &self.product_logo_url),
            ("type", &self.r#type),
            ("description", &self.description),
        ]
    }

    /// The first field that a certificate needs and that says nothing.
    pub fn missing(&self) -> Option<&'static str> {
        let mut needed = self.fields().into_iter().take(3);
        needed
            .find(|(_, text)| text.trim().is_empty())
            .map(|(name, _)| name)
    }
}

/// Something that can be told by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Artifact {
    /// What it is called.
    pub name: String,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

impl Artifact {
    /// Whether its digest is one.
    pub fn is_digest(&self) -> bool {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        self.sha256.len() == 64 && self.sha256.bytes().all(is_digit)
    }
}

#[cfg(test)]
mod tests {
    use super::Artifact;

    #[test]
    fn a_digest_is_64_digits_of_which_none_is_large() {
        let is_digest = |sha256: &str| {
            let artifact = Artifact {
                name: "server.tar.gz".into(),
                sha256: sha256.into(),
            };
            artifact.is_digest()
        };
        assert!(is_digest(&"09af".repeat(16)));
        for wrong in [
            "09af".repeat(15),
            "09af".repeat(17),
            "09AF".repeat(16),
            "09ag".repeat(16),
        ] {
            assert!(!is_digest(&wrong), "{wrong}");
        }
    }
}
