//! Everything about this crate that can be seen from outside: the golden vectors of the official SDKs, the
//! worked examples of the documentation, laws that
//! hold for any request, every malformed form, and the boundaries of time.

#[path = "signing/case.rs"]
mod case;
#[path = "signing/coverage.rs"]
mod coverage;
#[path = "signing/decisions.rs"]
mod decisions;
#[path = "signing/documents.rs"]
mod documents;
#[path = "signing/laws.rs"]
mod laws;
#[path = "signing/lifetimes.rs"]
mod lifetimes;
#[path = "signing/malformed.rs"]
mod malformed;
#[path = "signing/malformed_forms.rs"]
mod malformed_forms;
#[path = "signing/malformed_urls.rs"]
mod malformed_urls;
#[path = "signing/message.rs"]
mod message;
#[path = "signing/parsing.rs"]
mod parsing;
#[path = "signing/time.rs"]
mod time;
#[path = "signing/vectors.rs"]
mod vectors;
