//! Deliberate errors of the reference server, and which of them nobody can notice.

pub mod neighbours;
