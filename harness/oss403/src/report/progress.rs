//! How far a run is: a bar on a terminal, a line now and then elsewhere.

use std::io::Write as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::style::grouped;

/// Where no bar can be drawn, a line appears this often at most. A run that is shorter prints none.
const EVERY: Duration = Duration::from_secs(10);
/// Before this nothing is said of the rate: the first instances wait for their worlds.
const SETTLED: Duration = Duration::from_secs(2);

/// The progress of a run, on standard error.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    count: Count,
    started: Instant,
    last: Instant,
}

/// What is done of a run.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    total: usize,
    done: usize,
    /// Those of the done for which nothing was sent: they took no time, and say nothing of the rate.
    aside: usize,
    failures: usize,
}

impl Progress {
    /// Progress towards `total` instances.
    pub fn new(total: usize, interactive: bool) -> Self {
        let bar = interactive.then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(10);
            let style = ProgressStyle::with_template("{wide_bar} {msg}");
            let bar = ProgressBar::with_draw_target(Some(total as u64), target);
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        let now = Instant::now();
        Self {
            bar,
            count: Count {
                total,
                ..Count::default()
            },
            started: now,
            last: now,
        }
    }

    /// One more is done.
    pub fn step(&mut self, failure: bool) {
        self.count.failures += usize::from(failure);
        self.one_more();
    }

    /// One more is set aside, for which nothing was sent.
    pub fn skip(&mut self) {
        self.count.aside += 1;
        self.one_more();
    }

    fn one_more(&mut self) {
        self.count.done += 1;
        let words = || self.count.in_words(self.started.elapsed());
        if let Some(bar) = &self.bar {
            bar.set_message(words());
            bar.inc(1);
        } else if self.last.elapsed() >= EVERY {
            // Progress that nobody can read is no reason to stop.
            let _ = writeln!(std::io::stderr(), "{}", words());
            self.last = Instant::now();
        }
    }

    /// Prints something while the bar is out of the way.
    pub fn aside(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Count {
    /// `443/1,664, 3 to look at, 120/s, 10 s left`
    fn in_words(self, elapsed: Duration) -> String {
        let number = |number: usize| grouped(number as u64);
        let mut words = format!("{}/{}", number(self.done), number(self.total));
        if self.failures > 0 {
            words += &format!(", {} to look at", number(self.failures));
        }
        let sent = self.done - self.aside;
        if sent > 0 && elapsed >= SETTLED {
            let milliseconds = usize::try_from(elapsed.as_millis()).unwrap_or(usize::MAX);
            let rate = sent.saturating_mul(1000) / milliseconds;
            let left = self.total.saturating_sub(self.done);
            let seconds = left.saturating_mul(milliseconds) / sent / 1000;
            words += &format!(", {}/s, {} left", number(rate), span(seconds));
        }
        words
    }
}

fn span(seconds: usize) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_and_the_time_left_are_those_of_what_was_sent() {
        let count = Count {
            total: 1664,
            done: 464,
            aside: 264,
            failures: 3,
        };
        assert_eq!(
            count.in_words(Duration::from_secs(10)),
            "464/1,664, 3 to look at, 20/s, 60 s left"
        );
        assert_eq!(
            count.in_words(Duration::from_secs(1)),
            "464/1,664, 3 to look at"
        );
        let aside = Count {
            failures: 0,
            done: 264,
            ..count
        };
        assert_eq!(aside.in_words(Duration::from_secs(10)), "264/1,664");
        assert_eq!(
            [span(119), span(120), span(7260)],
            ["119 s", "2 min", "2 h 1 min"]
        );
    }

    #[test]
    fn what_is_done_what_failed_and_what_is_set_aside_is_counted() {
        let mut progress = Progress::new(4, false);
        progress.step(true);
        progress.step(false);
        progress.skip();
        let Count {
            total,
            done,
            aside,
            failures,
        } = progress.count;
        assert_eq!((total, done, aside, failures), (4, 3, 1, 1));
    }
}
