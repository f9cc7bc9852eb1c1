//! What is listed: the rows of a list of causes, and the sound files that stand for them.

use std::sync::Arc;

use super::expand::Template;
use super::instance::Instance;
use super::model::CaseFile;
use super::revision::Revision;

/// The message of a cause whose text no source shows: any text will do.
pub const ANY_MESSAGE: &str = "*";

/// A row of a list of causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The revision whose list it stands in.
    pub revision: Revision,
    /// Id of the cause.
    pub id: String,
    pub code: String,
    /// Its message; `<…>` stands for what differs from answer to answer, [`ANY_MESSAGE`] for a text that no source shows.
    pub message: String,
}

impl Listed {
    /// Whether a case may give this as the cause's message: the whole of it, or the part before what differs from answer to
    /// answer, which then ends with a colon. A final full stop does not count.
    pub fn allows(&self, message: &str) -> bool {
        let bare = |text: &str| text.trim().trim_end_matches('.').to_owned();
        let fixed = self
            .message
            .split_once(": <")
            .or(self.message.split_once(": [\""))
            .map(|(fixed, _)| format!("{fixed}:"));
        let whole = bare(message) == bare(&self.message) && !self.message.contains('<');
        whole || fixed.is_some_and(|fixed| fixed == message.trim())
    }
}

/// A file of the ledger that is sound.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it says.
    pub file: Arc<CaseFile>,
    /// Its path, as the user knows it.
    pub path: String,
    /// Its scenarios, matrices understood.
    pub templates: Vec<Template>,
    /// Its instances, when they are not too many to be kept.
    pub(super) kept: Option<Vec<Instance>>,
}

impl Entry {
    /// Its instances, one at a time.
    pub fn instances(&self) -> impl Iterator<Item = Instance> {
        let kept = self.kept.iter().flatten().cloned();
        let anew = match self.kept {
            Some(_) => &[],
            None => &self.templates[..],
        };
        kept.chain(anew.iter().flat_map(|template| {
            // Every combination was read once when the file was checked, so that none fails here.
            template
                .combinations()
                .filter_map(|picks| template.instance(&self.file, &picks).ok())
        }))
    }
}
