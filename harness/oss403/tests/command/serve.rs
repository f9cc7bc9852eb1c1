//! The reference server alone.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::{Desk, Ran};

/// A server that is ended with the test.
struct Served {
    child: Child,
    line: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(desk: &Desk, line: &str) -> Served {
    let mut child = desk
        .command(line)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    // Comes only once it listens.
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    Served { child, line: first }
}

/// The example, with the address that the system chose: nothing but the program and its own line is needed. Paths in it are relative to
/// it, wherever one stands, and its commands run there.
#[test]
fn the_example_profile_reads_what_the_server_announces() {
    let desk = Desk::new();
    let served = serve(&desk, "serve --listen 127.0.0.1:0 --format json");
    desk.write("there/serve.json", &served.line);
    let announced: Value = serde_json::from_str(&served.line).unwrap();
    let example = crate::support::root().join("harness/oss403/examples/local-server.yaml");
    let example = std::fs::read_to_string(example).unwrap();
    let endpoint = announced["endpoint"].as_str().unwrap();
    desk.write(
        "there/example.yaml",
        &example.replace("http://127.0.0.1:9403", endpoint).replace(
            "{ file: serve.json, pointer: /identities/owner/access_key_id }",
            "{ command: [cat, id.txt] }",
        ),
    );
    let id = announced["identities"]["owner"]["access_key_id"].as_str();
    desk.write("there/id.txt", id.unwrap());
    let ran = desk.run(
        "run user-disabled access-key-disabled security-token-mismatch --target there/example.yaml",
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("3 of 3 conformant"), "{}", ran.out);
    for (line, says) in [
        ("{\"identities\": 5}", "has nothing at `/identities/"),
        ("{\"secret-of-a-kind", "is not JSON"),
        (
            "{\"identities\": {\"disabled-key\": {\"access_key_id\": 7}}}",
            "is no text",
        ),
    ] {
        desk.write("there/serve.json", line);
        let ran = desk.run("run user-disabled --target there/example.yaml");
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(
            ran.err.contains(says) && !ran.err.contains("of-a-kind"),
            "{}",
            ran.err
        );
    }
    std::fs::write(desk.path("there/serve.json"), vec![b' '; 1024 * 1024 + 1]).unwrap();
    let ran = desk.run("run user-disabled --target there/example.yaml");
    assert!(ran.err.contains("is longer than"), "{ran:?}");
    std::fs::remove_file(desk.path("there/serve.json")).unwrap();
    std::fs::create_dir(desk.path("there/serve.json")).unwrap();
    let ran = desk.run("run user-disabled --target there/example.yaml");
    assert!(ran.err.contains("is no plain file"), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn one_line_of_json_and_then_requests_until_a_signal() {
    for signal in ["TERM", "INT"] {
        let desk = Desk::new();
        let mut served = serve(&desk, "serve --listen 127.0.0.1:0 --format json");
        let announced: Value = serde_json::from_str(&served.line).unwrap();
        let endpoint = announced["endpoint"]
            .as_str()
            .unwrap()
            .strip_prefix("http://")
            .unwrap();
        assert_eq!(announced["suffix"], "aliyuncs.test");
        assert_eq!(announced["regions"][0], "cn-hangzhou");
        for identity in ["owner", "ram-user", "other-account", "sts", "disabled-key"] {
            assert!(
                announced["identities"][identity]["access_key_secret"].is_string(),
                "{identity}"
            );
        }
        assert!(announced["identities"]["sts"]["security_token"].is_string());
        assert!(
            announced["operator"]["url"]
                .as_str()
                .unwrap()
                .starts_with("http://127.0.0.1:")
        );
        assert!(!announced["operator"]["token"].as_str().unwrap().is_empty());

        let mut stream = TcpStream::connect(endpoint).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: oss-cn-hangzhou.aliyuncs.test\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 403 ") && answer.contains("<Code>AccessDenied</Code>"),
            "{answer}"
        );

        let id = served.child.id().to_string();
        assert!(
            std::process::Command::new("kill")
                .args([&format!("-{signal}"), &id])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(served.child.wait().unwrap().code(), Some(0), "{signal}");
        assert!(TcpStream::connect(endpoint).is_err());
    }
}

#[test]
fn a_configuration_says_who_there_is() {
    let desk = Desk::new();
    desk.write(
        "config.json",
        r#"{ "suffix": "oss.internal", "regions": ["eu-central-1"], "operator-token": "known-token",
             "identities": { "owner": { "account": "1234567890123456", "access-key-id": "MINE", "access-key-secret": "my-secret" } } }"#,
    );
    let served = serve(
        &desk,
        "serve --listen 127.0.0.1:0 --format json --config config.json",
    );
    let announced: Value = serde_json::from_str(&served.line).unwrap();
    assert_eq!(announced["suffix"], "oss.internal");
    assert_eq!(announced["operator"]["token"], "known-token");
    assert_eq!(announced["identities"]["owner"]["access_key_id"], "MINE");
}

#[test]
fn people_are_told_in_words() {
    let desk = Desk::new();
    let served = serve(&desk, "serve --listen 127.0.0.1:0");
    assert!(
        served.line.starts_with("OSS at http://127.0.0.1:"),
        "{}",
        served.line
    );
}

#[test]
fn a_mistake_in_the_configuration_exits_2_with_its_place() {
    let desk = Desk::new();
    let refused = |text: &str| -> Ran {
        desk.write("config.yaml", text);
        desk.run("serve --listen 127.0.0.1:0 --config config.yaml")
    };
    for (text, place, says) in [
        (
            "faults:\n  without: [signature, url-auth-expiri]\n",
            "config.yaml:2:24",
            "did you mean `url-auth-expiry`?",
        ),
        (
            "faults:\n  without: [claim-readable]\n",
            "config.yaml:2:13",
            "guard",
        ),
        ("sufix: a.b\n", "config.yaml:1:1", "did you mean `suffix`?"),
        (
            "regions: [cn-hangzhou, CN]\n",
            "config.yaml:1:24",
            "region `CN`",
        ),
        (
            "limits: { header-count: 0 }\n",
            "config.yaml:1:25",
            "at least 1",
        ),
        ("suffix: [\n", "config.yaml:", "error"),
    ] {
        let ran = refused(text);
        assert_eq!(ran.code, Some(2), "{text}: {ran:?}");
        assert!(
            ran.err.contains(place) && ran.err.contains(says),
            "{text}: {}",
            ran.err
        );
    }
    assert_eq!(desk.run("serve --config absent.yaml").code, Some(2));
}

#[test]
fn an_address_that_is_taken_exits_3() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let ran = desk.run(&format!("serve --listen {address}"));
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.err.contains(&address.to_string()), "{}", ran.err);
}
