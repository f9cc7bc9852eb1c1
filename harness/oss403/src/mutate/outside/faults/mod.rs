//! Faults, a list for each class.

mod deed;
mod framing;
mod http;
mod leak;
mod lie;
mod world;
mod xml;

use super::table::Fault;

/// The lists.
pub(super) const CLASSES: &[&[Fault]] = &[
    http::ROWS,
    framing::ROWS,
    xml::ROWS,
    leak::ROWS,
    lie::ROWS,
    deed::ROWS,
    world::ROWS,
];
