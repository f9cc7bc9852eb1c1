//! Every saved paste in `tests/data/pasted`: its right cause comes first, or it says why there is none. Forms and texts are those that
//! were seen in public, names and ids are invented.

use super::{diagnosed, first, shown, unwrapped};

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/data/pasted/",
            $name
        ))
    };
}

/// File, first cause (none where no 403 of OSS is behind it), and what the page must say besides.
const SAMPLES: &[(&str, &str, &str, &[&str])] = &[
    (
        "d1",
        sample!("d1.xml"),
        "signature-mismatch",
        &["write it as `%2B`"],
    ),
    (
        "d2",
        sample!("d2.xml"),
        "access-key-unknown",
        &["begins with `STS.`", "the token was not sent, or was lost"],
    ),
    (
        "d3",
        sample!("d3.xml"),
        "bucket-not-belong",
        &["most likely unsigned"],
    ),
    (
        "d4",
        sample!("d4.txt"),
        "access-denied",
        &["Status 403", "EC 0003-00000905"],
    ),
    (
        "d5",
        sample!("d5.xml"),
        "",
        &["EC 0002-00000226: The request is signed for another region"],
    ),
    ("d6", sample!("d6.json"), "bucket-acl", &[]),
    (
        "d7",
        sample!("d7.xml"),
        "ram-policy-explicit-deny",
        &["names a RAM policy", "A Deny in it matches"],
    ),
    ("d8", sample!("d8.xml"), "virtual-hosted-style", &[]),
    (
        "d9",
        sample!("d9.xml"),
        "",
        &[
            "This is no answer of OSS: a proxy, CDN or firewall refused",
            "Tengine",
        ],
    ),
    (
        "e02",
        sample!("e02-oss2-exception.txt"),
        "signature-mismatch",
        &[
            "Status 403",
            "resource /bkt-a/locations.json",
            "`application/json`",
        ],
    ),
    (
        "e03",
        sample!("e03-ossutil.txt"),
        "endpoint-mismatch",
        &["RequestId 5B8E00000000000000000001"],
    ),
    (
        "e03b",
        sample!("e03b-go-sdk-quoted.txt"),
        "signature-mismatch",
        &["EC 0002-00000040"],
    ),
    (
        "e04",
        sample!("e04-v2-sdk.txt"),
        "",
        &[
            "Status 400",
            "EC 0002-00000226: The request is signed for another region",
        ],
    ),
    (
        "e04b",
        sample!("e04b-v2-sdk-403.txt"),
        "bucket-acl",
        &["EC 0003-00000001"],
    ),
    (
        "e05",
        sample!("e05-log-escaped.txt"),
        "virtual-hosted-style",
        &["HostId oss-cn-shanghai.aliyuncs.com"],
    ),
    (
        "e06",
        sample!("e06-picgo.txt"),
        "signature-mismatch",
        &[
            "how the key is encoded",
            "The key has a blank",
            "1.c 环境测试.png",
        ],
    ),
    (
        "e08",
        sample!("e08-android.txt"),
        "time-skewed",
        &["of 1970", "not set"],
    ),
    (
        "e08b",
        sample!("e08b-skew.xml"),
        "time-skewed",
        &["8 h 00 min behind", "local time was written as GMT"],
    ),
    (
        "e09",
        sample!("e09-html-escaped.txt"),
        "url-auth-expired",
        &["expired 24 h 24 min before"],
    ),
    (
        "e10",
        sample!("e10-fragment.txt"),
        "url-auth-expired",
        &["expired 24 h 24 min before"],
    ),
    (
        "e11",
        sample!("e11-ali-oss.txt"),
        "bucket-policy",
        &["EC 0003-00000101"],
    ),
    (
        "e12",
        sample!("e12-aws-js.txt"),
        "virtual-hosted-style",
        &["RequestId 672F00000000000000000001"],
    ),
    ("e13", sample!("e13-boto3.txt"), "virtual-hosted-style", &[]),
    (
        "e14",
        sample!("e14-java.txt"),
        "bucket-acl",
        &["RequestId 5F5800000000000000000001"],
    ),
    (
        "e15",
        sample!("e15-json.json"),
        "authorizer-policy",
        &["Status 403"],
    ),
    (
        "e16",
        sample!("e16-truncated.xml"),
        "endpoint-mismatch",
        &["is `oss-cn-beijing.aliyuncs.com`", "ends in the middle"],
    ),
    (
        "e16b",
        sample!("e16b-endpoint.xml"),
        "endpoint-mismatch",
        &["is `oss-cn-beijing.aliyuncs.com`, not `assets-a.oss-cn-hangzhou.aliyuncs.com`"],
    ),
    ("e17", sample!("e17-script.xml"), "bucket-acl", &[]),
    (
        "e18",
        sample!("e18-ram-explicit.xml"),
        "ram-policy-explicit-deny",
        &["`oss:PutBucketReferer`", "RAM user `2000000000000001`"],
    ),
    (
        "e18b",
        sample!("e18b-ram-implicit.xml"),
        "bucket-acl",
        &["a RAM policy", "No Allow in it matches `oss:PutObject`"],
    ),
    (
        "e19",
        sample!("e19-post-token.xml"),
        "post-policy-condition-failed",
        &["field `x-oss-security-token` with an empty value"],
    ),
    (
        "e21",
        sample!("e21-chunked.xml"),
        "",
        &[
            "EC 0017-00000804: OSS takes aws-chunked uploads",
            "`STREAMING-UNSIGNED-PAYLOAD-TRAILER`",
        ],
    ),
];

#[test]
fn every_sample_leads_to_its_cause() {
    for (name, text, cause, said) in SAMPLES {
        let diagnosis = diagnosed(text);
        let page = shown(&diagnosis);
        assert_eq!(first(&diagnosis), *cause, "{name}\n{page}");
        for words in *said {
            assert!(unwrapped(&page).contains(words), "{name}: {words}\n{page}");
        }
        // A foreign page fits nothing, and everything else something.
        assert_eq!(diagnosis.fits_anything(), *name != "d9", "{name}");
        for line in page.lines() {
            assert!(
                line.chars().count() <= 80 || !line.trim().contains(' '),
                "{name}: {line}"
            );
        }
    }
    let files =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/pasted")).unwrap();
    assert_eq!(files.count(), SAMPLES.len(), "each file has its row");
}

/// What happens to a paste, and how.
type Way<'w> = (&'w str, &'w dyn Fn(&str) -> String);

#[test]
fn every_sample_survives_what_happens_to_a_paste() {
    let quoted = |text: &str| {
        text.lines()
            .map(|line| format!("> {line}\n"))
            .collect::<String>()
    };
    let logged = |text: &str| {
        text.lines()
            .map(|line| format!("2026-11-28T10:00:00.123Z ERROR [main] {line}\n"))
            .collect::<String>()
    };
    let ways: [Way<'_>; 9] = [
        ("as a JSON string", &|text| {
            serde_json::json!({ "log": text }).to_string()
        }),
        ("as a JSON string in a JSON string", &|text| {
            serde_json::json!({ "log": serde_json::json!({ "body": text }).to_string() })
                .to_string()
        }),
        ("as HTML", &|text| {
            text.replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
        }),
        ("quoted as mail", &quoted),
        ("in a log", &logged),
        ("with carriage returns", &|text| text.replace('\n', "\r\n")),
        ("with a byte order mark", &|text| format!("\u{feff}{text}")),
        ("with words around", &|text| {
            format!("I get this since yesterday, please help:\n\n```\n{text}\n```\nthanks")
        }),
        ("on one line", &|text| text.replace('\n', " ")),
    ];
    for (name, text, cause, _) in SAMPLES.iter().filter(|(_, _, cause, _)| !cause.is_empty()) {
        for (way, wrap) in ways {
            let wrapped = wrap(text);
            let diagnosis = diagnosed(&wrapped);
            assert_eq!(
                first(&diagnosis),
                *cause,
                "{name} {way}:\n{wrapped}\n{diagnosis:?}"
            );
        }
    }
}

#[test]
fn nothing_that_is_cut_or_mangled_is_a_panic() {
    for (_, text, _, _) in SAMPLES {
        let ends: Vec<usize> = (0..text.len())
            .step_by(7)
            .filter(|at| text.is_char_boundary(*at))
            .collect();
        for end in ends {
            if !text[..end].trim().is_empty() {
                let _ = shown(&diagnosed(&text[..end]));
            }
        }
    }
}
