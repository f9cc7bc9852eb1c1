//! Running: plan the instances, make their worlds, send their twins, record everything, remove everything.

pub mod canary;
mod context;
mod crew;
mod edit;
pub mod events;
mod fault;
pub mod journal;
mod plan;
pub mod record;
pub mod stop;
mod twin;
mod world;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{RwLock, Semaphore, mpsc};
use tokio::task::JoinSet;

pub use canary::CanaryError;
pub use events::{RunEvent, RunSummary};
pub use stop::StopSignal;

pub(crate) use self::context::unix_now;
use self::context::{Context, run_id};
use self::crew::Crew;
use self::journal::{Header, Journal};
pub(crate) use self::plan::is_read;
use self::plan::{Group, Plan};
use self::twin::blank;
use crate::exit::Exit;
use crate::target::Target;
use oss403_case::Instance;

/// How a run goes about it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Decides the order of the instances.
    pub seed: u64,
    /// Most instances at a time; by default as many as the profile lets requests be in flight.
    pub jobs: Option<usize>,
    /// Folder of the journal; it is made when it is absent.
    pub out: PathBuf,
    /// How many finished journals stay in that folder, this run's among them; `None` for all. Those of runs that left something behind
    /// stay in any case.
    pub keep_journals: Option<usize>,
    /// Whether the target must show first that it tells good credentials from bad ones.
    pub canaries: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            jobs: None,
            out: "reports".into(),
            keep_journals: None,
            canaries: true,
        }
    }
}

/// Why there was no run, or why it cannot be relied upon.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A canary failed; nothing else was sent.
    #[error(transparent)]
    Canary(#[from] CanaryError),
    /// The journal could not be written. What was made until then is removed.
    #[error("the journal {} could not be written: {error}", path.display())]
    Journal {
        path: PathBuf,
        error: std::io::Error,
    },
}

impl RunError {
    /// The exit code that it asks for.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Journal { .. } => Exit::Usage,
            Self::Canary(_) => Exit::Target,
        }
    }
}

/// Runs the instances against the target and removes whatever it made there.
///
/// Events come as they happen; [`RunEvent::Done`] is the last. When `stop` is raised nothing new begins, what is under way ends as
/// soon as it can without leaving something behind, and everything is removed.
///
/// # Errors
/// When a canary fails or the journal cannot be written.
pub async fn run(
    target: &Target,
    instances: Vec<Instance>,
    options: &Options,
    stop: StopSignal,
    mut on_event: impl FnMut(RunEvent) + Send,
) -> Result<RunSummary, RunError> {
    let started = Instant::now();
    let target = Arc::clone(&target.inner);
    let sent_before = target.client.sent();
    let clock_ahead = if options.canaries {
        canary::run_canaries(&target).await?
    } else {
        0
    };
    let id = run_id();
    let header = Header {
        journal: journal::VERSION,
        run: id.clone(),
        target: target.name.clone(),
        endpoint: target.endpoint.clone(),
        seed: options.seed,
        started: unix_now(),
    };
    let failed = |(path, error)| RunError::Journal { path, error };
    let journal = Journal::create(&options.out, header, options.keep_journals).map_err(failed)?;
    let plan = Plan::new(&target, instances, options.seed);
    let planned: usize = plan.groups.iter().map(|group| group.instances.len()).sum();
    on_event(RunEvent::Planned {
        instances: planned + plan.skipped.len(),
    });
    let context = Arc::new(Context::new(
        Arc::clone(&target),
        journal,
        stop.clone(),
        id,
        clock_ahead,
    ));
    for (instance, progress) in plan.skipped {
        let record = blank(&instance, progress);
        let redactor = context.journal.record(&record);
        on_event(RunEvent::Finished {
            instance,
            record: Box::new(record),
            redactor,
        });
    }
    let limits = &target.limits;
    let jobs = options
        .jobs
        .unwrap_or(limits.concurrency)
        .clamp(1, Semaphore::MAX_PERMITS);
    let (events, received) = mpsc::channel(1024);
    let crew = Arc::new(Crew {
        context: Arc::clone(&context),
        buckets: Semaphore::new(limits.buckets.min(Semaphore::MAX_PERMITS)),
        jobs: Semaphore::new(jobs),
        account: RwLock::new(()),
        events,
    });
    run_plan(
        crew,
        plan.groups.into(),
        jobs,
        &stop,
        received,
        &mut on_event,
    )
    .await;
    let context = Arc::into_inner(context).expect("every worker has ended");
    let left_behind = context
        .left
        .into_inner()
        .expect("nobody panics with this lock");
    for what in &left_behind {
        on_event(RunEvent::LeftBehind(what.clone()));
    }
    let journal = context.journal.close().map_err(failed)?;
    on_event(RunEvent::Done);
    Ok(RunSummary {
        requests: target.client.sent() - sent_before,
        elapsed: started.elapsed(),
        left_behind,
        interrupted: stop.is_stopped(),
        journal,
    })
}

/// Keeps as many groups under way as there are jobs, and passes events on.
async fn run_plan(
    crew: Arc<Crew>,
    mut groups: VecDeque<Group>,
    jobs: usize,
    stop: &StopSignal,
    mut received: mpsc::Receiver<RunEvent>,
    on_event: &mut (impl FnMut(RunEvent) + Send),
) {
    let mut workers = JoinSet::new();
    loop {
        if stop.is_stopped() {
            groups.clear();
        }
        while workers.len() < jobs
            && let Some(group) = groups.pop_front()
        {
            workers.spawn(Arc::clone(&crew).work(group));
        }
        if workers.is_empty() {
            break;
        }
        tokio::select! {
            Some(event) = received.recv() => on_event(event),
            _ = workers.join_next() => {}
        }
    }
    drop(crew);
    while let Some(event) = received.recv().await {
        on_event(event);
    }
}
