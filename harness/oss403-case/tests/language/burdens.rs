//! What an instance costs, leaves or asks of people, read off its words.

use oss403_case::{Burden, Ledger};

use crate::support::{cases, instances};

fn burdens(scenario: &str) -> Vec<&'static str> {
    let scenario = format!("  - name: one\n{scenario}    unchanged: [kept]\n");
    let instance = instances(&scenario).swap_remove(0);
    instance.burdens().into_iter().map(Burden::as_str).collect()
}

fn of(given: &str, base: &str, edit: &str) -> Vec<&'static str> {
    burdens(&format!(
        "    given: {{ {given} }}\n    base: {{ request: {base} }}\n    edit: {{ {edit} }}\n"
    ))
}

#[test]
fn what_only_asks_and_is_removed_at_once_is_harmless() {
    for given in [
        "bucket: { acl: public-read, objects: { k: v } }",
        "bucket: { storage-class: Standard, objects: { k: { text: v, storage-class: Standard } } }",
        "bucket: { worm: in-progress }",
        "bucket: { encryption: AES256, requester-pays: true, block-public-access: true }",
    ] {
        assert!(of(given, "GET /", "as: anonymous").is_empty(), "{given}");
    }
    for base in [
        "\"GET /?worm\"",
        "\"DELETE /?worm\"",
        "\"POST /?worm\", body: <InitiateWormConfiguration/>",
        "PUT /k, headers: { x-oss-storage-class: Standard }",
        "PUT /k, headers: { x-oss-server-side-encryption: AES256 }",
    ] {
        assert!(of("bucket: {}", base, "as: ram-user").is_empty(), "{base}");
    }
}

#[test]
fn a_lock_is_one_wherever_it_is_asked_for() {
    let locked = ["locked-retention"];
    let open = "bucket: { worm: in-progress }";
    assert_eq!(
        of("bucket: { worm: locked }", "GET /", "as: anonymous"),
        locked
    );
    assert_eq!(
        of("buckets: { b: { worm: locked } }", "GET /", "as: anonymous"),
        locked
    );
    assert_eq!(of(open, "GET /", "lock-worm: true"), locked);
    let both = "all: [{ lock-worm: true }, { as: anonymous }]";
    let before = "    before: { cause: anonymous-bucket, order: observed, source: seen }\n";
    assert_eq!(
        burdens(&format!(
            "    given: {{ {open} }}\n    base: {{ request: GET / }}\n    edit: {{ {both} }}\n{before}"
        )),
        locked
    );
    assert_eq!(
        of(open, "\"POST /?wormId=${worm}\"", "as: anonymous"),
        locked
    );
    assert_eq!(
        of(
            open,
            "\"POST /?wormExtend&wormId=${worm}\"",
            "as: anonymous"
        ),
        locked
    );
    // Refused by a right server; a wrong one locks.
    assert_eq!(
        of(open, "POST /", "request: \"POST /?wormId=${worm}\""),
        locked
    );
    assert_eq!(
        of(open, "POST /", "set-query: { wormId: \"${worm}\" }"),
        locked
    );
    assert_eq!(
        of(open, "POST /", "tamper-query: { wormId: \"${worm}\" }"),
        locked
    );
    let given = format!("{open}, requests: [{{ request: \"POST /?wormId=${{worm}}\" }}]");
    assert_eq!(of(&given, "GET /", "as: anonymous"), locked);
}

#[test]
fn every_class_but_standard_is_charged_for_a_least_time() {
    for class in ["IA", "Archive", "ColdArchive", "DeepColdArchive"] {
        let expected = ["storage-class"];
        let bucket = format!("bucket: {{ storage-class: {class} }}");
        assert_eq!(of(&bucket, "GET /", "as: anonymous"), expected);
        let object =
            format!("bucket: {{ objects: {{ k: {{ text: v, storage-class: {class} }} }} }}");
        assert_eq!(of(&object, "GET /", "as: anonymous"), expected);
        let header = format!("PUT /k, headers: {{ X-Oss-Storage-Class: {class} }}");
        assert_eq!(of("bucket: {}", &header, "as: anonymous"), expected);
        let put = format!("put-object: {{ k: {{ text: v, storage-class: {class} }} }}");
        assert_eq!(of("bucket: {}", "GET /k", &put), expected);
        let set = format!("set-header: {{ x-oss-storage-class: {class} }}");
        assert_eq!(of("bucket: {}", "PUT /k", &set), expected);
        let field = format!(
            "POST /, form: {{ fields: {{ key: k, x-oss-storage-class: {class} }}, file: v }}"
        );
        assert_eq!(of("bucket: {}", &field, "as: anonymous"), expected);
        let body = format!(
            "PUT /, body: \"<CreateBucketConfiguration><StorageClass>{class}</StorageClass></CreateBucketConfiguration>\""
        );
        assert_eq!(of("bucket: {}", &body, "as: anonymous"), expected);
    }
    assert_eq!(
        of("bucket: {}", "\"POST /k?restore\"", "as: anonymous"),
        ["storage-class"]
    );
}

#[test]
fn what_needs_more_than_the_service_itself_says_what() {
    let table = [
        (
            "bucket: { acceleration: true }",
            "GET /",
            "as: anonymous",
            "acceleration",
        ),
        (
            "bucket: {}",
            "GET /, host: accelerate",
            "as: anonymous",
            "acceleration",
        ),
        (
            "bucket: { encryption: KMS }",
            "GET /",
            "as: anonymous",
            "kms",
        ),
        ("bucket: {}", "GET /", "host: domain", "domain"),
        (
            "bucket: {}",
            "\"PUT /?dataAccelerator\"",
            "as: anonymous",
            "data-accelerator",
        ),
        (
            "identities: { u: { ram-user: {} } }",
            "GET /, as: u",
            "wrong-secret: true",
            "operator",
        ),
        ("bucket: {}", "GET /", "bucket-status: disabled", "operator"),
        (
            "bucket: {}",
            "GET /",
            "account-status: disabled",
            "operator",
        ),
    ];
    for (given, base, edit, expected) in table {
        assert!(
            of(given, base, edit).contains(&expected),
            "{given} {base} {edit}"
        );
    }
    let endpoint = of(
        "vpc-endpoint: {}",
        "GET /, via: vpc-endpoint",
        "as: anonymous",
    );
    assert_eq!(endpoint, ["vpc-endpoint", "operator"]);
}

#[test]
fn of_the_ledger_what_touches_a_lock_is_known() {
    let ledger = Ledger::load(&cases()).unwrap();
    let locks: Vec<String> = ledger
        .instances()
        .filter(|instance| instance.burdens().contains(&Burden::LockedRetention))
        .map(|instance| instance.id)
        .collect();
    assert!(locks.iter().any(|id| id.starts_with("worm-locked/")));
    let of_others = |word: &str| {
        locks
            .iter()
            .any(|id| id.starts_with("bucket-not-belong/") && id.contains(word))
    };
    assert!(
        of_others("complete") && of_others("extend") && !of_others("abort"),
        "{locks:?}"
    );
    let one_day = |burden: &Burden| burden.is_irreversible();
    let irreversible = ledger
        .instances()
        .filter(|one| one.burdens().iter().any(one_day));
    assert_eq!(irreversible.count(), locks.len());
}
