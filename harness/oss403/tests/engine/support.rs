//! What the tests share: scenarios from text, targets, fake servers, runs.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use oss_reference::config::Config;
use oss_reference::server::{Running, Server};
use oss403::run::journal::Line;
use oss403::run::record::TwinRecord;
use oss403::run::{Options, RunError, RunEvent, RunSummary, StopSignal, run};
use oss403::target::{Profile, Target};
use oss403::wire::exchange::{Exchange, Outcome};
use oss403_case::Instance;
use oss403_case::expand::Template;
use oss403_case::model::CaseFile;
use oss403_case::yaml;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// The instances of a list of scenarios, of a cause that is answered `AccessDenied`.
pub(crate) fn instances(scenarios: &str) -> Vec<Instance> {
    instances_of(
        &json!({ "code": "AccessDenied", "message": "no" }),
        scenarios,
    )
}

/// The instances of a list of scenarios; `header` may hold code, message and elements of their cause.
pub(crate) fn instances_of(header: &Value, scenarios: &str) -> Vec<Instance> {
    let mut file = json!({
        "cause": "test", "code": "AccessDenied", "message": "no", "status": 403, "sources": [],
        "severity": "misleads", "provoked-by": "anyone", "means": "", "fix": "", "scenarios": [],
    });
    for (key, value) in header.as_object().unwrap() {
        file[key] = value.clone();
    }
    let file: Arc<CaseFile> = Arc::new(serde_json::from_value(file).unwrap());
    let scenarios = yaml::parse(scenarios).unwrap();
    let mut instances = Vec::new();
    for scenario in scenarios.as_array().unwrap() {
        let template = Template::of(scenario).unwrap();
        for picks in template.combinations() {
            instances.push(template.instance(&file, &picks).unwrap());
        }
    }
    instances
}

/// What a run did.
pub(crate) struct Ran {
    pub(crate) records: Vec<TwinRecord>,
    pub(crate) events: usize,
    pub(crate) summary: RunSummary,
    pub(crate) journal: String,
}

impl Ran {
    /// The record of an instance, by the end of its id.
    pub(crate) fn record(&self, id: &str) -> &TwinRecord {
        let found = self
            .records
            .iter()
            .find(|record| record.instance.ends_with(id));
        found.unwrap_or_else(|| panic!("{id} is not among {:?}", self.ids()))
    }

    pub(crate) fn ids(&self) -> Vec<&str> {
        self.records
            .iter()
            .map(|record| record.instance.as_str())
            .collect()
    }

    /// The journal's lines.
    pub(crate) fn lines(&self) -> Vec<Line> {
        self.journal
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

pub(crate) fn options(out: &Path) -> Options {
    Options {
        seed: 1,
        out: out.to_owned(),
        canaries: false,
        ..Options::default()
    }
}

/// Runs everything without canaries.
pub(crate) async fn run_all(target: &Target, instances: Vec<Instance>) -> Ran {
    run_with(target, instances, |_| {}, |_, _| {})
        .await
        .unwrap()
}

/// Runs with other options, and something to do at every event.
pub(crate) async fn run_with(
    target: &Target,
    instances: Vec<Instance>,
    change: impl FnOnce(&mut Options),
    mut at: impl FnMut(&RunEvent, &StopSignal) + Send,
) -> Result<Ran, RunError> {
    let out = tempfile::tempdir().unwrap();
    let mut options = options(out.path());
    change(&mut options);
    let stop = StopSignal::new();
    let mut records = Vec::new();
    let mut events = 0;
    let summary = run(target, instances, &options, stop.clone(), |event| {
        events += 1;
        at(&event, &stop);
        if let RunEvent::Finished { record, .. } = event {
            records.push(*record);
        }
    })
    .await?;
    let journal = std::fs::read_to_string(&summary.journal).unwrap();
    Ok(Ran {
        records,
        events,
        summary,
        journal,
    })
}

pub(crate) async fn embedded() -> Target {
    Target::embedded(Config::default()).await.unwrap()
}

/// A reference server that is not part of the target.
pub(crate) async fn reference(config: Config) -> Running {
    Server::start(config, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .await
        .unwrap()
}

/// Profiles and the files they name.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Writes a credential to a file and answers how a profile names it.
    pub(crate) fn secret(&self, name: &str, value: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, format!("{value}\n")).unwrap();
        format!("{{ file: {:?} }}", path.display().to_string())
    }

    /// A target at an address, with the identities of the reference server; `more` goes on in the profile's top level.
    pub(crate) async fn target(&self, address: impl std::fmt::Display, more: &str) -> Target {
        Target::ready(&self.profile(address, &Config::default(), more))
            .await
            .unwrap()
    }

    pub(crate) fn profile(
        &self,
        address: impl std::fmt::Display,
        config: &Config,
        more: &str,
    ) -> Profile {
        let mut text = format!(
            "name: test\nendpoint: http://{address}\nregions: [cn-hangzhou, cn-shanghai]\nsuffix: aliyuncs.test\nidentities:\n"
        );
        for (name, identity) in &config.identities.0 {
            let id = self.secret(&format!("{name}-id"), &identity.access_key_id);
            let secret = self.secret(&format!("{name}-secret"), &identity.access_key_secret);
            text +=
                &format!("  {name}:\n    access-key-id: {id}\n    access-key-secret: {secret}\n");
            if let Some(token) = &identity.security_token {
                text += &format!(
                    "    security-token: {}\n",
                    self.secret(&format!("{name}-token"), token)
                );
            }
            if let Some(user) = &identity.user {
                text += &format!("    user: {user:?}\n");
            }
        }
        text += more;
        let mut profile = Profile::parse(&text, Path::new("test.yaml"))
            .unwrap_or_else(|found| panic!("{text}\n{}", found[0]));
        profile.limits.patience.pause = Duration::ZERO;
        profile
    }
}

/// A request as a fake server sees it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) host: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Seen {
    /// Whether it is about a bucket as a whole: PutBucket, DeleteBucket.
    pub(crate) fn is_bucket(&self) -> bool {
        self.target == "/" && self.host.starts_with("oss403-")
    }

    pub(crate) fn bucket(&self) -> &str {
        self.host.split('.').next().unwrap()
    }
}

/// What a fake server answers: a status and a body, or nothing at all and the end of the connection.
pub(crate) type Reply = Option<(u16, Vec<(&'static str, String)>, String)>;

pub(crate) fn plain(status: u16) -> Reply {
    Some((status, Vec::new(), String::new()))
}

/// A server that answers what a function says, on connections that are kept open.
pub(crate) async fn fake<F, A>(answer: F) -> SocketAddr
where
    F: Fn(Seen) -> A + Clone + Send + 'static,
    A: Future<Output = Reply> + Send,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answer.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = answer.clone();
                async move {
                    let (parts, body) = request.into_parts();
                    let seen = Seen {
                        method: parts.method.to_string(),
                        host: parts.headers["host"].to_str().unwrap().to_owned(),
                        target: parts.uri.path_and_query().unwrap().to_string(),
                        headers: parts
                            .headers
                            .iter()
                            .map(|(name, value)| {
                                (name.to_string(), value.to_str().unwrap().to_owned())
                            })
                            .collect(),
                        body: body.collect().await.unwrap().to_bytes(),
                    };
                    let (status, headers, body) = answer(seen).await.ok_or("no answer")?;
                    let mut response = Response::builder().status(status);
                    for (name, value) in headers {
                        response = response.header(name, value);
                    }
                    Ok::<_, &'static str>(response.body(Full::new(Bytes::from(body))).unwrap())
                }
            });
            tokio::spawn(async move {
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                let _ = connection.await;
            });
        }
    });
    address
}

/// Asks a reference server for the names of all buckets, as each of its two accounts.
pub(crate) async fn buckets_on(target: &Target) -> Vec<String> {
    let scenarios = "
      - { name: list, matrix: { who: [owner, other-account] }, given: { no-bucket: true },
          base: { as: $who, request: GET / }, edit: { wrong-secret: true } }";
    let ran = run_all(target, instances(scenarios)).await;
    assert_eq!(ran.records.len(), 2);
    let bodies = ran.records.iter().map(|record| {
        let response = record.base.as_ref().unwrap().response().unwrap();
        assert_eq!(response.status, 200, "{response:?}");
        String::from_utf8(response.body.clone()).unwrap()
    });
    bodies
        .flat_map(|body| {
            body.split("<Name>")
                .skip(1)
                .map(|rest| rest.split('<').next().unwrap().to_owned())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The operator of a reference server, watched: every command that passes is kept, and some may be refused as unknown.
#[derive(Clone, Default)]
pub(crate) struct Watched {
    commands: Arc<Mutex<Vec<Value>>>,
}

impl Watched {
    /// Stands between the engine and the operator of `server`. What `unknown` names is not passed on.
    pub(crate) async fn stand_before(
        &self,
        server: &Running,
        unknown: Option<&'static str>,
    ) -> SocketAddr {
        let url = format!("http://{}/", server.operator_address());
        let token = server.operator_token().to_owned();
        let commands = Arc::clone(&self.commands);
        let client = oss403_http();
        fake(move |seen| {
            let (url, token, commands, client) = (
                url.clone(),
                token.clone(),
                Arc::clone(&commands),
                client.clone(),
            );
            async move {
                let command: Value = serde_json::from_slice(&seen.body).unwrap();
                if unknown.is_some_and(|unknown| {
                    seen.body
                        .windows(unknown.len())
                        .any(|part| part == unknown.as_bytes())
                }) {
                    let error = json!({ "error": { "code": "unknown-command", "message": "no" } });
                    return Some((400, Vec::new(), error.to_string()));
                }
                commands.lock().unwrap().push(command);
                let answer = client
                    .post(url)
                    .bearer_auth(token)
                    .body(seen.body)
                    .send()
                    .await
                    .unwrap();
                Some((
                    answer.status().as_u16(),
                    Vec::new(),
                    answer.text().await.unwrap(),
                ))
            }
        })
        .await
    }

    /// The commands so far.
    pub(crate) fn commands(&self) -> Vec<Value> {
        self.commands.lock().unwrap().clone()
    }

    /// How many commands have this verb and thing.
    pub(crate) fn count(&self, verb: &str, thing: &str) -> usize {
        self.commands()
            .iter()
            .filter(|command| command[verb] == thing)
            .count()
    }
}

/// An HTTP client for the tests themselves.
fn oss403_http() -> reqwest::Client {
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(tls)
        .build()
        .unwrap()
}

/// The profile's part that names an operator.
pub(crate) fn operator(desk: &Desk, address: SocketAddr, token: &str) -> String {
    let token = desk.secret("operator-token", token);
    format!("operator: {{ url: \"http://{address}/\", token: {token} }}\n")
}

pub(crate) fn status(exchange: Option<&Exchange>) -> u16 {
    match &exchange.expect("it was sent").outcome {
        Outcome::Answered(response) => response.status,
        Outcome::Failed(failure) => panic!("{failure:?}"),
    }
}

/// The text of an element of an answer.
pub(crate) fn element(exchange: Option<&Exchange>, name: &str) -> Option<String> {
    let response = exchange?.response()?;
    let body = String::from_utf8_lossy(&response.body).into_owned();
    let rest = body.split(&format!("<{name}>")).nth(1)?;
    Some(rest.split('<').next()?.to_owned())
}

/// One run of a whole ledger at a time: some scenarios have to meet a second, and another such run beside them makes them late.
pub(crate) async fn alone() -> tokio::sync::MutexGuard<'static, ()> {
    static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    ALONE.lock().await
}
