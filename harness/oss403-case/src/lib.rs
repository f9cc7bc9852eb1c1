//! The case language: reading, checking and expanding the ledger. Knows nothing of sockets.
//!
//! A text becomes a [`document::Document`], which knows where everything stands; [`check::file`] reads its header and makes a
//! [`expand::Template`] of each scenario; a template gives an [`Instance`] for each combination of its matrix.
//!
//! An editor asks [`check::file`], a run [`Ledger::select`], a fuzzer [`check::lone`].

pub mod burden;
pub mod check;
pub mod decode;
pub mod diagnostic;
pub mod document;
pub mod edit;
pub mod expand;
pub mod format;
mod instance;
pub mod ledger;
pub mod listed;
mod matrix;
pub mod model;
pub mod needs;
pub mod place;
pub mod placeholder;
mod plain;
pub mod request_line;
pub mod revision;
pub mod scaffold;
pub mod schema;
pub mod select;
pub mod slip;
pub mod suggest;
pub mod template;
pub mod visit;
pub mod yaml;

pub use burden::Burden;
pub use instance::Instance;
pub use ledger::Ledger;
pub use model::Stage;
pub use needs::Needs;

/// The page of the crate, whose example is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Page;
