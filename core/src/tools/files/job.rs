//! What the reader is told, and what it answers: JSON between this program and itself.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Paths are absolute; counts are at least 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Job {
    Image {
        path: PathBuf,
    },
    Text(TextJob),
    List {
        path: PathBuf,
        /// The first entry that is shown.
        offset: usize,
        limit: usize,
        /// How many levels of folders.
        depth: usize,
    },
    Grep {
        path: PathBuf,
        pattern: String,
        /// A glob that files must match.
        include: Option<String>,
        limit: usize,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextJob {
    pub path: PathBuf,
    /// The first line that is shown.
    pub offset: usize,
    pub limit: usize,
    /// The block around a line, instead of so many lines.
    pub block: Option<Block>,
}

/// Which block of a file, by how far its lines are indented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub anchor: usize,
    /// How many levels around the line; all if 0.
    pub levels: usize,
    /// Also what stands beside the block, as far indented as its head.
    pub siblings: bool,
    /// Also the comments above its head.
    pub header: bool,
    pub most_lines: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    Text(String),
    /// As a data URL.
    Image(String),
    /// What is wrong and what to do, for the model.
    Failed(String),
}
