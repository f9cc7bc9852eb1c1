//! The reference server inside this process.
