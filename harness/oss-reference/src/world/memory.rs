//! How much the server may hold in memory: what it stores, and what is on its way to be stored, together.
//!
//! Whatever takes room holds a [`Share`] of it, and gives it back when it goes. So nobody has to know where a thing came from, nor who
//! else still has it: bytes that several objects share count once, and until the last of them is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

/// What a piece of bytes takes besides them.
const PIECE: u64 = 128;

/// A number of bytes, and how many of them are taken. Clones share it; the default has no end.
#[derive(Debug, Clone)]
pub struct Memory {
    taken: Arc<AtomicU64>,
    most: u64,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new(u64::MAX)
    }
}

/// Nothing is left of a [`Memory`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl Memory {
    pub fn new(most: u64) -> Self {
        Self {
            taken: Arc::default(),
            most,
        }
    }

    /// Bytes that are taken.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Whether there is anything left.
    pub fn has_room(&self) -> bool {
        self.taken() < self.most
    }

    /// The same, and so many bytes more.
    #[must_use]
    pub fn and(&self, more: u64) -> Self {
        Self {
            taken: Arc::clone(&self.taken),
            most: self.most.saturating_add(more),
        }
    }

    /// A share of no bytes yet.
    pub fn share(&self) -> Share {
        Share {
            of: Some(self.clone()),
            bytes: 0,
        }
    }

    /// A share for what is there already, whether or not there is room for it.
    pub fn note(&self, bytes: u64) -> Share {
        let mut share = self.share();
        share.set(bytes);
        share
    }

    /// The same bytes, which hold their share for as long as anybody has any of them.
    ///
    /// # Errors
    /// [`Full`] when there is no room for them.
    pub fn hold(&self, bytes: Bytes) -> Result<Bytes, Full> {
        let mut share = self.share();
        share.grow(PIECE + bytes.len() as u64)?;
        Ok(share.around(bytes))
    }
}

/// What something takes. A clone takes as much again.
#[derive(Debug, Default)]
pub struct Share {
    of: Option<Memory>,
    bytes: u64,
}

impl Share {
    /// Takes more.
    ///
    /// # Errors
    /// [`Full`] when there is no room for it; nothing is taken then.
    pub fn grow(&mut self, more: u64) -> Result<(), Full> {
        let Some(memory) = &self.of else {
            return Ok(());
        };
        let fits = |taken: u64| Some(taken.saturating_add(more)).filter(|all| *all <= memory.most);
        memory
            .taken
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits)
            .map_err(|_| Full)?;
        self.bytes += more;
        Ok(())
    }

    /// Takes so many from now on, whether or not there is room for them.
    pub fn set(&mut self, bytes: u64) {
        let Some(memory) = &self.of else { return };
        memory.taken.fetch_add(bytes, Ordering::Relaxed);
        memory.taken.fetch_sub(self.bytes, Ordering::Relaxed);
        self.bytes = bytes;
    }

    /// Takes so many more, whether or not there is room for them.
    pub fn add(&mut self, more: u64) {
        self.set(self.bytes.saturating_add(more));
    }

    /// Bytes that hold this share from now on.
    pub fn around(self, bytes: Bytes) -> Bytes {
        if self.bytes == 0 {
            return bytes;
        }
        Bytes::from_owner(Held {
            bytes,
            _share: self,
        })
    }
}

impl Clone for Share {
    fn clone(&self) -> Self {
        match &self.of {
            Some(memory) => memory.note(self.bytes),
            None => Self::default(),
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.set(0);
    }
}

/// How much something takes is no part of what it is.
impl PartialEq for Share {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Share {}

/// Bytes with their share.
struct Held {
    bytes: Bytes,
    _share: Share,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_comes_back_when_the_last_holder_goes() {
        let memory = Memory::new(1000);
        let bytes = memory.hold(Bytes::from(vec![7; 300])).unwrap();
        assert_eq!(memory.taken(), 300 + PIECE);
        let slice = bytes.slice(10..11);
        drop(bytes);
        assert_eq!(memory.taken(), 300 + PIECE, "a slice keeps the whole");
        assert_eq!(*slice, [7]);
        drop(slice);
        assert_eq!(memory.taken(), 0);
    }

    #[test]
    fn the_last_byte_can_be_taken_and_none_after_it() {
        let memory = Memory::new(10);
        let mut share = memory.share();
        share.grow(9).unwrap();
        assert!(memory.has_room());
        assert_eq!(share.grow(2), Err(Full));
        share.grow(1).unwrap();
        assert_eq!((memory.taken(), memory.has_room()), (10, false));
        assert!(memory.and(1).has_room());
        assert_eq!(share.grow(u64::MAX), Err(Full));
        let copy = share.clone();
        assert_eq!(memory.taken(), 20, "a clone takes as much again");
        share.set(4);
        assert_eq!(memory.taken(), 14);
        drop((share, copy));
        assert_eq!(memory.taken(), 0);
    }

    #[test]
    fn what_has_no_memory_has_no_limit() {
        let mut share = Share::default();
        share.grow(u64::MAX).unwrap();
        share.grow(u64::MAX).unwrap();
        assert_eq!(Memory::default().hold(Bytes::from("x")).unwrap(), "x");
    }
}
