//! Which target is meant.

use std::path::Path;

use super::{Console, source};
use crate::exit::Exit;
use crate::target::Profile;
use crate::target::kind::Kind;
use oss403_case::ledger::read_text;

/// The profile that `--target` names, `embedded` when it names none. What is wrong with it has been printed when there is none.
pub(super) fn profile(named: Option<&Path>, console: Console) -> Result<Profile, Exit> {
    match named {
        None => Ok(Profile::embedded()),
        Some(path) if path.as_os_str() == "embedded" => Ok(Profile::embedded()),
        Some(path) => {
            if let Ok(text) = read_text(path) {
                source::no_other(path, &text, Kind::Profile, console)?;
            }
            Profile::load(path).map_err(|found| source::refuse(&found, console))
        }
    }
}
