//! A bucket that a world is done with, made as if it were new for a world to come.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::remove::{Contents, place_of};
use super::settings::XML;
use super::{World, documents};
use crate::run::context::Context;
use crate::run::journal::Made;
use crate::run::pool::Setting;
use crate::run::sender::Sender;
use crate::wire::exchange::{Exchange, Response};
use crate::wire::scene::BucketPlace;
use crate::wire::xml;
use oss403_case::model::RefererSpec;

/// What a bucket has that nobody has asked for any.
const NO_REFERER: RefererSpec = RefererSpec {
    allow_empty: true,
    allow_truncate_query: true,
    truncate_path: false,
    allow: Vec::new(),
    deny: Vec::new(),
};

impl World {
    /// Empties a bucket, looks at it, and lets it wait for another world. `false` when it has to be deleted: there is no use for it, or anything
    /// about it is doubtful.
    pub(super) async fn lay_aside(
        &self,
        sender: &Sender<'_>,
        made: &Made,
        contents: &Contents,
    ) -> bool {
        let Some(place) = place_of(made) else {
            return false;
        };
        let name = &place.name;
        let context = sender.context;
        let is_wanted = || context.pool.has_room() && context.go_on().is_ok();
        if !is_wanted() || !self.is_plain_bucket(name) {
            return false;
        }
        let Some(set) = sender.doubts.set(name) else {
            return false;
        };
        // A policy may stand in the way of everything else, so it goes first.
        let is_as_new = self.takes_back(sender, &place, &set).await
            && self.empties(sender, &place, contents).await
            && self.is_as_new(sender, &place, &set).await;
        let settle = &context.target.limits.settle;
        let rests = set.iter().map(|setting| setting.lasts(settle)).max();
        let rested = Instant::now() + rests.unwrap_or_default();
        // What made it so may have been lost, too.
        let is_known = sender.doubts.set(name).is_some();
        is_as_new && is_known && is_wanted() && context.pool.put(made, rested)
    }

    /// Takes the settings of a bucket back, one after the other. Whether each was answered as one that is gone.
    async fn takes_back(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        set: &BTreeSet<Setting>,
    ) -> bool {
        let ordered = [
            Setting::Policy,
            Setting::Acl,
            Setting::Cors,
            Setting::Referer,
        ];
        for setting in ordered.into_iter().filter(|setting| set.contains(setting)) {
            let ask = |method, name| {
                Some(
                    self.request(sender, method, place, None)
                        .ok()?
                        .query(name, None),
                )
            };
            let draft = match setting {
                Setting::Policy => ask("DELETE", "policy"),
                Setting::Cors => ask("DELETE", "cors"),
                Setting::Acl => ask("PUT", "acl").map(|draft| draft.header("x-oss-acl", "private")),
                Setting::Referer => ask("PUT", "referer").map(|draft| {
                    let draft = draft.header("Content-Type", XML);
                    draft.body(documents::referer(&NO_REFERER))
                }),
                Setting::ObjectAcl => continue,
            };
            let Some(draft) = draft else {
                return false;
            };
            let exchange = sender.clear(draft).await.ok();
            let response = exchange.as_ref().and_then(Exchange::response);
            if !response.is_some_and(Response::is_success) {
                return false;
            }
        }
        true
    }

    /// Deletes what is known to be in a bucket. Whether each deletion was answered as one that was carried out.
    async fn empties(&self, sender: &Sender<'_>, place: &BucketPlace, contents: &Contents) -> bool {
        let Ok(deletions) = self.deletions(sender, place, contents) else {
            return false;
        };
        let deletions = deletions.into_iter().map(|draft| {
            // An upload may be over, which an object never is.
            let may_be_gone = !draft.query.is_empty();
            async move {
                let exchange = sender.clear(draft).await.ok();
                let response = exchange.as_ref().and_then(Exchange::response);
                response.is_some_and(|response| {
                    response.is_success() || may_be_gone && response.status == 404
                })
            }
        });
        join_all(deletions).await.into_iter().all(|done| done)
    }

    /// Whether a bucket is there, private, and empty, for all that it says itself; and without the policy and the rules that it had.
    async fn is_as_new(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        set: &BTreeSet<Setting>,
    ) -> bool {
        for (setting, name) in [(Setting::Policy, "policy"), (Setting::Cors, "cors")] {
            if !set.contains(&setting) {
                continue;
            }
            let Ok(draft) = self.request(sender, "GET", place, None) else {
                return false;
            };
            let exchange = sender.clear(draft.query(name, None)).await.ok();
            let response = exchange.as_ref().and_then(Exchange::response);
            if response.is_none_or(|response| response.status != 404) {
                return false;
            }
        }
        let looks = [
            ("acl", None, "AccessControlPolicy"),
            ("list-type", Some("2"), "ListBucketResult"),
            ("uploads", None, "ListMultipartUploadsResult"),
        ];
        let looks = looks.map(|(name, value, root)| async move {
            let draft = self.request(sender, "GET", place, None).ok()?;
            let exchange = sender.clear(draft.query(name, value)).await.ok()?;
            let response = exchange
                .response()
                .filter(|response| response.is_success())?;
            let is_it = !xml::elements(&response.body, root).is_empty() && !response.truncated;
            is_it.then(|| response.body.clone())
        });
        let looked: Option<Vec<_>> = join_all(looks).await.into_iter().collect();
        let Some([acl, objects, uploads]) = looked.as_deref() else {
            return false;
        };
        let has_none = |body: &[u8], name: &str| xml::elements(body, name).is_empty();
        xml::text(acl, "Grant").as_deref() == Some("private")
            && has_none(objects, "Contents")
            && has_none(objects, "CommonPrefixes")
            && has_none(uploads, "Upload")
    }
}

/// Removes the buckets that no other world has had any use for.
pub(crate) async fn empty_pool(context: &Context) {
    let sender = Sender::new(context);
    let sender = &sender;
    let removed = context.pool.drain().into_iter().map(|made| async move {
        let Made::Bucket { owner, .. } = &made else {
            return;
        };
        let who = owner.as_str().into();
        match context.known_identity(&who) {
            Some(identity) => {
                let world = World::of_owner(context, &who, identity);
                world.remove_found(sender, &made).await;
            }
            None => context.leave_behind(&made, "its owner is not known any more"),
        }
    });
    join_all(removed.collect::<Vec<_>>()).await;
}
