//! One instance: its base, its edited request, its probes, in the order that keeps each from disturbing the others.

mod sending;
mod settle;
mod trace;

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::edit::{self, Changes};
use super::fault::RunFault;
use super::patience::pauses;
use super::plan::is_read;
use super::record::{Probe, Progress, TwinRecord};
use super::sender::Sender;
use super::world::World;
use crate::wire::draft::Draft;
use crate::wire::exchange::Exchange;
use crate::wire::parts::parse_path;
use crate::wire::patience::Settle;
use oss403_case::Instance;
use oss403_case::model::TextMap;

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
    pub(crate) edited: bool,
    /// What it came to, in a few words.
    pub(crate) why: String,
}

/// Sends a twin and records it.
///
/// # Errors
/// When another turn is needed: nobody knows what became of a request. That of the twin is named, that of a world edit is not.
pub(crate) async fn send(
    instance: &Instance,
    worlds: Worlds<'_>,
    sender: &Sender<'_>,
    turn: Turn<'_>,
) -> Result<TwinRecord, Option<Unsure>> {
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
        started,
        changed: started,
        record,
    };
    let sent = match twin.expectation() {
        Ok(()) => twin.send_all().await,
        Err(fault) => Err(fault),
    };
    let Twin {
        mut record, unsure, ..
    } = twin;
    let fault = match sent {
        Err(RunFault::Unknown { .. }) if !turn.is_last => return Err(unsure.into_inner()),
        Err(fault) => Some(fault),
        // Whether what is unreadable would have been answered in the end nobody knows when the run has to end.
        Ok(()) => {
            let ending = &sender.context.ending;
            ending.fault().filter(|_| has_unreadable(&record))
        }
    };
    if let Some(fault) = fault {
        fault.note_in(&mut record);
    }
    record.requests = sender.sent();
    record.elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(record)
}

struct Twin<'t> {
    instance: &'t Instance,
    worlds: Worlds<'t>,
    sender: &'t Sender<'t>,
    turn: Turn<'t>,
    unsure: OnceLock<Unsure>,
    started: Instant,
    /// When the world became what the edited request is sent in.
    changed: Instant,
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
            self.changed = Instant::now();
            if !edit::blinds_owner(edit) {
                return self.probed_edit().await;
            }
            let before = self.probe().await?;
            edit::apply(edit, Changes::BlindOwner, world, self.sender).await?;
            let line = &self.instance.scenario.base.request;
            if !is_read(line.split(' ').next().unwrap_or_default()) {
                // What was read before cannot be read again after an attempt that came too early and has changed something.
                self.sender
                    .pause(settle::time(&self.instance.scenario, self.settle_times()))
                    .await?;
            }
            self.changed = Instant::now();
            self.send_edited(&mut Vec::new()).await?;
            if !before.is_empty() {
                edit::undo(edit, world, self.sender).await?;
                let after = self.probe_again(&before).await?;
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

    /// The base; where the world may not be what it was made to be yet, until it succeeds.
    async fn base(&self) -> Result<Exchange, RunFault> {
        let settle = self.settle_times();
        let time = settle::time_of_given(&self.instance.scenario, settle);
        for pause in pauses() {
            let nothing = &mut Vec::new();
            let exchange = self.in_its_second(self.worlds.base, None, None, nothing);
            let exchange = exchange.await?;
            if is_granted(&exchange) || self.started.elapsed() >= time {
                return Ok(exchange);
            }
            self.sender.pause(pause).await?;
        }
        unreachable!("there is always another pause")
    }

    /// Sends the edited request, and once more for the other object for which the answer must be the same.
    async fn send_edited(&mut self, before: &mut Vec<Exchange>) -> Result<(), RunFault> {
        self.record.edited = Some(self.edited(None, before).await?);
        if let Some(path) = &self.instance.scenario.expect.same_for {
            self.record.same_for = Some(self.edited(Some(path), before).await?);
        }
        Ok(())
    }

    /// The edited request, for its own object or for the one of another path. Where a change may not be heeded yet, until it is refused; and
    /// before it is said that it never was, the base has to succeed once more.
    async fn edited(
        &self,
        path: Option<&str>,
        before: &mut Vec<Exchange>,
    ) -> Result<Exchange, RunFault> {
        let edit = &self.instance.scenario.edit;
        let time = settle::time(&self.instance.scenario, self.settle_times());
        let mut granted = Vec::new();
        let mut is_last = false;
        for pause in pauses() {
            let sent = self.in_its_second(self.worlds.edited, Some(edit), path, before);
            let mut exchange = sent.await?;
            if time.is_zero() || !is_granted(&exchange) || is_last {
                exchange.earlier.extend(granted);
                return Ok(exchange);
            }
            let since = self.changed.elapsed();
            granted.push(format!("it was granted {since:.1?} after the change"));
            if since >= time {
                // The world may only just have become what it was changed to.
                is_last = true;
                if is_granted(&self.base().await?) {
                    exchange.earlier.extend(granted);
                    return Ok(exchange);
                }
            } else {
                self.sender.pause(next_pause(pause, since, time)).await?;
            }
            if !before.is_empty() {
                *before = self.probe().await?;
            }
        }
        unreachable!("there is always another pause")
    }

    /// Reads what must not have changed when a state that hid it is over; where that may not be heeded yet, until it can be read.
    async fn probe_again(&self, before: &[Exchange]) -> Result<Vec<Exchange>, RunFault> {
        let edit = &self.instance.scenario.edit;
        let time = settle::time_of_edit(edit, self.settle_times());
        let (ended, status) = (Instant::now(), |sent: &Exchange| {
            sent.response().map(|r| r.status)
        });
        for pause in pauses() {
            let after = self.probe().await?;
            let is_same = after.iter().map(status).eq(before.iter().map(status));
            if is_same || ended.elapsed() >= time {
                return Ok(after);
            }
            self.sender.pause(pause).await?;
        }
        unreachable!("there is always another pause")
    }

    fn settle_times(&self) -> &Settle {
        &self.sender.context.target.limits.settle
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

/// A pause so long after a change, which does not go beyond the time that the change may take.
fn next_pause(pause: Duration, since: Duration, time: Duration) -> Duration {
    pause.min(time.saturating_sub(since))
}

/// Whether a request was answered as if it were allowed.
fn is_granted(exchange: &Exchange) -> bool {
    let response = exchange.response();
    response.is_some_and(|response| (200..400).contains(&response.status))
}

/// Whether a request was not answered so that it could be read.
fn has_unreadable(record: &TwinRecord) -> bool {
    let probes = record.probes.iter();
    let probes = probes.flat_map(|probe| [&probe.before, &probe.after]);
    let twins = record.base.iter().chain(&record.edited);
    let mut sent = twins.chain(&record.same_for).chain(probes);
    sent.any(|exchange| exchange.unreadable().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pause_goes_beyond_what_a_change_may_take() {
        let ms = Duration::from_millis;
        for (pause, since, time, next) in [
            (50, 0, 1000, 50),
            (400, 600, 1000, 400),
            (800, 750, 1000, 250),
            (800, 1000, 1000, 0),
            (800, 1200, 1000, 0),
        ] {
            assert_eq!(next_pause(ms(pause), ms(since), ms(time)), ms(next));
        }
    }
}
