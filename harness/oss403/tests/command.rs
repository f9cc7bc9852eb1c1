//! The command as its users meet it: the built program, its exit codes, what it prints and writes.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "command/exits.rs"]
mod exits;
#[path = "command/faults.rs"]
mod faults;
#[path = "command/fuzz.rs"]
mod fuzz;
#[path = "command/hunt.rs"]
mod hunt;
#[path = "command/import.rs"]
mod import;
#[path = "command/mutants.rs"]
mod mutants;
#[path = "command/output.rs"]
mod output;
#[path = "command/precedence.rs"]
mod precedence;
#[path = "command/result_file.rs"]
mod result_file;
#[path = "command/serve.rs"]
mod serve;
#[cfg(unix)]
#[path = "command/signals.rs"]
mod signals;
#[path = "command/snapshots.rs"]
mod snapshots;
#[path = "command/support.rs"]
mod support;
