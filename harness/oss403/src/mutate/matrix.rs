//! The kill matrix: which mutants are noticed, by which instances.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use oss_reference::config::{Config, Extreme, Faults};
use tokio::task::JoinSet;

use super::{Mutant, equivalent};
use crate::exit::Exit;
use crate::judge::verdict::{Verdict, VerdictKind};
use crate::run::{Options, RunError, StopSignal};
use crate::suite::{Certified, Step, certify};
use crate::target::{Target, TargetError};
use oss403_case::Instance;

/// What became of all mutants.
#[derive(Debug)]
pub struct Matrix {
    /// The mutants, each with what became of it, in the order in which they were given.
    pub rows: Vec<Row>,
    /// Ids of the instances that noticed no mutant of behaviour.
    pub idle: Vec<String>,
    /// Causes that the two extreme servers were found conformant in.
    pub baselines: Baselines,
    /// Instances that were run against the mutants.
    pub instances: usize,
    /// Requests that were sent.
    pub requests: u64,
    /// Wall time.
    pub elapsed: Duration,
    /// Whether it was stopped before the last mutant.
    pub interrupted: bool,
}

/// How many of the mutants a matrix is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All that there are.
    All,
    /// Those that were asked for.
    Part,
}

/// One mutant and what became of it.
#[derive(Debug)]
pub struct Row {
    pub mutant: Mutant,
    /// For each of its causes how many instances noticed, and how many there are.
    pub causes: BTreeMap<&'static str, Noticed>,
    /// What that comes to.
    pub fate: Fate,
}

/// How many instances noticed a mutant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Noticed {
    /// Those that did.
    pub by: usize,
    /// Those that could have.
    pub of: usize,
}

/// What became of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// An instance noticed it.
    Killed,
    /// Nobody noticed, and nobody could have: the reason.
    Equivalent(&'static str),
    /// An instance noticed it, although the list says for this reason that nobody could.
    Misjudged(&'static str),
    /// Nobody noticed.
    Survived,
}

/// How many causes the servers without judgement were found conformant in. Anything but zero is a fault of the suite.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Baselines {
    /// The server that allows everything.
    pub allow_all: usize,
    /// The server that denies everything.
    pub deny_all: usize,
}

/// Why there is no matrix.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    /// The suite fails on the server that is not mutated, so that failing on a mutant would mean nothing.
    #[error(
        "{count} of {total} instances are not conformant on the server that is not mutated, the first is `{first}`"
    )]
    Unsound {
        count: usize,
        /// Of how many.
        total: usize,
        /// The first of them.
        first: String,
    },
    /// A server did not start.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A run could not be made.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A mutant crashed what ran it.
    #[error("the run against `{0}` ended in a panic")]
    Panic(String),
}

/// Runs every mutant against the instances of its causes. `out` is a folder for what runs write; `jobs` is how many mutants run at a time;
/// `on_row` sees each as it is done. When `stop` is raised nothing new begins, and the matrix holds what was done.
///
/// # Errors
/// When the suite is not sound, or a server or run could not be made.
pub async fn run(
    instances: Vec<Instance>,
    mutants: Vec<Mutant>,
    jobs: usize,
    out: &Path,
    stop: &StopSignal,
    mut on_row: impl FnMut(&Row),
) -> Result<Matrix, MatrixError> {
    let started = Instant::now();
    let suite = Arc::new(Suite::new(instances, out, stop.clone()));
    let sound = suite.run(Faults::default(), suite.all()).await?;
    let mut requests = sound.requests;
    if let Some(first) = sound.noticed.first() {
        return Err(MatrixError::Unsound {
            count: sound.noticed.len(),
            total: suite.instances.len(),
            first: first.clone(),
        });
    }
    let baselines = suite.baselines(&mut requests).await?;
    let mut idle: BTreeSet<String> = suite.all().map(|instance| instance.id.clone()).collect();
    let mut rows: Vec<Option<Row>> = mutants.iter().map(|_| None).collect();
    let mut waiting = mutants.into_iter().enumerate();
    let mut running = JoinSet::new();
    loop {
        while running.len() < jobs.max(1)
            && !stop.is_stopped()
            && let Some((place, mutant)) = waiting.next()
        {
            let suite = Arc::clone(&suite);
            running.spawn(async move { (place, suite.meet(mutant).await) });
        }
        let Some(ended) = running.join_next().await else {
            break;
        };
        let (place, met) = ended.map_err(|error| MatrixError::Panic(error.to_string()))?;
        let (row, found) = met?;
        requests += found.requests;
        if row.mutant.kind.is_behaviour() {
            for id in &found.noticed {
                idle.remove(id);
            }
        }
        on_row(&row);
        rows[place] = Some(row);
    }
    Ok(Matrix {
        rows: rows.into_iter().flatten().collect(),
        idle: idle.into_iter().collect(),
        baselines,
        instances: suite.instances.len(),
        requests,
        elapsed: started.elapsed(),
        interrupted: stop.is_stopped(),
    })
}

/// The instances, and how they are run.
struct Suite {
    instances: Vec<Instance>,
    by_cause: HashMap<String, Vec<usize>>,
    options: Options,
    stop: StopSignal,
}

/// What a run found.
struct Found {
    /// Ids of the instances that are not conformant.
    noticed: Vec<String>,
    conformant_causes: usize,
    requests: u64,
}

impl Suite {
    fn new(instances: Vec<Instance>, out: &Path, stop: StopSignal) -> Self {
        let mut by_cause: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, instance) in instances.iter().enumerate() {
            let cause = instance.file.cause.clone();
            by_cause.entry(cause).or_default().push(place);
        }
        Self {
            instances,
            by_cause,
            options: Options {
                out: out.to_owned(),
                // A mutant that lets bad credentials in is to be judged by the suite.
                canaries: false,
                ..Options::default()
            },
            stop,
        }
    }

    fn all(&self) -> impl Iterator<Item = &Instance> {
        self.instances.iter()
    }

    fn of_cause(&self, cause: &str) -> impl Iterator<Item = &Instance> {
        let places = self.by_cause.get(cause).into_iter().flatten();
        places.map(|place| &self.instances[*place])
    }

    /// In how many causes the servers without judgement are found conformant.
    async fn baselines(&self, requests: &mut u64) -> Result<Baselines, MatrixError> {
        let mut baselines = Baselines::default();
        for (extreme, conformant) in [
            (Extreme::AllowAll, &mut baselines.allow_all),
            (Extreme::DenyAll, &mut baselines.deny_all),
        ] {
            let faults = Faults {
                extreme: Some(extreme),
                ..Faults::default()
            };
            let found = self.run(faults, self.all()).await?;
            *conformant = found.conformant_causes;
            *requests += found.requests;
        }
        Ok(baselines)
    }

    /// Runs a mutant against everybody who could notice it.
    async fn meet(&self, mutant: Mutant) -> Result<(Row, Found), MatrixError> {
        let witnesses = mutant.causes.iter().flat_map(|cause| self.of_cause(cause));
        let found = self.run(mutant.faults.clone(), witnesses).await?;
        let causes = mutant
            .causes
            .iter()
            .map(|cause| {
                let own = |id: &&String| id.split('/').next() == Some(*cause);
                let noticed = Noticed {
                    by: found.noticed.iter().filter(own).count(),
                    of: self.of_cause(cause).count(),
                };
                (*cause, noticed)
            })
            .collect();
        let fate = match (found.noticed.is_empty(), equivalent::reason(&mutant)) {
            (false, None) => Fate::Killed,
            (false, Some(reason)) => Fate::Misjudged(reason),
            (true, Some(reason)) => Fate::Equivalent(reason),
            (true, None) => Fate::Survived,
        };
        let row = Row {
            mutant,
            causes,
            fate,
        };
        Ok((row, found))
    }

    async fn run<'i>(
        &self,
        faults: Faults,
        instances: impl Iterator<Item = &'i Instance>,
    ) -> Result<Found, MatrixError> {
        let config = Config {
            faults,
            ..Config::default()
        };
        let target = Target::embedded(config).await?;
        let mut noticed = Vec::new();
        let certified: Certified = certify(
            &target,
            instances.cloned().collect(),
            &self.options,
            self.stop.clone(),
            None,
            |step| match step {
                Step::Finished(done) if done.judged.verdict() != Verdict::Conformant => {
                    noticed.push(done.instance.id.clone());
                }
                Step::Finished(_) | Step::Known(_) | Step::Planned(_) | Step::Ran { .. } => {}
            },
        )
        .await
        .map_err(|failed| failed.error)?;
        target.stop().await;
        let verdicts = certified.tally.cause_verdicts();
        Ok(Found {
            noticed,
            conformant_causes: verdicts
                .get(&VerdictKind::Conformant)
                .copied()
                .unwrap_or_default(),
            requests: certified.run.requests,
        })
    }
}

impl MatrixError {
    /// The exit code that it asks for.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Unsound { .. } => Exit::Deviations,
            Self::Target(_) | Self::Run(_) | Self::Panic(_) => Exit::Target,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        matches!(self, Self::Unsound { .. }).then_some(
            "`oss403 run` shows what is wrong; a suite that fails by itself notices nothing",
        )
    }
}

impl Matrix {
    /// The exit code that it asks for. Of a part of the mutants most instances notice none, which says nothing of them.
    pub fn exit(&self, of: Extent) -> Exit {
        let idle = of == Extent::All && !self.idle.is_empty();
        if self.interrupted {
            Exit::Interrupted
        } else if idle || !self.has_no_gap() {
            Exit::Deviations
        } else {
            Exit::Ok
        }
    }

    /// How many mutants were noticed.
    pub fn killed(&self) -> usize {
        let is_killed = |row: &&Row| matches!(row.fate, Fate::Killed | Fate::Misjudged(_));
        self.rows.iter().filter(is_killed).count()
    }

    /// The mutants that nobody noticed, although somebody should have.
    pub fn survivors(&self) -> impl Iterator<Item = &Row> {
        let survived = |row: &&Row| row.fate == Fate::Survived;
        self.rows.iter().filter(survived)
    }

    /// The mutants that nobody could notice, with the reasons.
    pub fn equivalents(&self) -> impl Iterator<Item = (&Row, &'static str)> {
        self.rows.iter().filter_map(|row| match row.fate {
            Fate::Equivalent(reason) => Some((row, reason)),
            _ => None,
        })
    }

    /// The mutants that were noticed although the list of equivalents says that they cannot be.
    pub fn misjudged(&self) -> impl Iterator<Item = (&Row, &'static str)> {
        self.rows.iter().filter_map(|row| match row.fate {
            Fate::Misjudged(reason) => Some((row, reason)),
            _ => None,
        })
    }

    /// Whether every mutant was noticed that could be, the list of the others is right, and no server without judgement got through.
    /// Idle instances are another matter: they mean something only when every mutant was made.
    pub fn has_no_gap(&self) -> bool {
        self.survivors().next().is_none()
            && self.misjudged().next().is_none()
            && self.baselines.are_clean()
    }
}

impl Baselines {
    /// Whether neither was found conformant in anything.
    pub fn are_clean(self) -> bool {
        self == Self::default()
    }
}
