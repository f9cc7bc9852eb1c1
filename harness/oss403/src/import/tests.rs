//! Requests become cases that are sound, and say what was found.

use super::*;
use oss403_case::check;
use oss403_case::ledger::embedded_lists;

const OWNER: &str = "OSS403OWNERKEY0001";
const DATE: &str = "Mon, 18 Dec 2023 08:00:00 GMT";

fn imported(request: &str) -> Result<Imported, ImportError> {
    let ledger = Ledger::embedded().expect("the ledger is sound");
    let imported = import(request.as_bytes(), "found-by-a-fuzzer", &ledger)?;
    let (entry, diagnostics) = check::file(
        &imported.path.to_string_lossy(),
        &imported.text,
        &embedded_lists(),
    );
    let shown: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    assert!(entry.is_some(), "{}\n{}", shown.join("\n"), imported.text);
    Ok(imported)
}

fn header_v1(authorization: &str, date: &str, target: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\nDate: {date}\r\nx-oss-meta-a: $1\r\n\
         Authorization: OSS {authorization}\r\n\r\n"
    )
}

#[test]
fn what_is_wrong_first_is_the_edit() {
    for (request, cause, edit) in [
        (
            header_v1(&format!("{OWNER}:c2ln"), DATE, "/a%20b"),
            "signature-mismatch",
            "{ flip-signature: true }",
        ),
        (
            header_v1("LTAInobody:c2ln", DATE, "/k"),
            "access-key-unknown",
            "{ access-key-id: LTAInobody }",
        ),
        (
            header_v1("a-b:c2ln", DATE, "/k"),
            "access-key-charset",
            "{ access-key-id: a-b }",
        ),
        (
            header_v1(
                &format!("{OWNER}:c2ln"),
                "Mon, 18 Dec 2023 09:00:00 GMT",
                "/k",
            ),
            "time-skewed",
            "{ clock: \"3600s\" }",
        ),
        (
            format!(
                "GET /k?OSSAccessKeyId={OWNER}&Signature=c2ln HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\n\r\n"
            ),
            "url-auth-missing-parameter",
            "{ remove-query: Expires }",
        ),
        (
            format!(
                "GET /k?OSSAccessKeyId={OWNER}&Signature=c2ln&Expires=1 HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\n\r\n"
            ),
            "url-auth-expired",
            "{ expires-in: \"-1s\" }",
        ),
        (
            "GET /k HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\n\r\n".to_owned(),
            "bucket-acl",
            "{ as: anonymous }",
        ),
    ] {
        let imported = imported(&request).unwrap_or_else(|error| panic!("{request}: {error}"));
        assert_eq!(imported.cause, cause, "{request}");
        assert!(
            imported.text.contains(&format!("\n    edit: {edit}\n")),
            "{}",
            imported.text
        );
    }
}

#[test]
fn of_several_faults_the_table_of_checks_says_which_comes_first() {
    let url = |key: &str| {
        format!(
            "GET /k?OSSAccessKeyId={key}&Signature=c2ln&Expires=1 HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\n\r\n"
        )
    };
    let skewed = "Mon, 18 Dec 2023 09:00:00 GMT";
    for (request, cause) in [
        (url("a-b"), "url-auth-expired"),
        (header_v1("a-b:c2ln", skewed, "/k"), "access-key-charset"),
        (
            header_v1("LTAInobody:c2ln", skewed, "/k"),
            "access-key-unknown",
        ),
    ] {
        let imported = imported(&request).unwrap_or_else(|error| panic!("{request}: {error}"));
        assert_eq!(imported.cause, cause, "{request}");
    }
}

#[test]
fn a_case_is_readable_and_shows_no_signature() {
    let request = header_v1(&format!("{OWNER}:c2lnbmF0dXJl"), DATE, "/a%20b");
    let imported = imported(&request).expect("a case");
    let scenario = &imported.text[imported.text.find("scenarios:").expect("scenarios")..];
    assert_eq!(
        scenario,
        "scenarios:\n  - name: found-by-a-fuzzer\n    about: Made of a request that a fuzzer found.\n    \
         given: { bucket: { objects: { a b: the content that found-by-a-fuzzer must not show } } }\n    \
         base: { sign: header-v1, request: \"GET /a%20b\", headers: { x-oss-meta-a: \"$$1\" } }\n    \
         edit: { flip-signature: true }\n"
    );
    assert!(
        imported.text.contains("\n# curl -sS -i"),
        "{}",
        imported.text
    );
    assert!(!imported.text.contains("c2lnbmF0dXJl"), "{}", imported.text);
}

#[test]
fn what_is_no_twin_says_why() {
    assert!(matches!(
        imported("GET / HTTP/1.1\r\n\r\n"),
        Err(ImportError::Request(BadRequest::NoHost))
    ));
    assert!(matches!(
        imported("no request"),
        Err(ImportError::Request(_))
    ));
    let no_twin = |request: &str| match imported(request) {
        Err(ImportError::NoTwin { reason, .. }) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        no_twin(&header_v1(&format!("{OWNER}:{WANTED}"), DATE, "/k")),
        NoTwin::Right
    );
    assert!(matches!(
        no_twin(&header_v1("nothing", DATE, "/k")),
        NoTwin::OtherStatus(_)
    ));
    assert_eq!(
        no_twin("GET /?acl HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\n\r\n"),
        NoTwin::Anonymous
    );
}
