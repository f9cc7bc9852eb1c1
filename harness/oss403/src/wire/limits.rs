//! How much a target is asked to bear, and how much of it we bear: rate, concurrency, time, size.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::exchange::Response;
use super::patience::{Patience, Settle};
use super::throttle::Throttle;

/// Limits of a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Most requests a second; `None` for as many as go.
    pub requests_per_second: Option<f64>,
    /// Most requests in flight.
    pub concurrency: usize,
    /// Most buckets that exist at a time.
    pub buckets: usize,
    /// How many of them may be empty and wait for their next use; none are used again when it is 0.
    pub bucket_pool: usize,
    /// From connecting to the last byte of an answer.
    pub time_per_request: Duration,
    /// Most bytes of a body that are kept.
    pub body_bytes: usize,
    /// How long an idle connection is kept.
    pub idle: Duration,
    /// How often and how long what was not answered readably is sent again.
    pub patience: Patience,
    /// How long changes may take to be heeded.
    pub settle: Settle,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_second: None,
            concurrency: 256,
            // An account of the service may have a hundred buckets in a region.
            buckets: 100,
            bucket_pool: 0,
            time_per_request: Duration::from_secs(30),
            body_bytes: 1024 * 1024,
            idle: Duration::from_secs(15),
            patience: Patience::default(),
            settle: Settle::default(),
        }
    }
}

/// Lets requests out as the limits allow.
#[derive(Debug)]
pub struct Gate {
    slots: Semaphore,
    pace: Option<Pace>,
    throttle: Throttle,
}

impl Gate {
    /// A gate for these limits.
    pub fn new(limits: &Limits) -> Self {
        let pace = limits
            .requests_per_second
            .filter(|rate| *rate > 0.0 && rate.is_finite());
        Self {
            slots: Semaphore::new(limits.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            pace: pace.map(|rate| Pace {
                // A rate below one in a thousand years is none at all; `min` keeps the conversion from overflowing.
                interval: Duration::from_secs_f64((1.0 / rate).min(3e10)),
                next: Mutex::new(None),
            }),
            throttle: Throttle::new(limits.time_per_request),
        }
    }

    /// Takes note of an answer: while the target says that it is asked too much, fewer requests pass, and none before the time that
    /// its `Retry-After` names, up to the time that a request may take.
    pub(super) fn heard(&self, response: &Response) {
        self.throttle.heard(response);
    }

    /// Waits until a request may go out; it is in flight until the permit is dropped.
    pub async fn pass(&self) -> SemaphorePermit<'_> {
        let permit = self
            .slots
            .acquire()
            .await
            .expect("the semaphore is never closed");
        if let Some(pace) = &self.pace {
            pace.wait().await;
        }
        self.throttle.pass().await;
        permit
    }
}

/// Spaces requests evenly: each takes the next free moment.
#[derive(Debug)]
struct Pace {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    async fn wait(&self) {
        let mine = {
            let mut next = self.next.lock().await;
            let now = Instant::now();
            let mine = next.map_or(now, |next| next.max(now));
            *next = Some(mine + self.interval);
            mine
        };
        tokio::time::sleep_until(mine).await;
    }
}

/// Notices that a target has stopped answering.
#[derive(Debug)]
pub(super) struct Silence {
    /// Requests without a whole answer since the last whole one.
    failed: AtomicU64,
    /// When the first of them was given up.
    since: std::sync::Mutex<Option<Instant>>,
    patience: Duration,
}

/// So many requests in a row without an answer mean that none will come.
const MANY: u64 = 100;
/// So many do when they have taken long.
const FEW: u64 = 3;

impl Silence {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            failed: AtomicU64::new(0),
            since: std::sync::Mutex::default(),
            patience: limits.time_per_request,
        }
    }

    /// Takes note of a request, and whether the target had an answer to it.
    pub(super) fn note(&self, answered: bool) {
        if answered && self.failed.load(Ordering::Relaxed) == 0 {
            return;
        }
        let mut since = self.since.lock().expect("nobody panics with this lock");
        if answered {
            self.failed.store(0, Ordering::Relaxed);
            *since = None;
        } else {
            self.failed.fetch_add(1, Ordering::Relaxed);
            since.get_or_insert_with(Instant::now);
        }
    }

    /// Whether a hundred requests in a row got no answer, or three and none did for as long as a request may take.
    pub(super) fn is_here(&self) -> bool {
        let failed = self.failed.load(Ordering::Relaxed);
        let long = || {
            let since = self.since.lock().expect("nobody panics with this lock");
            since.is_some_and(|since| since.elapsed() >= self.patience)
        };
        failed >= MANY || failed >= FEW && long()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn silence_is_many_failures_or_a_few_that_took_long() {
        let silence = Silence::new(&Limits::default());
        let fail = |times| (0..times).for_each(|_| silence.note(false));
        fail(99);
        assert!(!silence.is_here());
        fail(1);
        assert!(silence.is_here());
        silence.note(true);
        assert!(!silence.is_here());
        // A few that end at the same time say nothing yet; they do when those that are sent next fare no better.
        fail(5);
        assert!(!silence.is_here());
        tokio::time::advance(Duration::from_secs(29)).await;
        assert!(!silence.is_here());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(silence.is_here());
        silence.note(true);
        fail(2);
        tokio::time::advance(Duration::from_secs(300)).await;
        assert!(!silence.is_here());
        fail(1);
        assert!(silence.is_here());
    }

    /// How long so many requests, one after the other, are held back.
    async fn time_for(requests: u32, limits: &Limits) -> Duration {
        let gate = Gate::new(limits);
        let started = Instant::now();
        for _ in 0..requests {
            drop(gate.pass().await);
        }
        started.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_spaced_evenly() {
        let limits = Limits {
            requests_per_second: Some(10.0),
            ..Limits::default()
        };
        // The first goes at once; twenty more have a tenth of a second each. The timer rounds up to whole milliseconds.
        let time = time_for(21, &limits).await;
        assert!((2_000..2_030).contains(&time.as_millis()), "{time:?}");
        assert_eq!(time_for(1_000, &Limits::default()).await, Duration::ZERO);
        let odd = Limits {
            requests_per_second: Some(1e-300),
            ..Limits::default()
        };
        assert_eq!(time_for(1, &odd).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_the_limit_are_in_flight() {
        let gate = Gate::new(&Limits {
            concurrency: 2,
            ..Limits::default()
        });
        let (_first, second) = (gate.pass().await, gate.pass().await);
        let third = tokio::time::timeout(Duration::from_secs(1), gate.pass());
        assert!(third.await.is_err());
        drop(second);
        drop(gate.pass().await);
    }
}
