//! What a Host and a path address.
//!
//! Letters' case, a port, a final dot make no difference; the host that a bucket's name and region spell addresses that bucket, whatever
//! the path; bucket and key are what the path says, decoded once; nothing that exists is empty.

use oss_auth::percent_decode;
use oss_reference::host::{Addressed, HostClass, Names, address};

const SUFFIX: &str = "aliyuncs.test";

/// The input is a host, a line feed, a path.
pub fn check(data: &[u8]) -> bool {
    let Ok(input) = std::str::from_utf8(data) else {
        return false;
    };
    let Some((host, path)) = input.split_once('\n') else {
        return false;
    };
    let regions = ["cn-hangzhou".to_owned(), "cn-shanghai".to_owned()];
    let names = Names {
        suffix: SUFFIX,
        regions: &regions,
    };
    let find = |host: &str, path: &str| {
        address(host, path, names, |domain| {
            (domain == "img.example.com").then(|| "bound".to_owned())
        })
    };
    let found = find(host, path);
    if host.is_ascii() {
        assert_eq!(
            find(&host.to_ascii_uppercase(), path),
            found,
            "case matters"
        );
    }
    let plain = !host.contains([':', '[', ']']) && host == host.trim() && !host.is_empty();
    if plain && !host.ends_with('.') {
        for form in [
            format!("{host}:8080"),
            format!("{host}."),
            format!("{host}.:80"),
            format!(" {host} "),
        ] {
            assert_eq!(find(&form, path), found, "{form:?}");
        }
    }
    match found {
        Err(_) => assert!(
            percent_decode(path).is_err(),
            "a path that can be decoded is refused"
        ),
        Ok(found) => {
            says_what_the_path_says(&found, path);
            spells(&found, path, find);
        }
    }
    true
}

fn says_what_the_path_says(found: &Addressed, path: &str) {
    assert!(
        found.key.as_deref() != Some("")
            && (found.bucket.as_deref() != Some("") || !found.path_style)
    );
    let path = path.strip_prefix('/').unwrap_or(path);
    let decoded = |raw: &str| {
        percent_decode(raw)
            .expect("it was decoded before")
            .into_owned()
    };
    if found.path_style || found.bucket.is_none() {
        let (segment, rest) = path.split_once('/').unwrap_or((path, ""));
        assert_eq!(found.bucket.clone().unwrap_or_default(), decoded(segment));
        assert_eq!(found.key.clone().unwrap_or_default(), decoded(rest));
    } else {
        assert_eq!(found.key.clone().unwrap_or_default(), decoded(path));
    }
}

/// The canonical host of what was found addresses the same.
fn spells<E: std::fmt::Debug + PartialEq>(
    found: &Addressed,
    path: &str,
    find: impl Fn(&str, &str) -> Result<Addressed, E>,
) {
    let host = match (&found.class, &found.bucket) {
        (HostClass::Bucket { region }, Some(bucket)) => {
            // A bucket that ends in `.s3` spells the name of the S3 dialect.
            if bucket.ends_with(".s3")
                || bucket == "s3"
                || bucket.is_empty()
                || region.ends_with("-internal")
            {
                return;
            }
            assert!(!found.path_style);
            format!("{bucket}.oss-{region}.{SUFFIX}")
        }
        (HostClass::Service { region }, _) if !region.ends_with("-internal") => {
            format!("oss-{region}.{SUFFIX}")
        }
        (HostClass::S3Service { region }, _) if !region.ends_with("-internal") => {
            format!("s3.oss-{region}.{SUFFIX}")
        }
        (HostClass::Cname, Some(_)) => "img.example.com".to_owned(),
        (HostClass::Ip, _) => "127.0.0.1".to_owned(),
        _ => return,
    };
    // An empty region, or one that is a keyword of its own, is not spelled.
    let region = found.class.region().unwrap_or("x");
    if host.contains([':', '[', ']'])
        || region.is_empty()
        || region.starts_with("accelerate")
        || region.contains(['.', ':', '[', ']'])
        || host.trim() != host
    {
        return;
    }
    assert_eq!(
        find(&host, path).as_ref(),
        Ok(found),
        "{host} addresses something else"
    );
}
