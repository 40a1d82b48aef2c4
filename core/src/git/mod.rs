//! Facts about repositories.

pub mod command;
pub mod info;
pub mod place;
pub mod remote_diff;
pub mod revision;
pub mod snapshot;
