//! What a turn changes in files, and what they were before, shared by the calls of the turn that do it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::turn::before::BeforeTurn;
use crate::turn::diff::TurnDiffTracker;

/// A handle to the tracker of a turn. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct TurnChanges {
    tracked: Arc<Mutex<TrackedFiles>>,
    pub before: BeforeTurn,
}

#[derive(Debug, Default)]
pub struct TrackedFiles {
    pub tracker: TurnDiffTracker,
    /// By which it is seen that a file was not written since it was looked at.
    pub stamps: HashMap<PathBuf, Stamp>,
}

/// Size and time of a file, and whether it may be executed; none if there is none.
pub type Stamp = Option<(u64, Option<SystemTime>, bool)>;

impl TurnChanges {
    /// Looks at the files, or changes what is known of them. May take long, so it belongs on a thread that may block.
    pub fn with<T>(&self, work: impl FnOnce(&mut TrackedFiles) -> T) -> T {
        // A panic loses at most what it was about to add.
        work(&mut self.tracked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
