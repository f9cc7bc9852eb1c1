//! Mistakes that the server's own string shows.

use super::{Case, Found, Surety, quoted};
use crate::doctor::evidence::{EXPIRES, Kind};

/// AlibabaCloudDocs/oss#35.
pub(super) fn expires_milliseconds(case: &Case<'_>) -> Option<Found> {
    let expires = case.server.get(EXPIRES)?;
    (expires.len() >= 13).then(|| {
        (
            Surety::Likely,
            "Expires counts seconds since 1970; this is a number of milliseconds, and what signed may have used another. Divide by 1000 before signing.".into(),
            format!("Expires is {}, which has {} digits.", quoted(expires), expires.len()),
        )
    })
}

/// AlibabaCloudDocs/oss#35.
pub(super) fn token_in_url(case: &Case<'_>) -> Option<Found> {
    let (_, query) = case.resource()?;
    let has = query
        .split('&')
        .any(|pair| pair.starts_with("security-token"));
    let signed = case
        .resources()
        .is_none_or(|(_, (_, client))| !client.contains("security-token"));
    (has && signed && matches!(case.kind?, Kind::V1)).then(|| {
        let surety = if case.has_both() { Surety::Certain } else { Surety::Likely };
        (
            surety,
            "The token of temporary credentials is part of what a V1 URL signs: put `security-token` into the sub-resources before signing, decoded, and do not append it afterwards.".into(),
            "The server's resource has `security-token` among its sub-resources.".into(),
        )
    })
}

pub(super) fn sts_token_missing(case: &Case<'_>) -> Option<Found> {
    let id = case.known.access_key_id.as_deref()?;
    let text = case.telling().0.iter().any(|(_, line)| {
        String::from_utf8_lossy(line)
            .to_ascii_lowercase()
            .contains("security-token")
    });
    let known = case.kind.is_some() && !case.telling().0.is_empty();
    (known && id.trim().starts_with("STS.") && !text).then(|| {
        (
            Surety::Likely,
            "Temporary credentials need their token in every request, and signed with it: `x-oss-security-token` as a header, `security-token` in a V1 URL.".into(),
            "The key begins with `STS.`, and no token is in what the server signs.".into(),
        )
    })
}

/// vastsa/FileCodeBox#137; openobserve#1221 is the same from the other side.
pub(super) fn bucket_twice(case: &Case<'_>) -> Option<Found> {
    let (path, _) = case.resource()?;
    let path = path.replace("%2F", "/");
    let mut parts = path.strip_prefix('/')?.splitn(3, '/');
    let (bucket, key) = (parts.next()?, parts.next()?);
    (!bucket.is_empty() && bucket == key && parts.next().is_some()).then(|| {
        (
            Surety::Likely,
            "The bucket stands in the host and in the path: the client addresses in path style, or its endpoint has the bucket in it already. Use the endpoint of the region and virtual-hosted addressing.".into(),
            format!("The server's resource begins with the bucket twice, {}.", quoted(&format!("/{bucket}/{key}/…"))),
        )
    })
}

/// aliyun-sdk-js#18.
pub(super) fn bucket_of_another_host(case: &Case<'_>) -> Option<Found> {
    let host = case.known.host.as_deref()?.trim();
    let (of_host, _) = host.split_once(".oss-")?;
    let bucket = case.known.resource_bucket()?;
    let masked = |text: &str| text.contains(['*', ' ']) || text.is_empty();
    (of_host != bucket && !masked(of_host) && !masked(&bucket)).then(|| {
        (
            Surety::Likely,
            "The request went to another bucket than it was signed for, as when one client object is used for several buckets at once.".into(),
            format!("The host names {}, the resource {}.", quoted(of_host), quoted(&bucket)),
        )
    })
}

/// EC 0002-00000430: object names cannot begin with a slash.
pub(super) fn key_with_slash(case: &Case<'_>) -> Option<Found> {
    let (path, _) = case.resource()?;
    let path = path.replace("%2F", "/");
    let rest = path.strip_prefix('/')?;
    let (bucket, key) = rest.split_once('/')?;
    (!bucket.is_empty() && key.starts_with('/')).then(|| {
        (
            Surety::Likely,
            "The key begins with a slash, which most clients sign without it: leave it away."
                .into(),
            format!("The server's resource is {}.", quoted(&path)),
        )
    })
}

/// Molunerfinn/PicGo#759.
pub(super) fn escaped_twice(case: &Case<'_>) -> Option<Found> {
    let (path, _) = case.resource()?;
    let is_escape = |rest: &str| {
        rest.get(..2)
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let sign = if case.kind? == Kind::V1 { "%" } else { "%25" };
    let at = path
        .match_indices(sign)
        .find(|(at, _)| is_escape(&path[at + sign.len()..]));
    let (at, _) = at?;
    Some((
        Surety::Likely,
        "The path was escaped twice on its way: the server decodes it once and signs what it is then. Escape the key once, in the URL only.".into(),
        format!("After decoding, the server's resource still has {}.", quoted(path.get(at..at + sign.len() + 2)?)),
    ))
}

/// EC 0002-00000040: what clients and libraries send of their own accord.
pub(super) fn form_content_type(case: &Case<'_>) -> Option<Found> {
    let value = content_type_of(case)?;
    let is_form = value
        .to_ascii_lowercase()
        .starts_with("application/x-www-form-urlencoded");
    (is_form && not_signed_by_client(case)).then(|| {
        (
            Surety::Likely,
            "The Content-Type is the default of a library (curl -d, HttpURLConnection, jQuery), which nobody signs: set the header to what was signed, or to nothing.".into(),
            format!("The server received Content-Type {}.", quoted(&value)),
        )
    })
}

/// Browsers and HTTP libraries complete the type of a text.
pub(super) fn content_type_charset(case: &Case<'_>) -> Option<Found> {
    let value = content_type_of(case)?;
    let has = value
        .to_ascii_lowercase()
        .replace(' ', "")
        .contains(";charset=");
    (has && not_signed_by_client(case)).then(|| {
        (
            Surety::Likely,
            "Something added `charset` to the Content-Type after signing, as browsers and HTTP libraries do with texts: sign the type as it is sent, or send bytes.".into(),
            format!("The server received Content-Type {}.", quoted(&value)),
        )
    })
}

/// EC 0002-00000040 (mini programs and proxies), aliyun-oss-android-sdk#38, aliyun-oss-python-sdk#186.
pub(super) fn content_type(case: &Case<'_>) -> Option<Found> {
    let value = content_type_of(case)?;
    if let Some((_, client)) = case
        .differing("Content-Type")
        .or_else(|| case.differing("content-type header"))
    {
        return Some((
            Surety::Certain,
            "Sign the Content-Type that is really sent: a library, a browser or a proxy put in its own.".into(),
            format!("The server received {}, and you signed {}.", quoted(&value), quoted(client)),
        ));
    }
    (!case.has_both()).then(|| {
        (
            Surety::Hint,
            "Look at the Content-Type first: was this very value signed? Libraries, browsers, mini programs and proxies set one of their own.".into(),
            format!("The server received Content-Type {}.", quoted(&value)),
        )
    })
}

fn content_type_of(case: &Case<'_>) -> Option<String> {
    let value = match case.kind? {
        Kind::V1 | Kind::V2 => case.server.get("Content-Type")?.to_owned(),
        Kind::V4 | Kind::S3V4 => {
            let headers = case.canonical.headers();
            headers
                .into_iter()
                .find(|(name, _)| name == "content-type")?
                .1
        }
    };
    (!value.is_empty()).then_some(value)
}

/// Where both strings are known, only a difference says something.
fn not_signed_by_client(case: &Case<'_>) -> bool {
    !case.has_both()
        || case.differing("Content-Type").is_some()
        || case
            .header_rows()
            .any(|row| row.name == "content-type header")
}

/// EC 0002-00000040: a header that a CDN is told to send back to the source.
pub(super) fn cdn_header(case: &Case<'_>) -> Option<Found> {
    let mut headers = case.telling().headers().into_iter();
    let (name, _) = headers.find(|(name, _)| {
        [
            "x-oss-range-behavior",
            "x-oss-ac-source-ip",
            "x-oss-forward-for",
        ]
        .contains(&name.to_ascii_lowercase().as_str())
    })?;
    let signed = case.has_both() && !case.header_rows().any(|row| row.name.starts_with(&name));
    (!signed).then(|| {
        (
            Surety::Likely,
            format!("A CDN added {} on the way to OSS, and every x-oss-* header is signed: take the rule out of the CDN, or leave signing to the CDN.", quoted(&name)),
            "It stands in what the server signs, and clients do not send it.".into(),
        )
    })
}

/// EC 0002-00000040: a CDN turns HEAD into GET.
pub(super) fn cdn_head(case: &Case<'_>) -> Option<Found> {
    let (_, query) = case.resource()?;
    let sub = query.split('&').any(|pair| pair == "objectMeta");
    let method = case.line("method")?;
    (method == "GET" && sub && !case.has_both()).then(|| {
        (
            Surety::Likely,
            "A CDN may have turned HEAD into GET, which it does unless told otherwise: sign GET, send HEAD past the CDN, or have the CDN keep the method.".into(),
            "The server received GET for `?objectMeta`, which clients ask with HEAD.".into(),
        )
    })
}

/// ali-oss `headerEncoding`: Latin-1 on the wire, UTF-8 signed.
pub(super) fn meta_bytes(case: &Case<'_>) -> Option<Found> {
    let lines = &case.telling().0;
    let (name, line) = lines
        .iter()
        .find(|(name, line)| name.ends_with(" header") && !line.is_ascii())?;
    let header = name.trim_end_matches(" header");
    let how = if std::str::from_utf8(line).is_ok() {
        "UTF-8"
    } else {
        "Latin-1 or another encoding than UTF-8"
    };
    Some((
        Surety::Likely,
        format!(
            "{} has letters outside of ASCII, which HTTP libraries encode in their own way (Latin-1, or UTF-8 read as Latin-1): percent-encode the value before signing and sending.",
            quoted(header)
        ),
        format!("The bytes that the server received are {how}."),
    ))
}

/// A Java client leaves empty metadata out, for EC 0002-00000201 comes of it.
pub(super) fn meta_empty(case: &Case<'_>) -> Option<Found> {
    let mut headers = case.telling().headers().into_iter();
    let (name, _) = headers.find(|(name, value)| {
        name.to_ascii_lowercase().starts_with("x-oss-") && value.is_empty()
    })?;
    Some((
        Surety::Hint,
        format!(
            "{} is sent without a value; clients disagree on whether such a header is signed. Leave it out.",
            quoted(&name)
        ),
        "Its line in what the server signs is empty.".into(),
    ))
}

/// EC 0002-00000602.
pub(super) fn ip_bound(case: &Case<'_>) -> Option<Found> {
    let by_ec = case.known.ec.as_deref() == Some("0002-00000602");
    let (_, query) = case.resource().unwrap_or_default();
    let named = [
        "x-oss-ac-source-ip",
        "x-oss-ac-subnet-mask",
        "x-oss-ac-vpc-id",
    ]
    .into_iter()
    .find(|name| query.contains(name));
    (by_ec || named.is_some()).then(|| {
        (
            Surety::Likely,
            "The URL was signed for certain addresses: it works from there alone. Behind NAT or a proxy another address arrives.".into(),
            match named {
                Some(name) if !by_ec => format!("The server's resource has `{name}`."),
                _ => "EC 0002-00000602 is that of URLs bound to an address.".into(),
            },
        )
    })
}

/// Molunerfinn/PicGo#877.
pub(super) fn odd_key(case: &Case<'_>) -> Option<Found> {
    let (path, _) = case.resource()?;
    let decoded = oss_auth::percent_decode(path).ok()?;
    let odd = decoded
        .chars()
        .find(|c| !c.is_ascii() || " +%#?&=()!'*".contains(*c))?;
    (!case.has_both()).then(|| {
        (
            Surety::Likely,
            "Look at how the key is encoded: in the URL every byte but letters, digits and `-._~/` is percent-encoded once, as UTF-8; V1 signs the key decoded, V2 and V4 encoded.".into(),
            match odd {
                ' ' => "The key has a blank in it.".into(),
                odd => format!("The key has {} in it.", quoted(&odd.to_string())),
            },
        )
    })
}

/// ali-sdk/ali-oss#132, aliyun-oss-java-sdk#327.
pub(super) fn subresources(case: &Case<'_>) -> Option<Found> {
    let (_, query) = case.resource()?;
    let is_parameter = |name: &&str| {
        name.starts_with("response-")
            || *name == "x-oss-process"
            || *name == "x-oss-traffic-limit"
            || *name == "callback"
    };
    let name = query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .find(is_parameter)?;
    (case.kind? == Kind::V1 && !case.has_both()).then(|| {
        (
            Surety::Hint,
            format!("{} is signed too: decoded, and among the other sub-resources in order of their names. Appended to a signed URL it breaks the signature.", quoted(name)),
            "It stands in the server's resource.".into(),
        )
    })
}
