//! What the tests share: a folder to work in, the program, servers and profiles.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use oss_reference::config::Config;
use oss_reference::server::{Running, Server};
use serde_json::Value;
use tempfile::TempDir;

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The profile of a server that is wrong about hotlinks.
pub(crate) const FAULTY: &str =
    "name: faulty\nendpoint: embedded\nembedded: { config: { faults: { without: [referer] } } }\n";

/// What would change what the program does: settings of terminals and of the engine that these tests run in.
const SETTINGS: [&str; 19] = [
    "CI",
    "NO_COLOR",
    "COLUMNS",
    "CLICOLOR_FORCE",
    "TERM",
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_WORKSPACE",
    "JOB_COMPLETION_INDEX",
    "CI_NODE_INDEX",
    "CI_NODE_TOTAL",
    "BUILDKITE_PARALLEL_JOB",
    "BUILDKITE_PARALLEL_JOB_COUNT",
    "CIRCLE_NODE_INDEX",
    "CIRCLE_NODE_TOTAL",
    "OSS403_PARTITION",
    "OSS403_PARTITIONS",
    "OSS403_OPERATOR",
    "OSS403_RUN",
];

/// A folder of its own for a test.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
}

/// How the program ended and what it said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// One with `faulty.yaml` in it: [`FAULTY`].
    pub(crate) fn with_faulty() -> Self {
        let desk = Self::new();
        desk.write("faulty.yaml", FAULTY);
        desk
    }

    /// The journals in a folder, by name.
    pub(crate) fn journals(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).into_iter().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().path().display().to_string())
            .filter(|path| path.ends_with(".jsonl"))
            .collect();
        names.sort();
        names
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// The program, standing in this folder, with nothing in the environment that changes what it does.
    pub(crate) fn command(&self, line: &str) -> Command {
        // Another build of the same program, where it has to be quick.
        let program = std::env::var_os("OSS403_PROGRAM");
        let program = program.unwrap_or_else(|| env!("CARGO_BIN_EXE_oss403").into());
        let mut command = Command::new(program);
        command
            .args(line.split_whitespace())
            .current_dir(self.folder.path());
        for name in SETTINGS {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        ran(self.command(line).output().unwrap())
    }

    pub(crate) fn run_in_ci(&self, line: &str) -> Ran {
        ran(self.command(line).env("CI", "true").output().unwrap())
    }

    /// With these in the environment besides.
    pub(crate) fn run_with(&self, line: &str, environment: &[(&str, &str)]) -> Ran {
        let mut command = self.command(line);
        ran(command.envs(environment.iter().copied()).output().unwrap())
    }

    /// A profile of a server at `endpoint` with the identities of the reference server; `more` goes on at its top level.
    pub(crate) fn profile(&self, endpoint: SocketAddr, more: &str) -> PathBuf {
        let mut text = format!(
            "name: elsewhere\nendpoint: http://{endpoint}\nregions: [cn-hangzhou, cn-shanghai]\nsuffix: aliyuncs.test\n{more}\nidentities:\n"
        );
        for (name, known) in &Config::default().identities.0 {
            let _ = writeln!(text, "  {name}:");
            let mut source = |what: &str, value: &str| {
                let path = self.write(&format!("secrets/{name}.{what}"), value);
                let _ = writeln!(
                    text,
                    "    {what}: {{ file: {:?} }}",
                    path.display().to_string()
                );
            };
            source("access-key-id", &known.access_key_id);
            source("access-key-secret", &known.access_key_secret);
            if let Some(token) = &known.security_token {
                source("security-token", token);
            }
            if let Some(user) = &known.user {
                let _ = writeln!(text, "    user: {user:?}");
            }
        }
        self.write("profile.yaml", &text)
    }

    /// The same, with the operator of a reference server.
    pub(crate) fn profile_of(&self, endpoint: SocketAddr, server: &Running, more: &str) -> PathBuf {
        let token = self.write("secrets/operator", server.operator_token());
        let operator = format!(
            "operator: {{ url: \"http://{}/\", token: {{ file: {:?} }} }}\n{more}",
            server.operator_address(),
            token.display().to_string()
        );
        self.profile(endpoint, &operator)
    }
}

impl Ran {
    /// Ends so, and says this on standard error.
    pub(crate) fn fails(&self, code: i32, says: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.err.contains(says), "{says}: {}", self.err);
    }
}

fn ran(output: Output) -> Ran {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("prints UTF-8");
    Ran {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// A reference server on a free port.
pub(crate) async fn reference() -> Running {
    Server::start(
        Config::default(),
        SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    )
    .await
    .unwrap()
}
