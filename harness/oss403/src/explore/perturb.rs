//! What is changed in a scenario of the ledger before it is sent: who, how, what, in which world, and which edits more.

use proptest::prelude::{BoxedStrategy, Strategy};
use proptest::prop_oneof;
use serde_json::Value;

use super::generate::several;
use super::vocabulary;
use crate::run::is_read;
use oss403_case::model::{Disguise, Edit, Scenario, SignWith, Span, TextMap, Who};
use oss403_case::request_line;

/// One change of a scenario.
#[derive(Debug, Clone)]
pub(super) enum Perturbation {
    /// Another sender of both requests.
    Sender(Who),
    /// Another scheme.
    Scheme(SignWith),
    /// Another method.
    Method(String),
    /// Another operation.
    Operation(String),
    /// More headers.
    Headers(TextMap),
    /// Written otherwise.
    Disguise(Disguise),
    /// Another ACL of the bucket.
    BucketAcl(String),
    /// Another ACL of every object.
    ObjectAcl(String),
    /// Another bucket policy.
    Policy(Value),
    /// One edit more, behind the others or in front of them.
    Edit(Edit, bool),
    /// Another edit.
    Instead(Edit),
    /// Spans of time a little, or altogether different.
    Time(Span, Span),
    /// A limit in time, met to the second.
    ToTheSecond(Edit),
}

pub(super) fn perturbation() -> BoxedStrategy<Perturbation> {
    use Perturbation as P;
    prop_oneof![
        2 => vocabulary::who().prop_map(P::Sender),
        3 => vocabulary::scheme().prop_map(P::Scheme),
        2 => vocabulary::method().prop_map(P::Method),
        2 => vocabulary::request().prop_map(P::Operation),
        2 => vocabulary::header().prop_map(P::Headers),
        2 => vocabulary::disguise().prop_map(P::Disguise),
        2 => vocabulary::bucket_acl().prop_map(P::BucketAcl),
        2 => vocabulary::object_acl().prop_map(P::ObjectAcl),
        2 => vocabulary::bucket_policy().prop_map(P::Policy),
        5 => (vocabulary::edit(), proptest::bool::ANY).prop_map(|(edit, last)| P::Edit(edit, last)),
        2 => vocabulary::edit().prop_map(P::Instead),
        2 => (vocabulary::clock(), vocabulary::life()).prop_map(|(clock, life)| P::Time(clock, life)),
        1 => vocabulary::to_the_second().prop_map(P::ToTheSecond),
    ]
    .boxed()
}

impl Perturbation {
    /// Makes the change. What does not fit any more is found by the checker.
    pub(super) fn on(self, scenario: &mut Scenario) {
        let base = &mut scenario.base;
        match self {
            Self::Sender(who) => base.r#as = who,
            Self::Scheme(scheme) if base.form.is_none() => base.sign = Some(scheme),
            Self::Method(method) => {
                if let Some((_, rest)) = base.request.split_once(' ') {
                    base.request = format!("{method} {rest}");
                }
                scenario.unchanged.clear();
            }
            Self::Operation(line) => {
                base.request = line;
                scenario.unchanged.clear();
            }
            Self::Headers(headers) => base.headers.extend(headers),
            Self::Disguise(disguise) if !base.disguise.contains(&disguise) => {
                base.disguise.push(disguise);
            }
            Self::BucketAcl(acl) => {
                if let Some(bucket) = &mut scenario.given.bucket {
                    bucket.acl = Some(acl);
                }
            }
            Self::ObjectAcl(acl) => {
                let buckets = scenario.given.bucket.iter_mut();
                for object in buckets.flat_map(|bucket| bucket.objects.values_mut()) {
                    object.acl = Some(acl.clone());
                }
            }
            Self::Policy(policy) => {
                if let Some(bucket) = &mut scenario.given.bucket {
                    bucket.policy = Some(policy);
                }
            }
            Self::Edit(edit, last) => {
                let mut edits = scenario.edit.parts().to_vec();
                if edits.len() < *Edit::PARTS.end() {
                    let place = if last { edits.len() } else { 0 };
                    edits.insert(place, edit);
                    scenario.edit = several(edits);
                }
            }
            Self::Instead(edit) => {
                scenario.edit = edit;
                scenario.to_the_second = false;
            }
            Self::Time(clock, life) => {
                scenario.to_the_second = false;
                let mut edits = scenario.edit.parts().to_vec();
                for edit in &mut edits {
                    match edit {
                        Edit::Clock(span) => *span = clock,
                        Edit::ExpiresIn(span) => *span = life,
                        _ => {}
                    }
                }
                scenario.edit = several(edits);
            }
            Self::ToTheSecond(edit) => {
                let method = request_line::method(&base.request);
                if is_read(method) {
                    scenario.edit = edit;
                    scenario.to_the_second = true;
                }
            }
            Self::Scheme(_) | Self::Disguise(_) => {}
        }
    }
}
