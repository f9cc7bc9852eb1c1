//! Ctrl-C, SIGTERM and SIGHUP.

use super::Console;
use crate::exit::Exit;
use crate::report::style::harmless;
use crate::run::{Remains, StopSignal};

/// The first signal stops the run, which then removes what it made; the second ends the process at once, and says what stays.
pub(super) fn stop_on_signal(stop: StopSignal, console: Console) {
    // Listened to from here on without a pause: the second may come as soon as the first.
    let mut signals = Signals::new();
    tokio::spawn(async move {
        signals.next().await;
        stop.stop();
        console.complain(
            "\nstopping: what was made at the target is being removed; once more to leave at once\n",
        );
        signals.next().await;
        console.complain(&what_stays(stop.remains()));
        std::process::exit(i32::from(Exit::Interrupted.code()));
    });
}

/// What stays at the target, and how to remove it.
fn what_stays(remains: &Remains) -> String {
    let (made, journals) = remains.in_words();
    if made.is_empty() {
        return String::new();
    }
    let mut text = String::from("\nleft at the target:\n");
    for what in made {
        text += &format!("  {}\n", harmless(&what));
    }
    text += "Some of it may be gone already. To remove the rest:\n";
    for journal in journals {
        let journal = journal.display();
        text += &format!("  oss403 sweep {journal} --target FILE\n");
    }
    text
}

/// What returns when the process is asked to end, from this call on.
pub(super) fn signal() -> impl Future<Output = ()> {
    let mut signals = Signals::new();
    async move { signals.next().await }
}

/// What asks the process to end. What comes while nobody waits is not lost.
struct Signals {
    #[cfg(unix)]
    kinds: Vec<tokio::signal::unix::Signal>,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let hang_up = (!ignores_hang_up()).then(SignalKind::hangup);
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        let kinds = kinds.into_iter().chain(hang_up);
        // Without a handler the default action ends the process, which is the next best thing.
        Self {
            kinds: kinds.filter_map(|kind| signal(kind).ok()).collect(),
        }
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        if self.kinds.is_empty() {
            return std::future::pending().await;
        }
        let any = self.kinds.iter_mut().map(|kind| Box::pin(kind.recv()));
        futures_util::future::select_all(any).await;
    }

    #[cfg(not(unix))]
    fn new() -> Self {
        Self {}
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// Whether the process was started so that it outlives its terminal (`nohup`).
#[cfg(unix)]
fn ignores_hang_up() -> bool {
    static IGNORED: std::sync::LazyLock<bool> = std::sync::LazyLock::new(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        // SIGHUP is the first signal.
        mask.is_some_and(|mask| mask & 1 == 1)
    });
    *IGNORED
}
