//! The Range header as OSS reads it (help page: GetObject, range behaviour).

use crate::answer::Rejection;

/// The first byte of a range, and the byte behind its last.
type Range = (u64, u64);

/// What becomes of a range that is not inside the object. One that cannot be read is answered with the whole object always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RangeBehavior {
    /// That of OSS: the answer is the whole object.
    Lenient,
    /// That of HTTP, which `x-oss-range-behavior: standard` asks for: one that begins behind the end is 416, one that ends there is cut.
    Standard,
}

/// The bytes `text` asks for, of an object of `length` bytes; `None` for all of it.
///
/// # Errors
/// 416 `InvalidRange`.
pub(super) fn parse(
    text: &str,
    length: u64,
    behavior: RangeBehavior,
) -> Result<Option<Range>, Rejection> {
    let standard = behavior == RangeBehavior::Standard;
    let Some((first, last)) = bounds(text) else {
        return Ok(None);
    };
    let unsatisfiable = || {
        Rejection::new(
            416,
            "InvalidRange",
            "The requested range cannot be satisfied.",
        )
        .extra("ActualObjectSize", length.to_string())
        .extra("RangeHeader", text)
    };
    let (start, end) = match (first, last) {
        (Some(first), Some(last)) => (first, last.saturating_add(1)),
        (Some(first), None) => (first, length.max(first.saturating_add(1))),
        (None, Some(suffix)) if suffix <= length => (length - suffix, length),
        (None, _) => return Ok(standard.then_some((0, length)).filter(|_| length > 0)),
    };
    if start >= length || start >= end {
        return if standard && start >= length {
            Err(unsatisfiable())
        } else {
            Ok(None)
        };
    }
    match (end <= length, standard) {
        (true, _) => Ok(Some((start, end))),
        (false, true) => Ok(Some((start, length))),
        (false, false) => Ok(None),
    }
}

/// The numbers around the dash of `bytes=a-b`; one of them may be missing.
fn bounds(text: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    match (number(first.trim()), number(last.trim())) {
        (None, None) => None,
        (None, _) if !first.trim().is_empty() => None,
        (_, None) if !last.trim().is_empty() => None,
        bounds => Some(bounds),
    }
}

/// The range that a copied part takes: it must lie inside the source.
///
/// # Errors
/// 400 `InvalidRange` when it does not, or cannot be read.
pub(super) fn of_copy(text: &str, length: u64) -> Result<Range, Rejection> {
    match bounds(text) {
        Some((Some(first), last)) if first < length => {
            let end = last.map_or(length, |last| last.saturating_add(1));
            if first < end && end <= length {
                Some((first, end))
            } else {
                None
            }
        }
        _ => None,
    }
    .ok_or_else(|| {
        Rejection::new(
            400,
            "InvalidRange",
            "The requested range cannot be satisfied.",
        )
        .extra("RangeHeader", text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // The table of the help page GetObject, for an object of 1000 bytes.
    #[test]
    fn documented_ranges() {
        let whole = None;
        for (text, lax, standard) in [
            ("bytes=0-499", Some((0, 500)), Ok(Some((0, 500)))),
            ("bytes=500-", Some((500, 1000)), Ok(Some((500, 1000)))),
            ("bytes=-500", Some((500, 1000)), Ok(Some((500, 1000)))),
            ("bytes=500-2000", whole, Ok(Some((500, 1000)))),
            ("bytes=1000-2000", whole, Err(416)),
            ("bytes=1000-", whole, Err(416)),
            ("bytes=-2000", whole, Ok(Some((0, 1000)))),
            ("bytes=5-4", whole, Ok(None)),
            ("bytes=a-b", whole, Ok(None)),
            ("bytes=-", whole, Ok(None)),
            ("bytes=1-2,3-4", whole, Ok(None)),
            ("lines=1-2", whole, Ok(None)),
            (
                "bytes=999-18446744073709551615",
                whole,
                Ok(Some((999, 1000))),
            ),
        ] {
            assert_eq!(parse(text, 1000, RangeBehavior::Lenient), Ok(lax), "{text}");
            assert_eq!(
                parse(text, 1000, RangeBehavior::Standard).map_err(|refusal| refusal.status),
                standard,
                "{text}"
            );
        }
        assert_eq!(parse("bytes=0-", 0, RangeBehavior::Lenient), Ok(None));
    }
}
