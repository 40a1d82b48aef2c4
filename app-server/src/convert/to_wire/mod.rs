//! What the engine says, in the words of the wire.

pub(crate) mod account;
pub(crate) mod command;
pub(crate) mod config;
pub(crate) mod error;
pub(crate) mod file_search;
pub(crate) mod goal;
pub(crate) mod input;
pub(crate) mod item;
pub(crate) mod model;
pub(crate) mod policy;
pub(crate) mod read_state;
pub(crate) mod section;
pub(crate) mod skill;
pub(crate) mod thread;
pub(crate) mod usage;

use std::path::Path;

/// The machine of the server, as a place where commands run. There is no other.
pub(crate) const LOCAL: &str = "local";

/// A path as text. Bytes that are no UTF-8 are replaced: JSON has no other strings.
pub(crate) fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
