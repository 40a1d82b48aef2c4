//! Being told when files change that somebody watches: a file, or a folder and what is directly in it, whether it exists
//! already or not.
//!
//! What is told is bounded: after very many changes at once only that much changed. What happens is gathered until it
//! is taken. Watching costs the system's own watches, of which there is a limit; it is told when that is reached.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
mod gathered;
#[cfg(target_os = "linux")]
mod linux;

use std::io;
use std::path::PathBuf;

#[cfg(not(target_os = "linux"))]
pub use elsewhere::Watcher;
#[cfg(target_os = "linux")]
pub use linux::Watcher;

/// More watches of one watcher are a mistake.
pub const MOST_WATCHES: usize = 1024;

/// Why something is not watched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("watchId already exists: {0}")]
    Exists(String),
    #[error("{MOST_WATCHES} paths are watched already, which is the most; end some of the watches")]
    TooMany,
    #[error(
        "no more can be watched: what {limit} allows is used up by the programs of this user; end some of them or raise it"
    )]
    SystemLimit { limit: &'static str },
    #[error("the path cannot be watched: {0}")]
    Io(#[from] io::Error),
    #[cfg(not(target_os = "linux"))]
    #[error("files are not watched on this system")]
    NotHere,
}

/// What changed of a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub id: String,
    pub paths: Vec<PathBuf>,
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests;
