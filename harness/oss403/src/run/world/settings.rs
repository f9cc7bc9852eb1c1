//! Settings of a bucket, put and deleted by its owner.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::{World, documents};
use crate::run::fault::{RunFault, succeeded};
use crate::run::patience::pauses;
use crate::run::sender::{Sender, Sent};
use crate::wire::draft::Draft;
use crate::wire::exchange::{Exchange, Outcome, Response};
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
        self.send_once_lifted(sender, place, draft).await
    }

    /// Sends what the bucket's Block Public Access does not stand against any more, until that is heeded or the time is over in which
    /// it should be.
    async fn send_once_lifted(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        draft: Draft,
    ) -> Result<Response, RunFault> {
        let (lifted, time) = (Instant::now(), sender.context.target.limits.settle.acl);
        for pause in pauses() {
            let exchange = sender.send(draft.clone()).await?;
            if !is_blocked(&exchange) {
                return succeeded(Ok(exchange));
            }
            let since = lifted.elapsed();
            if since >= time {
                let fault = succeeded(Ok(exchange));
                let why = self.why_still_blocked(sender, place, since).await;
                return fault.map_err(|fault| fault.saying(&why));
            }
            sender.pause(pause.min(time - since)).await?;
        }
        unreachable!("there is always another pause")
    }

    /// Why nothing can be made public in a bucket whose own Block Public Access was lifted, and what to do.
    async fn why_still_blocked(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        since: Duration,
    ) -> String {
        const SWITCH: &str = "switch it off for the account (in the console, or DELETE /?publicAccessBlock on the service), or take \
            `public-buckets` out of the profile's capabilities";
        match self.account_blocks(sender, place).await {
            Some(true) => format!(
                "; Block Public Access is on for the whole account, as GET /?publicAccessBlock on the service answers: {SWITCH}"
            ),
            _ => format!(
                "; the bucket's Block Public Access was lifted {since:.1?} before. Either the account's is on: {SWITCH}; or the \
                 change takes longer than `limits.settle.acl` allows"
            ),
        }
    }

    /// Whether Block Public Access is on for the account of a bucket, when it can be learnt.
    async fn account_blocks(&self, sender: &Sender<'_>, place: &BucketPlace) -> Option<bool> {
        let owner = self.person(&place.owner).ok()?;
        let signature = sender.signature();
        let draft = Draft::new("GET", &self.scene, None, None, owner, signature)
            .query("publicAccessBlock", None);
        let body = succeeded(sender.send(draft).await).ok()?.body;
        xml::text(&body, "BlockPublicAccess").map(|text| text == "true")
    }
}

/// Whether a request was refused since nothing may be made public.
fn is_blocked(exchange: &Exchange) -> bool {
    let refusal = exchange.response().filter(|r| r.status == 403);
    let message = refusal.and_then(|response| xml::text(&response.body, "Message"));
    message.is_some_and(|message| message.to_ascii_lowercase().contains("put public"))
}
