//! Live differential fuzzing: scenarios of its own making, in the words of the cases, on a target and on the reference server in a world
//! that is alike.
//!
//! [`generate`] makes the scenarios, [`pair`] runs them on both sides, [`compare`] says in what the two differ, [`laws`] need no second
//! side, [`shrink`] makes a scenario smaller while it shows the same, [`finding`] writes it down as a case file. What a target is known to
//! word otherwise is a [quirk](crate::target::quirk).

pub mod compare;
mod examine;
mod feature;
pub mod finding;
pub mod generate;
pub mod hunt;
pub mod laws;
pub mod pair;
mod perturb;
pub mod shrink;
mod spoken;
pub mod state;
#[cfg(test)]
mod tests;
mod turn;
mod vocabulary;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proptest::strategy::ValueTree as _;

use crate::exit::Exit;
use crate::target::quirk::Quirk;
pub use examine::Key;
use examine::{Examined, Examiner};
pub use finding::Finding;
use generate::Generator;
use pair::{Pair, Shown, signs_v1};
use shrink::Shrinking;
pub use spoken::Unspoken;

use crate::run::{RunError, StopSignal};
use oss403_case::Ledger;
use oss403_case::model::{Capability, Scenario};

/// Scenarios that are run together: enough to share worlds, few enough that an interruption is not waited for.
const BATCH: u64 = 64;

/// Findings after which nobody reads on: a server that makes up a code for each refusal would have one for each.
const MOST_FINDINGS: usize = 1_000;

/// How to go about it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Decides the scenarios.
    pub seed: u64,
    /// The position to begin at.
    pub position: u64,
    /// Stop after so many requests to the target.
    pub requests: Option<u64>,
    /// Stop after so many findings.
    pub findings: Option<usize>,
    /// Stop after so long.
    pub time: Option<Duration>,
    /// Whether the target must show first that it tells good credentials from bad ones.
    pub canaries: bool,
    /// Most attempts to make a finding smaller; with none it is not confirmed either.
    pub shrink_steps: usize,
    /// What is known of the target.
    pub quirks: Vec<Quirk>,
    /// What was found before.
    pub known: Vec<Key>,
    /// What was proposed as quirks before.
    pub proposed: Vec<Quirk>,
    /// What was seen before that the target does not speak.
    pub unspoken: Vec<Unspoken>,
    /// Positions that are to be looked at once more.
    pub waiting: Vec<u64>,
    /// Whether there is no model.
    pub without_model: bool,
}

impl Settings {
    /// Those of a seed, without an end.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            position: 0,
            requests: None,
            findings: Some(MOST_FINDINGS),
            time: None,
            canaries: true,
            shrink_steps: 64,
            quirks: Vec::new(),
            known: Vec::new(),
            proposed: Vec::new(),
            unspoken: Vec::new(),
            waiting: Vec::new(),
            without_model: false,
        }
    }
}

/// What was done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Scenarios that came to an end on both sides.
    pub scenarios: u64,
    /// Requests sent to the target.
    pub requests: u64,
    /// Scenarios that the target has not, or whose world could not be made.
    pub set_aside: u64,
    /// Scenarios whose edited request was refused with 403 on both sides, or on the target where there is no model.
    pub refused: u64,
    pub findings: u64,
    /// Differences that were found before.
    pub repeated: u64,
    /// Differences that are quirks of the target.
    pub quirks: u64,
    /// Differences that were not there the second time.
    pub passing: u64,
    /// Scenarios that show nothing, since a request was not answered so that it could be read.
    pub unreadable: u64,
}

/// What happens on the way.
#[derive(Debug)]
pub enum Step<'s> {
    /// A batch is done, and this is how far it is.
    Batch(&'s Explored),
    /// Something new was found.
    Found(Box<Finding>, &'s Explored),
}

/// What it came to.
#[derive(Debug, Clone)]
pub struct Explored {
    /// What was done.
    pub counts: Counts,
    /// The position to go on at.
    pub position: u64,
    /// Everything that is known by now.
    pub known: Vec<Key>,
    /// What was found and may be harmless, as the quirks it would be.
    pub quirks: Vec<Quirk>,
    /// What the target does not speak.
    pub unspoken: Vec<Unspoken>,
    /// What the canaries found that the target refuses to everybody; nothing was made up with it.
    pub retired: BTreeSet<Capability>,
    /// Positions whose scenarios show something that was not followed up, for want of requests or time.
    pub waiting: Vec<u64>,
    /// Wall time.
    pub elapsed: Duration,
    /// What could not be removed from the target.
    pub left_behind: Vec<String>,
    /// Why the target could not be held against anything any more.
    pub trouble: Option<String>,
    /// Whether it was stopped before one of its ends.
    pub interrupted: bool,
}

impl Explored {
    /// The exit code that it asks for. An exploration in which no scenario came to an end has shown nothing, and is no success.
    pub fn exit(&self) -> Exit {
        if self.interrupted {
            Exit::Interrupted
        } else if self.trouble.is_some() || !self.left_behind.is_empty() {
            Exit::Target
        } else if self.counts.findings > 0 {
            Exit::Deviations
        } else if self.counts.scenarios == 0 {
            Exit::NothingSelected
        } else {
            Exit::Ok
        }
    }
}

/// Explores until one of the ends of the settings is reached, or `stop` is raised.
///
/// # Errors
/// When a canary fails, or a journal cannot be written.
pub async fn explore(
    pair: &Pair<'_>,
    ledger: &Ledger,
    settings: Settings,
    stop: &StopSignal,
    mut on_step: impl FnMut(Step<'_>),
) -> Result<Explored, RunError> {
    let started = Instant::now();
    let over = stop.another();
    let alarm = tokio::spawn(alarm(stop.clone(), over.clone(), settings.time));
    let explored = Explored {
        counts: Counts::default(),
        position: settings.position,
        known: settings.known.clone(),
        quirks: settings.proposed.clone(),
        unspoken: settings.unspoken.clone(),
        retired: BTreeSet::new(),
        waiting: settings.waiting.clone(),
        elapsed: Duration::ZERO,
        left_behind: Vec::new(),
        trouble: None,
        interrupted: false,
    };
    let mut exploration = Exploration {
        pair,
        settings: &settings,
        generator: Generator::new(settings.seed, ledger),
        examiner: Examiner::new(pair, ledger, &settings, &over),
        over: &over,
        explored,
    };
    let done = Box::pin(exploration.go(&mut on_step)).await;
    alarm.abort();
    let mut explored = exploration.explored;
    done?;
    explored.elapsed = started.elapsed();
    explored.interrupted = stop.is_stopped();
    Ok(explored)
}

/// An exploration under way.
struct Exploration<'e> {
    pair: &'e Pair<'e>,
    settings: &'e Settings,
    generator: Generator,
    examiner: Examiner<'e>,
    over: &'e StopSignal,
    explored: Explored,
}

/// A scenario of a position.
type Made = (u64, Shrinking);

impl Exploration<'_> {
    async fn go(&mut self, on_step: &mut impl FnMut(Step<'_>)) -> Result<(), RunError> {
        let mut is_first = true;
        while !self.is_over() {
            let next = self.explored.position + BATCH;
            let (trees, goes_on) = match self.waiting() {
                Some(waiting) => (waiting, false),
                None => (self.made(self.explored.position..next), true),
            };
            let batch: Vec<Scenario> = trees.iter().map(|(_, tree)| tree.current()).collect();
            let asks_anew = self.pair.retired().is_none() && batch.iter().any(signs_v1);
            let canaries = self.settings.canaries && (std::mem::take(&mut is_first) || asks_anew);
            let ran = self.pair.run(&batch, canaries, self.over).await?;
            let explored = &mut self.explored;
            let counts = &mut explored.counts;
            counts.requests += ran.requests;
            if let Some(retired) = self.pair.retired() {
                explored.retired.clone_from(retired);
            }
            counts.set_aside += ran.set_aside as u64;
            counts.unreadable += ran.unreadable as u64;
            counts.scenarios += ran.shown.len() as u64;
            counts.refused += ran.shown.iter().filter(|shown| shown.is_refused()).count() as u64;
            explored.left_behind.extend(ran.left_behind);
            if ran.shown.is_empty() && ran.trouble.is_some() {
                explored.trouble = ran.trouble;
                break;
            }
            Box::pin(self.take_in(&trees, ran.shown, on_step)).await?;
            if goes_on && !self.over.is_stopped() {
                self.explored.position = next;
            }
            on_step(Step::Batch(&self.explored));
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.over.is_stopped() || is_enough(self.settings, &self.explored.counts)
    }

    /// The scenarios at these positions, as far as the target has what they are about.
    fn made(&self, positions: impl Iterator<Item = u64>) -> Vec<Made> {
        let made = positions.filter_map(|position| {
            let tree = self.generator.at(position)?;
            let scenario = tree.current();
            let reads = scenario.unchanged.len();
            let claimed = self.pair.claimed(scenario)?;
            let has_law = !self.settings.without_model || laws::law(&claimed).is_some();
            if !has_law || !self.examiner.spoken.is_spoken(&claimed) {
                return None;
            }
            let is_whole = claimed.unchanged.len() == reads;
            Some((
                position,
                if is_whole {
                    tree
                } else {
                    Shrinking::new(claimed)
                },
            ))
        });
        made.collect()
    }

    /// Scenarios that showed something before, when there is enough left to follow it up.
    fn waiting(&mut self) -> Option<Vec<Made>> {
        let waiting = &mut self.explored.waiting;
        if waiting.is_empty() || !self.examiner.has_budget(&self.explored.counts) {
            return None;
        }
        let many = waiting.len().min(usize::try_from(BATCH).unwrap_or(1));
        let positions: Vec<u64> = waiting.drain(..many).collect();
        let made = self.made(positions.into_iter());
        (!made.is_empty()).then_some(made)
    }

    /// Follows up what a batch showed, and remembers what the target speaks.
    async fn take_in(
        &mut self,
        trees: &[Made],
        shown: Vec<Shown>,
        on_step: &mut impl FnMut(Step<'_>),
    ) -> Result<(), RunError> {
        for shown in shown.iter().filter(|shown| shown.has_honest_base()) {
            self.examiner.spoken.grant(&trees[shown.place].1.current());
        }
        let mut differing = shown;
        differing.retain(|shown| shown.difference.is_some());
        // The worst of a batch comes first, so that a run that stops at the first findings has those; and of those what is a twin already.
        differing.sort_by_key(|shown| {
            let facet = shown.difference.as_ref().map(|found| found.facet);
            (facet, !shown.has_honest_base())
        });
        for shown in differing {
            // What is not looked at now is made again.
            if self.over.is_stopped() {
                break;
            }
            let (position, tree) = &trees[shown.place];
            // Boxed, because all that following up may do is a big thing to keep on the stack.
            let examined =
                self.examiner
                    .examine(*position, tree.clone(), shown, &mut self.explored);
            match Box::pin(examined).await? {
                Examined::Found(findings) => {
                    for finding in findings {
                        self.explored.counts.findings += 1;
                        on_step(Step::Found(Box::new(finding), &self.explored));
                    }
                }
                Examined::Later if self.explored.waiting.len() < MOST_WAITING => {
                    self.explored.waiting.push(*position);
                }
                Examined::Later => {}
            }
        }
        Ok(())
    }
}

/// More than so many scenarios are not remembered that wait to be followed up.
const MOST_WAITING: usize = 1_000;

fn is_enough(settings: &Settings, counts: &Counts) -> bool {
    settings
        .requests
        .is_some_and(|most| counts.requests >= most)
        || settings
            .findings
            .is_some_and(|most| counts.findings >= most as u64)
}

/// Raises `over` when `stop` is raised or time is up.
async fn alarm(stop: StopSignal, over: StopSignal, time: Option<Duration>) {
    match time {
        Some(time) => {
            let _ = tokio::time::timeout(time, stop.stopped()).await;
        }
        None => stop.stopped().await,
    }
    over.stop();
}
