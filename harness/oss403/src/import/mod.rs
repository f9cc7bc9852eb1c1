//! From a request that a fuzzer found to a case file: what `oss403 import` does.
//!
//! A request alone proves nothing; a case is a twin. So the request is taken apart: the base is what an honest client would have sent
//! for the same method, key and parameters, and the edit is the one thing that makes it the request that was found. Which one that
//! is follows from what `oss-auth` says of its signature. A request without such a thing cannot be made into a twin, and that is said.

mod request;
mod twin;
mod write;

use std::path::PathBuf;

use crate::wire::curl;
use oss403_case::Ledger;

pub use request::{ARRIVAL, BadRequest, WANTED};
pub use twin::NoTwin;

/// Names of the fuzz targets whose inputs are requests.
pub const REQUEST_TARGETS: [&str; 8] = [
    "form",
    "header_v1",
    "header_v2",
    "header_v4",
    "pipeline",
    "url_v1",
    "url_v2",
    "url_v4",
];

/// A case file made from a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The cause that the case is of.
    pub cause: String,
    /// Where it belongs below a folder of cases: `<Code>/<cause>.yaml`.
    pub path: PathBuf,
    /// The file.
    pub text: String,
    /// The request as a command of curl, signatures redacted.
    pub curl: String,
}

/// Why a request does not become a case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The bytes are no request.
    #[error("not a request: {0}")]
    Request(#[from] BadRequest),
    /// Nothing about it can be the edit of a twin.
    #[error("{reason}; as it stands: {curl}")]
    NoTwin {
        reason: NoTwin,
        /// The request as a command of curl.
        curl: String,
    },
}

/// Makes a case of a request. `name` is the scenario's, in kebab-case.
///
/// # Errors
/// When the bytes are no request, or no twin can be made of it.
pub fn import(bytes: &[u8], name: &str, ledger: &Ledger) -> Result<Imported, ImportError> {
    let found = request::read(bytes)?;
    let curl = curl::command(&found.sent);
    let no_twin = |reason| ImportError::NoTwin {
        reason,
        curl: curl.clone(),
    };
    let twin = twin::of(&found).map_err(no_twin)?;
    let entry = ledger
        .entries()
        .iter()
        .find(|entry| entry.file.cause == twin.cause);
    let Some(entry) = entry else {
        return Err(no_twin(NoTwin::NotDocumented(twin.cause)));
    };
    Ok(Imported {
        cause: twin.cause.to_owned(),
        path: PathBuf::from(&entry.file.code).join(format!("{}.yaml", twin.cause)),
        text: write::case(&entry.file, name, &twin, &curl),
        curl,
    })
}

#[cfg(test)]
mod tests;
