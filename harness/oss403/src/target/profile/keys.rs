//! The keys of a profile.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use oss_reference::config::Config;
use serde::Deserialize;
use serde::de::{
    self, Deserializer, MapAccess, SeqAccess, Visitor,
    value::{MapAccessDeserializer, SeqAccessDeserializer},
};

use super::source::{Source, UrlSource};
use crate::target::quirk::Quirk;
use oss403_case::model::{Capability, Span, TextMap};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct File {
    pub(super) name: Option<String>,
    pub(super) endpoint: String,
    #[serde(default)]
    pub(super) regions: Vec<String>,
    pub(super) suffix: Option<String>,
    #[serde(default)]
    pub(super) addressing: AddressingKeys,
    #[serde(default)]
    pub(super) tls: TlsKeys,
    #[serde(default)]
    pub(super) identities: BTreeMap<String, IdentityKeys>,
    #[serde(default)]
    pub(super) capabilities: Claims,
    #[serde(default)]
    pub(super) limits: LimitKeys,
    pub(super) operator: Option<OperatorKeys>,
    pub(super) snapshots: Option<String>,
    #[serde(default)]
    pub(super) quirks: Vec<Quirk>,
    #[serde(default)]
    pub(super) embedded: Option<EmbeddedKeys>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct AddressingKeys {
    pub(super) resolve: TextMap,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct TlsKeys {
    pub(super) ca_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct IdentityKeys {
    pub(super) access_key_id: Source,
    pub(super) access_key_secret: Source,
    pub(super) security_token: Option<Source>,
    pub(super) account: Option<String>,
    pub(super) user: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct LimitKeys {
    pub(super) requests_per_second: Option<f64>,
    pub(super) concurrency: Option<usize>,
    pub(super) buckets: Option<usize>,
    pub(super) time_per_request: Option<Span>,
    pub(super) body_bytes: Option<usize>,
    pub(super) idle: Option<Span>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct OperatorKeys {
    pub(super) url: Option<UrlSource>,
    pub(super) token: Option<Source>,
    pub(super) command: Option<Vec<String>>,
    pub(super) time: Option<Span>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct EmbeddedKeys {
    #[serde(default)]
    pub(super) config: Box<Config>,
}

/// `all`, a list, or both with exceptions: `{ claim: all, except: [kms] }`.
#[derive(Default)]
pub(super) struct Claims {
    pub(super) claim: Claim,
    pub(super) except: Vec<Capability>,
}

#[derive(Default)]
pub(super) enum Claim {
    #[default]
    All,
    These(Vec<Capability>),
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        struct Keys {
            #[serde(default)]
            claim: Claim,
            #[serde(default)]
            except: Vec<Capability>,
        }
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Claims;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`all`, a list of capabilities, or a map with `claim` and `except`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Claims, E> {
                Ok(Claims {
                    claim: ClaimReader.visit_str(text)?,
                    except: Vec::new(),
                })
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Claims, A::Error> {
                Ok(Claims {
                    claim: ClaimReader.visit_seq(seq)?,
                    except: Vec::new(),
                })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Claims, A::Error> {
                let Keys { claim, except } = Keys::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Claims { claim, except })
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Claim {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ClaimReader)
    }
}

struct ClaimReader;

impl<'de> Visitor<'de> for ClaimReader {
    type Value = Claim;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`all` or a list of capabilities")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Claim, E> {
        if text == "all" {
            Ok(Claim::All)
        } else {
            Err(E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Claim, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Claim::These)
    }
}
