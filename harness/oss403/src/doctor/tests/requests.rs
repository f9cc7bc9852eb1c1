//! Requests as people write them down.

use crate::doctor::{Asked, AskedError};

const URL: &str = "https://b.oss-cn-hangzhou.aliyuncs.com/a%20b.txt?acl&x=1";

fn read(text: &str) -> Asked {
    Asked::read(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn every_form_says_the_same() {
    let har = serde_json::json!({ "log": { "entries": [{ "request": { "method": "put", "url": URL, "headers": [{ "name": ":method", "value": "PUT" }, { "name": "X-Oss-Meta-A", "value": "1" }] } }] } });
    let entry = &har["log"]["entries"][0];
    for text in [
        format!("curl -X PUT -H 'X-Oss-Meta-A: 1' '{URL}'"),
        format!("$ curl -sS --request=PUT \\\n  --header \"X-Oss-Meta-A: 1\" \\\n  --url {} | cat", URL.replace('&', "\\&")),
        format!("curl -XPUT -H'X-Oss-Meta-A: 1' \"{URL}\" -o out.txt"),
        "PUT /a%20b.txt?acl&x=1 HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.com\r\nX-Oss-Meta-A: 1\r\n\r\nbody: 1".into(),
        "* Connected\n> PUT /a%20b.txt?acl&x=1 HTTP/1.1\n> Host: b.oss-cn-hangzhou.aliyuncs.com\n> X-Oss-Meta-A: 1\n>\n< HTTP/1.1 403 Forbidden".into(),
        har.to_string(),
        entry.to_string(),
        entry["request"].to_string(),
    ] {
        let asked = read(&text);
        assert_eq!(asked.method, "PUT", "{text}");
        assert_eq!((asked.host.as_str(), asked.path.as_str(), asked.query.as_str()), ("b.oss-cn-hangzhou.aliyuncs.com", "/a%20b.txt", "acl&x=1"), "{text}");
        assert_eq!(asked.headers, [("X-Oss-Meta-A".to_owned(), "1".to_owned())], "{text}");
    }
}

#[test]
fn what_curl_adds_of_its_own_is_known() {
    assert_eq!(read(&format!("curl -I '{URL}'")).method, "HEAD");
    assert_eq!(read(&format!("curl -T file '{URL}'")).method, "PUT");
    let posted = read(&format!("curl -d a=b '{URL}'"));
    assert_eq!(
        (posted.method.as_str(), posted.header("content-type")),
        ("POST", Some("application/x-www-form-urlencoded"))
    );
    let typed = read(&format!(
        "curl -d a=b -H 'Content-Type: text/plain' '{URL}'"
    ));
    assert_eq!(typed.header("content-type"), Some("text/plain"));
}

#[test]
fn what_is_no_request_is_an_error() {
    for text in ["", "hello", "{}", "[1]", "HTTP/1.1 403 Forbidden"] {
        assert_eq!(Asked::read(text), Err(AskedError::Unknown), "{text}");
    }
    assert_eq!(Asked::read("curl -I"), Err(AskedError::NoUrl));
}
