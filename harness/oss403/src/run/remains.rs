//! What runs would leave behind if they ended at this moment.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::journal::Made;

/// What was made, or was about to be made, and is not removed yet. Clones speak of the same.
#[derive(Debug, Clone, Default)]
pub struct Remains {
    alive: Arc<Mutex<Alive>>,
}

#[derive(Debug, Default)]
struct Alive {
    /// With the number of its intent.
    made: Vec<(u64, Made)>,
    journals: Vec<PathBuf>,
}

impl Remains {
    /// What there is, in words, and the journals that say more.
    pub fn in_words(&self) -> (Vec<String>, Vec<PathBuf>) {
        self.with(|alive| {
            let made = alive.made.iter().map(|(_, made)| made.to_string());
            (made.collect(), alive.journals.clone())
        })
    }

    pub(super) fn open(&self, journal: &Path) {
        self.with(|alive| alive.journals.push(journal.to_owned()));
    }

    /// A run is over. What it leaves behind it has said itself.
    pub(super) fn close(&self, journal: &Path) {
        self.with(|alive| {
            alive.journals.retain(|known| known != journal);
            if alive.journals.is_empty() {
                alive.made.clear();
            }
        });
    }

    pub(super) fn intent(&self, seq: u64, what: &Made) {
        self.with(|alive| alive.made.push((seq, what.clone())));
    }

    /// It has a name now.
    pub(super) fn created(&self, seq: u64, what: &Made) {
        self.with(|alive| {
            let mut known = alive.made.iter_mut();
            if let Some((_, made)) = known.find(|(known, _)| *known == seq) {
                made.clone_from(what);
            }
        });
    }

    pub(super) fn not_created(&self, seq: u64) {
        self.with(|alive| alive.made.retain(|(known, _)| *known != seq));
    }

    pub(super) fn removed(&self, what: &Made) {
        self.with(|alive| {
            alive.made.retain(|(_, made)| !made.goes_with(what));
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut Alive) -> T) -> T {
        work(&mut self.alive.lock().expect("nobody panics with this lock"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_ended_run_has_left_it_has_said_itself() {
        let (remains, journal) = (Remains::default(), Path::new("journal-1.jsonl"));
        let account = Made::Account {
            account: "1".into(),
        };
        remains.open(journal);
        remains.intent(1, &account);
        let (made, journals) = remains.in_words();
        assert_eq!((made.len(), journals), (1, vec![journal.to_owned()]));
        // One is still at work.
        let other = Path::new("journal-2.jsonl");
        remains.open(other);
        remains.close(journal);
        let (made, journals) = remains.in_words();
        assert_eq!((made.len(), journals), (1, vec![other.to_owned()]));
        remains.close(other);
        assert_eq!(remains.in_words(), (Vec::new(), Vec::new()));
    }
}
