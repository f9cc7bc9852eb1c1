//! How far a run is: a bar on a terminal, a line now and then elsewhere.

use std::io::Write as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where no bar can be drawn, a line appears this often at most. A run that is shorter prints none.
const EVERY: Duration = Duration::from_secs(10);

/// The progress of a run, on standard error.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    total: usize,
    done: usize,
    failures: usize,
    last: Instant,
}

impl Progress {
    /// Progress towards `total` instances.
    pub fn new(total: usize, interactive: bool) -> Self {
        let bar = interactive.then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(10);
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}");
            let bar = ProgressBar::with_draw_target(Some(total as u64), target);
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self {
            bar,
            total,
            done: 0,
            failures: 0,
            last: Instant::now(),
        }
    }

    /// One more is done.
    pub fn step(&mut self, failure: bool) {
        self.done += 1;
        self.failures += usize::from(failure);
        if let Some(bar) = &self.bar {
            if failure {
                bar.set_message(format!("{} to look at", self.failures));
            }
            bar.inc(1);
        } else if self.last.elapsed() >= EVERY {
            self.last = Instant::now();
            // Progress that nobody can read is no reason to stop.
            let _ = writeln!(
                std::io::stderr(),
                "{} of {} done, {} to look at",
                self.done,
                self.total,
                self.failures
            );
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
