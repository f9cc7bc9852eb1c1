//! The command as its users meet it: the built program, its exit codes, what it prints and writes.

#![allow(clippy::unwrap_used, reason = "a test")]

#[cfg(unix)]
mod again;
mod authors;
mod baselines;
mod certificates;
#[cfg(unix)]
mod copies;
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
mod kit;
mod mutants;
mod output;
mod pages;
mod parts;
mod pasted;
mod precedence;
mod reports;
mod result_file;
mod schemas;
mod screens;
mod serve;
#[cfg(unix)]
mod signals;
mod snapshots;
mod support;
