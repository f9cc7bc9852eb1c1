//! Everything about this crate that can be seen from outside: the golden vectors of the official SDKs, the
//! worked examples of the documentation, laws that
//! hold for any request, every malformed form, and the boundaries of time.

mod case;
mod coverage;
mod decisions;
mod documents;
mod laws;
mod lifetimes;
mod malformed;
mod malformed_forms;
mod malformed_urls;
mod message;
mod parsing;
mod time;
mod vectors;
