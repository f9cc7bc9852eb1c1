//! What the `Date`s of its answers say of a target's clock.

/// A target's clock, as far as it is known. Moments are in seconds since 1970 by our own clock.
#[derive(Debug, Default)]
pub(crate) struct ServerClock {
    /// The latest second it was seen in.
    seen: Option<i64>,
    /// By how much it is ahead of ours: not less than the first, and less than the second.
    ahead: Option<(f64, f64)>,
}

impl ServerClock {
    /// Takes in an answer that was dated, to a request that went out and was answered then.
    #[allow(
        clippy::cast_precision_loss,
        reason = "a date is far from 2^52 seconds"
    )]
    pub(crate) fn hear(&mut self, date: i64, sent: f64, arrived: f64) {
        // It was in this second at some moment between the two.
        let (low, high) = (date as f64 - arrived, date as f64 + 1.0 - sent);
        let both = self
            .ahead
            .map(|(known_low, known_high)| (known_low.max(low), known_high.min(high)));
        let both = both.filter(|(low, high)| low < high);
        // A clock that contradicts itself was set meanwhile, or there are two, or one date was wrong: none of this may stick.
        self.seen = both.and(self.seen).max(Some(date));
        self.ahead = Some(both.unwrap_or((low, high)));
    }

    /// The latest second that it was seen in since it last contradicted itself; it is not ahead of the clock.
    pub(crate) fn seen(&self) -> Option<i64> {
        self.seen
    }

    /// The second that it will be in at a moment, for all that is known.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a date is far from 2^63 seconds"
    )]
    pub(crate) fn second_at(&self, moment: f64) -> Option<i64> {
        let (low, high) = self.ahead?;
        Some((moment + f64::midpoint(low, high)).floor() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_seconds_tell_parts_of_one() {
        let mut clock = ServerClock::default();
        // It is 100.3 s ahead; each exchange takes 20 ms.
        for step in 0..50 {
            let sent = 1_000.0 + 0.07 * f64::from(step);
            #[allow(clippy::cast_possible_truncation, reason = "a small number")]
            clock.hear((sent + 0.01 + 100.3).floor() as i64, sent, sent + 0.02);
        }
        assert_eq!(clock.seen(), Some(1_103));
        assert_eq!(clock.second_at(2_000.65), Some(2_100));
        assert_eq!(clock.second_at(2_000.75), Some(2_101));
        // It is set back by an hour.
        clock.hear(1_103 - 3_600, 1_003.5, 1_003.52);
        assert_eq!(clock.seen(), Some(1_103 - 3_600));
        let second = clock.second_at(1_003.51);
        assert_eq!(second, Some(1_103 - 3_600));
    }

    #[test]
    fn one_wrong_date_does_not_stick() {
        const YEAR_9999: i64 = 253_402_300_799;
        for wrong in [YEAR_9999, 1_050, 1_002, 990, 0, -62_135_596_800] {
            let mut clock = ServerClock::default();
            clock.hear(1_000, 1_000.2, 1_000.3);
            clock.hear(wrong, 1_000.4, 1_000.5);
            clock.hear(1_000, 1_000.6, 1_000.7);
            assert_eq!(clock.seen(), Some(1_000), "{wrong}");
            assert_eq!(clock.second_at(1_000.75), Some(1_000), "{wrong}");
        }
        // An answer that was overtaken by a later one contradicts nothing.
        let mut clock = ServerClock::default();
        clock.hear(1_001, 1_000.9, 1_001.1);
        clock.hear(1_000, 1_000.2, 1_001.2);
        assert_eq!(clock.seen(), Some(1_001));
    }

    #[test]
    fn a_clock_that_would_have_to_be_ahead_by_what_it_is_not_contradicts_itself() {
        let mut clock = ServerClock::default();
        // By less than a second.
        clock.hear(1_000, 1_000.0, 1_000.5);
        // By a second at least.
        clock.hear(1_002, 1_001.0, 1_001.0);
        assert_eq!(clock.second_at(2_000.5), Some(2_002));
    }
}
