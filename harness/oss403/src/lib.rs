//! The conformance engine behind the `oss403` command.
//!
//! Data flows one way: case files → [`oss403_case`] loads and expands them → [`run`] plans, sends through [`wire`] to a [`target`] and
//! records what happened → [`judge`] compares, as a pure function → [`report`] writes. [`suite`] does that in one call. [`mutate`]
//! tests the suite itself. [`explore`] makes scenarios of its own and holds a target against the reference server. [`import`] makes a
//! case of a request, [`explain`] says what a refusal means. [`cli`] parses arguments and prints; nothing in it decides.

pub mod cli;
pub mod exit;
pub mod explain;
pub mod explore;
pub mod import;
pub mod judge;
pub mod mutate;
pub mod report;
pub mod run;
pub mod suite;
pub mod target;
mod whole;
pub mod wire;
