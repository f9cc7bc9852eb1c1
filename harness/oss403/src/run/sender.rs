//! Sending on behalf of one instance or one world: with patience, and with an eye on the end of the run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::time::Instant;

use futures_util::future::BoxFuture;
use oss403_operator::Set;
use tokio::sync::SemaphorePermit;

use super::context::Context;
use super::fault::RunFault;
use super::patience::{Attempts, may_repeat};
use super::plan::is_read;
use super::pool::Doubts;
use crate::target::operator::OperatorError;
use crate::wire::client::Outgoing;
use crate::wire::draft::Draft;
use crate::wire::exchange::{Exchange, Response};
use crate::wire::sign;
use oss403_case::model::SignWith;

/// How [`Sender::send_or_see`] came to its end.
pub(crate) enum Sent<T> {
    /// With an answer, or with the end of patience.
    Answered(Box<Exchange>),
    /// Nobody knows the answer, but this shows that it was carried out.
    Seen(T),
}

/// Sends requests on behalf of one instance or one world, and counts them.
pub(crate) struct Sender<'a> {
    pub(crate) context: &'a Context,
    sent: AtomicU64,
    /// Microseconds that were waited for permits.
    waited: AtomicU64,
    /// Microseconds that exchanges took which came to nothing.
    in_vain: AtomicU64,
    /// What must not be used again of what it was sent for.
    pub(crate) doubts: Doubts,
}

impl<'a> Sender<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self {
            context,
            sent: AtomicU64::new(0),
            waited: AtomicU64::new(0),
            in_vain: AtomicU64::new(0),
            doubts: Doubts::default(),
        }
    }

    /// How many it has sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// How long it has waited for permits: because of limits of ours, or because the target has told everybody to wait.
    pub(crate) fn waited(&self) -> Duration {
        Duration::from_micros(self.waited.load(Ordering::Relaxed))
    }

    /// How long the target has taken for what it then did not answer readably. What it was waited for otherwise (permits, pauses, worlds that
    /// were made and removed) is not its doing.
    pub(crate) fn in_vain(&self) -> Duration {
        Duration::from_micros(self.in_vain.load(Ordering::Relaxed))
    }

    /// Counts a request that somebody else has sent.
    pub(crate) fn count(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// Signs and sends, again and again where that is safe, until there is an answer that can be read or patience has come to its end.
    ///
    /// # Errors
    /// When the run has to end before.
    pub(crate) fn send(&self, draft: Draft) -> BoxFuture<'_, Result<Exchange, RunFault>> {
        // Everything that waits for this holds it, and is moved about before it is at rest.
        Box::pin(self.send_patiently(draft))
    }

    async fn send_patiently(&self, draft: Draft) -> Result<Exchange, RunFault> {
        let mut attempts = Attempts::new(&self.context.target.limits.patience);
        let repeats = may_repeat(&draft);
        self.doubts.about_to_send(&draft);
        loop {
            let permit = self.permit().await?;
            let now = self.context.now();
            let signed = sign::sign(draft.clone(), now);
            let outgoing = Outgoing {
                fresh: attempts.fresh() || !repeats,
                ..Outgoing::new(signed)
            };
            let mut exchange = self.deliver(permit, outgoing).await?;
            self.doubts.sent(draft.bucket.as_deref(), &exchange);
            if exchange
                .response()
                .is_some_and(Response::reports_string_to_sign)
            {
                exchange.request.string_to_sign = sign::sign(draft.clone(), now).string_to_sign();
            }
            if !repeats {
                return Ok(exchange);
            }
            if let Some(exchange) = attempts.last(exchange, self.context.ending.begun()).await {
                return Ok(exchange);
            }
        }
    }

    /// Signs and sends what must not be carried out twice. When nobody knows what became of it, `seen` looks whether it was carried out, and
    /// what was not is sent again.
    ///
    /// # Errors
    /// When the run has to end before, or `seen` sees nothing.
    pub(crate) async fn send_or_see<T, S: Future<Output = Result<Option<T>, RunFault>>>(
        &self,
        draft: Draft,
        seen: impl Fn() -> S,
    ) -> Result<Sent<T>, RunFault> {
        let mut attempts = Attempts::new(&self.context.target.limits.patience);
        self.doubts.about_to_send(&draft);
        loop {
            let permit = self.permit().await?;
            // Like all that does not only read, on a connection of its own.
            let outgoing = Outgoing::new(sign::sign(draft.clone(), self.context.now()));
            let exchange = self.deliver(permit, outgoing).await?;
            self.doubts.sent(draft.bucket.as_deref(), &exchange);
            if exchange.unreadable().is_some()
                && let Some(state) = seen().await?
            {
                return Ok(Sent::Seen(state));
            }
            if let Some(exchange) = attempts.last(exchange, self.context.ending.begun()).await {
                return Ok(Sent::Answered(Box::new(exchange)));
            }
        }
    }

    /// Waits for so long.
    ///
    /// # Errors
    /// When the run has to end before.
    pub(crate) async fn pause(&self, time: Duration) -> Result<(), RunFault> {
        tokio::select! {
            () = tokio::time::sleep(time) => Ok(()),
            fault = self.context.ending.begun() => Err(fault),
        }
    }

    /// Waits until a request may go out.
    ///
    /// # Errors
    /// When the run has to end before.
    pub(crate) async fn permit(&self) -> Result<SemaphorePermit<'_>, RunFault> {
        let Context { ending, target, .. } = self.context;
        let since = Instant::now();
        // Who waits takes a place among those that wait, which clean-up needs by now.
        if let Some(fault) = ending.heeded() {
            return Err(fault);
        }
        // Mostly there is one at once, and nobody has to watch for the end.
        let permit = tokio::select! {
            biased;
            permit = target.client.pass() => ending.heeded().map_or(Ok(permit), Err),
            fault = ending.begun() => Err(fault),
        };
        let waited = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.waited.fetch_add(waited, Ordering::Relaxed);
        permit
    }

    /// Sends once. What only reads is given up when the run has to end; what may change something is waited for: nobody could remove
    /// what comes later.
    ///
    /// # Errors
    /// When the run has to end before what it reads has come.
    pub(crate) async fn deliver(
        &self,
        permit: SemaphorePermit<'_>,
        outgoing: Outgoing,
    ) -> Result<Exchange, RunFault> {
        let Context { ending, target, .. } = self.context;
        self.count();
        let _asking = ending.asks();
        let reads = is_read(&outgoing.method);
        let delivery = target.client.send_with(permit, outgoing);
        let exchange = if reads {
            tokio::select! {
                exchange = delivery => exchange,
                fault = ending.begun() => return Err(fault),
            }
        } else {
            delivery.await
        };
        if exchange.unreadable().is_some() {
            let took = exchange.elapsed_us;
            self.in_vain.fetch_add(took, Ordering::Relaxed);
        }
        self.context.hear(&exchange).await;
        Ok(exchange)
    }

    /// Sends a request that removes something, or shows what is to be removed: also when the run has to end, for as long as there is hope.
    ///
    /// # Errors
    /// When there is none, in words.
    pub(crate) fn clear(&self, draft: Draft) -> BoxFuture<'_, Result<Exchange, String>> {
        Box::pin(self.clear_patiently(draft))
    }

    async fn clear_patiently(&self, draft: Draft) -> Result<Exchange, String> {
        let Context { ending, target, .. } = self.context;
        let _asking = ending.asks();
        let patience = &target.limits.patience;
        let sent = async {
            let mut attempts = Attempts::new(patience);
            loop {
                self.count();
                let signed = sign::sign(draft.clone(), self.context.now());
                let outgoing = Outgoing {
                    fresh: attempts.fresh(),
                    ..Outgoing::new(signed)
                };
                let exchange = target.client.send(outgoing).await;
                self.doubts.sent(draft.bucket.as_deref(), &exchange);
                self.context.hear(&exchange).await;
                if ending.is_gone() {
                    return exchange;
                }
                let last = attempts.last(exchange, std::future::pending::<()>());
                if let Some(exchange) = last.await {
                    return exchange;
                }
            }
        };
        tokio::select! {
            exchange = sent => Ok(exchange),
            () = ending.over() => Err("the target did not answer in time".into()),
        }
    }

    /// Waits for the operator, for as long as there is hope.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn operated<T>(
        &self,
        work: impl Future<Output = Result<T, OperatorError>>,
        asked: &str,
    ) -> Result<T, OperatorError> {
        self.count();
        let ending = &self.context.ending;
        let _asking = ending.asks_hook();
        let work = Box::pin(async {
            let done = work.await;
            if has_answered(&done) {
                ending.hook_heard();
            }
            done
        });
        tokio::select! {
            done = work => done,
            () = ending.hook_over() => Err(OperatorError::Unreachable {
                asked: asked.into(),
                detail: "it did not answer in time".into(),
                untouched: false,
            }),
        }
    }

    /// Asks the operator for a state.
    ///
    /// # Errors
    /// When it is not made.
    pub(crate) async fn set(&self, set: Set) -> Result<(), RunFault> {
        let operator = self.context.operator()?;
        if let Set::BucketStatus { bucket, .. } = &set {
            self.doubts.add(Some(bucket));
        }
        Ok(self.operated(operator.set(set), "set").await?)
    }

    /// How fixtures and probes are signed.
    pub(crate) fn signature(&self) -> SignWith {
        self.context.target.usual_signature()
    }
}

/// Whether an operator has answered. One that had no answer in its own time is as good as silent.
fn has_answered<T>(done: &Result<T, OperatorError>) -> bool {
    !matches!(done, Err(OperatorError::Unreachable { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_that_refuses_or_says_nonsense_has_answered_and_one_that_is_not_reached_has_not()
    {
        let asked = || "set".to_owned();
        let refused = OperatorError::Refused {
            asked: asked(),
            code: "unknown-command".into(),
            message: String::new(),
        };
        let nonsense = OperatorError::Answer {
            asked: asked(),
            detail: String::new(),
        };
        let unreachable = |untouched| OperatorError::Unreachable {
            asked: asked(),
            detail: String::new(),
            untouched,
        };
        for (done, answered) in [
            (Ok(()), true),
            (Err(refused), true),
            (Err(nonsense), true),
            (Err(unreachable(true)), false),
            (Err(unreachable(false)), false),
        ] {
            assert_eq!(has_answered(&done), answered, "{done:?}");
        }
    }
}
