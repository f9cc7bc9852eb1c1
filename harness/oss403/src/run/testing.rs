//! Requests and scenarios for the tests of this room.

use serde_json::{Value, json};

use crate::wire::draft::{Body, Draft, Signing};
use crate::wire::scene::BucketIn;
use oss403_case::model::{Call, Edit, Given, Scenario, SignWith};

/// A request like `PUT k.txt?acl`, with this header.
pub(super) fn draft(line: &str, header: Option<&str>, body: Body) -> Draft {
    let (method, target) = line.split_once(' ').expect("a method and a key");
    let (key, query) = target.split_once('?').unwrap_or((target, ""));
    let query = query.split('&').filter(|name| !name.is_empty());
    Draft {
        method: method.into(),
        host: "b.oss-cn-hangzhou.aliyuncs.test".into(),
        address: None,
        bucket: Some("b".into()),
        bucket_in: BucketIn::Host,
        key: (!key.is_empty()).then(|| key.to_owned()),
        query: query.map(|name| (name.to_owned(), None)).collect(),
        headers: header
            .iter()
            .map(|name| ((*name).into(), "1".into()))
            .collect(),
        body,
        signing: Signing::new(SignWith::None, None, "cn-hangzhou".into()),
    }
}

/// A scenario with these words.
pub(super) fn scenario(given: &Value, edit: &Value) -> Scenario {
    let base: Call = serde_json::from_value(json!({ "request": "GET /k.txt" })).expect("a call");
    let given: Given = serde_json::from_value(given.clone()).expect("words of `given`");
    let edit: Edit = serde_json::from_value(edit.clone()).expect("an edit");
    Scenario::new("x", given, base, edit)
}
