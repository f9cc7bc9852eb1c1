//! What a scenario asks of a target, read off its words.

use crate::support::instances;

fn needs(scenario: &str) -> Vec<&'static str> {
    let scenario = format!("  - name: one\n{scenario}");
    let instance = instances(&scenario).swap_remove(0);
    let needs = instance.needs.capabilities.iter();
    needs.map(|need| need.as_str()).collect()
}

fn of_base(base: &str) -> Vec<&'static str> {
    needs(&format!(
        "    base: {{ {base} }}\n    edit: {{ set-header: {{ x-a: b }} }}\n"
    ))
}

#[test]
fn a_scheme_needs_that_its_version_is_understood() {
    assert_eq!(of_base("request: GET /"), ["signature-v4"]);
    assert_eq!(of_base("sign: url-v1, request: GET /"), ["signature-v1"]);
    assert_eq!(of_base("sign: header-v2, request: GET /"), ["signature-v2"]);
    assert_eq!(
        of_base("sign: s3-header-v4, request: GET /"),
        ["s3-dialect"]
    );
    assert!(of_base("as: anonymous, request: GET /").is_empty());
}

#[test]
fn hosts_identities_and_requests_need_what_they_name() {
    assert_eq!(
        of_base("as: anonymous, host: away-bucket, request: GET /"),
        ["two-regions"]
    );
    assert_eq!(
        of_base("as: anonymous, host: accelerate, request: GET /"),
        ["acceleration"]
    );
    assert_eq!(
        of_base("as: anonymous, host: old.example, request: GET /"),
        ["any-host"]
    );
    assert_eq!(of_base("as: anonymous, request: OPTIONS /k"), ["cors"]);
    assert_eq!(
        of_base("as: anonymous, request: \"GET /k?x-oss-process=image/resize,w_10\""),
        ["image-processing"]
    );
    assert_eq!(
        of_base("as: anonymous, request: \"GET /?policy\""),
        ["bucket-policy"]
    );
    assert_eq!(
        of_base("as: anonymous, request: \"GET /?prefix=a&worm\""),
        ["worm"]
    );
    assert_eq!(
        of_base("as: anonymous, request: \"GET /?prefix=worm&acl\""),
        [""; 0]
    );
    assert_eq!(
        of_base("as: other-account, request: GET /"),
        ["second-account", "signature-v4"]
    );
    assert_eq!(of_base("as: sts, request: GET /"), ["sts", "signature-v4"]);
    assert_eq!(
        of_base("as: ram-user, request: GET /"),
        ["ram-users", "signature-v4"]
    );
    assert_eq!(
        of_base("as: anonymous, request: \"GET /${away-region}\""),
        ["two-regions"]
    );
    assert_eq!(
        of_base("as: anonymous, request: \"GET /${uid.other-account}\""),
        ["second-account"]
    );
    assert_eq!(
        of_base("as: anonymous, request: GET /, headers: { X-Oss-Server-Side-Encryption: KMS }"),
        ["kms"]
    );
}

#[test]
fn worlds_need_what_they_are_made_of() {
    let given = |given: &str| {
        needs(&format!(
            "    given: {{ {given} }}\n    base: {{ as: anonymous, request: GET / }}\n    edit: {{ set-header: {{ x-a: b }} }}\n"
        ))
    };
    assert_eq!(given("bucket: { worm: locked }"), ["worm"]);
    assert_eq!(given("bucket: { policy: {} }"), ["bucket-policy"]);
    assert_eq!(
        given("bucket: { hierarchical-namespace: true }"),
        ["hierarchical-namespace"]
    );
    assert_eq!(
        given("bucket: { objects: { a: { storage-class: Archive } } }"),
        ["archive"]
    );
    assert_eq!(given("buckets: { far: { region: away } }"), ["two-regions"]);
    assert_eq!(
        given("identities: { a: { ram-user: {} }, b: { session: {} } }"),
        ["ram-users", "sts", "operator"]
    );
    assert_eq!(given("vpc-endpoint: {}"), ["operator", "vpc-endpoint"]);
}

#[test]
fn edits_need_what_they_change() {
    let edit = |edit: &str| {
        needs(&format!(
            "    base: {{ as: anonymous, request: GET / }}\n    edit: {{ {edit} }}\n"
        ))
    };
    assert_eq!(edit("account-status: disabled"), ["operator"]);
    assert_eq!(edit("kms-status: overdue"), ["operator", "kms"]);
    assert_eq!(edit("as: other-account"), ["second-account"]);
    assert_eq!(edit("host: away-service"), ["two-regions"]);
    assert_eq!(edit("sts-refused-in-region: true"), ["sts", "operator"]);
    assert_eq!(edit("add-statement: {}"), ["bucket-policy"]);
    assert_eq!(edit("cors: []"), ["cors"]);
    assert_eq!(edit("block-public-access: true"), ["block-public-access"]);
    assert_eq!(edit("risky-domain: d.example"), ["operator", "cname"]);
    assert_eq!(edit("close-feature: dataAccelerator"), ["operator"]);
    assert_eq!(edit("request: 'GET /?logging'"), ["logging"]);
    assert_eq!(
        needs(
            "    base: { as: anonymous, request: GET / }\n    edit: { all: [{ cors: [] }, { as: other-account }, { host: away-bucket }] }\n    \
             before: { cause: bucket-acl, order: documented, source: a page }\n"
        ),
        ["two-regions", "second-account", "cors"]
    );
    assert_eq!(
        edit("put-object: { a: { storage-class: ColdArchive } }"),
        ["archive"]
    );
}

#[test]
fn what_is_required_by_name_is_needed() {
    let found = needs(
        "    requires: [worm]\n    base: { as: anonymous, request: GET / }\n    edit: { set-header: { x-a: b } }\n",
    );
    assert_eq!(found, ["worm"]);
}
