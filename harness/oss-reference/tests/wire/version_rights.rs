//! Who may do what to a version (help pages: RAM policy, actions; Delete marker).

use serde_json::json;

use crate::versions::{delete, enabled, put_all, version};

/// Naming a version needs an action of its own, and the right to the current one is none.
#[tokio::test]
async fn a_policy_speaks_of_versions_by_their_own_actions() {
    let wire = enabled().await;
    let ids = put_all(&wire, "/bkt/k", &["one", "two"]).await;
    let marker = version(&delete(&wire, "/bkt/k").await);
    wire.put("/bkt/k", "three").await.is(200);
    let first = &ids[0];
    let granted = |action: &str| {
        json!({ "Version": "1", "Statement": [{ "Effect": "Allow", "Action": action, "Principal": ["*"],
            "Resource": ["acs:oss:*:*:bkt/*"] }] })
        .to_string()
    };
    let cases = [
        (
            "oss:GetObject",
            "GET",
            "/bkt/k".to_owned(),
            format!("/bkt/k?versionId={first}"),
            "oss:GetObjectVersion",
        ),
        (
            "oss:GetObjectAcl",
            "GET",
            "/bkt/k?acl".into(),
            format!("/bkt/k?acl&versionId={first}"),
            "oss:GetObjectVersionAcl",
        ),
        (
            "oss:GetObjectTagging",
            "GET",
            "/bkt/k?tagging".into(),
            format!("/bkt/k?tagging&versionId={first}"),
            "oss:GetObjectVersionTagging",
        ),
        (
            "oss:DeleteObject",
            "DELETE",
            "/bkt/other".into(),
            format!("/bkt/k?versionId={marker}"),
            "oss:DeleteObjectVersion",
        ),
        (
            "oss:DeleteObject",
            "DELETE",
            "/bkt/other".into(),
            format!("/bkt/k?versionId={first}"),
            "oss:DeleteObjectVersion",
        ),
    ];
    for (action, method, plain, named, versioned) in cases {
        let ask = async |target: &str| {
            wire.ask(method, target)
                .by("other-account")
                .send()
                .await
                .status
        };
        wire.put("/bkt?policy", granted(action)).await.is(200);
        assert!(ask(&plain).await < 300, "{action} {plain}");
        assert_eq!(ask(&named).await, 403, "{action} {named}");
        wire.put("/bkt?policy", granted(versioned)).await.is(200);
        assert_eq!(ask(&plain).await, 403, "{versioned} {plain}");
        assert!(ask(&named).await < 300, "{versioned} {named}");
    }
    // DeleteMultipleObjects asks for each entry.
    wire.put("/bkt?policy", granted("oss:DeleteObject"))
        .await
        .is(200);
    let body = format!(
        "<Delete><Object><Key>k</Key><VersionId>{}</VersionId></Object></Delete>",
        ids[1]
    );
    wire.ask("POST", "/bkt?delete")
        .by("other-account")
        .body(body)
        .send()
        .await
        .refused(403, "AccessDenied");
    assert_eq!(
        wire.get(&format!("/bkt/k?versionId={}", ids[1]))
            .await
            .text(),
        "two"
    );
}

/// A marker has no ACL, so no ACL lets anybody remove it (help page: Delete marker).
#[tokio::test]
async fn an_open_bucket_lets_strangers_delete_but_not_undelete() {
    let wire = enabled().await;
    wire.ask("PUT", "/bkt?acl")
        .header("x-oss-acl", "public-read-write")
        .send()
        .await
        .is(200);
    wire.put("/bkt/k", "one").await.is(200);
    let marker = version(
        &wire
            .ask("DELETE", "/bkt/k")
            .anonymous()
            .send()
            .await
            .is(204),
    );
    wire.ask("DELETE", &format!("/bkt/k?versionId={marker}"))
        .anonymous()
        .send()
        .await
        .refused(403, "AccessDenied");
    wire.get("/bkt/k").await.refused(404, "NoSuchKey");
}
