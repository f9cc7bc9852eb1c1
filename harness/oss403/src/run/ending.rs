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
    /// When the run began to end.
    ended: OnceLock<Instant>,
    /// That of the target.
    silence: Silence,
    /// When the last answer came that could be read.
    heard: Mutex<Instant>,
    /// That of the operator hook.
    silence_of_hook: Silence,
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
            silence: Silence::default(),
            heard: Mutex::new(Instant::now()),
            silence_of_hook: Silence::default(),
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

    /// The same for who heeds it: the run begins to end at that moment, if it has not before.
    pub(crate) fn heeded(&self) -> Option<RunFault> {
        let fault = self.fault()?;
        self.ended.get_or_init(Instant::now);
        Some(fault)
    }

    /// Whether the target has stopped answering.
    pub(crate) fn is_gone(&self) -> bool {
        *self.gone.borrow()
    }

    /// Returns as soon as nothing new may begin, with the reason.
    pub(crate) async fn begun(&self) -> RunFault {
        let mut gone = self.gone.subscribe();
        tokio::select! {
            () = self.stop.stopped() => {}
            _ = gone.wait_for(|gone| *gone) => {}
        }
        self.heeded().unwrap_or(RunFault::Interrupted)
    }

    /// The target is asked something until what this gives is dropped.
    pub(crate) fn asks(&self) -> Asking<'_> {
        self.silence.asks()
    }

    /// The same for the operator hook.
    pub(crate) fn asks_hook(&self) -> Asking<'_> {
        self.silence_of_hook.asks()
    }

    /// Returns when clean-up has had its time: once the run has to end, that of a request and a little more in which the target was asked and
    /// answered nothing. As long as it answers, cleaning goes on.
    pub(crate) async fn over(&self) {
        self.begun().await;
        let grace = || {
            if self.is_gone() {
                self.time_per_request.min(GRACE_OF_SILENT)
            } else {
                self.time_per_request + GRACE
            }
        };
        self.silence.lasted(self.ended.get(), grace).await;
    }

    /// The same for what goes through the operator hook. What the target answers meanwhile is nothing to the hook.
    pub(crate) async fn hook_over(&self) {
        self.begun().await;
        let grace = || self.time_per_request + GRACE;
        self.silence_of_hook.lasted(self.ended.get(), grace).await;
    }

    /// Takes in that the operator hook has answered.
    pub(crate) fn hook_heard(&self) {
        self.silence_of_hook.is_broken();
    }

    /// Takes in that an exchange could be read, or could not. Answers whether it is time to ask if anybody is there: the caller does, and
    /// says so with [`Self::found`].
    pub(crate) fn hear(&self, readable: bool) -> bool {
        if readable {
            *self.heard() = Instant::now();
            self.silence.is_broken();
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

/// For how long somebody who is asked has said nothing. The time in which nobody asks does not count.
#[derive(Debug, Default)]
struct Silence(Mutex<Quiet>);

#[derive(Debug, Default)]
struct Quiet {
    /// Since when, unless nobody asks.
    since: Option<Instant>,
    /// How many wait for an answer.
    asking: usize,
}

impl Silence {
    /// Somebody asks until what this gives is dropped.
    fn asks(&self) -> Asking<'_> {
        let mut quiet = self.quiet();
        quiet.asking += 1;
        quiet.since.get_or_insert_with(Instant::now);
        Asking(self)
    }

    /// Returns once it has lasted so long. What lies before `start` does not count.
    async fn lasted(&self, start: Option<&Instant>, time: impl Fn() -> Duration) {
        loop {
            let since = *self.quiet().since.get_or_insert_with(Instant::now);
            let end = since.max(start.copied().unwrap_or(since)) + time();
            if Instant::now() >= end {
                return;
            }
            sleep_until(end).await;
        }
    }

    /// One who asks has an answer. It begins anew for the others.
    fn is_broken(&self) {
        let mut quiet = self.quiet();
        quiet.since = (quiet.asking > 1).then(Instant::now);
    }

    fn quiet(&self) -> std::sync::MutexGuard<'_, Quiet> {
        self.0.lock().expect("nobody panics with this lock")
    }
}

/// Somebody who waits for an answer.
pub(crate) struct Asking<'s>(&'s Silence);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.quiet().asking -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Whether somebody who is asked and answers after so many seconds is waited for.
    async fn asked(silence: &Silence, answers_after: u32) -> bool {
        let _asking = silence.asks();
        let answer = async {
            tokio::time::sleep(answers_after * SECOND).await;
            silence.is_broken();
        };
        tokio::select! {
            () = answer => true,
            () = silence.lasted(None, || 5 * SECOND) => false,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_in_which_nobody_asks_is_no_silence() {
        let silence = Silence::default();
        assert!(asked(&silence, 4).await);
        tokio::time::sleep(3600 * SECOND).await;
        assert!(asked(&silence, 4).await);
        let started = Instant::now();
        assert!(!asked(&silence, 6).await);
        assert!(!asked(&silence, 1).await, "it has been given up");
        assert_eq!(started.elapsed().as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_to_another_is_a_sign_and_none_to_any_is_silence() {
        let silence = Silence::default();
        let started = Instant::now();
        let (first, second) = tokio::join!(asked(&silence, 3), asked(&silence, 60));
        assert_eq!((first, second), (true, false));
        assert_eq!(started.elapsed().as_secs(), 3 + 5);
        // It goes on, however many ask one after the other.
        assert!(!asked(&silence, 1).await);
        assert_eq!(started.elapsed().as_secs(), 3 + 5);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_asked_before_the_end_counts_from_there() {
        let silence = Silence::default();
        let _asking = silence.asks();
        tokio::time::sleep(3 * SECOND).await;
        let started = Instant::now();
        silence.lasted(Some(&started), || 5 * SECOND).await;
        assert_eq!(started.elapsed().as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_no_longer_asks_does_not_count() {
        let silence = Silence::default();
        drop(silence.asks());
        for _ in 0..3 {
            assert!(asked(&silence, 4).await);
            tokio::time::sleep(3600 * SECOND).await;
        }
    }

    /// An end of which a request may take so long, and which has been asked for.
    fn ended(time_per_request: Duration) -> Ending {
        let stop = StopSignal::new();
        stop.stop();
        let limits = Limits {
            time_per_request,
            ..Limits::default()
        };
        Ending::new(stop, &limits)
    }

    /// How many seconds pass until then.
    async fn seconds(until: impl Future<Output = ()>) -> u64 {
        let started = Instant::now();
        until.await;
        started.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn clean_up_has_the_time_of_a_request_and_a_little_more() {
        let ending = ended(5 * SECOND);
        let _asking = (ending.asks(), ending.asks_hook());
        let both = tokio::join!(seconds(ending.over()), seconds(ending.hook_over()));
        assert_eq!(both, (5 + 2, 5 + 2));
        // A target that has fallen silent is not waited for longer, and never very long.
        for (time, waited) in [(5, 5), (60, 10)] {
            let ending = ended(time * SECOND);
            let _asking = ending.asks();
            ending.found(false);
            assert_eq!(seconds(ending.over()).await, waited, "{time}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_answers_is_waited_for_and_the_other_is_not_for_it() {
        let ending = ended(5 * SECOND);
        let _asking = [ending.asks(), ending.asks()];
        let _asking_hook = [ending.asks_hook(), ending.asks_hook()];
        let answers = async {
            tokio::time::sleep(4 * SECOND).await;
            ending.hook_heard();
        };
        let (target, hook, ()) =
            tokio::join!(seconds(ending.over()), seconds(ending.hook_over()), answers);
        assert_eq!((target, hook), (5 + 2, 4 + 5 + 2));
        let ending = ended(5 * SECOND);
        let _asking = [ending.asks(), ending.asks()];
        let answers = async {
            tokio::time::sleep(4 * SECOND).await;
            ending.hear(true);
        };
        let (target, ()) = tokio::join!(seconds(ending.over()), answers);
        assert_eq!(target, 4 + 5 + 2);
    }

    #[tokio::test(start_paused = true)]
    async fn many_in_a_row_that_cannot_be_read_raise_a_suspicion_when_nobody_was_heard_for_long() {
        let limits = Limits::default();
        let ending = Ending::new(StopSignal::new(), &limits);
        let long = limits.time_per_request.max(limits.patience.time);
        let unread = || (0..40).map(|_| ending.hear(false)).collect::<Vec<_>>();
        let first = |asks: Vec<bool>| {
            assert!(asks.iter().filter(|asks| **asks).count() <= 1, "{asks:?}");
            asks.iter().position(|asks| *asks)
        };
        assert_eq!(
            first(unread()),
            None,
            "somebody may have been heard just now"
        );
        ending.hear(true);
        tokio::time::sleep(long).await;
        assert_eq!(first(unread()), Some(15));
        assert_eq!(first(unread()), None, "it is being asked");
        ending.found(true);
        assert!(!ending.is_gone() && ending.fault().is_none());
        tokio::time::sleep(long).await;
        assert_eq!(first(unread()), Some(15), "it begins anew");
        ending.found(false);
        assert!(ending.is_gone());
        assert!(matches!(ending.fault(), Some(RunFault::Harness(_))));
        assert_eq!(first(unread()), None);
    }
}
