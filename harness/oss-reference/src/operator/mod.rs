//! The operator API: the few states that no OSS request can bring about, behind a token and on loopback only.

pub mod execute;
mod remove;
mod set;

pub use execute::{OperatorError, execute, execute_for};
