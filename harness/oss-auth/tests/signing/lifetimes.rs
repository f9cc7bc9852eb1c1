//! When signatures are valid, as laws: URLs and forms up to their end and at every earlier time since they were signed,
//! headers exactly within the skew.

use oss_auth::{MAX_SKEW_SECONDS, Timestamp, Validity, find_form_claim};
use proptest::prelude::*;
use proptest::sample::select;

use crate::case::{Case, Way, case, deterministic};
use crate::laws::signed_form;

proptest! {
    #![proptest_config(deterministic(500))]

    #[test]
    fn a_url_valid_at_some_time_is_valid_at_every_earlier_time_since_it_was_signed(
        case in case().prop_filter("a URL", |case| !case.way.is_header()),
        lifetime in lifetime(),
        late in any::<u64>(),
        early in any::<u64>(),
    ) {
        // Two moments between the signing and twice the lifetime, of which the first is the later one.
        let span = lifetime.unsigned_abs() * 2;
        let late = case.time + i64::try_from(late % (span + 1)).expect("a small number");
        let early = case.time + i64::try_from(early % ((late - case.time).unsigned_abs() + 1)).expect("a small number");
        let validity = validity_of(&case, lifetime);
        if validity.check(Timestamp(late)).is_ok() {
            prop_assert_eq!(validity.check(Timestamp(early)), Ok(()));
        }
    }

    #[test]
    fn a_url_is_valid_exactly_up_to_its_end(
        case in case().prop_filter("a URL", |case| !case.way.is_header()),
        lifetime in lifetime(),
        offset in near_boundary(),
    ) {
        let now = case.time + lifetime + offset;
        // A V4 URL has a beginning as well, which lies before its end by more than any of these offsets but the largest.
        let begun = !has_beginning(&case) || now >= case.time - MAX_SKEW_SECONDS;
        let valid = validity_of(&case, lifetime).check(Timestamp(now)).is_ok();
        prop_assert_eq!(valid, begun && offset <= 0);
    }

    #[test]
    fn a_v4_url_begins_fifteen_minutes_before_it_was_signed_and_the_others_never(
        case in case().prop_filter("a URL", |case| !case.way.is_header()),
        lifetime in lifetime(),
        offset in near_boundary(),
    ) {
        let now = case.time - MAX_SKEW_SECONDS + offset;
        let expired = now > case.time + lifetime;
        let valid = validity_of(&case, lifetime).check(Timestamp(now)).is_ok();
        prop_assert_eq!(valid, !expired && (!has_beginning(&case) || offset >= 0));
    }

    #[test]
    fn a_header_is_valid_exactly_within_the_skew(
        case in case().prop_filter("a header", |case| case.way.is_header()),
        offset in prop_oneof![near_boundary(), near_boundary().prop_map(|by| MAX_SKEW_SECONDS + by), near_boundary().prop_map(|by| by - MAX_SKEW_SECONDS)],
    ) {
        let validity = case.signed().as_claim(|claim| claim.validity().expect("dated"));
        let valid = validity.check(Timestamp(case.time + offset)).is_ok();
        prop_assert_eq!(valid, (-900..=900).contains(&offset));
    }

    /// V1 and V2 forms have no time of their own: it stands in the policy.
    #[test]
    fn a_form_valid_at_some_time_is_valid_at_every_earlier_time_since_it_was_signed(
        version in 0..3_usize,
        late in 0..1_300_000_i64,
        early in any::<u64>(),
    ) {
        let fields = signed_form(version, "e30=", "secret");
        let claim = find_form_claim(&fields).expect("well-formed").expect("signed");
        let at = |offset| claim.validity().check(Timestamp(SIGNED + offset)).is_ok();
        let early = i64::try_from(early % (late.unsigned_abs() + 1)).expect("a small number");
        prop_assert_eq!(at(late), version < 2 || late <= 604_800);
        prop_assert!(!at(late) || at(early));
        prop_assert_eq!(at(-early), version < 2 || early <= MAX_SKEW_SECONDS);
    }
}

/// V4 URLs have a beginning.
fn has_beginning(case: &Case) -> bool {
    matches!(case.way, Way::V4Url | Way::S3Url)
}

/// When the forms of the laws were signed: 20231216T162057Z.
const SIGNED: i64 = 1_702_743_657;

/// What V4 allows: from one second to seven days.
fn lifetime() -> impl Strategy<Value = i64> {
    prop_oneof![select(vec![1, 2, 899, 900, 901, 604_800]), 1..=604_800_i64]
}

/// Seconds around a boundary, the boundary itself most often.
fn near_boundary() -> impl Strategy<Value = i64> {
    prop_oneof![3 => -2..=2_i64, 1 => -100_000..=100_000_i64]
}

fn validity_of(case: &Case, lifetime: i64) -> Validity {
    case.signed_for(lifetime)
        .as_claim(|claim| claim.validity().expect("dated"))
}
