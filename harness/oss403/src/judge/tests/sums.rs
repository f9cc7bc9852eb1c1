//! Adding up.

use crate::judge::summary::{Counts, Tally};
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
