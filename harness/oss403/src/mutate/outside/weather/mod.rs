//! Weather, a list for each class.

mod busy;
mod document;
mod head;
mod lost;
mod slow;

use super::table::Weather;

/// The lists.
pub(super) const CLASSES: &[&[Weather]] = &[
    busy::ROWS,
    lost::ROWS,
    slow::ROWS,
    head::ROWS,
    document::ROWS,
];
