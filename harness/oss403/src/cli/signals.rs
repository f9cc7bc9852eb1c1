//! Ctrl-C and SIGTERM.

use super::Console;
use crate::exit::Exit;
use crate::run::StopSignal;

/// The first signal stops the run, which then removes what it made; the second ends the process at once.
pub(super) fn stop_on_signal(stop: StopSignal, console: Console) {
    tokio::spawn(async move {
        signal().await;
        stop.stop();
        console.complain(
            "\nstopping: what was made at the target is being removed; once more to leave at once\n",
        );
        signal().await;
        std::process::exit(i32::from(Exit::Interrupted.code()));
    });
}

/// Returns when the process is asked to end.
pub(super) async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        // Without a handler the default action ends the process, which is the next best thing.
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
    }
}
