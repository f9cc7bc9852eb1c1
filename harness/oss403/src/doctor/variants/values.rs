//! The known ways to get the values of single lines wrong: dates, digests, hosts, the order of headers.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use oss_auth::Timestamp;

use super::{Change, place, with};
use crate::doctor::evidence::{DATE, Kind, Lines, RESOURCE, URI};

/// Changes that are tried together with others.
pub(super) fn values(lines: &Lines, kind: Kind, found: &mut Vec<Change>) {
    digests(lines, found);
    hosts(lines, found);
    ends(lines, kind, found);
}

/// Changes that are tried alone: there are many of them.
pub(super) fn alone(lines: &Lines, kind: Kind) -> Vec<Change> {
    let mut found = orders(lines);
    if matches!(kind, Kind::V1 | Kind::V2) {
        found.extend(dates(lines));
    }
    found
}

/// The digest of the body in another form.
fn digests(lines: &Lines, found: &mut Vec<Change>) {
    let headers = lines.0.iter().map(|(name, _)| name.as_str());
    let of_md5 = headers.filter(|name| *name == "Content-MD5" || *name == "content-md5 header");
    for name in of_md5 {
        let (Some(at), Some(line)) = (place(lines, name), lines.get(name)) else {
            continue;
        };
        let (head, value) = match line.split_once(':') {
            Some((head, value)) => (format!("{head}:"), value),
            None => (String::new(), line),
        };
        let Ok(bytes) = BASE64_STANDARD.decode(value.trim()) else {
            continue;
        };
        let hex = oss_auth::hex(&bytes);
        // Base64 of the digits, and somebody took it for the digest.
        let digits = String::from_utf8(bytes).ok();
        let digits = digits.filter(|text| text.len() == 32);
        for (says, text) in [
            (
                "The client signed Content-MD5 in hexadecimal digits, and has to sign it in base64, as it is sent.",
                Some(hex.clone()),
            ),
            (
                "The client signed Content-MD5 in hexadecimal digits in upper case, and has to sign it in base64, as it is sent.",
                Some(hex.to_ascii_uppercase()),
            ),
            (
                "The client signed base64 of the hexadecimal digits of the digest as Content-MD5, and has to sign base64 of its bytes, as it is sent.",
                Some(BASE64_STANDARD.encode(&hex)),
            ),
            (
                "The client signed Content-MD5 in hexadecimal digits, and sent base64 of those.",
                digits,
            ),
        ] {
            found.extend(text.map(|text| (says.into(), with(lines, at, format!("{head}{text}")))));
        }
    }
}

/// Another host than arrived, where it is signed.
fn hosts(lines: &Lines, found: &mut Vec<Change>) {
    let (Some(at), Some(line)) = (place(lines, "host header"), lines.get("host header")) else {
        return;
    };
    let arrived = line.split_once(':').map_or("", |(_, value)| value).trim();
    let path = lines.get(URI).or_else(|| lines.get(RESOURCE));
    let bucket = path.and_then(|path| path.strip_prefix('/')?.split('/').next());
    let bucket = bucket.unwrap_or_default();
    let (name, port) = arrived.split_once(':').unwrap_or((arrived, ""));
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    let mut hosts = vec![
        name.to_owned(),
        format!("{name}:80"),
        format!("{name}:443"),
        format!("http://{name}"),
        format!("https://{name}"),
        arrived.to_ascii_lowercase(),
        rest.to_owned(),
        format!("{first}.{arrived}"),
        String::new(),
    ];
    if !bucket.is_empty() && bucket != first {
        hosts.push(format!("{bucket}.{arrived}"));
    }
    if name.contains("-internal.") {
        hosts.push(arrived.replacen("-internal.", ".", 1));
    } else if let Some((head, tail)) = name.split_once(".aliyuncs.com") {
        hosts.push(format!("{head}-internal.aliyuncs.com{tail}"));
    }
    if !port.is_empty() {
        hosts.push(format!("{rest}:{port}"));
    }
    hosts.retain(|host| host != arrived);
    for host in hosts {
        let says = match &*host {
            "" => "The client signed an empty host.".to_owned(),
            host => format!("The client signed the host `{host}`, and `{arrived}` arrived."),
        };
        found.push((says, with(lines, at, format!("host:{host}"))));
    }
}

/// What stands between the headers and the resource.
fn ends(lines: &Lines, kind: Kind, found: &mut Vec<Change>) {
    if kind != Kind::V1 {
        return;
    }
    let Some(at) = place(lines, RESOURCE).filter(|at| *at > 3) else {
        return;
    };
    if lines.0[at - 1].0.ends_with(" header") {
        let mut joined = lines.clone();
        let (_, resource) = joined.0.remove(at);
        joined.0[at - 1].1.extend(resource);
        let says = "The client left out the line feed between the headers and the resource.";
        found.push((says.into(), joined));
    }
    let mut more = lines.clone();
    more.0.insert(at, ("header".into(), Vec::new()));
    let says = "The client signed an empty line between the headers and the resource.";
    found.push((says.into(), more));
}

/// The headers in another order than by their names.
fn orders(lines: &Lines) -> Vec<Change> {
    let is_header = |(name, _): &(String, Vec<u8>)| name.ends_with(" header");
    let places: Vec<usize> = (0..lines.0.len())
        .filter(|at| is_header(&lines.0[*at]))
        .collect();
    let orders = permutations(places.len()).into_iter().map(|order| {
        let mut changed = lines.clone();
        for (at, from) in places.iter().zip(order) {
            changed.0[*at] = lines.0[places[from]].clone();
        }
        let says = "The client signed the headers in another order than that of their names.";
        (says.into(), changed)
    });
    orders.collect()
}

/// The orders of so many things but their own: all of them of a few, of more what a map may give, which nobody can tell.
pub(super) fn permutations(count: usize) -> Vec<Vec<usize>> {
    const MOST: usize = 4;
    let own: Vec<usize> = (0..count).collect();
    if count > MOST {
        return vec![own.into_iter().rev().collect()];
    }
    let mut found = vec![Vec::new()];
    for _ in 0..count {
        found = found
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                let free = own.iter().filter(|at| !order.contains(at));
                let longer = free.map(|at| order.iter().chain([at]).copied().collect());
                longer.collect::<Vec<Vec<usize>>>()
            })
            .collect();
    }
    found.retain(|order| *order != own);
    found
}

/// The line of the date as another clock writes it.
fn dates(lines: &Lines) -> Vec<Change> {
    let mut found = Vec::new();
    let (Some(at), Some(date)) = (place(lines, DATE), lines.get(DATE)) else {
        return found;
    };
    if let Ok(Timestamp(moment)) = Timestamp::parse_rfc1123(date) {
        // The zones of the world, of which some are on the half hour.
        for half_hours in (-24..=28_i64).filter(|half_hours| *half_hours != 0) {
            let (hours, half) = (half_hours.abs() / 2, half_hours.abs() % 2 * 30);
            let sign = if half_hours < 0 { '-' } else { '+' };
            let local = Timestamp(moment + half_hours * 1_800).to_rfc1123();
            let says = format!(
                "The client signed its local time (UTC{sign}{hours:02}:{half:02}) as if it were GMT, and sent another Date."
            );
            found.push((says, with(lines, at, local)));
        }
        for zone in ["UTC", "+0000", "Z"] {
            let other = date.replace("GMT", zone);
            let says =
                format!("The client signed the Date with `{zone}` at its end, and GMT arrived.");
            found.push((says, with(lines, at, other)));
        }
        let says = "The client signed the time in another form than that of the Date that it sent.";
        for other in [
            Timestamp(moment).to_iso_basic(),
            Timestamp(moment).to_iso_extended_millis(),
            moment.to_string(),
        ] {
            found.push((says.into(), with(lines, at, other)));
        }
    }
    found
}
