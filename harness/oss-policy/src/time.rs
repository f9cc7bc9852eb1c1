//! The one type for time in the interface.

/// A point in time in whole seconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// OSS decides by whole seconds. A type of its own keeps a server from having to follow the version of somebody else's date
/// library, and cannot fail to be made. `oss_auth::Timestamp` is alike: what a server got there is
/// `oss_policy::Timestamp(now.0)` here.
///
/// ```
/// use oss_policy::Timestamp;
/// use std::time::{SystemTime, UNIX_EPOCH};
///
/// let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
/// assert!(Timestamp(now.as_secs().cast_signed()) > Timestamp(1_700_000_000));
/// # Ok::<(), std::time::SystemTimeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);
