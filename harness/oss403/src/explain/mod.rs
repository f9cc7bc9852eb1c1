//! What a cause means, as text for a person; and what a refusal means that somebody pasted, in whatever form.

mod cause;
mod diagnosis;
pub mod ecs;
mod foreign;
pub mod json;
mod notes;
mod page;
pub mod paste;
mod term;
#[cfg(test)]
mod tests;

pub use cause::cause;
pub use diagnosis::{Diagnosis, Fit, diagnose};
pub use page::{describe, examined};
pub use term::{Term, term};
