//! Reading Post policies: one defect, one error, each with the EC that OSS documents for it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{FieldCondition, FieldTest, MAX_POST_POLICY_BYTES, PostPolicy, PostPolicyError};
use crate::json::{self, Dialect, Member, Node, Value};
use crate::time::Timestamp;

type Read<T> = Result<T, PostPolicyError>;

impl PostPolicy {
    /// Reads the `policy` field of a form, which is base64 with padding.
    ///
    /// # Errors
    ///
    /// The first defect.
    pub fn decode(base64: &str) -> Result<Self, PostPolicyError> {
        if base64.is_empty() {
            return Err(PostPolicyError::Empty);
        }
        // Four characters stand for three bytes, so this is the same limit as that of `parse`, before any decoding.
        if base64.len() > MAX_POST_POLICY_BYTES / 3 * 4 {
            return Err(too_large());
        }
        let json = STANDARD
            .decode(base64)
            .map_err(|_| PostPolicyError::NotBase64)?;
        Self::parse(&json)
    }

    /// Reads a Post policy as JSON. Besides what JSON allows, strings may have the escape `\$` for a literal dollar.
    ///
    /// # Errors
    ///
    /// The first defect.
    pub fn parse(json: &[u8]) -> Result<Self, PostPolicyError> {
        if json.len() > MAX_POST_POLICY_BYTES {
            return Err(too_large());
        }
        let root = json::parse(json, Dialect::PostPolicy).map_err(PostPolicyError::Json)?;
        let Value::Object(members) = &root.value else {
            return Err(PostPolicyError::NotAnObject);
        };
        let (expiration, conditions) = read_members(members)?;
        let mut policy = Self {
            expiration: read_expiration(expiration)?,
            conditions: Vec::new(),
            content_length_range: None,
        };
        for (index, condition) in read_array(conditions)?.iter().enumerate() {
            policy.add_condition(index, condition)?;
        }
        Ok(policy)
    }

    fn add_condition(&mut self, index: usize, node: &Node) -> Read<()> {
        let condition = match &node.value {
            Value::Object(properties) => read_simple_condition(index, properties)?,
            Value::Array(items) => match read_operator(index, items)? {
                "content-length-range" => {
                    let (min, max) = read_range(index, &items[1..])?;
                    let (low, high) = self.content_length_range.unwrap_or((0, u64::MAX));
                    // All conditions have to hold, so several ranges come to their common part.
                    self.content_length_range = Some((low.max(min), high.min(max)));
                    return Ok(());
                }
                operator => read_field_condition(index, operator, &items[1..])?,
            },
            _ => return Err(PostPolicyError::ConditionNeitherMapNorList { index }),
        };
        self.conditions.push(condition);
        Ok(())
    }
}

fn too_large() -> PostPolicyError {
    PostPolicyError::TooLarge {
        limit: MAX_POST_POLICY_BYTES,
    }
}

/// `expiration` and `conditions`, which both have to be there, alone.
fn read_members(members: &[Member]) -> Read<(&Node, &Node)> {
    let stranger = members
        .iter()
        .find(|member| !matches!(member.key.as_str(), "expiration" | "conditions"));
    if let Some(stranger) = stranger {
        return Err(PostPolicyError::UnknownMember(stranger.key.clone()));
    }
    let find = |name| {
        let found = members.iter().find(|member| member.key == name);
        found.map(|member| &member.node)
    };
    match (find("expiration"), find("conditions")) {
        (Some(expiration), Some(conditions)) => Ok((expiration, conditions)),
        (Some(_), None) => Err(PostPolicyError::MissingConditions),
        (None, Some(_)) => Err(PostPolicyError::MissingExpiration),
        (None, None) => Err(PostPolicyError::MissingBoth),
    }
}

/// Rounded down to whole seconds.
fn read_expiration(node: &Node) -> Read<Timestamp> {
    let text = node.as_str().ok_or(PostPolicyError::ExpirationNotString)?;
    if text.is_empty() {
        return Err(PostPolicyError::ExpirationEmpty);
    }
    let time: Option<jiff::Timestamp> = is_gmt(text).then(|| text.parse().ok()).flatten();
    let time = time.ok_or(PostPolicyError::ExpirationInvalid)?;
    // What is finer than a millisecond counts too: before 1970 it makes the difference of a second.
    let seconds = time.as_nanosecond().div_euclid(1_000_000_000);
    // No time that can be written is further away than 64 bits of seconds.
    Ok(Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX)))
}

/// Whether the text has the form `YYYY-MM-DDThh:mm:ss[.fraction]Z`; its numbers are left to the date library.
fn is_gmt(text: &str) -> bool {
    let Some(local) = text.strip_suffix('Z') else {
        return false;
    };
    let (time, fraction) = match local.split_once('.') {
        Some((time, fraction)) => (time, Some(fraction)),
        None => (local, None),
    };
    let fits = |(c, form): (u8, u8)| match form {
        b'9' => c.is_ascii_digit(),
        _ => c == form,
    };
    let form = b"9999-99-99T99:99:99";
    time.len() == form.len()
        && time.bytes().zip(*form).all(fits)
        && fraction
            .is_none_or(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

fn read_array(node: &Node) -> Read<&[Node]> {
    match &node.value {
        Value::Array(items) if items.is_empty() => Err(PostPolicyError::ConditionsEmpty),
        Value::Array(items) => Ok(items),
        _ => Err(PostPolicyError::ConditionsNotArray),
    }
}

/// `{"field": "value"}`, which is the same as `["eq", "$field", "value"]`.
fn read_simple_condition(index: usize, properties: &[Member]) -> Read<FieldCondition> {
    let [property] = properties else {
        return Err(PostPolicyError::NotExactlyOneProperty { index });
    };
    let value = read_text(index, &property.node)?;
    field_condition(index, &property.key, FieldTest::Eq(value))
}

/// The first item of a list condition; a field in its place means that there is no operator.
fn read_operator(index: usize, items: &[Node]) -> Read<&str> {
    match items.first().and_then(Node::as_str) {
        None => Err(PostPolicyError::MissingOperator { index }),
        Some(field) if field.starts_with('$') => Err(PostPolicyError::MissingOperator { index }),
        Some(operator) => Ok(operator),
    }
}

fn read_field_condition(index: usize, operator: &str, arguments: &[Node]) -> Read<FieldCondition> {
    if !matches!(operator, "eq" | "starts-with" | "in" | "not-in") {
        return Err(PostPolicyError::UnknownOperator { index });
    }
    let [field, value] = arguments else {
        return Err(PostPolicyError::WrongArity { index });
    };
    let test = match operator {
        "eq" => FieldTest::Eq(read_text(index, value)?),
        "starts-with" => FieldTest::StartsWith(read_text(index, value)?),
        "in" => FieldTest::In(read_texts(index, value)?),
        _ => FieldTest::NotIn(read_texts(index, value)?),
    };
    field_condition(index, &read_text(index, field)?, test)
}

/// The field may be written with or without `$` (EC 0006-00000227).
fn field_condition(index: usize, field: &str, test: FieldTest) -> Read<FieldCondition> {
    let field = field.strip_prefix('$').unwrap_or(field);
    if field.is_empty() {
        return Err(PostPolicyError::WrongArgumentType { index });
    }
    Ok(FieldCondition {
        field: field.to_owned(),
        name: field.to_ascii_lowercase(),
        test,
    })
}

fn read_text(index: usize, node: &Node) -> Read<String> {
    let text = node.as_str().map(str::to_owned);
    text.ok_or(PostPolicyError::WrongArgumentType { index })
}

fn read_texts(index: usize, node: &Node) -> Read<Vec<String>> {
    match &node.value {
        Value::Array(items) => items.iter().map(|item| read_text(index, item)).collect(),
        _ => Err(PostPolicyError::WrongArgumentType { index }),
    }
}

fn read_range(index: usize, arguments: &[Node]) -> Read<(u64, u64)> {
    let [min, max] = arguments else {
        return Err(PostPolicyError::WrongArity { index });
    };
    let scalar = |node: &Node| matches!(node.value, Value::Number(_) | Value::String(_));
    if !scalar(min) || !scalar(max) {
        return Err(PostPolicyError::RangeWrongType { index });
    }
    match (read_bound(min), read_bound(max)) {
        (Some(min), Some(max)) if min <= max => Ok((min, max)),
        (Some(_), Some(_)) => Err(PostPolicyError::RangeInverted { index }),
        _ => Err(PostPolicyError::RangeNotInteger { index }),
    }
}

/// A string of digits is no integer: PHP clients that sent one were refused on the wire.
fn read_bound(node: &Node) -> Option<u64> {
    match &node.value {
        Value::Number(digits) => digits.parse().ok(),
        _ => None,
    }
}
