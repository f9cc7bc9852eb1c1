//! What the elements of an answer say of the reader's own request, in sentences with the values of the answer.

use oss_auth::Timestamp;

use super::paste::Pasted;
use crate::doctor::hidden;
use crate::report::style::in_a_line;

/// The sentences, the most telling first.
pub(super) fn notes(pasted: &Pasted) -> Vec<String> {
    let all = [
        detail, key, token, clock, expiry, endpoint, condition, argument, unsigned, domain, action,
        cut,
    ];
    all.iter().filter_map(|note| note(pasted)).collect()
}

/// A value of the answer in quotation marks: on one line, not long, without what is secret.
fn value(text: &str) -> String {
    let mut shown: String = in_a_line(&hidden(text.trim())).chars().take(120).collect();
    if shown.chars().count() == 120 {
        shown.push('…');
    }
    format!("`{shown}`")
}

fn detail(pasted: &Pasted) -> Option<String> {
    let (policy, kind) = (
        pasted.trimmed("PolicyType"),
        pasted.trimmed("NoPermissionType"),
    );
    if policy.is_empty() && kind.is_empty() {
        return None;
    }
    let of = match policy {
        "" => "no policy by its type".to_owned(),
        "AccountLevelIdentityBasedPolicy" => "a RAM policy (of the user, its groups or the role)".into(),
        "ResourceGroupLevelIdentityBasedPolicy" => "a RAM policy (attached for a resource group)".into(),
        "SessionPolicy" => "the session policy given at AssumeRole".into(),
        "AssumeRolePolicy" => "the trust policy of the role".into(),
        "ControlPolicy" => "a control policy of the resource directory (an administrator of the organization sets those)".into(),
        "ResourcePolicy" | "BucketPolicy" => "the bucket policy".into(),
        other => format!("a policy of type {}", value(other)),
    };
    let action = pasted.trimmed("AuthAction");
    let action_of = if action.is_empty() {
        String::new()
    } else {
        format!(" {}", value(action))
    };
    let who = match (
        pasted.trimmed("AuthPrincipalType"),
        pasted.trimmed("AuthPrincipalDisplayName"),
    ) {
        ("", _) => String::new(),
        (kind, "") => format!(" for the {}", principal(kind)),
        (kind, name) => format!(" for the {} {}", principal(kind), value(name)),
    };
    Some(match kind {
        "ExplicitDeny" => format!(
            "AccessDeniedDetail names {of}. A Deny in it matches{action_of}{who}: find that Deny and narrow it. No Allow helps, and other kinds of policies need no look."
        ),
        "ImplicitDeny" => format!(
            "AccessDeniedDetail names {of}. No Allow in it matches{action_of}{who}, and nothing denies it: grant the action on this resource there. There is no Deny to look for."
        ),
        _ => format!("AccessDeniedDetail names {of}{action_of}{who}."),
    })
}

fn principal(kind: &str) -> String {
    match kind {
        "SubUser" => "RAM user".into(),
        "AssumedRoleUser" => "role session".into(),
        "Parent" => "account".into(),
        other => value(other),
    }
}

fn key(pasted: &Pasted) -> Option<String> {
    let id = ["OSSAccessKeyId", "AWSAccessKeyId"]
        .into_iter()
        .find_map(|name| pasted.text(name))?
        .trim();
    if id.starts_with("STS.") && !pasted.trimmed("Code").starts_with("SecurityToken") {
        let lost = pasted.trimmed("Code") == "InvalidAccessKeyId";
        return Some(if lost {
            format!(
                "The key {} begins with `STS.`, so it is a temporary one, which is known together with its security token alone: the token was not sent, or was lost on the way. Send it as x-oss-security-token (in a V1 URL: `security-token`) and sign it.",
                value(id)
            )
        } else {
            format!(
                "The key {} begins with `STS.`: it is a temporary one, and needs its security token in every request.",
                value(id)
            )
        });
    }
    let placeholder = id.starts_with('<')
        || id.contains(' ')
        || id.to_ascii_lowercase().contains("accesskey")
        || id.starts_with("${");
    placeholder.then(|| {
        format!(
            "The key is {}: that looks like a placeholder or a name, not like an AccessKeyId.",
            value(id)
        )
    })
}

fn token(pasted: &Pasted) -> Option<String> {
    let code = pasted.trimmed("Code");
    (code == "SecurityTokenExpired").then(|| "Temporary credentials last as long as DurationSeconds of AssumeRole said (an hour unless told otherwise): ask STS again before that.".into())
}

fn clock(pasted: &Pasted) -> Option<String> {
    let (request, server) = (time(pasted, "RequestTime")?, time(pasted, "ServerTime")?);
    let difference = server.0 - request.0;
    let (seconds, how) = (
        difference.unsigned_abs(),
        if difference > 0 { "behind" } else { "ahead of" },
    );
    let off_by = |unit: u64| seconds % unit <= 120 || unit - seconds % unit <= 120;
    let why = if request.0 < 365 * DAY as i64 {
        "The date is of 1970: the clock of the device is not set (it has no battery, or has not yet asked a time server).".to_owned()
    } else if seconds < 900 {
        return None;
    } else if seconds.abs_diff(8 * HOUR) <= 120 {
        "Eight hours are the time zone of China: local time was written as GMT. Format the date in UTC.".to_owned()
    } else if off_by(HOUR / 2) && seconds <= 14 * HOUR + 120 {
        "Whole hours (or half ones) are a time zone: local time was written as GMT. Format the date in UTC.".to_owned()
    } else if off_by(DAY) && seconds < 400 * DAY {
        "Whole days: the date of the device is wrong, its time of day is right.".to_owned()
    } else if seconds >= 300 * DAY {
        "The year of the device is wrong.".to_owned()
    } else {
        "Set the clock by a time server, or take the server's time from the header Date of an answer.".to_owned()
    };
    Some(format!(
        "The request's clock is {} {how} the server's ({} against {}). {why}",
        duration(seconds),
        value(pasted.trimmed("RequestTime")),
        value(pasted.trimmed("ServerTime"))
    ))
}

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

fn expiry(pasted: &Pasted) -> Option<String> {
    let (expires, server) = (time(pasted, "Expires")?, time(pasted, "ServerTime")?);
    let since = server.0 - expires.0;
    if since < 0 {
        return Some(format!(
            "Expires is {} after the server's time: the URL had not expired yet by this answer.",
            duration(since.unsigned_abs())
        ));
    }
    let since = since.unsigned_abs();
    let why = if expires.0 < 365 * DAY as i64 {
        " A date of 1970 means that a number of seconds from now was written where seconds since 1970 belong."
    } else if since.abs_diff(8 * HOUR) <= 120 {
        " Eight hours are the time zone of China: the expiry may have been computed in local time."
    } else {
        ""
    };
    Some(format!(
        "The URL expired {} before the request came ({}, the server's time was {}).{why} Sign a new one, or sign it for longer.",
        duration(since),
        value(pasted.trimmed("Expires")),
        value(pasted.trimmed("ServerTime"))
    ))
}

fn endpoint(pasted: &Pasted) -> Option<String> {
    let endpoint = pasted.text("Endpoint")?;
    if endpoint.trim().contains("http") && pasted.trimmed("Code").is_empty() {
        return None;
    }
    let bucket = pasted
        .text("Bucket")
        .map(|bucket| format!(" of the bucket {}", value(bucket)))
        .unwrap_or_default();
    let host = pasted
        .text("HostId")
        .map(|host| format!(", not {}", value(host)))
        .unwrap_or_default();
    Some(format!(
        "The right endpoint{bucket} is {}{host}.",
        value(endpoint)
    ))
}

fn condition(pasted: &Pasted) -> Option<String> {
    let message = pasted.text("Message")?;
    let quoted = message.split_once("Policy Condition failed:")?.1.trim();
    let parsed: serde_json::Value = serde_json::from_str(quoted.trim_end_matches('.')).ok()?;
    let parts = parsed.as_array()?;
    let text = |at: usize| match parts.get(at)? {
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let (how, field, wanted) = (text(0)?, text(1)?, text(2)?);
    let field = field.trim_start_matches('$').to_owned();
    let has_value = |does: &str| {
        format!(
            "The form's policy wants the field {} {does} {}, and the form has another value, or no such field.",
            value(&field),
            value(&wanted)
        )
    };
    Some(match how.as_str() {
        "eq" if wanted.is_empty() => format!(
            "The form's policy wants the field {} with an empty value. The one who wrote the policy had none (an unset variable?), or the form must send the field, empty.",
            value(&field)
        ),
        "eq" => has_value("to be"),
        "starts-with" => has_value("to begin with"),
        "in" => has_value("to be one of"),
        "not-in" => has_value("to be none of"),
        other => format!(
            "The form's policy has the condition {} on the field {}, which is not met.",
            value(other),
            value(&field)
        ),
    })
}

fn argument(pasted: &Pasted) -> Option<String> {
    let name = pasted.text("ArgumentName")?;
    let is_secret = oss_auth::is_confidential(name.trim());
    Some(match pasted.text("ArgumentValue").filter(|_| !is_secret) {
        Some(text) => format!("It is about {}, which was {}.", value(name), value(text)),
        None => format!("It is about {}.", value(name)),
    })
}

fn unsigned(pasted: &Pasted) -> Option<String> {
    if let Some(asked) = &pasted.asked {
        return (!asked.is_signed() && !pasted.trimmed("Code").starts_with("Signature")).then(|| "The request carries no signature, neither in a header nor in its URL: OSS took it for an anonymous one.".into());
    }
    let is = pasted.trimmed("EC") == "0003-00000905"
        && pasted
            .trimmed("Message")
            .starts_with("The bucket you access");
    is.then(|| "With this EC the request was most likely unsigned: OSS answers so when an anonymous request asks for the bucket itself (its list, its settings). Sign it; if it was signed, the bucket is another account's.".into())
}

fn domain(pasted: &Pasted) -> Option<String> {
    let host = pasted.text("HostId")?.trim();
    let is_ip = host
        .split(':')
        .next()
        .is_some_and(|host| host.parse::<std::net::Ipv4Addr>().is_ok());
    is_ip.then(|| {
        format!(
            "The host {} is an address: OSS tells buckets by the name of the host.",
            value(host)
        )
    })
}

fn action(pasted: &Pasted) -> Option<String> {
    let action = pasted.text("AuthAction").filter(|_| {
        pasted.text("PolicyType").is_none() && pasted.text("NoPermissionType").is_none()
    })?;
    Some(format!("The action that was refused is {}.", value(action)))
}

fn cut(pasted: &Pasted) -> Option<String> {
    pasted.cut.then(|| {
        "The answer ends in the middle; what is said here rests on what is left of it.".into()
    })
}

fn time(pasted: &Pasted, name: &str) -> Option<Timestamp> {
    let text = pasted.text(name)?.trim();
    Timestamp::parse_iso_extended(text)
        .or_else(|_| Timestamp::parse_iso_basic(text))
        .or_else(|_| Timestamp::parse_rfc1123(text))
        .ok()
        .or_else(|| text.parse::<i64>().ok().map(Timestamp))
}

/// `8 h 00 min`, `24 h 24 min`, `49 years`.
fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        3600..259_200 => format!("{} h {:02} min", seconds / HOUR, seconds % HOUR / 60),
        259_200..63_072_000 => format!("{} days", seconds / DAY),
        _ => format!("{} years", seconds / (365 * DAY)),
    }
}
