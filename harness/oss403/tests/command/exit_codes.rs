//! Exit codes are public: scripts rely on them.

use std::net::TcpListener;

use crate::support::{Desk, repository};

/// A profile of a server on this machine, whose owner's credentials come from `OWNER_ID` and `OWNER_SECRET`.
fn profile(endpoint: &str) -> String {
    format!(
        "name: local\nendpoint: {endpoint}\nregions: [cn-hangzhou]\nsuffix: aliyuncs.test\nidentities:\n  owner:\n    \
         access-key-id: {{ env: OWNER_ID }}\n    access-key-secret: {{ env: OWNER_SECRET }}\n"
    )
}

#[test]
fn everything_conformant_is_0() {
    let answer = Desk::new().run(&["run", "--color", "never"]);
    assert_eq!(answer.code, Some(0), "{answer:?}");
    assert!(answer.out.contains("51 of 51 conformant"), "{}", answer.out);
    assert!(!answer.out.contains('\u{1b}'), "no colour was asked for");
}

#[test]
fn a_deviation_is_1_and_names_its_cause() {
    let desk = Desk::new();
    let target = "name: faulty\nendpoint: embedded\nembedded: { config: { faults: { without: [signature] } } }\n";
    let target = desk.write("faulty.yaml", target);
    let answer = desk.run(&["run", "--target", &target]);
    assert_eq!(answer.code, Some(1), "{answer:?}");
    assert!(
        answer.out.contains("✗ signature-mismatch"),
        "{}",
        answer.out
    );
    assert!(
        answer.out.contains("50 of 51 conformant, 1 deviates"),
        "{}",
        answer.out
    );
}

#[test]
fn a_typing_mistake_is_2_with_its_place() {
    let desk = Desk::new();
    let list = std::fs::read_to_string(repository().join("cases/causes.tsv")).unwrap();
    let case =
        std::fs::read_to_string(repository().join("cases/AccessDenied/url-auth-expired.yaml"))
            .unwrap();
    desk.write("cases/causes.tsv", &list);
    desk.write(
        "cases/AccessDenied/url-auth-expired.yaml",
        &case.replacen("expires-in", "expire-in", 1),
    );
    let line = 1 + case
        .lines()
        .position(|line| line.contains("expires-in"))
        .unwrap();
    let answer = desk.run(&["run", "--cases", "cases"]);
    assert_eq!(answer.code, Some(2), "{answer:?}");
    assert!(
        answer.err.contains("unknown edit `expire-in`"),
        "{}",
        answer.err
    );
    assert!(
        answer
            .err
            .contains(&format!("url-auth-expired.yaml:{line}:13")),
        "{}",
        answer.err
    );
    assert!(answer.err.contains("^^^^^^^^^"), "{}", answer.err);
    assert!(
        answer.err.contains("did you mean `expires-in`?"),
        "{}",
        answer.err
    );
    // The fifty causes without a file are missed as well.
    assert!(answer.err.contains("endpoint-mismatch"), "{}", answer.err);
}

#[test]
fn wrong_usage_is_2() {
    let desk = Desk::new();
    let secret = profile("http://127.0.0.1:1").replace("{ env: OWNER_SECRET }", "topsecret");
    let secret = desk.write("literal.yaml", &secret);
    let rows: [&[&str]; 6] = [
        &["run", "--no-such-option"],
        &["run", "--report", "pdf=x"],
        &["run", "--report", "json=no/such/folder/x.json"],
        &["run", "--target", "absent.yaml"],
        &["check", &secret],
        &["serve", "--config", "absent.yaml"],
    ];
    for row in rows {
        let answer = desk.run(row);
        assert_eq!(answer.code, Some(2), "{row:?}: {answer:?}");
        assert!(answer.err.contains("error"), "{row:?}: {answer:?}");
        assert!(!answer.err.contains("topsecret"), "{row:?}: {answer:?}");
    }
}

#[test]
fn an_unreachable_target_and_a_wrong_secret_are_3() {
    let desk = Desk::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    let target = desk.write("nobody.yaml", &profile(&format!("http://{nobody}")));
    let mut command = desk.command(&["run", "--target", &target]);
    command
        .env("OWNER_ID", "OSS403OWNERKEY0001")
        .env("OWNER_SECRET", "x");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("unreachable"));

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let start = oss_reference::Server::start(
        oss_reference::Config::default(),
        "127.0.0.1:0".parse().unwrap(),
    );
    let server = runtime.block_on(start).unwrap();
    let target = desk.write(
        "local.yaml",
        &profile(&format!("http://{}", server.address())),
    );
    let mut command = desk.command(&["run", "--target", &target]);
    command
        .env("OWNER_ID", "OSS403OWNERKEY0001")
        .env("OWNER_SECRET", "mistyped");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("secret is wrong"), "{said}");
    assert!(!said.contains("mistyped"), "{said}");
}

#[test]
fn nothing_selected_is_4() {
    let answer = Desk::new().run(&["run", "nosuchcause"]);
    assert_eq!(answer.code, Some(4), "{answer:?}");
    let answer = Desk::new().run(&["run", "url-auth-expird"]);
    assert_eq!(answer.code, Some(4), "{answer:?}");
    assert!(
        answer.err.contains("did you mean `url-auth-expired`?"),
        "{}",
        answer.err
    );
}

#[test]
fn in_ci_an_answer_without_a_snapshot_is_1_and_nothing_is_written() {
    let desk = Desk::new();
    std::fs::create_dir(desk.0.path().join("snapshots")).unwrap();
    let arguments = ["run", "object-state", "--snapshots", "snapshots"];
    let output = desk.command(&arguments).env("CI", "true").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        std::fs::read_dir(desk.0.path().join("snapshots"))
            .unwrap()
            .count(),
        0
    );

    let answer = desk.run(&arguments);
    assert_eq!(answer.code, Some(0), "{answer:?}");
    assert!(answer.out.contains("0 the same, 8 new"), "{}", answer.out);
    assert_eq!(desk.run(&["review", "--accept"]).code, Some(0));
    let output = desk.command(&arguments).env("CI", "true").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_changed_answer_is_1_with_what_differs() {
    let desk = Desk::new();
    std::fs::create_dir(desk.0.path().join("snapshots")).unwrap();
    let arguments = ["run", "object-state", "--snapshots", "snapshots"];
    assert_eq!(desk.run(&arguments).code, Some(0));
    assert_eq!(desk.run(&["review", "--accept"]).code, Some(0));
    let folder = desk.0.path().join("snapshots/embedded/object-state");
    let file = std::fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("status: 403", "status: 404")).unwrap();
    for ci in [true, false] {
        let mut command = desk.command(&arguments);
        if ci {
            command.env("CI", "true");
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(shown.contains("differs from its snapshot"), "{shown}");
        assert!(shown.contains("404") && shown.contains("403"), "{shown}");
    }
}
