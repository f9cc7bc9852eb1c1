//! How a condition looks in an error message (EC 0006-00000227).

use super::{FieldCondition, FieldTest};
use crate::json::write_string;

impl FieldCondition {
    /// `["eq", "$bucket", "johnsmith"]`: always a list, always with `$`, a blank after each comma.
    pub(super) fn render(&self) -> String {
        let mut out = String::from("[");
        let (operator, operand) = match &self.test {
            FieldTest::Eq(value) => ("eq", Operand::One(value)),
            FieldTest::StartsWith(prefix) => ("starts-with", Operand::One(prefix)),
            FieldTest::In(values) => ("in", Operand::List(values)),
            FieldTest::NotIn(values) => ("not-in", Operand::List(values)),
        };
        write_string(operator, &mut out);
        out.push_str(", ");
        write_string(&format!("${}", self.field), &mut out);
        out.push_str(", ");
        operand.render(&mut out);
        out.push(']');
        out
    }
}

enum Operand<'a> {
    One(&'a str),
    List(&'a [String]),
}

impl Operand<'_> {
    fn render(&self, out: &mut String) {
        match self {
            Self::One(value) => write_string(value, out),
            Self::List(values) => {
                out.push('[');
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    write_string(value, out);
                }
                out.push(']');
            }
        }
    }
}
