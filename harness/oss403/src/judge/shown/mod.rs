//! What an answer or a request shows to somebody who looks for a content in it, in whatever place and disguise.
//!
//! Everything received is laid side by side: status line, headers, cookies, trailers, informational answers, body, what came after it, and
//! what stands in `x-oss-err`. Looked for is the content as it is, backwards, in base64 and in hexadecimal digits, without regard to the
//! case of letters, with character references, percent-encoding and escapes of JSON resolved, inside of base64 and of hexdumps too, and most
//! of it as well as all of it; and its MD5 and SHA-256.

#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_STANDARD;
use md5::Md5;
use memchr::{memchr3_iter, memmem};
use sha2::{Digest as _, Sha256};

use super::answer::Answer;
use super::envelope::Envelope;
use crate::wire::exchange::SentRequest;
use crate::wire::redact::base64_inside;
use crate::wire::sieve::Sieve;
use crate::wire::xml::Element;

/// No text holds this byte, so nothing is found across it.
const BETWEEN: u8 = 0xff;

/// So often are escapes resolved: what is escaped twice, and once more by the way.
const LAYERS: usize = 3;

/// Contents shorter than this are looked for only whole and as they are: a piece or another form of them is found by chance.
const SHORTEST_DISGUISED: usize = 16;

/// Of a long content so much is as bad as all of it, in bytes.
const LARGEST_PART: usize = 48;

/// What half of a content has to hold besides names that anybody knows, in bytes.
const LEAST_OF_A_HALF: usize = 12;

/// What can be seen.
pub(super) struct Shown {
    /// Every layer of it, letters in lower case.
    folded: Text,
    /// Every layer without white space, and with the digits of base64 for those that go into URLs.
    packed: Text,
}

/// A text that is searched for many things, hardly any of which is in it.
struct Text {
    bytes: Vec<u8>,
    sieve: Sieve,
}

impl Text {
    fn new(bytes: Vec<u8>) -> Self {
        let sieve = Sieve::new(bytes.array_windows().copied());
        Self { bytes, sieve }
    }

    /// Where a piece stands.
    fn places<'t>(&'t self, piece: &'t [u8]) -> impl Iterator<Item = usize> {
        let mut fours = piece.array_windows();
        let may_be_there = fours.all(|four| self.sieve.may_hold(*four));
        let found = may_be_there.then(|| memmem::find_iter(&self.bytes, piece));
        found.into_iter().flatten()
    }

    fn holds(&self, piece: &[u8]) -> bool {
        self.places(piece).next().is_some()
    }
}

impl Shown {
    /// What an answer shows.
    pub(super) fn of_answer(answer: &Answer<'_>) -> Self {
        let response = answer.response;
        let mut pieces = Pieces::default();
        pieces.add(response.reason.as_bytes());
        pieces.headers(&response.headers);
        for interim in &response.interim {
            pieces.add(interim.reason.as_bytes());
            pieces.headers(&interim.headers);
        }
        pieces.add(&response.body);
        pieces.add(response.chunk_extensions.as_bytes());
        pieces.headers(&response.trailers);
        pieces.add(&response.excess);
        let coded = response
            .headers
            .iter()
            .filter(|(name, _)| name == "x-oss-err");
        for (_, value) in coded {
            pieces.add(&BASE64_STANDARD.decode(value.trim()).unwrap_or_default());
        }
        // A content that comments, sections or elements divide stands nowhere in the bytes.
        if let Ok(envelope) = answer.envelope() {
            pieces.texts(envelope);
        }
        pieces.shown()
    }

    /// What a request shows.
    pub(super) fn of_request(request: &SentRequest) -> Self {
        let mut pieces = Pieces::default();
        pieces.add(request.target.as_bytes());
        pieces.headers(&request.headers);
        pieces.add(&request.body);
        pieces.add(
            request
                .string_to_sign
                .as_deref()
                .unwrap_or_default()
                .as_bytes(),
        );
        pieces.shown()
    }

    /// How a content is shown, in words that may follow a sentence; `None` when it is not. `known` are names that anybody knows: half of a
    /// content that is little else is nothing.
    pub(super) fn find(&self, content: &str, known: &[&str]) -> Option<&'static str> {
        let backwards: String = content.chars().rev().collect();
        let content = content.as_bytes();
        let folded = content.to_ascii_lowercase();
        if content.len() < SHORTEST_DISGUISED {
            return self.folded.holds(&folded).then_some("");
        }
        if has_part(&self.folded, &folded) {
            return Some("");
        }
        if has_part(&self.folded, backwards.to_ascii_lowercase().as_bytes()) {
            return Some(", backwards");
        }
        let hex = oss_auth::hex(content);
        let capitals = hex.to_ascii_uppercase();
        if [hex, capitals]
            .iter()
            .any(|hex| has_part(&self.packed, hex.as_bytes()))
        {
            return Some(", in hexadecimal digits");
        }
        let in_base64 =
            (0..3).any(|offset| has_part(&self.packed, base64_inside(content, offset).as_bytes()));
        if in_base64 {
            return Some(", in base64");
        }
        let half = content.len().div_ceil(2).max(SHORTEST_DISGUISED);
        let tells = |part: &[u8]| {
            let mut rest = String::from_utf8_lossy(part).into_owned();
            for name in known.iter().filter(|name| !name.is_empty()) {
                rest = rest.replace(&name.to_ascii_lowercase(), "");
            }
            rest.trim().len() >= LEAST_OF_A_HALF
        };
        has_part_of(&self.folded, &folded, half, tells).then_some(", half of it")
    }

    /// How a digest of a content is shown, in words that may follow a sentence; `None` when none is.
    pub(super) fn find_digest(&self, content: &str) -> Option<&'static str> {
        let mut known = digests(content.as_bytes());
        known
            .find(|(digest, _)| self.packed.holds(&pack(digest.as_bytes())))
            .map(|(_, how)| how)
    }
}

/// Digests that give a content away to whoever can guess it, each in the forms in which they are written.
fn digests(content: &[u8]) -> impl Iterator<Item = (String, &'static str)> {
    let md5 = Md5::digest(content).to_vec();
    let sha256 = Sha256::digest(content).to_vec();
    let named = [(md5, ", as its MD5"), (sha256, ", as its SHA-256")];
    named.into_iter().flat_map(|(digest, how)| {
        let base64 = BASE64_STANDARD.encode(&digest);
        let hex = oss_auth::hex(&digest);
        [
            (base64.trim_end_matches('=').to_owned(), how),
            (hex.to_ascii_uppercase(), how),
            (hex, how),
        ]
    })
}

/// Whether three quarters of `content` stand in `text`, or so much of it as is bad enough.
fn has_part(text: &Text, content: &[u8]) -> bool {
    // Contents of any length cost the same number of searches.
    let enough = LARGEST_PART.max(content.len() / 64);
    let enough = enough.min((content.len() * 3).div_ceil(4));
    has_part_of(text, content, enough, |_| true)
}

/// Whether `enough` bytes of `content`, one after the other, stand in `text`, and `tells` takes them for something.
fn has_part_of(text: &Text, content: &[u8], enough: usize, tells: impl Fn(&[u8]) -> bool) -> bool {
    // Whatever is as long as that holds one of these pieces whole.
    let piece = enough / 2;
    (0..=content.len() - piece).step_by(piece).any(|start| {
        let mut places = text.places(&content[start..start + piece]);
        places.any(|at| {
            let text = &text.bytes;
            let before = text[..at].iter().rev().zip(content[..start].iter().rev());
            let after = text[at + piece..].iter().zip(&content[start + piece..]);
            let before = before.take_while(|(a, b)| a == b).take(enough).count();
            let after = after.take_while(|(a, b)| a == b).take(enough).count();
            before + piece + after >= enough
                && tells(&content[start - before..start + piece + after])
        })
    })
}

/// What runs of digits of base64 stand for, of those that are long enough to hold something.
fn inside_base64(text: &[u8]) -> Vec<u8> {
    const SHORTEST: usize = 20;
    let is_digit =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let mut inside = Vec::new();
    for run in text.split(|byte| !is_digit(byte)) {
        if run.len() < SHORTEST {
            continue;
        }
        let standard: Vec<u8> = pack(run);
        let whole = &standard[..standard.len() / 4 * 4];
        let rest = &standard[whole.len()..];
        inside.extend(BASE64_STANDARD.decode(whole).unwrap_or_default());
        if rest.len() > 1 {
            inside.extend(LENIENT.decode(rest).unwrap_or_default());
        }
        inside.push(BETWEEN);
    }
    inside
}

/// What hexdumps stand for, as `hexdump`, `xxd` and `od` write them: an offset, up to sixteen bytes in digits by ones or twos, and a column
/// of text. Twos are read in both orders, one after the other.
fn inside_hexdumps(text: &[u8]) -> Vec<u8> {
    /// What no offset is shorter than, so that it is not taken for two bytes, unless it ends with a colon.
    const SHORTEST_OFFSET: usize = 6;
    /// Bytes of a line.
    const LINE: usize = 16;
    let mut read = [Vec::new(), Vec::new()];
    let mut left = 0;
    for word in text.split(|byte| byte.is_ascii_whitespace() || *byte == BETWEEN) {
        let digits = word.strip_suffix(b":").unwrap_or(word);
        let is_hex = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
        if is_hex && (digits.len() >= SHORTEST_OFFSET || digits.len() < word.len()) {
            left = LINE;
        } else if is_hex && left > 0 && matches!(word.len(), 2 | 4) {
            let bytes: Vec<u8> = word.chunks(2).filter_map(hex_byte).collect();
            left = left.saturating_sub(bytes.len());
            read[1].extend(bytes.iter().rev());
            read[0].extend(bytes);
        } else if !word.is_empty() {
            left = 0;
        }
    }
    let [in_order, swapped] = read;
    if in_order.is_empty() {
        return in_order;
    }
    [in_order, swapped].join(&BETWEEN)
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Base64 whose last digit may hold bits that mean nothing.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What was received, piece after piece.
#[derive(Default)]
struct Pieces(Vec<u8>);

impl Pieces {
    fn add(&mut self, piece: &[u8]) {
        self.0.extend_from_slice(piece);
        self.0.push(BETWEEN);
    }

    fn headers(&mut self, headers: &[(String, String)]) {
        for (name, value) in headers {
            self.add(name.as_bytes());
            self.add(value.as_bytes());
        }
        // What is divided among lines of one name is one list (RFC 9110 §5.3).
        for (at, (name, _)) in headers.iter().enumerate() {
            let same = |header: &&(String, String)| header.0 == *name;
            let is_first = !headers[..at].iter().any(|header| same(&header));
            if is_first && headers[at + 1..].iter().any(|header| same(&header)) {
                let values = headers.iter().filter(same).map(|(_, value)| value.as_str());
                let values: Vec<&str> = values.collect();
                // Blanks at the ends of a value are not its own.
                self.add(values.concat().as_bytes());
                self.add(values.join(" ").as_bytes());
            }
        }
    }

    /// The texts of a document, all in one.
    fn texts(&mut self, envelope: &Envelope) {
        fn each(bytes: &mut Vec<u8>, elements: &[Element]) {
            for element in elements {
                bytes.extend_from_slice(element.text.as_bytes());
                each(bytes, &element.children);
            }
        }
        self.0.extend_from_slice(envelope.text.as_bytes());
        each(&mut self.0, &envelope.elements);
        self.0.push(BETWEEN);
    }

    fn shown(self) -> Shown {
        let mut layer = self.0;
        // A token may hold base64 in base64; what either holds is looked through like everything else.
        let once = inside_base64(&layer);
        layer.extend_from_slice(&once);
        layer.extend(inside_base64(&once));
        // In forms a plus sign is a blank.
        let mut folded = layer.to_ascii_lowercase();
        let mut dumped = inside_hexdumps(&layer);
        if layer.contains(&b'+') {
            let blank = |byte: &u8| if *byte == b'+' { b' ' } else { *byte };
            let form: Vec<u8> = layer.iter().map(blank).collect();
            let form = unescaped(&form).unwrap_or(form);
            folded.extend(form.iter().map(u8::to_ascii_lowercase));
        }
        let mut packed = pack(&layer);
        for _ in 0..LAYERS {
            let Some(next) = unescaped(&layer) else { break };
            folded.extend(next.iter().map(u8::to_ascii_lowercase));
            packed.extend(pack(&next));
            dumped.push(BETWEEN);
            dumped.extend(inside_hexdumps(&next));
            layer = next;
        }
        folded.push(BETWEEN);
        folded.extend(dumped.iter().map(u8::to_ascii_lowercase));
        Shown {
            folded: Text::new(folded),
            packed: Text::new(packed),
        }
    }
}

fn pack(text: &[u8]) -> Vec<u8> {
    let visible = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace() && **byte != b':');
    visible
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect()
}

/// The text with every escape resolved that it has; `None` when it has none.
fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut done = 0;
    for at in memchr3_iter(b'&', b'%', b'\\', text) {
        if at < done {
            continue;
        }
        if let Some((character, length)) = escape(&text[at..]) {
            out.extend_from_slice(&text[done..at]);
            match character {
                Escaped::Byte(byte) => out.push(byte),
                Escaped::Character(c) => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            }
            done = at + length;
        }
    }
    if done == 0 {
        return None;
    }
    out.extend_from_slice(&text[done..]);
    Some(out)
}

enum Escaped {
    Byte(u8),
    Character(char),
}

/// The escape that a text begins with, and how long it is.
fn escape(text: &[u8]) -> Option<(Escaped, usize)> {
    let digits = |range: std::ops::Range<usize>| {
        let digits = text
            .get(range)
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let byte = |number: u32| u8::try_from(number).ok().map(Escaped::Byte);
    let character = |number: u32| char::from_u32(number).map(Escaped::Character);
    match text {
        [b'%', ..] => Some((byte(digits(1..3)?)?, 3)),
        [b'\\', b'x', ..] => Some((byte(digits(2..4)?)?, 4)),
        [b'\\', b'u', ..] => Some((character(digits(2..6)?)?, 6)),
        [b'\\', other @ (b'"' | b'\\' | b'/'), ..] => Some((Escaped::Byte(*other), 2)),
        [b'\\', b'n', ..] => Some((Escaped::Byte(b'\n'), 2)),
        [b'&', ..] => reference(text),
        _ => None,
    }
}

/// The reference that a text begins with. No number of a character has more digits than ten with any sense.
fn reference(text: &[u8]) -> Option<(Escaped, usize)> {
    let length = text.iter().take(12).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&text[1..length]).ok()?;
    let character = match name.strip_prefix('#') {
        Some(number) => {
            let hex = number.strip_prefix(['x', 'X']);
            let number = hex.map_or(number.parse(), |digits| u32::from_str_radix(digits, 16));
            char::from_u32(number.ok()?)?
        }
        None => quick_xml::escape::resolve_xml_entity(name)?
            .chars()
            .next()?,
    };
    Some((Escaped::Character(character), length + 1))
}
