//! When a run ends before everything is done: somebody stops it, or the target answers nothing any more.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::fault::RunFault;
use super::stop::StopSignal;
use crate::wire::limits::Limits;

/// So many requests in a row without an answer that can be read raise the suspicion that none will come.
const SUSPICIOUS: u32 = 16;

/// What is left of a request's time, for clean-up, once a run has to end.
const GRACE: Duration = Duration::from_secs(2);

/// The longest that clean-up waits for a target that has fallen silent.
const GRACE_OF_SILENT: Duration = Duration::from_secs(10);

/// Whether a run has to end, and how long what it made may still take to go.
pub(crate) struct Ending {
    stop: StopSignal,
    gone: watch::Sender<bool>,
    /// When somebody first waited for that to be over.
    ended: OnceLock<Instant>,
    /// When the last answer came that could be read.
    heard: Mutex<Instant>,
    unread: AtomicU32,
    asking: AtomicBool,
    time_per_request: Duration,
    /// How long nobody may have been heard before it means something.
    patience: Duration,
}

impl Ending {
    pub(crate) fn new(stop: StopSignal, limits: &Limits) -> Self {
        Self {
            stop,
            gone: watch::Sender::new(false),
            ended: OnceLock::new(),
            heard: Mutex::new(Instant::now()),
            unread: AtomicU32::new(0),
            asking: AtomicBool::new(false),
            time_per_request: limits.time_per_request,
            patience: limits.patience.time.min(limits.time_per_request),
        }
    }

    /// Why nothing new may begin; `None` while it may.
    pub(crate) fn fault(&self) -> Option<RunFault> {
        if self.stop.is_stopped() {
            Some(RunFault::Interrupted)
        } else if self.is_gone() {
            Some(RunFault::Harness("the target has stopped answering".into()))
        } else {
            None
        }
    }

    /// Whether the target has stopped answering.
    pub(crate) fn is_gone(&self) -> bool {
        *self.gone.borrow()
    }

    /// Returns as soon as nothing new may begin, with the reason.
    pub(crate) async fn begun(&self) -> RunFault {
        let mut gone = self.gone.subscribe();
        tokio::select! {
            () = self.stop.stopped() => RunFault::Interrupted,
            _ = gone.wait_for(|gone| *gone) => self.fault().unwrap_or(RunFault::Interrupted),
        }
    }

    /// Returns when clean-up has had its time: once the run has to end, that of a request and a little more since the target was last heard.
    /// As long as it answers, cleaning goes on.
    pub(crate) async fn over(&self) {
        self.begun().await;
        let mut since = *self.ended.get_or_init(Instant::now);
        loop {
            let grace = if self.is_gone() {
                self.time_per_request.min(GRACE_OF_SILENT)
            } else {
                self.time_per_request + GRACE
            };
            since = since.max(*self.heard());
            let end = since + grace;
            if Instant::now() >= end {
                return;
            }
            sleep_until(end).await;
        }
    }

    /// Takes in that an exchange could be read, or could not. Answers whether it is time to ask if anybody is there: the caller does, and
    /// says so with [`Self::found`].
    pub(crate) fn hear(&self, readable: bool) -> bool {
        if readable {
            *self.heard() = Instant::now();
            self.unread.store(0, Ordering::Relaxed);
            return false;
        }
        let unread = self.unread.fetch_add(1, Ordering::Relaxed) + 1;
        unread >= SUSPICIOUS
            && self.heard().elapsed() >= self.patience
            && self.fault().is_none()
            && !self.asking.swap(true, Ordering::Relaxed)
    }

    /// Takes in whether anybody was there.
    pub(crate) fn found(&self, somebody: bool) {
        if somebody {
            self.hear(true);
        } else {
            self.gone.send_replace(true);
        }
        self.asking.store(false, Ordering::Relaxed);
    }

    fn heard(&self) -> std::sync::MutexGuard<'_, Instant> {
        self.heard.lock().expect("nobody panics with this lock")
    }
}
