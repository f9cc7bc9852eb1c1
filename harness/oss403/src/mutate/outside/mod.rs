//! The outside is tested like the inside: what can happen to a right answer on its way happens, and the suite has to notice what is wrong
//! ([`Fault`]) and to forgive what is not ([`Weather`]).
//!
//! `table` says what there is, `front` makes it happen between the engine and a reference server, [`run()`] runs a sample of the
//! instances against each row and looks who noticed.

pub mod exchange;
mod faults;
mod front;
mod play;
mod result;
mod sample;
pub mod table;
#[cfg(test)]
mod tests;
mod weather;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use oss_reference::config::Config;
use oss_reference::server::Server;
use tokio::task::JoinSet;

pub use self::result::{Alarm, Fate, FaultRow, Outside, OutsideError, WeatherRow};

use self::exchange::Fingerprint;
use self::front::Front;
use self::play::{Played, Row};
use self::table::{Fault, NoticedBy, Weather};
use crate::exit::Exit;
use crate::judge::verdict::Verdict;
use crate::run::record::TwinRecord;
use crate::run::{Options, StopSignal};
use crate::suite::{Step, certify};
use crate::target::{Profile, Target};
use oss403_case::Instance;

/// How long a request may take where faults are played: some of them never end.
const TIME_WITH_FAULTS: Duration = Duration::from_secs(2);
/// How often a request is sent at most that a fault makes unreadable: it stays so.
const ATTEMPTS_WITH_FAULTS: u32 = 3;
/// The first pause between two attempts. A server in this process recovers at once.
const PAUSE: Duration = Duration::from_millis(5);

/// What is to be played, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    pub faults: Vec<&'static Fault>,
    pub weather: Vec<&'static Weather>,
    /// Whether the whole suite meets the weather, and not only a sample.
    pub whole: bool,
    /// Rows at a time.
    pub jobs: usize,
    /// Folder for what runs write.
    pub out: PathBuf,
}

/// A row that is done.
#[derive(Debug)]
pub enum Done {
    Fault(FaultRow),
    Weather(WeatherRow),
}

/// Plays the rows. `on_row` sees each as it is done. When `stop` is raised nothing new begins, and the result holds what was done.
///
/// # Errors
/// When the suite is not sound in calm weather, or a server or front could not be started.
pub async fn run(
    instances: &[Instance],
    plan: Plan,
    stop: &StopSignal,
    mut on_row: impl FnMut(&Done),
) -> Result<Outside, OutsideError> {
    let started = Instant::now();
    let shapes: Arc<[Instance]> = sample::shapes(instances).into();
    let many: Arc<[Instance]> = if plan.whole {
        instances.into()
    } else {
        sample::causes(instances).into()
    };
    let mut outside = Outside {
        instances: (shapes.len(), many.len()),
        ..Outside::default()
    };
    outside.requests += calm(&many, &plan.out, stop).await?;
    let mut waiting = rows(&plan).into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < plan.jobs.max(1)
            && !stop.is_stopped()
            && let Some(row) = waiting.next()
        {
            let instances = if matches!(row, Row::Fault(_)) {
                &shapes
            } else {
                &many
            };
            let (instances, out, stop) = (Arc::clone(instances), plan.out.clone(), stop.clone());
            running.spawn(async move {
                let found = meet(row, &instances, &out, &stop).await?;
                Ok((found.requests, done(row, found)))
            });
        }
        let Some(ended) = running.join_next().await else {
            break;
        };
        let (requests, done) = ended.map_err(|error| OutsideError::Panic(error.to_string()))??;
        outside.requests += requests;
        if let Some(done) = done.filter(|_| !stop.is_stopped()) {
            on_row(&done);
            match done {
                Done::Fault(row) => outside.faults.push(row),
                Done::Weather(row) => outside.weather.push(row),
            }
        }
    }
    put_in_order(&mut outside, &plan);
    outside.elapsed = started.elapsed();
    outside.interrupted = stop.is_stopped();
    Ok(outside)
}

/// The rows, those first that spend their time waiting.
fn rows(plan: &Plan) -> Vec<Row> {
    let faults = plan.faults.iter().map(|fault| Row::Fault(fault));
    let weather = plan.weather.iter().map(|weather| Row::Weather(weather));
    let mut rows: Vec<_> = weather.chain(faults).collect();
    rows.sort_by_key(|row| !row.waits());
    rows
}

/// Puts what was done in whatever order into that of the plan.
fn put_in_order(outside: &mut Outside, plan: &Plan) {
    let place_of_fault = |id: &str| plan.faults.iter().position(|fault| fault.id == id);
    let place_of_weather = |id: &str| plan.weather.iter().position(|weather| weather.id == id);
    outside
        .faults
        .sort_by_key(|row| place_of_fault(row.fault.id));
    outside
        .weather
        .sort_by_key(|row| place_of_weather(row.weather.id));
}

/// The suite behind a front that changes nothing: all must be conformant, or nothing that follows would mean anything.
async fn calm(instances: &[Instance], out: &Path, stop: &StopSignal) -> Result<u64, OutsideError> {
    let found = meet(Row::Calm, instances, out, stop).await?;
    let alarms = found.alarms();
    match alarms.first() {
        Some(first) if !stop.is_stopped() => Err(OutsideError::Unsound {
            count: alarms.len(),
            total: instances.len(),
            first: first.instance.clone(),
            reason: first.reason.clone(),
        }),
        _ => Ok(found.requests),
    }
}

/// What a run behind a front found.
struct Found {
    instances: Vec<FoundInstance>,
    played: Played,
    /// The exit code, or why there was no run.
    exit: Result<Exit, String>,
    /// Buckets on the server afterwards, and what the run says is left.
    left: Vec<String>,
    requests: u64,
}

struct FoundInstance {
    id: String,
    verdict: Verdict,
    reason: String,
    requests: Vec<Fingerprint>,
}

/// Runs the instances against a server behind a front at which a row is played.
async fn meet(
    row: Row,
    instances: &[Instance],
    out: &Path,
    stop: &StopSignal,
) -> Result<Found, OutsideError> {
    let (front, target) = set_up(row).await?;
    let options = Options {
        out: out.to_owned(),
        // A server with faults is to be judged; in weather everything is as for a user.
        canaries: !matches!(row, Row::Fault(_)),
        ..Options::default()
    };
    let mut found = Vec::new();
    let certified = certify(
        &target,
        instances.to_vec(),
        &options,
        stop.clone(),
        None,
        |step| {
            if let Step::Finished(done) = step {
                found.push(FoundInstance {
                    id: done.instance.id.clone(),
                    verdict: done.judged.verdict(),
                    reason: done.judged.judgement.reason.clone(),
                    requests: requests_of(done.record),
                });
            }
        },
    )
    .await;
    let mut left = target
        .server()
        .map(oss_reference::server::Running::buckets)
        .unwrap_or_default();
    let (exit, requests) = match certified {
        Ok(certified) => {
            let buckets = left.clone();
            let is_bucket = |what: &String| buckets.iter().any(|bucket| what.contains(bucket));
            let said = &certified.run.left_behind;
            left.extend(said.iter().filter(|what| !is_bucket(what)).cloned());
            (Ok(certified.exit()), certified.run.requests)
        }
        Err(error) => (Err(error.to_string()), 0),
    };
    let played = front.played();
    drop(front);
    target.stop().await;
    Ok(Found {
        instances: found,
        played,
        exit,
        left,
        requests,
    })
}

/// A server behind a front at which a row is played.
async fn set_up(row: Row) -> Result<(Front, Target), OutsideError> {
    let failed = |error: &dyn std::fmt::Display| OutsideError::Start(error.to_string());
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = Server::start(Config::default(), listen)
        .await
        .map_err(|error| failed(&error))?;
    let front = Front::start(&server, row)
        .await
        .map_err(|error| failed(&error))?;
    let mut limits = Profile::embedded().limits;
    limits.patience.pause = PAUSE;
    if matches!(row, Row::Fault(_)) {
        limits.time_per_request = TIME_WITH_FAULTS;
        limits.patience.attempts = ATTEMPTS_WITH_FAULTS;
    }
    let target = Target::behind(server, front.address, front.operator, limits)
        .map_err(|error| failed(&error))?;
    Ok((front, target))
}

/// The requests of a twin and of its probes.
fn requests_of(record: &TwinRecord) -> Vec<Fingerprint> {
    let probes = record
        .probes
        .iter()
        .flat_map(|probe| [&probe.before, &probe.after]);
    let twin = record
        .base
        .iter()
        .chain(&record.edited)
        .chain(&record.same_for);
    twin.chain(probes)
        .map(|exchange| Fingerprint::of(&exchange.request))
        .collect()
}

fn done(row: Row, found: Found) -> Option<Done> {
    match row {
        Row::Calm => None,
        Row::Fault(fault) => Some(Done::Fault(fault_row(fault, found))),
        Row::Weather(weather) => Some(Done::Weather(WeatherRow {
            weather,
            alarms: found.alarms(),
            exchanges: found.played.exchanges,
            left_behind: found.left,
        })),
    }
}

fn fault_row(fault: &'static Fault, found: Found) -> FaultRow {
    let played = &found.played.requests;
    let met = |instance: &&FoundInstance| {
        instance
            .requests
            .iter()
            .any(|request| played.contains(request))
    };
    let met: Vec<_> = found.instances.iter().filter(met).collect();
    let missed: Vec<String> = met
        .iter()
        .filter(|instance| instance.verdict == Verdict::Conformant)
        .map(|instance| instance.id.clone())
        .collect();
    let exit = found.exit.clone().unwrap_or(Exit::Target);
    let noticed = match fault.noticed_by {
        NoticedBy::All => missed.is_empty(),
        NoticedBy::Some(_) => missed.len() < met.len(),
        NoticedBy::Run => true,
    };
    let fate = match (
        found.played.exchanges.is_empty(),
        noticed && exit != Exit::Ok,
    ) {
        (true, _) => Fate::Idle,
        _ if met.is_empty() && fault.noticed_by != NoticedBy::Run => Fate::Idle,
        (false, true) => Fate::Killed,
        (false, false) => Fate::Survived,
    };
    FaultRow {
        fault,
        met: met.len(),
        missed,
        exchanges: found.played.exchanges,
        exit,
        fate,
    }
}

impl Found {
    /// Everything that is not as it must be where nothing is wrong.
    fn alarms(&self) -> Vec<Alarm> {
        let accused = self
            .instances
            .iter()
            .filter(|instance| instance.verdict != Verdict::Conformant);
        let mut alarms: Vec<_> = accused
            .map(|instance| Alarm {
                instance: instance.id.clone(),
                verdict: in_words(instance.verdict),
                reason: instance.reason.clone(),
            })
            .collect();
        let of_run = match &self.exit {
            Ok(Exit::Ok) => None,
            Ok(exit) => alarms
                .is_empty()
                .then(|| format!("the run ends with {}", exit.code())),
            Err(error) => Some(error.clone()),
        };
        alarms.extend(of_run.map(|reason| Alarm {
            instance: String::new(),
            verdict: "run".into(),
            reason,
        }));
        alarms
    }
}

/// `deviates: effect`
fn in_words(verdict: Verdict) -> String {
    let kind: &str = verdict.kind().into();
    match verdict {
        Verdict::Deviates(facet) => {
            let facet: &str = facet.into();
            format!("{kind}: {facet}")
        }
        _ => kind.into(),
    }
}
