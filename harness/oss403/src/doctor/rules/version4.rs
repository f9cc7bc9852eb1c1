//! Mistakes in what version 4 alone has: scope, list of headers, payload hash.

use super::{Case, Found, Surety, quoted};
use crate::doctor::evidence::{DATE, Kind};

/// The parts of the scope: day, region, product, terminator.
fn scope<'c>(case: &'c Case<'_>) -> Option<[&'c str; 4]> {
    let parts: Vec<&str> = case.server.get("scope")?.split('/').collect();
    parts.try_into().ok()
}

/// EC 0002-00000212.
pub(super) fn scope_day(case: &Case<'_>) -> Option<Found> {
    let [day, ..] = scope(case)?;
    let date = case.server.get(DATE)?;
    (date.get(..8)? != day).then(|| {
        (
            Surety::Certain,
            "The day of the scope must be the day of the date, in UTC: a local day is the wrong one for some hours of each.".into(),
            format!("The date is {}, the day of the scope {}.", quoted(date), quoted(day)),
        )
    })
}

/// alibabacloud-oss-go-sdk-v2#29, #85, alibabacloud-oss-python-sdk-v2#74.
pub(super) fn scope_region(case: &Case<'_>) -> Option<Found> {
    let [_, region, ..] = scope(case)?;
    let odd = region.starts_with("oss-")
        || region.ends_with("-internal")
        || region.contains('.')
        || (case.kind? == Kind::V4 && region == "us-east-1");
    // Of the S3 dialect both spellings of a region are taken.
    (odd && case.kind? == Kind::V4).then(|| {
        (
            Surety::Likely,
            "The region of the scope is the bare id of the bucket's region, such as `cn-hangzhou`: neither `oss-` before it nor `-internal` behind it.".into(),
            format!("The scope has the region {}.", quoted(region)),
        )
    })
}

/// EC 0002-00000227, -213.
pub(super) fn scope_product(case: &Case<'_>) -> Option<Found> {
    let [_, _, product, terminator] = scope(case)?;
    let due = match case.kind? {
        Kind::S3V4 => [("s3", "aws4_request"); 2],
        _ => [
            ("oss", "aliyun_v4_request"),
            ("oss-cloudbox", "aliyun_v4_request"),
        ],
    };
    (!due.contains(&(product, terminator))).then(|| {
        (
            Surety::Certain,
            format!(
                "The scope ends with `{}/{}` under this scheme.",
                due[0].0, due[0].1
            ),
            format!(
                "It ends with {}.",
                quoted(&format!("{product}/{terminator}"))
            ),
        )
    })
}

/// EC 0002-00000214.
pub(super) fn payload_hash(case: &Case<'_>) -> Option<Found> {
    let hash = case.canonical.get("payload hash")?;
    let wrong = match case.kind? {
        Kind::V4 => hash != "UNSIGNED-PAYLOAD",
        _ => hash.starts_with("STREAMING-UNSIGNED"),
    };
    wrong.then(|| {
        (
            Surety::Likely,
            match case.kind {
                Some(Kind::V4) => "The last line of the canonical request is `UNSIGNED-PAYLOAD`, and so is x-oss-content-sha256: OSS takes no hash of the body.".into(),
                _ => "OSS takes no chunked upload with unsigned chunks or trailers: have the client send the body in one piece (in newer AWS SDKs `request_checksum_calculation: when_required`).".to_owned(),
            },
            format!("The last line is {}.", quoted(hash)),
        )
    })
}

/// aliyun-oss-go-sdk#424.
pub(super) fn host_signed(case: &Case<'_>) -> Option<Found> {
    let list = case.canonical.get("list of headers")?;
    list.split(';').find(|name| *name == "host")?;
    let headers = case.canonical.headers();
    let (_, host) = headers.iter().find(|(name, _)| name == "host")?;
    let own = host.contains(".aliyuncs.com") || host.contains(".aliyun-inc.com");
    (!own && !case.has_both()).then(|| {
        (
            Surety::Likely,
            "The host is signed, and this is a domain of your own: a URL that was signed for the host of the service does not work on the domain, nor behind a proxy or CDN that changes Host. Sign for the very host that is asked.".into(),
            format!("The server received host {}, and `host` is in the list of signed headers.", quoted(host)),
        )
    })
}

/// Headers that proxies, CDNs and libraries change.
pub(super) fn fragile_header(case: &Case<'_>) -> Option<Found> {
    const FRAGILE: [&str; 9] = [
        "accept-encoding",
        "user-agent",
        "connection",
        "content-length",
        "expect",
        "te",
        "via",
        "x-forwarded-for",
        "accept",
    ];
    let list = case.canonical.get("list of headers")?;
    let name = list.split(';').find(|name| FRAGILE.contains(name))?;
    (!case.has_both()).then(|| {
        (
            Surety::Hint,
            format!("{} is signed, which proxies, CDNs and HTTP libraries change on the way: leave it out of the signed headers.", quoted(name)),
            "It stands in the list of signed headers.".into(),
        )
    })
}
