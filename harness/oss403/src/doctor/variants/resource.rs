//! The known ways to get the resource and its parameters wrong.

use super::values::permutations;
use super::{Change, place, with};
use crate::doctor::evidence::{Kind, Lines, RESOURCE, URI};

pub(super) fn resources(lines: &Lines, kind: Kind, found: &mut Vec<Change>) {
    let name = if matches!(kind, Kind::V4 | Kind::S3V4) {
        URI
    } else {
        RESOURCE
    };
    let (Some(at), Some(resource)) = (place(lines, name), lines.get(name)) else {
        return;
    };
    let (path, query) = resource.split_once('?').unwrap_or((resource, ""));
    let tail = if query.is_empty() {
        String::new()
    } else {
        format!("?{query}")
    };
    let decoded = oss_auth::percent_decode(path).unwrap_or_default();
    let other_paths = spellings(&decoded, kind)
        .into_iter()
        .chain(other_parts(&decoded, kind));
    for (says, path) in other_paths {
        let line = format!("{path}{tail}");
        if line != resource {
            found.push((says.into(), with(lines, at, line)));
        }
    }
    let (Some(at), base, query) = (match kind {
        Kind::V4 | Kind::S3V4 => (
            place(lines, "canonical query"),
            "",
            lines.get("canonical query").unwrap_or_default(),
        ),
        _ => (Some(at), path, query),
    }) else {
        return;
    };
    queries(lines, at, base, query, found);
}

/// The same path, written otherwise.
fn spellings(decoded: &str, kind: Kind) -> [(&'static str, String); 8] {
    let encoded = oss_auth::percent_encode_keeping_slash(decoded);
    let own = spelt(decoded, kind);
    [
        (
            "The client signed the key percent-encoded.",
            encoded.clone(),
        ),
        (
            "The client signed the key percent-encoded, with its slashes.",
            oss_auth::percent_encode(decoded),
        ),
        (
            "The client signed the key percent-encoded in lower-case digits.",
            lower_escapes(&encoded),
        ),
        (
            "The client signed the key percent-encoded twice.",
            oss_auth::percent_encode_keeping_slash(&encoded),
        ),
        ("The client signed the key decoded.", decoded.to_owned()),
        (
            "The client signed blanks of the key as plus signs.",
            own.replace("%20", "+").replace(' ', "+"),
        ),
        (
            "The client signed plus signs of the key as blanks.",
            spelt(&decoded.replace('+', " "), kind),
        ),
        (
            "The client signed plus signs of the key as `%2B`.",
            own.replace('+', "%2B"),
        ),
    ]
}

/// Paths in which something is missing or too much.
fn other_parts(decoded: &str, kind: Kind) -> Vec<(&'static str, String)> {
    let below_root = decoded.strip_prefix('/');
    let Some((bucket, key)) = below_root.and_then(|rest| rest.split_once('/')) else {
        return Vec::new();
    };
    let mut paths = vec![
        (
            "The client signed the resource without its bucket.",
            format!("/{key}"),
        ),
        (
            "The client signed the bare key as the resource.",
            key.to_owned(),
        ),
        (
            "The client signed the bucket twice.",
            format!("/{bucket}/{bucket}/{key}"),
        ),
        (
            "The client signed the resource without the slash before the bucket.",
            format!("{bucket}/{key}"),
        ),
        (
            "The client signed a slash more before the key.",
            format!("/{bucket}//{key}"),
        ),
        (
            "The client signed the key without the slash at its beginning.",
            format!("/{bucket}/{}", key.trim_start_matches('/')),
        ),
    ];
    if key.is_empty() {
        paths.push((
            "The client signed the resource without the slash after the bucket.",
            format!("/{bucket}"),
        ));
    }
    for (_, path) in &mut paths {
        *path = spelt(path, kind);
    }
    paths
}

/// A path as the scheme has it: only version 1 signs it decoded.
fn spelt(path: &str, kind: Kind) -> String {
    match kind {
        Kind::V1 => path.to_owned(),
        Kind::V2 => oss_auth::percent_encode(path),
        Kind::V4 | Kind::S3V4 => oss_auth::percent_encode_keeping_slash(path),
    }
}

fn queries(lines: &Lines, at: usize, path: &str, query: &str, found: &mut Vec<Change>) {
    let pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    let mut query_is = |says: String, pairs: &[String]| {
        let text = match (path.is_empty(), pairs.is_empty()) {
            (_, true) => path.to_owned(),
            (true, _) => pairs.join("&"),
            (false, _) => format!("{path}?{}", pairs.join("&")),
        };
        found.push((says, with(lines, at, text)));
    };
    if pairs.is_empty() {
        return;
    }
    query_is(
        "The client signed no sub-resources and parameters.".into(),
        &[],
    );
    for left in pairs.iter().take(16) {
        let rest: Vec<String> = pairs
            .iter()
            .filter(|pair| *pair != left)
            .map(ToString::to_string)
            .collect();
        let name = left.split('=').next().unwrap_or_default();
        query_is(
            format!(
                "The client did not sign the parameter {}.",
                crate::doctor::text::hidden(name)
            ),
            &rest,
        );
    }
    let each = |how: fn(&str, &str) -> String| -> Vec<String> {
        pairs
            .iter()
            .map(|pair| {
                pair.split_once('=')
                    .map_or_else(|| how(pair, ""), |(name, value)| how(name, value))
            })
            .collect()
    };
    let joined = |name: &str, value: &str| {
        if value.is_empty() {
            name.to_owned()
        } else {
            format!("{name}={value}")
        }
    };
    query_is(
        "The client signed the values of parameters percent-encoded.".into(),
        &each(|name, value| {
            if value.is_empty() {
                name.to_owned()
            } else {
                format!("{name}={}", oss_auth::percent_encode(value))
            }
        }),
    );
    query_is(
        "The client signed the values of parameters decoded.".into(),
        &each(|name, value| {
            if value.is_empty() {
                name.to_owned()
            } else {
                format!(
                    "{name}={}",
                    oss_auth::percent_decode(value).unwrap_or_default()
                )
            }
        }),
    );
    query_is(
        "The client signed blanks in parameters as plus signs.".into(),
        &each(|name, value| {
            if value.is_empty() {
                name.to_owned()
            } else {
                format!("{name}={}", value.replace("%20", "+").replace(' ', "+"))
            }
        }),
    );
    query_is(
        "The client signed parameters without a value with an equals sign.".into(),
        &each(|name, value| format!("{name}={value}")),
    );
    query_is(
        "The client signed parameters without a value without an equals sign.".into(),
        &each(joined),
    );
}

/// The parameters in every other order.
pub(super) fn orders(lines: &Lines, kind: Kind) -> Vec<Change> {
    let name = match kind {
        Kind::V4 | Kind::S3V4 => "canonical query",
        Kind::V1 | Kind::V2 => RESOURCE,
    };
    let (Some(at), Some(line)) = (place(lines, name), lines.get(name)) else {
        return Vec::new();
    };
    let (head, query) = match kind {
        Kind::V4 | Kind::S3V4 => ("", line),
        Kind::V1 | Kind::V2 => match line.split_once('?') {
            Some((path, query)) => (&line[..=path.len()], query),
            None => return Vec::new(),
        },
    };
    let pairs: Vec<&str> = query.split('&').collect();
    let orders = permutations(pairs.len()).into_iter().map(|order| {
        let turned: Vec<&str> = order.iter().map(|at| pairs[*at]).collect();
        let says = "The client signed the parameters in another order.";
        (
            says.into(),
            with(lines, at, format!("{head}{}", turned.join("&"))),
        )
    });
    orders.collect()
}

fn lower_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escape = 0;
    for c in text.chars() {
        out.push(if escape > 0 {
            c.to_ascii_lowercase()
        } else {
            c
        });
        escape = if c == '%' {
            2
        } else {
            usize::saturating_sub(escape, 1)
        };
    }
    out
}
