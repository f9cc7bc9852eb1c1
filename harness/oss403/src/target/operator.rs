//! The client of a target's operator hook: puts accounts, keys, buckets and endpoints into states that only an operator can make.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use oss403_operator::{Command, Create, Credential, RUN_HEADER, Set, VERSION, VpcEndpoint};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Child;

use crate::wire::address::Scheme;
use crate::wire::identity::Secret;
use crate::wire::tls::{Tls, TlsError};

/// The most bytes of an answer.
const MOST_BYTES: usize = 1024 * 1024;
/// How often a command is sent at most.
const ATTEMPTS: u32 = 6;
/// How long after the first time it is sent again; twice as long after each further one.
const BACK_OFF: Duration = Duration::from_millis(100);

/// A target's operator hook.
#[derive(Debug)]
pub struct Operator {
    way: Way,
    time: Duration,
}

#[derive(Debug)]
enum Way {
    Http(Box<Http>),
    Command { words: Vec<String>, folder: PathBuf },
}

#[derive(Debug)]
struct Http {
    /// For commands that may be repeated, on connections that are used again.
    keeping: reqwest::Client,
    /// For the others, each on a connection of its own: a hook closes those that wait when it likes, and then nobody knows whether it has
    /// carried out what was just sent.
    fresh: reqwest::Client,
    url: reqwest::Url,
    token: Secret,
}

/// Why the operator did not do what it was asked. Never holds a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OperatorError {
    /// It said no.
    #[error("the operator hook refused `{asked}`: {code}: {message}")]
    Refused {
        /// What was asked: verb and thing.
        asked: String,
        /// `unknown-command`, …
        code: String,
        message: String,
    },
    /// It could not be asked.
    #[error("the operator hook could not be asked `{asked}`: {detail}")]
    Unreachable {
        /// What was asked.
        asked: String,
        detail: String,
        /// Whether it certainly did not get to know of it.
        untouched: bool,
    },
    /// Its answer makes no sense.
    #[error("the operator hook's answer to `{asked}` cannot be used: {detail}")]
    Answer {
        /// What was asked.
        asked: String,
        detail: String,
    },
}

impl OperatorError {
    /// Whether the operator does not know what it was asked.
    pub fn is_unknown_command(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code == "unknown-command")
    }

    /// Whether it may have done what it was asked.
    pub fn may_be_done(&self) -> bool {
        match self {
            Self::Refused { .. } => false,
            Self::Unreachable { untouched, .. } => !untouched,
            Self::Answer { .. } => true,
        }
    }

    /// Whether the fault lies with the network or the hook, and not with the target.
    pub fn is_harness(&self) -> bool {
        !matches!(self, Self::Refused { .. })
    }
}

impl Operator {
    /// A hook behind HTTP, with a bearer token.
    ///
    /// # Errors
    /// When the settings of TLS are of no use.
    pub fn http(
        url: reqwest::Url,
        token: Secret,
        tls: &Tls,
        time: Duration,
    ) -> Result<Self, TlsError> {
        let scheme = if url.scheme() == "https" {
            Scheme::Https
        } else {
            Scheme::Http
        };
        let client = |kept| {
            reqwest::Client::builder()
                .http1_only()
                .redirect(reqwest::redirect::Policy::none())
                // A hook may close a connection that waits. Long before most do, so that a command rarely meets the end of one.
                .pool_idle_timeout(Duration::from_secs(1))
                .pool_max_idle_per_host(kept)
                .no_proxy()
                .tcp_nodelay(true)
                .tls_backend_preconfigured(tls.config(scheme)?)
                .build()
                .map_err(|error| TlsError::Client(error.to_string()))
        };
        let http = Http {
            keeping: client(usize::MAX)?,
            fresh: client(0)?,
            url,
            token,
        };
        Ok(Self {
            way: Way::Http(Box::new(http)),
            time,
        })
    }

    /// A hook that is a command: it reads one request on its standard input and writes one answer on its standard output. It
    /// runs in `folder`.
    pub fn command(words: Vec<String>, folder: PathBuf, time: Duration) -> Self {
        Self {
            way: Way::Command { words, folder },
            time,
        }
    }

    /// Makes an account, a RAM user or a session.
    ///
    /// # Errors
    /// When the operator does not.
    pub async fn credential(&self, create: Create) -> Result<Credential, OperatorError> {
        self.credential_for("", create).await
    }

    /// The same, for a run: by its id the operator can remove whatever it has made for it.
    ///
    /// # Errors
    /// When the operator does not.
    pub async fn credential_for(
        &self,
        run: &str,
        create: Create,
    ) -> Result<Credential, OperatorError> {
        self.ask(&Command::Create(create), run).await
    }

    /// Makes an endpoint inside a VPC, for a run.
    ///
    /// # Errors
    /// When the operator does not.
    pub async fn vpc_endpoint_for(
        &self,
        run: &str,
        create: Create,
    ) -> Result<VpcEndpoint, OperatorError> {
        self.ask(&Command::Create(create), run).await
    }

    /// Puts something into a state.
    ///
    /// # Errors
    /// When the operator does not.
    pub async fn set(&self, set: Set) -> Result<(), OperatorError> {
        self.perform(&Command::Set(set)).await
    }

    /// Carries out a command whose answer says nothing.
    ///
    /// # Errors
    /// When the operator does not.
    pub async fn perform(&self, command: &Command) -> Result<(), OperatorError> {
        self.ask::<Value>(command, "").await.map(drop)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        command: &Command,
        of_run: &str,
    ) -> Result<T, OperatorError> {
        let json = command.to_json();
        let asked = asked(&json);
        let exchange = async {
            match &self.way {
                // To set and to remove twice is to do it once. What is made twice exists twice, and nobody would remove the first; but a
                // session ends by itself.
                Way::Http(http) => {
                    let stays = matches!(command, Command::Create(create) if !matches!(create, Create::Session { .. }));
                    http.ask(&json, of_run, !stays).await
                }
                Way::Command { words, folder } => run(words, folder, &json, of_run).await,
            }
        };
        let (detail, untouched) = match tokio::time::timeout(self.time, exchange).await {
            Ok(Ok(answer)) => return read(&answer, asked),
            Ok(Err(why)) => why,
            Err(_) => (format!("no answer within {:?}", self.time), false),
        };
        Err(OperatorError::Unreachable {
            asked,
            detail,
            untouched,
        })
    }
}

/// Verb and thing of a request: `create session`.
fn asked(json: &Value) -> String {
    ["create", "set", "remove"]
        .iter()
        .find_map(|verb| Some(format!("{verb} {}", json.get(verb)?.as_str()?)))
        .unwrap_or_else(|| "?".into())
}

fn read<T: DeserializeOwned>(answer: &[u8], asked: String) -> Result<T, OperatorError> {
    let unusable = |detail: &str, asked| OperatorError::Answer {
        asked,
        detail: detail.to_owned(),
    };
    // The parser's own messages may quote the text, and the text may hold a secret.
    let Ok(answer) = serde_json::from_slice::<Value>(answer) else {
        return Err(unusable("it is not JSON", asked));
    };
    if let Some(error) = answer.get("error") {
        let text = |name: &str| {
            error
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or("?")
                .to_owned()
        };
        return Err(OperatorError::Refused {
            asked,
            code: text("code"),
            message: text("message"),
        });
    }
    if !answer.is_object() {
        return Err(unusable("it is no object", asked));
    }
    serde_json::from_value(answer)
        .map_err(|_| unusable("a field is missing or has a wrong type", asked))
}

/// Why an attempt came to nothing.
struct Miss {
    detail: String,
    /// Whether the hook did not get the command, or says that it could not take it: 429 or 503.
    untouched: bool,
    /// Whether the next attempt may fare better.
    passes: bool,
    /// How long the hook asks to be left alone.
    wait: Duration,
}

impl Http {
    /// Sends a command until it is answered. One that must not be repeated is only sent again when the hook did not take it. The caller
    /// limits the time.
    ///
    /// # Errors
    /// Why there is no answer, and whether the hook never got the command.
    async fn ask(
        &self,
        json: &Value,
        of_run: &str,
        is_repeatable: bool,
    ) -> Result<Vec<u8>, (String, bool)> {
        let client = if is_repeatable {
            &self.keeping
        } else {
            &self.fresh
        };
        let mut back_off = BACK_OFF;
        for attempt in 1.. {
            let miss = match self.post(client, json, of_run).await {
                Ok(answer) => return Ok(answer),
                Err(miss) => miss,
            };
            let again = miss.passes && (is_repeatable || miss.untouched);
            if !again || attempt == ATTEMPTS {
                return Err((miss.detail, miss.untouched));
            }
            tokio::time::sleep(back_off.max(miss.wait)).await;
            back_off *= 2;
        }
        unreachable!("the last attempt returns")
    }

    async fn post(
        &self,
        client: &reqwest::Client,
        json: &Value,
        of_run: &str,
    ) -> Result<Vec<u8>, Miss> {
        let mut request = client
            .post(self.url.clone())
            .header("Content-Type", "application/json")
            .header("x-oss403-operator", VERSION.to_string())
            .bearer_auth(self.token.reveal())
            .body(json.to_string());
        if !of_run.is_empty() {
            request = request.header(RUN_HEADER, of_run);
        }
        let lost = |error: &reqwest::Error| Miss {
            detail: describe(error),
            untouched: error.is_connect(),
            passes: true,
            wait: Duration::ZERO,
        };
        let mut answer = request.send().await.map_err(|error| lost(&error))?;
        let status = answer.status();
        let seconds = answer.headers().get("retry-after");
        let seconds = seconds.and_then(|value| value.to_str().ok()?.parse().ok());
        let mut miss = Miss {
            detail: format!("it answered {status}"),
            untouched: matches!(status.as_u16(), 429 | 503),
            passes: matches!(status.as_u16(), 429 | 502..=504),
            wait: Duration::from_secs(seconds.unwrap_or(0)),
        };
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| lost(&error))? {
            if body.len() + chunk.len() > MOST_BYTES {
                miss.detail = "its answer is too long".into();
                miss.passes = false;
                return Err(miss);
            }
            body.extend_from_slice(&chunk);
        }
        // An error document explains more than the status does.
        let explains =
            serde_json::from_slice::<Value>(&body).is_ok_and(|json| json.get("error").is_some());
        if status.is_success() || explains {
            Ok(body)
        } else {
            Err(miss)
        }
    }
}

/// The innermost cause, which names what is really wrong.
fn describe(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if std::ptr::eq(cause, error as &dyn std::error::Error) {
        "the request could not be sent".into()
    } else {
        cause.to_string()
    }
}

/// Runs a command of the profile's for one command to the operator.
///
/// # Errors
/// Why there is no answer, and whether it never got to run.
async fn run(
    words: &[String],
    folder: &Path,
    json: &Value,
    of_run: &str,
) -> Result<Vec<u8>, (String, bool)> {
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| ("the command is empty".to_owned(), true))?;
    let mut command = tokio::process::Command::new(program);
    if !of_run.is_empty() {
        command.env("OSS403_RUN", of_run);
    }
    let child = command
        .args(arguments)
        .current_dir(folder)
        .env("OSS403_OPERATOR", VERSION.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| (format!("`{program}`: {error}"), true))?;
    converse(child, program, json)
        .await
        .map_err(|detail| (detail, false))
}

async fn converse(mut child: Child, program: &str, json: &Value) -> Result<Vec<u8>, String> {
    let mut input = child.stdin.take().ok_or("its input is closed")?;
    let output = child.stdout.take().ok_or("its output is closed")?;
    let request = format!("{json}\n");
    let write = async {
        // A command that answers without reading its input is no error.
        let _ = input.write_all(request.as_bytes()).await;
        drop(input);
    };
    let mut answer = Vec::new();
    let limit = MOST_BYTES as u64;
    let mut limited = output.take(limit + 1);
    let ((), read) = tokio::join!(write, limited.read_to_end(&mut answer));
    read.map_err(|error| error.to_string())?;
    if answer.len() as u64 > limit {
        return Err("its answer is too long".into());
    }
    let status = child.wait().await.map_err(|error| error.to_string())?;
    if status.success() || !answer.is_empty() {
        Ok(answer)
    } else {
        Err(format!("`{program}` ended with {status}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Operator {
        let words = ["sh", "-c", script].map(str::to_owned);
        Operator::command(words.into(), ".".into(), Duration::from_secs(20))
    }

    #[tokio::test]
    async fn a_command_is_asked_on_its_input_and_answers_on_its_output() {
        let operator = shell(
            r#"read line; case "$line" in *'"create":"account"'*) echo '{"uid":"7","access_key_id":"k","access_key_secret":"s"}';; esac"#,
        );
        let credential = operator.credential(Create::Account {}).await.unwrap();
        assert_eq!(
            (
                credential.uid.as_str(),
                credential.access_key_secret.as_str()
            ),
            ("7", "s")
        );
    }

    #[tokio::test]
    async fn a_refusal_an_odd_answer_and_a_failure_are_told_apart() {
        let refused = shell(r#"echo '{"error":{"code":"unknown-command","message":"no"}}'"#);
        let error = refused.credential(Create::Account {}).await.unwrap_err();
        assert!(error.is_unknown_command() && !error.is_harness());
        assert_eq!(
            error.to_string(),
            "the operator hook refused `create account`: unknown-command: no"
        );
        let odd = shell(r#"echo '{"access_key_secret":"hush"}'"#);
        let error = odd.credential(Create::Account {}).await.unwrap_err();
        assert!(matches!(error, OperatorError::Answer { .. }));
        assert!(!error.to_string().contains("hush"));
        let failed = shell("exit 3")
            .credential(Create::Account {})
            .await
            .unwrap_err();
        assert!(
            matches!(failed, OperatorError::Unreachable { .. }),
            "{failed}"
        );
    }

    #[tokio::test]
    async fn an_operator_has_only_so_much_time() {
        let words = ["sh", "-c", "exec yes"].map(str::to_owned);
        let error = Operator::command(words.into(), ".".into(), Duration::from_secs(20))
            .credential(Create::Account {})
            .await
            .unwrap_err();
        assert!(error.to_string().contains("too long"), "{error}");
        let words = ["sh", "-c", "exec tail -f /dev/null"].map(str::to_owned);
        let error = Operator::command(words.into(), ".".into(), Duration::ZERO)
            .credential(Create::Account {})
            .await
            .unwrap_err();
        assert!(error.to_string().contains("no answer within"), "{error}");
    }
}
