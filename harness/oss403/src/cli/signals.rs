//! Ctrl-C, SIGTERM and SIGHUP.

use super::Console;
use crate::exit::Exit;
use crate::report::style::harmless;
use crate::run::{Remains, StopSignal};

/// The first signal stops the run, which then removes what it made; the second ends the process at once, and says what stays.
pub(super) fn stop_on_signal(stop: StopSignal, console: Console) {
    tokio::spawn(async move {
        signal().await;
        stop.stop();
        console.complain(
            "\nstopping: what was made at the target is being removed; once more to leave at once\n",
        );
        signal().await;
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

/// Returns when the process is asked to end.
pub(super) async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        // Looked up before there is a handler.
        let ignores_hang_up = ignores_hang_up();
        // Without a handler the default action ends the process, which is the next best thing.
        let (Ok(mut terminate), Ok(mut hang_up)) = (
            signal(SignalKind::terminate()),
            signal(SignalKind::hangup()),
        ) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv(), if !ignores_hang_up => {}
        }
    }
    #[cfg(not(unix))]
    {
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
