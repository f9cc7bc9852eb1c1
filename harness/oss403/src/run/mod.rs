//! Running: plan the instances, make their worlds, send their twins, record everything, remove everything.

pub mod canary;
mod clock;
mod context;
mod crew;
pub mod dead;
pub mod due;
mod edit;
mod ending;
pub mod events;
mod fault;
pub mod journal;
mod kept;
mod patience;
mod plan;
mod pool;
pub mod record;
pub mod remains;
mod sender;
pub mod stop;
mod sweep;
#[cfg(test)]
mod testing;
mod twin;
mod world;

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{RwLock, Semaphore, mpsc};
use tokio::task::{AbortHandle, JoinSet};

pub use canary::CanaryError;
use canary::Found;
pub use events::{RunEvent, RunSummary};
pub use remains::Remains;
pub use stop::{StopReason, StopSignal};

use self::context::Context;
pub use self::context::id_from;
pub(crate) use self::context::run_id;
pub(crate) use self::context::unix_now;
use self::crew::Crew;
use self::ending::Ending;
use self::journal::{At, Header, Journal, Line, Stream, Trouble};
use self::kept::Kept;
pub use self::plan::Surroundings;
use self::plan::{Group, Plan};
pub(crate) use self::plan::{NOT_CLAIMED, is_read, world_of};
use self::pool::Pool;
use self::record::TwinRecord;
use self::twin::blank;
use crate::exit::Exit;
use crate::target::{ReadyTarget, Target};
use oss403_case::Instance;
use oss403_case::model::{Capability, SIGNATURE_V1};

/// What a run says of a target that refused a canary for the version of its signature.
const V1_IS_RETIRED: &str = "the target refuses signature version 1 for being retired (EC 0002-00000080), so that what needs it is not applicable; \
     with `retired: [signature-v1]` the profile says so itself";

/// How a run goes about it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Decides the order of the instances.
    pub seed: u64,
    /// What the names of everything that is made are derived from; by default nothing that anybody could know beforehand.
    pub names: Option<String>,
    /// Most instances at a time; by default as many as the profile lets requests be in flight.
    pub jobs: Option<usize>,
    /// Folder of the journal; it is made when it is absent.
    pub out: PathBuf,
    /// The journal to go on with, whose first line is written already; without one a run has a journal of its own.
    pub stream: Option<Arc<Stream>>,
    /// How many finished journals stay in that folder, this run's among them; `None` for all. Those of runs that left something behind
    /// stay in any case.
    pub keep_journals: Option<usize>,
    /// Whether the target must show first that it tells good credentials from bad ones.
    pub canaries: bool,
    /// How long it may take: nothing new begins after that.
    pub time: Option<Duration>,
    /// How often at most an instance is run that is not conformant; heeded by [`crate::suite::certify`].
    pub attempts: usize,
    /// Whose worlds stay on the target, for somebody to look at: those of the records of which this is true.
    pub keep: Option<fn(&Instance, &TwinRecord) -> bool>,
    /// Whether the service itself is sent what nobody can take back.
    pub allow_irreversible: bool,
    /// What earlier runs found that the target refuses to everybody, besides what its profile says.
    pub retired: BTreeSet<Capability>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            names: None,
            jobs: None,
            out: "reports".into(),
            stream: None,
            keep_journals: None,
            canaries: true,
            time: None,
            retired: BTreeSet::new(),
            attempts: 1,
            keep: None,
            allow_irreversible: false,
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
        /// What the run was until then; `None` when there was none.
        run: Option<Box<RunSummary>>,
    },
}

impl RunError {
    /// The exit code that it asks for.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Journal { run: None, .. } => Exit::Usage,
            Self::Journal { .. } | Self::Canary(_) => Exit::Target,
        }
    }

    /// What the run was until then.
    pub fn run(&self) -> RunSummary {
        match self {
            Self::Journal { run: Some(run), .. } => RunSummary::clone(run),
            _ => RunSummary::default(),
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
    let sent_before = target.inner.client.sent();
    let _alarm = options.time.map(|time| Alarm::set(time, stop.clone()));
    let canaries = async {
        match options.canaries {
            true => canary::run_canaries(&target.inner, &instances)
                .await
                .map(Some),
            false => Ok(Some(Found::default())),
        }
    };
    let found = tokio::select! {
        found = canaries => found?,
        () = stop.stopped() => None,
    };
    let mut summary = RunSummary::default();
    if let Some(found) = found {
        let context = context(target, options, &stop, found.clock_ahead)?;
        summary.retired = &target.inner.retired | &options.retired;
        if found.v1_is_retired {
            context.note(V1_IS_RETIRED.into());
            summary.retired.extend(SIGNATURE_V1);
        }
        let run = Run {
            context,
            options,
            stop: &stop,
        };
        let journal = run.carry_out(instances, &mut on_event, &mut summary).await;
        summary.requests = target.inner.client.sent() - sent_before;
        summary.elapsed = started.elapsed();
        summary.stopped = stop.reason();
        summary.journal = journal.map_err(|(path, error)| RunError::Journal {
            path,
            error,
            run: Some(Box::new(summary.clone())),
        })?;
    }
    on_event(RunEvent::Done);
    summary.stopped = stop.reason();
    Ok(summary)
}

/// Stops a run when its time is over.
struct Alarm(AbortHandle);

impl Alarm {
    fn set(time: Duration, stop: StopSignal) -> Self {
        let alarm = tokio::spawn(async move {
            tokio::time::sleep(time).await;
            stop.stop_because(StopReason::TimeRanOut);
        });
        Self(alarm.abort_handle())
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What all instances share; its journal is open.
fn context(
    target: &Target,
    options: &Options,
    stop: &StopSignal,
    clock_ahead: i64,
) -> Result<Context, RunError> {
    let target = Arc::clone(&target.inner);
    let stream = match &options.stream {
        Some(stream) => Ok(Arc::clone(stream)),
        None => own_stream(&target, options).map(Arc::new),
    };
    let stream = stream.map_err(|(path, error)| RunError::Journal {
        path,
        error,
        run: None,
    })?;
    let remains = if target.is_embedded {
        // It ends with this process, and everything in it.
        Remains::default()
    } else {
        stop.remains().clone()
    };
    let id = stream.run().to_owned();
    let journal = Journal::new(stream, remains);
    let ending = Ending::new(stop.clone(), &target.limits);
    let kept = Kept::new(options.keep, target.limits.buckets);
    Ok(Context::new(target, journal, ending, kept, id, clock_ahead))
}

/// A journal for this run alone.
fn own_stream(target: &ReadyTarget, options: &Options) -> Result<Stream, Trouble> {
    let run = options.names.as_deref().map_or_else(run_id, id_from);
    let stream = Stream::create(&options.out, run.clone(), options.keep_journals)?;
    let stream = stream.durable(!target.is_embedded);
    let header = Header {
        schema: journal::SCHEMA,
        run,
        at: oss_auth::Timestamp(unix_now()).to_iso_extended_millis(),
        target: At {
            name: target.name.clone(),
            endpoint: target.endpoint.clone(),
        },
        seed: options.seed,
    };
    stream.write(&Line::RunStarted(header), true);
    stream.sound().map(|()| stream)
}

/// A run that has begun.
struct Run<'r> {
    context: Context,
    options: &'r Options,
    stop: &'r StopSignal,
}

impl Run<'_> {
    /// Works everything off, removes everything, and closes the journal.
    async fn carry_out(
        self,
        instances: Vec<Instance>,
        on_event: &mut (impl FnMut(RunEvent) + Send),
        summary: &mut RunSummary,
    ) -> Result<PathBuf, Trouble> {
        let Self {
            mut context,
            options,
            stop,
        } = self;
        let limits = context.target.limits.clone();
        let plan = Plan::new(&context.target, &summary.retired, instances, options);
        let planned: usize = plan.groups.iter().map(|group| group.instances.len()).sum();
        on_event(RunEvent::Planned {
            instances: planned + plan.skipped.len(),
        });
        for (instance, progress) in plan.skipped {
            let record = blank(&instance, progress);
            let redactor = context.journal.record(&record);
            on_event(RunEvent::Finished {
                instance,
                record: Box::new(record),
                redactor,
            });
        }
        let jobs = options.jobs.unwrap_or(limits.concurrency);
        let jobs = jobs.clamp(1, Semaphore::MAX_PERMITS);
        let (events, received) = mpsc::channel(1024);
        let mut buckets = limits.buckets - context.kept.most();
        // Buckets that wait count as well, and the scenario that needs most of all must still find as many.
        let needed = plan.groups.iter().map(|group| group.buckets).max();
        let idle = limits
            .bucket_pool
            .min(buckets.saturating_sub(needed.unwrap_or_default()));
        context.pool = Pool::new(idle);
        buckets -= idle;
        let context = Arc::new(context);
        let crew = Arc::new(Crew {
            context: Arc::clone(&context),
            buckets: Semaphore::new(buckets.min(Semaphore::MAX_PERMITS)),
            jobs: Semaphore::new(jobs),
            account: RwLock::new(()),
            events,
        });
        run_plan(crew, plan.groups.into(), jobs, stop, received, on_event).await;
        world::empty_pool(&context).await;
        sweep::sweep(&context).await;
        let context = Arc::into_inner(context).expect("every worker has ended");
        summary.left_behind = context.left_behind();
        summary.notes = context.notes();
        for what in &summary.left_behind {
            on_event(RunEvent::LeftBehind(what.clone()));
        }
        let left = summary.left_behind.len() + context.kept.count();
        context.journal.close(left)
    }
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
            // A task is moved about before it is at rest, and this is a large one.
            workers.spawn(Box::pin(Arc::clone(&crew).work(group)));
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
