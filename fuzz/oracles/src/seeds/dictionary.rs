//! Dictionaries: the words of the ledger and of the protocol, by target.

use std::collections::{BTreeMap, BTreeSet};

use oss_policy::ConditionOperator;
use oss403_case::{Instance, Ledger};

use super::requests::{scene, signed};
use crate::TARGETS;

/// Most words of a dictionary.
const MOST: usize = 220;

pub(super) fn add(ledger: &Ledger, instances: &[Instance], files: &mut BTreeMap<String, Vec<u8>>) {
    let requests = requests(instances);
    for target in TARGETS {
        let words: BTreeSet<String> = match target.name {
            "header_v1" | "header_v2" | "header_v4" | "url_v1" | "url_v2" | "url_v4"
            | "pipeline" => requests.clone(),
            "form" => with(
                &requests,
                &[
                    "\r\n",
                    "--",
                    "form-data",
                    "name=\"",
                    "filename=\"",
                    "Content-Disposition: ",
                    "boundary=",
                    "\\\"",
                ],
            ),
            "policy_parse" | "policy_evaluate" => policies(),
            "post_policy" => with(&BTreeSet::new(), POST),
            "error_envelope" => envelopes(ledger),
            "case_file" => cases(ledger, instances),
            "target_profile" => with(&BTreeSet::new(), PROFILE),
            "journal" => with(&BTreeSet::new(), JOURNAL),
            "host" => with(&BTreeSet::new(), HOSTS),
            "date" => with(&BTreeSet::new(), DATES),
            "wildcard" | "referer" => with(
                &BTreeSet::new(),
                &[
                    "*",
                    "?",
                    "://",
                    "http://",
                    "https://",
                    "/",
                    "\n",
                    "\n+",
                    "\n-",
                    ".example.com",
                ],
            ),
            _ => with(
                &BTreeSet::new(),
                &[
                    "\nr",
                    "\no*",
                    "\noHTTP",
                    "\nmGET",
                    "\nh*",
                    "\nhx-oss-*",
                    "\neETag",
                    "\na600",
                    "http://",
                    "*",
                ],
            ),
        };
        let mut text = String::new();
        for word in words
            .iter()
            .filter(|word| (1..=60).contains(&word.len()))
            .take(MOST)
        {
            text.push_str(&format!("\"{}\"\n", escaped(word)));
        }
        files.insert(format!("dict/{}.dict", target.name), text.into_bytes());
    }
}

/// Names of headers and parameters, and short values, of all requests of the ledger; and what begins a signature.
fn requests(instances: &[Instance]) -> BTreeSet<String> {
    let scene = scene();
    let mut words = with(&BTreeSet::new(), SIGNATURES);
    for instance in instances {
        for edit in [None, Some(&instance.scenario.edit)] {
            let Some(signed) = signed(instance, edit, &scene) else {
                continue;
            };
            words.extend(signed.headers.iter().map(|(name, _)| format!("{name}: ")));
            words.extend(
                signed
                    .query
                    .iter()
                    .map(|(name, _)| format!("&{}=", oss_auth::percent_encode(name))),
            );
        }
    }
    words
}

fn policies() -> BTreeSet<String> {
    let mut words = with(&BTreeSet::new(), POLICY);
    words.extend(
        ConditionOperator::ALL
            .iter()
            .map(|operator| format!("\"{}\":", operator.as_str())),
    );
    words
}

fn envelopes(ledger: &Ledger) -> BTreeSet<String> {
    let mut words = with(&BTreeSet::new(), XML);
    words.extend(ledger.causes().map(|file| file.code.clone()));
    words
}

fn cases(ledger: &Ledger, instances: &[Instance]) -> BTreeSet<String> {
    let mut words = with(&BTreeSet::new(), CASE);
    words.extend(
        instances
            .iter()
            .map(|instance| format!("{}: ", instance.scenario.edit.name())),
    );
    words.extend(ledger.causes().map(|file| file.cause.clone()));
    words
}

fn with(words: &BTreeSet<String>, more: &[&str]) -> BTreeSet<String> {
    words
        .iter()
        .cloned()
        .chain(more.iter().map(|word| (*word).to_owned()))
        .collect()
}

/// As libFuzzer reads it.
fn escaped(word: &str) -> String {
    let mut text = String::new();
    for byte in word.bytes() {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text
}

const SIGNATURES: &[&str] = &[
    "Authorization: ",
    "OSS ",
    "OSS2 ",
    "OSS4-HMAC-SHA256 ",
    "AWS4-HMAC-SHA256 ",
    "Credential=",
    "Signature=",
    "AdditionalHeaders=",
    "AccessKeyId:",
    "AdditionalHeaders:",
    "Signature:",
    "/cn-hangzhou/oss/aliyun_v4_request",
    "aliyun_v4_request",
    "aws4_request",
    "UNSIGNED-PAYLOAD",
    "x-oss-signature-version=OSS2",
    "x-oss-signature-version=OSS4-HMAC-SHA256",
    "&x-oss-credential=",
    "&x-oss-access-key-id=",
    "&x-oss-signature=",
    "&Signature=",
    "&Expires=",
    "&OSSAccessKeyId=",
    "&security-token=",
    "?",
    "%2F",
    "%00",
    "%0A",
    "%3F",
    "%26",
    "+",
    "~sign~",
    "host;range",
    "x-oss-content-sha256: ",
    "20231218T080000Z",
    "Mon, 18 Dec 2023 08:00:00 GMT",
    "\r\n",
    "OSS403OWNERKEY0001",
];
const POLICY: &[&str] = &[
    "\"Version\":\"1\"",
    "\"Statement\":",
    "\"Effect\":\"Allow\"",
    "\"Effect\":\"Deny\"",
    "\"Action\":",
    "\"Resource\":",
    "\"Principal\":",
    "\"Condition\":",
    "\"oss:*\"",
    "\"oss:GetObject\"",
    "\"acs:oss:*:*:*\"",
    "\"*\"",
    "arn:sts::1000000000000001:assumed-role/reader/*",
    "acs:SourceIp",
    "acs:SecureTransport",
    "acs:CurrentTime",
    "acs:UserAgent",
    "oss:Prefix",
    "oss:Delimiter",
    "oss:ExistingObjectTag/",
    "10.0.0.0/8",
    "[",
    "]",
    "{",
    "}",
    "\\u0041",
];
const POST: &[&str] = &[
    "\"expiration\":",
    "\"conditions\":",
    "2030-01-01T00:00:00Z",
    "\"eq\"",
    "\"starts-with\"",
    "\"in\"",
    "\"not-in\"",
    "\"content-length-range\"",
    "\"$key\"",
    "\"$content-type\"",
    "\"bucket\":",
    "\\$",
    "[",
    "]",
    "{",
    "}",
    ",",
    "0",
    "18446744073709551615",
];
const XML: &[&str] = &[
    "<Error>",
    "</Error>",
    "<Code>",
    "</Code>",
    "<Message>",
    "</Message>",
    "<EC>",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&lt;",
    "&#x41;",
    "&#0;",
    "<!DOCTYPE",
    "<!--",
    "-->",
    "<?xml",
    "?>",
    "<a/>",
    "xmlns:o=",
];
const CASE: &[&str] = &[
    "scenarios:\n  - ",
    "name: ",
    "given: ",
    "matrix: ",
    "exclude: ",
    "base: ",
    "edit: ",
    "expect: ",
    "unchanged: ",
    "request: GET /",
    "sign: ",
    "as: ",
    "$scheme",
    "${bucket}",
    "&a ",
    "*a",
    "<<: ",
    "|\n",
    "- ",
    "~",
    "{",
    "}",
    "[",
    "]",
    "\n",
];
const PROFILE: &[&str] = &[
    "name: ",
    "endpoint: ",
    "embedded",
    "regions: ",
    "suffix: ",
    "identities:\n",
    "owner:\n",
    "access-key-id: ",
    "access-key-secret: ",
    "security-token: ",
    "{ env: ",
    "{ file: ",
    "{ command: ",
    "capabilities: ",
    "except: ",
    "limits: ",
    "concurrency: ",
    "operator: ",
    "tls: ",
    "resolve: ",
    "snapshots: ",
    "&a ",
    "*a",
];
const JOURNAL: &[&str] = &[
    "{\"event\":\"run-started\"",
    "{\"event\":\"making\"",
    "{\"event\":\"made\"",
    "{\"event\":\"removed\"",
    "{\"event\":\"exchanged\"",
    "{\"event\":\"cleaned-up\"",
    "\"seq\":",
    "\"what\":",
    "\"bucket\":",
    "\"text\":",
    "\"base64\":",
    "\"headers\":",
    "[redacted]",
    "Authorization",
    "x-oss-security-token",
    "Signature=",
    "null",
];
const HOSTS: &[&str] = &[
    ".oss-",
    "oss-",
    ".aliyuncs.test",
    "-internal",
    "oss-accelerate",
    "oss-accelerate-overseas",
    ".s3",
    "s3.",
    "cn-hangzhou",
    "cn-shanghai",
    ".oss.",
    ":80",
    "[::1]",
    "127.0.0.1",
    "localhost",
    "img.example.com",
    "%2F",
    "%",
    "//",
    "/../",
    "\n/",
];
const DATES: &[&str] = &[
    "Mon, ",
    "Tue, ",
    "Wed, ",
    "Thu, ",
    "Fri, ",
    "Sat, ",
    "Sun, ",
    " Jan ",
    " Feb ",
    " Mar ",
    " Dec ",
    " GMT",
    "T000000Z",
    "T235959Z",
    "29 Feb 2024",
    "20240229",
    "1900",
    "9999",
    "0000",
    ".000Z",
    "T",
    "Z",
    "-",
    ":",
];
