//! When and where a run took place, as far as its requests tell.

use super::records::Line;
use super::refusal::Refusal;
use crate::report::json::ResultFile;
use crate::wire::address::{Address, Scheme};
use crate::wire::exchange::{Exchange, SentRequest};
use oss_auth::Timestamp;

/// In seconds: no run is longer, and no clock further off.
const DAY: u64 = 86_400;

/// The result names the time at which its requests say that they were made.
pub(super) fn dated(head: &ResultFile, lines: &[Line]) -> Result<(), Refusal> {
    let bases = lines.iter().filter_map(|line| line.record.base.as_ref());
    let dates = bases.filter_map(|base| {
        let mut headers = base.request.headers.iter();
        let is_date = |name: &str| name.eq_ignore_ascii_case("date");
        let (_, value) = headers.find(|(name, _)| is_date(name))?;
        Timestamp::parse_rfc1123(value).ok()
    });
    // Some scenarios put their clock off; most do not.
    let mut dates: Vec<i64> = dates.map(|date| date.0).collect();
    dates.sort_unstable();
    let started = Timestamp::parse_iso_extended(&head.started);
    let started = started.map_err(|_| Refusal::Started(head.started.clone()))?;
    match dates.get(dates.len() / 2) {
        Some(middle) if middle.abs_diff(started.0) > DAY => {
            Err(Refusal::Started(head.started.clone()))
        }
        _ => Ok(()),
    }
}

/// Requests went to the endpoint of the result, and all as it says. Where else some went, to other regions and endpoints inside VPCs, the
/// profile says, which is not in a bundle.
pub(super) fn reached(head: &ResultFile, lines: &[Line]) -> Result<(), Refusal> {
    let endpoint = &head.target.endpoint;
    let due = endpoint.split_once("://").and_then(|(scheme, rest)| {
        let known = [Scheme::Http, Scheme::Https].into_iter();
        let scheme = known.into_iter().find(|known| known.as_str() == scheme)?;
        let address = Address::parse(rest.trim_end_matches('/'), Some(scheme.default_port()));
        Some((scheme.as_str(), address.ok()?.to_string()))
    });
    let (scheme, address) = due.ok_or_else(|| Refusal::Endpoint(endpoint.clone()))?;
    let sent: Vec<&SentRequest> = lines.iter().flat_map(requests).collect();
    let is_so = sent.iter().all(|request| request.scheme == scheme)
        && sent.iter().any(|request| request.address == address);
    match sent.is_empty() || is_so {
        true => Ok(()),
        false => Err(Refusal::Endpoint(endpoint.clone())),
    }
}

/// Every request of a record but that of a step that failed.
fn requests(line: &Line) -> impl Iterator<Item = &SentRequest> {
    let record = &line.record;
    let probes = record.probes.iter();
    let probes = probes.flat_map(|probe| [&probe.before, &probe.after]);
    let twins = record.base.iter().chain(&record.edited);
    let all = twins.chain(&record.same_for).chain(probes);
    all.map(|Exchange { request, .. }| request)
}
