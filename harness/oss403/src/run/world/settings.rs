//! Settings of a bucket, put and deleted by its owner.

use futures_util::future::join_all;

use super::{World, documents};
use crate::run::fault::{RunFault, succeeded};
use crate::run::sender::{Sender, Sent};
use crate::wire::draft::Draft;
use crate::wire::exchange::{Outcome, Response};
use crate::wire::scene::BucketPlace;
use crate::wire::xml;
use oss403_case::model::{BucketSpec, WormSpec};

pub(super) const XML: &str = "application/xml";

/// A retention policy, as GetBucketWorm shows it.
struct WormPolicy {
    id: String,
    is_locked: bool,
}

impl World {
    pub(super) async fn configure_all(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        spec: &BucketSpec,
    ) -> Result<(), RunFault> {
        let mut documents: Vec<(&str, String)> = Vec::new();
        let now = sender.context.now();
        if let Some(referer) = &spec.referer {
            let referer = self.scene.filled(referer, now)?;
            documents.push(("referer", documents::referer(&referer)));
        }
        if !spec.cors.is_empty() {
            let rules = self.scene.filled(&spec.cors, now)?;
            documents.push(("cors", documents::cors(&rules)));
        }
        if spec.acceleration {
            documents.push(("transferAcceleration", documents::ACCELERATION.into()));
        }
        if spec.requester_pays {
            documents.push(("requestPayment", documents::REQUESTER_PAYS.into()));
        }
        if spec.block_public_access {
            documents.push(("publicAccessBlock", documents::NOTHING_PUBLIC.into()));
        }
        let configured = documents
            .into_iter()
            .map(|(name, document)| self.configure(sender, place, name, document));
        let domain = async {
            if spec.domain {
                self.bind_domain(sender, place).await
            } else {
                Ok(())
            }
        };
        let (configured, domain) = tokio::join!(join_all(configured), domain);
        configured.into_iter().chain([domain]).collect()
    }

    /// Switches Block Public Access on.
    pub(crate) async fn block_public_access(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
    ) -> Result<(), RunFault> {
        let document = documents::NOTHING_PUBLIC.into();
        self.configure(sender, place, "publicAccessBlock", document)
            .await
    }

    /// Binds the scenario's domain to a bucket.
    pub(crate) async fn bind_domain(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
    ) -> Result<(), RunFault> {
        let domain = self.scene.values.get("domain").map_or("", String::as_str);
        let draft = self
            .request(sender, "POST", place, None)?
            .query("cname", None)
            .query("comp", Some("add"))
            .header("Content-Type", XML)
            .body(documents::cname(domain));
        succeeded(sender.send(draft).await).map(drop)
    }

    pub(super) async fn retain(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        spec: &BucketSpec,
    ) -> Result<Option<String>, RunFault> {
        let Some(state) = spec.worm else {
            return Ok(None);
        };
        let draft = self
            .request(sender, "POST", place, None)?
            .query("worm", None)
            .header("Content-Type", XML)
            .body(documents::WORM);
        let seen = || async {
            let policy = self.worm_policy(sender, place).await?;
            Ok(policy.map(|policy| policy.id))
        };
        let id = match sender.send_or_see(draft, seen).await? {
            Sent::Seen(id) => id,
            Sent::Answered(exchange) => {
                let response = succeeded(Ok(*exchange))?;
                let id = response.header("x-oss-worm-id").map(str::to_owned);
                id.ok_or_else(|| {
                    RunFault::Precondition("InitiateBucketWorm answered no x-oss-worm-id".into())
                })?
            }
        };
        if state == WormSpec::Locked {
            self.lock_worm(sender, place, &id).await?;
        }
        Ok(Some(id))
    }

    /// Completes a retention policy.
    pub(crate) async fn lock_worm(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        id: &str,
    ) -> Result<(), RunFault> {
        let draft = self
            .request(sender, "POST", place, None)?
            .query("wormId", Some(id));
        let seen = || async {
            let policy = self.worm_policy(sender, place).await?;
            Ok(policy.filter(|policy| policy.is_locked).map(drop))
        };
        match sender.send_or_see(draft, seen).await? {
            Sent::Seen(()) => Ok(()),
            Sent::Answered(exchange) => succeeded(Ok(*exchange)).map(drop),
        }
    }

    /// The retention policy that a bucket has.
    async fn worm_policy(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
    ) -> Result<Option<WormPolicy>, RunFault> {
        let draft = self
            .request(sender, "GET", place, None)?
            .query("worm", None);
        let exchange = sender.send(draft).await?;
        if exchange.response().is_some_and(|r| r.status == 404) {
            return Ok(None);
        }
        let body = succeeded(Ok(exchange))?.body;
        let id = xml::text(&body, "WormId")
            .ok_or_else(|| RunFault::Precondition("GetBucketWorm answered no WormId".into()))?;
        let is_locked = xml::text(&body, "State").is_some_and(|state| state == "Locked");
        Ok(Some(WormPolicy { id, is_locked }))
    }

    /// Puts a sub-resource of a bucket.
    pub(crate) async fn configure(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        name: &str,
        document: String,
    ) -> Result<(), RunFault> {
        let draft = self
            .request(sender, "PUT", place, None)?
            .query(name, None)
            .header("Content-Type", XML)
            .body(document);
        succeeded(sender.send(draft).await).map(drop)
    }

    /// Deletes a sub-resource of a bucket.
    pub(crate) async fn deconfigure(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        name: &str,
    ) -> Result<(), RunFault> {
        let draft = self
            .request(sender, "DELETE", place, None)?
            .query(name, None);
        succeeded(sender.send(draft).await).map(drop)
    }

    /// Sets the ACL of a bucket.
    pub(crate) async fn set_bucket_acl(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        acl: &str,
    ) -> Result<(), RunFault> {
        let draft = self
            .request(sender, "PUT", place, None)?
            .query("acl", None)
            .header("x-oss-acl", acl);
        self.send_publicly(sender, place, draft).await.map(drop)
    }

    /// Sets the policy of a bucket.
    pub(crate) async fn set_bucket_policy(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        policy: String,
    ) -> Result<(), RunFault> {
        let draft = self
            .request(sender, "PUT", place, None)?
            .query("policy", None)
            .header("Content-Type", "application/json")
            .body(policy);
        self.send_publicly(sender, place, draft).await.map(drop)
    }

    /// Sends what Block Public Access may stand against; where it does, it is lifted first. New buckets of the service have it on.
    pub(super) async fn send_publicly(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        draft: Draft,
    ) -> Result<Response, RunFault> {
        let exchange = sender.send(draft.clone()).await?;
        let refused =
            matches!(&exchange.outcome, Outcome::Answered(response) if response.status == 403);
        if !refused {
            return succeeded(Ok(exchange));
        }
        self.deconfigure(sender, place, "publicAccessBlock").await?;
        succeeded(sender.send(draft).await)
    }
}
