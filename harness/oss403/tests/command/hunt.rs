//! The measure of the fuzzer: servers that are wrong in one respect are found, whatever the respect.

use std::collections::BTreeSet;

use futures_util::{FutureExt as _, StreamExt as _};
use oss403::explore::hunt::{KINDS, hunt};
use oss403::mutate::generate;
use oss403::run::StopSignal;
use oss403_case::Ledger;
use oss403_case::revision::Revision;
use tempfile::TempDir;

/// Requests within which each of them has to be found.
const BUDGET: u64 = 20_000;

/// Mutants of each kind that has to be found, each with the seed it is looked for with.
const TEN: [(&str, u64); 10] = [
    ("skip-check/signature", 1),
    ("skip-check/bucket-acl", 2),
    ("skip-check/explicit-deny", 3),
    ("skip-check/url-auth-expiry", 4),
    ("off-by-one/skew-past/one-more", 5),
    ("off-by-one/url-v4/one-more", 6),
    ("off-by-one/security-token/one-less", 7),
    ("deny-but-apply/bucket-acl", 8),
    ("deny-but-apply/signature-mismatch", 9),
    ("deny-but-apply/object-acl-write", 10),
];

#[tokio::test(flavor = "multi_thread")]
async fn ten_mutants_are_found_within_the_budget() {
    let ledger = Ledger::embedded().unwrap().at(Revision::Observed);
    let causes: BTreeSet<&str> = ledger.causes().map(|file| file.cause.as_str()).collect();
    let mutants = generate(&causes);
    let out = TempDir::new().unwrap();
    let stop = StopSignal::new();
    let hunts = TEN.map(|(id, seed)| {
        let mutant = mutants.iter().find(|mutant| mutant.id == id).unwrap();
        assert!(KINDS.contains(&mutant.kind));
        let (ledger, out, stop) = (&ledger, out.path(), &stop);
        let hunt = hunt(mutant, ledger, seed, BUDGET, out, stop);
        async move { (id, hunt.await.unwrap()) }.boxed_local()
    });
    let hunted: Vec<_> = futures_util::stream::iter(hunts)
        .buffer_unordered(4)
        .collect()
        .await;
    let missed: Vec<_> = hunted
        .iter()
        .filter(|(_, hunted)| hunted.shown.is_none())
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
    // A fuzzer that sees differences everywhere finds every mutant: the one that shows is about the mutant's own cause mostly.
    let own = hunted.iter().filter(|(id, hunted)| {
        let key = hunted.shown.as_ref().unwrap();
        let kind = id.split('/').next().unwrap_or_default();
        kind != "deny-but-apply" || key.facet == oss403::target::quirk::Facet::Effect
    });
    assert_eq!(own.count(), hunted.len(), "{hunted:?}");
}
