//! Files that are there whole or not at all.

use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// A temporary file beside the one whose place it takes when it is complete, since files are renamed within a file system only. Its
/// permissions are those of any new file.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".oss403-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
