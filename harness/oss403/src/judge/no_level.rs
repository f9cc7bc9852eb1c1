//! Why no level can be stated, in words.

use indexmap::IndexMap;

/// Why no level can be stated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoLevel {
    /// A cause of the frozen set was not run: a filter, a partition, an interruption.
    #[error("a level is stated for the whole suite, and `{0}` was not run")]
    NotRun(String),
    /// It was not seen that the target tells who is asking.
    #[error("the core is not proven: {0}")]
    Core(String),
    /// Causes that were granted, or not proven at all, each with one or two words that say why.
    #[error("{}", unproven(.0))]
    Unproven(Vec<(String, &'static str)>),
    /// Some instances alone were run, though of every cause.
    #[error("a level is stated for the whole suite, and this is a part of it{0}")]
    Part(&'static str),
    /// Only what had failed was run.
    #[error("a level is stated for the whole suite, and only what had failed was run again")]
    Again,
    /// Everything was set aside.
    #[error("nothing was tested")]
    NothingTested,
}

/// `2 of the causes stand against one: 1 granted (`a`), 1 not provoked (`b`)`.
fn unproven(open: &[(String, &'static str)]) -> String {
    const FEW: usize = 3;
    let mut reasons: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for (cause, why) in open {
        reasons.entry(why).or_default().push(cause);
    }
    let reasons = reasons.into_iter().map(|(why, causes)| {
        let shown: Vec<String> = causes
            .iter()
            .take(FEW)
            .map(|cause| format!("`{cause}`"))
            .collect();
        let more = match causes.len().saturating_sub(FEW) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{} {why} ({}{more})", causes.len(), shown.join(", "))
    });
    let reasons: Vec<String> = reasons.collect();
    let stand = if open.len() == 1 {
        "cause stands"
    } else {
        "causes stand"
    };
    format!("{} {stand} against one: {}", open.len(), reasons.join(", "))
}
