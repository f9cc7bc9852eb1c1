//! Where the credentials of a profile come from, and that none of them is ever shown.

use std::path::Path;

use oss_reference::config::Config;
use oss403::target::profile::{Endpoint, Profile, Source};
use oss403::target::{Target, TargetError};

use crate::profiles::{SOUND, read};
use crate::support::embedded;

#[test]
fn a_credential_in_a_profile_is_refused_and_never_shown() {
    for (from, to) in [
        ("{ file: owner.secret }", "hushhush"),
        ("{ file: owner.secret }", "'hushhush'"),
        ("{ file: owner.secret }", "|\n      hushhush"),
        ("{ env: OWNER_ID }", "hushhush"),
        ("{ env: STS_TOKEN }", "\"hushhush\" # a comment"),
        ("{ env: TOKEN }", "hushhush"),
        ("{ file: owner.secret }", "hushhush: ]"),
        ("{ file: owner.secret }", "12345678"),
        ("https://", "https://user:hushhush@"),
        ("'http://127", "'http://hushhush@127"),
    ] {
        let text = SOUND.replacen(from, to, 1);
        let found = Profile::check(&text, Path::new("p.yaml"));
        assert!(!found.is_empty(), "{text}");
        let shown: String = found.iter().map(ToString::to_string).collect();
        assert!(
            !shown.contains("hush") && !shown.contains("12345678"),
            "{shown}"
        );
        if to.contains('@') {
            assert!(shown.contains("no user and no password"), "{shown}");
        } else if !to.contains(']') {
            assert!(
                shown.contains("a credential must not stand in a profile"),
                "{shown}"
            );
            assert!(shown.contains("{ env: NAME }"), "{shown}");
        }
    }
}

#[tokio::test]
async fn credentials_that_cannot_be_had_name_their_identity_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::write(&empty, " \n").unwrap();
    let shown = empty.display();
    for (source, message) in [
        (
            "{ env: OSS403_NO_SUCH_VARIABLE }",
            "no variable `OSS403_NO_SUCH_VARIABLE`".to_owned(),
        ),
        ("{ file: /no/such/file }", "`/no/such/file`".to_owned()),
        (&format!("{{ file: {shown} }}"), "is empty".to_owned()),
        (
            "{ command: [sh, -c, 'echo hush; exit 3'] }",
            "ended with exit status: 3".to_owned(),
        ),
        (
            "{ command: [no-such-program-403] }",
            "`no-such-program-403`".to_owned(),
        ),
        ("{ command: [] }", "the command is empty".to_owned()),
    ] {
        let text = format!(
            "endpoint: http://127.0.0.1:1\nregions: [a]\nsuffix: b.c\nidentities:\n  owner: {{ access-key-id: {{ command: [echo, ID] }}, access-key-secret: {source} }}\n"
        );
        let error = Target::ready(&read(&text)).await.unwrap_err();
        assert!(
            matches!(&error, TargetError::Identity { identity, .. } if identity == "owner"),
            "{error}"
        );
        assert!(
            error.to_string().contains(&message) && !error.to_string().contains("hush"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_operators_token_at_the_wrong_key_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    for (held, says) in [
        ("hush-1234567890", "is no HTTP address"),
        ("http://hush:hush@127.0.0.1:1/", "no user and no password"),
        ("ftp://hush/", "is no HTTP address"),
    ] {
        std::fs::write(&path, held).unwrap();
        for (source, named) in [
            (format!("{{ file: {} }}", path.display()), "token`"),
            (
                format!("{{ command: [cat, {}] }}", path.display()),
                "command",
            ),
        ] {
            let text = format!(
                "endpoint: http://127.0.0.1:1\nregions: [a]\nsuffix: b.c\nidentities:\n  owner: {{ access-key-id: {{ command: [echo, ID] }}, access-key-secret: {{ command: [echo, S] }} }}\noperator: {{ url: {source}, token: {{ command: [echo, T] }} }}\n"
            );
            let error = Target::ready(&read(&text)).await.unwrap_err();
            assert!(matches!(error, TargetError::Operator(_)), "{error}");
            let error = error.to_string();
            assert!(!error.contains("hush"), "{error}");
            assert!(error.contains(says) && error.contains(named), "{error}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_credential_is_a_file_of_at_most_64_kib() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(
        path("most"),
        [b"x".repeat(64 * 1024 - 1), b"\n".to_vec()].concat(),
    )
    .unwrap();
    std::fs::write(path("more"), b"x".repeat(64 * 1024 + 1)).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(path("fifo"))
        .status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink(path("most"), path("link")).unwrap();
    for (source, says) in [
        (path("most"), None),
        (path("link"), None),
        (path("more"), Some("longer than 65536 bytes")),
        (path("fifo"), Some("is no plain file")),
        ("/dev/zero".into(), Some("is no plain file")),
    ] {
        let text = format!(
            "endpoint: http://127.0.0.1:1\nregions: [a]\nsuffix: b.c\nidentities:\n  owner: {{ access-key-id: {{ command: [echo, ID] }}, access-key-secret: {{ file: {} }} }}\n",
            source.display()
        );
        let profile = read(&text);
        let ready = Target::ready(&profile);
        let ready = tokio::time::timeout(std::time::Duration::from_secs(20), ready);
        let error = ready.await.unwrap().err().map(|error| error.to_string());
        match says {
            None => assert_eq!(error, None),
            Some(says) => assert!(error.clone().is_some_and(|e| e.contains(says)), "{error:?}"),
        }
    }
}

#[tokio::test]
async fn a_target_shows_no_secret() {
    let target = crate::support::embedded().await;
    let shown = format!("{target:?} {:?}", read(SOUND));
    assert!(!shown.contains("oss403-owner-secret"), "{shown}");
    let identity = oss403::wire::identity::Identity::new(
        "ID",
        oss403::wire::identity::Secret::new("hush"),
        None,
    );
    assert!(!format!("{identity:?}").contains("hush"));
}

#[test]
fn a_text_in_a_json_file_is_named_by_file_and_pointer() {
    let with = |source: &str| SOUND.replace("{ env: OWNER_ID }", source);
    for source in [
        "{ file: serve.json, pointer: /identities/owner/access_key_id }",
        "{ pointer: /identities/owner/access_key_id, file: serve.json }",
    ] {
        let Endpoint::Remote(remote) = read(&with(source)).endpoint else {
            panic!()
        };
        assert_eq!(
            remote.identities["owner"].access_key_id,
            Source::Pointer(
                "serve.json".into(),
                "/identities/owner/access_key_id".into()
            )
        );
    }
    for source in [
        "{ env: A, pointer: /a }",
        "{ pointer: /a }",
        "{ file: a, pointer: a }",
        "{ file: a, env: A }",
    ] {
        assert_eq!(
            Profile::check(&with(source), Path::new("p.yaml")).len(),
            1,
            "{source}"
        );
    }
}

#[tokio::test]
async fn a_target_shows_its_name_and_where_it_is_and_no_secret() {
    let shown = format!("{:?}", embedded().await);
    assert!(
        shown.starts_with("Target { name: \"embedded\", endpoint: \"http://127.0.0.1:"),
        "{shown}"
    );
    for (name, identity) in &Config::default().identities.0 {
        assert!(!shown.contains(&identity.access_key_secret), "{name}");
    }
}
