//! What every answer carries: a request id, the time.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderValue;
use oss_auth::Timestamp;
use parking_lot::Mutex;

/// Hands out request ids: 24 upper-case hex digits, the first 8 the Unix time.
#[derive(Debug)]
pub(super) struct RequestIds(AtomicU64);

impl RequestIds {
    /// Ids that begin at random, so that those of two servers differ. They need not be secret.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self(AtomicU64::new(getrandom::u64()?)))
    }

    pub(super) fn next(&self, now: i64) -> String {
        // An odd multiplier is a bijection on 64 bits, so ids repeat only after 2^64 requests.
        let count = self
            .0
            .fetch_add(1, Ordering::Relaxed)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("{:08X}{count:016X}", now & 0xffff_ffff)
    }
}

/// The `Date` header, written once a second.
#[derive(Debug)]
pub(super) struct DateHeader(Mutex<(i64, HeaderValue)>);

impl DateHeader {
    pub(super) fn new() -> Self {
        Self(Mutex::new((i64::MIN, HeaderValue::from_static(""))))
    }

    pub(super) fn at(&self, now: i64) -> HeaderValue {
        let mut kept = self.0.lock();
        if kept.0 != now {
            let text = Timestamp(now).to_rfc1123();
            let value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
            *kept = (now, value);
        }
        kept.1.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_24_upper_case_digits_and_differ() {
        let ids = RequestIds::new().unwrap();
        let (first, second) = (ids.next(0x636b_68ba), ids.next(0x636b_68ba));
        assert_ne!(first, second);
        for id in [first, second] {
            assert_eq!(id.len(), 24);
            assert!(id.starts_with("636B68BA"));
            assert!(
                id.bytes()
                    .all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
            );
        }
    }
}
