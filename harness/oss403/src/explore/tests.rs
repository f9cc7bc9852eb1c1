//! The parts by themselves.
