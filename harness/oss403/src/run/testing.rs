//! Requests for the tests of this room.

use crate::wire::draft::{Body, Draft, Signing};
use crate::wire::scene::BucketIn;
use oss403_case::model::SignWith;

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
