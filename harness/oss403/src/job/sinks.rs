//! Where instances go as they finish: held against the baseline, into the reports and to the terminal.

use std::sync::Arc;

use super::Done;
use crate::baseline::{Account, Baseline, Day, Mark};
use crate::exit::Exit;
use crate::judge::verdict::VerdictKind;
use crate::report::Facts;
use crate::report::entry::Entry;
use crate::report::json::ResultFile;
use crate::report::sink::{Reports, Unwritten};
use crate::report::terminal::Terminal;
use crate::suite::Finished;
use oss403_case::model::CaseFile;
use oss403_case::{Instance, Ledger};

/// Where the instances go as they finish.
pub(super) struct Sinks<'a> {
    ledger: &'a Ledger,
    known: Option<Held<'a>>,
    reports: Reports,
    terminal: Terminal,
    trouble: Unwritten,
}

/// What a run is held to.
pub(super) struct Held<'a> {
    baseline: &'a Baseline,
    today: Day,
    account: Account,
}

impl<'a> Held<'a> {
    pub(super) fn to(baseline: &'a Baseline, now: i64) -> Self {
        Self {
            baseline,
            today: Day::of(now),
            account: Account::new(baseline),
        }
    }
}

impl<'a> Sinks<'a> {
    pub(super) fn new(
        ledger: &'a Ledger,
        known: Option<Held<'a>>,
        reports: Reports,
        terminal: Terminal,
    ) -> Self {
        Self {
            ledger,
            known,
            reports,
            terminal,
            trouble: Unwritten::default(),
        }
    }

    /// Takes in an instance; whether it fails as the baseline has it.
    pub(super) fn add(&mut self, finished: &Finished<'_>) -> bool {
        self.hold(Entry::of(finished, self.ledger))
    }

    /// Takes in the entry of an instance, held against the baseline; whether it fails as that has it.
    pub(super) fn hold(&mut self, mut entry: Entry) -> bool {
        if let Some(Held {
            baseline,
            today,
            account,
        }) = &mut self.known
        {
            // What was not run has its mark already.
            if entry.verdict != VerdictKind::Disabled {
                let verdict = (entry.verdict, entry.facet);
                let fingerprint = entry.fingerprint.as_ref();
                entry.baseline = baseline.mark(&entry.id, *today, verdict, fingerprint);
            }
            account.add(entry.verdict, entry.baseline.as_ref());
        }
        let is_known = entry.is_known();
        self.take(entry);
        is_known
    }

    fn take(&mut self, entry: Entry) {
        let added = self.reports.add(&entry);
        self.trouble.note(added);
        self.terminal.add(entry);
    }

    /// What is to be run, and what the baseline keeps from being run.
    pub(super) fn split(&self, instances: Vec<Instance>) -> (Vec<Instance>, Vec<Instance>) {
        let disables = |instance: &Instance| {
            let known = self.known.as_ref();
            known.is_some_and(|held| held.baseline.disables(&instance.id, held.today).is_some())
        };
        instances
            .into_iter()
            .partition(|instance| !disables(instance))
    }

    pub(super) fn disable(&mut self, instances: &[Instance]) {
        for instance in instances {
            let Some(held) = &mut self.known else { return };
            let Some(item) = held.baseline.disables(&instance.id, held.today) else {
                continue;
            };
            let entry = Entry::disabled(instance, Mark::disabled(item));
            held.account.add(entry.verdict, entry.baseline.as_ref());
            self.take(entry);
        }
    }

    /// What the baseline came to.
    pub(super) fn close(&mut self, is_part: bool) -> Option<Account> {
        let mut account = self.known.take()?.account;
        account.close(is_part);
        Some(account)
    }

    pub(super) fn finish(mut self, facts: Facts, exit: Exit, files: Vec<Arc<CaseFile>>) -> Done {
        let head = ResultFile::head(&facts);
        let mut annotations = String::new();
        let finished = std::mem::take(&mut self.reports).finish(&head, &mut annotations);
        self.trouble.note(finished);
        Done {
            facts,
            trouble: self.trouble.0,
            annotations,
            exit,
            terminal: self.terminal,
            files,
        }
    }
}
