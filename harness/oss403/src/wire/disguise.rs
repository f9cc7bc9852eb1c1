//! Disguises: one and the same request written in another way, byte by byte, after it was signed.
//!
//! Each is something that clients or proxies do and that no signature may depend on. Sources: help page Include signatures in the
//! Authorization header (white space, order and case of headers, parameters that are not signed), help page Add signatures to URLs
//! (the first of a repeated parameter counts), the Python SDK (escaped slashes, `+` for a blank, `acl=` for `acl`, the order of the
//! pairs), RFC 9110 and RFC 3986 (case of header names and hosts, equivalent escapes).

use super::client::Outgoing;
use oss403_case::model::Disguise;

/// Puts the disguises on, one after the other. `before_key` is the length of the path in front of the key.
pub(super) fn apply(
    outgoing: &mut Outgoing,
    disguises: &[Disguise],
    default_port: u16,
    before_key: usize,
) {
    for disguise in disguises {
        apply_one(outgoing, *disguise, default_port, before_key);
    }
}

fn apply_one(outgoing: &mut Outgoing, disguise: Disguise, default_port: u16, before_key: usize) {
    match disguise {
        Disguise::HeaderOrder => outgoing.headers.reverse(),
        Disguise::HeaderCase => {
            for (name, _) in &mut outgoing.headers {
                name.make_ascii_uppercase();
            }
        }
        Disguise::HeaderSpace => {
            for (_, value) in &mut outgoing.headers {
                *value = format!(" \t {value}\t ");
            }
        }
        Disguise::UnsignedHeader => {
            let more = [("X-Trace-Id", "oss403"), ("Accept-Language", "en")];
            let more = more.map(|(name, value)| (name.to_owned(), value.to_owned()));
            outgoing.headers.extend(more);
        }
        Disguise::EncodingCase => outgoing.target = small_escapes(&outgoing.target),
        Disguise::EncodedUnreserved => {
            let (path, query) = halves(&outgoing.target);
            let path = each(path, '/', first_escaped);
            let query = query.map(|query| each(query, '&', |pair| of_value(pair, first_escaped)));
            outgoing.target = joined(path, query);
        }
        Disguise::EncodedSlash => {
            let (path, query) = halves(&outgoing.target);
            let (front, key) = path.split_at_checked(before_key).unwrap_or((path, ""));
            let path = format!("{front}{}", key.replace('/', "%2F"));
            outgoing.target = joined(path, query.map(str::to_owned));
        }
        Disguise::PlusForBlank => {
            let (path, query) = halves(&outgoing.target);
            let query = query.map(|query| query.replace("%20", "+"));
            outgoing.target = joined(path.to_owned(), query);
        }
        Disguise::QueryOrder => {
            let (path, query) = halves(&outgoing.target);
            let query = query.map(|query| query.rsplit('&').collect::<Vec<_>>().join("&"));
            outgoing.target = joined(path.to_owned(), query);
        }
        Disguise::EmptyValue => {
            let (path, query) = halves(&outgoing.target);
            let query = query.map(|query| {
                each(query, '&', |pair| match pair.split_once('=') {
                    None => format!("{pair}="),
                    Some((name, "")) => name.to_owned(),
                    Some(_) => pair.to_owned(),
                })
            });
            outgoing.target = joined(path.to_owned(), query);
        }
        Disguise::PairOrder => {
            for (name, value) in &mut outgoing.headers {
                if name.eq_ignore_ascii_case("authorization") {
                    *value = pairs_reversed(value);
                }
            }
        }
        Disguise::UnsignedQuery => append_query(outgoing, "utm_source=oss403"),
        Disguise::LaterRepetition => append_query(outgoing, "Expires=1"),
        Disguise::HostCase => outgoing.host.make_ascii_uppercase(),
        Disguise::HostPort => outgoing.host.push_str(&format!(":{default_port}")),
    }
}

fn halves(target: &str) -> (&str, Option<&str>) {
    match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    }
}

fn joined(path: String, query: Option<String>) -> String {
    match query {
        Some(query) => format!("{path}?{query}"),
        None => path,
    }
}

fn append_query(outgoing: &mut Outgoing, pair: &str) {
    let separator = if outgoing.target.contains('?') {
        '&'
    } else {
        '?'
    };
    outgoing.target.push(separator);
    outgoing.target.push_str(pair);
}

/// `text` with every part between two separators changed.
fn each(text: &str, separator: char, change: impl Fn(&str) -> String) -> String {
    let parts: Vec<String> = text.split(separator).map(change).collect();
    parts.join(separator.encode_utf8(&mut [0; 4]))
}

fn of_value(pair: &str, change: impl Fn(&str) -> String) -> String {
    match pair.split_once('=') {
        Some((name, value)) => format!("{name}={}", change(value)),
        None => pair.to_owned(),
    }
}

/// The first character escaped, unless it is escaped already.
fn first_escaped(text: &str) -> String {
    match text.as_bytes() {
        [first, ..] if first.is_ascii_alphanumeric() => format!("%{first:02X}{}", &text[1..]),
        _ => text.to_owned(),
    }
}

/// `%2F` as `%2f`.
pub(super) fn small_escapes(target: &str) -> String {
    let mut pieces = target.split('%');
    let mut written = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
        written.push('%');
        written.push_str(&digits.to_ascii_lowercase());
        written.push_str(rest);
    }
    written
}

/// `Scheme a, b, c` as `Scheme c, b, a`.
fn pairs_reversed(authorization: &str) -> String {
    let Some((scheme, pairs)) = authorization.split_once(' ') else {
        return authorization.to_owned();
    };
    let separator = if pairs.contains(", ") { ", " } else { "," };
    let pairs: Vec<&str> = pairs.rsplit(separator).collect();
    format!("{scheme} {}", pairs.join(separator))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worn(disguise: Disguise) -> Outgoing {
        worn_before(disguise, 1)
    }

    fn worn_before(disguise: Disguise, before_key: usize) -> Outgoing {
        let mut outgoing = Outgoing {
            method: "GET".into(),
            host: "b.oss-cn-hangzhou.aliyuncs.test".into(),
            address: None,
            target: "/dir%20x/k.txt?acl&prefix=a%20b%2Fc&list-type=2&marker=".into(),
            headers: vec![
                ("Date".into(), "D".into()),
                (
                    "Authorization".into(),
                    "OSS4-HMAC-SHA256 Credential=c, AdditionalHeaders=host, Signature=s".into(),
                ),
            ],
            body: bytes::Bytes::new(),
            fresh: false,
        };
        apply(&mut outgoing, &[disguise], 80, before_key);
        outgoing
    }

    #[test]
    fn the_slash_behind_a_bucket_in_the_path_stays() {
        let outgoing = worn_before(Disguise::EncodedSlash, "/dir%20x/".len());
        assert!(
            outgoing.target.starts_with("/dir%20x/k.txt?"),
            "{}",
            outgoing.target
        );
    }

    #[test]
    fn targets_are_written_otherwise_and_mean_the_same() {
        for (disguise, target) in [
            (
                Disguise::EncodingCase,
                "/dir%20x/k.txt?acl&prefix=a%20b%2fc&list-type=2&marker=",
            ),
            (
                Disguise::EncodedUnreserved,
                "/%64ir%20x/%6B.txt?acl&prefix=%61%20b%2Fc&list-type=%32&marker=",
            ),
            (
                Disguise::EncodedSlash,
                "/dir%20x%2Fk.txt?acl&prefix=a%20b%2Fc&list-type=2&marker=",
            ),
            (
                Disguise::PlusForBlank,
                "/dir%20x/k.txt?acl&prefix=a+b%2Fc&list-type=2&marker=",
            ),
            (
                Disguise::QueryOrder,
                "/dir%20x/k.txt?marker=&list-type=2&prefix=a%20b%2Fc&acl",
            ),
            (
                Disguise::EmptyValue,
                "/dir%20x/k.txt?acl=&prefix=a%20b%2Fc&list-type=2&marker",
            ),
            (
                Disguise::UnsignedQuery,
                "/dir%20x/k.txt?acl&prefix=a%20b%2Fc&list-type=2&marker=&utm_source=oss403",
            ),
        ] {
            assert_eq!(worn(disguise).target, target, "{disguise:?}");
        }
    }

    #[test]
    fn headers_and_hosts_are_written_otherwise_and_mean_the_same() {
        let headers = |disguise| -> Vec<String> {
            let headers = worn(disguise).headers;
            headers
                .iter()
                .map(|(name, value)| format!("{name}:{value}"))
                .collect()
        };
        let authorization = "OSS4-HMAC-SHA256 Credential=c, AdditionalHeaders=host, Signature=s";
        assert_eq!(
            headers(Disguise::HeaderOrder),
            [format!("Authorization:{authorization}"), "Date:D".into()]
        );
        assert_eq!(
            headers(Disguise::HeaderCase),
            ["DATE:D".into(), format!("AUTHORIZATION:{authorization}")]
        );
        assert_eq!(headers(Disguise::HeaderSpace)[0], "Date: \t D\t ");
        assert_eq!(headers(Disguise::UnsignedHeader).len(), 4);
        assert_eq!(
            headers(Disguise::PairOrder)[1],
            "Authorization:OSS4-HMAC-SHA256 Signature=s, AdditionalHeaders=host, Credential=c"
        );
        assert_eq!(
            worn(Disguise::HostCase).host,
            "B.OSS-CN-HANGZHOU.ALIYUNCS.TEST"
        );
        assert_eq!(
            worn(Disguise::HostPort).host,
            "b.oss-cn-hangzhou.aliyuncs.test:80"
        );
    }
}
