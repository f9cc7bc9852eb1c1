//! The engine against the embedded server and against servers that do what no server should.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "engine/canaries.rs"]
mod canaries;
#[path = "engine/cleanup.rs"]
mod cleanup;
#[path = "engine/edits.rs"]
mod edits;
#[path = "engine/encrypted.rs"]
mod encrypted;
#[path = "engine/extras.rs"]
mod extras;
#[path = "engine/hostile.rs"]
mod hostile;
#[path = "engine/limits.rs"]
mod limits;
#[path = "engine/profiles.rs"]
mod profiles;
#[path = "engine/redaction.rs"]
mod redaction;
#[path = "engine/seconds.rs"]
mod seconds;
#[path = "engine/selection.rs"]
mod selection;
#[path = "engine/signing.rs"]
mod signing;
#[path = "engine/support.rs"]
mod support;
#[path = "engine/worlds.rs"]
mod worlds;
