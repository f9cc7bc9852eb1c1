//! What each EC stands for, as the pages of the error codes and answers on the wire say; the table is `ecs.tsv`. A cause's own EC stands
//! there; that a source of a cause only mentions another's EC makes it none of its own.

use std::sync::LazyLock;

/// An EC.
#[derive(Debug, PartialEq, Eq)]
pub struct Ec {
    /// `0003-00000001`.
    pub ec: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Causes of the ledger whose own it is.
    pub causes: Vec<&'static str>,
    /// What it says, and what to do.
    pub says: &'static str,
}

/// The EC of that number.
pub fn find(ec: &str) -> Option<&'static Ec> {
    ECS.iter().find(|known| known.ec == ec)
}

/// Whether a text has the form of an EC.
pub fn is_ec(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    text.len() == 13
        && text.split_once('-').is_some_and(|(chapter, number)| {
            chapter.len() == 4 && digits(chapter) && digits(number)
        })
}

/// Every EC that is known, in their order.
pub static ECS: LazyLock<Vec<Ec>> = LazyLock::new(|| {
    let rows = include_str!("ecs.tsv").lines().skip(1);
    rows.filter_map(|row| {
        let mut cells = row.split('\t');
        Some(Ec {
            ec: cells.next()?,
            status: cells.next()?.parse().ok()?,
            causes: cells
                .next()?
                .split(' ')
                .filter(|cause| *cause != "-")
                .collect(),
            says: cells.next()?,
        })
    })
    .collect()
});

#[cfg(test)]
mod tests {
    use super::*;
    use oss403_case::Ledger;

    #[test]
    fn the_table_is_sorted_and_well_formed() {
        assert!(ECS.is_sorted_by(|a, b| a.ec < b.ec));
        assert_eq!(
            ECS.len() + 1,
            include_str!("ecs.tsv").lines().count(),
            "each line is one"
        );
        for ec in ECS.iter() {
            assert!(is_ec(ec.ec) && ec.says.ends_with('.'), "{}", ec.ec);
            assert!(matches!(ec.status, 400 | 403), "{}", ec.ec);
        }
        assert!(!is_ec("0003-0000101") && !is_ec("0003_00000101") && !is_ec("äöü-00000001"));
    }

    #[test]
    fn every_cause_names_its_own_ec_here_where_its_sources_have_one_alone() {
        let ledger = Ledger::embedded().expect("the embedded ledger is sound");
        for file in ledger.causes() {
            let texts = file
                .sources
                .iter()
                .flat_map(|source| [&source.page, &source.r#ref])
                .flatten();
            let mut named: Vec<&Ec> = ECS
                .iter()
                .filter(|ec| texts.clone().any(|text| text.contains(ec.ec)))
                .collect();
            named.dedup();
            if !named.is_empty() {
                assert!(
                    named
                        .iter()
                        .any(|ec| ec.causes.contains(&file.cause.as_str())),
                    "{}: {named:?}",
                    file.cause
                );
            }
        }
    }
}
