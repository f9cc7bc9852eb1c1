//! What people paste, and what it must lead to.

mod forms;
mod ranking;
mod samples;
mod sentences;

use std::sync::OnceLock;

use super::paste::{self, Pasted, Vocabulary};
use super::{Diagnosis, describe, diagnose};
use crate::report::style::Style;
use oss403_case::Ledger;
use oss403_case::revision::Revision;

/// Read once: that takes long.
fn known() -> &'static (Ledger, Vocabulary) {
    static KNOWN: OnceLock<(Ledger, Vocabulary)> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let ledger = Ledger::embedded()
            .expect("the embedded ledger is sound")
            .at(Revision::Observed);
        let vocabulary = Vocabulary::of(&ledger);
        (ledger, vocabulary)
    })
}

fn pasted(text: &str) -> Vec<Pasted> {
    paste::read(text.as_bytes(), &known().1).expect("it is a text")
}

fn diagnosed(text: &str) -> Diagnosis {
    let answers = pasted(text);
    diagnose(&known().0, &answers[0], |evidence| evidence, None)
}

fn first(diagnosis: &Diagnosis) -> &str {
    diagnosis
        .fits
        .first()
        .map_or("", |fit| fit.file.cause.as_str())
}

fn shown(diagnosis: &Diagnosis) -> String {
    let style = Style {
        color: false,
        width: 80,
    };
    describe(diagnosis, style)
}

/// Words on one line, however they were wrapped.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
