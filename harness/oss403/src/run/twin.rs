//! One instance: its base, its edited request, its probes, in the order that keeps each from disturbing the others.

use std::collections::BTreeMap;
use std::time::Instant;

use futures_util::future::join_all;

use super::context::Sender;
use super::edit::{self, Changes};
use super::fault::RunFault;
use super::journal::Made;
use super::plan::is_read;
use super::record::{Probe, Progress, TwinRecord};
use super::world::World;
use crate::wire::client::Outgoing;
use crate::wire::draft::{Body, Draft};
use crate::wire::exchange::{Exchange, Response};
use crate::wire::parts::parse_path;
use crate::wire::scene::Scene;
use crate::wire::sign;
use crate::wire::tamper::tamper;
use crate::wire::xml;
use oss403_case::Instance;
use oss403_case::model::{Edit, TextMap, Who};

/// The worlds of an instance: the same one twice, unless the base changes what the edited request needs.
#[derive(Clone, Copy)]
pub(crate) struct Worlds<'w> {
    pub(crate) base: &'w World,
    pub(crate) edited: &'w World,
}

/// A record of which nothing is known yet.
pub(crate) fn blank(instance: &Instance, progress: Progress) -> TwinRecord {
    TwinRecord {
        instance: instance.id.clone(),
        progress,
        base: None,
        edited: None,
        same_for: None,
        failed_step: None,
        probes: Vec::new(),
        secrets: Vec::new(),
        placeholders: BTreeMap::new(),
        elements: Vec::new(),
        message: None,
        requests: 0,
        elapsed_us: 0,
    }
}

/// Sends a twin and records it.
pub(crate) async fn send(
    instance: &Instance,
    worlds: Worlds<'_>,
    sender: &Sender<'_>,
) -> TwinRecord {
    let started = Instant::now();
    let mut record = blank(instance, Progress::Complete);
    record.secrets.clone_from(&worlds.edited.secrets);
    let scene = &worlds.edited.scene;
    record.placeholders.clone_from(&scene.values);
    let mut twin = Twin {
        instance,
        worlds,
        sender,
        record,
    };
    let sent = match twin.expectation() {
        Ok(()) => twin.send_all().await,
        Err(fault) => Err(fault),
    };
    let Twin { mut record, .. } = twin;
    // What got no answer is for the judge to weigh.
    if let Err(fault) = sent {
        fault.note_in(&mut record);
    }
    record.requests = sender.sent();
    record.elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    record
}

/// How often a request is sent whose limit is tested to the second. One that takes less than a second needs three at most.
const ATTEMPTS_AT_A_SECOND: u32 = 8;

struct Twin<'t> {
    instance: &'t Instance,
    worlds: Worlds<'t>,
    sender: &'t Sender<'t>,
    record: TwinRecord,
}

impl Twin<'_> {
    /// Replaces the placeholders of what the answer is compared with.
    fn expectation(&mut self) -> Result<(), RunFault> {
        let now = self.sender.context.now();
        let scene = &self.worlds.edited.scene;
        let expect = &self.instance.scenario.expect;
        let mut elements: TextMap = self.instance.file.elements.clone();
        elements.extend(expect.elements.clone());
        for (name, value) in elements {
            self.record.elements.push((name, scene.text(&value, now)?));
        }
        if let Some(message) = &expect.message {
            self.record.message = Some(scene.text(message, now)?);
        }
        Ok(())
    }

    async fn send_all(&mut self) -> Result<(), RunFault> {
        let edit = &self.instance.scenario.edit;
        if edit.stage().is_world() {
            self.record.base = Some(self.base().await?);
            self.sender.context.go_on()?;
            let world = self.worlds.edited;
            edit::apply(edit, Changes::OwnerStillReads, world, self.sender).await?;
            if !edit::blinds_owner(edit) {
                return self.probed_edit().await;
            }
            let mut before = self.probe().await?;
            edit::apply(edit, Changes::BlindOwner, world, self.sender).await?;
            self.send_edited(&mut before).await?;
            if !before.is_empty() {
                edit::undo(edit, world, self.sender).await?;
                let after = self.probe().await?;
                self.keep_probes(before, after);
            }
            Ok(())
        } else {
            self.probed_edit().await?;
            // Last, so that a base that changes something cannot disturb the refusal.
            self.record.base = Some(self.base().await?);
            Ok(())
        }
    }

    async fn probed_edit(&mut self) -> Result<(), RunFault> {
        let mut before = self.probe().await?;
        self.send_edited(&mut before).await?;
        let after = self.probe().await?;
        self.keep_probes(before, after);
        Ok(())
    }

    fn keep_probes(&mut self, before: Vec<Exchange>, after: Vec<Exchange>) {
        let (scene, now) = (&self.worlds.edited.scene, self.sender.context.now());
        let targets = self.instance.scenario.unchanged.iter();
        let targets = targets.map(|entry| scene.text(entry, now).unwrap_or_else(|_| entry.clone()));
        self.record.probes = targets
            .zip(before)
            .zip(after)
            .map(|((target, before), after)| Probe {
                target,
                before,
                after,
            })
            .collect();
    }

    async fn base(&self) -> Result<Exchange, RunFault> {
        let nothing = &mut Vec::new();
        self.in_its_second(self.worlds.base, None, None, nothing)
            .await
    }

    /// Sends the edited request, and once more for the other object for which the answer must be the same.
    async fn send_edited(&mut self, before: &mut Vec<Exchange>) -> Result<(), RunFault> {
        self.record.edited = Some(self.edited(None, before).await?);
        if let Some(path) = &self.instance.scenario.expect.same_for {
            self.record.same_for = Some(self.edited(Some(path), before).await?);
        }
        Ok(())
    }

    /// The edited request, for its own object or for the one of another path.
    async fn edited(
        &self,
        path: Option<&str>,
        before: &mut Vec<Exchange>,
    ) -> Result<Exchange, RunFault> {
        let edit = &self.instance.scenario.edit;
        self.in_its_second(self.worlds.edited, Some(edit), path, before)
            .await
    }

    /// Sends the base, or the edited request. Where the very second matters it is sent again until the answer's `Date` shows that the
    /// server decided in the second that the request was made for; each attempt takes the second of the answer before it.
    ///
    /// An attempt that came too late may have been granted, and have changed something: what was read `before` is read again then.
    async fn in_its_second(
        &self,
        world: &World,
        edit: Option<&Edit>,
        path: Option<&str>,
        before: &mut Vec<Exchange>,
    ) -> Result<Exchange, RunFault> {
        let call = &self.instance.scenario.base;
        let send = async |scene: &Scene, now| {
            let mut draft = match edit {
                Some(edit) => Draft::of_edited(call, edit, scene, now)?,
                None => Draft::of_call(call, scene, now)?,
            };
            if let Some(path) = path {
                let path = scene.text(path, now)?;
                draft.key = parse_path(path.trim_start_matches('/')).0;
            }
            self.send(draft, world, edit, now).await
        };
        let context = self.sender.context;
        if !self.instance.scenario.to_the_second {
            return send(&world.scene, context.now()).await;
        }
        let signer = self.signer(edit);
        let mut second = context.seen_second();
        for _ in 0..ATTEMPTS_AT_A_SECOND {
            // The target is in this second already, and if it answers in it too, the session was made in it.
            let scene = world.with_fresh_sessions(self.sender, &[signer]).await?;
            let exchange = send(&scene, second).await?;
            match exchange.response().map(Response::date) {
                Some(Some(date)) if date != second => {
                    second = date;
                    if !before.is_empty() {
                        *before = self.probe().await?;
                    }
                }
                Some(None) => {
                    let reason = "the limit is tested to the second, and the target's answer has no Date that can be read";
                    return Err(RunFault::Precondition(reason.into()));
                }
                _ => return Ok(exchange),
            }
        }
        Err(RunFault::Precondition(format!(
            "the limit is tested to the second, and none of {ATTEMPTS_AT_A_SECOND} requests was answered in the second it was made for: \
             the target is too slow, or its Date is not its clock"
        ).into()))
    }

    /// Who sends the base, or the edited request.
    fn signer<'s>(&'s self, edit: Option<&'s Edit>) -> &'s Who {
        let parts = edit.map(Edit::parts).unwrap_or_default();
        let another = parts.iter().rev().find_map(|part| match part {
            Edit::As(signer) => Some(signer),
            _ => None,
        });
        another.unwrap_or(&self.instance.scenario.base.r#as)
    }

    async fn send(
        &self,
        draft: Draft,
        world: &World,
        edit: Option<&Edit>,
        now: i64,
    ) -> Result<Exchange, RunFault> {
        let context = self.sender.context;
        context.go_on()?;
        let trace = Trace::of(&draft);
        let mut signed = sign::sign(draft, now);
        if let Some(edit) = edit {
            tamper(&mut signed, edit, &world.scene, now)?;
        }
        let string_to_sign = match edit {
            Some(_) if self.speaks_of_string_to_sign() => signed.string_to_sign(),
            _ => None,
        };
        let trace = Trace {
            method: signed.method.clone(),
            ..trace
        };
        trace.announce(world, self.sender, self.signer(edit));
        let disguises = &self.instance.scenario.base.disguise;
        let outgoing = Outgoing::new(signed);
        let outgoing = context.target.client.disguised(outgoing, disguises);
        let delivery = self.sender.deliver(outgoing);
        let mut exchange = if is_read(&trace.method) {
            tokio::select! {
                exchange = delivery => exchange,
                () = context.stop.stopped() => return Err(RunFault::Interrupted),
            }
        } else {
            // What may change something is waited for: nobody could remove what comes later.
            delivery.await
        };
        exchange.request.string_to_sign = string_to_sign;
        trace.note(world, &exchange);
        Ok(exchange)
    }

    fn speaks_of_string_to_sign(&self) -> bool {
        self.instance.file.code == "SignatureDoesNotMatch"
            || self
                .record
                .elements
                .iter()
                .any(|(name, _)| name.starts_with("StringToSign"))
    }

    /// Reads everything that must not change, as its owner.
    async fn probe(&self) -> Result<Vec<Exchange>, RunFault> {
        let drafts = self
            .instance
            .scenario
            .unchanged
            .iter()
            .map(|entry| self.probe_draft(entry));
        let drafts: Vec<Draft> = drafts.collect::<Result<_, _>>()?;
        let context = self.sender.context;
        let reads = join_all(drafts.into_iter().map(|draft| self.sender.send(draft)));
        tokio::select! {
            exchanges = reads => Ok(exchanges),
            () = context.stop.stopped() => Err(RunFault::Interrupted),
        }
    }

    fn probe_draft(&self, entry: &str) -> Result<Draft, RunFault> {
        let world = self.worlds.edited;
        let entry = world.scene.text(entry, self.sender.context.now())?;
        let named = entry.split_once(':');
        let (bucket, path) = match named.filter(|(name, _)| world.scene.buckets.contains_key(*name))
        {
            Some((name, path)) => (name, path),
            None => ("", entry.as_str()),
        };
        let (key, query) = parse_path(path);
        let place = world.scene.bucket(bucket)?;
        let mut draft = world.request(self.sender, "GET", place, key.as_deref())?;
        draft.query = query;
        Ok(draft)
    }
}

/// What a request may leave behind in its world.
struct Trace {
    method: String,
    bucket: Option<String>,
    key: Option<String>,
    initiates_upload: bool,
    makes_bucket: bool,
}

impl Trace {
    fn of(draft: &Draft) -> Self {
        let key = match &draft.body {
            Body::Form(form) => {
                let key = form
                    .fields
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case("key"));
                key.map(|(_, value)| value.clone())
            }
            Body::Empty | Body::Bytes(_) => draft.key.clone(),
        };
        Self {
            method: draft.method.clone(),
            bucket: draft.bucket.clone(),
            initiates_upload: draft.query.iter().any(|(name, _)| name == "uploads"),
            makes_bucket: draft.key.is_none() && draft.query.is_empty(),
            key,
        }
    }

    /// Notes in advance that the request may make the bucket whose name was kept free.
    fn announce(&self, world: &World, sender: &Sender<'_>, signer: &Who) {
        if !(self.makes_bucket && self.method == "PUT" && world.scene.no_bucket) {
            return;
        }
        let Some(name) = &self.bucket else { return };
        let region = world.scene.names.home.clone();
        let owner = match signer {
            Who::Anonymous => Who::Owner.to_string(),
            signer => signer.to_string(),
        };
        let made = Made::Bucket {
            name: name.clone(),
            region,
            owner,
        };
        let _ = sender.context.journal.intent(&made);
        world.note(made);
    }

    /// Notes what a request that succeeded may have made.
    fn note(&self, world: &World, exchange: &Exchange) {
        let Some(response) = exchange.response().filter(|response| response.is_success()) else {
            return;
        };
        let (Some(bucket), Some(key)) = (&self.bucket, &self.key) else {
            return;
        };
        if is_read(&self.method) {
            return;
        }
        if self.initiates_upload {
            if let Some(id) = xml::text(&response.body, "UploadId") {
                world.note_upload(bucket, key, &id);
            }
        } else {
            world.note_key(bucket, key);
        }
    }
}
