//! One instance: its base, its edited request, its probes, in the order that keeps each from disturbing the others.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::edit::{self, Changes};
use super::fault::RunFault;
use super::journal::Made;
use super::patience::{Attempts, may_repeat};
use super::plan::is_read;
use super::record::{Probe, Progress, TwinRecord};
use super::sender::Sender;
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

/// Which attempt at a twin it is, each in a world of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn<'t> {
    /// Requests of which nobody knows what became of them, in the attempts before.
    pub(crate) earlier: &'t [Unsure],
    /// Whether there is another after it.
    pub(crate) is_last: bool,
}

impl Turn<'_> {
    /// The only one.
    pub(crate) const ONLY: Self = Self {
        earlier: &[],
        is_last: true,
    };
}

/// A request of which nobody knows what became of it, and which must not be sent twice in the same world.
#[derive(Debug, Clone)]
pub(crate) struct Unsure {
    /// Whether it was the edited request; the base otherwise.
    edited: bool,
    /// What it came to, in a few words.
    why: String,
}

/// Sends a twin and records it.
///
/// # Errors
/// When another turn is needed for a request of which nobody knows what became of it.
pub(crate) async fn send(
    instance: &Instance,
    worlds: Worlds<'_>,
    sender: &Sender<'_>,
    turn: Turn<'_>,
) -> Result<TwinRecord, Unsure> {
    let started = Instant::now();
    let mut record = blank(instance, Progress::Complete);
    record.secrets.clone_from(&worlds.edited.secrets);
    let scene = &worlds.edited.scene;
    record.placeholders.clone_from(&scene.values);
    let mut twin = Twin {
        instance,
        worlds,
        sender,
        turn,
        unsure: OnceLock::new(),
        record,
    };
    let sent = match twin.expectation() {
        Ok(()) => twin.send_all().await,
        Err(fault) => Err(fault),
    };
    let Twin {
        mut record, unsure, ..
    } = twin;
    if let Some(unsure) = unsure.into_inner().filter(|_| !turn.is_last) {
        return Err(unsure);
    }
    // Whether what is unreadable would have been answered in the end nobody knows when the run has to end.
    let ended = || {
        sender
            .context
            .ending
            .fault()
            .filter(|_| has_unreadable(&record))
    };
    if let Some(fault) = sent.err().or_else(ended) {
        fault.note_in(&mut record);
    }
    record.requests = sender.sent();
    record.elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(record)
}

/// How often a request is sent at most whose limit is tested to the second. One that takes less than a second needs three.
const ATTEMPTS_AT_A_SECOND: u32 = 30;

struct Twin<'t> {
    instance: &'t Instance,
    worlds: Worlds<'t>,
    sender: &'t Sender<'t>,
    turn: Turn<'t>,
    unsure: OnceLock<Unsure>,
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
    /// server decided in the second that the request was made for; each attempt is made for the second in which the one before it would be
    /// decided now.
    ///
    /// An attempt that came too late may have been granted, and have changed something: what was read `before` is read again then.
    async fn in_its_second(
        &self,
        world: &World,
        edit: Option<&Edit>,
        path: Option<&str>,
        before: &mut Vec<Exchange>,
    ) -> Result<Exchange, RunFault> {
        let what = What { edit, path };
        let context = self.sender.context;
        if !self.instance.scenario.to_the_second {
            return self.send(what, world, &world.scene, None).await;
        }
        let signer = self.signer(edit);
        let started = Instant::now();
        let time = context.target.limits.patience.time;
        let mut second = context.seen_second();
        let mut sent = 0;
        while sent < ATTEMPTS_AT_A_SECOND && (sent < 3 || started.elapsed() < time) {
            sent += 1;
            // The target is in this second already, and if it answers in it too, the session was made in it.
            let scene = world.with_fresh_sessions(self.sender, &[signer]).await?;
            let began = Instant::now();
            let exchange = self.send(what, world, &scene, Some(second)).await?;
            match exchange.response().map(Response::date) {
                Some(Some(date)) if date != second => {
                    if !before.is_empty() {
                        *before = self.probe().await?;
                    }
                    // Decided in the middle of that second, for all we know; the next one will be later by what this one took.
                    let later = began.elapsed() + Duration::from_millis(500);
                    second = date.saturating_add(i64::try_from(later.as_secs()).unwrap_or(0));
                }
                Some(None) => {
                    let reason = "the limit is tested to the second, and the target's answer has no Date that can be read";
                    return Err(RunFault::Precondition(reason.into()));
                }
                _ => return Ok(exchange),
            }
        }
        Err(RunFault::Precondition(
            format!(
                "the limit is tested to the second, and none of {sent} requests was answered in the second it was made for: \
                 the target is too slow, or its Date is not its clock"
            )
            .into(),
        ))
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

    /// Sends the base, or the edited request, and again where that is safe until there is an answer that can be read. Where it is not, and
    /// there is none, another world is needed.
    async fn send(
        &self,
        what: What<'_>,
        world: &World,
        scene: &Scene,
        second: Option<i64>,
    ) -> Result<Exchange, RunFault> {
        let context = self.sender.context;
        let mut attempts = Attempts::new(&context.target.limits.patience);
        loop {
            let now = second.unwrap_or_else(|| context.now());
            let draft = self.draft(what, scene, now)?;
            let repeats = may_repeat(&draft) && !self.becomes_post(what.edit);
            let earlier = self.earlier(what);
            let fresh = attempts.fresh() || !(repeats || earlier.is_empty());
            let mut exchange = self.send_once(draft, what.edit, world, now, fresh).await?;
            if repeats {
                if let Some(exchange) = attempts.last(exchange, context.ending.begun()).await {
                    return Ok(exchange);
                }
                continue;
            }
            // What is said not to be answered was sent twice at least.
            let settled = self.turn.is_last && !(what.edit.is_some() && earlier.is_empty());
            if !settled && let Some(why) = exchange.unreadable() {
                let _ = self.unsure.set(Unsure {
                    edited: what.edit.is_some(),
                    why: why.clone(),
                });
                let answered = exchange.response().is_some();
                let reason = format!("nobody knows what became of a request: {why}");
                return Err(RunFault::Unknown {
                    reason: reason.into(),
                    answered,
                });
            }
            exchange.earlier = earlier;
            return Ok(exchange);
        }
    }

    /// What the same request came to in other worlds.
    fn earlier(&self, what: What<'_>) -> Vec<String> {
        let edited = what.edit.is_some();
        let earlier = self.turn.earlier.iter();
        let earlier = earlier.filter(|unsure| unsure.edited == edited);
        earlier.map(|unsure| unsure.why.clone()).collect()
    }

    fn becomes_post(&self, edit: Option<&Edit>) -> bool {
        let parts = edit.map(Edit::parts).unwrap_or_default();
        let mut parts = parts.iter();
        parts.any(|part| matches!(part, Edit::TamperMethod(method) if method == "POST"))
    }

    fn draft(&self, what: What<'_>, scene: &Scene, now: i64) -> Result<Draft, RunFault> {
        let call = &self.instance.scenario.base;
        let mut draft = match what.edit {
            Some(edit) => Draft::of_edited(call, edit, scene, now)?,
            None => Draft::of_call(call, scene, now)?,
        };
        if let Some(path) = what.path {
            let path = scene.text(path, now)?;
            draft.key = parse_path(path.trim_start_matches('/')).0;
        }
        Ok(draft)
    }

    async fn send_once(
        &self,
        draft: Draft,
        edit: Option<&Edit>,
        world: &World,
        now: i64,
        fresh: bool,
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
        let copy = string_to_sign.is_none().then(|| signed.clone());
        let trace = Trace {
            method: signed.method.clone(),
            ..trace
        };
        trace.announce(world, self.sender, self.signer(edit));
        let disguises = &self.instance.scenario.base.disguise;
        let outgoing = Outgoing {
            fresh,
            ..Outgoing::new(signed)
        };
        let outgoing = context.target.client.disguised(outgoing, disguises);
        let mut exchange = self.sender.deliver(outgoing).await?;
        exchange.request.string_to_sign = string_to_sign.or_else(|| {
            let reported = exchange.response()?.reports_string_to_sign();
            reported.then(|| copy?.string_to_sign()).flatten()
        });
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
        let reads = drafts.into_iter().map(|draft| self.sender.send(draft));
        join_all(reads).await.into_iter().collect()
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

/// The base, or the edited request: for its own object, or for the one of another path.
#[derive(Clone, Copy)]
struct What<'w> {
    edit: Option<&'w Edit>,
    path: Option<&'w str>,
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
        let _ = sender.context.intent(&made);
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

/// Whether a request was not answered so that it could be read.
fn has_unreadable(record: &TwinRecord) -> bool {
    let probes = record.probes.iter();
    let probes = probes.flat_map(|probe| [&probe.before, &probe.after]);
    let twins = record.base.iter().chain(&record.edited);
    let mut sent = twins.chain(&record.same_for).chain(probes);
    sent.any(|exchange| exchange.unreadable().is_some())
}
