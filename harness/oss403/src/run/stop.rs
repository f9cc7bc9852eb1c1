//! Asking a run to end early.

use std::sync::Arc;

use tokio::sync::watch;

use super::remains::Remains;

/// A flag that anybody who has a clone may raise once. A run that sees it starts nothing new, removes what it made and returns.
#[derive(Debug, Clone)]
pub struct StopSignal {
    sender: Arc<watch::Sender<Option<StopReason>>>,
    remains: Remains,
}

/// Why a run ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// Somebody asked for it.
    Asked,
    /// The time it was given ran out.
    TimeRanOut,
}

impl Default for StopSignal {
    fn default() -> Self {
        Self::new()
    }
}

impl StopSignal {
    /// A flag that is not raised.
    pub fn new() -> Self {
        Self::over(Remains::default())
    }

    /// Another flag for runs whose remains are those of this one.
    pub fn another(&self) -> Self {
        Self::over(self.remains.clone())
    }

    fn over(remains: Remains) -> Self {
        Self {
            sender: Arc::new(watch::Sender::new(None)),
            remains,
        }
    }

    /// Raises the flag.
    pub fn stop(&self) {
        self.stop_because(StopReason::Asked);
    }

    /// Raises the flag. The first reason is the one that is told.
    pub fn stop_because(&self, reason: StopReason) {
        self.sender.send_if_modified(|known| {
            let is_first = known.is_none();
            known.get_or_insert(reason);
            is_first
        });
    }

    /// Whether it is raised.
    pub fn is_stopped(&self) -> bool {
        self.reason().is_some()
    }

    /// Why it is raised.
    pub fn reason(&self) -> Option<StopReason> {
        *self.sender.borrow()
    }

    /// Returns as soon as it is raised.
    pub async fn stopped(&self) {
        let mut receiver = self.sender.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = receiver.wait_for(Option::is_some).await;
    }

    /// What the runs that heed the flag would leave behind if they ended now.
    pub fn remains(&self) -> &Remains {
        &self.remains
    }
}
