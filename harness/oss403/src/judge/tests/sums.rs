//! Adding up.

use crate::judge::no_level::NoLevel;
use crate::judge::summary::{Counts, Level, Tally};
use crate::judge::verdict::{Facet, Verdict, VerdictKind};

#[test]
fn causes_and_instances_are_counted_by_verdict() {
    use Verdict::*;
    let mut tally = Tally::default();
    for (cause, verdict) in [
        ("a", Conformant),
        ("a", Conformant),
        ("b", Conformant),
        ("b", Deviates(Facet::Code)),
        ("b", Deviates(Facet::Code)),
        ("b", Deviates(Facet::Leak)),
        ("c", Conformant),
        ("d", NotClaimed),
    ] {
        tally.plan(cause);
        tally.add(cause, verdict, 0);
    }
    let instances = [
        (VerdictKind::Conformant, 4),
        (VerdictKind::Deviates, 3),
        (VerdictKind::NotClaimed, 1),
    ];
    assert_eq!(tally.instances(), Counts::from(instances));
    let causes = [
        (VerdictKind::Conformant, 2),
        (VerdictKind::Deviates, 1),
        (VerdictKind::NotClaimed, 1),
    ];
    assert_eq!(tally.cause_verdicts(), Counts::from(causes));
    let cause = tally.cause("b").unwrap();
    assert_eq!((cause.total(), cause.unfinished()), (4, 0));
    assert_eq!(tally.unfinished(), 0);
    assert_eq!(cause.count(VerdictKind::Deviates), 3);
    assert_eq!(cause.count(VerdictKind::Flaky), 0);
    let facets: Vec<_> = cause.facets().collect();
    assert_eq!(facets, [(Facet::Leak, 1), (Facet::Code, 2)]);
    let tested = |name| tally.cause(name).unwrap().is_tested();
    assert_eq!(["a", "b", "d"].map(tested), [true, true, false]);
}

/// Filters may leave out instances of every cause. What they left out says nothing, so that what is left has no level.
#[test]
fn a_part_of_the_instances_has_no_level_and_all_of_them_have() {
    let ledger = oss403_case::Ledger::embedded().unwrap_or_else(|found| panic!("{}", found[0]));
    let instances: Vec<_> = ledger.instances().collect();
    let causes: std::collections::BTreeSet<&str> = instances
        .iter()
        .map(|instance| instance.file.cause.as_str())
        .collect();
    let tally = |leave_out: usize| {
        let mut tally = Tally::default();
        for instance in instances.iter().skip(leave_out) {
            tally.plan(&instance.file.cause);
            tally.add_instance(instance, Verdict::Conformant, 0);
        }
        tally
    };
    let filters = ["bucket".to_owned()];
    let level = |tally: &Tally, filters: &[String]| {
        tally.level_of(causes.iter().copied(), filters, &ledger)
    };
    for (left_out, filters, expected) in [
        (0, &[][..], Ok(Level::Exact)),
        (0, &filters[..], Ok(Level::Exact)),
        (1, &[][..], Ok(Level::Exact)),
        (1, &filters[..], Err(NoLevel::Part(""))),
    ] {
        let tally = tally(left_out);
        assert_eq!(level(&tally, filters), expected, "{left_out} {filters:?}");
        assert_eq!(tally.core().missing(), None);
    }
}
