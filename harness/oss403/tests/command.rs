//! The command as a user meets it, and the proof that the suite notices what it is there for.

#[path = "command/exit_codes.rs"]
mod exit_codes;
#[path = "command/interruption.rs"]
mod interruption;
#[path = "command/proof.rs"]
mod proof;
#[path = "command/reports.rs"]
mod reports;
#[path = "command/support.rs"]
mod support;
