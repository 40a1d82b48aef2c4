//! The contract of a turn.
