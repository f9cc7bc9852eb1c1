//! The client of a target's operator hook: puts accounts, keys, buckets and endpoints into states that only an operator can make.

use std::process::Stdio;
use std::time::Duration;

use oss403_operator::{Command, Create, Credential, Set, VERSION, VpcEndpoint};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::wire::address::Scheme;
use crate::wire::identity::Secret;
use crate::wire::tls::{Tls, TlsError};

/// The most bytes of an answer.
const MOST_BYTES: usize = 1024 * 1024;

/// A target's operator hook.
#[derive(Debug)]
pub struct Operator {
    way: Way,
    time: Duration,
}

#[derive(Debug)]
enum Way {
    Http {
        client: reqwest::Client,
        url: reqwest::Url,
        token: Secret,
    },
    Command(Vec<String>),
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
        let client = reqwest::Client::builder()
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .tcp_nodelay(true)
            // A hook may close a connection that waits. Long before most do, so that a command rarely meets the end of one.
            .pool_idle_timeout(Duration::from_secs(1))
            .tls_backend_preconfigured(tls.config(scheme)?)
            .build()
            .map_err(|error| TlsError::Client(error.to_string()))?;
        Ok(Self {
            way: Way::Http { client, url, token },
            time,
        })
    }

    /// A hook that is a command: it reads one request on its standard input and writes one answer on its standard output.
    pub fn command(words: Vec<String>, time: Duration) -> Self {
        Self {
            way: Way::Command(words),
            time,
        }
    }

    /// Makes an account, a RAM user or a session.
    ///
    /// # Errors
    /// When the operator does not.
    pub async fn credential(&self, create: Create) -> Result<Credential, OperatorError> {
        self.ask(&Command::Create(create)).await
    }

    /// Makes an endpoint inside a VPC.
    ///
    /// # Errors
    /// When the operator does not.
    pub async fn vpc_endpoint(&self, create: Create) -> Result<VpcEndpoint, OperatorError> {
        self.ask(&Command::Create(create)).await
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
        self.ask::<Value>(command).await.map(drop)
    }

    async fn ask<T: DeserializeOwned>(&self, command: &Command) -> Result<T, OperatorError> {
        let json = command.to_json();
        let asked = asked(&json);
        let exchange = async {
            match &self.way {
                Way::Http { client, url, token } => post(client, url.clone(), token, &json).await,
                Way::Command(words) => run(words, &json).await,
            }
        };
        let answer = match tokio::time::timeout(self.time, exchange).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(detail)) => return Err(OperatorError::Unreachable { asked, detail }),
            Err(_) => {
                let detail = format!("no answer within {:?}", self.time);
                return Err(OperatorError::Unreachable { asked, detail });
            }
        };
        read(&answer, asked)
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

async fn post(
    client: &reqwest::Client,
    url: reqwest::Url,
    token: &Secret,
    json: &Value,
) -> Result<Vec<u8>, String> {
    let plain = |error: reqwest::Error| error.without_url().to_string();
    let mut answer = client
        .post(url)
        .header("Content-Type", "application/json")
        .header("x-oss403-operator", VERSION.to_string())
        .bearer_auth(token.reveal())
        .body(json.to_string())
        .send()
        .await
        .map_err(|error| describe(&error))?;
    let status = answer.status();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(plain)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err("its answer is too long".into());
        }
        body.extend_from_slice(&chunk);
    }
    // An error document explains more than the status does.
    let explains =
        serde_json::from_slice::<Value>(&body).is_ok_and(|json| json.get("error").is_some());
    if status.is_success() || explains {
        Ok(body)
    } else {
        Err(format!("it answered {status}"))
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

async fn run(words: &[String], json: &Value) -> Result<Vec<u8>, String> {
    let (program, arguments) = words.split_first().ok_or("the command is empty")?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .env("OSS403_OPERATOR", VERSION.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("`{program}`: {error}"))?;
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
        Operator::command(words.into(), Duration::from_secs(20))
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
        let error = Operator::command(words.into(), Duration::from_secs(20))
            .credential(Create::Account {})
            .await
            .unwrap_err();
        assert!(error.to_string().contains("too long"), "{error}");
        let words = ["sh", "-c", "exec tail -f /dev/null"].map(str::to_owned);
        let error = Operator::command(words.into(), Duration::ZERO)
            .credential(Create::Account {})
            .await
            .unwrap_err();
        assert!(error.to_string().contains("no answer within"), "{error}");
    }
}
