//! The forms in which a value may come back, and how a text is searched for all of them in one pass.

use std::sync::OnceLock;

use super::SHORTEST;
use crate::wire::disguise::small_escapes;
use crate::wire::sieve::Sieve;

/// What a form begins with.
type Beginning = [u8; SHORTEST];

/// So many bytes of a value are enough to know what each of its forms begins with: three groups of base64, wherever those begin.
const ENOUGH: usize = 9;

/// Values to be hidden in any form.
#[derive(Clone)]
pub(super) struct Hidden {
    values: Vec<Value>,
    /// What every form begins with and of which value it is, sorted.
    beginnings: Vec<(Beginning, usize)>,
    sieve: Sieve,
}

/// A value. Most are never met again, so its forms are made when a text holds what one of them begins with.
#[derive(Clone)]
struct Value {
    text: String,
    forms: OnceLock<Vec<String>>,
}

impl Hidden {
    /// Values of at least [`SHORTEST`] bytes each.
    pub(super) fn new(values: Vec<String>) -> Self {
        let mut beginnings: Vec<(Beginning, usize)> = Vec::new();
        for (number, value) in values.iter().enumerate() {
            beginnings.extend(starts(value).map(|start| (start, number)));
        }
        beginnings.sort_unstable();
        beginnings.dedup();
        let sieve = Sieve::new(beginnings.iter().map(|(start, _)| first_four(start)));
        let values = values.into_iter().map(|text| Value {
            text,
            forms: OnceLock::new(),
        });
        Self {
            values: values.collect(),
            beginnings,
            sieve,
        }
    }

    /// Whether a form may begin so.
    #[inline]
    pub(super) fn may_begin(&self, start: &Beginning) -> bool {
        self.sieve.may_hold(first_four(start))
    }

    /// Length of the longest form that `text` begins with; `start` are its first bytes.
    pub(super) fn at(&self, text: &[u8], start: &Beginning) -> Option<usize> {
        let first = self.beginnings.partition_point(|(known, _)| known < start);
        let of = self.beginnings[first..].iter();
        let of = of.take_while(|(known, _)| known == start);
        let forms = of.flat_map(|(_, number)| self.values[*number].forms());
        let here = forms.filter(|form| text.starts_with(form.as_bytes()));
        here.map(String::len).max()
    }
}

impl Value {
    fn forms(&self) -> &[String] {
        self.forms.get_or_init(|| forms(&self.text))
    }
}

fn first_four([a, b, c, d, ..]: &Beginning) -> [u8; 4] {
    [*a, *b, *c, *d]
}

/// What the forms of a value begin with, and little else.
fn starts(value: &str) -> impl Iterator<Item = Beginning> {
    let head = &value[..value.ceil_char_boundary(ENOUGH)];
    let tail = &value[value.floor_char_boundary(value.len().saturating_sub(ENOUGH))..];
    let all = forms(head).into_iter().chain([backwards(tail)]);
    all.filter_map(|form| form.as_bytes().first_chunk().copied())
}

fn backwards(value: &str) -> String {
    value.chars().rev().collect()
}

/// The digits of base 16, small or not.
const DIGITS: [&[u8; 16]; 2] = [b"0123456789abcdef", b"0123456789ABCDEF"];

/// Every byte of a text percent-encoded, also those that need not be.
fn all_escaped(text: &str, digits: &[u8; 16]) -> String {
    let mut escaped = Vec::with_capacity(3 * text.len());
    for [first, second] in pairs(text, digits) {
        escaped.extend([b'%', first, second]);
    }
    String::from_utf8(escaped).expect("digits are ASCII")
}

/// The bytes of a text in hexadecimal, one after the other, and with blanks between them, as `StringToSignBytes` is written.
fn hexadecimal(text: &str, digits: &[u8; 16]) -> [String; 2] {
    let mut apart = Vec::with_capacity(3 * text.len());
    for [first, second] in pairs(text, digits) {
        apart.extend([first, second, b' ']);
    }
    apart.pop();
    let together = pairs(text, digits).flatten().collect();
    [together, apart].map(|digits| String::from_utf8(digits).expect("digits are ASCII"))
}

/// The two digits of each byte.
fn pairs(text: &str, digits: &[u8; 16]) -> impl Iterator<Item = [u8; 2]> {
    text.bytes()
        .map(|byte| [byte >> 4, byte & 15].map(|digit| digits[usize::from(digit)]))
}

/// The forms in which a value may come back.
fn forms(value: &str) -> Vec<String> {
    let mut forms = vec![
        value.to_owned(),
        value.to_ascii_lowercase(),
        value.to_ascii_uppercase(),
        backwards(value),
    ];
    // Digits and letters have no other form in markup, JSON and URLs.
    if !value.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        forms.push(quick_xml::escape::escape(value).into_owned());
        forms.push(value.replace('/', "\\/"));
        let encoded = oss_auth::percent_encode(value);
        for encoded in [small_escapes(&encoded), encoded] {
            forms.push(encoded.replace('%', "%25"));
            forms.push(encoded);
        }
    }
    for digits in DIGITS {
        let each = all_escaped(value, digits);
        // Of the bytes of that none has a letter among its digits.
        forms.push(all_escaped(&each, digits));
        forms.push(each);
        forms.extend(hexadecimal(value, digits));
    }
    for offset in 0..3 {
        let coded = base64_inside(value.as_bytes(), offset);
        if coded.contains(['+', '/']) {
            forms.push(coded.replace('+', "-").replace('/', "_"));
        }
        forms.push(coded);
    }
    forms
}

/// The digits of base64 that depend on `bytes` alone, when so many others stand before them in their group of three.
pub(crate) fn base64_inside(bytes: &[u8], offset: usize) -> String {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    let whole = [&[0; 2][..offset], bytes].concat();
    let mut digits = BASE64_STANDARD.encode(&whole[..whole.len() / 3 * 3]);
    digits.drain(..offset + usize::from(offset > 0));
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What signatures are made of, and anything else.
    fn values() -> impl Strategy<Value = String> {
        prop_oneof![
            "[A-Za-z0-9+/=]{6,44}",
            "[A-Za-z0-9]{6,14}[+/=&%<é\\\\ ]{0,6}[A-Za-z0-9]{0,6}",
            ".{6,40}",
        ]
    }

    proptest! {
        #[test]
        fn every_form_of_a_value_is_found_by_what_it_begins_with(value in values()) {
            let hidden = Hidden::new(vec![value.clone()]);
            for form in forms(&value) {
                let Some(start) = form.as_bytes().first_chunk() else {
                    continue;
                };
                prop_assert!(hidden.may_begin(start), "{form}");
                prop_assert!(hidden.at(form.as_bytes(), start) >= Some(form.len()), "{form}");
            }
        }
    }
}
