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
        Some(path) => match kind(path) {
            Some(other) => {
                let message = format!(
                    "{} is {}, not a target profile",
                    path.display(),
                    other.in_words()
                );
                let help = match other {
                    Kind::Case => format!(
                        "`oss403 run {}` runs it; `--target` names a server",
                        path.display()
                    ),
                    Kind::Profile | Kind::Baseline => {
                        "`--target` names the profile of a server".to_owned()
                    }
                };
                console.error(message, Some(&help));
                Err(Exit::Usage)
            }
            None => Profile::load(path).map_err(|found| source::refuse(&found, console)),
        },
    }
}

/// What a file is that is no profile. An empty one may still become one.
fn kind(path: &Path) -> Option<Kind> {
    let text = read_text(path).ok()?;
    let kind = Kind::of(&text);
    (kind != Kind::Profile && kind.has_keys(&text)).then_some(kind)
}
