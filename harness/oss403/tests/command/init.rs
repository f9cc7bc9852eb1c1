//! `oss403 init` and `oss403 probe`: what they say of a server is what a run then finds there.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::LazyLock;

use oss_reference::Server;
use oss_reference::config::Config;

use crate::support::{Desk, Ran, reference};

fn asked(desk: &Desk, address: SocketAddr, command: &str) -> Ran {
    let line = format!("{command} http://{address} --suffix aliyuncs.test");
    desk.run_with(&line, &keys())
}

/// The owner's, as the environment has them.
fn keys() -> [(&'static str, &'static str); 2] {
    let owner = &OWNER.identities.0["owner"];
    [
        ("OSS_ACCESS_KEY_ID", owner.access_key_id.as_str()),
        ("OSS_ACCESS_KEY_SECRET", owner.access_key_secret.as_str()),
    ]
}

static OWNER: LazyLock<Config> = LazyLock::new(Config::default);

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_init_wrote_is_sound_and_its_claims_hold() {
    let server = reference().await;
    let desk = Desk::new();
    let ran = asked(&desk, server.address(), "init --style virtual-hosted");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(desk.run("check target.yaml").code, Some(0));
    let profile = desk.read("target.yaml");
    for spoken in ["header-v1", "url-v4", "post-object", "virtual-hosted"] {
        assert!(
            profile.contains(&format!("\n  - {spoken} ")),
            "{spoken}\n{profile}"
        );
    }
    for unknown in ["sts", "operator", "two-regions"] {
        assert!(
            !profile.contains(&format!("\n  - {unknown} ")),
            "{unknown}\n{profile}"
        );
    }
    assert!(!profile.contains("access_key"), "{profile}");
    let again = asked(&desk, server.address(), "init");
    assert_eq!(again.code, Some(2), "{again:?}");
    assert!(again.err.contains("is there already"), "{again:?}");
    assert_eq!(server.buckets(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lets_everybody_in_gets_no_profile() {
    let mut config = Config::default();
    config.faults.without = vec!["signature".into()];
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = Server::start(config, listen).await.unwrap();
    let desk = Desk::new();
    let ran = asked(&desk, server.address(), "init");
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.err.contains("no signature scheme"), "{ran:?}");
    assert!(!desk.path("target.yaml").exists());
}

#[test]
fn probe_says_where_a_profile_claims_otherwise() {
    let desk = Desk::new();
    let claims = "endpoint: embedded\ncapabilities: { except: [append, kms] }\n";
    let profile = desk.write("less.yaml", claims);
    let ran = desk.run(&format!(
        "probe --target {} --format json",
        profile.display()
    ));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let found: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        found["spoken_not_claimed"],
        serde_json::json!(["kms", "append"])
    );
    assert_eq!(found["claimed_not_spoken"], serde_json::json!([]));
    assert_eq!(found["left_behind"], serde_json::json!([]));
}

/// Requests on the service succeed in either style, so that they say nothing of how buckets are called.
#[tokio::test(flavor = "multi_thread")]
async fn the_style_that_finds_buckets_is_written_whichever_is_tried_first() {
    let server = reference().await;
    let desk = Desk::new();
    let ran = asked(&desk, server.address(), "init");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let profile = desk.read("target.yaml");
    assert!(!profile.contains("addressing:"), "{profile}");
    assert!(profile.contains("\n  - virtual-hosted "), "{profile}");
    assert!(!profile.contains("oss403-"), "{profile}");
    for line in profile.lines().filter(|line| line.ends_with('…')) {
        assert!(line.ends_with(" …"), "cut inside a word: {line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_style_finds_buckets_nothing_is_written_and_the_options_are_named() {
    let server = reference().await;
    let desk = Desk::new();
    let ran = desk.run_with(&format!("init http://{}", server.address()), &keys());
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(!desk.path("target.yaml").exists());
    for named in ["`--suffix`", "`--region`", "`--style`", "aliyuncs.test"] {
        assert!(ran.err.contains(named), "{named}\n{}", ran.err);
    }
    // The service is found, its buckets are not.
    let ran = asked(&desk, server.address(), "init --style path");
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(!desk.path("target.yaml").exists());
    for named in [
        "no request on a bucket succeeded",
        "--style path",
        "answered",
    ] {
        assert!(ran.err.contains(named), "{named}\n{}", ran.err);
    }
}

/// As servers are that are known by their address alone: buckets in the path, and `Host` what the URL says.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_names_is_asked_by_its_address() {
    let config = Config {
        path_style: true,
        ..Config::default()
    };
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = Server::start(config, listen).await.unwrap();
    let address = server.address();
    let desk = Desk::new();
    let ran = desk.run_with(&format!("init http://{address}"), &keys());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let profile = desk.read("target.yaml");
    assert!(
        profile.contains(&format!("style: path, service: \"{address}\"")),
        "{profile}"
    );
    assert!(!profile.contains("\nsuffix:"), "{profile}");
    // It has one name, and does not take any.
    for needs_names in ["acceleration", "s3-service", "virtual-hosted"] {
        assert!(
            !profile.contains(&format!("\n  - {needs_names} ")),
            "{profile}"
        );
    }
    // Nobody is accused of not being found under a name that the suite made up.
    let line =
        "run signature-mismatch transfer-acceleration non-standard-host --target target.yaml";
    let ran = desk.run_with(line, &keys());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(server.buckets(), Vec::<String>::new());
    let named = desk.run_with(
        &format!("init http://{address} --out - --service {address}"),
        &keys(),
    );
    assert_eq!(named.code, Some(0), "{named:?}");
}

/// A variable that is missing has nothing to do with names, and who wrote an option has written no file.
#[test]
fn a_mistake_is_told_by_what_was_written() {
    let desk = Desk::new();
    let ran = desk.run("init http://127.0.0.1:9 --key-env OSS403_NO_SUCH_VARIABLE");
    assert!(ran.err.contains("OSS403_NO_SUCH_VARIABLE"), "{ran:?}");
    assert!(!ran.err.contains("--suffix"), "{ran:?}");
    let ran = desk.run_with("init http://127.0.0.1:9 --suffix 127.0.0.1", &keys());
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.err.contains("is an address, and no domain name"),
        "{ran:?}"
    );
    assert!(!ran.err.contains("profile.yaml"), "{ran:?}");
}

#[test]
fn an_endpoint_without_a_scheme_is_told_how_to_be_written() {
    let ran = Desk::new().run("init 127.0.0.1:9413");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("write `http://127.0.0.1:9413`"), "{ran:?}");
    assert!(!ran.err.contains("profile.yaml"), "{ran:?}");
}
