//! The three date formats of OSS requests, and the one in which its error bodies print times.
//!
//! Pages: Include signatures in the Authorization header (`Date`, `x-oss-date`), EC 0002-00000502 (ISO 8601
//! basic), PostObject (policy `expiration`). The parsers are strict: what they accept is exactly what the
//! formatters write, so a date that contradicts itself (a wrong weekday, 30 February) is unreadable.

/// How far the time of a header-signed request may lie from the server's clock, in either direction.
///
/// Seconds; the boundary itself passes. Error bodies print it as `MaxAllowedSkewMilliseconds` 900000.
pub const MAX_SKEW_SECONDS: i64 = 900;

/// A point in time in whole seconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// Why a request has no usable date.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// There is none (EC 0002-00000503).
    #[error("the request carries no date")]
    Absent,
    /// It is not in the expected format (EC 0002-00000505; under V4 EC 0002-00000502).
    #[error("the date is not in the expected format")]
    Unreadable,
}

impl Timestamp {
    /// Reads `Tue, 20 Dec 2022 08:48:18 GMT`: two-digit day, four-digit year, the zone written `GMT`.
    ///
    /// # Errors
    /// [`DateError::Unreadable`] for everything else.
    pub fn parse_rfc1123(text: &str) -> Result<Self, DateError> {
        rfc1123(text.as_bytes()).ok_or(DateError::Unreadable)
    }

    /// Reads `20231216T162057Z`.
    ///
    /// # Errors
    /// [`DateError::Unreadable`] for everything else.
    pub fn parse_iso_basic(text: &str) -> Result<Self, DateError> {
        iso_basic(text.as_bytes()).ok_or(DateError::Unreadable)
    }

    /// Reads `2023-12-16T16:20:57Z`, with or without one to nine decimals of a second, which are dropped.
    ///
    /// # Errors
    /// [`DateError::Unreadable`] for everything else.
    pub fn parse_iso_extended(text: &str) -> Result<Self, DateError> {
        iso_extended(text.as_bytes()).ok_or(DateError::Unreadable)
    }

    /// Writes `Tue, 20 Dec 2022 08:48:18 GMT`, the format of the `Date` header.
    #[must_use]
    pub fn to_rfc1123(self) -> String {
        let (civil, time) = self.split();
        let weekday = WEEKDAYS[civil.weekday()];
        let month = MONTHS[civil.month as usize - 1];
        let (day, year) = (civil.day, civil.year);
        let Time {
            hour,
            minute,
            second,
        } = time;
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }

    /// Writes `20231216T162057Z`, the format of `x-oss-date` under V4.
    #[must_use]
    pub fn to_iso_basic(self) -> String {
        let (
            Civil {
                year, month, day, ..
            },
            Time {
                hour,
                minute,
                second,
            },
        ) = self.split();
        format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
    }

    /// Writes `2025-04-10T11:00:57.000Z`, the format of `ServerTime` and its kin in error bodies.
    #[must_use]
    pub fn to_iso_extended_millis(self) -> String {
        let (
            Civil {
                year, month, day, ..
            },
            Time {
                hour,
                minute,
                second,
            },
        ) = self.split();
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z")
    }

    /// Writes `20231216`, the UTC day as a credential scope names it.
    #[must_use]
    pub fn scope_date(self) -> String {
        let (
            Civil {
                year, month, day, ..
            },
            _,
        ) = self.split();
        format!("{year:04}{month:02}{day:02}")
    }

    fn split(self) -> (Civil, Time) {
        let second_of_day = self.0.rem_euclid(SECONDS_PER_DAY);
        let time = Time {
            hour: second_of_day / 3600,
            minute: second_of_day / 60 % 60,
            second: second_of_day % 60,
        };
        (Civil::from_days(self.0.div_euclid(SECONDS_PER_DAY)), time)
    }
}

impl DateError {
    /// The EC value outside V4; V4 reports an unreadable date as 0002-00000502, see
    /// [`Scheme::date_ec`](crate::Scheme::date_ec).
    #[must_use]
    pub fn ec(self) -> &'static str {
        match self {
            Self::Absent => "0002-00000503",
            Self::Unreadable => "0002-00000505",
        }
    }
}

const SECONDS_PER_DAY: i64 = 86_400;
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

fn rfc1123(text: &[u8]) -> Option<Timestamp> {
    // "Tue, 20 Dec 2022 08:48:18 GMT"
    if text.len() != 29 || &text[3..5] != b", " || &text[25..] != b" GMT" {
        return None;
    }
    if [text[7], text[11], text[16]] != [b' '; 3] || [text[19], text[22]] != [b':'; 2] {
        return None;
    }
    let month = MONTHS
        .iter()
        .position(|name| name.as_bytes() == &text[8..11])?;
    let civil = Civil::new(
        digits(&text[12..16])?,
        month as i64 + 1,
        digits(&text[5..7])?,
    )?;
    if WEEKDAYS[civil.weekday()].as_bytes() != &text[..3] {
        return None;
    }
    let time = Time::new(&text[17..19], &text[20..22], &text[23..25])?;
    Some(civil.at(time))
}

fn iso_basic(text: &[u8]) -> Option<Timestamp> {
    // "20231216T162057Z"
    if text.len() != 16 || text[8] != b'T' || text[15] != b'Z' {
        return None;
    }
    let civil = Civil::new(
        digits(&text[..4])?,
        digits(&text[4..6])?,
        digits(&text[6..8])?,
    )?;
    Some(civil.at(Time::new(&text[9..11], &text[11..13], &text[13..15])?))
}

fn iso_extended(text: &[u8]) -> Option<Timestamp> {
    // "2023-12-16T16:20:57Z", "2023-12-16T16:20:57.000Z"
    let text = text.strip_suffix(b"Z")?;
    let (text, decimals) = text.split_at_checked(19)?;
    let separators = [text[4], text[7], text[10], text[13], text[16]];
    if &separators != b"--T::" || !is_decimals(decimals) {
        return None;
    }
    let civil = Civil::new(
        digits(&text[..4])?,
        digits(&text[5..7])?,
        digits(&text[8..10])?,
    )?;
    Some(civil.at(Time::new(&text[11..13], &text[14..16], &text[17..])?))
}

fn is_decimals(text: &[u8]) -> bool {
    match text {
        [] => true,
        [b'.', decimals @ ..] => {
            (1..=9).contains(&decimals.len()) && decimals.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i64::from(byte - b'0'))
    })
}

#[derive(Clone, Copy)]
struct Time {
    hour: i64,
    minute: i64,
    second: i64,
}

impl Time {
    fn new(hour: &[u8], minute: &[u8], second: &[u8]) -> Option<Self> {
        let time = Self {
            hour: digits(hour)?,
            minute: digits(minute)?,
            second: digits(second)?,
        };
        (time.hour < 24 && time.minute < 60 && time.second < 60).then_some(time)
    }
}

/// A day of the proleptic Gregorian calendar. The conversions count days in eras of 400 years that begin
/// on 1 March, so that a leap day is the last of its year.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    days: i64,
}

impl Civil {
    fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        let shifted_year = if month > 2 { year } else { year - 1 };
        let year_of_era = shifted_year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let civil = Self::from_days(shifted_year.div_euclid(400) * 146_097 + day_of_era - 719_468);
        // A day that does not exist comes back as another one.
        ((civil.year, civil.month, civil.day) == (year, month, day)).then_some(civil)
    }

    fn from_days(days: i64) -> Self {
        let shifted = days + 719_468;
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let year = shifted.div_euclid(146_097) * 400 + year_of_era + i64::from(month <= 2);
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        Self {
            year,
            month,
            day,
            days,
        }
    }

    fn weekday(&self) -> usize {
        // 1970-01-01 was a Thursday.
        (self.days + 4).rem_euclid(7) as usize
    }

    fn at(&self, time: Time) -> Timestamp {
        Timestamp(self.days * SECONDS_PER_DAY + time.hour * 3600 + time.minute * 60 + time.second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Instants whose spelling comes from RFC 9110 and the OSS pages, not from this module.
    const KNOWN: [(i64, &str, &str); 7] = [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT", "19700101T000000Z"),
        (
            784_111_777,
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "19941106T084937Z",
        ),
        (
            951_782_399,
            "Mon, 28 Feb 2000 23:59:59 GMT",
            "20000228T235959Z",
        ),
        // The last day of a cycle of 400 years, and one after a century without its leap day.
        (
            951_782_400,
            "Tue, 29 Feb 2000 00:00:00 GMT",
            "20000229T000000Z",
        ),
        (
            4_107_542_400,
            "Mon, 01 Mar 2100 00:00:00 GMT",
            "21000301T000000Z",
        ),
        (
            1_709_164_800,
            "Thu, 29 Feb 2024 00:00:00 GMT",
            "20240229T000000Z",
        ),
        (
            1_702_743_657,
            "Sat, 16 Dec 2023 16:20:57 GMT",
            "20231216T162057Z",
        ),
    ];

    #[test]
    fn known_instants_read_and_write() {
        for (seconds, rfc1123, iso) in KNOWN {
            let time = Timestamp(seconds);
            assert_eq!(Timestamp::parse_rfc1123(rfc1123), Ok(time));
            assert_eq!(Timestamp::parse_iso_basic(iso), Ok(time));
            assert_eq!(time.to_rfc1123(), rfc1123);
            assert_eq!(time.to_iso_basic(), iso);
            assert_eq!(time.scope_date(), iso[..8]);
        }
    }

    #[test]
    fn error_bodies_print_milliseconds() {
        let time = Timestamp::parse_iso_extended("2025-04-10T11:00:57Z").expect("valid");
        assert_eq!(time, Timestamp(1_744_282_857));
        assert_eq!(time.to_iso_extended_millis(), "2025-04-10T11:00:57.000Z");
        assert_eq!(
            Timestamp::parse_iso_extended("2025-04-10T11:00:57.999Z"),
            Ok(time)
        );
    }

    #[test]
    fn what_contradicts_itself_is_unreadable() {
        for text in [
            "Sun, 16 Dec 2023 16:20:57 GMT",
            "Sat, 16 Dec 2023 16:20:57 UTC",
            "Sat, 16 Dec 2023 16:20:57 +0000",
            "Sat, 6 Dec 2023 16:20:57 GMT",
            "sat, 16 dec 2023 16:20:57 GMT",
            "Sat, 16 Dec 2023 24:00:00 GMT",
            "Sat, 16-Dec 2023 16:20:57 GMT",
            "Sat, 16 Dec 2023 16.20.57 GMT",
            "Sat; 16 Dec 2023 16:20:57 GMT",
            "Saturday, 16-Dec-23 16:20:57 GMT",
            "Sat Dec 16 16:20:57 2023",
            "Sät, 16 Dec 2023 16:20:57 GM",
            "",
        ] {
            assert_eq!(
                Timestamp::parse_rfc1123(text),
                Err(DateError::Unreadable),
                "{text}"
            );
        }
        for text in [
            "20231216T162057",
            "20231216 162057Z",
            "20230229T000000Z",
            "20231316T000000Z",
            "20230016T000000Z",
            "20231200T000000Z",
            "20231216T162060Z",
            "20231216T166057Z",
            "+0231216T162057Z",
            "2023-12-16T16:20:57Z",
        ] {
            assert_eq!(
                Timestamp::parse_iso_basic(text),
                Err(DateError::Unreadable),
                "{text}"
            );
        }
        for text in [
            "2023-12-16T16:20:57",
            "2023-12-16T16:20:57.Z",
            "2023-12-16T16:20:57.0000000000Z",
            "2023-12-16 16:20:57Z",
            "2023-12-16T16:20:57+00:00",
            "2023-12-16T16:20:57,5Z",
            "2023-02-30T00:00:00Z",
            "Z",
        ] {
            assert_eq!(
                Timestamp::parse_iso_extended(text),
                Err(DateError::Unreadable),
                "{text}"
            );
        }
    }

    #[test]
    fn no_instant_is_too_far_away_to_be_written() {
        for seconds in [i64::MIN, -1, i64::MAX] {
            let time = Timestamp(seconds);
            assert!(!time.to_rfc1123().is_empty() && !time.to_iso_extended_millis().is_empty());
        }
        assert_eq!(Timestamp(-1).to_iso_basic(), "19691231T235959Z");
    }
}
