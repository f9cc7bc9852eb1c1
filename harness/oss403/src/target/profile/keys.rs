//! The keys of a profile.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use oss_reference::config::Config;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{
    self, Deserializer, MapAccess, SeqAccess, Visitor,
    value::{MapAccessDeserializer, SeqAccessDeserializer},
};

use super::source::{Source, UrlSource};
use crate::target::product::{Artifact, Product};
use crate::target::quirk::Quirk;
use crate::wire::scene::Style;
use oss403_case::model::{Capability, ClaimName, SIGNATURE_V1, Span, TextMap};

/// A target profile: a server's address, identities, claims and limits.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct File {
    /// Name of the target in reports. Default: the name of the file.
    pub(super) name: Option<String>,
    /// Where every request goes: `http://127.0.0.1:9403`, or `embedded` for the reference server inside the program.
    pub(super) endpoint: String,
    /// The home region, and a second one if the server has it: bare ids such as `cn-hangzhou`.
    #[serde(default)]
    pub(super) regions: Vec<String>,
    /// What stands in host names where the service has `aliyuncs.com`.
    pub(super) suffix: Option<String>,
    /// How buckets are addressed, and where host names lead that have an address of their own.
    #[serde(default)]
    pub(super) addressing: AddressingKeys,
    /// Whom TLS trusts.
    #[serde(default)]
    pub(super) tls: TlsKeys,
    /// Who there is: `owner`, which is needed, `other-account`, `ram-user`, `sts`, `disabled-key`.
    #[serde(default)]
    pub(super) identities: BTreeMap<String, IdentityKeys>,
    /// What the target has. What it does not claim is not sent, is shown as such, and narrows what the level is stated for.
    #[serde(default)]
    pub(super) capabilities: Claims,
    /// What the target refuses to everybody, as OSS has begun to do: `signature-v1`. What needs it is not applicable. The canaries find it out too.
    #[serde(default)]
    pub(super) retired: BTreeSet<RetiredName>,
    /// How much the target is asked to bear, and how much of it the harness bears.
    #[serde(default)]
    pub(super) limits: LimitKeys,
    /// The harmless request that shows whether credentials are good. Default: ListBuckets.
    pub(super) canary: Option<CanaryKeys>,
    /// How states are reached that only an operator can make.
    pub(super) operator: Option<OperatorKeys>,
    /// Name of its folder of snapshots. Default: its name.
    pub(super) snapshots: Option<String>,
    /// How it is known to word its refusals otherwise. They spare `oss403 fuzz` findings; `oss403 run` judges as always.
    #[serde(default)]
    pub(super) quirks: Vec<Quirk>,
    /// What a certificate is about: the vendor, the product, its version.
    #[serde(default)]
    pub(super) product: Product,
    /// What of the product can be told by its digest: an image, a package.
    pub(super) artifact: Option<Artifact>,
    /// Set-up of the embedded reference server; for `endpoint: embedded` alone.
    #[serde(default)]
    pub(super) embedded: Option<EmbeddedKeys>,
}

/// What OSS is retiring.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RetiredName {
    /// Signature version 1 in headers, URLs and Post forms.
    SignatureV1,
}

impl RetiredName {
    /// The capabilities that go with it.
    pub(super) fn members(self) -> &'static [Capability] {
        match self {
            Self::SignatureV1 => SIGNATURE_V1,
        }
    }
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct AddressingKeys {
    /// Where a request carries its bucket. Default: in the host name.
    pub(super) style: Style,
    /// The host name of a bucket, with `{bucket}` and, where they occur, `{region}` and `{suffix}`.
    /// Default: `{bucket}.oss-{region}.{suffix}`.
    pub(super) template: Option<String>,
    /// The host name of the service. Default: `oss-{region}.{suffix}`.
    pub(super) service: Option<String>,
    /// Host name, or `*.` and a suffix, to `address:port`.
    #[schemars(with = "BTreeMap<String, String>")]
    pub(super) resolve: TextMap,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct TlsKeys {
    /// Certificates in PEM form that are trusted, and no others. Default: those of the system.
    pub(super) ca_file: Option<PathBuf>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct IdentityKeys {
    /// AccessKeyId.
    pub(super) access_key_id: Source,
    /// AccessKeySecret.
    pub(super) access_key_secret: Source,
    /// The token of a session.
    pub(super) security_token: Option<Source>,
    /// UID of the account. Default: the harness asks ListBuckets.
    pub(super) account: Option<String>,
    /// UID of the RAM user.
    pub(super) user: Option<String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct LimitKeys {
    /// No more than this. Default: no limit.
    pub(super) requests_per_second: Option<f64>,
    /// Requests in flight.
    pub(super) concurrency: Option<usize>,
    /// Buckets that exist at a time.
    pub(super) buckets: Option<usize>,
    /// How many of these may be kept, empty, for a later instance instead of being deleted, so that fewer are made. Only a bucket
    /// is of which all is known that was ever in it, and taken back. Default: 0.
    pub(super) bucket_pool: Option<usize>,
    /// From connecting to the last byte.
    pub(super) time_per_request: Option<Span>,
    /// Bytes of an answer that are kept.
    pub(super) body_bytes: Option<usize>,
    /// How long a connection is kept without use.
    pub(super) idle: Option<Span>,
    /// How often, and for how long, a request is sent that is not answered so that it can be read: connection lost, cut short, 429, 5xx.
    pub(super) patience: PatienceKeys,
    /// How long a change may take until a server with caches heeds it. What must be refused is asked for again until it is, or that time is
    /// over. Default: changes are heeded at once.
    pub(super) settle: SettleKeys,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct PatienceKeys {
    /// Most attempts for one request. Default: 10.
    pub(super) attempts: Option<usize>,
    /// No third attempt begins after so long. Default: 15s.
    pub(super) time: Option<Span>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct SettleKeys {
    /// ACLs of buckets and objects, Block Public Access.
    pub(super) acl: Option<Span>,
    /// Bucket policies, RAM policies, policies of VPC endpoints.
    pub(super) policy: Option<Span>,
    /// States of access keys and accounts, and the networks that keys are bound to.
    pub(super) key_status: Option<Span>,
    /// Until the accelerate endpoint knows a bucket whose acceleration was just switched on. A scenario that has such a bucket begins when
    /// it does; it is not provoked when the time is over before. Not covered by `default`. Default: nothing is waited for.
    pub(super) acceleration: Option<Span>,
    /// Until an object of an archive class is restored that a scenario reads. Like `acceleration`.
    pub(super) restore: Option<Span>,
    /// Whatever has no time of its own here.
    pub(super) default: Option<Span>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct CanaryKeys {
    /// `GET /key?query` or `HEAD /key?query`, which the owner may send.
    pub(super) request: String,
    /// A bucket of the owner's that exists. Default: the request is on the service.
    pub(super) bucket: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct OperatorKeys {
    /// Address of a hook behind HTTP; with `token`, without `command`.
    pub(super) url: Option<UrlSource>,
    /// Its bearer token.
    pub(super) token: Option<Source>,
    /// Program and arguments of a hook that is a command.
    pub(super) command: Option<Vec<String>>,
    /// How long it may take to answer.
    pub(super) time: Option<Span>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct EmbeddedKeys {
    /// As in the file of `oss403 serve --config`.
    #[serde(default)]
    pub(super) config: Box<Config>,
}

/// `all`, a list, or both with exceptions: `{ claim: all, except: [kms] }`.
#[derive(Default)]
pub(super) struct Claims {
    pub(super) claim: Claim,
    pub(super) except: Vec<ClaimName>,
    /// Whether `claim` is written as a key.
    pub(super) is_map: bool,
}

#[derive(Default)]
pub(super) enum Claim {
    #[default]
    All,
    These(Vec<ClaimName>),
}

impl JsonSchema for Claims {
    fn schema_name() -> Cow<'static, str> {
        "Claims".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let list = generator.subschema_for::<Vec<ClaimName>>();
        let claim = json_schema!({ "anyOf": [{ "const": "all" }, list] });
        json_schema!({
            "description": "`all` that the rest of the profile allows, a list, or both with exceptions: `{ claim: all, except: [kms] }`.",
            "anyOf": [claim, {
                "type": "object",
                "properties": { "claim": claim, "except": list },
                "additionalProperties": false,
            }],
        })
    }
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        struct Keys {
            #[serde(default)]
            claim: Claim,
            #[serde(default)]
            except: Vec<ClaimName>,
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
                    ..Claims::default()
                })
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Claims, A::Error> {
                Ok(Claims {
                    claim: ClaimReader.visit_seq(seq)?,
                    ..Claims::default()
                })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Claims, A::Error> {
                let Keys { claim, except } = Keys::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Claims {
                    claim,
                    except,
                    is_map: true,
                })
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
