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
        "    base: {{ {base} }}\n    edit: {{ set-header: {{ x-a: b }} }}\n    unchanged: [kept]\n"
    ))
}

#[test]
fn a_scheme_needs_that_its_version_is_understood_in_its_carrier() {
    assert_eq!(of_base("request: GET /"), ["header-v4"]);
    assert_eq!(of_base("sign: url-v1, request: GET /"), ["url-v1"]);
    assert_eq!(of_base("sign: header-v2, request: GET /"), ["header-v2"]);
    assert_eq!(
        of_base("sign: s3-header-v4, request: GET /"),
        ["s3-header-v4"]
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
        ["bucket-acl"]
    );
    assert_eq!(
        of_base("as: other-account, request: GET /"),
        ["second-account", "header-v4"]
    );
    assert_eq!(of_base("as: sts, request: GET /"), ["sts", "header-v4"]);
    assert_eq!(
        of_base("as: ram-user, request: GET /"),
        ["ram-users", "header-v4"]
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

#[test]
fn every_carrier_of_a_scheme_is_a_capability_of_its_own() {
    for name in [
        "header-v1",
        "url-v1",
        "header-v2",
        "url-v2",
        "header-v4",
        "url-v4",
        "s3-header-v4",
    ] {
        assert_eq!(of_base(&format!("sign: {name}, request: GET /")), [name]);
    }
    assert_eq!(
        of_base("sign: form-v1, request: POST /, form: { file: a }"),
        ["post-object", "form-v1"]
    );
    assert_eq!(
        needs("    base: { sign: header-v1, request: GET / }\n    edit: { sign: url-v2 }\n"),
        ["header-v1", "url-v2"]
    );
}

#[test]
fn operations_acls_and_sub_resources_are_needed_where_they_stand() {
    let of = |base: &str| of_base(&format!("as: anonymous, {base}"));
    assert_eq!(of("request: \"GET /k.txt?acl\""), ["object-acl"]);
    assert_eq!(
        of("request: \"PUT /?acl\", headers: { x-oss-acl: public-read }"),
        ["bucket-acl", "public-buckets"]
    );
    assert_eq!(
        of("request: PUT /k, headers: { x-oss-object-acl: private }"),
        ["object-acl"]
    );
    assert_eq!(
        of("request: PUT /k, headers: { X-Oss-Copy-Source: /b/k }"),
        ["copy"]
    );
    assert_eq!(of("request: \"POST /k?append&position=0\""), ["append"]);
    assert_eq!(of("request: \"POST /?delete\""), ["multi-delete"]);
    assert_eq!(
        of("request: \"PUT /k?partNumber=1&uploadId=x\""),
        ["multipart"]
    );
    assert_eq!(of("request: \"GET /?list-type=2\""), ["list-objects-v2"]);
    assert_eq!(of("request: \"GET /?lifecycle\""), ["lifecycle"]);
    assert_eq!(of("bucket: none, request: GET /"), ["list-buckets"]);
    assert_eq!(of("bucket: none, request: \"GET /?regions\""), ["regions"]);
    let given = |words: &str| {
        needs(&format!(
            "    given: {{ bucket: {{ {words} }} }}\n    base: {{ as: anonymous, request: GET / }}\n    \
             edit: {{ set-header: {{ x-a: b }} }}\n    unchanged: [\"k?acl\", \"?tagging\"]\n"
        ))
    };
    assert_eq!(
        given("acl: private"),
        ["bucket-acl", "object-acl", "tagging"]
    );
    assert_eq!(
        given("acl: public-read-write, uploads: { u: k }"),
        [
            "bucket-acl",
            "object-acl",
            "public-buckets",
            "multipart",
            "tagging"
        ]
    );
}

#[test]
fn a_bucket_in_the_path_of_the_service_is_a_matter_of_addressing() {
    let edit = |edit: &str| {
        needs(&format!(
            "    base: {{ as: anonymous, request: GET /k }}\n    edit: {{ {edit} }}\n"
        ))
    };
    assert_eq!(edit("host: service"), ["second-level"]);
    assert_eq!(edit("host: ip"), ["second-level"]);
    assert_eq!(
        edit("host: \"${bucket}.oss.${suffix}\""),
        ["virtual-hosted", "any-host"]
    );
    assert_eq!(
        edit("bucket-acl: public-read"),
        ["bucket-acl", "public-buckets"]
    );
    let given = "    given: { bucket: { objects: { k: the object k } } }\n";
    let of_object =
        "    base: { as: anonymous, request: GET /k }\n    edit: { object-acl: { k: private } }\n";
    assert_eq!(needs(&format!("{given}{of_object}")), ["object-acl"]);
}

/// A word in a query that no capability stands behind must be one that every server can ignore or has anyway.
#[test]
fn every_sub_resource_of_the_ledger_is_a_capability_or_a_plain_parameter() {
    const PLAIN: [&str; 6] = [
        "prefix",
        "delimiter",
        "max-keys",
        "acl",
        "comp",
        "x-oss-process",
    ];
    let ledger = oss403_case::Ledger::embedded().unwrap();
    let mut unknown = std::collections::BTreeSet::new();
    for instance in ledger.instances() {
        let scenario = &instance.scenario;
        let reads = scenario.unchanged.iter().map(|read| format!("GET /{read}"));
        for line in reads.chain([scenario.base.request.clone()]) {
            let query = line.split_once('?').map_or("", |(_, query)| query);
            let names = query.split('&').filter_map(|pair| pair.split('=').next());
            for name in names.filter(|name| !name.is_empty() && !PLAIN.contains(name)) {
                let asked = of_base(&format!("as: anonymous, request: \"GET /?{name}\""));
                if asked.is_empty() {
                    unknown.insert(name.to_owned());
                }
            }
        }
    }
    assert_eq!(unknown.into_iter().collect::<Vec<_>>(), [""; 0]);
}
