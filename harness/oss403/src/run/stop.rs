//! Asking a run to end early.

use std::sync::Arc;

use tokio::sync::watch;

/// A flag that anybody who has a clone may raise once. A run that sees it starts nothing new, removes what it made and returns.
#[derive(Debug, Clone)]
pub struct StopSignal {
    sender: Arc<watch::Sender<bool>>,
}

impl Default for StopSignal {
    fn default() -> Self {
        Self::new()
    }
}

impl StopSignal {
    /// A flag that is not raised.
    pub fn new() -> Self {
        Self {
            sender: Arc::new(watch::Sender::new(false)),
        }
    }

    /// Raises the flag.
    pub fn stop(&self) {
        self.sender.send_replace(true);
    }

    /// Whether it is raised.
    pub fn is_stopped(&self) -> bool {
        *self.sender.borrow()
    }

    /// Returns as soon as it is raised.
    pub async fn stopped(&self) {
        let mut receiver = self.sender.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = receiver.wait_for(|stopped| *stopped).await;
    }
}
