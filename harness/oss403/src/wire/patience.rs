//! How long a target is given: to answer what it did not answer readably, and to come to terms with a change.

use std::time::Duration;

/// How often, and for how long, a request is sent that is not answered readably.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// Most attempts for one request, the first included.
    pub attempts: u32,
    /// No further attempt begins when so much time has passed since the first, but for the second one: a request is sent twice before it
    /// is said that it was not answered.
    pub time: Duration,
    /// The longest pause before the second attempt; before each further one it may be twice as long.
    pub pause: Duration,
}

/// No pause between two attempts is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl Default for Patience {
    fn default() -> Self {
        Self {
            // Of requests of which every fifth fails, one in ten million fails so often.
            attempts: 10,
            time: Duration::from_secs(15),
            pause: Duration::from_millis(50),
        }
    }
}

impl Patience {
    /// Whether a request that was sent so often, the first time so long ago, is sent again.
    pub fn allows(&self, sent: u32, since: Duration) -> bool {
        sent < self.attempts && (sent < 2 || since < self.time)
    }

    /// How long to wait before it is: anything up to a limit that doubles each time, so that those who wait do not come back together.
    pub fn pause_after(&self, sent: u32) -> Duration {
        let doubled = 1_u32
            .checked_shl(sent.saturating_sub(1))
            .unwrap_or(u32::MAX);
        let most = self.pause.saturating_mul(doubled).min(LONGEST_PAUSE);
        most.mul_f64(fastrand::f64())
    }
}

/// How long a change may take until a server with caches refuses accordingly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settle {
    /// ACLs of buckets and objects, Block Public Access.
    pub acl: Duration,
    /// Bucket policies, RAM policies, policies of VPC endpoints.
    pub policy: Duration,
    /// The state of access keys and accounts, and the networks that keys are bound to.
    pub key_status: Duration,
    /// Transfer acceleration: until the accelerate endpoint knows a bucket.
    pub acceleration: Duration,
    /// Restoring an object of an archive class.
    pub restore: Duration,
    /// Everything else.
    pub other: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends_with_attempts_or_time_but_not_before_the_second_attempt() {
        let patience = Patience {
            attempts: 3,
            time: Duration::from_secs(10),
            pause: Duration::ZERO,
        };
        let allows = |sent, seconds| patience.allows(sent, Duration::from_secs(seconds));
        assert_eq!(
            [
                allows(1, 0),
                allows(1, 60),
                allows(2, 9),
                allows(2, 10),
                allows(3, 0)
            ],
            [true, true, true, false, false]
        );
    }

    #[test]
    fn pauses_may_double_and_are_never_longer_than_the_longest() {
        let patience = Patience {
            pause: Duration::from_millis(100),
            ..Patience::default()
        };
        let longest = |sent| (0..300).map(|_| patience.pause_after(sent)).max();
        for (sent, most) in [(1, 100), (2, 200), (4, 800), (9, 2_000), (200, 2_000)] {
            let (least, most) = (Duration::from_millis(most / 2), Duration::from_millis(most));
            assert!(
                longest(sent).is_some_and(|seen| seen > least && seen <= most),
                "{sent}"
            );
        }
    }
}
