//! Certificates: the bundle that a vendor hands out, and what anybody can find out about one that was handed to them.
//!
//! A run under fixed rules writes its records; everything else in a bundle is a function of them and of the terms. So a verifier makes everything
//! again and compares, and trusts neither sums nor verdicts nor reports. A signature says who vouches for the records, not that they are true.

mod attested;
pub mod badge;
pub mod bundle;
pub mod dsse;
mod events;
pub mod key;
pub mod keys;
mod place;
pub mod records;
pub mod refusal;
pub mod sample;
pub mod statement;
pub mod terms;
mod unique;
pub mod verify;

use std::thread;

/// What becomes of each item, in their order. As many threads as there are processors share the work.
fn in_parallel<I: Sync, O: Send>(items: &[I], work: impl Fn(&I) -> O + Sync) -> Vec<O> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(1);
    let work = &work;
    thread::scope(|scope| {
        let parts: Vec<_> = items
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<O>>()))
            .collect();
        let done = parts.into_iter().map(|part| match part.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        done.flatten().collect()
    })
}
