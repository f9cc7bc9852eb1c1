//! What dead runs left at a target: by their journals, and by the names of what they made where the journal is lost.

mod people;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use oss_auth::Timestamp;
use oss403_operator::{Command, Remove};

use self::people::People;
use super::canary::{CanaryError, ask_owner};
use super::context::{Context, is_run_id, run_of, unix_now};
use super::ending::Ending;
use super::journal::read::{Claimed, Past};
use super::journal::{Journal, Line, Made, Stream};
use super::kept::Kept;
use super::remains::Remains;
use super::sender::Sender;
use super::stop::StopSignal;
use super::sweep::{Listed, list, sweep_accounts};
use super::world::World;
use super::world::remove::remove_by_operator;
use crate::exit::Exit;
use crate::target::Target;
use oss403_case::model::Who;

/// So many things are removed at a time.
const AT_A_TIME: usize = 16;

/// What became of what a dead run made.
#[derive(Debug, Default)]
pub struct Swept {
    /// What was there and is gone, in words.
    pub removed: Vec<String>,
    /// How much was gone already.
    pub gone: usize,
    /// What could not be removed, in words.
    pub left_behind: Vec<String>,
    /// What else there is to say.
    pub notes: Vec<String>,
}

/// Why nothing can be swept.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The journal is of a run against another target.
    #[error("{} is of a run against {theirs}, not against {ours}", path.display())]
    Foreign {
        /// The journal.
        path: PathBuf,
        /// The endpoint that it names.
        theirs: String,
        /// The target's.
        ours: String,
    },
    /// It does not name a run of this program.
    #[error("{} names no run of this program", .0.display())]
    Nameless(PathBuf),
    /// The owner is not let in, or nobody answers.
    #[error(transparent)]
    Owner(#[from] CanaryError),
    /// The journal cannot be written to.
    #[error("the journal {} could not be written: {error}", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Nobody can say what there is.
    #[error("{0}")]
    List(String),
}

impl SweepError {
    /// The exit code that it asks for.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Foreign { .. } | Self::Nameless(_) => Exit::Usage,
            _ => Exit::Target,
        }
    }
}

/// A run of which there is no journal, and what it left.
#[derive(Debug)]
pub struct Lost {
    /// Its id.
    pub run: String,
    /// Its buckets, in words.
    pub buckets: Vec<String>,
    /// How long ago the last of them was made; `None` when that is not said of each.
    pub age: Option<Duration>,
}

/// What a journal says may still be there, in words: what its run can have made, and what it cannot.
pub fn in_words(target: &Target, past: &Past) -> (Vec<String>, Vec<String>) {
    let people = People::of_profile(target.inner.identities.values());
    let run = &past.header.run;
    let (own, others): (Vec<_>, Vec<_>) = past.alive().partition(|made| people.is_of(run, made));
    let words = |made: Vec<&Made>| made.iter().map(ToString::to_string).collect();
    (words(own), words(others))
}

/// Removes what the run of a journal left, and notes that in it, and in whatever other journals of it are held with it.
///
/// What the journal names and its run cannot have made is left alone: whoever wrote it, a journal is no order to delete.
///
/// # Errors
/// When it is of another target, or the target cannot be asked. What could not be removed is no error, but named.
pub async fn sweep_journal(
    target: &Target,
    claimed: Claimed,
    stop: &StopSignal,
) -> Result<Swept, SweepError> {
    let past = &claimed.past;
    let (theirs, ours) = (&past.header.target.endpoint, target.endpoint());
    if theirs != ours {
        return Err(SweepError::Foreign {
            path: past.path.clone(),
            theirs: theirs.clone(),
            ours: ours.to_owned(),
        });
    }
    let run = past.header.run.clone();
    if !is_run_id(&run) {
        return Err(SweepError::Nameless(past.path.clone()));
    }
    let alive: Vec<Made> = past.alive().cloned().collect();
    let stream = Arc::new(gone_on_with(claimed)?);
    let context = context(target, Arc::clone(&stream), stop).await?;
    let people = People::of(&context).await;
    let (own, others): (Vec<_>, Vec<_>) =
        alive.into_iter().partition(|made| people.is_of(&run, made));
    for made in &others {
        context.leave_behind(made, "this run cannot have made it, and it is left alone");
    }
    let cleared = clear(&context, own.clone(), Hook::ForTheNameless).await;
    let swept = sums(&context, own, cleared);
    ended(&stream, swept.left_behind.len())?;
    Ok(swept)
}

/// Notes in the journals of a run that nothing is left of what it made: it ended with the run.
///
/// # Errors
/// When one cannot be written.
pub fn end_journal(claimed: Claimed) -> Result<(), SweepError> {
    ended(&gone_on_with(claimed)?, 0)
}

/// The stream that goes on with journals of a run: each sees every line.
fn gone_on_with(claimed: Claimed) -> Result<Stream, SweepError> {
    let path = claimed.past.path.clone();
    claimed
        .appending()
        .map_err(|error| SweepError::Journal { path, error })
}

/// Writes that what a run left is swept, but for so much.
fn ended(stream: &Stream, left: usize) -> Result<(), SweepError> {
    let at = Timestamp(unix_now()).to_iso_extended_millis();
    stream.write(&Line::Swept { at, left }, true);
    let path = stream.path().map(Path::to_owned).unwrap_or_default();
    stream
        .sound()
        .and_then(|()| stream.copied().map_err(|error| (path, error)))
        .map_err(|(path, error)| SweepError::Journal { path, error })
}

/// The runs that have buckets at the target, by the names alone. Of a name that no run gives nobody hears.
///
/// # Errors
/// When the target does not list its buckets.
pub async fn find_lost(target: &Target, stop: &StopSignal) -> Result<Vec<Lost>, SweepError> {
    let context = context(target, Arc::new(Stream::nowhere(String::new())), stop).await?;
    let mut runs: BTreeMap<String, Vec<Listed>> = BTreeMap::new();
    let sender = Sender::new(&context);
    for who in accounts(&context) {
        let world = owner_of(&context, &who);
        let Some(world) = world else { continue };
        let listed = list(&sender, &who, &world.scene, "oss403-").await;
        for listed in listed.map_err(SweepError::List)? {
            if let Made::Bucket { name, .. } = &listed.made
                && let Some(run) = run_of(name)
            {
                runs.entry(run.to_owned()).or_default().push(listed);
            }
        }
    }
    let now = context.now();
    let lost = runs.into_iter().map(|(run, buckets)| {
        let created: Option<Vec<i64>> = buckets.iter().map(|listed| listed.created).collect();
        let youngest = created.and_then(|created| created.into_iter().max());
        let age = youngest.and_then(|made| u64::try_from(now - made).ok());
        Lost {
            run,
            buckets: buckets
                .iter()
                .map(|listed| listed.made.to_string())
                .collect(),
            age: age.map(Duration::from_secs),
        }
    });
    Ok(lost.collect())
}

/// Removes what a run left of which there is no journal: its buckets, and what the operator says that it made for it.
///
/// # Errors
/// When the target cannot be asked.
pub async fn sweep_lost(
    target: &Target,
    run: &str,
    stop: &StopSignal,
) -> Result<Swept, SweepError> {
    let stream = Arc::new(Stream::nowhere(run.to_owned()));
    let context = context(target, stream, stop).await?;
    let cleared = clear(&context, Vec::new(), Hook::Always).await;
    Ok(sums(&context, Vec::new(), cleared))
}

/// When the operator is asked to remove whatever it made for a run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hook {
    /// When something was made that nobody else can name.
    ForTheNameless,
    /// When nobody knows what was made.
    Always,
}

async fn context(
    target: &Target,
    stream: Arc<Stream>,
    stop: &StopSignal,
) -> Result<Context, SweepError> {
    let target = Arc::clone(&target.inner);
    let clock_ahead = ask_owner(&target).await?;
    let ending = Ending::new(stop.clone(), &target.limits);
    let kept = Kept::new(None, target.limits.buckets);
    let run = stream.run().to_owned();
    let journal = Journal::new(stream, Remains::default());
    Ok(Context::new(
        target,
        journal,
        ending,
        kept,
        run,
        clock_ahead,
    ))
}

/// What was seen while everything was removed.
struct Cleared {
    /// Buckets that the target still listed.
    found: Vec<Made>,
    /// Buckets that were not there any more.
    gone: Vec<Made>,
}

/// Removes everything.
async fn clear(context: &Context, made: Vec<Made>, hook: Hook) -> Cleared {
    let sender = Sender::new(context);
    let (nameless, made): (Vec<_>, Vec<_>) = made.into_iter().partition(Made::is_nameless);
    let (buckets, made): (Vec<_>, Vec<_>) = made
        .into_iter()
        .partition(|made| matches!(made, Made::Bucket { .. }));
    // A bucket that is blocked cannot be deleted, and an account takes its people with it.
    let turn = |made: &Made| match made {
        Made::State { .. } => 0,
        Made::Account { .. } => 2,
        _ => 1,
    };
    for now in 0..=2 {
        let these: Vec<&Made> = made.iter().filter(|made| turn(made) == now).collect();
        for some in these.chunks(AT_A_TIME) {
            join_all(some.iter().map(|made| remove_by_operator(&sender, made))).await;
        }
    }
    if hook == Hook::Always || !nameless.is_empty() {
        remove_run(&sender, &nameless).await;
    }
    let mut gone = Vec::new();
    for some in buckets.chunks(AT_A_TIME) {
        let were_there = join_all(some.iter().map(|made| remove_bucket(&sender, made))).await;
        let not_there = some
            .iter()
            .zip(were_there)
            .filter(|(_, was_there)| !was_there);
        gone.extend(not_there.map(|(made, _)| made.clone()));
    }
    let accounts = accounts(context);
    let mut found = Vec::new();
    for who in &accounts {
        if let Some(world) = owner_of(context, who) {
            let prefix = super::context::prefix_of(&context.id);
            let listed = list(&sender, who, &world.scene, &prefix).await;
            found.extend(listed.into_iter().flatten().map(|listed| listed.made));
        }
    }
    sweep_accounts(context, &accounts).await;
    gone.retain(|made: &Made| !found.iter().any(|listed| listed.is_same(made)));
    Cleared { found, gone }
}

/// Asks the operator for what only it can name.
async fn remove_run(sender: &Sender<'_>, nameless: &[Made]) {
    let context = sender.context;
    let why = match context.operator() {
        Err(_) => "the target has no operator hook".to_owned(),
        Ok(operator) => {
            let run = context.id.clone();
            let command = Command::Remove(Remove::Run { run });
            let done = operator.perform(&command);
            match sender.operated(done, "remove run").await {
                Ok(()) => {
                    nameless.iter().for_each(|made| context.removed(made));
                    return;
                }
                Err(error) => format!("it may be there, and {error}"),
            }
        }
    };
    for made in nameless {
        // It ends by itself.
        if matches!(made, Made::Session { .. }) {
            context.removed(made);
        } else {
            context.leave_behind(made, &why);
        }
    }
}

/// Removes a bucket; whether it was there.
async fn remove_bucket(sender: &Sender<'_>, made: &Made) -> bool {
    let Made::Bucket { owner, .. } = made else {
        return false;
    };
    let context = sender.context;
    match owner_of(context, &owner.as_str().into()) {
        Some(world) => world.remove_found(sender, made).await,
        // It was that of an account that was made for a scenario, which takes its buckets with it.
        None if !context.is_anything_left() => {
            context.removed(made);
            true
        }
        None => {
            context.leave_behind(made, &format!("the profile has no identity `{owner}`"));
            true
        }
    }
}

/// Those who list buckets: accounts themselves.
fn accounts(context: &Context) -> BTreeSet<Who> {
    let known = |who: &Who| context.known_identity(who).is_some();
    [Who::Owner, Who::OtherAccount]
        .into_iter()
        .filter(known)
        .collect()
}

fn owner_of(context: &Context, who: &Who) -> Option<World> {
    let identity = context.known_identity(who)?;
    Some(World::of_owner(context, who, identity))
}

fn sums(context: &Context, mut all: Vec<Made>, cleared: Cleared) -> Swept {
    let Cleared { found, gone } = cleared;
    for made in found {
        if !all.iter().any(|known| known.is_same(&made)) {
            all.push(made);
        }
    }
    let is_gone = |made: &Made| gone.iter().any(|gone| gone.is_same(made));
    Swept {
        removed: all
            .iter()
            .filter(|made| !context.is_left(made) && !is_gone(made))
            .map(ToString::to_string)
            .collect(),
        gone: gone.len(),
        left_behind: context.left_behind(),
        notes: context.notes(),
    }
}
