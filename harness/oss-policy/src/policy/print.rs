//! Writing policies back as JSON.

use super::condition::{Condition, ConditionOperator};
use super::principal::PrincipalPattern;
use super::resource::ResourcePattern;
use super::{Policy, Statement};
use crate::json::write_string;
use crate::wildcard::Pattern;

impl Policy {
    /// The policy as a document that reads back as an equal policy, but for the order of its conditions.
    ///
    /// It is compact, and never longer than the text the policy was read from, so it never outgrows the size limit.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::from(r#"{"Version":"1","Statement":["#);
        separated(&mut out, &self.statements, write_statement);
        out.push_str("]}");
        out
    }
}

fn write_statement(statement: &Statement, out: &mut String) {
    out.push_str(r#"{"Effect":"#);
    write_string(statement.effect.as_str(), out);
    out.push_str(match statement.all_but {
        false => r#","Action":"#,
        true => r#","NotAction":"#,
    });
    write_texts(statement.actions.iter().map(Pattern::as_str), out);
    out.push_str(r#","Resource":"#);
    write_texts(statement.resources.iter().map(ResourcePattern::as_str), out);
    if let Some(principals) = &statement.principals {
        let texts: Vec<String> = principals.iter().map(PrincipalPattern::to_text).collect();
        out.push_str(r#","Principal":"#);
        write_texts(texts.iter().map(String::as_str), out);
    }
    if !statement.conditions.is_empty() {
        out.push_str(r#","Condition":{"#);
        separated(out, &by_operator(&statement.conditions), write_operator);
        out.push('}');
    }
    out.push('}');
}

type Group<'a> = (ConditionOperator, Vec<&'a Condition>);

/// The conditions of each operator together, since a key may stand only once in a document.
fn by_operator(conditions: &[Condition]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for condition in conditions {
        let operator = condition.operator();
        match groups.iter_mut().find(|(known, _)| *known == operator) {
            Some((_, members)) => members.push(condition),
            None => groups.push((operator, vec![condition])),
        }
    }
    groups
}

fn write_operator((operator, conditions): &Group<'_>, out: &mut String) {
    write_string(operator.as_str(), out);
    out.push_str(":{");
    separated(out, conditions, |condition, out| {
        write_string(condition.key(), out);
        out.push(':');
        write_texts(condition.values(), out);
    });
    out.push('}');
}

/// A lone text stands for itself, several as a list.
fn write_texts<'a>(texts: impl ExactSizeIterator<Item = &'a str>, out: &mut String) {
    let several = texts.len() != 1;
    if several {
        out.push('[');
    }
    let texts: Vec<&str> = texts.collect();
    separated(out, &texts, |text, out| write_string(text, out));
    if several {
        out.push(']');
    }
}

fn separated<T>(out: &mut String, items: &[T], write: impl Fn(&T, &mut String)) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
}
