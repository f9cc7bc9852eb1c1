//! What became of the rows.

use std::collections::BTreeMap;
use std::time::Duration;

use super::table::{Fault, Kind, Weather};
use crate::exit::Exit;

/// What became of all rows.
#[derive(Debug, Default)]
pub struct Outside {
    pub faults: Vec<FaultRow>,
    pub weather: Vec<WeatherRow>,
    /// Instances that met each fault, and each kind of weather.
    pub instances: (usize, usize),
    /// Requests that were sent.
    pub requests: u64,
    pub elapsed: Duration,
    /// Whether it was stopped before the last row.
    pub interrupted: bool,
}

/// A fault and what became of it.
#[derive(Debug)]
pub struct FaultRow {
    pub fault: &'static Fault,
    /// Instances that met it.
    pub met: usize,
    /// Those among them that were conformant all the same.
    pub missed: Vec<String>,
    /// How often it was played, by kind of exchange.
    pub exchanges: BTreeMap<Kind, usize>,
    /// What the run came to.
    pub exit: Exit,
    pub fate: Fate,
}

/// What became of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Who had to notice did.
    Killed,
    /// Somebody who met it did not.
    Survived,
    /// There was no exchange that it could be played on, which says nothing.
    Idle,
}

/// Weather and what became of it.
#[derive(Debug)]
pub struct WeatherRow {
    pub weather: &'static Weather,
    /// How often it was played, by kind of exchange.
    pub exchanges: BTreeMap<Kind, usize>,
    /// Instances that were accused.
    pub alarms: Vec<Alarm>,
    /// Buckets that are on the server after the run.
    pub left_behind: Vec<String>,
}

/// A verdict that would have been another in calm weather.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Id of the instance; empty when it was the run as a whole.
    pub instance: String,
    /// `deviates: effect`, …
    pub verdict: String,
    pub reason: String,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// The suite fails behind a front that changes nothing.
    #[error(
        "{count} of {total} instances are not conformant in calm weather, the first is `{first}`: {reason}"
    )]
    Unsound {
        count: usize,
        total: usize,
        first: String,
        reason: String,
    },
    /// Server, front or target did not start.
    #[error("{0}")]
    Start(String),
    /// A row crashed what ran it.
    #[error("a run ended in a panic: {0}")]
    Panic(String),
}

impl WeatherRow {
    /// Whether it was played at all, and nothing came of it.
    pub fn is_forgiven(&self) -> bool {
        !self.is_idle() && self.alarms.is_empty() && self.left_behind.is_empty()
    }

    /// Whether there was no exchange that it could be played on.
    pub fn is_idle(&self) -> bool {
        self.exchanges.is_empty()
    }
}

impl Outside {
    /// Faults that were played on something, and of which it is known what became of them.
    pub fn killed(&self) -> usize {
        self.faults
            .iter()
            .filter(|row| row.fate == Fate::Killed)
            .count()
    }

    /// Faults that somebody who met them did not notice.
    pub fn survivors(&self) -> impl Iterator<Item = &FaultRow> {
        self.faults.iter().filter(|row| row.fate == Fate::Survived)
    }

    /// Ids of the rows that there was nothing to play on for: they have shown nothing.
    pub fn idle(&self) -> impl Iterator<Item = &'static str> {
        let faults = self
            .faults
            .iter()
            .filter(|row| row.fate == Fate::Idle)
            .map(|row| row.fault.id);
        let weather = self
            .weather
            .iter()
            .filter(|row| row.is_idle())
            .map(|row| row.weather.id);
        faults.chain(weather)
    }

    /// Weather that somebody was accused for, or that left something behind.
    pub fn unforgiven(&self) -> impl Iterator<Item = &WeatherRow> {
        self.weather
            .iter()
            .filter(|row| !row.is_idle() && !row.is_forgiven())
    }

    /// Accusations in all weathers.
    pub fn false_alarms(&self) -> usize {
        self.weather.iter().map(|row| row.alarms.len()).sum()
    }

    /// What is on servers after all weathers.
    pub fn left_behind(&self) -> usize {
        self.weather.iter().map(|row| row.left_behind.len()).sum()
    }

    /// The exit code that it asks for.
    pub fn exit(&self) -> Exit {
        if self.interrupted {
            Exit::Interrupted
        } else if self.survivors().next().is_some()
            || self.unforgiven().next().is_some()
            || self.idle().next().is_some()
        {
            Exit::Deviations
        } else {
            Exit::Ok
        }
    }
}

impl OutsideError {
    /// The exit code that it asks for.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Unsound { .. } => Exit::Deviations,
            Self::Start(_) | Self::Panic(_) => Exit::Target,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        matches!(self, Self::Unsound { .. }).then_some(
            "`oss403 run` shows what is wrong; a suite that fails by itself notices nothing",
        )
    }
}
