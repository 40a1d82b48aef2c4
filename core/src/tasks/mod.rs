//! What a turn does.
