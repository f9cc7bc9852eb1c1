//! The official SDKs against the server. Their drivers stand in `tests/sdk/`; each is run when its package can be imported.
//!
//! `OSS403_PYTHON` names the Python interpreter, `OSS403_NODE_PATH` the `node_modules` folder. With `OSS403_REQUIRE_SDKS=1` a driver
//! that cannot be run is a failure.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use oss_reference::Config;
use tokio::process::Command;

use crate::client::Wire;

const PATIENCE: Duration = Duration::from_secs(120);

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn python(arguments: &[&str]) -> Command {
    let mut command = Command::new(variable("OSS403_PYTHON").unwrap_or_else(|| "python3".into()));
    command.args(arguments);
    command
}

fn node(arguments: &[&str]) -> Command {
    let mut command = Command::new("node");
    command.args(arguments);
    if let Some(path) = variable("OSS403_NODE_PATH") {
        command.env("NODE_PATH", path);
    }
    command
}

/// Runs `driver` when `probe` succeeds.
async fn drive(package: &str, config: Config, mut probe: Command, mut driver: Command) {
    let available = probe
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await
        .is_ok_and(|status| status.success());
    if !available {
        assert_ne!(
            variable("OSS403_REQUIRE_SDKS").as_deref(),
            Some("1"),
            "{package} cannot be imported"
        );
        println!("skipped: {package} cannot be imported");
        return;
    }
    let wire = Wire::start_with(config).await;
    let owner = wire.running.config().identities.get("owner").unwrap();
    driver
        .env(
            "OSS403_ENDPOINT",
            format!("http://{}", wire.running.address()),
        )
        .env("OSS403_ACCESS_KEY_ID", &owner.access_key_id)
        .env("OSS403_ACCESS_KEY_SECRET", &owner.access_key_secret)
        .env("OSS403_REGION", "cn-hangzhou")
        .kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, driver.output())
        .await
        .expect("the driver ends")
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "{package}: {}\n{out}\n{err}",
        output.status
    );
    let last = out.lines().last().unwrap_or("");
    assert!(
        last.starts_with("ok ") && last.ends_with(" checks"),
        "{package}: {out}"
    );
}

fn asset(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "sdk", name]
        .iter()
        .collect();
    path.to_string_lossy().into_owned()
}

#[tokio::test]
async fn oss2() {
    drive(
        "oss2",
        Config::default(),
        python(&["-c", "import oss2"]),
        python(&[&asset("oss2_roundtrip.py")]),
    )
    .await;
}

#[tokio::test]
async fn alibabacloud_oss_v2() {
    let probe = python(&["-c", "import alibabacloud_oss_v2"]);
    drive(
        "alibabacloud_oss_v2",
        Config::default(),
        probe,
        python(&[&asset("oss_v2_roundtrip.py")]),
    )
    .await;
}

#[tokio::test]
async fn ali_oss() {
    let probe = node(&["-e", "require('ali-oss')"]);
    // Given an address, this SDK names the bucket in a Host under the suffix of the public service.
    let config = Config {
        suffix: "aliyuncs.com".into(),
        ..Config::default()
    };
    drive(
        "ali-oss",
        config,
        probe,
        node(&[&asset("ali_oss_roundtrip.mjs")]),
    )
    .await;
}
