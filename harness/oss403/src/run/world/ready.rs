//! What the service takes minutes for: an accelerate endpoint that is to be there, an object that is to be restored.

use std::time::Duration;

use tokio::time::Instant;

use super::World;
use crate::run::fault::{RunFault, describe};
use crate::run::patience::pauses_up_to;
use crate::run::sender::Sender;
use crate::wire::draft::Draft;
use crate::wire::exchange::Exchange;
use crate::wire::scene::BucketPlace;
use oss403_case::model::HostName;

/// Of half an hour, no look is further apart from the next.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A key that nobody puts: whoever answers that it is not there lets requests in.
const ABSENT: &str = "oss403-is-not-there";

impl World {
    /// Waits until the accelerate endpoint knows the buckets that have acceleration, as far as the profile has patience.
    pub(super) async fn wait_for_acceleration(&self, sender: &Sender<'_>) -> Result<(), RunFault> {
        let time = sender.context.target.limits.settle.acceleration;
        if time.is_zero() {
            return Ok(());
        }
        for (place, spec) in self.specs() {
            if !spec.acceleration {
                continue;
            }
            let now = sender.context.now();
            let (host, bucket_in) =
                self.scene
                    .host(Some(&HostName::Accelerate), Some(place), now)?;
            let draft = Draft {
                host,
                bucket_in,
                ..self.request(sender, "GET", place, Some(ABSENT))?
            };
            let is_there =
                |exchange: &Exchange| exchange.response().is_some_and(|r| r.status == 404);
            let asked = self.ask_until(sender, &draft, time, is_there).await?;
            if let Err(last) = asked {
                return Err(too_slow("acceleration", time, &last, |time| {
                    format!("transfer acceleration was switched on {time} before and is not there")
                }));
            }
        }
        Ok(())
    }

    /// Waits until objects are restored, as far as the profile has patience.
    pub(super) async fn wait_for_restored(
        &self,
        sender: &Sender<'_>,
        keys: impl IntoIterator<Item = &String>,
    ) -> Result<(), RunFault> {
        let time = sender.context.target.limits.settle.restore;
        if time.is_zero() {
            return Ok(());
        }
        let place: &BucketPlace = self.scene.bucket("")?;
        for key in keys {
            let key = self.scene.text(key, sender.context.now())?;
            let draft = self.request(sender, "HEAD", place, Some(&key))?;
            let is_restored = |exchange: &Exchange| {
                let response = exchange.response();
                let state = response.and_then(|response| response.header("x-oss-restore"));
                state.is_some_and(|state| state.contains("ongoing-request=\"false\""))
            };
            let asked = self.ask_until(sender, &draft, time, is_restored).await?;
            if let Err(last) = asked {
                return Err(too_slow("restore", time, &last, |time| {
                    format!("`{key}` was to be restored {time} before and is not")
                }));
            }
        }
        Ok(())
    }

    /// Asks until the answer is the one that is waited for, or the time is over: then that is the last one.
    async fn ask_until(
        &self,
        sender: &Sender<'_>,
        draft: &Draft,
        time: Duration,
        is_it: impl Fn(&Exchange) -> bool,
    ) -> Result<Result<(), Box<Exchange>>, RunFault> {
        let started = Instant::now();
        for pause in pauses_up_to(LONGEST_PAUSE) {
            let exchange = sender.send(draft.clone()).await?;
            if is_it(&exchange) {
                return Ok(Ok(()));
            }
            let since = started.elapsed();
            if since >= time {
                return Ok(Err(Box::new(exchange)));
            }
            sender.pause(pause.min(time - since)).await?;
        }
        unreachable!("there is always another pause")
    }
}

/// What was waited for is not there, for whatever reason: so nothing can be said of the scenario.
fn too_slow(key: &str, time: Duration, last: &Exchange, what: impl Fn(&str) -> String) -> RunFault {
    let what = what(&format!("{time:.0?}"));
    let asked = format!("{} on {}", last.request.method, last.request.host);
    let answer = match last.response() {
        Some(response) => format!("{asked} was answered {}", describe(response)),
        None => format!("{asked}: {}", last.unreadable().unwrap_or_default()),
    };
    let words = format!("{what}: {answer}; `limits.settle.{key}` says how long to wait");
    RunFault::Precondition(words.into())
}
