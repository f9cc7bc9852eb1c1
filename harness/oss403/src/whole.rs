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
    // Nobody asked for the file whose name would stand there.
    builder.tempfile_in(folder).map_err(|error| {
        let words = error.to_string();
        let words = words.split(" at path ").next().unwrap_or_default();
        io::Error::new(error.kind(), words.to_owned())
    })
}
