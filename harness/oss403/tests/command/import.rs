//! `oss403 import`: what a fuzzer found becomes a case that runs.

use crate::support::Desk;

/// As a signature target finds it: the key exists, the signature is not its own.
const WRONG_SIGNATURE: &str = "PUT /a/%24b HTTP/1.1\r\nHost: examplebucket.oss-cn-hangzhou.aliyuncs.test\r\n\
    x-oss-date: 20231218T080000Z\r\nx-oss-content-sha256: UNSIGNED-PAYLOAD\r\nx-oss-meta-a: it's ${bucket}\r\nContent-Length: 4\r\n\
    Authorization: OSS4-HMAC-SHA256 Credential=OSS403OWNERKEY0001/20231218/cn-hangzhou/oss/aliyun_v4_request, \
    AdditionalHeaders=host, Signature=0011223344556677\r\n\r\nbody";

#[test]
fn a_crash_becomes_a_case_that_runs() {
    let desk = Desk::new();
    desk.write("crash", WRONG_SIGNATURE);
    let ran = desk.run("import crash --target-name header_v4 --out found");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("curl -sS -i"), "{}", ran.out);
    let command = "run found/SignatureDoesNotMatch/signature-mismatch.yaml";
    assert!(ran.out.contains(command), "{}", ran.out);
    assert!(!ran.out.contains("0011223344556677"), "{}", ran.out);
    let case = desk.read("found/SignatureDoesNotMatch/signature-mismatch.yaml");
    assert!(case.contains("- name: found-by-header-v4"), "{case}");
    assert!(case.contains("additional-headers: [host]"), "{case}");
    assert!(case.contains("unchanged: [\"?list-type=2\"]"), "{case}");

    let ran = desk.run(command);
    assert_eq!(ran.code, Some(0), "{ran:?}\n{case}");
    assert!(ran.out.contains("1 of 1 conformant"), "{}", ran.out);

    let again = desk.run("import crash --target-name header_v4 --out found");
    assert_eq!(
        again.code,
        Some(2),
        "an existing case is not overwritten: {again:?}"
    );
}

#[test]
fn without_a_folder_the_case_is_printed() {
    let desk = Desk::new();
    desk.write("crash", WRONG_SIGNATURE);
    let ran = desk.run("import crash");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out.starts_with("# yaml-language-server:"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("edit: { flip-signature: true }"),
        "{}",
        ran.out
    );
}

#[test]
fn what_is_no_request_is_said() {
    let desk = Desk::new();
    desk.write("crash", "{\"Version\":\"1\"}");
    for (line, said) in [
        ("import crash", "crash: not a request"),
        (
            "import crash --target-name policy_parse",
            "an input of `policy_parse` is no request",
        ),
        ("import absent", "absent: "),
    ] {
        let ran = desk.run(line);
        assert_eq!(ran.code, Some(2), "{line}: {ran:?}");
        assert!(ran.err.contains(said), "{line}: {}", ran.err);
    }
}
