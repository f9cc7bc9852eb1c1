//! Signals: a run that is interrupted reports and cleans up; a server that is told to end ends.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::Desk;

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

#[test]
fn an_interrupted_run_is_130_with_its_results_written_and_nothing_left_behind() {
    let desk = Desk::new();
    let config = desk.write("config.yaml", "operator-token: interruption\n");
    let mut server = desk
        .command(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--format",
            "json",
            "--config",
            &config,
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    let profile = format!(
        "name: slow\nendpoint: {}\nregions: [cn-hangzhou, cn-shanghai]\nsuffix: aliyuncs.test\ncapabilities: all\n\
         limits: {{ requests-per-second: 100 }}\nidentities:\n  owner:\n    access-key-id: {{ env: ID }}\n    access-key-secret: {{ env: SECRET }}\n",
        told["endpoint"].as_str().unwrap()
    );
    let target = desk.write("slow.yaml", &profile);
    let owner = &told["identities"]["owner"];
    let mut run = desk
        .command(&[
            "run",
            "bucket-acl",
            "anonymous-bucket",
            "object-state",
            "--target",
            &target,
            "--report",
            "json=r.json",
        ])
        .env("ID", owner["access_key_id"].as_str().unwrap())
        .env("SECRET", owner["access_key_secret"].as_str().unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The journal shows that something was made.
    let made = || {
        std::fs::read_dir(desk.path("reports"))
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| {
                std::fs::read_to_string(entry.path()).is_ok_and(|text| text.lines().count() > 3)
            })
    };
    while !made() {
        assert!(
            run.try_wait().unwrap().is_none(),
            "the run ended too early to be interrupted"
        );
        std::thread::yield_now();
    }
    signal(&run, "-INT");
    let mut out = String::new();
    run.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(130), "{out}");
    let result: Value =
        serde_json::from_str(&std::fs::read_to_string(desk.path("r.json")).unwrap()).unwrap();
    assert_eq!(result["schema"], 1);

    // Nothing is left: the owner's list of buckets is empty.
    let journal: String = std::fs::read_dir(desk.path("reports"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let count = |word: &str| {
        journal
            .lines()
            .filter(|line| line.starts_with(&format!("{{\"{word}\"")))
            .count()
    };
    assert!(count("created") > 0, "{journal}");
    assert_eq!(count("created"), count("removed"), "{journal}");
    assert_eq!(count("left-behind"), 0);

    signal(&server, "-TERM");
    assert!(server.wait().unwrap().success());
}
