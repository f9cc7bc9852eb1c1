//! Which operation a request asks for (API reference: the syntax line of each operation).

use oss_reference::operation::Operation::{self, *};
use oss_reference::operation::identify;
use oss_reference::operation::settings::SETTINGS;

use crate::fixture::{Ask, Setup};

fn identified(ask: &Ask) -> Result<Operation, u16> {
    let setup = Setup::new();
    let parts = ask.parts();
    let request = ask.read(&parts, &setup).expect("it can be read");
    identify(&request).map_err(|rejection| rejection.status)
}

fn on_bucket(method: &str, path: &str) -> Ask {
    Setup::new().ask(method, "bucket-one", path).anonymous()
}

#[test]
fn every_operation_has_its_request() {
    let table: &[(&str, &str, Operation)] = &[
        ("PUT", "/", PutBucket),
        ("PUT", "/?acl", PutBucketAcl),
        ("DELETE", "/", DeleteBucket),
        ("GET", "/?acl", GetBucketAcl),
        ("GET", "/?bucketInfo", GetBucketInfo),
        ("GET", "/?location", GetBucketLocation),
        ("GET", "/?stat", GetBucketStat),
        ("HEAD", "/", HeadBucket),
        ("GET", "/", ListObjects),
        ("GET", "/?prefix=a&delimiter=%2F&marker=b", ListObjects),
        ("GET", "/?list-type=2&continuation-token=t", ListObjectsV2),
        ("GET", "/?versions", ListObjectVersions),
        ("GET", "/?uploads", ListMultipartUploads),
        ("PUT", "/?policy", PutBucketPolicy),
        ("GET", "/?policy", GetBucketPolicy),
        ("DELETE", "/?policy", DeleteBucketPolicy),
        ("PUT", "/?referer", PutBucketReferer),
        ("GET", "/?referer", GetBucketReferer),
        ("PUT", "/?cors", PutBucketCors),
        ("GET", "/?cors", GetBucketCors),
        ("DELETE", "/?cors", DeleteBucketCors),
        ("OPTIONS", "/k.txt", OptionObject),
        ("OPTIONS", "/", OptionObject),
        ("POST", "/?worm", InitiateBucketWorm),
        ("DELETE", "/?worm", AbortBucketWorm),
        ("GET", "/?worm", GetBucketWorm),
        ("POST", "/?wormId=W1", CompleteBucketWorm),
        ("POST", "/?wormExtend&wormId=W1", ExtendBucketWorm),
        ("PUT", "/?encryption", PutBucketEncryption),
        ("GET", "/?encryption", GetBucketEncryption),
        ("DELETE", "/?encryption", DeleteBucketEncryption),
        (
            "PUT",
            "/?transferAcceleration",
            PutBucketTransferAcceleration,
        ),
        (
            "GET",
            "/?transferAcceleration",
            GetBucketTransferAcceleration,
        ),
        (
            "DELETE",
            "/?transferAcceleration",
            DeleteBucketTransferAcceleration,
        ),
        ("PUT", "/?publicAccessBlock", PutPublicAccessBlock),
        ("GET", "/?publicAccessBlock", GetPublicAccessBlock),
        ("DELETE", "/?publicAccessBlock", DeletePublicAccessBlock),
        ("PUT", "/?requestPayment", PutBucketRequestPayment),
        ("GET", "/?requestPayment", GetBucketRequestPayment),
        ("GET", "/?live", ListLiveChannel),
        ("PUT", "/?versioning", PutBucketVersioning),
        ("GET", "/?versioning", GetBucketVersioning),
        ("PUT", "/?tagging", PutBucketTags),
        ("GET", "/?tagging", GetBucketTags),
        ("DELETE", "/?tagging", DeleteBucketTags),
        ("POST", "/?cname&comp=token", CreateCnameToken),
        ("GET", "/?comp=token&cname=d.example", GetCnameToken),
        ("POST", "/?cname&comp=add", PutCname),
        ("GET", "/?cname", ListCname),
        ("POST", "/?cname&comp=delete", DeleteCname),
        ("PUT", "/?lifecycle", PutBucketSetting),
        ("GET", "/?lifecycle", GetBucketSetting),
        ("DELETE", "/?lifecycle", DeleteBucketSetting),
        ("GET", "/k.txt", GetObject),
        (
            "GET",
            "/k.txt?x-oss-process=image/info&response-content-type=a",
            GetObject,
        ),
        ("HEAD", "/k.txt", HeadObject),
        ("HEAD", "/k.txt?objectMeta", GetObjectMeta),
        ("GET", "/k.txt?objectMeta", GetObjectMeta),
        ("PUT", "/k.txt", PutObject),
        ("POST", "/", PostObject),
        ("POST", "/k.txt?append&position=0", AppendObject),
        ("DELETE", "/k.txt", DeleteObject),
        ("DELETE", "/k.txt?versionId=null", DeleteObject),
        ("POST", "/?delete", DeleteMultipleObjects),
        ("PUT", "/k.txt?acl", PutObjectAcl),
        ("GET", "/k.txt?acl", GetObjectAcl),
        ("PUT", "/k.txt?tagging", PutObjectTagging),
        ("GET", "/k.txt?tagging", GetObjectTagging),
        ("DELETE", "/k.txt?tagging", DeleteObjectTagging),
        ("PUT", "/k.txt?symlink", PutSymlink),
        ("GET", "/k.txt?symlink", GetSymlink),
        ("POST", "/k.txt?restore", RestoreObject),
        ("POST", "/dir?x-oss-dir", CreateDirectory),
        ("POST", "/dir?x-oss-delete", DeleteDirectory),
        ("POST", "/k.txt?uploads", InitiateMultipartUpload),
        ("PUT", "/k.txt?partNumber=1&uploadId=U", UploadPart),
        ("POST", "/k.txt?uploadId=U", CompleteMultipartUpload),
        ("DELETE", "/k.txt?uploadId=U", AbortMultipartUpload),
        ("GET", "/k.txt?uploadId=U", ListParts),
    ];
    let mut seen: Vec<Operation> = Vec::new();
    for (method, path, operation) in table {
        assert_eq!(
            identified(&on_bucket(method, path)),
            Ok(*operation),
            "{method} {path}"
        );
        seen.push(*operation);
    }
    let copy = |path| on_bucket("PUT", path).header("x-oss-copy-source", "/bucket-one/k.txt");
    assert_eq!(identified(&copy("/c.txt")), Ok(CopyObject));
    assert_eq!(
        identified(&copy("/c.txt?partNumber=1&uploadId=U")),
        Ok(UploadPartCopy)
    );
    let rename = on_bucket("POST", "/c.txt?x-oss-rename").header("x-oss-rename-source", "k.txt");
    assert_eq!(identified(&rename), Ok(RenameObject));
    assert_eq!(
        identified(&Setup::new().ask_service("GET", "/")),
        Ok(ListBuckets)
    );
    assert_eq!(
        identified(&Setup::new().ask_service("GET", "/?regions")),
        Ok(DescribeRegions)
    );
    seen.extend([
        CopyObject,
        UploadPartCopy,
        RenameObject,
        ListBuckets,
        DescribeRegions,
    ]);
    let unseen: Vec<&Operation> = Operation::ALL
        .iter()
        .filter(|operation| !seen.contains(operation))
        .collect();
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[test]
fn nothing_falls_through_to_making_or_removing_a_bucket() {
    for setting in SETTINGS {
        for (method, operation) in [
            ("PUT", PutBucketSetting),
            ("GET", GetBucketSetting),
            ("DELETE", DeleteBucketSetting),
        ] {
            assert_eq!(
                identified(&on_bucket(method, &format!("/?{}", setting.name))),
                Ok(operation),
                "{}",
                setting.name
            );
        }
    }
    for (method, path) in [
        ("PUT", "/?unheard"),
        ("DELETE", "/?unheard"),
        ("PUT", "/?unheard="),
        ("POST", "/?unheard"),
        ("PUT", "/k.txt?partNumber=1"),
        ("PUT", "/k.txt?uploadId=U"),
        ("PUT", "/k.txt?partNumber=&uploadId=U"),
        ("POST", "/k.txt?append"),
        ("POST", "/c.txt?x-oss-rename"),
        ("POST", "/?cname&comp=steal"),
        ("POST", "/?wormExtend"),
    ] {
        assert_eq!(
            identified(&on_bucket(method, path)),
            Err(400),
            "{method} {path}"
        );
    }
    for (method, path) in [
        ("DELETE", "/?acl"),
        ("DELETE", "/?referer"),
        ("PUT", "/?worm"),
        ("PUT", "/?location"),
        ("HEAD", "/?acl"),
        ("POST", "/k.txt"),
        ("DELETE", "/k.txt?acl"),
        ("PUT", "/k.txt?restore"),
        ("PUT", "/?cname"),
        ("PUT", "/k.txt?append&position=0"),
    ] {
        assert_eq!(
            identified(&on_bucket(method, path)),
            Err(405),
            "{method} {path}"
        );
    }
    assert_eq!(identified(&Setup::new().ask_service("PUT", "/")), Err(405));
}

#[test]
fn names_are_found_again() {
    for operation in Operation::ALL {
        assert_eq!(Operation::from_name(operation.name()), Some(*operation));
        assert!(operation.action().starts_with("oss:"), "{operation:?}");
    }
    assert_eq!(Operation::from_name("GetObjects"), None);
}

#[test]
fn sources_of_copies_are_read() {
    let source = |text: &str| {
        let ask = on_bucket("PUT", "/c.txt").header("x-oss-copy-source", text);
        let parts = ask.parts();
        ask.read(&parts, &Setup::new())
            .expect("a request")
            .copy_source()
            .expect("there is one")
            .ok()
            .map(|source| (source.bucket, source.key, source.version))
    };
    let plain = |key: &str| Some(("bucket-one".to_owned(), key.to_owned(), None));
    assert_eq!(source("/bucket-one/a/b.txt"), plain("a/b.txt"));
    assert_eq!(source("bucket-one/a.txt"), plain("a.txt"));
    assert_eq!(source("/bucket-one/a%20b%3F"), plain("a b?"));
    assert_eq!(source("%2Fbucket-one%2Fa.txt"), plain("a.txt"));
    assert_eq!(
        source("/bucket-one/a.txt?versionId=V1").and_then(|source| source.2),
        Some("V1".into())
    );
    for bad in [
        "/bucket-one",
        "/bucket-one/",
        "//a",
        "/B_x/a",
        "/bucket-one/%ff",
        "",
    ] {
        assert_eq!(source(bad), None, "{bad}");
    }
}
