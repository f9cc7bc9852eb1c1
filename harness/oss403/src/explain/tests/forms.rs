//! Forms besides those of the saved samples, and what is no answer of OSS.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use proptest::prelude::*;
use serde_json::json;

use super::{diagnosed, first, pasted, shown, unwrapped};
use crate::explain::paste::{self, PasteError};

const BODY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>AccessDenied</Code>\n  <Message>Request has expired.</Message>\n  <RequestId>589A00000000000000000001</RequestId>\n  <EC>0002-00000069</EC>\n</Error>\n";
const ACL: &str = "You have no right to access this object because of bucket acl.";

#[test]
fn exceptions_of_every_sdk_are_read() {
    let host = "https://bkt-a.oss-cn-hangzhou.aliyuncs.com";
    for (form, text) in [
        // aliyun-oss-php-sdk#5.
        ("PHP", format!("OSS\\Core\\OssException: AccessDenied: {ACL} RequestId: 566B00000000000000000001 in /app/vendor/aliyuncs/oss-sdk-php/src/OSS/Result/Result.php:98")),
        ("PHP, an array", format!("array (\n  'status' => '403',\n  'request-id' => '60DE00000000000000000001',\n  'code' => 'AccessDenied',\n  'message' => '{ACL}',\n)")),
        ("C#", format!("Failed with error code: AccessDenied; Error info: {ACL} \nRequestID:5F5800000000000000000001\tHostID:bkt-a.oss-cn-hangzhou.aliyuncs.com")),
        ("C# exception", format!("Unhandled exception. Aliyun.OSS.Common.OssException: {ACL}\n   at Aliyun.OSS.Common.Handlers.ErrorResponseHandler.ErrorHandle(ServiceResponse response)")),
        ("C++", format!("PutObject fail,code:AccessDenied,message:{ACL},requestId:5F5800000000000000000001")),
        ("iOS", format!("Error Domain=com.aliyun.oss.serverError Code=-403 \"(null)\" UserInfo={{Code=AccessDenied, Message={ACL}, RequestId=5C3500000000000000000001, HostId=bkt-a.oss-cn-hangzhou.aliyuncs.com, __name=Error}}")),
        ("Ruby", format!("Aliyun::OSS::ServerError: {ACL} RequestId: 5F5800000000000000000001")),
        ("Go v1", format!("oss: service returned error: StatusCode=403, ErrorCode=AccessDenied, ErrorMessage=\"{ACL}\", RequestId=5F5800000000000000000001, Ec=0003-00000001")),
        ("v2 SDKs", format!("operation error GetObject: Error returned by Service.\n Http Status Code: 403.\n Error Code: AccessDenied.\n Request Id: 5F5800000000000000000001.\n Message: {ACL}.\n EC: 0003-00000001.\n Timestamp: 2025-05-06 12:00:00.\n Request Endpoint: GET {host}/k")),
        ("terraform", format!("Error: [ERROR] terraform-provider-alicloud/alicloud/resource_alicloud_oss_bucket.go:1: Resource x GetBucketInfo Failed!!! [SDK aliyun-oss-go-sdk ERROR]: oss: service returned error: StatusCode=403, ErrorCode=AccessDenied, ErrorMessage=\"{ACL}\", RequestId=5F5800000000000000000001")),
        ("boto3", format!("botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: {ACL}")),
        ("aws-sdk-go-v2", format!("operation error S3: PutObject, https response error StatusCode: 403, RequestID: 68CD00000000000000000001, HostID: , api error AccessDenied: {ACL}")),
        ("aws-sdk-java", format!("com.amazonaws.services.s3.model.AmazonS3Exception: {ACL} (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 68CD00000000000000000001; S3 Extended Request ID: null; Proxy: null)")),
        ("aws-sdk-js v3", format!("AccessDenied: {ACL}\n    at throwDefaultError (/app/node_modules/@smithy/smithy-client/dist-cjs/index.js:844:20) {{\n  '$fault': 'client',\n  '$metadata': {{\n    httpStatusCode: 403,\n    requestId: '68CD00000000000000000001',\n    attempts: 1\n  }},\n  Code: 'AccessDenied'\n}}")),
        ("s3cmd", format!("ERROR: S3 error: 403 (AccessDenied): {ACL}")),
        ("mc", format!("mc: <ERROR> Unable to list folder. {ACL}")),
        ("ali-oss as JSON", json!({ "name": "AccessDeniedError", "status": 403, "code": "AccessDenied", "message": ACL, "requestId": "5F5800000000000000000001" }).to_string()),
        // coderhaoxin/aliyun-oss#25.
        ("lists of one", format!("{{ [Error: {ACL}]\n  status: 403,\n  code: [ 'AccessDenied' ],\n  message: [ '{ACL}' ],\n  requestId: [ '5F5800000000000000000001' ] }}")),
        ("Rust", format!("Error {{ code: \"AccessDenied\", message: \"{ACL}\", request_id: \"5F5800000000000000000001\" }}")),
        ("Python, in brackets", format!("oss2.exceptions.AccessDenied: {{'status': 403, 'x-oss-request-id': '5D0300000000000000000001', 'details': {{'Code': 'AccessDenied', 'Message': '{ACL}'}}}}")),
        ("said in a chat", format!("AccessDenied {ACL} 0003-00000001 what to do?")),
    ] {
        let diagnosis = diagnosed(&text);
        assert_eq!(first(&diagnosis), "bucket-acl", "{form}: {diagnosis:?}");
        assert_eq!(diagnosis.code, "AccessDenied", "{form}");
        assert!(diagnosis.status.is_none_or(|status| status == 403), "{form}: {:?}", diagnosis.status);
    }
}

/// Each of these is a way in which a text comes from a program, a database or a screen, and not an answer of its own.
#[test]
fn what_stands_around_a_text_is_taken_off() {
    let body = BODY.replace("Request has expired.", ACL);
    let body = body.replace("0002-00000069", "0003-00000001");
    let percent = |text: &str| oss_auth::percent_encode(text);
    let coded = BASE64_STANDARD.encode(&body);
    let block: Vec<&str> = coded
        .as_bytes()
        .chunks(64)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
    let flat = body.replace('\n', "");
    let broken: Vec<String> = flat
        .as_bytes()
        .chunks(60)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    for (form, text) in [
        (
            "in a URL",
            format!("https://example.com/report?error={}", percent(&body)),
        ),
        (
            "in a URL of a URL",
            format!("?next={}", percent(&percent(&body))),
        ),
        (
            "in a form",
            format!("error={}", percent(&body).replace("%20", "+")),
        ),
        ("base64", coded.clone()),
        (
            "base64 in JSON",
            json!({ "isBase64Encoded": true, "body": coded }).to_string(),
        ),
        ("base64 in lines", block.join("\n")),
        (
            "in SQL",
            format!("INSERT INTO log VALUES ('{}');", body.replace('\'', "''")),
        ),
        ("broken at the edge of a screen", broken.join("\n")),
        (
            "CSV",
            format!("at,body\n1,\"{}\"\n", body.replace('"', "\"\"")),
        ),
        ("CDATA", format!("<detail><![CDATA[{body}]]></detail>")),
        (
            "numbers of lines",
            body.lines()
                .enumerate()
                .map(|(at, line)| format!("{at:3}  {line}\n"))
                .collect(),
        ),
        (
            "a diff",
            body.lines().map(|line| format!("+{line}\n")).collect(),
        ),
        (
            "lines of docker",
            body.lines()
                .map(|line| json!({ "log": line, "stream": "stderr" }).to_string() + "\n")
                .collect(),
        ),
        (
            "a console that leaves the tags out",
            format!(
                "Invoke-WebRequest : AccessDenied{ACL}589A00000000000000000001bkt-a.oss-cn-hangzhou.aliyuncs.com0003-00000001https://api.aliyun.com/troubleshoot?q=0003-00000001"
            ),
        ),
    ] {
        let diagnosis = diagnosed(&text);
        assert_eq!(first(&diagnosis), "bucket-acl", "{form}: {diagnosis:?}");
        assert_eq!(diagnosis.code, "AccessDenied", "{form}");
        assert_eq!(
            diagnosis.message.trim_end_matches('.'),
            ACL.trim_end_matches('.'),
            "{form}"
        );
        assert_eq!(diagnosis.ec.as_deref(), Some("0003-00000001"), "{form}");
    }
}

/// A StringToSign has lines of its own, so that what stands before each line of a log would be taken for a part of it.
#[test]
fn what_stands_before_every_line_is_none_of_the_string() {
    let string =
        "OSS4-HMAC-SHA256\n20260101T000000Z\n20260101/cn-hangzhou/oss/aliyun_v4_request\n0000";
    let canonical =
        "PUT\n/b/k\n\ncontent-type:text/plain\nx-oss-date:20260101T000000Z\n\n\nUNSIGNED-PAYLOAD";
    let answer = format!(
        "<?xml version=\"1.0\"?>\n<Error>\n  <Code>SignatureDoesNotMatch</Code>\n  <StringToSign>{string}</StringToSign>\n  <CanonicalRequest>{canonical}</CanonicalRequest>\n</Error>"
    );
    let before = |prefix: &dyn Fn(usize) -> String| -> String {
        let lines = answer.lines().enumerate();
        lines.map(|(at, line)| prefix(at) + line + "\n").collect()
    };
    let indented = before(&|_| "    ".into());
    for (form, text) in [
        ("nothing", answer.clone()),
        ("an indent", indented.clone()),
        (
            "an indent in YAML",
            format!("error:\n  body: |\n{indented}  at: 7\n"),
        ),
        (
            "an indent without blanks at the ends of lines",
            indented.replace("    \n", "\n"),
        ),
        ("tabs", before(&|_| "\t\t".into())),
        (
            "a log",
            before(&|at| format!("2026-01-01 00:00:0{},123 ERROR ", at % 10)),
        ),
        (
            "a log of a container",
            before(&|at| format!("2026-01-01T00:00:00.00000{:03}Z stdout F ", at * 7)),
        ),
        ("a mail", before(&|_| "> ".into())),
    ] {
        let found = &pasted(&text)[0];
        assert_eq!(found.text("StringToSign"), Some(string), "{form}");
        assert_eq!(found.text("CanonicalRequest"), Some(canonical), "{form}");
    }
}

#[test]
fn utf_16_needs_no_mark() {
    let units: Vec<u16> = BODY.encode_utf16().collect();
    for bytes in [
        units
            .iter()
            .flat_map(|unit| unit.to_le_bytes())
            .collect::<Vec<u8>>(),
        units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ] {
        let found = paste::read(&bytes, &super::known().1).unwrap();
        assert_eq!(found[0].trimmed("Message"), "Request has expired.");
    }
}

#[test]
fn what_is_coded_and_no_error_is_left_alone() {
    // A policy of a form, and a token: base64 that is nobody's answer.
    let policy =
        BASE64_STANDARD.encode("{\"expiration\":\"2026-01-01T00:00:00Z\",\"conditions\":[]}");
    for text in [
        policy.as_str(),
        "https://example.com/?q=100%25%20sure&r=a%2Fb",
    ] {
        let diagnosis = diagnosed(text);
        assert!(
            diagnosis.fits.is_empty() && diagnosis.not_of_oss.is_some(),
            "{text}: {diagnosis:?}"
        );
    }
}

#[test]
fn a_code_alone_is_not_called_a_message() {
    let said = diagnosed("错误代码: AccessDenied\nRequestId: 65A0B1C2D3E4F5060708090A");
    let said = unwrapped(&shown(&said));
    assert!(
        said.contains("nothing but the code") && !said.contains("has this message"),
        "{said}"
    );
}

#[test]
fn http_is_read_with_its_head_in_every_way_it_is_shown() {
    let coded = BASE64_STANDARD.encode(BODY);
    for (form, text) in [
        (
            "curl -i",
            format!("HTTP/1.1 403 Forbidden\r\nX-Oss-Ec: 0002-00000069\r\n\r\n{BODY}"),
        ),
        (
            "HTTP/2",
            format!(
                "HTTP/2 403 \nserver: AliyunOSS\nx-oss-request-id: 589A00000000000000000001\n\n{BODY}"
            ),
        ),
        (
            "interim answers",
            format!(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 403 Forbidden\r\n\r\n{BODY}"
            ),
        ),
        (
            "no blank line",
            format!("HTTP/1.1 403 Forbidden\nServer: AliyunOSS\n{BODY}"),
        ),
        (
            "curl -I",
            format!("HTTP/1.1 403 Forbidden\nx-oss-err: {coded}\n\n"),
        ),
        (
            "curl -v",
            format!(
                "*   Trying 192.0.2.1:443...\n> GET /k?Expires=1&OSSAccessKeyId=id&Signature=abc HTTP/1.1\n> Host: b.oss-cn-hangzhou.aliyuncs.com\n> Accept: */*\n>\n* Mark bundle\n< HTTP/1.1 403 Forbidden\n< Server: AliyunOSS\n< x-oss-ec: 0002-00000069\n<\n{{ [300 bytes data]\n{BODY}"
            ),
        ),
        (
            "curl -Iv",
            format!(
                "> HEAD /k HTTP/2\n> Host: b.oss-cn-hangzhou.aliyuncs.com\n>\n< HTTP/2 403\n< x-oss-err: {coded}\n<\n"
            ),
        ),
        (
            "a log of headers",
            format!(
                "Status 403, headers {{\n  \"x-oss-request-id\" = (\n  589A00000000000000000001\n);\n  \"x-oss-err\" = \"{coded}\";\n}}"
            ),
        ),
    ] {
        let diagnosis = diagnosed(&text);
        assert_eq!(
            first(&diagnosis),
            "url-auth-expired",
            "{form}: {diagnosis:?}"
        );
        assert_eq!(diagnosis.status, Some(403), "{form}");
        assert_eq!(diagnosis.ec.as_deref(), Some("0002-00000069"), "{form}");
    }
}

#[test]
fn a_har_file_gives_every_403_of_it() {
    let entry = |status: u16, key: &str, text: &str, coded: bool| {
        let text = if coded {
            BASE64_STANDARD.encode(text)
        } else {
            text.to_owned()
        };
        let mut content = json!({ "mimeType": "application/xml", "text": text });
        if coded {
            content["encoding"] = json!("base64");
        }
        json!({
            "request": { "method": "GET", "url": format!("https://b.oss-cn-hangzhou.aliyuncs.com/{key}"), "headers": [] },
            "response": { "status": status, "headers": [{ "name": "x-oss-request-id", "value": "589A00000000000000000009" }], "content": content }
        })
    };
    let acl = format!("<Error><Code>AccessDenied</Code><Message>{ACL}</Message></Error>");
    let har = json!({ "log": { "version": "1.2", "entries": [
        entry(200, "fine", "fine", false), entry(403, "a", BODY, true), entry(404, "b", "", false), entry(403, "c", &acl, false),
    ] } });
    let answers = pasted(&har.to_string());
    let codes: Vec<_> = answers
        .iter()
        .map(|answer| answer.trimmed("Message").to_owned())
        .collect();
    assert_eq!(codes, ["Request has expired.", ACL]);
    assert_eq!(answers[1].trimmed("RequestId"), "589A00000000000000000009");
    assert_eq!(
        answers[1].asked.as_ref().map(|asked| asked.path.as_str()),
        Some("/c")
    );
    let none = json!({ "log": { "entries": [entry(200, "fine", "fine", false)] } });
    assert!(pasted(&none.to_string()).is_empty());
}

#[test]
fn several_answers_in_a_log_are_several() {
    let other = BODY.replace("Request has expired.", ACL);
    let answers = pasted(&format!("first\n{BODY}\nthen\n{other}\nand again\n{other}"));
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[1].trimmed("Message"), ACL);
}

#[test]
fn what_is_no_answer_of_oss_is_named() {
    for (text, words) in [
        (
            "<html><head><title>403 Forbidden</title></head><body>nginx</body></html>",
            "it names nginx",
        ),
        (
            "<!DOCTYPE html><html><title>Access denied | x used Cloudflare</title>cloudflare</html>",
            "cloudflare",
        ),
        (
            "HTTP/1.1 403 Forbidden\nServer: CloudFront\n\n<HTML><HEAD><TITLE>ERROR</TITLE></HEAD></HTML>",
            "CloudFront",
        ),
        (
            "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>ABCDEF0123456789</RequestId><HostId>aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789+/aBcDeFgHiJkLmNoPqRsTuVwXyZ01=</HostId></Error>",
            "but of Amazon S3",
        ),
        (
            "HTTP/1.1 403 Forbidden\nServer: MinIO\n\n<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>",
            "but of MinIO",
        ),
        (
            "<Error><Code>AccessDenied</Code><Message>Access Denied.</Message><RequestId>NjAx</RequestId><TraceId>OGVm</TraceId></Error>",
            "Tencent COS",
        ),
        (
            r#"{"RequestId":"0B1B1D5E-0000-5000-8000-000000000001","HostId":"sts.aliyuncs.com","Code":"NoPermission","Message":"You are not authorized to do this action."}"#,
            "another API of Alibaba Cloud (`sts`)",
        ),
        (
            r#"{"error":"forbidden","reason":"no session"}"#,
            "JSON of another service",
        ),
        (
            "Request failed with status code 403",
            "A 403 and nothing else",
        ),
        ("the weather is fine", "Nothing in it is an error of OSS"),
        (
            "Access to XMLHttpRequest at 'https://b.oss-cn-hangzhou.aliyuncs.com/a' from origin 'http://localhost:3000' has been blocked by CORS policy: Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            "keeps an answer from its page",
        ),
        (
            "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://b.oss-cn-hangzhou.aliyuncs.com/a. (Reason: CORS header 'Access-Control-Allow-Origin' missing). Status code: 403.",
            "keeps an answer from its page",
        ),
        (
            "GET https://b.oss-cn-hangzhou.aliyuncs.com/a.png 403 (Forbidden)",
            "The console of a browser shows no body",
        ),
    ] {
        let diagnosis = diagnosed(text);
        let page = unwrapped(&shown(&diagnosis));
        assert!(
            diagnosis.not_of_oss.is_some() && page.contains(words),
            "{text}: {page}"
        );
        assert!(!diagnosis.fits_anything(), "{text}");
    }
    // The page around does not make an answer of OSS another's.
    let page = format!(
        "<html><body><pre>{}</pre></body></html>",
        BODY.replace('<', "&lt;")
    );
    assert_eq!(first(&diagnosed(&page)), "url-auth-expired");
    // A CDN passes on what OSS said.
    let cdn = format!("HTTP/1.1 403 Forbidden\nServer: Tengine\nVia: cache1.l2[1,0]\n\n{BODY}");
    assert_eq!(first(&diagnosed(&cdn)), "url-auth-expired");
}

#[test]
fn what_is_no_text_is_an_error() {
    let vocabulary = &super::known().1;
    let failed = |bytes: &[u8]| paste::read(bytes, vocabulary).unwrap_err();
    assert_eq!(failed(b" \n"), PasteError::Empty);
    assert_eq!(failed(&[0; 64]), PasteError::Binary);
    assert_eq!(
        failed(&vec![b'<'; paste::MAX_BYTES + 1]),
        PasteError::TooLong
    );
    // PowerShell writes UTF-16.
    let wide: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(BODY.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(
        paste::read(&wide, vocabulary).unwrap()[0].trimmed("Code"),
        "AccessDenied"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_is_a_panic(text in "[\\x00-\\x7f<>/&;:=\"'\\\\{}äé环 ]{1,200}", cut in 0usize..300) {
        for text in [text.clone(), format!("{}{text}", BODY.get(..cut).unwrap_or(BODY)), format!("{BODY}{text}")] {
            if let Ok(answers) = paste::read(text.as_bytes(), &super::known().1) {
                for answer in answers {
                    let diagnosis = crate::explain::diagnose(&super::known().0, &answer, |evidence| evidence.with_client_string(text.as_bytes()), Some("secret"));
                    let _ = shown(&diagnosis);
                }
            }
            let _ = crate::doctor::Asked::read(&text);
        }
    }
}
