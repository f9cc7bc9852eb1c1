//! Who is asked next, from what is known already. Pure: the answers are told to it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, Finding};
use crate::judge::answer::Answer as Answered;
use crate::judge::verdict::Verdict;
use crate::run::record::Progress;
use crate::suite::Finished;
use oss403_case::Instance;
use oss403_case::model::{Call, Capability, HostName};
use oss403_case::needs::Needs;

/// How many bases may fail before a capability counts as not spoken.
const TRIES: usize = 3;

/// What one round asks.
#[derive(Debug)]
pub(super) struct Round {
    /// The instances whose bases are sent.
    pub(super) instances: Vec<Instance>,
    /// What the target must claim for them to be sent.
    pub(super) claims: BTreeSet<Capability>,
}

/// What became of a base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) instance: String,
    /// Everything that it needed.
    pub(super) needs: BTreeSet<Capability>,
    /// What of that a success shows.
    pub(super) shows: BTreeSet<Capability>,
    /// Whether it succeeded; `None` when it was not sent.
    pub(super) succeeded: Option<bool>,
    /// Whether it was on a bucket, called as the profile says that buckets are called. One on the service says nothing of buckets.
    pub(super) on_bucket: bool,
    /// The request and its answer, or why it was not sent.
    pub(super) evidence: String,
}

impl Outcome {
    /// Reads it from a finished instance.
    pub(super) fn of(finished: &Finished<'_>) -> Self {
        let (instance, record) = (finished.instance, finished.record);
        let answered = record.base.as_ref().and_then(Answered::of);
        let asked = &instance.scenario.base.request;
        let (succeeded, evidence) = match (&answered, &record.progress) {
            (Some(answer), _) => {
                let granted = answer.suits_base(instance.scenario.expect.base_status);
                let said = finished.redactor.text(&answer.in_words());
                (Some(granted), format!("{asked} answered {said}"))
            }
            (None, Progress::PreconditionFailed(why)) => (Some(false), why.clone()),
            (None, Progress::NotClaimed(why) | Progress::NotApplicable(why)) => (None, why.clone()),
            (None, Progress::HarnessError(why)) => (None, why.clone()),
            (None, Progress::Interrupted | Progress::Complete) => {
                (None, format!("{asked} got no answer"))
            }
        };
        // What only the edit needs was not asked for, unless its answer is the documented one.
        let mut shows = instance.needs.capabilities.clone();
        if finished.judged.judgement.verdict != Verdict::Conformant {
            let by_base = Needs::shown_by_base(&instance.scenario);
            let required = &instance.scenario.requires;
            shows.retain(|need| by_base.contains(need) || required.contains(need));
        }
        Self {
            instance: instance.id.clone(),
            needs: instance.needs.capabilities.clone(),
            shows,
            succeeded,
            on_bucket: is_on_bucket(&instance.scenario.base),
            evidence,
        }
    }
}

/// What is known, and who has been asked.
pub(super) struct Rounds<'i> {
    instances: &'i [Instance],
    known: BTreeMap<Capability, Finding>,
    /// Bases that did not succeed, by what was new in them.
    tried: BTreeMap<BTreeSet<Capability>, Tried>,
    asked: BTreeSet<&'i str>,
}

/// What was tried in vain.
struct Tried {
    times: usize,
    /// The last that failed, or that was not sent when none was.
    last: Outcome,
}

impl<'i> Rounds<'i> {
    pub(super) fn new(instances: &'i [Instance]) -> Self {
        Self {
            instances,
            known: BTreeMap::new(),
            tried: BTreeMap::new(),
            asked: BTreeSet::new(),
        }
    }

    /// Notes what is known otherwise than by a base.
    pub(super) fn found(&mut self, capability: Capability, answer: Answer, evidence: &str) {
        let finding = Finding {
            capability,
            answer,
            evidence: evidence.to_owned(),
            instance: None,
        };
        self.known.insert(capability, finding);
    }

    fn is_spoken(&self, capability: Capability) -> bool {
        let known = self.known.get(&capability);
        known.is_some_and(|finding| finding.answer == Answer::Spoken)
    }

    /// What of this nothing is known of; `None` when it holds what is not there.
    fn news(&self, needs: &BTreeSet<Capability>) -> Option<BTreeSet<Capability>> {
        let is_lost = |need: &Capability| self.known.contains_key(need) && !self.is_spoken(*need);
        let unknown = |need: &&Capability| !self.known.contains_key(need);
        (!needs.iter().any(is_lost)).then(|| needs.iter().filter(unknown).copied().collect())
    }

    fn is_given_up(&self, news: &BTreeSet<Capability>) -> bool {
        self.tried
            .get(news)
            .is_some_and(|tried| tried.times >= TRIES)
    }

    /// The next bases: those with as few news as there can be, up to three for the same news. `None` when nobody is left to ask.
    pub(super) fn next(&mut self) -> Option<Round> {
        let fresh = self.instances.iter();
        let fresh = fresh.filter(|instance| !self.asked.contains(instance.id.as_str()));
        let mut candidates: Vec<(BTreeSet<Capability>, &'i Instance)> = fresh
            .filter_map(|instance| Some((self.news(&instance.needs.capabilities)?, instance)))
            .filter(|(news, _)| !news.is_empty() && !self.is_given_up(news))
            .collect();
        let fewest = candidates.iter().map(|(news, _)| news.len()).min()?;
        candidates.retain(|(news, _)| news.len() == fewest);
        candidates.sort_by_key(|(_, instance)| instance.needs.capabilities.len());
        let spoken = self
            .known
            .keys()
            .copied()
            .filter(|known| self.is_spoken(*known));
        let mut round = Round {
            instances: Vec::new(),
            claims: spoken.collect(),
        };
        let mut times: BTreeMap<BTreeSet<Capability>, usize> = BTreeMap::new();
        let mut scenarios = BTreeSet::new();
        for (news, instance) in candidates {
            // Three instances of one scenario say little more than one.
            let scenario = (&instance.file.cause, &instance.scenario.name, news.clone());
            let times = times.entry(news.clone()).or_default();
            if *times < TRIES && scenarios.insert(scenario) {
                *times += 1;
                round.claims.extend(news);
                round.instances.push(instance.clone());
                self.asked.insert(&instance.id);
            }
        }
        Some(round)
    }

    /// Takes in what became of a round's bases.
    pub(super) fn heard(&mut self, outcomes: Vec<Outcome>) {
        let (good, bad): (Vec<_>, Vec<_>) = outcomes
            .into_iter()
            .partition(|outcome| outcome.succeeded == Some(true));
        for outcome in good {
            for need in &outcome.shows {
                let finding = || outcome.speaks(*need, Answer::Spoken);
                self.known.entry(*need).or_insert_with(finding);
            }
        }
        for outcome in bad {
            let Some(news) = self.news(&outcome.needs) else {
                continue;
            };
            let tried = self.tried.entry(news).or_insert_with(|| Tried {
                times: 0,
                last: outcome.clone(),
            });
            tried.times += 1;
            // What failed says more than what was not sent.
            if outcome.succeeded.is_some() || tried.last.succeeded.is_none() {
                tried.last = outcome;
            }
        }
        for capability in Capability::ALL {
            if let Some(finding) = self.given_up(*capability) {
                self.known.entry(*capability).or_insert(finding);
            }
        }
    }

    /// What is to be said of a capability when it alone was new and nothing that needs it succeeded.
    fn given_up(&self, capability: Capability) -> Option<Finding> {
        let alone = BTreeSet::from([capability]);
        let tried = self.tried.get(&alone)?;
        let mut fresh = self.instances.iter();
        let is_over = tried.times >= TRIES
            || !fresh.any(|instance| {
                !self.asked.contains(instance.id.as_str())
                    && self.news(&instance.needs.capabilities).as_ref() == Some(&alone)
            });
        let answer = match tried.last.succeeded {
            Some(_) => Answer::NotSpoken,
            None => Answer::Unknown,
        };
        is_over.then(|| tried.last.speaks(capability, answer))
    }

    /// One finding for each capability, in the order of the table.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let of = |capability: &Capability| {
            let known = self.known.get(capability).cloned();
            known.unwrap_or_else(|| self.unknown(*capability))
        };
        let mut findings: Vec<Finding> = Capability::ALL.iter().map(of).collect();
        // A claim without what it is nothing without contradicts itself.
        while let Some((at, missing)) = alone(&findings) {
            findings[at].answer = Answer::Unknown;
            let evidence = &findings[at].evidence;
            findings[at].evidence =
                format!("nothing without `{}`, though {evidence}", missing.as_str());
        }
        findings
    }

    fn unknown(&self, capability: Capability) -> Finding {
        let mut together = self.tried.iter();
        if let Some((_, tried)) = together.find(|(news, _)| news.contains(&capability)) {
            return tried.last.speaks(capability, Answer::Unknown);
        }
        let needs = self
            .instances
            .iter()
            .map(|instance| &instance.needs.capabilities);
        let evidence = match needs
            .filter(|needs| needs.contains(&capability))
            .min_by_key(|needs| needs.len())
        {
            None => "no base of the ledger needs it".to_owned(),
            Some(needs) => {
                let lost = needs
                    .iter()
                    .find(|need| self.known.contains_key(need) && !self.is_spoken(**need));
                let lost = lost.map_or("what is not known either".into(), |lost| {
                    format!("`{}`", lost.as_str())
                });
                format!("nobody can ask for it without {lost}")
            }
        };
        Finding {
            capability,
            answer: Answer::Unknown,
            evidence,
            instance: None,
        }
    }
}

/// The first finding that is spoken although something is not that it needs, and what that is.
fn alone(findings: &[Finding]) -> Option<(usize, Capability)> {
    let spoken = |finding: &Finding| finding.answer == Answer::Spoken;
    let is_spoken = |need: Capability| {
        let mut known = findings.iter();
        known.any(|finding| finding.capability == need && spoken(finding))
    };
    let mut all = findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| spoken(finding));
    all.find_map(|(at, finding)| {
        let mut needs = finding.capability.row().needs.iter().copied();
        needs.find(|need| !is_spoken(*need)).map(|need| (at, need))
    })
}

/// Whether a request goes to a bucket, where the style of addressing says.
fn is_on_bucket(call: &Call) -> bool {
    call.bucket.as_deref() != Some("none") && matches!(call.host, None | Some(HostName::Bucket))
}

impl Outcome {
    fn speaks(&self, capability: Capability, answer: Answer) -> Finding {
        Finding {
            capability,
            answer,
            evidence: self.evidence.clone(),
            instance: Some(self.instance.clone()),
        }
    }
}
