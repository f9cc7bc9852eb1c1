//! `feature-open`: some configurations are open to an account only once the service has opened them for it (EC 0024-00000008).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Operation;
use crate::operation::settings::setting;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let on_settings = [
        Operation::GetBucketSetting,
        Operation::PutBucketSetting,
        Operation::DeleteBucketSetting,
    ]
    .iter()
    .any(|operation| inquiry.asks(*operation));
    let asked = setting(inquiry.request).filter(|_| on_settings);
    let is_closed = |name| {
        inquiry
            .caller_account()
            .is_some_and(|account| account.closed_features.contains(name))
    };
    match asked {
        Some(setting) if is_closed(setting.name) => Err(Denial::new(Cause::FeatureGated).into()),
        _ => Ok(()),
    }
}
