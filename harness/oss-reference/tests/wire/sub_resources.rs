//! A sub-resource that is not known where it is asked for never acts on what is there, and never shows it.

use crate::client::{DIGITS, Reply, Wire};

/// What the SDKs sign under V1 or ask with: Python, Go, Java, PHP, C#, C++ and Node.js, first and second editions, the generated ones of
/// `alibabacloud-gateway-oss`, and what the API reference has in request lines. Companions (`comp`, `position`) and parameters too.
const OF_SDKS: &str = "MetaQuery accessPoint accessPointConfigForObjectProcess accessPointForObjectProcess accessPointPolicy \
    accessPointPolicyForObjectProcess accessmonitor acl append asyncFetch bucketArchiveDirectRead bucketInfo cacheConfiguration \
    callbackPolicy cleanRestoredObject cloudboxes cname comp cors dataAccelerator dataPipeline delete deleteVectorIndex deleteVectors \
    dfs dfsadmin dfssecurity encryption endTime eventnotification getVectorIndex getVectors group httpsConfig img inventory \
    inventoryId legalHold lifecycle link listVectorIndexes listVectors live location logging metaQuery metadataConfiguration \
    metadataInventoryTable metadataJournalTable objectInfo objectMeta objectWorm overwriteConfig partNumber policy policyStatus \
    position processConfiguration publicAccessBlock putVectorIndex putVectors qos qosInfo qosRequester queryVectors quota \
    redundancyProgress redundancyTransition redundancyType referer regionList regions regionsV2 replication replicationLocation \
    replicationProgress requestPayment requesterQosInfo reservedcapacity resourceGroup resourcePool resourcePoolBuckets \
    resourcePoolInfo responseHeader restore retention rtc seal startTime stat status style styleName symlink tagging \
    transferAcceleration udf udfApplication udfApplicationLog udfId udfImage udfImageDesc udfName uploadId uploads \
    userDefinedLogFieldsConfig userRegion versioning versions vip virtualBucket vod vpcip website worm wormExtend wormId \
    x-oss-async-process x-oss-delete x-oss-dir x-oss-rename x-oss-write-get-object-response";

/// Of other dialects, misspelt, in other cases, and made up.
const OTHERS: &str = "accelerate analytics attributes intelligent-tiering legal-hold metrics notification object-lock \
    ownershipControls policy-status select torrent accessPoints acls appends bucketinfo cor deletes encrytion legalhold lifecyle \
    lifecycles locations loging metaquery object-acl objectMetas objectmeta overwrite policies publicaccessblock referers replications \
    request-payment retentions retentoin seals stats style-name symlinks tag tags taging tagings transfer-acceleration upload uploadid \
    uploadID version versionning versioned web websites worms ACL Acl CORS LIVE Live Tagging TAGGING Policy POLICY Worm Versions \
    VERSIONING Lifecycle Retention LegalHold Restore RESTORE Symlink Uploads UPLOADS Stat BucketInfo Location Delete DELETE x-foo \
    x-oss-foo x-oss-legal-hold x-oss-Dir foo bar unheard nonsense purge trash undelete archive clone move lock unlock freeze thaw \
    snapshot backup mirror share grants owner access audit billing limits events hooks jobs tasks index search query schema manifest \
    checksum digest hash signature-of verify repair compact merge split compose concat truncate touch rename-to mkdir rmdir ls rm";

/// Words that the generated SDKs sign with a value. Whoever reads an object may mean something of his own by them.
const WORDS: &str = "action chunkNumber chunkSize copy partSize partUploadId verbose";

/// What a resource has, so that it is answered about that and not about the whole: the keys of the tables in `operation`, written again.
const OF_BUCKET: &str = "accessmonitor acl asyncFetch bucketArchiveDirectRead bucketInfo cname cors dataAccelerator delete encryption \
    group httpsConfig inventory lifecycle link live location logging metaQuery overwriteConfig policy processConfiguration \
    publicAccessBlock qosInfo redundancyTransition referer replication replicationLocation replicationProgress requestPayment \
    requesterQosInfo resourceGroup responseHeader rtc stat style tagging transferAcceleration uploads userDefinedLogFieldsConfig \
    versioning versions website worm";
const OF_OBJECT: &str = "acl append objectMeta restore symlink tagging uploadId uploads x-oss-delete x-oss-dir x-oss-rename";

const METHODS: [&str; 5] = ["GET", "HEAD", "PUT", "POST", "DELETE"];

fn names() -> Vec<&'static str> {
    OF_SDKS
        .split_whitespace()
        .chain(OTHERS.split_whitespace())
        .chain(WORDS.split_whitespace())
        .collect()
}

/// All that can be seen of `bkt` and of `k` in it.
async fn state(wire: &Wire) -> Vec<String> {
    let mut state = Vec::new();
    for target in [
        "/bkt/k",
        "/bkt/k?acl",
        "/bkt/k?tagging",
        "/bkt?acl",
        "/bkt?tagging",
        "/bkt?versions",
        "/bkt?bucketInfo",
        "/bkt?uploads",
        "/bkt?lifecycle",
    ] {
        let reply = wire.get(target).await;
        let headers = ["x-oss-meta-a", "content-type", "last-modified", "etag"];
        let headers = headers.map(|name| reply.header(name).map(str::to_owned));
        let text = reply.text();
        // Ids of requests differ.
        let text = text.split("<RequestId>").next().unwrap_or("");
        state.push(format!("{target} {} {headers:?} {text}", reply.status));
    }
    state
}

async fn with_object() -> Wire {
    let wire = Wire::with_bucket().await;
    wire.ask("PUT", "/bkt/k")
        .header("x-oss-meta-a", "b")
        .header("content-type", "text/plain")
        .header("x-oss-tagging", "t=u")
        .body(DIGITS)
        .send()
        .await
        .is(200);
    wire
}

fn says_nothing(reply: &Reply, request: &str) {
    let text = reply.text();
    for told in [
        DIGITS,
        "<ListBucketResult",
        "<ListAllMyBucketsResult",
        "<Contents>",
    ] {
        assert!(!text.contains(told), "{request}: {text}");
    }
    for header in ["x-oss-meta-a", "x-oss-hash-crc64ecma"] {
        assert_eq!(reply.header(header), None, "{request}");
    }
}

#[tokio::test]
async fn there_are_enough_of_them() {
    let mut names = names();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() >= 200, "{}", names.len());
}

#[tokio::test]
async fn on_an_object_it_neither_acts_nor_shows() {
    let wire = with_object().await;
    let before = state(&wire).await;
    for name in names() {
        if OF_OBJECT.split_whitespace().any(|known| known == name) {
            continue;
        }
        for form in ["", "=", "=1"] {
            // With a value, an unlisted name in no other's case is the client's own.
            if form == "=1" && !is_listed(name) {
                continue;
            }
            for method in METHODS {
                let target = format!("/bkt/k?{name}{form}");
                let reply = wire.ask(method, &target).body(body_of(method)).send().await;
                let request = format!("{method} {target}");
                assert!(
                    matches!(reply.status, 400 | 405 | 501),
                    "{request}: {}",
                    reply.status
                );
                says_nothing(&reply, &request);
            }
        }
        assert_eq!(state(&wire).await, before, "{name}");
    }
}

#[tokio::test]
async fn on_a_bucket_it_neither_acts_nor_lists() {
    let wire = with_object().await;
    let before = state(&wire).await;
    for name in names() {
        if OF_BUCKET.split_whitespace().any(|known| known == name) {
            continue;
        }
        for method in METHODS {
            for target in [format!("/bkt?{name}"), format!("/bkt/?{name}=")] {
                let reply = wire.ask(method, &target).body(body_of(method)).send().await;
                let request = format!("{method} {target}");
                assert!(
                    (400..=501).contains(&reply.status),
                    "{request}: {}",
                    reply.status
                );
                says_nothing(&reply, &request);
            }
        }
        assert_eq!(state(&wire).await, before, "{name}");
    }
}

#[tokio::test]
async fn on_the_service_it_lists_no_buckets() {
    let wire = with_object().await;
    let before = state(&wire).await;
    // `regionList` is a ListBuckets of all regions (Python SDK's suite).
    let own = ["regions", "regionList"];
    for name in names().into_iter().filter(|name| !own.contains(name)) {
        for method in METHODS {
            let target = format!("/?{name}");
            let reply = wire.ask(method, &target).body(body_of(method)).send().await;
            let request = format!("{method} {target}");
            assert!(
                matches!(reply.status, 405 | 501),
                "{request}: {}",
                reply.status
            );
            says_nothing(&reply, &request);
        }
    }
    assert_eq!(state(&wire).await, before);
}

/// A word with a value says what is asked, as far as anybody knows, wherever something could be changed or listed.
#[tokio::test]
async fn a_word_with_a_value_changes_nothing() {
    let wire = with_object().await;
    let before = state(&wire).await;
    for word in WORDS.split_whitespace() {
        for (method, target) in [
            ("PUT", format!("/bkt/k?{word}=1")),
            ("DELETE", format!("/bkt/k?{word}=1")),
            ("POST", format!("/bkt/k?{word}=1")),
            ("PUT", format!("/bkt?{word}=1")),
            ("DELETE", format!("/bkt?{word}=1")),
            ("GET", format!("/bkt?{word}=1")),
        ] {
            let reply = wire.ask(method, &target).body(body_of(method)).send().await;
            assert!(
                matches!(reply.status, 405 | 501),
                "{method} {target}: {}",
                reply.status
            );
            says_nothing(&reply, &target);
        }
        let read = wire.get(&format!("/bkt/k?{word}=1")).await;
        assert_eq!(read.is(200).text(), DIGITS, "{word}");
    }
    assert_eq!(state(&wire).await, before);
}

/// What a resource has itself is answered by that: an object with an ACL is not overwritten by one, nor removed with it.
#[tokio::test]
async fn with_any_method_what_a_resource_has_leaves_its_data_alone() {
    let wire = with_object().await;
    for name in OF_OBJECT.split_whitespace() {
        for method in METHODS {
            let target = format!("/bkt/k?{name}");
            let reply = wire.ask(method, &target).body(body_of(method)).send().await;
            assert!(!reply.text().contains(DIGITS), "{method} {target}");
            if method != "PUT" || name != "symlink" {
                assert_eq!(
                    wire.get("/bkt/k").await.is(200).text(),
                    DIGITS,
                    "{method} {target}"
                );
            }
        }
    }
    for name in OF_BUCKET.split_whitespace() {
        for method in METHODS {
            let target = format!("/bkt?{name}");
            let reply = wire.ask(method, &target).body(body_of(method)).send().await;
            assert!(
                !reply.text().contains("<ListBucketResult"),
                "{method} {target}"
            );
            assert_eq!(
                wire.get("/bkt/k").await.is(200).text(),
                DIGITS,
                "{method} {target}"
            );
        }
    }
}

/// Another one beside it does not help: what is asked is not clear then.
#[tokio::test]
async fn one_that_is_unknown_beside_one_that_is_known_is_refused() {
    let wire = with_object().await;
    for (method, target) in [
        ("GET", "/bkt/k?live&comp=stat"),
        ("GET", "/bkt/k?acl&legalHold"),
        ("DELETE", "/bkt/k?tagging&retention"),
        ("PUT", "/bkt/k?tagging&objectWorm"),
        ("GET", "/bkt?policyStatus&acl"),
        ("DELETE", "/bkt?cors&objectWorm"),
        ("POST", "/bkt/k?x-oss-async-process"),
        ("POST", "/bkt/k?x-oss-process=image/resize,w_10"),
    ] {
        wire.ask(method, target)
            .send()
            .await
            .refused(501, "NotImplemented");
    }
    assert_eq!(
        wire.get("/bkt/k?tagging")
            .await
            .every("TagSet", "Tag")
            .len(),
        1
    );
}

/// OSS passes over what it does not know, as long as it says nothing about what is asked.
#[tokio::test]
async fn parameters_of_the_client_are_passed_over() {
    let wire = with_object().await;
    for query in [
        "foo=bar",
        "v=7",
        "20231218",
        "v2",
        "utm_source=mail",
        "response-content-type=text/css",
        "response-cache-control=",
        "x-oss-traffic-limit=819200",
        "x-oss-request-payer=requester",
        "x-oss-ac-source-ip=",
        "security-token=",
        "callback=",
        "",
        "=",
        "&&",
    ] {
        let target = format!("/bkt/k?{query}");
        assert_eq!(wire.get(&target).await.is(200).text(), DIGITS, "{query}");
        wire.ask("HEAD", &target).send().await.is(200);
    }
    for query in [
        "foo=bar",
        "v=7",
        "x-oss-traffic-limit=819200",
        "callback=",
        "sequential",
    ] {
        wire.put(&format!("/bkt/new?{query}"), "new").await.is(200);
        wire.ask("DELETE", &format!("/bkt/new?{query}"))
            .send()
            .await
            .is(204);
        wire.get("/bkt/new").await.refused(404, "NoSuchKey");
    }
    for query in [
        "prefix=&marker=&delimiter=&max-keys=&encoding-type=url",
        "list-type=2&start-after=&continuation-token=&fetch-owner=",
        "foo=bar",
    ] {
        let reply = wire.get(&format!("/bkt?{query}")).await.is(200);
        assert_eq!(reply.every("Contents", "Key"), ["k"], "{query}");
    }
    wire.get("/?prefix=&marker=&max-keys=").await.is(200);
    wire.get("/bkt/k?versionId=null").await.is(200);
}

/// Listed, or so in another case.
fn is_listed(name: &str) -> bool {
    OF_SDKS
        .split_whitespace()
        .any(|known| known.eq_ignore_ascii_case(name))
}

fn body_of(method: &str) -> &'static str {
    if matches!(method, "PUT" | "POST") {
        "<Overwritten/>"
    } else {
        ""
    }
}
