//! Runs scenarios on the target and on the model, in worlds that are alike.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use oss_reference::config::{Config, Decisions};

use super::compare::{Accepted, Difference, compare};
use super::generate::is_sound;
use super::laws;
use crate::judge::judge;
use crate::judge::verdict::Verdict;
use crate::run::record::{Progress, TwinRecord};
use crate::run::{Options, RunError, RunEvent, RunSummary, StopSignal, run};
use crate::target::{Target, TargetError};
use crate::wire::exchange::Response;
use oss403_case::expand::Template;
use oss403_case::model::{
    Capability, CaseFile, ProvokedBy, SIGNATURE_V1, Scenario, Severity, TextMap,
};
use oss403_case::{Instance, Needs};

/// A target, and the model it is held against. Without a model only the laws are.
#[derive(Debug)]
pub struct Pair<'t> {
    subject: &'t Target,
    model: Option<Target>,
    accepted: Accepted,
    out: PathBuf,
    scratch: PathBuf,
    retired: OnceLock<BTreeSet<Capability>>,
}

/// What a scenario showed.
#[derive(Debug)]
pub struct Shown {
    /// Its place in the batch.
    pub place: usize,
    /// What the target did.
    pub subject: TwinRecord,
    /// What the model did.
    pub model: Option<TwinRecord>,
    /// In what they differ, or which law the target broke.
    pub difference: Option<Difference>,
}

/// What a batch was.
#[derive(Debug, Default)]
pub struct Ran {
    /// What each scenario showed, in the order of the batch; those that came to an end on both sides.
    pub shown: Vec<Shown>,
    /// Requests sent to the target.
    pub requests: u64,
    /// What could not be removed there.
    pub left_behind: Vec<String>,
    /// Scenarios that the target has not, or could not be set up for.
    pub set_aside: usize,
    /// Scenarios of which a request was not answered so that it could be read, and which show nothing for that.
    pub unreadable: usize,
    /// The first trouble of the harness or the network, in words.
    pub trouble: Option<String>,
}

impl<'t> Pair<'t> {
    /// A target beside a model that speaks of the same regions and names. `out` is the folder of the target's journals, `scratch` that of
    /// the model's.
    ///
    /// # Errors
    /// When the model does not start.
    pub async fn beside_model(
        subject: &'t Target,
        out: PathBuf,
        scratch: PathBuf,
    ) -> Result<Self, TargetError> {
        let names = &subject.inner.names;
        let regions = std::iter::once(&names.home).chain(&names.away);
        let config = Config {
            regions: regions.cloned().collect(),
            suffix: names.suffix.clone(),
            // Of what it answers the cause has to be told.
            decisions: Decisions::default().documented(),
            ..Config::default()
        };
        let model = Some(Target::embedded(config).await?);
        Ok(Self {
            model,
            scratch,
            ..Self::alone(subject, out)
        })
    }

    /// A target that the laws alone are held against.
    pub fn alone(subject: &'t Target, out: PathBuf) -> Self {
        Self {
            subject,
            model: None,
            accepted: Accepted::default(),
            scratch: out.clone(),
            out,
            retired: OnceLock::new(),
        }
    }

    /// What the canaries found that the target refuses to everybody, once they were asked.
    pub(super) fn retired(&self) -> Option<&BTreeSet<Capability>> {
        self.retired.get()
    }

    /// The same, where other forms of a refusal count as well.
    #[must_use]
    pub fn accepting(self, accepted: Accepted) -> Self {
        Self { accepted, ..self }
    }

    /// Whether there is a model.
    pub(super) fn has_model(&self) -> bool {
        self.model.is_some()
    }

    /// The scenario as far as the target claims what it needs: what would only be read to see that it stays as it is can be left out.
    pub(super) fn claimed(&self, mut scenario: Scenario) -> Option<Scenario> {
        let claims = self.subject.capabilities();
        let is_claimed = |scenario: &Scenario| {
            let needs = needs(scenario);
            let is_gone = |retired: &BTreeSet<_>| !needs.is_disjoint(retired);
            needs.is_subset(claims) && !self.retired().is_some_and(is_gone)
        };
        if is_claimed(&scenario) {
            return Some(scenario);
        }
        let reads = std::mem::take(&mut scenario.unchanged);
        if reads.is_empty() || !is_claimed(&scenario) {
            return None;
        }
        for read in reads {
            scenario.unchanged.push(read);
            if !is_claimed(&scenario) {
                scenario.unchanged.pop();
            }
        }
        is_sound(&scenario).then_some(scenario)
    }

    /// Runs a batch on both sides at once.
    ///
    /// # Errors
    /// When a canary fails, or a journal cannot be written.
    pub async fn run(
        &self,
        batch: &[Scenario],
        canaries: bool,
        stop: &StopSignal,
    ) -> Result<Ran, RunError> {
        // Even a run that sends nothing looks at the end whether something was left behind.
        if stop.is_stopped() {
            return Ok(Ran::default());
        }
        let (subject, model) = self.both_sides(batch, canaries, stop).await?;
        if canaries && batch.iter().any(signs_v1) {
            let _ = self.retired.set(subject.retired);
        }
        let mut ran = Ran {
            requests: subject.requests,
            left_behind: subject.left_behind,
            ..Ran::default()
        };
        let mut others = model.map(|side| side.records.into_iter());
        for (place, (scenario, record)) in batch.iter().zip(subject.records).enumerate() {
            let other = others.as_mut().and_then(Iterator::next);
            let Some(record) = record.and_then(|record| ran.complete(record)) else {
                continue;
            };
            let (difference, model) = match other {
                None => (laws::broken(scenario, &record), None),
                Some(Some(other)) if other.progress == Progress::Complete => {
                    (compare(&record, &other, &self.accepted), Some(other))
                }
                Some(_) => {
                    ran.set_aside += 1;
                    continue;
                }
            };
            ran.unreadable += usize::from(difference.is_none() && is_unreadable(&record));
            ran.shown.push(Shown {
                place,
                subject: record,
                model,
                difference,
            });
        }
        Ok(ran)
    }

    /// What the target did, and what the model did at the same time.
    async fn both_sides(
        &self,
        batch: &[Scenario],
        canaries: bool,
        stop: &StopSignal,
    ) -> Result<(Side, Option<Side>), RunError> {
        let options = |out: &PathBuf| Options {
            out: out.clone(),
            canaries: false,
            ..Options::default()
        };
        let own = Options {
            canaries,
            retired: self.retired().cloned().unwrap_or_default(),
            ..options(&self.out)
        };
        // Boxed, because a run is a big thing to keep on the stack.
        let subject = Box::pin(one_side(self.subject, batch, &own, stop));
        let Some(model) = &self.model else {
            return Ok((subject.await?, None));
        };
        let other = options(&self.scratch);
        let model = Box::pin(one_side(model, batch, &other, stop));
        let (subject, model) = tokio::join!(subject, model);
        Ok((subject?, Some(model?)))
    }

    /// Whether a case file that holds one scenario proves what it was written for: the target does not conform to it, and the model does.
    /// The requests that the target was sent come with it.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn prove(&self, file: &CaseFile, stop: &StopSignal) -> Result<(bool, u64), RunError> {
        let Some(instance) = one_instance(file) else {
            return Ok((false, 0));
        };
        let mut requests = 0;
        let mut verdicts = Vec::new();
        for target in std::iter::once(self.subject).chain(&self.model) {
            if stop.is_stopped() {
                return Ok((false, requests));
            }
            // That of the target has to be where it is looked for when this process dies.
            let out = if verdicts.is_empty() {
                &self.out
            } else {
                &self.scratch
            };
            let options = Options {
                out: out.clone(),
                canaries: false,
                ..Options::default()
            };
            let instances = vec![instance.clone()];
            let mut verdict = None;
            let ran = run(target, instances, &options, stop.clone(), |event| {
                if let RunEvent::Finished {
                    instance, record, ..
                } = event
                {
                    verdict = Some(judge(&instance, &record).judgement.verdict);
                }
            });
            let summary = Box::pin(ran).await?;
            forget_journal(&summary);
            if verdicts.is_empty() {
                requests = summary.requests;
            }
            verdicts.push(verdict);
        }
        let subject = matches!(
            verdicts.first(),
            Some(Some(Verdict::Deviates(_) | Verdict::NotProvoked))
        );
        let model = verdicts
            .get(1)
            .is_none_or(|verdict| *verdict == Some(Verdict::Conformant));
        Ok((subject && model, requests))
    }

    /// The target.
    pub fn subject(&self) -> &Target {
        self.subject
    }

    /// Stops the model.
    pub async fn stop(self) {
        if let Some(model) = self.model {
            model.stop().await;
        }
    }
}

impl Ran {
    /// A record that came to its end. Any other shows nothing, and is counted.
    fn complete(&mut self, record: TwinRecord) -> Option<TwinRecord> {
        match &record.progress {
            Progress::Complete => return Some(record),
            // A network that loses answers is no matter of the target's.
            Progress::HarnessError(why) => {
                self.trouble.get_or_insert_with(|| why.clone());
                self.unreadable += 1;
            }
            Progress::Interrupted => {}
            _ => self.set_aside += 1,
        }
        None
    }
}

impl Shown {
    /// Whether the base succeeded wherever it was sent.
    pub(super) fn has_honest_base(&self) -> bool {
        let succeeded = |record: &TwinRecord| {
            let base = record.base.as_ref();
            base.and_then(|base| base.response())
                .is_some_and(Response::is_success)
        };
        succeeded(&self.subject) && self.model.as_ref().is_none_or(succeeded)
    }

    /// Whether the edited request was refused with 403.
    pub(super) fn is_refused(&self) -> bool {
        let edited = self.subject.edited.as_ref();
        edited
            .and_then(|edited| edited.response())
            .is_some_and(|response| response.status == 403)
    }
}

fn is_unreadable(record: &TwinRecord) -> bool {
    let mut sent = record.base.iter().chain(&record.edited);
    sent.any(|exchange| exchange.unreadable().is_some())
}

fn needs(scenario: &Scenario) -> BTreeSet<Capability> {
    Needs::of(scenario, &TextMap::default()).capabilities
}

/// Whether the canaries of a run with it ask for signature version 1.
pub(super) fn signs_v1(scenario: &Scenario) -> bool {
    let needs = needs(scenario);
    SIGNATURE_V1.iter().any(|old| needs.contains(old))
}

fn one_instance(file: &CaseFile) -> Option<Instance> {
    let scenario = file.scenarios.first()?;
    let template = Template::of(scenario).ok()?;
    let mut instance = template.instance(&Arc::new(file.clone()), &[]).ok()?;
    Arc::make_mut(&mut instance.scenario).reference_only = false;
    Some(instance)
}

struct Side {
    records: Vec<Option<TwinRecord>>,
    requests: u64,
    left_behind: Vec<String>,
    retired: BTreeSet<Capability>,
}

async fn one_side(
    target: &Target,
    batch: &[Scenario],
    options: &Options,
    stop: &StopSignal,
) -> Result<Side, RunError> {
    let file = Arc::new(no_file());
    let instances = batch.iter().enumerate().map(|(place, scenario)| {
        Instance::new(format!("fuzz/{place}"), Arc::clone(&file), scenario.clone())
    });
    let mut records: Vec<Option<TwinRecord>> = batch.iter().map(|_| None).collect();
    let ran = run(
        target,
        instances.collect(),
        options,
        stop.clone(),
        |event| {
            if let RunEvent::Finished {
                instance, record, ..
            } = event
            {
                let place = instance
                    .id
                    .strip_prefix("fuzz/")
                    .and_then(|text| text.parse().ok());
                if let Some(slot) = place.and_then(|place: usize| records.get_mut(place)) {
                    *slot = Some(*record);
                }
            }
        },
    );
    let summary = Box::pin(ran).await?;
    forget_journal(&summary);
    Ok(Side {
        records,
        requests: summary.requests,
        left_behind: summary.left_behind,
        retired: summary.retired,
    })
}

/// What a run made is gone, and with it what its journal is for.
fn forget_journal(summary: &RunSummary) {
    if summary.left_behind.is_empty() {
        let _ = std::fs::remove_file(&summary.journal);
    }
}

/// What is made up belongs to no cause, and nothing is expected of it.
pub(super) fn no_file() -> CaseFile {
    CaseFile {
        cause: "fuzz".into(),
        code: String::new(),
        message: "*".into(),
        status: 403,
        alternatives: Vec::new(),
        elements: Default::default(),
        sources: Vec::new(),
        severity: Severity::GrantsAccess,
        provoked_by: ProvokedBy::Anyone,
        means: String::new(),
        fix: String::new(),
        notes: None,
        scenarios: Vec::new(),
    }
}
