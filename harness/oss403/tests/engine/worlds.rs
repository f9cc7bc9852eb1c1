//! Worlds are what the scenario says, and twins are sent in the order that keeps each from disturbing the others.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use oss_reference::config::Config;
use oss403::run::record::Progress;
use oss403::target::profile::Endpoint;
use oss403_case::model::Capability;

use crate::support::{
    Desk, Watched, buckets_on, embedded, fake, instances, operator, plain, reference, run_all,
    status,
};

#[tokio::test]
async fn a_request_edit_goes_before_a_base_that_would_disturb_it() {
    // The base deletes what the edited request must not have deleted.
    let scenarios = "
      - name: delete
        given: { bucket: { objects: { k: kept } } }
        base: { request: DELETE /k }
        edit: { as: anonymous }
        unchanged: [k, '?list-type=2']
    ";
    let ran = run_all(&embedded().await, instances(scenarios)).await;
    let record = ran.record("/delete");
    assert_eq!(
        (status(record.base.as_ref()), status(record.edited.as_ref())),
        (204, 403)
    );
    assert_eq!(record.probes.len(), 2);
    for probe in &record.probes {
        assert_eq!(status(Some(&probe.before)), 200, "{}", probe.target);
        assert_eq!(status(Some(&probe.after)), 200, "{}", probe.target);
    }
    assert_eq!(record.probes[0].after.response().unwrap().body, b"kept");
    assert_eq!(record.secrets, [("k".to_owned(), "kept".to_owned())]);
}

#[tokio::test]
async fn a_base_that_changes_the_world_gets_one_of_its_own_before_a_world_edit() {
    let scenarios = "
      - name: delete
        given:
          bucket: { objects: { k: kept } }
          identities: { eve: { ram-user: { policy: { Version: '1', Statement: [{ Effect: Allow, Action: 'oss:*', Resource: ['acs:oss:*:*:${bucket}', 'acs:oss:*:*:${bucket}/*'] }] } } } }
        base: { as: eve, request: DELETE /k }
        edit: { add-statement: { Effect: Deny, Principal: ['${uid.eve}'], Action: 'oss:DeleteObject', Resource: 'acs:oss:*:*:${bucket}/*' } }
        unchanged: [k]
    ";
    let target = embedded().await;
    let ran = run_all(&target, instances(scenarios)).await;
    let record = ran.record("/delete");
    assert_eq!(
        (status(record.base.as_ref()), status(record.edited.as_ref())),
        (204, 403),
        "{record:?}"
    );
    let host = |exchange: &Option<oss403::wire::exchange::Exchange>| {
        exchange.as_ref().unwrap().request.host.clone()
    };
    assert_ne!(host(&record.base), host(&record.edited));
    assert!(host(&record.edited).starts_with(&record.placeholders["bucket"]));
    assert_eq!(status(Some(&record.probes[0].after)), 200);
    assert_eq!(buckets_on(&target).await, Vec::<String>::new());
}

#[tokio::test]
async fn everything_a_given_can_say_is_made() {
    let scenarios = "
      - name: everything
        given:
          bucket:
            acl: public-read
            objects:
              plain: { text: 'of ${bucket}', acl: private, headers: { x-oss-meta-a: b, Content-Type: text/css } }
              coded: { base64: AAEC }
              whole: { picture: jpeg }
              png: { picture: png }
              gif: { picture: gif }
              bmp: { picture: bmp }
              cut: { picture: truncated-jpeg }
              frozen: { storage-class: Archive }
              nameless: {}
            uploads: { up: big.bin }
            policy: { Version: '1', Statement: [{ Effect: Allow, Principal: ['${uid.ram-user}'], Action: 'oss:GetObject', Resource: 'acs:oss:*:*:${bucket}/*' }] }
            referer: { allow: ['http://a.example'] }
            cors: [{ origins: ['*'], methods: [GET] }]
            acceleration: true
            domain: true
          buckets:
            locked: { worm: locked, hierarchical-namespace: true }
            far: { region: away, encryption: AES256, requester-pays: true }
            theirs: { owner: other-account }
          domain-proven-by: [owner]
          vpc-endpoint: {}
        matrix:
          what: { plain: { request: GET /plain }, coded: { request: GET /coded }, nameless: { request: GET /nameless },
                  jpeg: { request: 'GET /whole?x-oss-process=image/info' }, png: { request: 'GET /png?x-oss-process=image/info' },
                  gif: { request: 'GET /gif?x-oss-process=image/info' }, bmp: { request: 'GET /bmp?x-oss-process=image/info' },
                  parts: { request: 'GET /big.bin?uploadId=${upload.up}' }, policy: { request: GET /coded, as: ram-user },
                  referer: { request: 'GET /?referer' }, cors: { request: OPTIONS /x, as: anonymous, headers: { Origin: 'http://x', Access-Control-Request-Method: GET } },
                  worm: { request: 'GET /?worm', bucket: locked }, encryption: { request: 'GET /?encryption', bucket: far },
                  acceleration: { request: GET /plain, host: accelerate }, domain: { request: GET /plain, host: domain },
                  theirs: { request: GET /, bucket: theirs, as: other-account }, vpc: { request: GET /plain, via: vpc-endpoint } }
        base: $what
        edit: { wrong-secret: true }
    ";
    let target = embedded().await;
    let ran = run_all(&target, instances(scenarios)).await;
    assert_eq!(ran.records.len(), 17);
    for record in &ran.records {
        assert_eq!(record.progress, Progress::Complete, "{}", record.instance);
        assert_eq!(
            status(record.base.as_ref()),
            200,
            "{}: {:?}",
            record.instance,
            record.base
        );
    }
    let body = |name: &str| {
        ran.record(name)
            .base
            .as_ref()
            .unwrap()
            .response()
            .unwrap()
            .body
            .clone()
    };
    let bucket = &ran.records[0].placeholders["bucket"];
    assert_eq!(body("/plain"), format!("of {bucket}").into_bytes());
    assert_eq!(body("/coded"), [0, 1, 2]);
    assert!(
        String::from_utf8(body("/worm"))
            .unwrap()
            .contains("<State>Locked</State>")
    );
    let plain = ran
        .record("/plain")
        .base
        .as_ref()
        .unwrap()
        .response()
        .unwrap();
    assert_eq!(
        (plain.header("content-type"), plain.header("x-oss-meta-a")),
        (Some("text/css"), Some("b"))
    );
    assert_ne!(
        ran.record("/vpc").base.as_ref().unwrap().request.address,
        target.names().address
    );
    assert_eq!(buckets_on(&target).await, Vec::<String>::new());
}

#[tokio::test]
async fn block_public_access_is_lifted_where_it_stands_in_the_way() {
    let mut config = Config::default();
    config.decisions.block_public_access = true;
    let target = oss403::target::Target::embedded(config).await.unwrap();
    let scenarios = "
      - name: public
        given: { bucket: { acl: public-read, objects: { k: { text: v, acl: public-read-write } } } }
        base: { as: anonymous, request: GET /k }
        edit: { request: GET / }
      - name: later
        given: { bucket: { objects: { k: v } } }
        base: { request: GET /k }
        edit: { bucket-acl: public-read }
      - name: policy
        given: { bucket: { objects: { k: v }, policy: { Version: '1', Statement: [{ Effect: Allow, Principal: ['*'], Action: 'oss:GetObject', Resource: 'acs:oss:*:*:${bucket}/*' }] } } }
        base: { as: anonymous, request: GET /k }
        edit: { request: GET / }
    ";
    let ran = run_all(&target, instances(scenarios)).await;
    for record in &ran.records {
        assert_eq!(record.progress, Progress::Complete, "{record:?}");
        assert_eq!(status(record.base.as_ref()), 200, "{record:?}");
    }
}

const DISABLED: &str = "
  - name: disabled
    given: { bucket: { acl: public-read-write, objects: { k: kept } } }
    base: { as: anonymous, request: PUT /k, body: changed }
    edit: { account-status: disabled }
    unchanged: [k]
  - name: bystander
    matrix: { n: [a, b, c, d, e, f] }
    base: { request: PUT /$n }
    edit: { as: anonymous }
    unchanged: [$n]
";

#[tokio::test]
async fn a_key_is_bound_to_the_networks_that_its_user_is_given() {
    let all =
        r#"{ Version: "1", Statement: [{ Effect: Allow, Action: ["oss:*"], Resource: ["*"] }] }"#;
    let scenarios = format!(
        "
      - name: bound
        given:
          bucket: {{ objects: {{ k: kept }} }}
          identities:
            here: {{ ram-user: {{ policy: {all}, networks: [127.0.0.0/8] }} }}
            elsewhere: {{ ram-user: {{ policy: {all}, networks: [203.0.113.0/24] }} }}
        base: {{ as: here, request: GET /k }}
        edit: {{ as: elsewhere }}
    "
    );
    let ran = run_all(&embedded().await, instances(&scenarios)).await;
    let record = ran.record("/bound");
    assert_eq!(
        (status(record.base.as_ref()), status(record.edited.as_ref())),
        (200, 403)
    );
}

#[tokio::test]
async fn an_account_in_another_state_is_one_of_its_own() {
    let server = reference(Config::default()).await;
    let (watched, desk) = (Watched::default(), Desk::new());
    let hook = watched.stand_before(&server, None).await;
    let target = desk
        .target(
            server.address(),
            &operator(&desk, hook, server.operator_token()),
        )
        .await;
    let ran = run_all(&target, instances(DISABLED)).await;
    for record in &ran.records {
        assert_eq!(record.progress, Progress::Complete, "{record:?}");
        assert_eq!(
            (status(record.base.as_ref()), status(record.edited.as_ref())),
            (200, 403),
            "{record:?}"
        );
    }
    // The owner's account itself was never touched.
    let touched = watched
        .commands()
        .into_iter()
        .filter(|command| command["set"] == "account-status");
    let accounts: Vec<_> = touched.map(|command| command["account"].clone()).collect();
    assert!(!accounts.is_empty());
    assert!(
        accounts
            .iter()
            .all(|account| *account != "1000000000000001"),
        "{accounts:?}"
    );
    assert_eq!(
        (
            watched.count("create", "account"),
            watched.count("remove", "account")
        ),
        (1, 1)
    );
    // While the account is disabled its owner can read nothing; the probes were made before and after.
    let probe = &ran.record("/disabled").probes[0];
    for read in [&probe.before, &probe.after] {
        assert_eq!(read.response().unwrap().body, b"kept");
    }
}

#[tokio::test]
async fn without_accounts_to_make_the_owners_own_is_changed_alone_and_put_right() {
    let server = reference(Config::default()).await;
    let (watched, desk) = (Watched::default(), Desk::new());
    let hook = watched
        .stand_before(&server, Some("\"create\":\"account\""))
        .await;
    let target = desk
        .target(
            server.address(),
            &operator(&desk, hook, server.operator_token()),
        )
        .await;
    let ran = run_all(&target, instances(DISABLED)).await;
    assert_eq!(ran.records.len(), 7);
    for record in &ran.records {
        assert_eq!(record.progress, Progress::Complete, "{record:?}");
        assert_eq!(
            (status(record.base.as_ref()), status(record.edited.as_ref())),
            (200, 403),
            "{record:?}"
        );
    }
    let states: Vec<_> = watched
        .commands()
        .into_iter()
        .filter(|command| command["set"] == "account-status")
        .map(|command| (command["account"].clone(), command["value"].clone()))
        .collect();
    assert!(
        states
            .iter()
            .all(|(account, _)| account == "1000000000000001"),
        "{states:?}"
    );
    assert_eq!(states.first().unwrap().1, "disabled");
    assert_eq!(states.last().unwrap().1, "active");
    // The state is written down before it is made, with what ends it.
    let journal = &ran.journal;
    let noted = journal
        .find(r#""state":{"undo":{"set":"account-status""#)
        .unwrap();
    assert!(journal[noted..].starts_with(
        r#""state":{"undo":{"set":"account-status","account":"1000000000000001","value":"active"}}"#
    ));
    assert_eq!(ran.summary.left_behind, Vec::<String>::new());
    assert_eq!(buckets_on(&target).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_is_at_work_while_the_owners_own_account_is_changed() {
    let changed = Arc::new(AtomicBool::new(false));
    let hosts = Arc::new(Mutex::new(BTreeSet::new()));
    let (flag, seen) = (Arc::clone(&changed), Arc::clone(&hosts));
    let address = fake(move |request| {
        if flag.load(Ordering::SeqCst) {
            seen.lock().unwrap().insert(request.host);
        }
        async { plain(200) }
    })
    .await;
    let flag = Arc::clone(&changed);
    let hook = fake(move |request| {
        let flag = Arc::clone(&flag);
        async move {
            let body = String::from_utf8(request.body.to_vec()).unwrap();
            if body.contains(r#""create":"account""#) {
                let error = r#"{"error":{"code":"unknown-command","message":"no"}}"#;
                return Some((400, Vec::new(), error.into()));
            }
            if body.contains("disabled") {
                flag.store(true, Ordering::SeqCst);
                // Whoever is at work now gets time to show it.
                for _ in 0..2_000 {
                    tokio::task::yield_now().await;
                }
            } else if body.contains("active") {
                flag.store(false, Ordering::SeqCst);
            }
            Some((200, Vec::new(), "{}".into()))
        }
    })
    .await;
    let desk = Desk::new();
    // Few at a time, so that there are some left whenever it is the turn of the one that counts.
    let more = operator(&desk, hook, "token") + "limits: { concurrency: 6 }\n";
    let mut profile = desk.profile(address, &Config::default(), &more);
    let Endpoint::Remote(remote) = &mut profile.endpoint else {
        panic!()
    };
    remote.identities.get_mut("owner").unwrap().account = Some("1".into());
    let target = oss403::target::Target::ready(&profile).await.unwrap();
    let names: Vec<String> = (0..150).map(|number| format!("n{number}")).collect();
    let many = DISABLED.replace("[a, b, c, d, e, f]", &format!("[{}]", names.join(", ")));
    let ran = run_all(&target, instances(&many)).await;
    let own = &ran.record("/disabled").placeholders["bucket"];
    let hosts = hosts.lock().unwrap().clone();
    assert!(!hosts.is_empty());
    assert!(
        hosts
            .iter()
            .all(|host| host.starts_with(&format!("{own}."))),
        "{own}: {hosts:?}"
    );
}

#[tokio::test]
async fn uids_that_a_profile_does_not_give_are_asked_for() {
    let server = reference(Config::default()).await;
    let target = Desk::new().target(server.address(), "").await;
    let scenarios = "
      - name: policy
        given: { bucket: { objects: { k: v }, policy: { Version: '1', Statement: [{ Effect: Allow, Principal: ['${account.other-account}'], Action: 'oss:GetObject', Resource: 'acs:oss:*:*:${bucket}/*' }] } } }
        base: { as: other-account, request: GET /k }
        edit: { as: ram-user }
    ";
    let ran = run_all(&target, instances(scenarios)).await;
    let record = &ran.records[0];
    assert_eq!(
        (status(record.base.as_ref()), status(record.edited.as_ref())),
        (200, 403),
        "{record:?}"
    );
    assert_eq!(
        record.placeholders["account.other-account"],
        "1000000000000002"
    );
}

#[tokio::test]
async fn fixtures_are_signed_with_what_the_target_claims() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let address = fake(move |request| {
        kept.lock().unwrap().push(request.target);
        async { plain(200) }
    })
    .await;
    let target = Desk::new()
        .target(address, "capabilities: [signature-v1]\n")
        .await;
    assert_eq!(
        target.capabilities().iter().copied().collect::<Vec<_>>(),
        [
            Capability::VirtualHosted,
            Capability::HeaderV1,
            Capability::UrlV1
        ]
    );
    let scenarios = "[{ name: x, base: { sign: header-v1, request: PUT /k }, edit: { as: anonymous }, unchanged: [k] }]";
    let ran = run_all(&target, instances(scenarios)).await;
    assert_eq!(ran.records[0].progress, Progress::Complete);
    let authorization = |exchange: &oss403::wire::exchange::Exchange| {
        let headers = exchange.request.headers.clone();
        headers
            .into_iter()
            .find(|(name, _)| name == "Authorization")
            .unwrap()
            .1
    };
    assert!(authorization(&ran.records[0].probes[0].before).starts_with("OSS OSS403OWNERKEY0001:"));
    assert!(seen.lock().unwrap().len() >= 6);
}
