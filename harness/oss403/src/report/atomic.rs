//! Files that are written while a run goes on, and seen when they are whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::whole;

/// A file that appears under its name only when it is whole.
#[derive(Debug)]
pub(super) struct Atomic {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl Atomic {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if path.file_name().is_none() || path.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "it names a directory",
            ));
        }
        if fs::metadata(path).is_ok_and(|known| known.permissions().readonly()) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let file = whole::temporary(folder.unwrap_or(Path::new(".")))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
        })
    }

    pub(super) fn writer(&mut self) -> &mut impl io::Write {
        &mut self.file
    }

    pub(super) fn finish(self) -> io::Result<()> {
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_data()?;
        file.persist(&self.path)?;
        Ok(())
    }
}

/// A nameless file for what would take too much memory.
pub(super) fn spool() -> io::Result<BufWriter<File>> {
    let mut spool = BufWriter::with_capacity(64 << 10, tempfile::tempfile()?);
    spool.flush()?;
    Ok(spool)
}
