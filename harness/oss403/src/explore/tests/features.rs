//! What a request asks, feature by feature.

use serde_json::{Value, json};

use super::super::feature;
use super::super::generate::is_sound;
use oss403_case::model::{Scenario, SignWith};

#[test]
fn every_feature_of_a_request_can_be_asked_alone() {
    let scenario = |text: Value| -> Scenario { serde_json::from_value(text).unwrap() };
    let made = scenario(json!({
        "name": "much",
        "given": { "bucket": {
            "acl": "public-read",
            "objects": { "k.txt": { "text": "content", "acl": "private" } },
            "policy": { "Version": "1", "Statement": [
                { "Effect": "Allow", "Principal": ["*"], "Action": ["oss:*"], "Resource": ["*"] },
            ] },
        }, "identities": { "reader": { "ram-user": {} } } },
        "base": { "as": "reader", "sign": "url-v1", "request": "GET /k.txt?acl", "clock": "5m", "expires-in": "20m",
                  "headers": { "Range": "bytes=0-3" }, "disguise": ["header-order"] },
        "edit": { "request": "DELETE /k.txt" },
    }));
    let usual = SignWith::HeaderV4;
    let features = feature::features(&made, usual);
    let names: Vec<&str> = features
        .iter()
        .map(|feature| feature.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "url-v1",
            "?acl",
            "as reader",
            "header Range",
            "clock",
            "expires-in",
            "disguise header-order",
            "object-acl private",
            "acl public-read",
            "policy",
        ]
    );
    for feature in &features {
        let alone = feature.alone(usual);
        let alone = alone.unwrap_or_else(|| panic!("{}", feature.name));
        assert!(is_sound(&alone), "{}", feature.name);
        // But for the sender, whom some need, there is nothing else in it.
        let left: Vec<String> = feature::features(&alone, usual)
            .into_iter()
            .map(|feature| feature.name)
            .filter(|name| !["GET of an object", "as reader"].contains(&name.as_str()))
            .collect();
        let carrier = |name: &String| *name == "url-v1" && feature.name == "expires-in";
        let left: Vec<_> = left.into_iter().filter(|name| !carrier(name)).collect();
        let wanted: &[&str] = if feature.name == "as reader" {
            &[]
        } else {
            &[&feature.name]
        };
        assert_eq!(left, wanted);
    }
    let edited = feature::names(&made, usual);
    assert!(
        edited.contains(&"DELETE of an object".to_owned()),
        "{edited:?}"
    );
}
