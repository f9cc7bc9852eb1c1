//! The engine against the embedded server and against servers that do what no server should.

#![allow(clippy::unwrap_used, reason = "a test")]

mod aliyun;
mod attempts;
mod canaries;
mod claims;
mod cleanup;
mod connections;
mod credentials;
mod dollars;
mod edits;
mod encrypted;
mod extras;
mod front;
mod hook;
mod hostile;
mod jobs;
mod limits;
mod operator_page;
mod partial;
mod patience;
mod pool;
mod profiles;
mod public_access;
mod ram_hook;
mod redaction;
mod rehearsal;
mod retired;
mod retold;
mod rogues;
mod rooms;
mod seconds;
mod selection;
mod settling;
mod signing;
mod slow_service;
mod strings;
mod support;
mod sweeping;
mod unsure;
mod weather;
mod worlds;
