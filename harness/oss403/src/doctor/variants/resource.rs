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
    let decoded = oss_auth::percent_decode(path)
        .unwrap_or_default()
        .into_owned();
    let encoded = oss_auth::percent_encode_keeping_slash(&decoded);
    let mut path_is = |says: &str, path: String| {
        if format!("{path}{tail}") != resource {
            found.push((says.into(), with(lines, at, format!("{path}{tail}"))));
        }
    };
    path_is(
        "The client signed the key percent-encoded.",
        encoded.clone(),
    );
    path_is(
        "The client signed the key percent-encoded, with its slashes.",
        oss_auth::percent_encode(&decoded),
    );
    path_is(
        "The client signed the key percent-encoded in lower-case digits.",
        lower_escapes(&encoded),
    );
    path_is(
        "The client signed the key percent-encoded twice.",
        oss_auth::percent_encode_keeping_slash(&encoded),
    );
    path_is("The client signed the key decoded.", decoded.clone());
    // As the scheme has it: only version 1 signs it decoded.
    let spelt = |path: &str| match kind {
        Kind::V1 => path.to_owned(),
        Kind::V2 => oss_auth::percent_encode(path),
        Kind::V4 | Kind::S3V4 => oss_auth::percent_encode_keeping_slash(path),
    };
    let own = spelt(&decoded);
    path_is(
        "The client signed blanks of the key as plus signs.",
        own.replace("%20", "+").replace(' ', "+"),
    );
    path_is(
        "The client signed plus signs of the key as blanks.",
        spelt(&decoded.replace('+', " ")),
    );
    path_is(
        "The client signed plus signs of the key as `%2B`.",
        own.replace('+', "%2B"),
    );
    if let Some((bucket, key)) = decoded
        .strip_prefix('/')
        .and_then(|rest| rest.split_once('/'))
    {
        let mut spelt_is = |says, path: String| path_is(says, spelt(&path));
        spelt_is(
            "The client signed the resource without its bucket.",
            format!("/{key}"),
        );
        spelt_is(
            "The client signed the bare key as the resource.",
            key.to_owned(),
        );
        spelt_is(
            "The client signed the bucket twice.",
            format!("/{bucket}/{bucket}/{key}"),
        );
        spelt_is(
            "The client signed the resource without the slash before the bucket.",
            format!("{bucket}/{key}"),
        );
        spelt_is(
            "The client signed a slash more before the key.",
            format!("/{bucket}//{key}"),
        );
        spelt_is(
            "The client signed the key without the slash at its beginning.",
            format!("/{bucket}/{}", key.trim_start_matches('/')),
        );
        if key.is_empty() {
            spelt_is(
                "The client signed the resource without the slash after the bucket.",
                format!("/{bucket}"),
            );
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
