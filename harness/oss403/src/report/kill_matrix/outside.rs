//! The second table, for people, programs and browsers: what was noticed of the faults, what was forgiven of the weather.

use std::fmt::Write as _;

use indexmap::IndexMap;
use maud::{Markup, html};
use serde::Serialize;

use super::page::pressed;
use super::terminal::line;
use crate::mutate::outside::table::{NoticedBy, class as of_class};
use crate::mutate::outside::{Fate, FaultRow, Outside, WeatherRow};
use crate::report::style::{Style, Tone, counted, grouped, harmless};

/// Instances that are named of each row; there would be hundreds when something is wrong at large.
const SHOWN: usize = 3;

/// Rows of a class, and those among them that are as they should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
struct Sums {
    total: usize,
    good: usize,
}

/// The sums of every class, in the order of the table.
fn sums(rows: impl Iterator<Item = (&'static str, bool)>) -> IndexMap<&'static str, Sums> {
    let mut classes: IndexMap<&str, Sums> = IndexMap::new();
    for (id, good) in rows {
        let sums = classes.entry(of_class(id)).or_default();
        sums.total += 1;
        sums.good += usize::from(good);
    }
    classes
}

fn of_faults(outside: &Outside) -> IndexMap<&'static str, Sums> {
    let rows = outside.faults.iter();
    sums(rows.map(|row| (row.fault.id, row.fate == Fate::Killed)))
}

fn of_weather(outside: &Outside) -> IndexMap<&'static str, Sums> {
    let rows = outside.weather.iter();
    sums(rows.map(|row| (row.weather.id, row.is_forgiven())))
}

/// What is to be done about a fault that was not killed.
fn missed(row: &FaultRow) -> String {
    let says = row.fault.description;
    if row.fate == Fate::Idle {
        return format!("{says}: there was no answer that this could happen to");
    }
    if row.missed.is_empty() {
        return format!("{says}, and the run ends with {}", row.exit.code());
    }
    let all = counted(row.met, "instance");
    let mut said = format!(
        "{says}, and {} of {all} that met it were conformant",
        row.missed.len()
    );
    let named: Vec<_> = row.missed.iter().take(SHOWN).map(String::as_str).collect();
    let more = if row.missed.len() > SHOWN {
        ", …"
    } else {
        ""
    };
    let _ = write!(said, ": {}{more}", named.join(", "));
    said
}

/// What is to be done about weather that was not forgiven.
fn unforgiven(row: &WeatherRow) -> Vec<String> {
    let says = row.weather.description;
    if row.is_idle() {
        return vec![format!(
            "{says}: there was no exchange that this could happen to"
        )];
    }
    let accused = counted(row.alarms.len(), "false alarm");
    let left = counted(row.left_behind.len(), "bucket");
    let mut said = vec![format!("{says}: {accused}, {left} left behind")];
    said.extend(row.alarms.iter().take(SHOWN).map(|alarm| {
        let reason = alarm.reason.lines().next().unwrap_or_default();
        format!("{} {}: {}", alarm.instance, alarm.verdict, harmless(reason))
    }));
    said
}

/// The table as text: sums by class, then everything that calls for action, then the figures.
pub(super) fn terminal(text: &mut String, outside: &Outside, style: Style) {
    let mut table = |heading: &str, classes: IndexMap<&'static str, Sums>| {
        if classes.is_empty() {
            return;
        }
        let heading = format!("  {:16}  {heading:>9}", "");
        let _ = writeln!(text, "{}", style.paint(Tone::Faint, &heading));
        for (class, sums) in classes {
            let (mark, tone) = if sums.good == sums.total {
                ("✓", Tone::Good)
            } else {
                ("✗", Tone::Bad)
            };
            let share = format!("{}/{}", sums.good, sums.total);
            let _ = writeln!(text, "{} {class:16}  {share:>9}", style.paint(tone, mark));
        }
    };
    table("killed", of_faults(outside));
    table("forgiven", of_weather(outside));
    let mut entry = |id: &str, fate: &str, said: &[String]| {
        let (mark, id) = (style.paint(Tone::Bad, "✗"), style.paint(Tone::Strong, id));
        let _ = writeln!(text, "\n{mark} {id}  {}", style.paint(Tone::Bad, fate));
        for line in said.iter().flat_map(|said| style.wrap(said, 4)) {
            let _ = writeln!(text, "{line}");
        }
    };
    for row in &outside.faults {
        match row.fate {
            Fate::Killed => {}
            Fate::Idle => entry(row.fault.id, "idle", &[missed(row)]),
            Fate::Survived => entry(row.fault.id, "survived", &[missed(row)]),
        }
    }
    for row in outside.weather.iter().filter(|row| !row.is_forgiven()) {
        let fate = if row.is_idle() {
            "idle"
        } else {
            "not forgiven"
        };
        entry(row.weather.id, fate, &unforgiven(row));
    }
    text.push('\n');
    summary(text, outside, style);
}

fn summary(text: &mut String, outside: &Outside, style: Style) {
    let tone = |good: bool| if good { Tone::Good } else { Tone::Bad };
    let (total, killed) = (outside.faults.len(), outside.killed());
    if total > 0 {
        let said = format!("{killed} of {total} killed");
        line(
            text,
            style,
            "faults",
            &style.paint(tone(killed == total), &said),
        );
    }
    let total = outside.weather.len();
    if total > 0 {
        let forgiven = outside
            .weather
            .iter()
            .filter(|row| row.is_forgiven())
            .count();
        let said = format!(
            "{forgiven} of {total} forgiven, {}, {} left behind",
            counted(outside.false_alarms(), "false alarm"),
            counted(outside.left_behind(), "bucket")
        );
        line(
            text,
            style,
            "weather",
            &style.paint(tone(forgiven == total), &said),
        );
    }
    let (few, many) = outside.instances;
    let said = format!(
        "{few} meet each fault, {} each weather",
        grouped(many as u64)
    );
    line(text, style, "instances", &said);
    let requests = grouped(outside.requests);
    let seconds = outside.elapsed.as_secs_f64();
    line(
        text,
        style,
        "requests",
        &format!("{requests} in {seconds:.1} s"),
    );
}

/// The table as a section of the page: a row for each class, a mark for each row of the table.
pub(super) fn page(outside: &Outside) -> Markup {
    html! {
        h2 #outside { "Between server and engine" }
        p .hint {
            "The server is right, and something happens to its answers on their way. A fault has to be noticed by everybody who meets it, and \
             nobody may be accused for the weather."
        }
        p .legend { span .mark .all { "✓" } " noticed or forgiven " span .mark .survived { "✗" } " not" }
        div .figures {
            (figure(outside.killed() == outside.faults.len(), &format!("{} / {}", outside.killed(), outside.faults.len()), "faults killed"))
            (figure(outside.unforgiven().next().is_none(), &outside.false_alarms().to_string(), "false alarms"))
            (figure(outside.left_behind() == 0, &outside.left_behind().to_string(), "buckets left behind"))
            (figure(true, &outside.weather.len().to_string(), "kinds of weather"))
            (figure(true, &format!("{:.1} s", outside.elapsed.as_secs_f64()), "wall time"))
        }
        div .wide tabindex="0" role="region" aria-label="Faults and weather by class" {
            table .map .marks data-keys {
                tbody {
                    tr .code { th scope="colgroup" colspan="2" { span { "faults" } } }
                    @for class in of_faults(outside).keys() {
                        tr {
                            th scope="row" { (class) }
                            td { @for row in outside.faults.iter().filter(|row| of_class(row.fault.id) == *class) {
                                (mark(row.fate == Fate::Killed, row.fault.id, &noticed(row)))
                            } }
                        }
                    }
                    tr .code { th scope="colgroup" colspan="2" { span { "weather" } } }
                    @for class in of_weather(outside).keys() {
                        tr {
                            th scope="row" { (class) }
                            td { @for row in outside.weather.iter().filter(|row| of_class(row.weather.id) == *class) {
                                (mark(row.is_forgiven(), row.weather.id, row.weather.description))
                            } }
                        }
                    }
                }
            }
        }
        (to_do(outside))
    }
}

fn figure(good: bool, value: &str, what: &str) -> Markup {
    html! { div .figure .bad[!good] { strong { (value) } span { (what) } } }
}

fn mark(good: bool, id: &str, said: &str) -> Markup {
    let class = if good { "all" } else { "survived" };
    pressed(class, &format!("{id}: {said}"))
}

fn noticed(row: &FaultRow) -> String {
    let by = row.met - row.missed.len();
    let says = row.fault.description;
    match row.fault.noticed_by {
        NoticedBy::Run => format!("{says}; the run ends with {}", row.exit.code()),
        NoticedBy::Some(why) => format!("{says}; noticed by {by} of {}: {why}", row.met),
        NoticedBy::All => format!("{says}; noticed by {by} of {}", row.met),
    }
}

fn to_do(outside: &Outside) -> Markup {
    html! {
        h2 { "Faults that survived, weather that was not forgiven" }
        @if outside.killed() == outside.faults.len() && outside.weather.iter().all(WeatherRow::is_forgiven) {
            p { "None." }
        } @else {
            dl {
                @for row in outside.faults.iter().filter(|row| row.fate != Fate::Killed) {
                    dt { (row.fault.id) }
                    dd { (missed(row)) }
                }
                @for row in outside.weather.iter().filter(|row| !row.is_forgiven()) {
                    dt { (row.weather.id) }
                    @for said in unforgiven(row) { dd { (said) } }
                }
            }
        }
    }
}

/// The table for programs.
#[derive(Serialize)]
pub(super) struct File<'a> {
    /// Faults.
    total: usize,
    killed: usize,
    survivors: Vec<Named>,
    weather: Weathers<'a>,
    /// Rows that there was nothing to play on for.
    idle: Vec<&'static str>,
    classes: IndexMap<&'static str, Sums>,
    faults: Vec<Listed<'a>>,
    instances: Instances,
    requests: u64,
    elapsed_ms: u64,
}

#[derive(Serialize)]
struct Weathers<'a> {
    total: usize,
    forgiven: usize,
    /// How many.
    false_alarms: usize,
    /// How many buckets, and what else a run says is left.
    left_behind: usize,
    classes: IndexMap<&'static str, Sums>,
    kinds: Vec<Kind<'a>>,
}

#[derive(Serialize)]
struct Named {
    id: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct Listed<'a> {
    id: &'static str,
    description: &'static str,
    fate: &'static str,
    /// Instances that noticed, of those that met it.
    noticed: Noticed,
    /// Why not all of those need to.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    missed_by: &'a [String],
    /// Exit code of the run.
    exit: u8,
    played: IndexMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Noticed {
    by: usize,
    of: usize,
}

#[derive(Serialize)]
struct Kind<'a> {
    id: &'static str,
    description: &'static str,
    forgiven: bool,
    false_alarms: Vec<Alarm<'a>>,
    left_behind: &'a [String],
    /// How often, by kind of exchange.
    played: IndexMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Alarm<'a> {
    instance: &'a str,
    verdict: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Instances {
    faults: usize,
    weather: usize,
}

impl<'a> File<'a> {
    pub(super) fn of(outside: &'a Outside) -> Self {
        Self {
            total: outside.faults.len(),
            killed: outside.killed(),
            survivors: outside
                .survivors()
                .map(|row| Named {
                    id: row.fault.id,
                    description: row.fault.description,
                })
                .collect(),
            weather: Weathers {
                total: outside.weather.len(),
                forgiven: outside
                    .weather
                    .iter()
                    .filter(|row| row.is_forgiven())
                    .count(),
                false_alarms: outside.false_alarms(),
                left_behind: outside.left_behind(),
                classes: of_weather(outside),
                kinds: outside.weather.iter().map(Kind::of).collect(),
            },
            idle: outside.idle().collect(),
            classes: of_faults(outside),
            faults: outside.faults.iter().map(Listed::of).collect(),
            instances: Instances {
                faults: outside.instances.0,
                weather: outside.instances.1,
            },
            requests: outside.requests,
            elapsed_ms: u64::try_from(outside.elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl<'a> Listed<'a> {
    fn of(row: &'a FaultRow) -> Self {
        Self {
            id: row.fault.id,
            description: row.fault.description,
            fate: match row.fate {
                Fate::Killed => "killed",
                Fate::Survived => "survived",
                Fate::Idle => "idle",
            },
            noticed: Noticed {
                by: row.met - row.missed.len(),
                of: row.met,
            },
            reason: match row.fault.noticed_by {
                NoticedBy::Some(reason) => Some(reason),
                NoticedBy::All | NoticedBy::Run => None,
            },
            missed_by: &row.missed,
            exit: row.exit.code(),
            played: row
                .exchanges
                .iter()
                .map(|(kind, times)| (kind.name(), *times))
                .collect(),
        }
    }
}

impl<'a> Kind<'a> {
    fn of(row: &'a WeatherRow) -> Self {
        let alarms = row.alarms.iter().map(|alarm| Alarm {
            instance: &alarm.instance,
            verdict: &alarm.verdict,
            reason: &alarm.reason,
        });
        Self {
            id: row.weather.id,
            description: row.weather.description,
            forgiven: row.is_forgiven(),
            false_alarms: alarms.collect(),
            left_behind: &row.left_behind,
            played: row
                .exchanges
                .iter()
                .map(|(kind, times)| (kind.name(), *times))
                .collect(),
        }
    }
}
