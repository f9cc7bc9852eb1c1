//! Targets: where requests go, as whom, and what may be expected there.

mod embedded;
pub mod kind;
pub mod operator;
pub mod product;
pub mod profile;
pub mod quirk;
mod ready;

pub use profile::Profile;
pub(crate) use ready::ReadyTarget;
pub use ready::{Target, TargetError};
