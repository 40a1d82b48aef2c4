//! The patch language and what comes of a patch.
//!
//! [`parse`] reads a patch, [`locate`] finds where its chunks belong (by [`search`]), and [`changes`] computes what
//! all of it does to the files of a [`disk`]. Only `disk` touches files.

pub mod changes;
#[cfg(test)]
mod corpus;
pub mod disk;
pub mod locate;
pub mod parse;
pub mod search;
