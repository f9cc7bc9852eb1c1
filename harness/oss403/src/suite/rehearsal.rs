//! One instance run for the sake of what it sends: every request, as it went out, in its order.

use crate::run::record::{Progress, TwinRecord};
use crate::run::{Options, RunError, RunEvent, StopSignal, run};
use crate::target::Target;
use crate::wire::curl;
use crate::wire::exchange::{Exchange, SentRequest};
use oss403_case::Instance;

/// What a request of an instance was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// To make the scenario's world, or to change it.
    SetUp,
    /// What must succeed.
    Base,
    /// What must be refused.
    Edited,
    /// To remove the world.
    CleanUp,
}

/// A request of an instance that was run.
#[derive(Debug, Clone)]
pub struct Sent {
    pub part: Part,
    /// What the base or the edited request was answered; `None` for others and without an answer.
    pub status: Option<u16>,
    /// A command of curl that sends it again, its signature included.
    pub curl: String,
}

/// Runs an instance, removes what it made, and hands over what it sent, without what was only read to see effects.
///
/// # Errors
/// When there was no run; and, within, why nothing was sent for the instance.
pub async fn rehearse(
    target: &Target,
    instance: Instance,
    options: &Options,
    stop: StopSignal,
) -> Result<Result<Vec<Sent>, String>, RunError> {
    let client = &target.inner.client;
    let mut finished = None;
    run(target, vec![instance], options, stop, |event| match event {
        // The canaries have been sent by then.
        RunEvent::Planned { .. } => client.start_tape(),
        RunEvent::Finished { record, .. } => finished = Some(record),
        _ => {}
    })
    .await?;
    let requests = client.taped();
    let Some(record) = finished else {
        return Ok(Err("it was not run".into()));
    };
    Ok(match &record.progress {
        Progress::NotClaimed(why) | Progress::NotApplicable(why) => Err(why.clone()),
        _ if requests.is_empty() => Err("nothing was sent".into()),
        _ => Ok(in_parts(&record, &requests)),
    })
}

fn in_parts(record: &TwinRecord, requests: &[SentRequest]) -> Vec<Sent> {
    let is = |exchange: Option<&Exchange>, request: &SentRequest| {
        exchange.is_some_and(|exchange| {
            let mut known = exchange.request.clone();
            known.string_to_sign = None;
            known == *request
        })
    };
    let probes = || {
        record
            .probes
            .iter()
            .flat_map(|probe| [&probe.before, &probe.after])
    };
    let is_twin = |request: &SentRequest| {
        is(record.base.as_ref(), request) || is(record.edited.as_ref(), request)
    };
    let last = requests.iter().rposition(is_twin).unwrap_or(requests.len());
    let status = |exchange: &Option<Exchange>| Some(exchange.as_ref()?.response()?.status);
    let sent = requests.iter().enumerate().filter_map(|(at, request)| {
        let (part, status) = if is(record.base.as_ref(), request) {
            (Part::Base, status(&record.base))
        } else if is(record.edited.as_ref(), request) {
            (Part::Edited, status(&record.edited))
        } else if probes().any(|probe| is(Some(probe), request)) {
            return None;
        } else if at > last {
            (Part::CleanUp, None)
        } else {
            (Part::SetUp, None)
        };
        Some(Sent {
            part,
            status,
            curl: curl::signed(request),
        })
    });
    sent.collect()
}
