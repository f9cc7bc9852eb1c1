//! Files that are given, met or written: what is no file, what leads elsewhere, what a server says in them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Desk, Ran, reference};

#[test]
fn a_report_on_standard_output_stands_there_alone() {
    let desk = Desk::new();
    let parse = |text: &str| serde_json::from_str::<Value>(text).map(|file| file["schema"].clone());
    let ran = desk.run("run url-auth-expired --report json=-");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(parse(&ran.out).unwrap(), 1, "{ran:?}");
    assert!(ran.err.contains("instances"), "{ran:?}");
    let beside = desk.run("run url-auth-expired --report junit=- --report json=a.json");
    assert!(beside.out.starts_with("<?xml") && beside.out.trim_end().ends_with("</testsuites>"));
    assert_eq!(desk.json("a.json")["schema"], 1);
    let twice = desk.run("run url-auth-expired --report junit=- --report json=-");
    assert_eq!((twice.code, twice.out.as_str()), (Some(2), ""), "{twice:?}");
    assert!(!desk.path("-").exists());
    if Path::new("/dev/stdout").exists() {
        // Replaced as a file it would lose what is printed.
        let mut command = desk.command("run url-auth-expired --report json=/dev/stdout");
        let out = std::fs::File::create(desk.path("out")).unwrap();
        let output = command.stdout(out).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(parse(&desk.read("out")).unwrap(), 1);
        assert!(Path::new("/dev/stdout").is_symlink());
    }
}

#[test]
fn old_journals_are_pruned() {
    let desk = Desk::new();
    let journals = || std::fs::read_dir(desk.path("reports")).unwrap().count();
    for expected in [1, 2, 2] {
        let ran = desk.run("run url-auth-expired --keep-journals 2");
        assert_eq!((ran.code, journals()), (Some(0), expected), "{ran:?}");
    }
    assert_eq!(desk.run("run --keep-journals 0").code, Some(2));
}

#[test]
fn what_is_no_file_is_not_read_and_a_link_out_of_a_folder_not_followed() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("folder")).unwrap();
    let fifo = desk.path("folder/fifo.yaml");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let secret = desk.write("elsewhere/secret", "root:hush-hush:1:\n");
    symlink(&secret, desk.path("folder/link.yaml")).unwrap();
    let sound = desk.write("folder/sound.yaml", "endpoint: embedded\n");
    symlink(&sound, desk.path("folder/alias.yaml")).unwrap();
    for path in ["folder", "folder/fifo.yaml"] {
        let ran = desk.run(&format!("check {path}"));
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(
            ran.err.contains("fifo.yaml") && ran.err.contains("neither"),
            "{ran:?}"
        );
        assert!(!ran.err.contains("hush"), "{ran:?}");
        assert_eq!(ran.err.contains("link.yaml"), path == "folder", "{ran:?}");
        assert!(
            !ran.err.contains("alias.yaml"),
            "it stays in the folder: {ran:?}"
        );
    }
    // In a ledger, too.
    let cause = desk.path("ledger/AccessDenied");
    std::fs::create_dir_all(&cause).unwrap();
    desk.write("ledger/causes.tsv", "");
    symlink(&secret, cause.join("link.yaml")).unwrap();
    let ran = desk.run("check ledger");
    assert!(ran.err.contains("leads out of the folder"), "{ran:?}");
    assert!(!ran.err.contains("hush"), "{ran:?}");
    // What a user names is what the user means.
    symlink(&sound, desk.path("named.yaml")).unwrap();
    assert_eq!(desk.run("check named.yaml").code, Some(0));
}

#[test]
fn a_snapshot_that_cannot_be_trusted_is_a_harness_error_that_names_it() {
    const SNAPSHOT: &str = "snapshots/embedded/url-auth-expired/url-past-its-time.snap";
    for kind in ["folder in its place", "link", "linked folder"] {
        let desk = Desk::new();
        std::fs::create_dir(desk.path("elsewhere")).unwrap();
        let place = desk.path(SNAPSHOT);
        let above = place.parent().unwrap();
        std::fs::create_dir_all(above).unwrap();
        match kind {
            "link" => symlink(desk.path("elsewhere/new"), &place).unwrap(),
            "linked folder" => {
                std::fs::remove_dir(above).unwrap();
                symlink(desk.path("elsewhere"), above).unwrap();
            }
            _ => std::fs::create_dir(&place).unwrap(),
        }
        let ran = desk.run("run url-auth-expired/url-past-its-time");
        assert_eq!(ran.code, Some(3), "{kind}: {ran:?}");
        assert!(ran.out.contains("harness-error"), "{kind}: {ran:?}");
        assert!(
            ran.out.contains("snapshots/embedded/url-auth-expired"),
            "{kind}: {ran:?}"
        );
        let written = std::fs::read_dir(desk.path("elsewhere")).unwrap().count();
        assert_eq!(written, 0, "{kind}");
    }
}

#[test]
fn a_pending_snapshot_that_cannot_be_read_is_named_and_the_others_are_reviewed() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("snapshots")).unwrap();
    assert_eq!(desk.run("run url-auth-expired").code, Some(0));
    desk.write(
        "snapshots/embedded/old/old.snap.new",
        "---\n---\nstatus: 403\n",
    );
    let shown = desk.run("review");
    assert_eq!(shown.code, Some(2), "{shown:?}");
    assert!(shown.out.contains("pending"), "{shown:?}");
    assert!(
        shown.err.contains("old.snap.new") && shown.err.contains("remove it"),
        "{shown:?}"
    );
    let accepted = desk.run("review --accept");
    assert_eq!(accepted.code, Some(2), "{accepted:?}");
    assert!(accepted.out.contains("accepted"), "{accepted:?}");
    std::fs::remove_file(desk.path("snapshots/embedded/old/old.snap.new")).unwrap();
    assert_eq!(desk.run("review").out, "nothing is pending\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_that_is_printed_or_written_begins_with_what_a_server_says() {
    let server = reference().await;
    for place in ["in-code", "in-message", "in-id", "in-host-id"] {
        let desk = Desk::new();
        let profile = desk
            .profile(rogue(place, server.address()), "")
            .display()
            .to_string();
        let line = format!(
            "run bucket-acl/stranger-writes/anonymous-private-PUT --target {profile} --report json=a.json --report junit=a.xml"
        );
        let Ran { code, out, err } = desk.run(&line);
        assert_eq!(code, Some(1), "{out}{err}");
        let mut printed = vec![out, err, desk.read("a.json"), desk.read("a.xml")];
        assert!(printed[0].contains(place), "{printed:?}");
        assert!(printed[3].contains(place), "{printed:?}");
        // The canary's error, too.
        let text = std::fs::read_to_string(&profile).unwrap();
        std::fs::write(&profile, text.replace("cn-hangzhou", "refuse")).unwrap();
        let Ran { code, out, err } = desk.run(&line);
        assert_eq!(code, Some(3), "{out}{err}");
        printed.extend([out, err]);
        for text in &printed {
            for line in text.lines().map(str::trim_start) {
                assert!(
                    !line.starts_with("::") && !line.starts_with("##"),
                    "{line}\n{text}"
                );
            }
        }
    }
}

/// A server that is right about whatever is signed with a known key, and refuses the rest with commands to CI servers in one place of its
/// answer.
fn rogue(place: &'static str, right: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer_all(&stream, place, right));
        }
    });
    address
}

fn answer_all(stream: &TcpStream, place: &str, right: SocketAddr) {
    let mut lines = BufReader::new(stream);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
            head.push_str(&line);
        }
        let mut sent = Vec::new();
        if lines.by_ref().take(length).read_to_end(&mut sent).is_err() {
            return;
        }
        let known = (head.contains("uthorization:") || head.contains("ignature="))
            && !head.contains("NOSUCHKEY")
            && !head.contains("refuse");
        let host = head.lines().find_map(|line| line.strip_prefix("Host: "));
        if known {
            let mut upstream = TcpStream::connect(right).unwrap();
            let request = [head.as_bytes(), b"Connection: close\r\n\r\n", &sent].concat();
            upstream.write_all(&request).unwrap();
            let mut answer = Vec::new();
            upstream.read_to_end(&mut answer).unwrap();
            // It said that it closes, and so does this.
            let _ = (&*stream).write_all(&answer);
            return;
        }
        let (status, body) = ("403 Forbidden", hostile(place, host.unwrap_or_default()));
        let answer = format!(
            "HTTP/1.1 {status}\r\nx-oss-request-id: 5C3D9175B6FC201293AD4FFF\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n{}",
            body.len(),
            if head.starts_with("HEAD ") { "" } else { &body }
        );
        if (&mut &*stream).write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn hostile(place: &str, host: &str) -> String {
    let padding = "a".repeat(70);
    let command = format!(
        "x\n::error title={place}::y\n##vso[task.complete result=Succeeded]\n  ##teamcity[buildStatus status='SUCCESS']\n{padding} ::error title={place}::z"
    );
    let or = |here: &str, text: &str| {
        if here == place {
            command.clone()
        } else {
            text.to_owned()
        }
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>{}</Code>\n  <Message>{}</Message>\n  <RequestId>{}</RequestId>\n  <HostId>{}</HostId>\n  <EC>0003-00000001</EC>\n</Error>\n",
        or("in-code", "AccessDenied"),
        or(
            "in-message",
            "You have no right to access this object because of bucket acl."
        ),
        or("in-id", "5C3D9175B6FC201293AD4FFF"),
        or("in-host-id", host),
    )
}

/// The folder of a case file is that in which it really stands, from wherever it is named.
#[test]
fn a_case_file_is_checked_from_inside_its_own_folder() {
    let desk = Desk::new();
    let file = crate::support::root().join("cases/AccessDenied/bucket-policy.yaml");
    let text = std::fs::read_to_string(file).unwrap();
    desk.write("AccessDenied/bucket-policy.yaml", &text);
    desk.write("Elsewhere/bucket-policy.yaml", &text);
    for (folder, file, code) in [
        ("AccessDenied", "bucket-policy.yaml", 0),
        ("AccessDenied", "./bucket-policy.yaml", 0),
        ("Elsewhere", "../AccessDenied/bucket-policy.yaml", 0),
        (
            "AccessDenied",
            "../Elsewhere/../AccessDenied/bucket-policy.yaml",
            0,
        ),
        ("Elsewhere", "bucket-policy.yaml", 2),
        ("AccessDenied", "../Elsewhere/bucket-policy.yaml", 2),
    ] {
        let mut command = desk.command(&format!("check {file}"));
        let output = command.current_dir(desk.path(folder)).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{folder} {file}: {err}");
        assert_eq!(
            err.contains("the file stands in the folder `Elsewhere`"),
            code == 2,
            "{err}"
        );
    }
}

#[test]
fn what_is_said_of_a_file_fits_the_terminal_and_stays_in_one_piece_elsewhere() {
    let desk = Desk::new();
    desk.write(
        "server.yaml",
        "name: x\nendpoint: http://127.0.0.1:1\nregions: [cn-hangzhou]\nsuffix: aliyuncs.test\nzzz: { a: a value that goes on and on, b: and another one behind it, c: until nobody reads }\nidentities: {}\n",
    );
    for width in [40, 80] {
        let columns = width.to_string();
        let ran = desk.run_with("check server.yaml", &[("COLUMNS", &*columns)]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains("the keys here:"), "{}", ran.err);
        for line in ran.err.lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
        let refused = desk.run_with(
            "run no-such-cause-as-this-one-which-has-a-long-name-indeed",
            &[("COLUMNS", &*columns)],
        );
        assert!(refused.err.starts_with("error: "), "{}", refused.err);
    }
    let ran = desk.run("check server.yaml");
    let help = ran.err.lines().find(|line| line.contains("the keys here:"));
    assert!(help.unwrap().len() > 150, "{}", ran.err);
}
