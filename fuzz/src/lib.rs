//! The libFuzzer shell. Everything that is checked stands in `oracles/`.

use libfuzzer_sys::Corpus;

/// What an oracle's answer means to libFuzzer: inputs that belong to another target do not enter the corpus.
#[must_use]
pub fn keep(belongs: bool) -> Corpus {
    if belongs {
        Corpus::Keep
    } else {
        Corpus::Reject
    }
}
