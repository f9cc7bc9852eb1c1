//! Disguises that fit the request: each changes how it is written, and none what it means.

use crate::decode::Problem;
use crate::document::problem;
use crate::model::{Call, Disguise, SignWith};
use crate::place::{Part, Path};
use crate::request_line::RequestLine;

/// A disguise that changes nothing, or that would change what the request means.
pub(super) fn check(call: &Call, path: &Path, found: &mut Vec<Problem>) {
    let top = path.then("disguise");
    for (index, disguise) in call.disguise.iter().enumerate() {
        let say = |message: &str, help: &str| {
            problem(top.then(index), Part::Value, message.to_owned()).help(help)
        };
        if call.disguise[..index].contains(disguise) {
            found.push(say("this disguise is named twice", "name each once"));
        } else if let Some((message, help)) = unfitting(*disguise, call) {
            found.push(say(message, help));
        }
    }
}

fn unfitting(disguise: Disguise, call: &Call) -> Option<(&'static str, &'static str)> {
    let with = call.signed_with();
    let in_url = matches!(
        with,
        SignWith::UrlV1 | SignWith::UrlV2 | SignWith::UrlV4 | SignWith::S3UrlV2 | SignWith::S3UrlV4
    );
    let Ok(line) = RequestLine::parse(&call.request) else {
        return None;
    };
    let pairs = || line.query.into_iter().flat_map(|query| query.split('&'));
    let unless = |fits: bool, message, help| (!fits).then_some((message, help));
    if matches!(with, SignWith::None | SignWith::FormV1 | SignWith::FormV4) {
        let help = "sign the base in a header or in the URL";
        return Some((
            "a disguise tries a signature that covers the request's head, and the base has none",
            help,
        ));
    }
    match disguise {
        Disguise::HeaderOrder
        | Disguise::HeaderCase
        | Disguise::HeaderSpace
        | Disguise::UnsignedHeader
        | Disguise::HostCase
        | Disguise::HostPort => None,
        Disguise::EncodingCase => unless(
            in_url || call.request.contains('%'),
            "the request has no escape to write otherwise",
            "give it one, for example `GET /a%20b.txt`",
        ),
        Disguise::EncodedUnreserved => unless(
            in_url || line.path != "/" || pairs().any(|pair| pair.contains('=')),
            "the request has no character to escape",
            "give it a key or a query value",
        ),
        Disguise::EncodedSlash => unless(
            line.path.matches('/').count() > 1,
            "the key has no slash to escape",
            "give it one, for example `GET /dir/k.txt`",
        ),
        Disguise::PlusForBlank => unless(
            line.query.is_some_and(|query| query.contains("%20")),
            "the query has no blank to write as `+`",
            "give it one, for example `GET /?prefix=a%20b`",
        ),
        Disguise::QueryOrder => unless(
            in_url || pairs().count() > 1,
            "the query has no order",
            "give it two parameters, for example `GET /?list-type=2&prefix=k`",
        ),
        Disguise::EmptyValue => unless(
            pairs().any(|pair| {
                pair.split_once('=')
                    .is_none_or(|(_, value)| value.is_empty())
            }),
            "the query has no parameter without a value",
            "give it one, for example `GET /?acl`",
        ),
        Disguise::PairOrder => unless(
            matches!(with, SignWith::HeaderV2 | SignWith::HeaderV4),
            "only the Authorization headers of V2 and V4 consist of pairs",
            "sign the base with `header-v2` or `header-v4`",
        ),
        Disguise::UnsignedQuery => unless(
            matches!(with, SignWith::HeaderV1 | SignWith::UrlV1),
            "only V1 leaves query parameters unsigned",
            "sign the base with `header-v1` or `url-v1`",
        ),
        Disguise::LaterRepetition => unless(
            with == SignWith::UrlV1,
            "only a V1 URL takes the first of a repeated parameter",
            "sign the base with `url-v1`",
        ),
    }
}
