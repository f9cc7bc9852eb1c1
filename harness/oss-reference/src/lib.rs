//! An in-memory OSS server whose refusals can be read, top to bottom, in one table.
//!
//! The life of a request: [`front`] reads it from the wire, [`request`] says what it asks of whom, [`checks`] decides whether it
//! may, [`operations`] carries it out on the [`world`], and an [`answer`] goes back. [`operator`] is the loopback-only door
//! through which a test harness reaches the states that only an operator of the service can make.

pub mod answer;
pub mod checks;
pub mod clock;
pub mod config;
mod decisions;
pub mod denial;
mod documents;
pub mod front;
pub mod host;
mod image;
pub mod limit;
pub mod operation;
pub mod operations;
pub mod operator;
mod refusals;
pub mod request;
pub mod server;
pub mod world;
pub mod xml;

pub use config::Config;
pub use denial::{Cause, Denial};
pub use server::{Running, Server};
