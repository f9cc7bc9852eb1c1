//! What OSS answers with other statuses than 403. They cannot be switched off.

pub(super) mod addressing;
pub(super) mod authentication;
pub(super) mod operation;
pub(super) mod rights;
