//! What a person gets to know of failures: how many, of what, and commands that can be tried.

use std::process::Command;

use crate::support::{Desk, reference};

const ID: &str = "url-auth-expired/expired-and-badly-signed/url-v1";

#[tokio::test(flavor = "multi_thread")]
async fn a_printed_script_makes_the_world_and_shows_the_verdict() {
    let desk = Desk::new();
    let server = reference().await;
    desk.profile(server.address(), "");
    let ran = desk.run(&format!("curl {ID} --target profile.yaml"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("valid"), "{}", ran.err);
    assert!(!ran.out.contains("oss403-owner-secret"), "{}", ran.out);
    let steps = [
        "# set-up",
        "# the edited request, answered 403",
        "# the base request, answered 200",
        "# clean-up",
    ];
    let places: Vec<_> = steps.iter().map(|step| ran.out.find(step)).collect();
    assert!(places.is_sorted() && places[0].is_some(), "{}", ran.out);
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let script = desk.write("again.sh", &ran.out);
    let again = Command::new("sh").arg(script).output().unwrap();
    let text = String::from_utf8_lossy(&again.stdout);
    let statuses: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3))
        .collect();
    let refused = statuses.iter().position(|status| *status == "403");
    assert!(
        refused.is_some_and(|at| statuses.get(at + 1) == Some(&"200")),
        "{statuses:?}"
    );
    assert!(
        statuses
            .iter()
            .filter(|status| !status.starts_with('2'))
            .count()
            == 1,
        "{statuses:?}\n{text}"
    );
}

#[test]
fn an_id_of_several_instances_or_of_none_is_not_taken() {
    let desk = Desk::new();
    let ran = desk.run("curl url-auth-expired --target embedded");
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("more than one instance"), "{}", ran.err);
}

#[test]
fn somebody_who_wants_less_or_more_gets_it() {
    let desk = Desk::new();
    let quiet = desk.run("run url-auth-expired --quiet");
    assert!(
        quiet.out.starts_with("   causes  1 of 1 conformant"),
        "{}",
        quiet.out
    );
    let verbose = desk.run("run url-auth-expired --verbose");
    assert!(
        verbose.out.contains(&format!("✓ {ID}  conformant\n")),
        "{}",
        verbose.out
    );
    for line in ["run --failures none", "run --quiet --verbose"] {
        assert_eq!(desk.run(line).code, Some(2), "{line}");
    }
}
