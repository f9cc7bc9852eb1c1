//! Where a credential comes from: the environment, a file, or a command. Never from the profile itself.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use tokio::io::AsyncReadExt as _;

use crate::wire::identity::Secret;

/// What a diagnostic says of a credential that stands in the profile.
pub(super) const LITERAL: &str = "a credential must not stand in a profile";

/// What a diagnostic says of credentials inside an address.
pub(super) const USER_INFO: &str = "an address holds no user and no password";

/// How long a command may take to give a credential.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most bytes of a credential.
const MOST_BYTES: u64 = 64 * 1024;

/// A place where a credential is to be had. White space at its ends is cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A variable of the environment.
    Env(String),
    /// A file.
    File(PathBuf),
    /// What a program writes to its standard output.
    Command(Vec<String>),
}

impl Source {
    /// Fetches the credential. What goes wrong is told without showing anything of it.
    pub(super) async fn obtain(&self) -> Result<Secret, String> {
        let text = match self {
            Self::Env(name) => match std::env::var(name) {
                Ok(value) => value,
                Err(std::env::VarError::NotPresent) => {
                    return Err(format!("the environment has no variable `{name}`"));
                }
                Err(_) => return Err(format!("the variable `{name}` is not UTF-8")),
            },
            Self::File(path) => {
                let shown = path.display();
                let bytes = contents(path).map_err(|error| format!("`{shown}`: {error}"))?;
                String::from_utf8(bytes).map_err(|_| format!("`{shown}` is not UTF-8"))?
            }
            Self::Command(words) => tokio::time::timeout(PATIENCE, output(words))
                .await
                .map_err(|_| format!("the command gave nothing within {PATIENCE:?}"))??,
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(format!("{self} is empty"));
        }
        Ok(Secret::new(text))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the variable `{name}`"),
            Self::File(path) => write!(f, "the file `{}`", path.display()),
            Self::Command(_) => f.write_str("the output of the command"),
        }
    }
}

/// What a file holds. A pipe or a device might never end.
fn contents(path: &Path) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("is no file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!(
            "has more than {MOST_BYTES} bytes"
        )));
    }
    Ok(bytes)
}

async fn output(words: &[String]) -> Result<String, String> {
    let (program, arguments) = words.split_first().ok_or("the command is empty")?;
    let failed = |error: std::io::Error| format!("`{program}`: {error}");
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let mut text = String::new();
    let output = child.stdout.take().ok_or("its output is closed")?;
    output
        .take(MOST_BYTES)
        .read_to_string(&mut text)
        .await
        .map_err(failed)?;
    let status = child.wait().await.map_err(failed)?;
    if status.success() {
        Ok(text)
    } else {
        Err(format!("`{program}` ended with {status}"))
    }
}

/// An address, as a text or to be fetched as a credential is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlSource {
    /// The address itself.
    Text(String),
    /// Where it is to be had.
    From(Source),
}

impl UrlSource {
    /// Reads the address.
    pub(super) async fn obtain(&self) -> Result<reqwest::Url, String> {
        match self {
            Self::Text(text) => parse_url(text),
            // It may be the token, named at the wrong key.
            Self::From(source) => parse_url(source.obtain().await?.reveal()).map_err(|defect| {
                if defect == USER_INFO {
                    format!("{source}: {defect}")
                } else {
                    format!("{source} is no HTTP address")
                }
            }),
        }
    }
}

/// Reads an address of HTTP.
pub(super) fn parse_url(text: &str) -> Result<reqwest::Url, String> {
    match reqwest::Url::parse(text) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => Err(USER_INFO.into()),
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        _ => Err(format!("`{text}` is no HTTP address")),
    }
}

impl JsonSchema for UrlSource {
    fn schema_name() -> Cow<'static, str> {
        "UrlSource".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let source = generator.subschema_for::<Source>();
        json_schema!({
            "description": "An address, or where it is to be had.",
            "anyOf": [{ "type": "string" }, source],
        })
    }
}

impl<'de> Deserialize<'de> for UrlSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = UrlSource;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "an address, or a map with exactly one of the keys `env`, `file`, `command`",
                )
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<UrlSource, E> {
                Ok(UrlSource::Text(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<UrlSource, A::Error> {
                Source::deserialize(MapAccessDeserializer::new(map)).map(UrlSource::From)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// The key of the map that a source is.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Key {
    Env,
    File,
    Command,
}

const ONE_KEY: &str = "a map with exactly one of the keys `env`, `file`, `command` is needed here";

impl JsonSchema for Source {
    fn schema_name() -> Cow<'static, str> {
        "Source".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Where a credential is to be had. It never stands in the profile itself.",
            "type": "object",
            "properties": {
                "env": { "description": "A variable of the environment.", "type": "string" },
                "file": { "description": "A file.", "type": "string" },
                "command": {
                    "description": "A program and its arguments; what it writes to its standard output.",
                    "type": "array",
                    "items": { "type": "string" },
                },
            },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
        })
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Source;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map with exactly one of the keys `env`, `file`, `command`")
            }
            fn visit_str<E: de::Error>(self, _: &str) -> Result<Source, E> {
                Err(E::custom(LITERAL))
            }
            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Source, E> {
                Err(E::custom(LITERAL))
            }
            fn visit_u64<E: de::Error>(self, _: u64) -> Result<Source, E> {
                Err(E::custom(LITERAL))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Source, A::Error> {
                let source = match map.next_key()? {
                    Some(Key::Env) => Source::Env(map.next_value()?),
                    Some(Key::File) => Source::File(map.next_value()?),
                    Some(Key::Command) => Source::Command(map.next_value()?),
                    None => return Err(de::Error::custom(ONE_KEY)),
                };
                match map.next_key::<de::IgnoredAny>()? {
                    None => Ok(source),
                    Some(_) => Err(de::Error::custom(ONE_KEY)),
                }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
