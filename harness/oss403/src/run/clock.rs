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
        self.seen = self.seen.max(Some(date));
        // It was in this second at some moment between the two.
        let (low, high) = (date as f64 - arrived, date as f64 + 1.0 - sent);
        let both = self
            .ahead
            .map(|(known_low, known_high)| (known_low.max(low), known_high.min(high)));
        // A clock that contradicts itself was set meanwhile, or there are two.
        self.ahead = Some(both.filter(|(low, high)| low < high).unwrap_or((low, high)));
    }

    /// The latest second that it was seen in; it is never ahead of the clock.
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
        assert_eq!(clock.seen(), Some(1_103));
        let second = clock.second_at(1_003.51);
        assert_eq!(second, Some(1_103 - 3_600));
    }
}
