//! Where a credential comes from: the environment, a file, or a command. Never from the profile itself.

use std::borrow::Cow;
use std::fmt;
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
/// The most bytes of a file that holds one.
const MOST_FILE_BYTES: u64 = 1024 * 1024;

/// A place where a credential is to be had. White space at its ends is cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A variable of the environment.
    Env(String),
    /// A file.
    File(PathBuf),
    /// A text in a JSON file, such as what `oss403 serve --format json` writes: the file, and where in it, by RFC 6901.
    Pointer(PathBuf, String),
    /// What a program writes to its standard output.
    Command(Vec<String>),
}

impl Source {
    /// Fetches the credential. Paths are relative to `folder`, where a command runs too. What goes wrong is told without showing anything
    /// of it.
    pub(super) async fn obtain(&self, folder: &Path) -> Result<Secret, String> {
        let text = match self {
            Self::Env(name) => match std::env::var(name) {
                Ok(value) => value,
                Err(std::env::VarError::NotPresent) => {
                    return Err(format!("the environment has no variable `{name}`"));
                }
                Err(_) => return Err(format!("the variable `{name}` is not UTF-8")),
            },
            Self::File(path) => read_file(&folder.join(path), MOST_BYTES)?,
            Self::Pointer(path, pointer) => {
                let path = folder.join(path);
                let shown = path.display();
                // The parser's own messages may quote the text, and the text holds secrets.
                let json: serde_json::Value =
                    serde_json::from_str(&read_file(&path, MOST_FILE_BYTES)?)
                        .map_err(|_| format!("`{shown}` is not JSON"))?;
                match json.pointer(pointer) {
                    Some(serde_json::Value::String(text)) => text.clone(),
                    Some(_) => return Err(format!("`{pointer}` of `{shown}` is no text")),
                    None => return Err(format!("`{shown}` has nothing at `{pointer}`")),
                }
            }
            Self::Command(words) => tokio::time::timeout(PATIENCE, output(words, folder))
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
            Self::Pointer(path, pointer) => write!(f, "`{pointer}` of `{}`", path.display()),
            Self::Command(_) => f.write_str("the output of the command"),
        }
    }
}

/// The text of a file that may hold credentials: a plain one, and no more of it than such a file has.
fn read_file(path: &Path, most: u64) -> Result<String, String> {
    let shown = path.display();
    let failed = |error: io::Error| format!("`{shown}`: {error}");
    // What is no plain file may never end, or never begin.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(format!("`{shown}` is no plain file"));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > most {
        return Err(format!("`{shown}` is longer than {most} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| format!("`{shown}` is not UTF-8"))
}

async fn output(words: &[String], folder: &Path) -> Result<String, String> {
    let (program, arguments) = words.split_first().ok_or("the command is empty")?;
    let failed = |error: std::io::Error| format!("`{program}`: {error}");
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .current_dir(folder)
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
    /// Reads the address. Paths are relative to `folder`.
    pub(super) async fn obtain(&self, folder: &Path) -> Result<reqwest::Url, String> {
        match self {
            Self::Text(text) => parse_url(text),
            // It may be the token, named at the wrong key.
            Self::From(source) => {
                parse_url(source.obtain(folder).await?.reveal()).map_err(|defect| {
                    if defect == USER_INFO {
                        format!("{source}: {defect}")
                    } else {
                        format!("{source} is no HTTP address")
                    }
                })
            }
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
    Pointer,
    Command,
}

const ONE_KEY: &str = "a map with exactly one of the keys `env`, `file`, `command` is needed here";
const POINTER: &str =
    "a pointer such as `/identities/owner/access_key_id` goes with a `file`, and begins with `/`";

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
                "file": { "description": "A plain file of at most 1 MiB.", "type": "string" },
                "pointer": {
                    "description": "Where the text stands when the file is JSON: a JSON pointer (RFC 6901).",
                    "type": "string",
                    "pattern": "^/",
                },
                "command": {
                    "description": "A program and its arguments; what it writes to its standard output.",
                    "type": "array",
                    "items": { "type": "string" },
                },
            },
            "additionalProperties": false,
            "anyOf": [
                { "minProperties": 1, "maxProperties": 1, "not": { "required": ["pointer"] } },
                { "minProperties": 2, "maxProperties": 2, "required": ["file", "pointer"] },
            ],
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
                let (mut source, mut pointer) = (None, None::<String>);
                while let Some(key) = map.next_key()? {
                    let read = match key {
                        Key::Env => Source::Env(map.next_value()?),
                        Key::File => Source::File(map.next_value()?),
                        Key::Command => Source::Command(map.next_value()?),
                        Key::Pointer => {
                            pointer = Some(map.next_value()?);
                            continue;
                        }
                    };
                    if source.replace(read).is_some() {
                        return Err(de::Error::custom(ONE_KEY));
                    }
                }
                match (source, pointer) {
                    (Some(Source::File(path)), Some(pointer)) if pointer.starts_with('/') => {
                        Ok(Source::Pointer(path, pointer))
                    }
                    (_, Some(_)) => Err(de::Error::custom(POINTER)),
                    (Some(source), None) => Ok(source),
                    (None, None) => Err(de::Error::custom(ONE_KEY)),
                }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
