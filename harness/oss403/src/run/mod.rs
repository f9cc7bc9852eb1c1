//! Running: plan the instances, make their worlds, send their twins, record everything, remove everything.

pub mod events;
pub mod record;
pub mod stop;

use std::path::PathBuf;

pub use events::{RunEvent, RunSummary};
pub use stop::StopSignal;

use crate::case::Instance;
use crate::target::Target;

/// How a run goes about it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Decides the order of the instances.
    pub seed: u64,
    /// Most instances at a time; by default as many as the profile lets requests be in flight.
    pub jobs: Option<usize>,
    /// `(m, n)`: only the m-th of n parts, counted from 1.
    pub partition: Option<(u32, u32)>,
    /// Folder of the journal; it is made when it is absent.
    pub out: PathBuf,
    /// Whether the target must show first that it tells good credentials from bad ones.
    pub canaries: bool,
}

/// Why there was no run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The journal could not be written.
    #[error("the journal {} could not be written: {error}", path.display())]
    Journal {
        /// Its path.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

/// Runs the instances against the target.
///
/// # Errors
/// When a canary fails or the journal cannot be written; nothing is left behind then.
pub async fn run(
    _target: &Target,
    _instances: Vec<Instance>,
    _options: &Options,
    _stop: StopSignal,
    mut on_event: impl FnMut(RunEvent) + Send,
) -> Result<RunSummary, RunError> {
    on_event(RunEvent::Planned { instances: 0 });
    Ok(RunSummary::default())
}
