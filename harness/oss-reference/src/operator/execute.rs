//! Carries out what the operator asks.

use serde_json::Value;

use super::protocol::Command;
use crate::config::Config;
use crate::world::World;

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OperatorError {
    /// `unknown-command`, `no-such-account`, …
    pub code: &'static str,
    /// The same in words.
    pub message: String,
}

/// Carries out `command` and gives its answer; for a VPC endpoint without the `address`, which the listener adds.
///
/// # Errors
/// When the command names what does not exist or gives a value that cannot be read.
pub fn execute(
    _world: &mut World,
    _config: &Config,
    _now: i64,
    _command: Command,
) -> Result<Value, OperatorError> {
    Err(OperatorError { code: "unknown-command", message: "not yet".into() })
}
