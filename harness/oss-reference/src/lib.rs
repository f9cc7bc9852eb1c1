//! An in-memory OSS server whose refusals can be read, top to bottom, in one table.
//!
//! The life of a request: [`front`] reads it from the wire, [`request`] says what it asks of whom, [`checks`] decides whether it
//! may, [`operations`] carries it out on the [`world`], and an [`answer`] goes back.
//!
//! Each module knows only modules that stand above it:
//!
//! | module | is |
//! |---|---|
//! | [`clock`] | the time, which an operator may set |
//! | `decisions` | what the server does where its sources are silent; part of the [`config`] |
//! | [`host`] | what a Host and a path address |
//! | [`xml`] | documents, read and written |
//! | [`denial`] | the causes of a 403, with code, message and EC |
//! | [`limit`] | the limits that checks hold a request against |
//! | [`answer`] | what goes back: a success or a refusal |
//! | `refusals` | the refusals with other statuses that are given in several places |
//! | [`config`] | how a server is set up, and how it is made wrong on purpose |
//! | [`world`] | accounts, keys, buckets, objects |
//! | `image` | whether bytes are a picture, and a whole one |
//! | `documents` | bodies that a check and an operation read alike |
//! | [`request`] | a request as it came, and PostObject's form |
//! | [`operation`] | which operation of the API a request asks for |
//! | [`checks`] | the table: whether it may |
//! | [`operations`] | carries it out |
//! | [`operator`] | carries out the commands that only an operator of the service can give |
//! | [`front`] | the sockets: of OSS, of VPC endpoints, and, on loopback alone, of the operator |
//! | [`server`] | starts and stops all that |

pub mod answer;
pub mod checks;
pub mod clock;
pub mod config;
mod decisions;
pub mod denial;
mod dialect;
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
