//! Where a report goes. A file is seen when it is whole; what is no file is written to and never replaced.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::whole;

/// Where a report goes, known to be fit for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Standard output, by the name `-` or another.
    StandardOutput,
    /// A file, there already or not. Never a link: what it points to in the end.
    File(PathBuf),
    /// A device, a pipe, a terminal.
    Stream(PathBuf),
}

/// A report that is written when it is whole. Nothing of it lies in its folder before that, whatever becomes of this process.
#[derive(Debug)]
pub(super) struct Atomic {
    place: Place,
    /// Of a [`Place::Stream`]: opened before the run, when it can still be said that it cannot be.
    stream: Option<File>,
}

impl Place {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        if path == "-" || is_standard_output(path) {
            return Ok(Self::StandardOutput);
        }
        let is_folder = || io::Error::new(io::ErrorKind::IsADirectory, "it names a directory");
        match fs::metadata(path) {
            Ok(known) if known.is_dir() => Err(is_folder()),
            Ok(known) if !known.is_file() => Ok(Self::Stream(path.to_owned())),
            Ok(known) if known.permissions().readonly() => {
                Err(io::ErrorKind::PermissionDenied.into())
            }
            _ if path.file_name().is_none() => Err(is_folder()),
            _ => end_of_links(path).map(Self::File),
        }
    }
}

impl Atomic {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let place = Place::of(path)?;
        let stream = match &place {
            Place::StandardOutput => None,
            Place::File(path) => {
                // Whether its folder takes a file is known now; the file itself is made when there is something to put into it.
                whole::temporary(folder_of(path))?;
                None
            }
            Place::Stream(path) => Some(OpenOptions::new().write(true).open(path)?),
        };
        Ok(Self { place, stream })
    }

    pub(super) fn is_standard_output(&self) -> bool {
        self.place == Place::StandardOutput
    }

    /// Puts the report in its place.
    ///
    /// # Errors
    /// When it cannot be written. A reader of standard output that has gone away is no error: `… | head` is ordinary.
    pub(super) fn write(
        self,
        report: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let path = match (self.place, self.stream) {
            (Place::File(path), _) => path,
            (_, Some(stream)) => return buffered(stream, report).map(drop),
            (_, None) => {
                return match buffered(io::stdout(), report) {
                    Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
                    _ => Ok(()),
                };
            }
        };
        let permissions: Option<Permissions> = fs::metadata(&path)
            .ok()
            .map(|replaced| replaced.permissions());
        let file = buffered(whole::temporary(folder_of(&path))?, report)?;
        if let Some(permissions) = permissions {
            file.as_file().set_permissions(permissions)?;
        }
        file.as_file().sync_data()?;
        file.persist(&path)?;
        Ok(())
    }
}

fn buffered<W: Write>(
    out: W,
    report: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<W> {
    let mut out = BufWriter::new(out);
    report(&mut out)?;
    out.flush()?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Follows a link to what it points to in the end, also when nothing is there yet.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    // As many as Linux follows.
    for _ in 0..40 {
        match fs::read_link(&path) {
            Ok(next) => path = folder_of(&path).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many links"))
}

/// Whether a path is another name of standard output, such as `/dev/stdout`: replaced as a file it would lose what else is written there.
#[cfg(unix)]
fn is_standard_output(path: &Path) -> bool {
    use std::io::IsTerminal as _;
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

    let stdout = io::stdout();
    let known = stdout.as_fd().try_clone_to_owned().map(File::from);
    let known = known.and_then(|file| file.metadata());
    let (Ok(known), Ok(named)) = (known, fs::metadata(path)) else {
        return false;
    };
    // `/dev/null` is wherever both go there, and mixes nothing up.
    let mixes = !known.file_type().is_char_device() || stdout.is_terminal();
    mixes && (known.dev(), known.ino()) == (named.dev(), named.ino())
}

#[cfg(not(unix))]
fn is_standard_output(_: &Path) -> bool {
    false
}
