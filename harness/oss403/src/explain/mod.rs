//! What a cause means, as text for a person; and which cause a saved answer shows.

mod cause;
mod diagnosis;
mod flow;
mod saved;

pub use cause::cause;
pub use diagnosis::{Diagnosis, diagnose};
pub use saved::{SavedAnswer, SavedError};
