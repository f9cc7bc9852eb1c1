//! CORS configurations and what they answer.
//!
//! The same rule answers as by a second, plain account of the page PutBucketCors; the order and case of the asked headers make no
//! difference, fewer of them never refuse; a rule behind the one that matches changes nothing; a sound configuration keeps its limits.

use oss_policy::{CorsRule, CorsRules, MAX_CORS_RULES};

use crate::dice::Dice;

/// The input, line by line: the origin, the method, the asked headers separated by commas; then `r` begins a rule, `o`, `m`, `h`, `e`
/// add an origin, method, header, exposed header to it, `a` sets its age.
pub fn check(data: &[u8]) -> bool {
    let Ok(input) = std::str::from_utf8(data) else {
        return false;
    };
    let mut lines = input.split('\n');
    let (Some(origin), Some(method), Some(asked)) = (lines.next(), lines.next(), lines.next())
    else {
        return false;
    };
    let mut rules = CorsRules::default();
    for line in lines {
        let Some(kind) = line.get(..1) else {
            continue;
        };
        if kind == "r" {
            rules.rules.push(CorsRule::default());
        }
        let Some(rule) = rules.rules.last_mut() else {
            continue;
        };
        let value = line[1..].to_owned();
        match kind {
            "o" => rule.allowed_origins.push(value),
            "m" => rule.allowed_methods.push(value),
            "h" => rule.allowed_headers.push(value),
            "e" => rule.expose_headers.push(value),
            "a" => rule.max_age_seconds = value.parse().ok(),
            _ => {}
        }
    }
    let headers: Vec<&str> = asked.split(',').collect();
    sound(&rules);
    answers(&rules, origin, method, &headers, Dice::new(data));
    true
}

fn sound(rules: &CorsRules) {
    if rules.validate().is_err() {
        return;
    }
    assert!((1..=MAX_CORS_RULES).contains(&rules.rules.len()));
    for rule in &rules.rules {
        assert!(!rule.allowed_origins.is_empty() && !rule.allowed_methods.is_empty());
        let one_star = |text: &String| !text.is_empty() && text.matches('*').count() < 2;
        assert!(rule.allowed_origins.iter().all(one_star));
        assert!(rule.allowed_headers.iter().all(one_star));
        assert!(
            !rule
                .allowed_origins
                .iter()
                .any(|origin| origin == "https://*")
        );
        assert!(
            rule.expose_headers
                .iter()
                .all(|name| !name.is_empty() && !name.contains('*'))
        );
        let known =
            |method: &String| ["GET", "PUT", "POST", "DELETE", "HEAD"].contains(&method.as_str());
        assert!(rule.allowed_methods.iter().all(known));
    }
}

fn answers(rules: &CorsRules, origin: &str, method: &str, headers: &[&str], mut dice: Dice) {
    let answer = rules.preflight(origin, method, headers);
    let which = rules
        .rules
        .iter()
        .position(|rule| matches(rule, origin, method, headers));
    assert_eq!(
        answer.is_some(),
        which.is_some(),
        "{rules:?}: {method} from {origin:?} with {headers:?}"
    );
    if let (Some(answer), Some(which)) = (&answer, which) {
        let rule = &rules.rules[which];
        let everyone = rule.allowed_origins.iter().any(|allowed| allowed == "*");
        assert_eq!(answer.allow_origin, if everyone { "*" } else { origin });
        assert_eq!(answer.allow_methods, rule.allowed_methods);
        assert_eq!(
            (answer.expose_headers, answer.max_age),
            (&rule.expose_headers[..], rule.max_age_seconds)
        );
        assert!(answer.allow_methods.iter().any(|allowed| allowed == method));
        let mut first = rules.clone();
        first.rules.truncate(which + 1);
        assert_eq!(
            first.preflight(origin, method, headers).as_ref(),
            Some(answer),
            "a later rule matters"
        );
        let mut fewer = headers.to_vec();
        fewer.remove(dice.roll(fewer.len()));
        assert!(
            rules.preflight(origin, method, &fewer).is_some(),
            "fewer headers are refused"
        );
    }
    let upper: Vec<String> = headers
        .iter()
        .rev()
        .map(|header| header.to_ascii_uppercase())
        .collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    assert_eq!(
        rules.preflight(origin, method, &upper).is_some(),
        answer.is_some(),
        "order or case matters"
    );
    assert_eq!(
        rules.simple(origin, method),
        rules.preflight(origin, method, &[])
    );
}

fn matches(rule: &CorsRule, origin: &str, method: &str, headers: &[&str]) -> bool {
    let covers = |allowed: &str, text: &str| match allowed.find('*') {
        None => allowed == text,
        Some(at) => {
            let (front, back) = (&allowed[..at], &allowed[at + 1..]);
            text.len() >= front.len() + back.len()
                && text.starts_with(front)
                && text.ends_with(back)
        }
    };
    rule.allowed_origins
        .iter()
        .any(|allowed| covers(allowed, origin))
        && rule.allowed_methods.iter().any(|allowed| allowed == method)
        && headers
            .iter()
            .map(|header| header.trim().to_ascii_lowercase())
            .filter(|header| !header.is_empty())
            .all(|header| {
                rule.allowed_headers
                    .iter()
                    .any(|allowed| covers(&allowed.to_ascii_lowercase(), &header))
            })
}
