//! What the writer is told, and what it answers: JSON between this program and itself.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::base::digest::sha256;
use crate::tools::patch::changes::{Node, Touched};

/// The steps of a patch. Either all of them are made or, as far as can be, none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub steps: Vec<Step>,
}

/// What becomes of one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Absolute, and without links but perhaps for its last part.
    pub path: PathBuf,
    pub expected: Expected,
    pub then: Then,
}

/// What was there when the patch was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expected {
    Absent,
    File {
        digest: String,
    },
    /// The digest of where it leads.
    Link {
        digest: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Then {
    Remove,
    Write {
        content: String,
        /// That of new files if absent.
        mode: Option<u32>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Report {
    Done,
    Failed(Failure),
}

/// Why the steps were not made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub path: PathBuf,
    pub why: String,
    /// The system refused it, perhaps because of the sandbox.
    pub denied: bool,
    /// What was changed and could not be put back, with the reason.
    pub left: Vec<(PathBuf, String)>,
}

impl Job {
    /// The steps that make these changes.
    pub fn of(touched: &[Touched]) -> Self {
        Self { steps: touched.iter().filter_map(step).collect() }
    }
}

fn step(touched: &Touched) -> Option<Step> {
    let expected = match &touched.before {
        Node::Absent => Expected::Absent,
        Node::File { content, .. } => Expected::File { digest: sha256(content) },
        Node::Link { target, .. } => Expected::Link { digest: sha256(target.as_os_str().as_encoded_bytes()) },
    };
    let then = match &touched.after {
        Node::Absent => Then::Remove,
        // What is written comes out of a patch, which is text.
        Node::File { content, mode } => {
            Then::Write { content: String::from_utf8_lossy(content).into_owned(), mode: *mode }
        }
        // Patches make no links.
        Node::Link { .. } => return None,
    };
    Some(Step { path: touched.own.clone(), expected, then })
}
