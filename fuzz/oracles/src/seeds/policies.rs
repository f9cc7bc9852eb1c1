//! Policies, hotlink rules and CORS rules of the scenarios.

use oss403_case::Instance;
use oss403_case::model::{Edit, RefererSpec};
use serde_json::Value;

use super::Seeds;
use super::requests::scene;
use crate::pipeline::NOW;

pub(super) fn add(instances: &[Instance], seeds: &mut Seeds) {
    for instance in instances {
        let scenario = &instance.scenario;
        let given = &scenario.given;
        let mut documents: Vec<&Value> = Vec::new();
        for bucket in given.bucket.iter().chain(given.buckets.values()) {
            documents.extend(&bucket.policy);
            let referer = bucket.referer.iter().chain(match &scenario.edit {
                Edit::Referer(rules) => Some(rules),
                _ => None,
            });
            for rules in referer {
                seeds.add("referer", hotlink(rules, instance));
            }
            let mut rules = bucket.cors.clone();
            if let Edit::Cors(edited) = &scenario.edit {
                rules.extend(edited.iter().cloned());
            }
            if !rules.is_empty() {
                let header = |name: &str| value_of(instance, name).unwrap_or_default();
                let mut text = format!(
                    "{}\n{}\n{}",
                    header("origin"),
                    header("access-control-request-method"),
                    header("access-control-request-headers")
                );
                for rule in &rules {
                    text.push_str("\nr\na600\neETag");
                    for (kind, values) in [
                        ('o', &rule.origins),
                        ('m', &rule.methods),
                        ('h', &rule.headers),
                    ] {
                        values
                            .iter()
                            .for_each(|value| text.push_str(&format!("\n{kind}{value}")));
                    }
                }
                seeds.add("cors", text);
            }
        }
        for identity in given.identities.values() {
            documents.extend(identity.ram_user.iter().flat_map(|user| &user.policy));
            let sessions = identity.session.iter();
            documents.extend(
                sessions.flat_map(|session| session.policy.iter().chain(&session.role_policy)),
            );
        }
        documents.extend(
            given
                .vpc_endpoint
                .iter()
                .flat_map(|endpoint| &endpoint.policy),
        );
        match &scenario.edit {
            Edit::BucketPolicy(policy) | Edit::VpcPolicy(policy) => documents.push(policy),
            Edit::RamPolicy(policies) => {
                documents.extend(policies.values().filter(|policy| !policy.is_null()));
            }
            _ => {}
        }
        for (index, document) in documents.into_iter().enumerate() {
            if let Ok(document) = scene().json(document, NOW) {
                add_policy(&document, index, seeds);
            }
        }
    }
}

fn add_policy(document: &Value, index: usize, seeds: &mut Seeds) {
    let json = document.to_string();
    // Whose policy it is and who asks: different bytes for different documents.
    let turn = (json.len() + index) as u8;
    let wish: Vec<u8> = (0..24)
        .map(|at: u8| {
            turn.wrapping_mul(at.wrapping_add(3))
                .rotate_left(u32::from(at % 8))
        })
        .collect();
    seeds.add(
        "policy_evaluate",
        [json.as_bytes(), &[0], &wish[..]].concat(),
    );
    for statement in document["Statement"].as_array().into_iter().flatten() {
        for name in ["Action", "Resource"] {
            let texts: Vec<&str> = match &statement[name] {
                Value::String(text) => vec![text],
                Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
                _ => Vec::new(),
            };
            for text in texts {
                seeds.add(
                    "wildcard",
                    format!(
                        "{text}\n{}",
                        text.replace('*', "GetObject").replace('?', "x")
                    ),
                );
                seeds.add("wildcard", format!("{text}\noss:PutObject"));
            }
        }
    }
    seeds.add("policy_parse", json);
}

fn hotlink(rules: &RefererSpec, instance: &Instance) -> String {
    let mut text = String::new();
    for (flag, on) in [
        ('e', rules.allow_empty),
        ('q', rules.allow_truncate_query),
        ('p', rules.truncate_path),
    ] {
        text.extend(on.then_some(flag));
    }
    text.push('\n');
    text.push_str(value_of(instance, "referer").unwrap_or("-"));
    rules
        .allow
        .iter()
        .for_each(|entry| text.push_str(&format!("\n+{entry}")));
    rules
        .deny
        .iter()
        .for_each(|entry| text.push_str(&format!("\n-{entry}")));
    text
}

/// A header of the edited request, or of the base.
fn value_of<'i>(instance: &'i Instance, name: &str) -> Option<&'i str> {
    let edited = match &instance.scenario.edit {
        Edit::SetHeader(headers) => Some(headers),
        _ => None,
    };
    edited
        .into_iter()
        .chain([&instance.scenario.base.headers])
        .flatten()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
