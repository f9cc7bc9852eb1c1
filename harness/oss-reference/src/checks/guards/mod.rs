//! What OSS answers with other statuses than 403, or with a 403 outside the documented list. They cannot be switched off.

pub(super) mod addressing;
pub(super) mod authentication;
pub(super) mod operation;
pub(super) mod rights;
