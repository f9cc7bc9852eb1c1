//! Takes an object's bytes as they arrive and keeps their digests up to date.

use bytes::{Bytes, BytesMut};
use md5::{Digest, Md5};

use super::crc64::Crc64;
use crate::answer::Rejection;
use crate::refusals::full;
use crate::world::{Content, Full, Memory, Share};

/// Arriving frames below this size are copied together: a client that sends single bytes must not cost a buffer for each.
const SMALL_FRAME: usize = 16 * 1024;
/// Copied frames are put away when they reach this size.
const GATHERED: usize = 64 * 1024;

/// Gathers an object's bytes up to a limit, computing MD5 and CRC-64 on the way.
pub struct ContentWriter {
    chunks: Vec<Bytes>,
    gathering: BytesMut,
    /// What is being gathered takes.
    share: Share,
    memory: Memory,
    length: u64,
    limit: u64,
    md5: Md5,
    crc64: Crc64,
}

/// Why a [`ContentWriter`] takes no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMore {
    /// Its limit would be passed.
    TooLong,
    /// The server holds as much as it may.
    Full,
}

impl NoMore {
    /// The answer; `too_long` is what is said to too much.
    pub(crate) fn rejection(self, too_long: impl FnOnce() -> Rejection) -> Rejection {
        match self {
            Self::TooLong => too_long(),
            Self::Full => full(),
        }
    }
}

impl From<Full> for NoMore {
    fn from(_: Full) -> Self {
        Self::Full
    }
}

impl ContentWriter {
    /// A writer that takes at most `limit` bytes, and them from `memory`.
    pub fn new(limit: u64, memory: &Memory) -> Self {
        Self {
            chunks: Vec::new(),
            gathering: BytesMut::new(),
            share: memory.share(),
            memory: memory.clone(),
            length: 0,
            limit,
            md5: Md5::new(),
            crc64: Crc64::default(),
        }
    }

    /// Adds the next bytes.
    ///
    /// # Errors
    /// When they would pass a limit; nothing is added then.
    pub fn push(&mut self, bytes: Bytes) -> Result<(), NoMore> {
        let length = self.length + bytes.len() as u64;
        if length > self.limit {
            return Err(NoMore::TooLong);
        }
        self.md5.update(&bytes);
        self.crc64.update(&bytes);
        self.length = length;
        if bytes.len() < SMALL_FRAME {
            self.share.grow(bytes.len() as u64)?;
            self.gathering.extend_from_slice(&bytes);
            if self.gathering.len() >= GATHERED {
                self.put_away();
            }
        } else {
            self.put_away();
            self.chunks.push(self.memory.hold(bytes)?);
        }
        Ok(())
    }

    /// Bytes taken so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The content; its ETag is the quoted MD5, as for every object that was put in one piece.
    pub fn finish(mut self) -> Content {
        self.put_away();
        let md5: [u8; 16] = self.md5.finalize().into();
        Content {
            chunks: std::sync::Arc::new(self.chunks),
            length: self.length,
            etag: format!("\"{}\"", oss_auth::upper_hex(&md5)),
            crc64: self.crc64.value(),
            md5,
        }
    }

    fn put_away(&mut self) {
        if !self.gathering.is_empty() {
            // A copy of the exact size: the buffer's spare room must not live as long as the object.
            let bytes = Bytes::copy_from_slice(&self.gathering);
            let share = std::mem::replace(&mut self.share, self.memory.share());
            self.chunks.push(share.around(bytes));
            self.gathering.clear();
        }
    }
}

/// The content made of `bytes`.
pub fn content_of(bytes: impl Into<Bytes>) -> Content {
    let mut writer = ContentWriter::new(u64::MAX, &Memory::default());
    let taken = writer.push(bytes.into());
    debug_assert!(taken.is_ok(), "no length passes u64::MAX");
    writer.finish()
}

/// The bytes of `content` from `start` up to but not including `end`, sharing its chunks.
pub fn slice(content: &Content, start: u64, end: u64) -> Vec<Bytes> {
    let mut slices = Vec::new();
    let mut position = 0_u64;
    for chunk in content.chunks.iter() {
        let next = position + chunk.len() as u64;
        if next > start && position < end {
            let from = usize::try_from(start.saturating_sub(position)).unwrap_or(usize::MAX);
            let to =
                usize::try_from((end - position).min(chunk.len() as u64)).unwrap_or(usize::MAX);
            slices.push(chunk.slice(from.min(chunk.len())..to.min(chunk.len())));
        }
        if next >= end {
            break;
        }
        position = next;
    }
    slices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_whole_whatever_the_frames() {
        let mut writer = ContentWriter::new(9, &Memory::default());
        for piece in ["1", "2345", "", "6789"] {
            writer.push(Bytes::from(piece)).unwrap();
        }
        assert_eq!(writer.push(Bytes::from("x")), Err(NoMore::TooLong));
        let content = writer.finish();
        assert_eq!(content.etag, "\"25F9E794323B453885F5181F1B624D0B\"");
        assert_eq!(content.crc64, 0x995d_c9bb_df19_39fa);
        assert_eq!(content.length, 9);
        assert_eq!(content.chunks.len(), 1);
    }

    #[test]
    fn slices_cross_chunks() {
        let mut writer = ContentWriter::new(u64::MAX, &Memory::default());
        writer.push(Bytes::from(vec![b'a'; SMALL_FRAME])).unwrap();
        writer.push(Bytes::from("bc")).unwrap();
        writer.push(Bytes::from(vec![b'd'; SMALL_FRAME])).unwrap();
        let content = writer.finish();
        let base = SMALL_FRAME as u64;
        let cut = slice(&content, base - 1, base + 3);
        assert_eq!(cut.concat(), b"abcd");
        assert_eq!(slice(&content, base, base + 1).concat(), b"b");
        assert!(slice(&content, 5, 5).concat().is_empty());
    }
}
