//! Exact decimal numbers for the Numeric conditions.
//!
//! Floating point would call 9007199254740993 and 9007199254740992 equal, and a policy that tells them apart would
//! grant what it denies.

use std::cmp::Ordering;

/// A decimal number such as `-12.50`, compared by value. No exponents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    /// Never set for zero, so that `-0` equals `0`.
    negative: bool,
    /// Without leading zeros.
    whole: String,
    /// Without trailing zeros.
    fraction: String,
}

impl Decimal {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (digits, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        Some(Self {
            negative: negative && !(whole.is_empty() && fraction.is_empty()),
            whole,
            fraction,
        })
    }

    fn magnitude(&self) -> (usize, &str, &str) {
        (self.whole.len(), &self.whole, &self.fraction)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.magnitude().cmp(&other.magnitude()),
            (true, true) => other.magnitude().cmp(&self.magnitude()),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;
    use std::cmp::Ordering::{self, Equal, Greater, Less};

    #[test]
    fn values_are_compared_exactly() {
        let cases: [(&str, &str, Ordering); 9] = [
            ("1", "1.0", Equal),
            ("007", "7", Equal),
            ("-0", "0", Equal),
            ("9", "10", Less),
            ("-9", "-10", Greater),
            ("-1", "1", Less),
            ("1.25", "1.3", Less),
            ("1.05", "1.5", Less),
            ("9007199254740993", "9007199254740992", Greater),
        ];
        for (left, right, expected) in cases {
            let parse = |text| Decimal::parse(text).unwrap();
            assert_eq!(parse(left).cmp(&parse(right)), expected, "{left} {right}");
        }
    }

    #[test]
    fn other_texts_are_not_numbers() {
        for text in [
            "", "-", ".5", "1.", "1e3", "+1", "0x1", " 1", "1,0", "NaN", "١",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text:?}");
        }
    }
}
