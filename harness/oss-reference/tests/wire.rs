//! The server over the wire: every family of operations, its limits, and its patience.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

#[path = "wire/client.rs"]
mod client;

#[path = "wire/buckets.rs"]
mod buckets;
#[path = "wire/configuration.rs"]
mod configuration;
#[path = "wire/faults.rs"]
mod faults;
#[path = "wire/forms.rs"]
mod forms;
#[path = "wire/lists.rs"]
mod lists;
#[path = "wire/multipart.rs"]
mod multipart;
#[path = "wire/objects.rs"]
mod objects;
#[path = "wire/operator.rs"]
mod operator;
#[path = "wire/protocol.rs"]
mod protocol;
#[path = "wire/retention.rs"]
mod retention;
#[path = "wire/sdk.rs"]
mod sdk;
