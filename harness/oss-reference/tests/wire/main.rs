//! The server over the wire: every family of operations, its limits, and its patience.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod client;

mod archive;
mod buckets;
mod configuration;
mod copies;
mod faults;
mod forms;
mod lists;
mod memory;
mod multipart;
mod objects;
mod operator;
mod protocol;
mod retention;
mod s3;
mod sdk;
mod sdk_settings;
mod sdk_suites;
mod signature_texts;
mod sub_resources;
mod version_rights;
mod versions;
