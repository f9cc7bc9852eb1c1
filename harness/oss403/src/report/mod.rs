//! Reports: functions of the stream of finished instances.

use crate::case::Instance;
use crate::judge::verdict::Judgement;
use crate::run::record::TwinRecord;

/// An instance that is done: what was asked, what happened, how it was judged.
#[derive(Debug, Clone)]
pub struct Finished {
    /// What was asked.
    pub instance: Instance,
    /// What happened.
    pub record: TwinRecord,
    /// How it was judged.
    pub judgement: Judgement,
}
