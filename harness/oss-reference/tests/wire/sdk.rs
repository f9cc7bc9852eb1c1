//! The official SDKs, and boto3 for the S3 dialect, against the server. Their drivers stand in `tests/sdk/`.
//!
//! The SDKs are no part of this workspace, so that these tests run only when asked for: `cargo test --test wire -- --ignored`.
//! `OSS403_PYTHON` names the Python interpreter, `OSS403_NODE_PATH` the `node_modules` folder.

use std::path::PathBuf;
use std::time::Duration;

use oss_reference::Config;
use tokio::process::Command;

use crate::client::Wire;

const PATIENCE: Duration = Duration::from_secs(120);

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn python(script: &str) -> Command {
    let mut command = Command::new(variable("OSS403_PYTHON").unwrap_or_else(|| "python3".into()));
    command.arg(script);
    command
}

fn node(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(script);
    if let Some(path) = variable("OSS403_NODE_PATH") {
        command.env("NODE_PATH", path);
    }
    command
}

/// Runs `driver`, which fails when it cannot import its package.
async fn drive(package: &str, config: Config, mut driver: Command) {
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
#[ignore = "needs the Python package oss2"]
async fn oss2() {
    let driver = python(&asset("oss2_roundtrip.py"));
    drive("oss2", Config::default(), driver).await;
}

#[tokio::test]
#[ignore = "needs the Python package alibabacloud-oss-v2"]
async fn alibabacloud_oss_v2() {
    let driver = python(&asset("oss_v2_roundtrip.py"));
    drive("alibabacloud-oss-v2", Config::default(), driver).await;
}

#[tokio::test]
#[ignore = "needs the Python package boto3"]
async fn boto3() {
    drive(
        "boto3",
        Config::default(),
        python(&asset("boto3_roundtrip.py")),
    )
    .await;
}

#[tokio::test]
#[ignore = "needs the npm package ali-oss"]
async fn ali_oss() {
    // Given an address, this SDK names the bucket in a Host under the suffix of the public service.
    let config = Config {
        suffix: "aliyuncs.com".into(),
        ..Config::default()
    };
    drive("ali-oss", config, node(&asset("ali_oss_roundtrip.mjs"))).await;
}
