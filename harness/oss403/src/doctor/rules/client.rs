//! Mistakes that the difference between the client's string and the server's shows.

use std::borrow::Cow;

use super::{Case, Found, Surety, quoted, quoted_bytes};
use crate::doctor::evidence::{DATE, EXPIRES, Kind, Lines};

/// EC 0002-00000040: a CDN turns HEAD into GET.
pub(super) fn method_changed(case: &Case<'_>) -> Option<Found> {
    let sent = case
        .known
        .request
        .as_ref()
        .map(|asked| asked.method.as_str());
    let server = case.line("method")?;
    let client = match case.differing("method") {
        Some((_, client)) => client,
        None => sent.filter(|sent| *sent != server)?,
    };
    let says = if client == "HEAD" && server == "GET" {
        "A CDN or proxy turned HEAD into GET: sign GET, send HEAD past it, or have it keep the method."
    } else {
        "Sign the method that is really sent: a signed URL works for one method only, and a redirect or proxy may change it."
    };
    Some((
        Surety::Certain,
        says.into(),
        format!(
            "The server received {}, and you signed {}.",
            quoted(server),
            quoted(client)
        ),
    ))
}

/// Molunerfinn/PicGo#877 and #759.
pub(super) fn key_escaped(case: &Case<'_>) -> Option<Found> {
    let ((server, _), (client, _)) = case.resources()?;
    let decode = |text: &str| oss_auth::percent_decode(text).map(Cow::into_owned).ok();
    let plus = |text: &str| text.replace('+', " ");
    let same = decode(server) == decode(client)
        || decode(client).as_deref() == Some(server)
        || decode(server).is_some_and(|server| {
            decode(&plus(client)).is_some_and(|client| client == server || client == plus(&server))
        });
    (server != client && same).then(|| {
        let says = match case.kind {
            Some(Kind::V1) => "V1 signs the key decoded: put it into the string as it is, and percent-encode it in the URL alone.",
            _ => "V2 and V4 sign the key percent-encoded, every byte but letters, digits and `-._~` (and `/` in V4), a blank as `%20`, in upper-case digits.",
        };
        (
            Surety::Certain,
            says.into(),
            format!("The server signs {}, and you {}: the same key in another encoding.", quoted(server), quoted(client)),
        )
    })
}

/// EC 0002-00000040: a CNAME without the switch for it.
pub(super) fn bucket_left_out(case: &Case<'_>) -> Option<Found> {
    let ((server, _), (client, _)) = case.resources()?;
    let (server, client) = (server.replace("%2F", "/"), client.replace("%2F", "/"));
    let after = |path: &str| {
        path.strip_prefix('/')
            .and_then(|rest| rest.split_once('/'))
            .map(|(first, rest)| (first.to_owned(), rest.to_owned()))
    };
    let (bucket, key) = after(&server)?;
    let bare = client.trim_start_matches('/') == key;
    let other = after(&client).is_some_and(|(first, rest)| first != bucket && rest == key);
    let twice = client.trim_start_matches('/') == format!("{bucket}/{bucket}/{key}");
    (bare || other || twice).then(|| {
        let says = match case.kind {
            _ if twice => "The bucket stands twice in what you sign: it is in the host already.",
            Some(Kind::S3V4) => "The S3 dialect signs the path as it is sent, with the bucket only where it stands in the path.",
            _ => "The resource is `/bucket/key` whatever host is asked, also where the bucket stands in the host or a domain of your own leads to it (with an SDK: switch CNAME on).",
        };
        (
            Surety::Certain,
            says.into(),
            format!("The server signs {}, and you {}.", quoted(&server), quoted(&client)),
        )
    })
}

/// The pairs that one side alone signs; those of V4 stand in the canonical query.
fn pairs<'c>(case: &'c Case<'_>) -> Option<(Vec<&'c str>, Vec<&'c str>)> {
    let (server, client) = if case.is_v4() {
        case.differing("canonical query")?
    } else {
        let (server, client) = case.resources()?;
        (server.1, client.1)
    };
    // Then it is the path that differs.
    if server == client {
        return None;
    }
    let split = |text: &'c str| text.split('&').filter(|pair| !pair.is_empty()).collect();
    Some((split(server), split(client)))
}

fn name_of(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default()
}

/// ali-sdk/ali-oss#132.
pub(super) fn subresource_left_out(case: &Case<'_>) -> Option<Found> {
    let (server, client) = pairs(case)?;
    let left = server
        .iter()
        .find(|pair| !client.iter().any(|other| name_of(other) == name_of(pair)))?;
    let what = if case.kind == Some(Kind::V1) {
        "V1 signs sub-resources (`acl`, `uploadId`, `response-*`, `x-oss-*` …)"
    } else {
        "Every parameter is signed"
    };
    Some((
        Surety::Certain,
        format!(
            "{what}, so {} belongs into what you sign. Parameters that are added to a signed URL break it.",
            quoted(name_of(left))
        ),
        "The server signs it, and you do not.".into(),
    ))
}

pub(super) fn parameter_signed_too_much(case: &Case<'_>) -> Option<Found> {
    let (server, client) = pairs(case)?;
    let more = client
        .iter()
        .find(|pair| !server.iter().any(|other| name_of(other) == name_of(pair)))?;
    let name = name_of(more);
    let says = if case.kind == Some(Kind::V1) && !oss_auth::v1::is_signed_subresource(name) {
        format!(
            "{} is no sub-resource, so V1 does not sign it: leave it out of the string, and keep it in the URL.",
            quoted(name)
        )
    } else {
        format!(
            "You sign {}, which did not arrive: send it, or do not sign it.",
            quoted(name)
        )
    };
    Some((
        Surety::Certain,
        says,
        "You sign it, and the server does not.".into(),
    ))
}

pub(super) fn subresource_order(case: &Case<'_>) -> Option<Found> {
    let (server, client) = pairs(case)?;
    let (mut a, mut b) = (server.clone(), client.clone());
    a.sort_unstable();
    b.sort_unstable();
    (a == b).then(|| {
        (
            Surety::Certain,
            "Sign the parameters in the order of their names.".into(),
            format!(
                "The server has them as {}, you as {}.",
                quoted(&server.join("&")),
                quoted(&client.join("&"))
            ),
        )
    })
}

/// A parameter without a value is `k` to OSS and `k=` to the S3 dialect.
pub(super) fn empty_value(case: &Case<'_>) -> Option<Found> {
    let (server, client) = pairs(case)?;
    let bare = |pairs: &[&str]| {
        pairs
            .iter()
            .map(|pair| pair.trim_end_matches('=').to_owned())
            .collect::<Vec<_>>()
    };
    (bare(&server) == bare(&client)).then(|| {
        let how = if case.kind == Some(Kind::S3V4) {
            "with `=`, `acl=`"
        } else {
            "without `=`, `acl`"
        };
        (
            Surety::Certain,
            format!("A parameter without a value is signed {how}."),
            format!(
                "The server signs {}, and you {}.",
                quoted(&server.join("&")),
                quoted(&client.join("&"))
            ),
        )
    })
}

/// The values are the same when a plus sign is a blank.
pub(super) fn blank_as_plus(case: &Case<'_>) -> Option<Found> {
    let (server, client) = pairs(case)?;
    let decoded = |pairs: &[&str]| {
        pairs
            .iter()
            .map(|pair| {
                oss_auth::percent_decode(&pair.replace('+', "%20"))
                    .map(Cow::into_owned)
                    .ok()
            })
            .collect::<Vec<_>>()
    };
    let same = decoded(&server) == decoded(&client);
    let empty = |pairs: &[&str]| pairs.iter().any(|pair| pair.ends_with('='));
    (same && empty(&server) == empty(&client)).then(|| {
        let says = if case.kind == Some(Kind::V1) {
            "V1 signs the values of sub-resources decoded."
        } else {
            "Values are signed percent-encoded: a blank as `%20` and not as `+`, a slash as `%2F`, with upper-case digits."
        };
        (
            Surety::Certain,
            says.into(),
            format!("The server signs {}, and you {}: the same values in another encoding.", quoted(&server.join("&")), quoted(&client.join("&"))),
        )
    })
}

pub(super) fn header_name_case(case: &Case<'_>) -> Option<Found> {
    let client = case.telling_client().filter(|_| case.has_both())?;
    let upper = client
        .headers()
        .into_iter()
        .find(|(name, _)| name.bytes().any(|byte| byte.is_ascii_uppercase()))?;
    Some((
        Surety::Certain,
        "Names of headers are signed in lower case.".into(),
        format!("You sign {}.", quoted(&upper.0)),
    ))
}

pub(super) fn header_order(case: &Case<'_>) -> Option<Found> {
    let names = |headers: Vec<(String, String)>| {
        headers
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    let client = names(case.telling_client().filter(|_| case.has_both())?.headers());
    let server = names(case.telling().headers());
    let mut sorted = client.clone();
    sorted.sort_unstable();
    (client != server && sorted == server).then(|| {
        (
            Surety::Certain,
            "Sign the headers in the order of their names.".into(),
            format!("You have {}.", quoted(&client.join(", "))),
        )
    })
}

pub(super) fn header_blanks(case: &Case<'_>) -> Option<Found> {
    let squeezed = |line: &[u8]| {
        String::from_utf8_lossy(line)
            .split_whitespace()
            .collect::<String>()
    };
    let row = case
        .header_rows()
        .find(|row| match (&row.server, &row.client) {
            (Some(server), Some(client)) => squeezed(server) == squeezed(client),
            _ => false,
        })?;
    Some((
        Surety::Certain,
        "Between name and value of a header there is a colon alone, and no blank before or after the value.".into(),
        format!("You sign {}.", quoted_bytes(row.client.as_deref()?)),
    ))
}

/// EC 0002-00000040: proxies add headers to a signed request.
pub(super) fn header_added(case: &Case<'_>) -> Option<Found> {
    let row = case
        .header_rows()
        .find(|row| row.client.is_none() && !has(case.telling_client(), &row.name))?;
    let name = row.name.trim_end_matches(" header");
    let is_token = name.ends_with("security-token");
    Some((
        Surety::Certain,
        if is_token {
            "Sign the token of temporary credentials too: put x-oss-security-token among the headers before signing.".into()
        } else {
            format!(
                "Sign {} too, or keep it from being sent: a library, proxy or CDN may have added it.",
                quoted(name)
            )
        },
        "The server received and signs it, and you do not sign it.".into(),
    ))
}

pub(super) fn header_lost(case: &Case<'_>) -> Option<Found> {
    let row = case
        .header_rows()
        .find(|row| row.server.is_none() && !has(Some(case.telling()), &row.name))?;
    let name = row.name.trim_end_matches(" header");
    Some((
        Surety::Certain,
        format!(
            "You sign {}, which did not arrive or is not one that is signed: send it, or leave it out of the string.",
            quoted(name)
        ),
        "The server does not sign it.".into(),
    ))
}

/// V1 with x-oss-date fills the date line with it, unlike x-amz-date in the S3 dialect.
pub(super) fn date_line(case: &Case<'_>) -> Option<Found> {
    if case.is_v4() {
        let (server, client) = (case.server.get(DATE)?, case.client.as_ref()?.get(DATE)?);
        return (server != client).then(|| {
            (
                Surety::Certain,
                "The second line is the date that is sent, x-oss-date as `YYYYMMDDThhmmssZ` in UTC.".into(),
                format!("The server has {}, you {}.", quoted(server), quoted(client)),
            )
        });
    }
    let time = |lines: &Lines| {
        lines
            .get(DATE)
            .or_else(|| lines.get(EXPIRES))
            .map(str::to_owned)
    };
    let (server, client) = (time(&case.server)?, time(case.client.as_ref()?)?);
    let by_header = case
        .server
        .headers()
        .iter()
        .any(|(name, _)| name == "x-oss-date");
    (case.has_both() && server != client).then(|| {
        let says = match (by_header, client.is_empty()) {
            (true, _) => "Where x-oss-date is sent, its value stands in the line of the date, and Date counts for nothing; the header itself stays among the others.",
            (_, true) => "Sign the Date that is sent; a library or proxy that sets it after signing breaks the signature. Send x-oss-date then.",
            _ => "The date that you sign is not the one that arrived: sign first what is sent then, or send x-oss-date, which nothing on the way changes.",
        };
        (
            Surety::Certain,
            says.into(),
            format!("The server has {}, you {}.", quoted(&server), quoted(&client)),
        )
    })
}

pub(super) fn content_md5(case: &Case<'_>) -> Option<Found> {
    let (server, client) = case
        .differing("Content-MD5")
        .or_else(|| case.differing("content-md5 header"))?;
    Some((
        Surety::Certain,
        "Sign the Content-MD5 that is really sent, base64 of the bytes of the sum, or none on either side.".into(),
        format!("The server has {}, you {}.", quoted(server), quoted(client)),
    ))
}

/// EC 0002-00000226, -227.
pub(super) fn scope(case: &Case<'_>) -> Option<Found> {
    let (server, client) = (
        case.server.get("scope")?,
        case.client.as_ref()?.get("scope")?,
    );
    (server != client).then(|| {
        (
            Surety::Certain,
            "The scope in the Credential must be the one that the key is derived for and that stands in the string.".into(),
            format!("The server has {}, you {}.", quoted(server), quoted(client)),
        )
    })
}

/// Whether a header stands anywhere on a side, so that only its place is another.
fn has(side: Option<&Lines>, name: &str) -> bool {
    side.is_some_and(|lines| lines.0.iter().any(|(known, _)| known == name))
}
