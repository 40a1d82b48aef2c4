//! The patch language and what comes of a patch.
//!
//! [`parse`] reads a patch, [`locate`] finds where its chunks belong (by [`search`]), [`changes`] computes what
//! all of it does to the files of a [`disk`], and [`job`] is the list of steps that the [`writer`], this same program
//! started in the sandbox, carries out. Only `disk` and `writer` touch files.

pub mod changes;
#[cfg(test)]
mod corpus;
pub mod disk;
#[cfg(test)]
mod fuzz;
pub mod job;
pub mod launch;
pub mod locate;
pub mod parse;
#[cfg(test)]
mod properties;
pub mod search;
pub mod turn_diff;
pub mod writer;
