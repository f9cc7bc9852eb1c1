//! What a terminal of 80 and one of 40 columns shows: no line is wider, and what it says is what was looked at once.

use std::net::SocketAddr;

use oss_reference::config::Config;
use oss_reference::server::Server;

use crate::support::{Desk, Ran, reference};

/// What was printed, with what differs from run to run written alike: times, rates, ports, and commands, whose hosts are made anew.
fn alike(ran: &Ran) -> String {
    let lines = ran.out.lines().map(|line| mask(line) + "\n");
    lines.collect()
}

fn mask(line: &str) -> String {
    let content = line.trim_start();
    if content.starts_with("curl ") {
        return line.replace(content, "curl …");
    }
    let is_rate = line.contains(" a second");
    let is_number = |word: &str| {
        word.bytes()
            .all(|byte| byte.is_ascii_digit() || b".,".contains(&byte))
    };
    let mut masked = String::new();
    for word in line.split(' ') {
        if !word.is_empty() && is_number(word) && (is_rate || word.contains('.')) {
            // Times are aligned at their ends, so that the blanks before them differ, too.
            masked.truncate(masked.trim_end().len());
            masked.push_str("  N ");
        } else if let Some((before, _)) = word.split_once("127.0.0.1:") {
            masked.push_str(&format!("{before}127.0.0.1:PORT "));
        } else {
            masked.push_str(&format!("{word} "));
        }
    }
    masked.trim_end().to_owned()
}

/// Lines that are too wide. Commands are there to be copied, and are not broken.
fn too_wide(ran: &Ran, width: usize) -> Vec<String> {
    let lines = ran.out.lines();
    let wide = lines
        .filter(|line| line.chars().count() > width && !line.trim_start().starts_with("curl "));
    wide.map(str::to_owned).collect()
}

fn shown(desk: &Desk, line: &str, columns: usize) -> Ran {
    let ran = desk.run_with(line, &[("COLUMNS", &columns.to_string())]);
    assert_eq!(
        too_wide(&ran, columns),
        [""; 0],
        "{line}, {columns} columns"
    );
    ran
}

/// The screens, by name; each at both widths.
#[test]
fn screens_are_what_was_looked_at() {
    let desk = Desk::new();
    desk.write("faulty.yaml", crate::support::FAULTY);
    desk.write(
        "poor.yaml",
        "name: poor\nendpoint: embedded\ncapabilities: { except: [kms, archive, sts] }\n",
    );
    for (name, line, code) in [
        (
            "healthy",
            "run url-auth-expired image-damage time-skewed",
            0,
        ),
        (
            "failing",
            "run referer-denied url-auth-expired --failures 1 --target faulty.yaml",
            1,
        ),
        ("filtered", "run referer-denied/blacklist-alone", 0),
        (
            "not-claimed",
            "run kms-in-debt object-state security-token-expired url-auth-expired --target poor.yaml",
            0,
        ),
        ("nothing", "run kms-in-debt --target poor.yaml", 4),
    ] {
        for columns in [80, 40] {
            let ran = shown(&desk, &format!("{line} --jobs 1"), columns);
            assert_eq!(ran.code, Some(code), "{name}: {ran:?}");
            insta::with_settings!({ prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(format!("{name}-{columns}"), alike(&ran));
            });
        }
    }
}

/// Of the whole ledger, at a server elsewhere that has everything but an operator: its long reasons and long hosts fit, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_healthy_run_prints_no_line_over_the_width() {
    let server = reference().await;
    let desk = Desk::new();
    desk.profile(server.address(), "");
    for columns in [80, 40] {
        let ran = shown(&desk, "run --target profile.yaml", columns);
        assert_eq!(ran.code, Some(0), "{}", ran.out);
        assert!(ran.out.lines().count() > 60, "{}", ran.out);
        assert!(ran.out.contains("51 causes"), "{}", ran.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_names_fit_too() {
    let name = "a-target-whose-name-is-longer-than-any-terminal-of-eighty-columns-would-like-it-to-be-at-all";
    let suffix =
        "objects.of-a-department.with-a-long-name.in-a-company.with-a-longer-one.example.com";
    let config = Config {
        suffix: suffix.into(),
        ..Config::default()
    };
    let server = Server::start(config, SocketAddr::from(([127, 0, 0, 1], 0)))
        .await
        .unwrap();
    let desk = Desk::new();
    desk.profile(server.address(), "");
    let text = desk
        .read("profile.yaml")
        .replace("name: elsewhere", &format!("name: {name}"))
        .replace("aliyuncs.test", suffix);
    desk.write("profile.yaml", &text);
    for columns in [80, 40] {
        let ran = shown(
            &desk,
            "run url-auth-expired endpoint-mismatch --target profile.yaml",
            columns,
        );
        assert_eq!(ran.code, Some(0), "{}", ran.out);
    }
}
