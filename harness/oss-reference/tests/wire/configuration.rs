//! What a bucket can be told: policy, referer, CORS, encryption and the rest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::client::Wire;

#[tokio::test]
async fn policies_are_kept_verbatim() {
    let wire = Wire::with_bucket().await;
    wire.get("/bkt?policy")
        .await
        .refused(404, "NoSuchBucketPolicy");
    let policy = "{ \"Version\":\"1\",\n \"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"oss:GetObject\"],\"Principal\":[\"*\"],\"Resource\":[\"acs:oss:*:*:bkt/*\"]}]}";
    wire.put("/bkt?policy", policy).await.is(200);
    assert_eq!(wire.get("/bkt?policy").await.is(200).text(), policy);
    wire.put("/bkt/k", "x").await.is(200);
    wire.ask("GET", "/bkt/k").anonymous().send().await.is(200);
    wire.put("/bkt?policy", "policy")
        .await
        .refused(400, "InvalidPolicyDocument");
    let long = format!("{}{}", policy, " ".repeat(16 * 1024));
    let refused = wire
        .put("/bkt?policy", long)
        .await
        .refused(400, "InvalidPolicyDocument");
    assert_eq!(refused.the("x-oss-ec"), "0030-00000001");
    assert_eq!(wire.get("/bkt?policy").await.text(), policy);
    wire.ask("DELETE", "/bkt?policy").send().await.is(204);
    wire.ask("DELETE", "/bkt?policy").send().await.is(204);
    wire.ask("GET", "/bkt/k")
        .anonymous()
        .send()
        .await
        .refused(403, "AccessDenied");
}

#[tokio::test]
async fn referer_rules_round_trip() {
    let wire = Wire::with_bucket().await;
    let never = wire.get("/bkt?referer").await.is(200);
    assert_eq!(never.at("AllowEmptyReferer"), "true");
    let body = "<RefererConfiguration><AllowEmptyReferer>false</AllowEmptyReferer><TruncatePath>true</TruncatePath>\
                <RefererList><Referer>http://*.a.com</Referer><Referer>http://b.com</Referer></RefererList>\
                <RefererBlacklist><Referer>http://bad.a.com</Referer></RefererBlacklist></RefererConfiguration>";
    wire.put("/bkt?referer", body).await.is(200);
    let kept = wire.get("/bkt?referer").await.is(200);
    assert_eq!(
        (kept.at("AllowEmptyReferer"), kept.at("TruncatePath")),
        ("false".into(), "true".into())
    );
    assert_eq!(kept.xml().child("RefererList").unwrap().children.len(), 2);
    assert_eq!(kept.at("RefererBlacklist/Referer"), "http://bad.a.com");
    wire.put("/bkt?referer", "<RefererConfiguration/>")
        .await
        .refused(400, "MalformedXML");
    wire.put("/bkt?referer", "<RefererConfiguration><RefererList/><AllowEmptyReferer>maybe</AllowEmptyReferer></RefererConfiguration>")
        .await
        .refused(400, "MalformedXML");
}

#[tokio::test]
async fn cors_rules_show_in_answers() {
    let wire = Wire::with_bucket().await;
    wire.get("/bkt?cors")
        .await
        .refused(404, "NoSuchCORSConfiguration");
    let body = "<CORSConfiguration><CORSRule><AllowedOrigin>http://*.a.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod>\
                <AllowedHeader>x-oss-*</AllowedHeader><ExposeHeader>x-oss-test</ExposeHeader><MaxAgeSeconds>9</MaxAgeSeconds></CORSRule>\
                <ResponseVary>true</ResponseVary></CORSConfiguration>";
    wire.put("/bkt?cors", body).await.is(200);
    let kept = wire.get("/bkt?cors").await.is(200);
    assert_eq!(kept.xml().name, "CORSConfiguration");
    assert_eq!(
        (
            kept.at("CORSRule/AllowedOrigin"),
            kept.at("CORSRule/MaxAgeSeconds")
        ),
        ("http://*.a.com".into(), "9".into())
    );

    let preflight = |origin: &str| {
        wire.ask("OPTIONS", "/bkt/k")
            .anonymous()
            .header("origin", origin)
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "x-oss-a")
    };
    let allowed = preflight("http://w.a.com").send().await.is(200);
    assert_eq!(allowed.the("access-control-allow-origin"), "http://w.a.com");
    assert_eq!(allowed.the("access-control-allow-methods"), "GET");
    assert_eq!(allowed.the("access-control-allow-headers"), "x-oss-a");
    assert_eq!(allowed.the("access-control-max-age"), "9");
    preflight("http://b.com")
        .send()
        .await
        .refused(403, "AccessForbidden");

    wire.put("/bkt/k", "x").await.is(200);
    let simple = wire
        .ask("GET", "/bkt/k")
        .header("origin", "http://w.a.com")
        .send()
        .await
        .is(200);
    assert_eq!(simple.the("access-control-allow-origin"), "http://w.a.com");
    assert_eq!(simple.the("access-control-expose-headers"), "x-oss-test");
    assert_eq!(simple.the("vary"), "Origin");
    let foreign = wire
        .ask("GET", "/bkt/k")
        .header("origin", "http://b.com")
        .send()
        .await
        .is(200);
    assert_eq!(foreign.header("access-control-allow-origin"), None);

    let star = "<CORSConfiguration><CORSRule><AllowedOrigin>https://*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
    assert_eq!(
        wire.put("/bkt?cors", star).await.is(400).the("x-oss-ec"),
        "0034-00000009"
    );
    wire.ask("DELETE", "/bkt?cors").send().await.is(204);
    wire.get("/bkt?cors")
        .await
        .refused(404, "NoSuchCORSConfiguration");
}

#[tokio::test]
async fn encryption_is_inherited_by_objects() {
    let wire = Wire::with_bucket().await;
    wire.get("/bkt?encryption")
        .await
        .refused(404, "NoSuchServerSideEncryptionRule");
    let rule = |algorithm: &str| {
        format!(
            "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>{algorithm}</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>"
        )
    };
    wire.put("/bkt?encryption", rule("ROT13"))
        .await
        .refused(400, "InvalidEncryptionAlgorithmError");
    wire.put("/bkt?encryption", rule("AES256")).await.is(200);
    assert_eq!(
        wire.get("/bkt?encryption")
            .await
            .at("ApplyServerSideEncryptionByDefault/SSEAlgorithm"),
        "AES256"
    );
    let put = wire.put("/bkt/k", "x").await.is(200);
    assert_eq!(put.the("x-oss-server-side-encryption"), "AES256");
    let own = wire
        .ask("PUT", "/bkt/own")
        .header("x-oss-server-side-encryption", "SM4")
        .body("x")
        .send()
        .await
        .is(200);
    assert_eq!(own.the("x-oss-server-side-encryption"), "SM4");
    wire.ask("DELETE", "/bkt?encryption").send().await.is(204);
    assert_eq!(
        wire.get("/bkt/k").await.the("x-oss-server-side-encryption"),
        "AES256"
    );
    assert_eq!(
        wire.put("/bkt/plain", "x")
            .await
            .header("x-oss-server-side-encryption"),
        None
    );
}

#[tokio::test]
async fn switches_round_trip() {
    let wire = Wire::with_bucket().await;
    wire.get("/bkt?transferAcceleration")
        .await
        .refused(404, "NoSuchTransferAccelerationConfiguration");
    for (sub_resource, body, path, text) in [
        (
            "transferAcceleration",
            "<TransferAccelerationConfiguration><Enabled>true</Enabled></TransferAccelerationConfiguration>",
            "Enabled",
            "true",
        ),
        (
            "publicAccessBlock",
            "<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>",
            "BlockPublicAccess",
            "true",
        ),
        (
            "requestPayment",
            "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
            "Payer",
            "Requester",
        ),
    ] {
        let target = format!("/bkt?{sub_resource}");
        wire.put(&target, "<Other/>")
            .await
            .refused(400, "MalformedXML");
        wire.put(&target, body).await.is(200);
        assert_eq!(wire.get(&target).await.is(200).at(path), text);
    }
    wire.ask("DELETE", "/bkt?publicAccessBlock")
        .send()
        .await
        .is(204);
    assert_eq!(
        wire.get("/bkt?publicAccessBlock")
            .await
            .at("BlockPublicAccess"),
        "false"
    );
}

#[tokio::test]
async fn tags_of_buckets_and_objects() {
    let wire = Wire::with_bucket().await;
    wire.put("/bkt/k", "x").await.is(200);
    for target in ["/bkt?tagging", "/bkt/k?tagging"] {
        assert!(
            wire.get(target)
                .await
                .is(200)
                .xml()
                .child("TagSet")
                .unwrap()
                .children
                .is_empty()
        );
        let tag =
            |key: &str, value: &str| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
        let set = |tags: &str| format!("<Tagging><TagSet>{tags}</TagSet></Tagging>");
        wire.put(
            target,
            set(&format!("{}{}", tag("a", "1 + 中文"), tag("b", ""))),
        )
        .await
        .is(200);
        if target.contains("/k?") {
            // Help page: Object tagging; those of buckets may have any character.
            for text in ["a&amp;b", "50%", "a@b"] {
                for refused in [tag(text, "v"), tag("k", text)] {
                    wire.put(target, set(&refused))
                        .await
                        .refused(400, "InvalidTag");
                }
            }
        }
        let kept = wire.get(target).await.is(200);
        assert_eq!(kept.at("TagSet/Tag/Key"), "a");
        assert_eq!(kept.at("TagSet/Tag/Value"), "1 + 中文");
        wire.put(target, set(&format!("{}{}", tag("a", "1"), tag("a", "2"))))
            .await
            .refused(400, "InvalidTag");
        wire.put(target, set(&tag(&"k".repeat(129), "1")))
            .await
            .refused(400, "InvalidTag");
        wire.ask("DELETE", target).send().await.is(204);
        assert!(
            wire.get(target)
                .await
                .xml()
                .child("TagSet")
                .unwrap()
                .children
                .is_empty()
        );
    }
    wire.get("/bkt/absent?tagging")
        .await
        .refused(404, "NoSuchKey");
    let tagged = wire
        .ask("PUT", "/bkt/t")
        .header("x-oss-tagging", "a=1&b=2%203")
        .body("x")
        .send()
        .await
        .is(200);
    drop(tagged);
    assert_eq!(
        wire.ask("HEAD", "/bkt/t")
            .send()
            .await
            .is(200)
            .the("x-oss-tagging-count"),
        "2"
    );
    assert_eq!(
        wire.get("/bkt/t?tagging")
            .await
            .xml()
            .child("TagSet")
            .unwrap()
            .children[1]
            .text_of("Value"),
        Some("2 3")
    );
}

#[tokio::test]
async fn other_settings_are_given_back_as_they_came() {
    let wire = Wire::with_bucket().await;
    for (name, code) in [
        ("lifecycle", "NoSuchLifecycle"),
        ("website", "NoSuchWebsiteConfiguration"),
        ("inventory&inventoryId=i", "NoSuchInventory"),
    ] {
        let target = format!("/bkt?{name}");
        wire.get(&target).await.refused(404, code);
        let body = "<?xml version=\"1.0\"?><Anything><A>1</A></Anything>";
        wire.put(&target, body).await.is(200);
        assert_eq!(wire.get(&target).await.is(200).text(), body);
        wire.put(&target, "<open>")
            .await
            .refused(400, "MalformedXML");
        wire.ask("DELETE", &target).send().await.is(204);
        wire.get(&target).await.refused(404, code);
    }
    assert_eq!(
        wire.get("/bkt?logging").await.is(200).xml().name,
        "BucketLoggingStatus"
    );
    assert_eq!(
        wire.get("/bkt?versioning").await.is(200).xml().name,
        "VersioningConfiguration"
    );
}

#[tokio::test]
async fn domains_are_bound_with_a_token() {
    let wire = Wire::with_bucket().await;
    let body = "<BucketCnameConfiguration><Cname><Domain>WWW.example.com</Domain></Cname></BucketCnameConfiguration>";
    wire.get("/bkt?comp=token&cname=www.example.com")
        .await
        .refused(404, "CnameTokenNotFound");
    let token = wire
        .ask("POST", "/bkt?cname&comp=token")
        .body(body)
        .send()
        .await
        .is(200);
    assert_eq!(
        (token.xml().name.as_str(), token.at("Cname").as_str()),
        ("CnameToken", "www.example.com")
    );
    let again = wire
        .get("/bkt?comp=token&cname=www.example.com")
        .await
        .is(200);
    assert_eq!(again.at("Token"), token.at("Token"));
    wire.running.clock().set_offset(73 * 3600);
    wire.get("/bkt?comp=token&cname=www.example.com")
        .await
        .refused(404, "CnameTokenNotFound");

    wire.ask("POST", "/bkt?cname&comp=add")
        .body(body)
        .send()
        .await
        .refused(403, "NeedVerifyDomainOwnership");
    wire.operate(serde_json::json!({ "set": "domain-ownership", "domain": "www.example.com", "account": "1000000000000001", "value": "proven" })).await;
    wire.ask("POST", "/bkt?cname&comp=add")
        .body(body)
        .send()
        .await
        .is(200);
    let list = wire.get("/bkt?cname").await.is(200);
    assert_eq!(
        (list.xml().name.as_str(), list.at("Cname/Domain").as_str()),
        ("ListCnameResult", "www.example.com")
    );
    wire.put("/bkt/k", "bound").await.is(200);
    let public = wire
        .ask("PUT", "/bkt/k?acl")
        .header("x-oss-object-acl", "public-read")
        .send()
        .await;
    public.is(200);
    assert_eq!(
        wire.ask("GET", "/k")
            .anonymous()
            .host("www.example.com")
            .send()
            .await
            .is(200)
            .text(),
        "bound"
    );
    wire.ask("POST", "/bkt?cname&comp=delete")
        .body(body)
        .send()
        .await
        .is(200);
    wire.ask("GET", "/k")
        .anonymous()
        .host("www.example.com")
        .send()
        .await
        .refused(403, "NonStandardHostForbidden");
}

#[tokio::test]
async fn a_domain_cannot_be_smuggled_past_its_owner() {
    let wire = Wire::with_bucket().await;
    wire.ask("PUT", "/oth")
        .by("other-account")
        .send()
        .await
        .is(200);
    for (domain, account) in [
        ("theirs.com", "1000000000000002"),
        ("mine.com", "1000000000000001"),
        ("theirs.co", "1000000000000001"),
    ] {
        wire.operate(serde_json::json!({ "set": "domain-ownership", "domain": domain, "account": account, "value": "proven" })).await;
    }
    let naming = |domain: &str| {
        let cname = format!("<Cname><Domain>{domain}</Domain></Cname>");
        format!("<BucketCnameConfiguration>{cname}</BucketCnameConfiguration>")
    };
    let bind = |body: String| wire.ask("POST", "/bkt?cname&comp=add").body(body);
    wire.ask("POST", "/oth?cname&comp=add")
        .by("other-account")
        .body(naming("theirs.com"))
        .send()
        .await
        .is(200);
    bind(naming("theirs.com"))
        .send()
        .await
        .refused(403, "CnameDenied");
    let two = naming("theirs.com").replace("<Cname>", "<Domain>mine.com</Domain><Cname>");
    for ambiguous in [
        two,
        naming("theirs.co<!-- -->m"),
        naming("theirs.co<![CDATA[m]]>"),
        naming("theirs.co&#109;"),
    ] {
        bind(ambiguous).send().await.refused(400, "MalformedXML");
    }
    // What is still theirs cannot be unbound here either.
    wire.ask("POST", "/bkt?cname&comp=delete")
        .body(naming("theirs.com"))
        .send()
        .await
        .is(200);
    assert_eq!(
        wire.ask("GET", "/oth?cname")
            .by("other-account")
            .send()
            .await
            .at("Cname/Domain"),
        "theirs.com"
    );
}

#[tokio::test]
async fn documents_that_cannot_be_read_are_refused() {
    let wire = Wire::with_bucket().await;
    let bomb = "<!DOCTYPE CORSConfiguration [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><CORSConfiguration>&b;</CORSConfiguration>";
    let foreign = "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><CORSConfiguration/>";
    let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
    for body in [
        bomb,
        foreign,
        &deep,
        "",
        "<",
        "\u{0}",
        "<CORSConfiguration>",
        "{\"json\":1}",
    ] {
        wire.put("/bkt?cors", body)
            .await
            .refused(400, "MalformedXML");
    }
    wire.ask("PUT", "/bkt?cors")
        .body(vec![0xff; 100])
        .send()
        .await
        .refused(400, "MalformedXML");
    wire.put("/bkt?cors", "x".repeat((1 << 20) + 1))
        .await
        .refused(400, "EntityTooLarge");
    let digest = STANDARD.encode([0_u8; 16]);
    let body = "<CORSConfiguration/>";
    wire.ask("PUT", "/bkt?cors")
        .header("Content-MD5", digest)
        .body(body)
        .send()
        .await
        .refused(400, "InvalidDigest");
    wire.get("/bkt?cors")
        .await
        .refused(404, "NoSuchCORSConfiguration");
}
