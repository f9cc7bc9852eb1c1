//! The command as its users meet it: the built program, its exit codes, what it prints and writes.

#![allow(clippy::unwrap_used, reason = "a test")]

#[cfg(unix)]
mod again;
mod documents;
mod exits;
mod explained;
mod faults;
#[cfg(unix)]
mod files;
mod fit;
mod fuzz;
mod harmless;
mod hunt;
mod import;
mod init;
#[cfg(unix)]
mod killed;
mod mutants;
mod output;
mod pasted;
mod precedence;
mod reports;
mod result_file;
mod schemas;
mod serve;
#[cfg(unix)]
mod signals;
mod snapshots;
mod support;
