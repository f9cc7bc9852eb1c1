//! `path-style`: the bucket stands in the host name, not in the path (EC 0003-00001401).
//!
//! There are two texts for it, and S3 clients were told both: "virtual hosted style" (koderover/zadig#182, 2021; nebula-br#62, 2023;
//! clickhouse-backup#877 and electron-builder#8674, 2024), "OSS third level domain" (opendal's page of its S3 service, 2022; a
//! measurement in oss-cn-beijing, 2026). What an OSS-signed request is told no source shows. The split by signature family is a decision, so
//! that both causes of the 403 page can be seen; nothing may depend on it.

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::host::HostClass;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let addressed = &inquiry.request.destination.addressed;
    let own_host = matches!(
        addressed.class,
        HostClass::Service { .. }
            | HostClass::S3Service { .. }
            | HostClass::Accelerate
            | HostClass::Ip
    );
    if !own_host || !addressed.path_style || inquiry.config.path_style {
        return Ok(());
    }
    let s3 = inquiry.request.is_s3_signed();
    let cause = if s3 {
        Cause::VirtualHostedStyle
    } else {
        Cause::SecondLevelDomain
    };
    Err(Denial::new(cause).into())
}
