//! How much a target is asked to bear, and how much of it we bear: rate, concurrency, time, size.

use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::patience::{Patience, Settle};

/// Limits of a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Most requests a second; `None` for as many as go.
    pub requests_per_second: Option<f64>,
    /// Most requests in flight.
    pub concurrency: usize,
    /// Most buckets that exist at a time.
    pub buckets: usize,
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
        }
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

#[cfg(test)]
mod tests {
    use super::*;

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
