//! One edit of a signed request.

use std::borrow::Cow;

use oss_auth::QueryPair;

use super::Signed;
use crate::dice::Dice;
use crate::message::Message;

/// An edited request.
pub(super) struct Edited<'a> {
    pub(super) message: Message<'a>,
    pub(super) effect: Effect,
}

/// What is known of an edit beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It touches nothing that any signature covers, so that the request goes on verifying.
    Keeps,
    /// It changes the signature itself, which nothing may survive.
    Breaks,
    /// That depends on what is covered.
    Depends,
}

/// Makes one edit of a signed request.
pub(super) fn edited<'a>(signed: &Signed<'a>, dice: &mut Dice) -> Edited<'a> {
    let mut message = signed.message.clone();
    let mut effect = Effect::Depends;
    match dice.roll(14) {
        0 => change(&mut message.method, dice),
        1 => {
            if let Some(bucket) = &mut message.bucket {
                change(bucket, dice);
            }
        }
        2 => match &mut message.key {
            Some(key) => change(key, dice),
            None if message.bucket.is_some() => message.key = Some("k".into()),
            None => {}
        },
        3 => {
            if let Some(pair) = any_pair(&mut message, dice) {
                change(&mut pair.name, dice);
            }
        }
        4 => {
            if let Some(pair) = any_pair(&mut message, dice) {
                match &mut pair.value {
                    Some(value) => change(value, dice),
                    None => pair.value = Some("1".into()),
                }
            }
        }
        5 => {
            let at = dice.roll(message.query.len());
            if message
                .query
                .get(at)
                .is_some_and(|pair| !is_signature(pair))
            {
                message.query.remove(at);
            }
        }
        6 => {
            let added = ["acl", "prefix", "x-oss-process", "uploadId"][dice.roll(4)];
            let at = dice.roll(message.query.len() + 1);
            message.query.insert(at, QueryPair::new(added, "1"));
        }
        7 => {
            if let Some((_, value)) = any_header(&mut message, dice) {
                change_bytes(value, dice);
            }
        }
        8 => {
            let at = dice.roll(message.headers.len());
            if message
                .headers
                .get(at)
                .is_some_and(|(name, _)| !is_authorization(name))
            {
                message.headers.remove(at);
            }
        }
        9 => {
            let added =
                ["x-oss-meta-z", "User-Agent", "Content-Type", "X-OSS-Meta-A"][dice.roll(4)];
            let at = dice.roll(message.headers.len() + 1);
            message
                .headers
                .insert(at, (added.into(), Cow::Borrowed(b"1")));
        }
        // What no signature covers: the case of names, blanks at the ends of values, `k` for `k=`.
        10 => {
            for (name, value) in &mut message.headers {
                *name = Cow::Owned(flip_case(name));
                *value = Cow::Owned([b"\t ", value.as_ref(), b" "].concat());
            }
            for pair in &mut message.query {
                match pair.value.as_deref() {
                    None => pair.value = Some("".into()),
                    Some("") if !is_signature(pair) => pair.value = None,
                    Some(_) => {}
                }
            }
            effect = Effect::Keeps;
        }
        11 => message.query.reverse(),
        12 => message.headers.reverse(),
        _ => {
            if break_signature(&mut message, signed.at) {
                effect = Effect::Breaks;
            }
        }
    }
    Edited { message, effect }
}

/// Makes one character of the signature another one, in the URL or at an offset of the header.
fn break_signature(message: &mut Message<'_>, at: usize) -> bool {
    let other = |last: char| if last == 'A' { 'B' } else { 'A' };
    if let Some(pair) = message.query.iter_mut().find(|pair| is_signature(pair)) {
        let mut value = pair.value.take().unwrap_or_default().into_owned();
        let Some(last) = value.pop() else {
            return false;
        };
        value.push(other(last));
        pair.value = Some(value.into());
        return true;
    }
    let header = message
        .headers
        .iter_mut()
        .find(|(name, _)| is_authorization(name));
    let Some((_, value)) = header else {
        return false;
    };
    let Some(first) = value.to_mut().get_mut(at) else {
        return false;
    };
    *first = if *first == b'A' { b'B' } else { b'A' };
    true
}

fn any_pair<'m, 'a>(
    message: &'m mut Message<'a>,
    dice: &mut Dice,
) -> Option<&'m mut QueryPair<'a>> {
    let at = dice.roll(message.query.len());
    message.query.get_mut(at).filter(|pair| !is_signature(pair))
}

fn any_header<'m, 'a>(
    message: &'m mut Message<'a>,
    dice: &mut Dice,
) -> Option<&'m mut (Cow<'a, str>, Cow<'a, [u8]>)> {
    let at = dice.roll(message.headers.len());
    message
        .headers
        .get_mut(at)
        .filter(|(name, _)| !is_authorization(name))
}

fn is_signature(pair: &QueryPair<'_>) -> bool {
    matches!(pair.name.as_ref(), "Signature" | "x-oss-signature")
}

fn is_authorization(name: &str) -> bool {
    name.eq_ignore_ascii_case("authorization")
}

/// Puts another ASCII letter in the place of a character.
fn change(text: &mut Cow<'_, str>, dice: &mut Dice) {
    let place = dice.roll(text.chars().count());
    let mut edited = String::with_capacity(text.len());
    for (at, character) in text.chars().enumerate() {
        edited.push(match (at == place, character) {
            (false, same) => same,
            (true, 'x') => 'y',
            (true, _) => 'x',
        });
    }
    *text = Cow::Owned(edited);
}

fn change_bytes(bytes: &mut Cow<'_, [u8]>, dice: &mut Dice) {
    let place = dice.roll(bytes.len());
    if let Some(byte) = bytes.to_mut().get_mut(place) {
        *byte = if *byte == b'x' { b'y' } else { b'x' };
    }
}

fn flip_case(name: &str) -> String {
    let flip = |c: char| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    name.chars().map(flip).collect()
}
