//! The real process, from outside: one module per feature, all in one binary.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod handshake;
