//! The edges of single checks: what their conditions look at, and where they end.

use base64::Engine;
use oss_auth::{Credentials, Scope, Timestamp, form};
use oss_policy::{CorsRule, CorsRules, RefererRules};
use oss_reference::Cause;
use oss_reference::checks::Caller;
use oss_reference::config::{Extreme, Faults};
use oss_reference::world::{Encryption, StorageClass, Upload, Version};
use serde_json::{Value, json};

use crate::fixture::{Ask, NOW, OWNER, Scheme, Setup, allow, content};

#[test]
fn a_condition_can_look_at_the_tags_and_the_acl_that_a_request_brings() {
    let mut setup = Setup::new();
    for (key, header) in [
        (
            "oss:RequestObjectTag/team",
            ("x-oss-tagging", "size=1&team=red"),
        ),
        ("oss:x-oss-object-acl", ("x-oss-object-acl", "red")),
        ("oss:x-oss-acl", ("x-oss-acl", "red")),
    ] {
        let key = setup.user(json!([{
            "Effect": "Allow", "Action": "oss:*", "Resource": "*",
            "Condition": { "StringEquals": { key: "red" } }
        }]));
        let put = setup.ask("PUT", "bucket-one", "/new.txt").by(&key);
        assert_eq!(
            setup.cause(&put.clone().header(header.0, header.1)),
            Ok(()),
            "{header:?}"
        );
        let other = header.1.replace("red", "blue");
        assert_eq!(
            setup.cause(&put.clone().header(header.0, &other)),
            Err(Cause::BucketAcl),
            "{header:?}"
        );
        assert_eq!(setup.cause(&put), Err(Cause::BucketAcl), "{header:?}");
    }
}

#[test]
fn archived_objects_are_read_at_once_only_where_that_is_on_and_only_from_archive() {
    let mut setup = Setup::new();
    let get = setup.ask("GET", "bucket-one", "/k.txt");
    let copy = setup
        .ask("PUT", "bucket-one", "/c.txt")
        .header("x-oss-copy-source", "/bucket-one/k.txt");
    let frozen = Err(Cause::ObjectState);
    for (class, enabled, read) in [
        (StorageClass::Standard, "false", Ok(())),
        (StorageClass::Archive, "false", frozen),
        (StorageClass::Archive, "true", Ok(())),
        (StorageClass::ColdArchive, "true", frozen),
    ] {
        setup.object("bucket-one").storage_class = class;
        let xml = format!(
            "<ArchiveDirectReadConfiguration><Enabled>{enabled}</Enabled></ArchiveDirectReadConfiguration>"
        );
        setup
            .bucket("bucket-one")
            .settings
            .insert("bucketArchiveDirectRead".into(), xml.into());
        assert_eq!(setup.cause(&get), read, "{class:?} {enabled}");
    }
    setup.object("bucket-one").storage_class = StorageClass::Archive;
    assert_eq!(setup.cause(&copy), frozen, "a copy is not a read");
}

#[test]
fn a_part_is_encrypted_as_its_upload_was_begun() {
    let mut setup = Setup::new();
    let mut template = setup.object("bucket-one").clone();
    setup.bucket("bucket-one").uploads.insert(
        ("big.txt".into(), "U1".into()),
        Upload {
            initiated: NOW,
            template: template.clone(),
            parts: Default::default(),
        },
    );
    template.encryption = Some(Encryption {
        algorithm: "KMS".into(),
        ..Encryption::default()
    });
    setup.bucket("bucket-one").uploads.insert(
        ("big.txt".into(), "U2".into()),
        Upload {
            initiated: NOW,
            template,
            parts: Default::default(),
        },
    );
    setup.operate(json!({ "set": "kms-status", "account": OWNER, "value": "in-debt" }));
    let part = |id: &str| {
        let path = format!("/big.txt?partNumber=1&uploadId={id}");
        setup.cause(&setup.ask("PUT", "bucket-one", &path))
    };
    assert_eq!(part("U1"), Ok(()));
    assert_eq!(part("U2"), Err(Cause::KmsInDebt));
}

#[test]
fn only_reads_of_pictures_are_looked_at_by_the_image_processor() {
    let mut setup = Setup::new();
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xe0];
    jpeg.resize(200, 0);
    setup.object("bucket-one").content = content(&jpeg);
    let ask = |method: &str, process: &str| {
        let path = format!("/k.txt?x-oss-process={process}");
        setup.cause(&setup.ask(method, "bucket-one", &path))
    };
    assert_eq!(ask("GET", "image/resize,w_10"), Err(Cause::ImageDamage));
    assert_eq!(ask("GET", "video/snapshot"), Ok(()));
    assert_eq!(ask("HEAD", "image/resize,w_10"), Ok(()));
}

#[test]
fn a_url_with_a_date_header_is_held_against_the_clock_by_both() {
    let setup = Setup::new();
    for (offset, expected) in [
        (-901, Err(Cause::TimeSkewed)),
        (-900, Ok(())),
        (0, Ok(())),
        (900, Ok(())),
        (901, Err(Cause::TimeSkewed)),
    ] {
        let date = Timestamp(NOW + offset).to_iso_basic();
        let ask = setup
            .ask("GET", "bucket-one", "/k.txt")
            .scheme(Scheme::V1Url)
            .header("x-oss-date", &date);
        assert_eq!(setup.cause(&ask), expected, "{offset}");
    }
}

#[test]
fn an_expired_url_is_no_skewed_clock_and_an_old_form_is() {
    let setup = without("url-auth-expiry");
    let mut url = setup
        .ask("GET", "bucket-one", "/k.txt")
        .scheme(Scheme::V4Url);
    (url.signed_at, url.expires) = (-3600, Some("60".into()));
    assert_eq!(setup.cause(&url), Ok(()));

    let setup = Setup::new();
    let week = 7 * 86_400;
    assert_eq!(
        setup.cause(&v4_form(&setup, NOW - week, V4_CONDITIONS)),
        Ok(())
    );
    assert_eq!(
        setup.cause(&v4_form(&setup, NOW - week - 1, V4_CONDITIONS)),
        Err(Cause::TimeSkewed)
    );
}

#[test]
fn the_policy_of_a_v4_form_names_what_dates_and_names_its_signature() {
    let setup = Setup::new();
    assert_eq!(setup.cause(&v4_form(&setup, NOW, V4_CONDITIONS)), Ok(()));
    for missing in V4_CONDITIONS {
        let named: Vec<_> = V4_CONDITIONS
            .iter()
            .copied()
            .filter(|name| name != missing)
            .collect();
        assert_eq!(
            setup.cause(&v4_form(&setup, NOW, &named)),
            Err(Cause::PostExtraField),
            "{missing}"
        );
    }
}

#[test]
fn a_preflight_is_no_hotlink() {
    let mut setup = Setup::new();
    setup.bucket("bucket-read").referer = Some(RefererRules {
        allow_empty: false,
        whitelist: vec!["http://good.example".into()],
        ..RefererRules::default()
    });
    let rule = CorsRule {
        allowed_origins: vec!["*".into()],
        allowed_methods: vec!["GET".into()],
        ..CorsRule::default()
    };
    setup.bucket("bucket-read").cors = Some(CorsRules {
        rules: vec![rule],
        response_vary: false,
    });
    let preflight = setup
        .ask("OPTIONS", "bucket-read", "/k.txt")
        .anonymous()
        .header("origin", "http://a.example")
        .header("access-control-request-method", "GET");
    assert_eq!(setup.cause(&preflight), Ok(()));
    let get = setup.ask("GET", "bucket-read", "/k.txt").anonymous();
    assert_eq!(setup.cause(&get), Err(Cause::RefererDenied));
}

#[test]
fn managing_without_rights_is_refused_in_the_words_of_the_operation() {
    let mut setup = Setup::new();
    let user = setup.poor_user();
    let regions = setup.ask_service("GET", "/?regions").by(&user);
    assert_eq!(setup.cause(&regions), Err(Cause::AccessDenied));
    let stat = setup.ask("GET", "bucket-one", "/?stat");
    assert_eq!(
        setup.cause(&stat.clone().by(&user)),
        Err(Cause::AccessDenied)
    );
    assert_eq!(setup.cause(&stat.anonymous()), Err(Cause::AnonymousBucket));
    let info = setup.ask("GET", "bucket-one", "/?bucketInfo").by(&user);
    assert_eq!(setup.cause(&info), Err(Cause::BucketNotBelong));
}

#[test]
fn each_request_needs_its_own_action_and_no_other() {
    const RENAMED: (&str, &str) = ("x-oss-rename-source", "k.txt");
    const COPIED: (&str, &str) = (
        "x-oss-copy-source",
        "/bucket-one/k.txt?versionId=CAEQMDAwMDAwMDAwMDAwMDAwMA",
    );
    const NOTHING: (&str, &str) = ("accept", "*/*");
    let mut setup = Setup::new();
    let bucket = setup.bucket("bucket-one");
    bucket.hierarchical_namespace = true;
    let mut first = bucket.objects["k.txt"].clone();
    first.version = Some("CAEQMDAwMDAwMDAwMDAwMDAwMA".into());
    bucket
        .past
        .insert("k.txt".into(), vec![Version::Object(first)]);
    for (method, path, header, actions) in [
        ("GET", "/k.txt", NOTHING, &["oss:GetObject"][..]),
        (
            "GET",
            "/k.txt?tagging&versionId=CAEQMDAwMDAwMDAwMDAwMDAwMA",
            NOTHING,
            &["oss:GetObjectVersionTagging"],
        ),
        (
            "PUT",
            "/k.txt?tagging&versionId=CAEQMDAwMDAwMDAwMDAwMDAwMA",
            NOTHING,
            &["oss:PutObjectVersionTagging"],
        ),
        (
            "DELETE",
            "/k.txt?tagging&versionId=CAEQMDAwMDAwMDAwMDAwMDAwMA",
            NOTHING,
            &["oss:DeleteObjectVersionTagging"],
        ),
        (
            "POST",
            "/k.txt?restore&versionId=CAEQMDAwMDAwMDAwMDAwMDAwMA",
            NOTHING,
            &["oss:RestoreObjectVersion"],
        ),
        (
            "GET",
            "/k.txt?versionId=CAEQMDAwMDAwMDAwMDAwMDAwMA",
            NOTHING,
            &["oss:GetObjectVersion"],
        ),
        ("GET", "/k.txt?acl", NOTHING, &["oss:GetObjectAcl"]),
        (
            "GET",
            "/k.txt?acl&versionId=CAEQMDAwMDAwMDAwMDAwMDAwMA",
            NOTHING,
            &["oss:GetObjectVersionAcl"],
        ),
        (
            "PUT",
            "/k.txt?acl",
            ("x-oss-object-acl", "private"),
            &["oss:PutObjectAcl"],
        ),
        (
            "PUT",
            "/k.txt?acl&versionId=CAEQMDAwMDAwMDAwMDAwMDAwMA",
            ("x-oss-object-acl", "private"),
            &["oss:PutObjectVersionAcl"],
        ),
        ("DELETE", "/k.txt", NOTHING, &["oss:DeleteObject"]),
        (
            "DELETE",
            "/k.txt?versionId=CAEQMDAwMDAwMDAwMDAwMDAwMA",
            NOTHING,
            &["oss:DeleteObjectVersion"],
        ),
        (
            "PUT",
            "/c.txt",
            COPIED,
            &["oss:GetObjectVersion", "oss:PutObject"],
        ),
        (
            "POST",
            "/c.txt?x-oss-rename",
            RENAMED,
            &["oss:DeleteObject", "oss:PutObject"],
        ),
        ("GET", "/?website", NOTHING, &["oss:GetBucketWebsite"]),
        ("PUT", "/?website", NOTHING, &["oss:PutBucketWebsite"]),
        ("DELETE", "/?website", NOTHING, &["oss:DeleteBucketWebsite"]),
    ] {
        let mut granted = |actions: &[&str]| {
            let key =
                setup.user(json!([{ "Effect": "Allow", "Action": actions, "Resource": "*" }]));
            let ask = setup
                .ask(method, "bucket-one", path)
                .header(header.0, header.1);
            setup.send(&ask.by(&key)).map(|_| ())
        };
        assert_eq!(granted(actions), Ok(()), "{method} {path}");
        for lacking in actions {
            let others: Vec<_> = ALL_ACTIONS
                .iter()
                .copied()
                .filter(|action| action != lacking)
                .collect();
            assert!(
                granted(&others).is_err(),
                "{method} {path} without {lacking}"
            );
        }
    }
}

const ALL_ACTIONS: &[&str] = &[
    "oss:GetObject",
    "oss:GetObjectVersion",
    "oss:GetObjectAcl",
    "oss:GetObjectVersionAcl",
    "oss:PutObject",
    "oss:PutObjectAcl",
    "oss:PutObjectVersionAcl",
    "oss:DeleteObject",
    "oss:DeleteObjectVersion",
    "oss:GetBucketWebsite",
    "oss:PutBucketWebsite",
    "oss:DeleteBucketWebsite",
    "oss:GetBucketSetting",
];

#[test]
fn who_may_not_tag_is_told_by_name_or_by_the_bucket_acl() {
    let setup = Setup::new();
    let put = setup
        .ask("PUT", "bucket-write", "/new.txt")
        .header("x-oss-tagging", "a=b");
    assert_eq!(setup.cause(&put), Ok(()));
    let other = put.clone().by(&setup.key("other-account"));
    assert_eq!(setup.cause(&other), Err(Cause::AccessDenied));
    assert_eq!(setup.cause(&put.clone().anonymous()), Err(Cause::BucketAcl));
    // What the one check says is not said again by the other.
    let setup = without("bucket-acl");
    assert_eq!(setup.cause(&put.anonymous()), Ok(()));
}

/// Each check answers for its own cause: without the one for missing parameters the URL is read as unsigned.
#[test]
fn a_url_that_lacks_a_parameter_has_no_invalid_date() {
    let setup = without("url-auth-parameters");
    let ask = setup
        .ask("GET", "bucket-read", "/k.txt?OSSAccessKeyId=id&Signature=s")
        .anonymous();
    assert_eq!(setup.cause(&ask), Ok(()));
}

#[test]
fn even_with_faults_nobody_becomes_an_owner_without_claiming_to_be() {
    let setup = without("access-key-known");
    let mut unknown = setup.ask("GET", "bucket-read", "/k.txt");
    unknown.key.id = "LTAI5tUnknown".into();
    let caller = |setup: &Setup, ask: &Ask| setup.send(ask).expect("granted").caller;
    assert_eq!(caller(&setup, &unknown), Caller::Anonymous);

    let setup = Setup::faulty(Faults {
        extreme: Some(Extreme::AllowAll),
        ..Faults::default()
    });
    let anonymous = setup.ask("GET", "bucket-one", "/k.txt").anonymous();
    assert_eq!(caller(&setup, &anonymous), Caller::Anonymous);
    let absent = setup.ask("GET", "absent", "/");
    assert_eq!(setup.rejected(&absent), (404, "NoSuchBucket"));
}

/// A server without one of its checks.
fn without(check: &str) -> Setup {
    Setup::faulty(Faults {
        without: vec![check.into()],
        ..Faults::default()
    })
}

/// A server that forgets to look at tokens still holds a temporary key to the session it was issued with.
#[test]
fn a_temporary_key_has_the_rights_of_its_own_session() {
    let mut setup = without("security-token-valid");
    let (narrow, full) = (
        setup.session(Some(allow("oss:PutObject", "*"))),
        setup.session(None),
    );
    let ask = |key: &crate::fixture::Key| {
        let mut ask = setup.ask("GET", "bucket-one", "/k.txt").by(key);
        ask.key.token = Some("unknown".into());
        setup.cause(&ask)
    };
    assert_eq!(ask(&full), Ok(()));
    assert_eq!(ask(&narrow), Err(Cause::AuthorizerPolicy));
}

const V4_CONDITIONS: &[&str] = &["x-oss-signature-version", "x-oss-credential", "x-oss-date"];

/// PostObject under V4 with a policy that names the key and these fields.
fn v4_form(setup: &Setup, signed_at: i64, named: &[&str]) -> Ask {
    let date = Timestamp(signed_at);
    let (key, scope_date) = (setup.owner(), date.scope_date());
    let scope = Scope::oss(&scope_date, "cn-hangzhou");
    let mut fields = vec![
        ("key".to_owned(), "a.txt".to_owned()),
        (
            "x-oss-signature-version".to_owned(),
            "OSS4-HMAC-SHA256".to_owned(),
        ),
        ("x-oss-credential".to_owned(), format!("{}/{scope}", key.id)),
        ("x-oss-date".to_owned(), date.to_iso_basic()),
    ];
    let conditions: Vec<Value> = fields
        .iter()
        .filter(|(name, _)| name == "key" || named.contains(&name.as_str()))
        .map(|(name, value)| json!({ name.as_str(): value }))
        .collect();
    let document = json!({ "expiration": "2030-01-01T00:00:00.000Z", "conditions": conditions });
    let policy = base64::engine::general_purpose::STANDARD.encode(document.to_string());
    let credentials = Credentials {
        access_key_id: &key.id,
        access_key_secret: &key.secret,
        security_token: None,
    };
    let signature = form::v4::sign(&policy, &credentials, &scope);
    fields.push(("policy".into(), policy));
    fields.push(("x-oss-signature".into(), signature));
    let mut ask = setup.ask("POST", "bucket-one", "/").anonymous();
    ask.fields = Some(fields);
    ask
}
