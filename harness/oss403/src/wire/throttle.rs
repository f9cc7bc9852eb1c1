//! Asking less of a target that says it is asked too much.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{Instant, sleep_until};

use super::exchange::Response;

/// Slows down all requests while answers are 429 or 503, and stops them for as long as `Retry-After` says. Costs one atomic read a
/// request while none are.
///
/// The pace follows from what was served: whoever serves `n` requests a second is asked [`AHEAD`] times as many. So a target with a
/// limit soon refuses no more than a third, one that refuses a fifth of everything, however slowly it is asked, is not slowed down at
/// all, and one that refuses everything is asked a quarter as much in each window, down to [`SLOWEST`]. Where nothing was refused the pace
/// doubles, and soon there is none.
#[derive(Debug)]
pub(super) struct Throttle {
    /// Whether anything below says something.
    active: AtomicBool,
    state: Mutex<State>,
    /// Whose turn it is. The others wait for this and not for a moment of their own, since the pace may change.
    turn: tokio::sync::Mutex<()>,
    longest: Duration,
}

#[derive(Debug)]
struct State {
    /// Nobody may go before.
    until: Instant,
    /// Requests a second; `None` for as many as go.
    pace: Option<f64>,
    /// When the last one should have gone.
    last: Instant,
    /// Answers are counted from here on.
    since: Instant,
    served: u32,
    refused: u32,
    /// Windows in a row without a refusal.
    clean: u32,
}

const AHEAD: f64 = 1.4;
/// Requests a second.
const SLOWEST: f64 = 5.0;
/// A window is over when it has lasted so long and has so many answers: enough of them, or enough time.
const WINDOWS: [(Duration, u32); 2] = [
    (Duration::from_millis(100), 20),
    (Duration::from_secs(1), 5),
];
/// After so many windows without a refusal there is no pace any more.
const CLEAN_WINDOWS: u32 = 10;
/// Who was late by no more than this may catch up: timers count milliseconds.
const CATCH_UP: Duration = Duration::from_millis(10);

impl Throttle {
    /// `longest`: how long Retry-After is believed at most.
    pub(super) fn new(longest: Duration) -> Self {
        let now = Instant::now();
        Self {
            active: AtomicBool::new(false),
            state: Mutex::new(State {
                until: now,
                pace: None,
                last: now,
                since: now,
                served: 0,
                refused: 0,
                clean: 0,
            }),
            turn: tokio::sync::Mutex::default(),
            longest,
        }
    }

    /// Waits until a request may go.
    pub(super) async fn pass(&self) {
        if !self.active.load(Ordering::Relaxed) {
            return;
        }
        let _turn = self.turn.lock().await;
        loop {
            let wait = self.lock().go(Instant::now());
            match wait {
                None => return,
                Some(until) => sleep_until(until).await,
            }
        }
    }

    /// Takes note of an answer.
    pub(super) fn heard(&self, response: &Response) {
        let refused = matches!(response.status, 429 | 503);
        let hold = response.is_unavailable().then(|| retry_after(response));
        let hold = hold.flatten().map(|hold| hold.min(self.longest));
        if !refused && hold.is_none() && !self.active.load(Ordering::Relaxed) {
            return;
        }
        let mut state = self.lock();
        let now = Instant::now();
        if !self.active.swap(true, Ordering::Relaxed) {
            state.begin(now);
        }
        if let Some(hold) = hold {
            let until = state.until.max(now + hold);
            state.until = until;
            state.begin(until);
        }
        let goes_on = state.count(refused, now);
        self.active.store(goes_on, Ordering::Relaxed);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with this lock")
    }
}

impl State {
    /// Lets a request go now, or answers until when it has to wait.
    fn go(&mut self, now: Instant) -> Option<Instant> {
        let paced = self
            .pace
            .map(|pace| self.last + Duration::from_secs_f64(1.0 / pace));
        let next = paced.map_or(self.until, |paced| paced.max(self.until));
        if next > now {
            return Some(next);
        }
        self.last = next.max(now.checked_sub(CATCH_UP).unwrap_or(now));
        None
    }

    /// Begins a window.
    fn begin(&mut self, now: Instant) {
        self.since = now;
        self.served = 0;
        self.refused = 0;
    }

    /// Counts an answer; `false` when nobody need be held back any more.
    fn count(&mut self, refused: bool, now: Instant) -> bool {
        let Some(time) = now.checked_duration_since(self.since) else {
            // It was asked for before all had to wait.
            return true;
        };
        *(if refused {
            &mut self.refused
        } else {
            &mut self.served
        }) += 1;
        let answers = self.served + self.refused;
        if !WINDOWS
            .iter()
            .any(|(long, many)| time >= *long && answers >= *many)
        {
            return true;
        }
        let asked = f64::from(answers) / time.as_secs_f64();
        let bearable = f64::from(self.served) / time.as_secs_f64() * AHEAD;
        if self.refused == 0 {
            self.clean += 1;
            self.pace = self.pace.map(|pace| pace * 2.0);
            if self.clean >= CLEAN_WINDOWS {
                self.pace = None;
            }
        } else {
            self.clean = 0;
            if self.pace.is_some() || bearable < asked {
                let quarter = self.pace.unwrap_or(asked) / 4.0;
                self.pace = Some(bearable.max(quarter).max(SLOWEST));
            }
        }
        let goes_on = self.pace.is_some() || self.refused > 0 || now < self.until;
        self.begin(now);
        goes_on
    }
}

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date, which is held against the answer's own.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.header("retry-after")?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let then = oss_auth::Timestamp::parse_rfc1123(value).ok()?.0;
    let now = response.date().or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(now.as_secs()).ok()
    })?;
    Some(Duration::from_secs(
        then.saturating_sub(now).try_into().unwrap_or(0),
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const LONGEST: Duration = Duration::from_secs(30);

    fn answer(status: u16, headers: &[(&str, &str)]) -> Response {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        Response {
            status,
            headers: headers.collect(),
            ..Response::default()
        }
    }

    /// For how long a request is held back after this answer.
    async fn wait_after(answer: Response) -> Duration {
        let throttle = Throttle::new(LONGEST);
        throttle.heard(&answer);
        let started = Instant::now();
        throttle.pass().await;
        started.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_holds_everybody_back() {
        let date = ("date", "Tue, 20 Dec 2022 08:48:18 GMT");
        for (status, headers, seconds) in [
            (503, &[("retry-after", "7")][..], 7),
            (429, &[("retry-after", "7")], 7),
            (500, &[("retry-after", "7")], 7),
            (503, &[("retry-after", "4000000000")], 30),
            (
                503,
                &[("retry-after", "Tue, 20 Dec 2022 08:48:23 GMT"), date],
                5,
            ),
            (
                503,
                &[("retry-after", "Tue, 20 Dec 2022 08:48:13 GMT"), date],
                0,
            ),
            (503, &[("retry-after", "Tue, 20 Dec 2022 08:48:23 GMT")], 0),
            (503, &[("retry-after", "soon")], 0),
            (503, &[("retry-after", "-1")], 0),
            (503, &[], 0),
            // What is no refusal for want of room says when something else may be done.
            (200, &[("retry-after", "7")], 0),
            (403, &[("retry-after", "7")], 0),
        ] {
            let waited = wait_after(answer(status, headers)).await;
            // The timer rounds up to whole milliseconds.
            assert!(
                (seconds * 1000..seconds * 1000 + 2).contains(&waited.as_millis()),
                "{status} {headers:?}: {waited:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_holds_nobody_back() {
        let throttle = Throttle::new(LONGEST);
        throttle.heard(&answer(503, &[("retry-after", "7")]));
        let started = Instant::now();
        let first = tokio::time::timeout(Duration::from_secs(1), throttle.pass()).await;
        assert!(first.is_err());
        throttle.pass().await;
        assert_eq!(started.elapsed().as_secs(), 7);
    }

    /// A hundred clients for twenty seconds, each of whose requests takes 5 ms; how many were served and how many refused.
    async fn crowd(refuses: impl FnMut() -> bool + Send + 'static) -> (u32, u32) {
        let throttle = Arc::new(Throttle::new(LONGEST));
        let refuses = Arc::new(Mutex::new(refuses));
        let end = Instant::now() + Duration::from_secs(20);
        let clients = (0..100).map(|_| {
            let (throttle, refuses) = (Arc::clone(&throttle), Arc::clone(&refuses));
            tokio::spawn(async move {
                let (mut served, mut refused) = (0, 0);
                while Instant::now() < end {
                    throttle.pass().await;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    let refuse = (refuses.lock().unwrap())();
                    *(if refuse { &mut refused } else { &mut served }) += 1;
                    throttle.heard(&answer(if refuse { 503 } else { 200 }, &[]));
                }
                (served, refused)
            })
        });
        let mut sum = (0, 0);
        for client in clients.collect::<Vec<_>>() {
            let (served, refused) = client.await.unwrap();
            sum = (sum.0 + served, sum.1 + refused);
        }
        sum
    }

    #[tokio::test(start_paused = true)]
    async fn a_target_with_a_limit_is_asked_a_little_more_than_that() {
        let (mut tokens, mut then) = (10.0, Instant::now());
        let (served, refused) = crowd(move || {
            let now = Instant::now();
            tokens = f64::min(tokens + 100.0 * (now - then).as_secs_f64(), 10.0);
            then = now;
            let refuse = tokens < 1.0;
            if !refuse {
                tokens -= 1.0;
            }
            refuse
        })
        .await;
        // 20 s at 100 a second. Without the throttle 20,000 a second would be refused; with it the first 100 ms are most of them.
        assert!(served >= 1_900, "{served} {refused}");
        assert!(refused < 2 * served, "{served} {refused}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_target_that_refuses_a_fifth_anyhow_is_not_slowed_down() {
        let mut seed = 1_u64;
        let (served, refused) = crowd(move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33).is_multiple_of(5)
        })
        .await;
        let (nobody, _) = crowd(|| false).await;
        assert!(served > nobody / 2, "{served} {refused} {nobody}");
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_while_of_nothing_but_refusals_it_is_fast_again() {
        let started = Instant::now();
        let (served, refused) = crowd(move || started.elapsed() < Duration::from_secs(5)).await;
        assert!(refused < 10_000, "{served} {refused}");
        assert!(served > 100_000, "{served} {refused}");
    }
}
