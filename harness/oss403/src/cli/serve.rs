//! `oss403 serve`: the reference server alone.

use std::collections::BTreeMap;
use std::path::Path;

use oss_reference::config::{Config, ConfigError, Identity};
use oss_reference::server::{Running, Server};
use serde::Serialize;

use super::args::{Format, ServeArgs};
use super::console::print;
use super::runtime::block_on;
use super::{Console, signals, source};
use crate::exit::Exit;
use oss403_case::decode::Problem;
use oss403_case::diagnostic::Diagnostic;
use oss403_case::document::{Document, problem};
use oss403_case::ledger::read_text;
use oss403_case::place::{Part, Path as Place};

/// Serves until the process is asked to end.
pub(super) fn serve(args: &ServeArgs, console: Console) -> Exit {
    let mut config = match args.config.as_deref().map(read_config).transpose() {
        Ok(config) => config.unwrap_or_default(),
        Err(found) => return source::refuse(&found, console),
    };
    config.path_style |= args.allow_path_style;
    block_on(serve_until_signal(config, args, console), console)
}

async fn serve_until_signal(config: Config, args: &ServeArgs, console: Console) -> Exit {
    // Listened for before anything is announced, so that whoever reads the line may end the server at once.
    let signal = tokio::spawn(signals::signal());
    let running = match Server::start(config, args.listen).await {
        Ok(running) => running,
        Err(error) => {
            console.error(
                format_args!("cannot listen on {}: {error}", args.listen),
                None,
            );
            return Exit::Target;
        }
    };
    if !running.address().ip().is_loopback() {
        console.complain(
            "warning: the server can be reached from other machines, and its credentials are no secret\n",
        );
    }
    if let Err(error) = print(&announcement(&running, args.format)) {
        console.error(format_args!("standard output: {error}"), None);
        return Exit::Target;
    }
    let _ = signal.await;
    running.stop().await;
    Exit::Ok
}

/// What a program that starts the server has to know.
#[derive(Serialize)]
struct Announcement<'a> {
    endpoint: String,
    regions: &'a [String],
    suffix: &'a str,
    identities: BTreeMap<&'a str, Credentials<'a>>,
    operator: Operator<'a>,
}

#[derive(Serialize)]
struct Credentials<'a> {
    access_key_id: &'a str,
    access_key_secret: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_token: Option<&'a str>,
}

#[derive(Serialize)]
struct Operator<'a> {
    url: String,
    token: &'a str,
}

impl<'a> Announcement<'a> {
    fn of(running: &'a Running) -> Self {
        let config = running.config();
        let identities = config.identities.0.iter();
        Self {
            endpoint: format!("http://{}", running.address()),
            regions: &config.regions,
            suffix: &config.suffix,
            identities: identities
                .map(|(name, known)| (name.as_str(), known.into()))
                .collect(),
            operator: Operator {
                url: format!("http://{}/", running.operator_address()),
                token: running.operator_token(),
            },
        }
    }
}

impl<'a> From<&'a Identity> for Credentials<'a> {
    fn from(known: &'a Identity) -> Self {
        Self {
            access_key_id: &known.access_key_id,
            access_key_secret: &known.access_key_secret,
            security_token: known.security_token.as_deref(),
        }
    }
}

fn announcement(running: &Running, format: Format) -> String {
    let announced = Announcement::of(running);
    if format == Format::Json {
        let line = serde_json::to_string(&announced).expect("the announcement is plain data");
        return format!("{line}\n");
    }
    let mut text = format!(
        "OSS at {}, regions {}, suffix {}\n",
        announced.endpoint,
        announced.regions.join(", "),
        announced.suffix
    );
    let width = announced
        .identities
        .keys()
        .map(|name| name.len())
        .max()
        .unwrap_or_default();
    for (name, known) in &announced.identities {
        text.push_str(&format!(
            "  {name:width$}  {}  {}{}\n",
            known.access_key_id,
            known.access_key_secret,
            known
                .security_token
                .map(|token| format!("  token {token}"))
                .unwrap_or_default()
        ));
    }
    text.push_str(&format!(
        "operator at {}, token {}\nCtrl-C ends it; everything is in memory.\n",
        announced.operator.url, announced.operator.token
    ));
    text
}

/// Reads a configuration, YAML or JSON, which is YAML too.
fn read_config(path: &Path) -> Result<Config, Vec<Diagnostic>> {
    let text = read_text(path).map_err(|found| vec![found])?;
    let document = Document::read(path.display().to_string(), text).map_err(|found| vec![found])?;
    if document.value().is_null() {
        return Ok(Config::default());
    }
    let config: Config = document.decode()?;
    Server::validate(&config).map_err(|error| {
        let place = place_of(&error, &config);
        vec![document.diagnostic(&in_words(&error, place))]
    })?;
    Ok(config)
}

/// What is wrong, with help where there is any.
fn in_words(error: &ConfigError, place: Place) -> Problem {
    let ConfigError::UnknownCheck {
        name,
        nearest,
        known,
    } = error
    else {
        return problem(place, Part::Value, error.to_string());
    };
    let help = match nearest {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the checks are {known}"),
    };
    problem(place, Part::Value, format!("unknown check `{name}`")).help(help)
}

/// Where in the document the value stands that an error is about.
fn place_of(error: &ConfigError, config: &Config) -> Place {
    let index = |list: &[String], text: &String| list.iter().rposition(|entry| entry == text);
    let element = |place: Place, index: Option<usize>| match index {
        Some(index) => place.then(index),
        None => place,
    };
    match error {
        ConfigError::Suffix(_) => ["suffix"].into(),
        ConfigError::NoRegion => ["regions"].into(),
        ConfigError::Region(region) | ConfigError::RepeatedRegion(region) => {
            element(["regions"].into(), index(&config.regions, region))
        }
        ConfigError::OperatorToken => ["operator-token"].into(),
        ConfigError::Identity { name, .. } => ["identities", name.as_str()].into(),
        ConfigError::UnknownCheck { name, .. } | ConfigError::GuardNotSkippable(name) => {
            let swapped = config.faults.swap.iter().find_map(|(first, second)| {
                [first, second].iter().position(|check| *check == name)
            });
            match index(&config.faults.without, name) {
                None if swapped.is_some() => element(["faults", "swap"].into(), swapped),
                skipped => element(["faults", "without"].into(), skipped),
            }
        }
        ConfigError::NotSwappable(..) => ["faults", "swap"].into(),
        ConfigError::ZeroLimit(name) => ["limits", name].into(),
    }
}
