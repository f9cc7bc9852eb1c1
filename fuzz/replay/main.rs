//! The oracles without libFuzzer: the corpora are replayed, the bridge to cases holds, and what the oracles take for covered is.

#![allow(clippy::unwrap_used, reason = "a test")]

mod corpora;
mod coverage;
mod import;
