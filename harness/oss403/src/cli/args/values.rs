//! How the values of options are read, and which of them completions offer.

use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use oss403_case::model::Span;
use oss403_case::revision::Revision;

/// The names of revisions, which completions offer.
pub(super) fn revision() -> impl TypedValueParser<Value = Revision> {
    let names = Revision::ALL.map(|known| PossibleValue::new(known.word()).alias(known.name()));
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Revision>())
}

/// `KIND=PATH`, of which completions offer the kinds.
pub(super) fn report() -> impl TypedValueParser<Value = String> {
    Offered(&[
        "json=",
        "events=",
        "junit=",
        "junit+file=",
        "ctrf=",
        "sarif=",
        "tap=",
        "markdown=",
        "html=",
    ])
}

/// Any text. These are how it may begin.
#[derive(Clone)]
struct Offered(&'static [&'static str]);

impl TypedValueParser for Offered {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().copied().map(PossibleValue::new)))
    }
}

pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".into()),
        Ok(number) => Ok(number),
        Err(_) => Err("must be a whole number".into()),
    }
}

pub(super) fn time(text: &str) -> Result<Duration, String> {
    // The examples of a span in a case may lie in the past.
    let Ok(span) = text.parse::<Span>() else {
        return Err(
            "must be a whole number with its unit, such as `90s`, `15m`, `1h`, `7d`".into(),
        );
    };
    match u64::try_from(span.seconds()) {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err("must be above zero".into()),
    }
}
