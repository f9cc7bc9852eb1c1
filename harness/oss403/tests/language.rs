//! The case language as an author meets it: diagnostics, expansion, selection, the schema, and the ledger of this repository.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "language/coverage.rs"]
mod coverage;
#[path = "language/depth.rs"]
mod depth;
#[path = "language/diagnostics.rs"]
mod diagnostics;
#[path = "language/edited.rs"]
mod edited;
#[path = "language/expansion.rs"]
mod expansion;
#[path = "language/ledger.rs"]
mod ledger;
#[path = "language/mutations.rs"]
mod mutations;
#[path = "language/needs.rs"]
mod needs;
#[path = "language/page.rs"]
mod page;
#[path = "language/support.rs"]
mod support;
