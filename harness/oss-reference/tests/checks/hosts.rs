//! What hosts and paths address (help page: OSS domain names).

use oss_reference::host::{
    Addressed, HostClass, Names, PathError, address, is_bucket_name, is_object_name,
};

fn at(host: &str, path: &str) -> Result<Addressed, PathError> {
    let regions = ["cn-hangzhou".to_owned(), "cn-shanghai".to_owned()];
    let names = Names {
        suffix: "aliyuncs.test",
        regions: &regions,
    };
    address(host, path, names, |domain| {
        (domain == "cdn.example.org").then(|| "bound-bucket".to_owned())
    })
}

fn region(name: &str) -> String {
    name.into()
}

#[test]
fn classes_of_hosts() {
    let hangzhou = || region("cn-hangzhou");
    let service = HostClass::Service { region: hangzhou() };
    let bucket = HostClass::Bucket { region: hangzhou() };
    let table: &[(&str, HostClass, Option<&str>)] = &[
        ("oss-cn-hangzhou.aliyuncs.test", service.clone(), None),
        (
            "oss-cn-hangzhou-internal.aliyuncs.test",
            service.clone(),
            None,
        ),
        ("OSS-CN-Hangzhou.Aliyuncs.TEST:8080", service.clone(), None),
        ("oss-cn-hangzhou.aliyuncs.test.", service.clone(), None),
        ("cn-hangzhou.oss.aliyuncs.test", service.clone(), None),
        ("oss.aliyuncs.test", service, None),
        (
            "oss-us-west-1.aliyuncs.test",
            HostClass::Service {
                region: region("us-west-1"),
            },
            None,
        ),
        (
            "b-1.oss-cn-hangzhou.aliyuncs.test",
            bucket.clone(),
            Some("b-1"),
        ),
        (
            "B-1.oss-cn-hangzhou.aliyuncs.test:80",
            bucket.clone(),
            Some("b-1"),
        ),
        (
            "b-1.oss-cn-hangzhou-internal.aliyuncs.test",
            bucket.clone(),
            Some("b-1"),
        ),
        (
            "b-1.cn-hangzhou.oss.aliyuncs.test",
            bucket.clone(),
            Some("b-1"),
        ),
        (
            "b-1.s3.oss-cn-hangzhou.aliyuncs.test",
            bucket.clone(),
            Some("b-1"),
        ),
        ("a.b.oss-cn-hangzhou.aliyuncs.test", bucket, Some("a.b")),
        (
            "s3.oss-cn-hangzhou.aliyuncs.test",
            HostClass::S3Service { region: hangzhou() },
            None,
        ),
        ("oss-accelerate.aliyuncs.test", HostClass::Accelerate, None),
        (
            "b-1.oss-accelerate.aliyuncs.test",
            HostClass::Accelerate,
            Some("b-1"),
        ),
        (
            "b-1.oss-accelerate-overseas.aliyuncs.test",
            HostClass::Accelerate,
            Some("b-1"),
        ),
        ("cdn.example.org", HostClass::Cname, Some("bound-bucket")),
        (
            "CDN.example.org:8443",
            HostClass::Cname,
            Some("bound-bucket"),
        ),
        ("127.0.0.1", HostClass::Ip, None),
        ("127.0.0.1:9403", HostClass::Ip, None),
        ("[::1]:9403", HostClass::Ip, None),
        ("::1", HostClass::Ip, None),
        ("localhost:9403", HostClass::Ip, None),
        ("b-1.oss.aliyuncs.test", HostClass::Foreign, None),
        ("www.example.org", HostClass::Foreign, None),
        ("aliyuncs.test", HostClass::Foreign, None),
        ("oss-.aliyuncs.test", HostClass::Foreign, None),
        (
            "oss-cn-hangzhou.aliyuncs.test.example.org",
            HostClass::Foreign,
            None,
        ),
        ("oss-cn-hangzhoualiyuncs.test", HostClass::Foreign, None),
        ("", HostClass::Foreign, None),
        (":80", HostClass::Foreign, None),
    ];
    for (host, class, bucket) in table {
        let found = at(host, "/").expect("the path is fine");
        assert_eq!(
            (&found.class, found.bucket.as_deref()),
            (class, *bucket),
            "{host}"
        );
        assert!(!found.path_style && found.key.is_none(), "{host}");
    }
}

#[test]
fn the_bucket_is_split_off_before_the_path_is_decoded() {
    let service = "oss-cn-hangzhou.aliyuncs.test";
    let found = |path| {
        let found = at(service, path).expect("it can be decoded");
        (found.bucket, found.key)
    };
    let named = |bucket: &str, key: Option<&str>| (Some(bucket.to_owned()), key.map(str::to_owned));
    assert_eq!(found("/b-1"), named("b-1", None));
    assert_eq!(found("/b-1/"), named("b-1", None));
    assert_eq!(found("/b-1/a%2Fb"), named("b-1", Some("a/b")));
    assert_eq!(found("/b-1%2Fa/b"), named("b-1/a", Some("b")));
    assert_eq!(found("/b-1//a/../b"), named("b-1", Some("/a/../b")));
    assert_eq!(
        found("/b-1/a%252Fb"),
        named("b-1", Some("a%2Fb")),
        "decoded once"
    );
    assert_eq!(
        found("/b-1/a+b"),
        named("b-1", Some("a+b")),
        "a plus is a plus"
    );
    assert_eq!(found("/b-1/%E4%BD%A0"), named("b-1", Some("你")));
    assert_eq!(found("//a"), (None, Some("a".into())));
    assert_eq!(
        at("b-1.oss-cn-hangzhou.aliyuncs.test", "/a/b").map(|found| found.key),
        Ok(Some("a/b".into()))
    );
}

#[test]
fn paths_that_are_no_utf8_are_refused() {
    for path in ["/b-1/%ff", "/%ff/a", "/b-1/%", "/b-1/%4", "/b-1/%zz"] {
        assert_eq!(
            at("oss-cn-hangzhou.aliyuncs.test", path),
            Err(PathError),
            "{path}"
        );
    }
}

#[test]
fn names_of_buckets_and_objects() {
    for good in ["abc", "a-b", "123", &"a".repeat(63)] {
        assert!(is_bucket_name(good), "{good}");
    }
    for bad in [
        "",
        "ab",
        "-ab",
        "ab-",
        "a_b",
        "a.b",
        "Abc",
        "äbc",
        &"a".repeat(64),
    ] {
        assert!(!is_bucket_name(bad), "{bad}");
    }
    assert!(is_object_name(&"k".repeat(1023)) && !is_object_name(&"k".repeat(1024)));
    assert!(
        !is_object_name("")
            && !is_object_name("/a")
            && !is_object_name("\\a")
            && is_object_name("a/../b")
    );
}
