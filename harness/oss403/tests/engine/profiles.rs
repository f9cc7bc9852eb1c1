//! Profiles: what is wrong with one is said with its place and without showing a credential.

use std::path::Path;

use oss403::target::profile::{Endpoint, OperatorSource, Profile, Source, UrlSource};
use oss403::wire::address::Scheme;
use oss403_case::model::Capability;

pub(crate) const SOUND: &str = "\
endpoint: https://oss.example:8443/
regions: [oss-cn-hangzhou, cn-shanghai]
suffix: oss.example
addressing:
  resolve: { '*.oss-cn-shanghai.oss.example': '10.0.0.2:8443', oss.example: 10.0.0.3 }
tls: { ca-file: ca.pem }
identities:
  owner:
    access-key-id: { env: OWNER_ID }
    access-key-secret: { file: owner.secret }
    account: '1000'
  sts:
    access-key-id: { env: STS_ID }
    access-key-secret: { command: [pass, sts] }
    security-token: { env: STS_TOKEN }
capabilities: { except: [kms, worm] }
limits: { requests-per-second: 12.5, concurrency: 7, buckets: 3, time-per-request: 5s, body-bytes: 1000, idle: 1m }
operator: { url: 'http://127.0.0.1:1/', token: { env: TOKEN }, time: 5s }
snapshots: vendor-1.2
";

pub(crate) fn read(text: &str) -> Profile {
    Profile::parse(text, Path::new("vendor.yaml")).unwrap_or_else(|found| {
        panic!(
            "{}",
            found.iter().map(ToString::to_string).collect::<String>()
        )
    })
}

#[test]
fn every_key_of_a_profile_is_read() {
    let profile = read(SOUND);
    assert_eq!(
        (profile.name.as_str(), profile.snapshots.as_str()),
        ("vendor", "vendor-1.2")
    );
    // Without an identity `other-account` there is no second account.
    assert_eq!(profile.capabilities.len(), Capability::ALL.len() - 3);
    assert!(!profile.capabilities.contains(&Capability::SecondAccount));
    assert!(!profile.capabilities.contains(&Capability::Kms));
    assert_eq!(profile.limits.requests_per_second, Some(12.5));
    assert_eq!(
        (
            profile.limits.concurrency,
            profile.limits.buckets,
            profile.limits.body_bytes
        ),
        (7, 3, 1000)
    );
    assert_eq!(
        (
            profile.limits.time_per_request.as_secs(),
            profile.limits.idle.as_secs()
        ),
        (5, 60)
    );
    let Endpoint::Remote(remote) = profile.endpoint else {
        panic!()
    };
    assert_eq!(
        (remote.home.as_str(), remote.away.as_deref()),
        ("cn-hangzhou", Some("cn-shanghai"))
    );
    assert_eq!(remote.addresses.scheme, Scheme::Https);
    assert_eq!(remote.addresses.endpoint.to_string(), "oss.example:8443");
    assert_eq!(
        remote
            .addresses
            .of("b.oss-cn-shanghai.oss.example")
            .to_string(),
        "10.0.0.2:8443"
    );
    assert_eq!(
        remote.addresses.of("oss.example").to_string(),
        "10.0.0.3:443"
    );
    let sts = &remote.identities["sts"];
    assert_eq!(
        sts.access_key_secret,
        Source::Command(vec!["pass".into(), "sts".into()])
    );
    assert_eq!(remote.identities["owner"].account.as_deref(), Some("1000"));
    let Some(OperatorSource::Http { url, time, .. }) = remote.operator else {
        panic!()
    };
    assert_eq!(
        (url, time.as_secs()),
        (UrlSource::Text("http://127.0.0.1:1/".into()), 5)
    );
}

#[test]
fn the_example_is_sound() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/local-server.yaml");
    let profile = Profile::load(&path).unwrap_or_else(|found| panic!("{}", found[0]));
    assert_eq!(profile.name, "local-server");
    assert_eq!(profile.capabilities.len(), Capability::ALL.len());
}

#[test]
fn capabilities_are_all_or_a_list_or_all_but_some() {
    let with = |claims: &str| {
        let text = SOUND.replace("{ except: [kms, worm] }", claims);
        Profile::parse(&text, Path::new("p.yaml")).map(|profile| profile.capabilities.len())
    };
    // SOUND has no second account. Where names of buckets are is no claim of a list.
    let all = Capability::ALL.len() - 1;
    assert_eq!(with("all").ok(), Some(all));
    assert_eq!(with("[cors, header-v4]").ok(), Some(3));
    assert_eq!(with("[post-object, signature-v4]").ok(), Some(5));
    assert_eq!(with("{ except: [signature-v1] }").ok(), Some(all - 3));
    assert_eq!(with("{ claim: all, except: [cors] }").ok(), Some(all - 1));
    assert_eq!(with("{ claim: [cors, kms], except: [cors] }").ok(), Some(2));
    for wrong in ["most", "[cors, teleport]", "{ claims: all }", "5"] {
        assert!(with(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_wrong_is_said_where_it_stands() {
    let embedded = "endpoint: embedded\n";
    // What is replaced by what, the message, and the text under which the caret stands.
    let cases: &[(&str, &str, &str, &str)] = &[
        (
            "suffix: oss.example",
            "sufix: oss.example",
            "unknown key `sufix`",
            "sufix",
        ),
        (
            "https://oss.example:8443/",
            "oss.example",
            "`oss.example` is no HTTP address",
            "oss.example",
        ),
        (
            "https://oss.example:8443/",
            "https://h:x/",
            "`x` is no port number",
            "https://h:x/",
        ),
        (
            "https://oss.example:8443/",
            "https://h:1/path",
            "`/path` is a path, and here is none",
            "https://h",
        ),
        (
            "https://oss.example:8443/",
            "https://u:p@h/",
            "an address holds no user and no password",
            "https:",
        ),
        (
            "suffix: oss.example",
            "suffix: OSS.example",
            "`OSS.example` is no lower-case domain name",
            "OSS",
        ),
        (
            "suffix: oss.example",
            "suffix: 127.0.0.1",
            "`127.0.0.1` is an address, and no domain name",
            "127.0.0.1\n",
        ),
        ("idle: 1m", "idle: 0s", "a span must be above zero", "0s"),
        (
            "time-per-request: 5s",
            "time-per-request: 0s",
            "a span must be above zero",
            "0s",
        ),
        (
            "[oss-cn-hangzhou, cn-shanghai]",
            "[a, b, c]",
            "more than two regions",
            "[a, b, c]",
        ),
        (
            "[oss-cn-hangzhou, cn-shanghai]",
            "[a, oss-a]",
            "the second region is the first",
            "[a, oss-a]",
        ),
        (
            "[oss-cn-hangzhou, cn-shanghai]",
            "[a, B]",
            "`B` is no region id",
            "B]",
        ),
        (
            "'10.0.0.2:8443'",
            "'10.0.0.2:port'",
            "`port` is no port number",
            "'10.0.0.2:port'",
        ),
        (
            "'*.oss-cn-shanghai.",
            "'oss*.",
            "neither a host name nor",
            "'oss*.",
        ),
        (
            "https://oss",
            "http://oss",
            "the endpoint does not speak TLS",
            "tls:",
        ),
        ("  sts:\n", "  stss:\n", "unknown identity `stss`", "stss:"),
        (
            "  owner:\n",
            "  ram-user:\n",
            "the identity `owner` is missing",
            "identities:",
        ),
        (
            "account: '1000'",
            "account: abc",
            "a UID has decimal digits only",
            "abc",
        ),
        (
            "    security-token: { env: STS_TOKEN }\n",
            "",
            "a session has a `security-token`",
            "sts:\n",
        ),
        (
            "{ env: OWNER_ID }",
            "{ enw: OWNER_ID }",
            "unknown word `enw`",
            "{ enw",
        ),
        (
            "{ env: OWNER_ID }",
            "{ env: A, file: B }",
            "exactly one",
            "{ env: A",
        ),
        (
            "[kms, worm]",
            "[kms, wurm]",
            "unknown capability `wurm`",
            "wurm",
        ),
        (
            "buckets: 3",
            "buckets: 0",
            "a limit must be at least 1",
            "0, time-per",
        ),
        (
            "buckets: 3",
            "buckets: 3, bucket-pool: 3",
            "a pool of 3 leaves no bucket to anything else: 3 may exist at a time",
            "3, time-per",
        ),
        ("12.5", "-1", "a rate must be above zero", "-1, conc"),
        (
            "time-per-request: 5s",
            "time-per-request: -5s",
            "a span must be above zero",
            "-5s",
        ),
        (
            "url: 'http://127.0.0.1:1/', ",
            "",
            "either `url` and `token`, or `command` is needed",
            "operator:",
        ),
        (
            "'http://127.0.0.1:1/'",
            "'ftp://h/'",
            "`ftp://h/` is no HTTP address",
            "'ftp",
        ),
        (
            "vendor-1.2",
            "../vendor",
            "`../vendor` cannot name a folder",
            "../vendor",
        ),
    ];
    for (from, to, message, pointed) in cases {
        assert!(SOUND.contains(from), "{from}");
        let text = SOUND.replacen(from, to, 1);
        let at = text.find(pointed).unwrap();
        let line = text[..at].matches('\n').count() + 1;
        let column = at - text[..at].rfind('\n').map_or(0, |end| end + 1) + 1;
        let found = Profile::check(&text, Path::new("p.yaml"));
        let hit = found
            .iter()
            .find(|diagnostic| diagnostic.message.contains(message));
        let hit = hit.unwrap_or_else(|| panic!("{message}: {found:?}"));
        assert_eq!((hit.line, hit.column), (line, column), "{hit}");
    }
    let found = Profile::check(&format!("{embedded}regions: [a]\n"), Path::new("p.yaml"));
    assert_eq!(
        found[0].message,
        "`regions` has no meaning for the embedded server"
    );
    let faults = "embedded: { config: { faults: { without: [no-such-check] } } }\n";
    let found = Profile::check(&format!("{embedded}{faults}"), Path::new("p.yaml"));
    assert!(
        found[0].message.contains("unknown check `no-such-check`"),
        "{}",
        found[0]
    );
    let none = SOUND
        .lines()
        .filter(|line| !line.starts_with("operator"))
        .collect::<Vec<_>>()
        .join("\n");
    let found = Profile::check(
        &none.replace("{ except: [kms, worm] }", "[operator]"),
        Path::new("p.yaml"),
    );
    assert!(
        found[0].message.contains("`operator` is claimed"),
        "{}",
        found[0]
    );
}

/// What is claimed against the rest of a profile, the message, and what to do.
#[test]
fn claims_that_the_profile_itself_contradicts_are_errors_with_their_place() {
    let one_region = SOUND
        .replace("[oss-cn-hangzhou, cn-shanghai]", "[cn-hangzhou]")
        .replace(
            "operator: { url: 'http://127.0.0.1:1/', token: { env: TOKEN }, time: 5s }\n",
            "",
        );
    let without_session = one_region.replace(
        "  sts:\n    access-key-id: { env: STS_ID }\n    access-key-secret: { command: [pass, sts] }\n    security-token: { env: STS_TOKEN }\n",
        "",
    );
    for (claims, message, help) in [
        (
            "[header-v4, two-regions]",
            "`two-regions` is claimed, but there is one region only",
            "name the second one",
        ),
        (
            "[header-v4, second-account]",
            "`second-account` is claimed, but there is no identity `other-account`",
            "`identities`",
        ),
        (
            "[header-v4, operator]",
            "`operator` is claimed, but there is no operator hook",
            "`operator`",
        ),
        (
            "[header-v4, ram-users]",
            "neither an identity `ram-user` nor an operator hook",
            "`identities`",
        ),
        (
            "[header-v4, sts]",
            "neither an identity `sts` nor an operator hook",
            "`identities`",
        ),
        (
            "[header-v4, cname]",
            "`cname` is nothing without `operator`",
            "claim `operator` as well",
        ),
        (
            "[header-v4, form-v4]",
            "`form-v4` is nothing without `post-object`",
            "claim `post-object`",
        ),
        (
            "{ claim: [header-v4, public-buckets] }",
            "`public-buckets` is nothing without `bucket-acl`",
            "`bucket-acl`",
        ),
        ("[header-v4, v4]", "unknown capability `v4`", "`header-v4`"),
        (
            "[header-v4, path-style]",
            "unknown capability `path-style`",
            "addressing: { style: path }",
        ),
        (
            "[header-v4, url-v5]",
            "unknown capability `url-v5`",
            "oss403 list --capabilities",
        ),
        (
            "[kms]",
            "no signature scheme is claimed",
            "claim at least one of `header-v1`",
        ),
        (
            "[]",
            "no signature scheme is claimed",
            "claim at least one of `header-v1`",
        ),
    ] {
        let text = without_session.replace("{ except: [kms, worm] }", claims);
        let found = Profile::check(&text, Path::new("p.yaml"));
        assert_eq!(found.len(), 1, "{claims}: {found:?}");
        let shown = found[0].to_string();
        assert!(found[0].message.contains(message), "{claims}: {shown}");
        assert!(
            found[0]
                .help
                .as_ref()
                .is_some_and(|found| found.contains(help)),
            "{claims}: {shown}"
        );
        assert!(shown.contains("p.yaml:") && shown.contains('^'), "{shown}");
    }
    // Whoever says `all`, or a name for several, means what the rest of the profile allows.
    for claims in [
        "all",
        "{ except: [kms] }",
        "[basics, signature-v4]",
        "[url-v1]",
    ] {
        let text = without_session.replace("{ except: [kms, worm] }", claims);
        assert_eq!(Profile::check(&text, Path::new("p.yaml")), [], "{claims}");
    }
    let path = without_session
        .replace("addressing:\n", "addressing:\n  style: path\n")
        .replace("{ except: [kms, worm] }", "[header-v4, second-level]");
    let found = Profile::check(&path, Path::new("p.yaml"));
    assert!(
        found[0].message.contains("addressed in path style"),
        "{found:?}"
    );
}

#[test]
fn hosts_may_be_called_otherwise_than_those_of_the_service() {
    let with = |addressing: &str, regions: &str| {
        SOUND
            .replace("addressing:\n", &format!("addressing:\n  {addressing}\n"))
            .replace("[oss-cn-hangzhou, cn-shanghai]", regions)
    };
    let own = with(
        "template: \"{bucket}.storage.vendor.example\"\n  service: storage.vendor.example",
        "[cn-hangzhou]",
    );
    let Endpoint::Remote(remote) = read(&own).endpoint else {
        panic!()
    };
    assert_eq!(remote.addressing.bucket, "{bucket}.storage.vendor.example");
    for (addressing, regions, message) in [
        (
            "template: storage.example",
            "[a]",
            "has no place for `{bucket}`",
        ),
        (
            "template: \"{bucket}.{zone}.example\"",
            "[a]",
            "no template of a lower-case host name",
        ),
        (
            "template: \"{bucket}.Storage.example\"",
            "[a]",
            "no template of a lower-case host name",
        ),
        (
            "template: \"{bucket}.storage.example\"",
            "[a, b]",
            "the same name in both regions",
        ),
        ("style: paths", "[a]", "unknown word `paths`"),
    ] {
        let found = Profile::check(&with(addressing, regions), Path::new("p.yaml"));
        assert!(
            found.iter().any(|found| found.message.contains(message)),
            "{addressing}: {found:?}"
        );
    }
}
