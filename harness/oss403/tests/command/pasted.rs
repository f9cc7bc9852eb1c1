//! `oss403 explain` as its user runs it.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::Desk;

const EXPIRED: &str = "<Error><Code>AccessDenied</Code><Message>Request has expired.</Message><EC>0002-00000069</EC></Error>";

#[test]
fn what_an_argument_names_is_explained_and_the_exit_code_says_whether_anything_fits() {
    let desk = Desk::new();
    desk.write("answer.xml", EXPIRED);
    desk.write("AccessDenied", EXPIRED);
    desk.write("page.html", "<html><title>403</title>nginx</html>");
    desk.write("empty.txt", " \n");
    for (argument, code, words) in [
        ("answer.xml", 0, "1. url-auth-expired: "),
        ("url-auth-expired", 0, "Severity"),
        ("AccessDenied", 0, "causes are answered with AccessDenied"),
        ("./AccessDenied", 0, "1. url-auth-expired: "),
        ("0003-00000101", 0, "1. bucket-policy: "),
        ("0002-00000226", 0, "signed for another region"),
        ("NoSuchKey", 1, "No documented 403"),
        ("page.html", 1, "no answer of OSS"),
    ] {
        let ran = desk.run(&format!("explain {argument}"));
        assert_eq!(ran.code, Some(code), "{argument}: {ran:?}");
        assert!(ran.out.contains(words), "{argument}: {}", ran.out);
    }
    for (argument, code, words) in [
        ("0003-0000101", 2, "did you mean `0003-00000101`?"),
        ("0099-00000001", 1, "no page that is known here"),
        ("AcessDenied", 2, "did you mean `AccessDenied`?"),
        ("absent.txt", 2, "absent.txt: "),
        ("empty.txt", 2, "there is nothing in it"),
        (
            "answer.xml --request empty.txt",
            2,
            "neither a command line of curl",
        ),
        ("answer.xml --secret-env OSS403_NOT_SET", 2, "is not set"),
    ] {
        let ran = desk.run(&format!("explain {argument}"));
        assert_eq!(ran.code, Some(code), "{argument}: {ran:?}");
        assert!(ran.err.contains(words), "{argument}: {}", ran.err);
    }
    let said = |message: &str| desk.command("explain").arg(message).output().unwrap();
    let known = said("Request has expired.");
    assert!(
        known.status.success()
            && String::from_utf8_lossy(&known.stdout).contains("1. url-auth-expired")
    );
    let near = said("Request has expird");
    assert_eq!(near.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&near.stderr).contains("did you mean `Request has expired`?"));
    assert!(said(EXPIRED).status.success());
}

#[test]
fn a_line_of_standard_input_says_what_it_says_as_an_argument() {
    let desk = Desk::new();
    for (line, words) in [
        ("request has expired", "1. url-auth-expired: "),
        ("accessdenied", "causes are answered with AccessDenied"),
        ("REFERER-DENIED", "referer-denied · AccessDenied"),
        ("ec 0003-00000101", "1. bucket-policy: "),
        ("EC:0003-00000101", "1. bucket-policy: "),
        ("bucket acl", "1. bucket-acl: "),
    ] {
        let argument = desk.command("explain").arg(line).output().unwrap();
        desk.write("line.txt", &format!("{line}\n"));
        let file = std::fs::File::open(desk.path("line.txt")).unwrap();
        let input = desk.command("explain -").stdin(file).output().unwrap();
        assert!(argument.status.success(), "{line}");
        assert_eq!(argument.stdout, input.stdout, "{line}");
        let said = String::from_utf8_lossy(&argument.stdout);
        assert!(said.contains(words), "{line}: {said}");
    }
}

#[test]
fn standard_input_is_read_and_json_is_printed() {
    let desk = Desk::new();
    let mut child = desk
        .command("explain - --format json")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(EXPIRED.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["answers"][0]["causes"][0]["id"], "url-auth-expired");
    assert_eq!(json["answers"][0]["ec"], "0002-00000069");
    let cause: serde_json::Value =
        serde_json::from_str(&desk.run("explain url-auth-expired --format json").out).unwrap();
    assert_eq!(cause["causes"][0]["code"], "AccessDenied");
}

#[test]
fn the_doctor_takes_the_clients_string_its_request_and_its_secret() {
    let desk = Desk::new();
    let string = "GET\n\n\n1141889120\n/oss-example/oss-api.pdf?acl";
    let answer = |signature: &str| {
        format!(
            "<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message><OSSAccessKeyId>id</OSSAccessKeyId><SignatureProvided>{signature}</SignatureProvided><StringToSign>{string}</StringToSign></Error>"
        )
    };
    desk.write("answer.xml", &answer("AAAAAAAAAAAAAAAAAAAAAAAAAAA="));
    desk.write("mine.txt", "GET\n\n\n1141889120\n/oss-example/oss-api.pdf");
    let ran = desk.run("explain answer.xml --string-to-sign mine.txt");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out.contains("^ byte 25: 3F there, the end in yours"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("certain") && ran.out.contains("`acl` belongs"),
        "{}",
        ran.out
    );
    desk.write("request.txt", "curl -I 'https://oss-example.oss-cn-hangzhou.aliyuncs.com/oss-api.pdf?acl&OSSAccessKeyId=id&Expires=1141889120&Signature=x'");
    let ran = desk.run("explain answer.xml --request request.txt");
    assert!(ran.out.contains("turned HEAD into GET"), "{}", ran.out);
    // The secret of the document's example, for the string without `?acl`.
    let unsigned = string.trim_end_matches("?acl");
    let secret = "OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV";
    let signature = oss_auth::sign_text(oss_auth::Scheme::V1, unsigned.as_bytes(), None, secret);
    desk.write("answer.xml", &answer(&signature));
    let output = desk
        .command("explain answer.xml --secret-env A_SECRET")
        .env("A_SECRET", secret)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains(
            "proven The client signed no sub-resources and parameters. The secret is right."
        ),
        "{text}"
    );
    for hidden in [secret, &signature, &signature[..20]] {
        assert!(!text.contains(hidden), "{text}");
    }
    let other = desk
        .command("explain answer.xml --secret-env A_SECRET")
        .env("A_SECRET", "another")
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&other.stdout).contains("is not the one that signed"));
}
