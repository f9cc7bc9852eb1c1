//! Which instances of a certificate are run again.

use super::verify::Verified;

/// A sample of the instances that were sent, drawn by lot: so many in a hundred, at least one.
pub fn sample(verified: &Verified, percent: f64) -> Vec<String> {
    let mut ids: Vec<&String> = verified.sent.keys().collect();
    let mut lot = fastrand::Rng::new();
    lot.shuffle(&mut ids);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a few thousand"
    )]
    let count = ((ids.len() as f64) * percent / 100.0).ceil() as usize;
    ids.truncate(count.max(1));
    ids.into_iter().cloned().collect()
}
