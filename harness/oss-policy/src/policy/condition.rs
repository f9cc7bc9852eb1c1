//! Conditions: an operator, a key of the request, and values to compare it with.
//!
//! Several values are alternatives: one has to match or, for a negated operator, none may. A key that the request does
//! not have makes a positive operator false and a negated one true, and so does a value of the request that the
//! operator cannot read, for example a tag `abc` under NumericEquals.

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;

use super::access::{Access, RequestValue};
use super::decimal::Decimal;
use super::error::{PolicyErrorKind, shown};
use crate::wildcard::Pattern;

macro_rules! operators {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// The condition operators of the policy language (help page: *Policy elements*).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ConditionOperator { $($(#[$doc])* $name),+ }

        impl ConditionOperator {
            /// Every operator.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name of the operator in a policy.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),+ }
            }
        }
    };
}

operators! {
    /// The same text; wildcards mean nothing here.
    StringEquals,
    /// Another text.
    StringNotEquals,
    /// The same text but for the case of ASCII letters.
    StringEqualsIgnoreCase,
    /// Another text even without regard to the case of ASCII letters.
    StringNotEqualsIgnoreCase,
    /// Matches with `*` and `?`.
    StringLike,
    /// Does not match with `*` and `?`.
    StringNotLike,
    /// The same number.
    NumericEquals,
    /// Another number.
    NumericNotEquals,
    /// A smaller number.
    NumericLessThan,
    /// A smaller number or the same.
    NumericLessThanEquals,
    /// A greater number.
    NumericGreaterThan,
    /// A greater number or the same.
    NumericGreaterThanEquals,
    /// The same time.
    DateEquals,
    /// Another time.
    DateNotEquals,
    /// Earlier.
    DateLessThan,
    /// Earlier or the same time.
    DateLessThanEquals,
    /// Later.
    DateGreaterThan,
    /// Later or the same time.
    DateGreaterThanEquals,
    /// `true` or `false`.
    Bool,
    /// The address, or an address in the range.
    IpAddress,
    /// Another address.
    NotIpAddress,
}

impl ConditionOperator {
    /// The operator of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|operator| operator.as_str() == name)
    }

    /// Whether the operator holds when no value matches.
    #[must_use]
    pub fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
        )
    }

    /// What one value is compared for; negation is applied to the values together.
    fn comparison(self) -> Comparison {
        use Comparison as C;
        match self {
            Self::StringEquals | Self::StringNotEquals => C::Text,
            Self::StringEqualsIgnoreCase | Self::StringNotEqualsIgnoreCase => C::FoldedText,
            Self::StringLike | Self::StringNotLike => C::Like,
            Self::NumericEquals | Self::NumericNotEquals => C::Number(Order::Equal),
            Self::NumericLessThan => C::Number(Order::Less),
            Self::NumericLessThanEquals => C::Number(Order::LessOrEqual),
            Self::NumericGreaterThan => C::Number(Order::Greater),
            Self::NumericGreaterThanEquals => C::Number(Order::GreaterOrEqual),
            Self::DateEquals | Self::DateNotEquals => C::Date(Order::Equal),
            Self::DateLessThan => C::Date(Order::Less),
            Self::DateLessThanEquals => C::Date(Order::LessOrEqual),
            Self::DateGreaterThan => C::Date(Order::Greater),
            Self::DateGreaterThanEquals => C::Date(Order::GreaterOrEqual),
            Self::Bool => C::Flag,
            Self::IpAddress | Self::NotIpAddress => C::Network,
        }
    }
}

/// One condition of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    operator: ConditionOperator,
    key: String,
    operands: Vec<Operand>,
}

impl Condition {
    /// The operator.
    #[must_use]
    pub fn operator(&self) -> ConditionOperator {
        self.operator
    }

    /// The key, for example `acs:SourceIp`. Keys are compared with regard to case; one that is not known is never in
    /// a request.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The values, as written.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &str> {
        self.operands.iter().map(|operand| operand.source.as_str())
    }

    /// Whether the request fulfils the condition.
    #[must_use]
    pub fn holds(&self, access: &Access<'_>) -> bool {
        let comparison = self.operator.comparison();
        let matched = access
            .condition_value(&self.key)
            .is_some_and(|actual| self.operands.iter().any(|o| o.matches(&actual, comparison)));
        matched != self.operator.is_negated()
    }

    pub(crate) fn new(
        operator: ConditionOperator,
        key: &str,
        values: &[&str],
    ) -> Result<Self, PolicyErrorKind> {
        Ok(Self {
            operator,
            key: key.to_owned(),
            operands: values
                .iter()
                .map(|value| Operand::parse(operator.comparison(), value))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl RequestValue<'_> {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Text(text) => Cow::Borrowed(*text),
            Self::Address(address) => Cow::Owned(address.to_canonical().to_string()),
            Self::Time(time) => Cow::Owned(jiff::Timestamp::from_second(time.0).ok()?.to_string()),
            Self::Flag(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
        })
    }

    fn nanoseconds(&self) -> Option<i128> {
        match self {
            Self::Time(time) => Some(i128::from(time.0) * 1_000_000_000),
            _ => parse_date(&self.text()?),
        }
    }

    fn address(&self) -> Option<IpAddr> {
        let address: IpAddr = self.text()?.parse().ok()?;
        Some(address.to_canonical())
    }
}

#[derive(Clone, Copy)]
enum Comparison {
    Text,
    FoldedText,
    Like,
    Number(Order),
    Date(Order),
    Flag,
    Network,
}

/// How the request's value has to stand to the condition's.
#[derive(Clone, Copy)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn holds<T: Ord>(self, actual: &T, named: &T) -> bool {
        match self {
            Self::Equal => actual == named,
            Self::Less => actual < named,
            Self::LessOrEqual => actual <= named,
            Self::Greater => actual > named,
            Self::GreaterOrEqual => actual >= named,
        }
    }
}

/// A value of a condition: as written, and as the operator reads it.
#[derive(Clone, Debug, PartialEq)]
struct Operand {
    source: String,
    value: OperandValue,
}

#[derive(Clone, Debug, PartialEq)]
enum OperandValue {
    Text,
    Like(Pattern),
    Number(Decimal),
    /// Nanoseconds since the epoch.
    Date(i128),
    Network(IpNet),
}

impl Operand {
    fn parse(comparison: Comparison, text: &str) -> Result<Self, PolicyErrorKind> {
        let (value, expected) = match comparison {
            Comparison::Text | Comparison::FoldedText => (Some(OperandValue::Text), "text"),
            Comparison::Like => (Some(OperandValue::Like(Pattern::new(text))), "text"),
            Comparison::Number(_) => (Decimal::parse(text).map(OperandValue::Number), "number"),
            Comparison::Date(_) => (parse_date(text).map(OperandValue::Date), "date"),
            Comparison::Flag => (is_flag(text).then_some(OperandValue::Text), "boolean"),
            Comparison::Network => (
                parse_network(text).map(OperandValue::Network),
                "IP address or range",
            ),
        };
        match value {
            Some(value) => Ok(Self {
                source: text.to_owned(),
                value,
            }),
            None => Err(PolicyErrorKind::InvalidConditionValue {
                expected,
                value: shown(text),
            }),
        }
    }

    fn matches(&self, actual: &RequestValue<'_>, comparison: Comparison) -> bool {
        match (&self.value, comparison) {
            (OperandValue::Like(pattern), _) => {
                actual.text().is_some_and(|text| pattern.matches(&text))
            }
            (OperandValue::Number(named), Comparison::Number(order)) => actual
                .text()
                .and_then(|text| Decimal::parse(&text))
                .is_some_and(|number| order.holds(&number, named)),
            (OperandValue::Date(named), Comparison::Date(order)) => actual
                .nanoseconds()
                .is_some_and(|date| order.holds(&date, named)),
            (OperandValue::Network(network), _) => actual
                .address()
                .is_some_and(|address| network.contains(&address)),
            (OperandValue::Text, Comparison::FoldedText) => actual
                .text()
                .is_some_and(|text| text.eq_ignore_ascii_case(&self.source)),
            _ => actual.text().is_some_and(|text| text == self.source),
        }
    }
}

/// ISO 8601 with date, time and offset, as in `2014-12-01T12:00:00Z` and `2014-12-01T12:00:00+08:00`; in nanoseconds since
/// the epoch.
fn parse_date(text: &str) -> Option<i128> {
    let has_form = text.as_bytes().get(10) == Some(&b'T') && !text.contains('[');
    let time: jiff::Timestamp = has_form.then(|| text.parse().ok()).flatten()?;
    Some(time.as_nanosecond())
}

/// There is one way of writing each flag, so that flags can be compared as texts.
fn is_flag(text: &str) -> bool {
    matches!(text, "true" | "false")
}

fn parse_network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| {
        let address: IpAddr = text.parse().ok()?;
        Some(IpNet::from(address.to_canonical()))
    })
}
