//! Inputs at the edges of the laws, which no scenario has a reason to send.

use super::Seeds;

pub(super) fn add(seeds: &mut Seeds) {
    for (target, edges) in [
        ("date", DATES),
        ("wildcard", WILDCARDS),
        ("referer", REFERERS),
        ("cors", CORS),
        ("policy_parse", POLICIES),
        ("post_policy", POST_POLICIES),
        ("host", HOSTS),
        ("header_v1", HEADERS_V1),
        ("header_v2", HEADERS_V2),
        ("header_v4", HEADERS_V4),
    ] {
        edges.iter().for_each(|edge| seeds.add(target, *edge));
    }
    for policy in POLICIES {
        for wish in 0..12_u8 {
            let wish: Vec<u8> = (0..24)
                .map(|at| wish.wrapping_add(at * (wish % 5)))
                .collect();
            seeds.add("policy_evaluate", [policy.as_bytes(), &[0], &wish].concat());
        }
    }
    for depth in [7, 8, 9] {
        let document = format!(
            "<Error>{}{}</Error>",
            "<a>".repeat(depth - 1),
            "</a>".repeat(depth - 1)
        );
        seeds.add("error_envelope", document);
    }
    for elements in [254, 255, 256] {
        seeds.add(
            "error_envelope",
            format!("<Error>{}</Error>", "<a/>".repeat(elements)),
        );
    }
}

const DATES: &[&str] = &[
    "Tue, 18 Dec 2023 08:00:00 GMT",
    "Thu, 29 Feb 2024 23:59:59 GMT",
    "Wed, 29 Feb 2023 00:00:00 GMT",
    "Mon, 18 Dec 2023 24:00:00 GMT",
    "Mon,  8 Dec 2023 08:00:00 GMT",
    "mon, 18 dec 2023 08:00:00 GMT",
    "20240229T000000Z",
    "21000229T000000Z",
    "20231218T080060Z",
    "00000101T000000Z",
    "99991231T235959Z",
    "2023-12-18T08:00:00Z",
    "2023-12-18T08:00:00.123456789Z",
    "2023-12-18T08:00:00.1234567890Z",
    "2023-12-18T08:00:00.Z",
];

const WILDCARDS: &[&str] = &[
    "ab*ba\naba",
    "a*b*c\nabcbc",
    "*a?\nbaab",
    "a??*\na",
    "?\né",
    "*\n",
    "\n",
    "A*\nabc",
    "a*a*a*a*a*b\naaaaaaaaaaaaaaaaaaaaaaaa",
    "***\nx",
    "?*?\nx",
];

const REFERERS: &[&str] = &[
    "eq\nhttp://www.example.com/a?b?c\n+http://www.example.com/a",
    "q\n\n+http://www.example.com",
    "e\n-\n+http://www.example.com",
    "p\nhttps://www.example.com?x\n+https://www.example.com",
    "eq\nhttp://www.example.com/a\n+http://www.example.com",
    "eq\nhttp://www.EXAMPLE.com/a\n+http://*.example.com/*\n-http://www.example.com/a",
    "eq\nwww.example.com/a\n+www.example.com\n-*?secret",
];

const CORS: &[&str] = &[
    "http://a.example.com\nGET\nX-OSS-Meta-A,content-type\nr\nohttp://*.example.com\nmGET\nhx-oss-*\nhContent-Type",
    "http://a\nGET\nx\nr\nohttp://aa*a\nmGET\nh*",
    "https://b\nPUT\n, ,\nr\no*\nmGET\nr\nohttps://b\nmPUT\neETag\na60",
    "null\nHEAD\n\nr\nonull\no*\nmHEAD",
];

const POLICIES: &[&str] = &[
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*","Principal":["arn:sts::1000000000000001:assumed-role/reader/*","200000000000000001"]}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":["oss:Get*","oss:Put?bject"],"Resource":["acs:oss:*:1000000000000001:examplebucket/*"],"Principal":"*"},{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*","Condition":{"IpAddress":{"acs:SourceIp":["10.0.0.0/8","::/0"]},"NumericLessThan":{"oss:ExistingObjectTag/n":"1.50"},"DateGreaterThan":{"acs:CurrentTime":"2023-12-18T08:00:00+08:00"},"Bool":{"acs:SecureTransport":"true"}}}]}"#,
    r#"{"Version":"1","Statement":{"Effect":"Allow","Action":"oss:GetObject","Resource":"acs:oss:*:*:examplebucket/k.txt"}}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:getobject","Resource":"acs:oss:*:*:*","Condition":{"StringNotLike":{"acs:UserAgent":["a*","\u0041"]}}},{"Effect":"Deny","Action":"OSS:*","Resource":"*"}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:GetObject","Resource":"*"}],"Id":"x"}"#,
    "{\"Version\":\"1\",\n\"Statement\":[{\"Effect\":\"allow\"}]}",
];

const POST_POLICIES: &[&str] = &[
    r#"{"expiration":"2030-01-01T00:00:00.500Z","conditions":[["eq","$key","a\"b\\c\n"]]}"#,
    r#"{"expiration":"2030-01-01T00:00:00Z","conditions":[["in","$content-type",["a","b"]],["not-in","$cache-control",["x"]],["content-length-range",1,10],["content-length-range",5,20]]}"#,
    r#"{"expiration":"2030-01-01T00:00:00Z","conditions":[{"BUCKET":"examplebucket"},["starts-with","$key","user/"],["eq","\$x","1"]]}"#,
    r#"{"expiration":"1969-12-31T23:59:59.999Z","conditions":[["starts-with","$absent",""]]}"#,
    r#"{"conditions":[["eq","$key"]],"expiration":""}"#,
];

const HOSTS: &[&str] = &[
    "Bucket.OSS-cn-Hangzhou.aliyuncs.test.:80\n/a%2Fb//c?",
    "b.s3.oss-cn-hangzhou.aliyuncs.test\n/",
    "s3.oss-cn-hangzhou.aliyuncs.test\n/b/k",
    "b.cn-hangzhou.oss.aliyuncs.test\n/k",
    "b.oss-accelerate.aliyuncs.test\n/k",
    "oss-cn-hangzhou-internal.aliyuncs.test\n/%",
    "[::1]:80\n/b",
    "img.example.com\n/%E7%9B%AE",
    "aliyuncs.test\n",
];

const HEADERS_V1: &[&str] = &[
    "PUT /k?acl&uploads=&acl=2&x-oss-process=a%3Db HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\nDate: Mon, 18 Dec 2023 08:00:00 GMT\r\n\
     x-oss-date: 20231218T080001Z\r\nContent-MD5: 1\r\nContent-Type: text/plain\r\nX-OSS-Meta-B: 2\r\nx-oss-meta-a: 1\r\nx-oss-meta-b: 3\r\n\
     Authorization: OSS OSS403OWNERKEY0001:c2ln\r\n\r\n",
];

const HEADERS_V2: &[&str] = &[
    "PUT /a/b%2Fc?b=2&a=1&a HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\nDate: Mon, 18 Dec 2023 08:00:00 GMT\r\nContent-MD5: 1\r\n\
     Range: bytes=0-9\r\nx-oss-meta-a: 1\r\n\
     Authorization: OSS2 AccessKeyId:OSS403OWNERKEY0001,AdditionalHeaders:range;host,Signature:c2ln\r\n\r\n",
];

const HEADERS_V4: &[&str] = &[
    "PUT /a/b%2Fc?b=2&a=1&a HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\nDate: Mon, 18 Dec 2023 08:00:00 GMT\r\nContent-MD5: 1\r\n\
     Range: bytes=0-9\r\nx-oss-meta-a: 1\r\nx-oss-date: 20231218T080000Z\r\n\
     Authorization: OSS4-HMAC-SHA256 Signature=00, AdditionalHeaders=range;host,Credential=OSS403OWNERKEY0001/20231218/cn-hangzhou/oss/aliyun_v4_request\r\n\r\n",
];
