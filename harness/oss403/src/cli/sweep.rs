//! `oss403 sweep`: remove what dead runs left at a target.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::again::JOURNAL;
use super::args::SweepArgs;
use super::runtime::block_on;
use super::{Console, signals, target};
use crate::exit::Exit;
use crate::report::style::{counted, harmless};
use crate::run::StopSignal;
use crate::run::dead::{Lost, SweepError, Swept, find_lost, in_words, sweep_journal, sweep_lost};
use crate::run::journal::read::{Claimed, NoJournal, Past, unfinished};
use crate::target::profile::Endpoint;
use crate::target::{Profile, Target};

/// A run of which there is no journal is dead when it made nothing for so long.
const OLD: Duration = Duration::from_secs(24 * 3600);

pub(super) fn sweep(args: &SweepArgs, console: Console) -> Exit {
    let profile = match target::profile(Some(&args.target), console) {
        Ok(profile) => profile,
        Err(exit) => return exit,
    };
    if matches!(profile.endpoint, Endpoint::Embedded(_)) {
        let help = "name the profile of a server that stays with `--target`";
        console.error(
            "nothing of the embedded server outlives its run",
            Some(help),
        );
        return Exit::Usage;
    }
    // Held before anything is sent: a mistake among several is known before the first of them is swept.
    let out = args.out.clone().unwrap_or_else(|| "reports".into());
    let mut claimed: Vec<Claimed> = Vec::new();
    for path in &args.journals {
        match claim(path, &out, &mut claimed) {
            Ok(()) => {}
            Err(error) => {
                let help = match error {
                    NoJournal::Alive => {
                        Some("wait until it has ended: it removes what it made itself")
                    }
                    NoJournal::Form(_) => Some(JOURNAL),
                    _ => None,
                };
                let message = harmless(&format!("{}: {error}", path.display()));
                console.error(message, help);
                return Exit::Usage;
            }
        }
    }
    block_on(carry_out(args, &profile, &out, claimed, console), console)
}

/// Holds a journal, together with others of its run: those that were named before, and its own in the folder.
fn claim(path: &Path, out: &Path, claimed: &mut Vec<Claimed>) -> Result<(), NoJournal> {
    let named = path.canonicalize().ok();
    if named.is_some_and(|named| claimed.iter().any(|known| known.holds(&named))) {
        return Ok(());
    }
    let new = Past::claim(path)?;
    let run = |claimed: &Claimed| claimed.past.header.clone();
    match claimed.iter_mut().find(|known| run(known) == run(&new)) {
        Some(known) => known.join(new),
        None => claimed.push(new.with_own(out)?),
    }
    Ok(())
}

async fn carry_out(
    args: &SweepArgs,
    profile: &Profile,
    out: &Path,
    mut claimed: Vec<Claimed>,
    console: Console,
) -> Exit {
    let target = match Target::ready(profile).await {
        Ok(target) => target,
        Err(error) => return console.fail(&error, error.exit()),
    };
    let stop = StopSignal::new();
    signals::stop_on_signal(stop.clone(), console);
    let mut broom = Broom {
        target: &target,
        stop: &stop,
        console,
        dry_run: args.dry_run,
        removed: 0,
        left: 0,
    };
    // Of these the journals say more than their names do.
    let mut known = BTreeSet::new();
    if args.journals.is_empty() {
        for path in unfinished(out, target.endpoint()) {
            match Past::claim(&path) {
                Ok(held) => claimed.push(held),
                Err(NoJournal::Alive) => known.extend(broom.spare(&path)),
                Err(error) => broom.cannot_read(&path, &error),
            }
        }
    }
    let done = async {
        for claimed in claimed {
            known.insert(claimed.past.header.run.clone());
            broom.journal(claimed).await?;
        }
        if args.journals.is_empty() {
            let old = args.older_than.unwrap_or(OLD);
            for lost in find_lost(&target, &stop).await? {
                broom.lost(lost, old, &known).await?;
            }
        }
        Ok::<_, SweepError>(())
    };
    let done = done.await;
    let exit = match done {
        Err(error) => console.fail(harmless(&error.to_string()), error.exit()),
        Ok(()) => broom.sums(),
    };
    target.stop().await;
    if stop.is_stopped() {
        Exit::Interrupted
    } else {
        exit
    }
}

/// Sweeps one run after the other, and says so.
struct Broom<'b> {
    target: &'b Target,
    stop: &'b StopSignal,
    console: Console,
    dry_run: bool,
    removed: usize,
    left: usize,
}

impl Broom<'_> {
    async fn journal(&mut self, claimed: Claimed) -> Result<(), SweepError> {
        if self.stop.is_stopped() {
            return Ok(());
        }
        let path = claimed.past.path.clone();
        if self.dry_run {
            let (own, others) = in_words(self.target, &claimed.past);
            self.would(&path.display().to_string(), &own);
            self.left += others.len();
            for thing in &others {
                self.say(&format!(
                    "  would leave   {}: this run cannot have made it\n",
                    harmless(thing)
                ));
            }
            return Ok(());
        }
        let swept = sweep_journal(self.target, claimed, self.stop).await?;
        self.said(&path.display().to_string(), swept);
        Ok(())
    }

    async fn lost(
        &mut self,
        lost: Lost,
        old: Duration,
        known: &BTreeSet<String>,
    ) -> Result<(), SweepError> {
        let Lost { run, buckets, age } = lost;
        if known.contains(&run) || self.stop.is_stopped() {
            return Ok(());
        }
        let name = format!("run {run}, without a journal");
        match age {
            Some(age) if age >= old => {}
            Some(age) => {
                self.say(&format!(
                    "{name}: left alone, since it may live: it made a bucket {} s ago (--older-than)\n",
                    age.as_secs()
                ));
                return Ok(());
            }
            None => {
                self.say(&format!(
                    "{name}: left alone: nobody says when its {} were made\n",
                    counted(buckets.len(), "bucket")
                ));
                self.left += buckets.len();
                return Ok(());
            }
        }
        if self.dry_run {
            self.would(&name, &buckets);
            return Ok(());
        }
        let swept = sweep_lost(self.target, &run, self.stop).await?;
        self.said(&name, swept);
        Ok(())
    }

    /// A run that lives is left alone; gives its id.
    fn spare(&self, path: &Path) -> Option<String> {
        self.say(&format!("{}: left alone: its run lives\n", path.display()));
        Some(Past::read(path).ok()?.header.run)
    }

    fn cannot_read(&mut self, path: &Path, error: &NoJournal) {
        self.left += 1;
        let message = harmless(&format!("{}: {error}", path.display()));
        self.console.error(message, None);
    }

    fn would(&mut self, name: &str, things: &[String]) {
        self.removed += things.len();
        self.say(&format!("{name}: {}\n", counted(things.len(), "thing")));
        for thing in things {
            self.say(&format!("  would remove  {}\n", harmless(thing)));
        }
    }

    fn said(&mut self, name: &str, swept: Swept) {
        let Swept {
            removed,
            gone,
            left_behind,
            notes,
        } = swept;
        self.removed += removed.len();
        self.left += left_behind.len();
        let gone = match gone {
            0 => String::new(),
            gone => format!(", {gone} gone already"),
        };
        self.say(&format!(
            "{name}: {} removed{gone}\n",
            counted(removed.len(), "thing")
        ));
        for thing in &removed {
            self.say(&format!("  removed  {}\n", harmless(thing)));
        }
        for note in notes {
            self.say(&format!("  note  {}\n", harmless(&note)));
        }
        for thing in &left_behind {
            self.console
                .error(format_args!("left behind: {}", harmless(thing)), None);
        }
    }

    fn say(&self, text: &str) {
        // Whoever does not read on still wants it to be done.
        let _ = self.console.print(text);
    }

    fn sums(&self) -> Exit {
        let would = if self.dry_run { "would be " } else { "" };
        self.say(&format!(
            "{} {would}removed, {} left\n",
            counted(self.removed, "thing"),
            self.left
        ));
        if self.left > 0 {
            Exit::Target
        } else {
            Exit::Ok
        }
    }
}
