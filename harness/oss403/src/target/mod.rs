//! Targets: where requests go, as whom, and what may be expected there.

mod embedded;
pub mod identity;
pub mod operator;
pub mod profile;
mod ready;

pub use identity::Identity;
pub use profile::Profile;
pub(crate) use ready::Inner;
pub use ready::{Target, TargetError};
