//! The case language as an author meets it: diagnostics, expansion, selection, the schema, and the ledger of this repository.

#![allow(clippy::unwrap_used, reason = "a test")]

mod burdens;
mod coverage;
mod depth;
mod diagnostics;
mod edited;
mod expansion;
mod formatted;
mod ledger;
mod mutations;
mod needs;
mod page;
mod scaffolds;
mod slips;
mod support;
