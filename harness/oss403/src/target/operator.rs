//! The client of the operator hook.
