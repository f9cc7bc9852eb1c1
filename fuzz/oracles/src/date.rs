//! The dates of requests, against the crate `jiff`.
//!
//! Differential: what is accepted means the instant that `jiff` gives it, and what `jiff` itself prints is accepted. Round trip: what is
//! accepted is printed the same. Every instant is printed as `jiff` prints it.

use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use oss_auth::Timestamp;

const RFC1123: &str = "%a, %d %b %Y %H:%M:%S GMT";
const ISO_BASIC: &str = "%Y%m%dT%H%M%SZ";
/// The seconds of the years 0000 to 9999, which the formats can write.
const FOUR_DIGITS: std::ops::Range<i64> = -62_167_219_200..253_402_300_800;
const ISO_EXTENDED: &str = "%Y-%m-%dT%H:%M:%SZ";

/// The input is a date as text; its bytes are an instant too.
pub fn check(data: &[u8]) -> bool {
    if let Ok(text) = std::str::from_utf8(data) {
        agrees(
            text,
            RFC1123,
            Timestamp::parse_rfc1123(text).ok(),
            Timestamp::to_rfc1123,
        );
        agrees(
            text,
            ISO_BASIC,
            Timestamp::parse_iso_basic(text).ok(),
            Timestamp::to_iso_basic,
        );
        extended(text);
    }
    if let Some((bytes, _)) = data.split_first_chunk::<8>() {
        prints(i64::from_le_bytes(*bytes));
    }
    true
}

fn agrees(text: &str, format: &str, read: Option<Timestamp>, print: fn(Timestamp) -> String) {
    let second = second_opinion(format, text);
    match read {
        Some(time) => {
            assert_eq!(print(time), text, "accepted, but written otherwise");
            // The last day that four digits can write is beyond what `jiff` knows.
            if time.0 <= jiff::Timestamp::MAX.as_second() {
                assert_eq!(Some(time.0), second, "{text:?} means another instant");
            }
        }
        None => {
            let canonical = second
                .filter(|seconds| FOUR_DIGITS.contains(seconds))
                .and_then(|seconds| printed(format, seconds));
            assert_ne!(canonical.as_deref(), Some(text), "a date is refused");
        }
    }
}

/// With or without decimals, which are dropped.
fn extended(text: &str) {
    let read = Timestamp::parse_iso_extended(text).ok();
    let whole = match text.strip_suffix('Z').and_then(|text| text.split_once('.')) {
        Some((whole, decimals)) => {
            let are_decimals = (1..=9).contains(&decimals.len())
                && decimals.bytes().all(|digit| digit.is_ascii_digit());
            if !are_decimals {
                assert_eq!(read, None, "{text:?} has other things than decimals");
                return;
            }
            format!("{whole}Z")
        }
        None => text.to_owned(),
    };
    agrees(&whole, ISO_EXTENDED, read, |time| {
        time.to_iso_extended_millis().replace(".000Z", "Z")
    });
}

fn prints(seconds: i64) {
    let time = Timestamp(seconds);
    let ours = [
        time.to_rfc1123(),
        time.to_iso_basic(),
        time.to_iso_extended_millis(),
        time.scope_date(),
    ];
    if !FOUR_DIGITS.contains(&seconds) {
        return;
    }
    let formats = [RFC1123, ISO_BASIC, "%Y-%m-%dT%H:%M:%S.000Z", "%Y%m%d"];
    for (ours, format) in ours.into_iter().zip(formats) {
        if let Some(theirs) = printed(format, seconds) {
            assert_eq!(ours, theirs, "second {seconds}");
        }
    }
    assert_eq!(Timestamp::parse_rfc1123(&time.to_rfc1123()), Ok(time));
    assert_eq!(Timestamp::parse_iso_basic(&time.to_iso_basic()), Ok(time));
}

fn second_opinion(format: &str, text: &str) -> Option<i64> {
    let civil: DateTime = strtime::parse(format, text).ok()?.to_datetime().ok()?;
    // A weekday that contradicts the date is noticed when it is printed again.
    Some(TimeZone::UTC.to_timestamp(civil).ok()?.as_second())
}

fn printed(format: &str, seconds: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    let civil = TimeZone::UTC.to_datetime(time);
    Some(civil.strftime(format).to_string())
}
