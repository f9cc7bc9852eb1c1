//! Targets: where requests go, as whom, and what may be expected there.

pub mod embedded;
pub mod operator;
pub mod profile;
mod ready;

pub use profile::Profile;
pub use ready::{Identity, Target, TargetError};
