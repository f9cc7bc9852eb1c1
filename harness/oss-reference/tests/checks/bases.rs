//! Good requests, which scenarios begin with, and documents that they send.

use oss_policy::{CorsRule, CorsRules, RefererRules};
use oss_reference::world::{Restoration, Retention, RetentionState, StorageClass};
use serde_json::json;

use crate::fixture::{Ask, NOW, OWNER, Setup};

pub(crate) fn get(setup: &Setup) -> Ask {
    setup.ask("GET", "bucket-one", "/k.txt")
}

pub(crate) fn put_encrypted(setup: &Setup) -> Ask {
    setup
        .ask("PUT", "bucket-one", "/new.txt")
        .header("x-oss-server-side-encryption", "KMS")
}

pub(crate) fn preflight(setup: &mut Setup) -> Ask {
    let rule = CorsRule {
        allowed_origins: vec!["http://a.example".into()],
        allowed_methods: vec!["GET".into()],
        allowed_headers: vec!["x-oss-test".into()],
        expose_headers: vec![],
        max_age_seconds: None,
    };
    setup.bucket("bucket-one").cors = Some(CorsRules {
        rules: vec![rule],
        response_vary: false,
    });
    setup
        .ask("OPTIONS", "bucket-one", "/k.txt")
        .anonymous()
        .header("origin", "http://a.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "x-oss-test")
}

pub(crate) fn replace(ask: &mut Ask, name: &str, value: &str) {
    ask.headers.retain(|(known, _)| known != name);
    ask.headers.push((name.into(), value.into()));
}

pub(crate) fn form(setup: &Setup, conditions: serde_json::Value, fields: &[(&str, &str)]) -> Ask {
    setup
        .ask("POST", "bucket-one", "/")
        .form("2023-12-18T09:00:00.000Z", conditions, fields)
}

pub(crate) fn hotlinked(setup: &mut Setup) -> Ask {
    setup.bucket("bucket-read").referer = Some(RefererRules {
        allow_empty: false,
        whitelist: vec!["http://*.good.example".into()],
        blacklist: vec!["http://bad.good.example".into()],
        ..RefererRules::default()
    });
    setup
        .ask("GET", "bucket-read", "/k.txt")
        .anonymous()
        .header("referer", "http://www.good.example")
}

pub(crate) fn locked(setup: &mut Setup, state: RetentionState) {
    let retention = Retention {
        id: "W1".into(),
        state,
        days: 1,
        created: NOW,
    };
    setup.bucket("bucket-one").retention = Some(retention);
}

pub(crate) fn archived(setup: &mut Setup) -> Ask {
    setup.object("bucket-one").storage_class = StorageClass::Archive;
    setup.object("bucket-one").restoration = Some(Restoration {
        ready: NOW - 1,
        expires: NOW + 1,
    });
    get(setup)
}

/// A whole 1×1 BMP: the header's length fits the bytes.
pub(crate) const BMP: &[u8] = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0\0\0\0\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\0";

pub(crate) fn cname(domain: &str) -> String {
    format!(
        "<BucketCnameConfiguration><Cname><Domain>{domain}</Domain></Cname></BucketCnameConfiguration>"
    )
}

/// A domain that is proven to be the owner's, about to be bound.
pub(crate) fn proven(setup: &mut Setup) -> Ask {
    setup.operate(json!({ "set": "domain-ownership", "domain": "d.example", "account": OWNER, "value": "proven" }));
    setup
        .ask("POST", "bucket-one", "/?cname&comp=add")
        .body(&cname("d.example"))
}

pub(crate) fn logging(target: &str) -> String {
    format!(
        "<BucketLoggingStatus><LoggingEnabled><TargetBucket>{target}</TargetBucket><TargetPrefix>log/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>"
    )
}
