//! Reading policy documents, strictly: unknown members, wrong types and empty lists are errors with their place.

use super::condition::{Condition, ConditionOperator};
use super::error::{PolicyError, PolicyErrorKind, shown};
use super::principal::PrincipalPattern;
use super::resource::ResourcePattern;
use super::{Effect, MAX_BUCKET_POLICY_BYTES, Policy, PolicyKind, Statement, parse_action};
use crate::json::{self, Dialect, Member, Node, Position, Value};

impl Policy {
    /// Reads a policy document.
    ///
    /// ```
    /// use oss_policy::{Policy, PolicyErrorKind, PolicyKind};
    ///
    /// let error = Policy::parse(br#"{"Version": 1, "Statement": []}"#, PolicyKind::Ram).unwrap_err();
    /// assert_eq!(error.path(), "Version");
    /// assert!(matches!(error.kind(), PolicyErrorKind::WrongType { expected: "a string", .. }));
    /// assert_eq!(error.ec(), "0030-00000005");
    /// ```
    ///
    /// # Errors
    ///
    /// The first defect. A text longer than [`MAX_BUCKET_POLICY_BYTES`] is not looked at further.
    pub fn parse(text: &[u8], kind: PolicyKind) -> Result<Self, PolicyError> {
        if text.len() > MAX_BUCKET_POLICY_BYTES {
            let too_large = PolicyErrorKind::TooLarge {
                bytes: text.len(),
                limit: MAX_BUCKET_POLICY_BYTES,
            };
            return Err(PolicyError::new(too_large, ""));
        }
        let root = json::parse(text, Dialect::Standard).map_err(|error| {
            PolicyError::new(PolicyErrorKind::Json(error.kind), "").at(error.position)
        })?;
        let statements = read_policy(&root, kind).map_err(|defect| {
            PolicyError::new(defect.kind, &defect.path).at(Position::of(defect.offset, text))
        })?;
        Ok(Self { kind, statements })
    }
}

/// An error on its way out: every level adds its name in front of the path.
struct Defect {
    kind: PolicyErrorKind,
    path: String,
    offset: usize,
}

type Read<T> = Result<T, Defect>;

impl Defect {
    fn new(kind: PolicyErrorKind, offset: usize) -> Self {
        Self {
            kind,
            path: String::new(),
            offset,
        }
    }

    fn inside(mut self, name: &str) -> Self {
        let dot = match self.path.as_bytes().first() {
            None | Some(b'[') => "",
            Some(_) => ".",
        };
        self.path = format!("{name}{dot}{}", self.path);
        self
    }
}

fn read_policy(root: &Node, kind: PolicyKind) -> Read<Vec<Statement>> {
    let members = Members::of(root, &["Version", "Statement"])?;
    members.read("Version", read_version)?;
    members.read("Statement", |node| {
        read_items(array(node)?, |item| read_statement(item, kind), node.offset)
    })
}

fn read_version(node: &Node) -> Read<()> {
    match string(node)? {
        "1" => Ok(()),
        _ => Err(Defect::new(
            PolicyErrorKind::UnsupportedVersion,
            node.offset,
        )),
    }
}

fn read_statement(node: &Node, kind: PolicyKind) -> Read<Statement> {
    let mut known = vec!["Effect", "Action", "Resource", "Principal", "Condition"];
    if kind.has_not_action() {
        known.push("NotAction");
    }
    let members = Members::of(node, &known)?;
    let effect = members.read("Effect", read_effect)?;
    let actions = |node: &Node| one_or_more(node, parse_action);
    let all_but = members.read_optional("NotAction", actions)?;
    let (actions, all_but) = match (all_but, members.has("Action")) {
        (Some(actions), None) => (actions, true),
        (None, _) => (members.read("Action", actions)?, false),
        (Some(_), Some(offset)) => {
            return Err(Defect::new(PolicyErrorKind::ActionAndNotAction, offset));
        }
    };
    Ok(Statement {
        effect,
        actions,
        all_but,
        resources: members.read("Resource", |node| one_or_more(node, ResourcePattern::parse))?,
        principals: members.read_optional("Principal", |node| match kind.names_principals() {
            true => one_or_more(node, PrincipalPattern::parse),
            false => Err(Defect::new(
                PolicyErrorKind::PrincipalNotAllowed,
                node.offset,
            )),
        })?,
        conditions: members
            .read_optional("Condition", read_conditions)?
            .unwrap_or_default(),
    })
}

fn read_effect(node: &Node) -> Read<Effect> {
    match string(node)? {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        _ => Err(Defect::new(PolicyErrorKind::InvalidEffect, node.offset)),
    }
}

/// `{ operator: { key: value or [value, ...], ... }, ... }`; no operator at all means no condition.
fn read_conditions(node: &Node) -> Read<Vec<Condition>> {
    let mut conditions = Vec::new();
    for Member {
        key,
        key_offset,
        node,
    } in object(node)?
    {
        let operator = ConditionOperator::from_name(key).ok_or_else(|| {
            Defect::new(PolicyErrorKind::UnknownOperator(shown(key)), *key_offset)
        })?;
        let keys = object(node).map_err(|defect| defect.inside(key))?;
        if keys.is_empty() {
            return Err(Defect::new(PolicyErrorKind::EmptyList, node.offset).inside(key));
        }
        for Member {
            key: name, node, ..
        } in keys
        {
            let condition = read_condition(operator, name, node)
                .map_err(|defect| defect.inside(&shown(name)).inside(key))?;
            conditions.push(condition);
        }
    }
    Ok(conditions)
}

fn read_condition(operator: ConditionOperator, key: &str, node: &Node) -> Read<Condition> {
    let values = one_or_more(node, |value| Ok(value.to_owned()))?;
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    Condition::new(operator, key, &values).map_err(|kind| Defect::new(kind, node.offset))
}

/// A string, or a list of at least one.
fn one_or_more<T>(node: &Node, parse: impl Fn(&str) -> Result<T, PolicyErrorKind>) -> Read<Vec<T>> {
    let read_one =
        |node: &Node| parse(string(node)?).map_err(|kind| Defect::new(kind, node.offset));
    match &node.value {
        Value::String(_) => Ok(vec![read_one(node)?]),
        Value::Array(items) => read_items(items, read_one, node.offset),
        _ => Err(wrong_type("a string or an array", node)),
    }
}

fn read_items<T>(items: &[Node], read: impl Fn(&Node) -> Read<T>, offset: usize) -> Read<Vec<T>> {
    if items.is_empty() {
        return Err(Defect::new(PolicyErrorKind::EmptyList, offset));
    }
    let numbered = items.iter().enumerate();
    numbered
        .map(|(index, item)| read(item).map_err(|defect| defect.inside(&format!("[{index}]"))))
        .collect()
}

/// The members of an object whose names have been checked.
struct Members<'n> {
    members: &'n [Member],
    offset: usize,
}

impl<'n> Members<'n> {
    fn of(node: &'n Node, known: &[&str]) -> Read<Self> {
        let members = object(node)?;
        let stranger = members
            .iter()
            .find(|member| !known.contains(&member.key.as_str()));
        match stranger {
            None => Ok(Self {
                members,
                offset: node.offset,
            }),
            Some(member) => Err(Defect::new(
                PolicyErrorKind::UnknownMember(shown(&member.key)),
                member.key_offset,
            )),
        }
    }

    fn read<T>(&self, name: &'static str, read: impl Fn(&Node) -> Read<T>) -> Read<T> {
        self.read_optional(name, read)?
            .ok_or_else(|| Defect::new(PolicyErrorKind::Missing(name), self.offset))
    }

    /// Where a member's name stands, if it is there.
    fn has(&self, name: &str) -> Option<usize> {
        let mut members = self.members.iter();
        members
            .find(|member| member.key == name)
            .map(|member| member.key_offset)
    }

    fn read_optional<T>(&self, name: &str, read: impl Fn(&Node) -> Read<T>) -> Read<Option<T>> {
        let found = self.members.iter().find(|member| member.key == name);
        found
            .map(|member| read(&member.node).map_err(|defect| defect.inside(name)))
            .transpose()
    }
}

fn string(node: &Node) -> Read<&str> {
    node.as_str().ok_or_else(|| wrong_type("a string", node))
}

fn array(node: &Node) -> Read<&[Node]> {
    match &node.value {
        Value::Array(items) => Ok(items),
        _ => Err(wrong_type("an array", node)),
    }
}

fn object(node: &Node) -> Read<&[Member]> {
    match &node.value {
        Value::Object(members) => Ok(members),
        _ => Err(wrong_type("an object", node)),
    }
}

fn wrong_type(expected: &'static str, node: &Node) -> Defect {
    let found = node.type_name();
    Defect::new(PolicyErrorKind::WrongType { expected, found }, node.offset)
}
