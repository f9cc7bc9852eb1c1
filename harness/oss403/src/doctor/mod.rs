//! What is wrong with a signature that a server does not accept, as far as its answer, the client's own string, its request and its
//! secret tell. Pure; what it says shows no signature, token or secret.

mod align;
mod evidence;
mod request;
mod rules;
mod secret;
#[cfg(test)]
mod tests;
mod text;
mod variants;

pub use align::{Row, difference};
pub use evidence::{Evidence, Kind};
pub use request::{Asked, AskedError};
pub use rules::{Guess, Surety};
pub use text::hidden;

use secret::by_secret;

/// What the doctor found.
#[derive(Debug, Clone)]
pub struct Examination {
    /// The way of signing, when the string tells.
    pub kind: Option<Kind>,
    /// The server's StringToSign, line by line, with the client's beside it where it is known.
    pub string_to_sign: Vec<Row>,
    /// The server's canonical request likewise, of signatures of version 4.
    pub canonical_request: Vec<Row>,
    /// What may be wrong, the surest first.
    pub guesses: Vec<Guess>,
}

/// Looks at everything that is known. `secret` is used to compute signatures, and never shown.
pub fn examine(evidence: &Evidence, secret: Option<&str>) -> Examination {
    let mut guesses = rules::guesses(evidence);
    guesses.sort_by_key(|guess| std::cmp::Reverse(guess.surety));
    // Who gives the secret wants to know what it says.
    let by_secret = secret.and_then(|secret| by_secret(evidence, secret));
    guesses.splice(..0, by_secret);
    // What the secret proves leaves nothing to be guessed.
    if guesses.iter().any(|guess| guess.surety == Surety::Proven) {
        guesses.retain(|guess| guess.surety >= Surety::Certain);
    }
    Examination {
        kind: evidence.kind(),
        string_to_sign: align::rows(evidence, false),
        canonical_request: align::rows(evidence, true),
        guesses,
    }
}

/// The best guess in one or two sentences; none when nothing speaks for anything.
pub fn best_guess(evidence: &Evidence) -> Option<String> {
    let best = examine(evidence, None).guesses.into_iter().next()?;
    Some(format!("{} {}", best.says, best.because))
}
