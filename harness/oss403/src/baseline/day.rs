//! Days in UTC: all that a baseline knows of time.

use std::fmt;

use oss_auth::Timestamp;

const SECONDS: i64 = 24 * 60 * 60;

/// A day in UTC, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// The day of a moment, in seconds since 1970.
    pub fn of(seconds: i64) -> Self {
        Self(seconds.div_euclid(SECONDS))
    }

    /// The day that it is.
    pub fn today() -> Self {
        Self::of(crate::run::unix_now())
    }

    /// Reads `2026-11-28`; `None` for everything else, and for a day that no month has.
    pub fn parse(text: &str) -> Option<Self> {
        let midnight = Timestamp::parse_iso_extended(&format!("{text}T00:00:00Z")).ok()?;
        Some(Self::of(midnight.0))
    }

    /// The day so many days later.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The same day of the next year; the 28th of February for the 29th.
    #[must_use]
    pub fn a_year_later(self) -> Self {
        let text = self.to_string();
        let next = text.split_once('-').and_then(|(year, rest)| {
            let year = year.parse::<u32>().ok()? + 1;
            Self::parse(&format!("{year:04}-{rest}"))
                .or_else(|| Self::parse(&format!("{year:04}-02-28")))
        });
        next.unwrap_or(self)
    }

    /// How many days later the other one is; negative when it is earlier.
    pub fn until(self, later: Self) -> i64 {
        later.0 - self.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Timestamp(self.0.saturating_mul(SECONDS)).to_iso_extended_millis();
        f.write_str(text.split('T').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn a_day_is_read_as_it_is_written_and_no_day_is_made_up() {
        // 2024 was a leap year: 366 days from one new year to the next.
        let (first, next) = (Day::parse("2024-01-01"), Day::parse("2025-01-01"));
        assert_eq!(first.unwrap().until(next.unwrap()), 366);
        assert_eq!(Day::parse("1970-01-02"), Some(Day::of(86_400)));
        for (day, later) in [
            ("2026-11-28", "2027-11-28"),
            ("2027-11-28", "2028-11-28"),
            ("2028-02-29", "2029-02-28"),
        ] {
            let later = Day::parse(later);
            assert_eq!(Day::parse(day).map(Day::a_year_later), later, "{day}");
        }
        assert_eq!(Day::of(-1).to_string(), "1969-12-31");
        assert_eq!(Day::of(1_795_824_000 + 86_399).to_string(), "2026-11-28");
        for wrong in [
            "2026-02-30",
            "2026-2-3",
            "28.11.2026",
            "2026-11-28T00:00:00Z",
            "tomorrow",
            "",
        ] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
    }
}
