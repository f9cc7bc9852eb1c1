//! The instances of a run as they finish, in a nameless file, so that a run of any length takes no more memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};

use super::entry::Entry;

/// Instances that are kept until the run is over, and then come back sorted by id.
#[derive(Debug)]
pub(super) struct Spool {
    file: BufWriter<File>,
    written: u64,
    /// Where each instance stands in the file.
    places: BTreeMap<String, (u64, usize)>,
}

impl Spool {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::with_capacity(64 << 10, tempfile::tempfile()?),
            written: 0,
            places: BTreeMap::new(),
        })
    }

    /// Takes in an instance. One that was there already is replaced.
    pub(super) fn add(&mut self, entry: &Entry) -> io::Result<()> {
        let text = serde_json::to_vec(entry)?;
        self.file.write_all(&text)?;
        let place = (self.written, text.len());
        self.places.insert(entry.id.clone(), place);
        self.written += text.len() as u64;
        Ok(())
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Hands out each instance as JSON, sorted by id.
    pub(super) fn each_text(
        &mut self,
        mut take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.file.flush()?;
        let file = self.file.get_mut();
        let mut text = Vec::new();
        for (place, length) in self.places.values() {
            text.resize(*length, 0);
            file.seek(SeekFrom::Start(*place))?;
            file.read_exact(&mut text)?;
            take(&text)?;
        }
        file.seek(SeekFrom::End(0))?;
        Ok(())
    }

    /// Hands out each instance, sorted by id.
    pub(super) fn each(&mut self, mut take: impl FnMut(Entry) -> io::Result<()>) -> io::Result<()> {
        self.each_text(|text| take(serde_json::from_slice(text)?))
    }
}
