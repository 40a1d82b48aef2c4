//! The helper of the next command, started while the one before it runs.
//!
//! Commands of a turn come one after the other, and the start of a helper is a good part of a short one's time.
//! At most one is kept per conversation: until the next command takes it, the turn ends, or it was not wanted
//! for a second. Without one, everything works as well, only later.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::{CancellationToken, DropGuard};

use crate::base::spawn::TaskGroup;
use crate::sandbox::waiting::Waiting;

/// How long it is kept for a command that may come.
const KEPT: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, Default)]
pub struct Ahead {
    slot: Arc<Mutex<Option<Kept>>>,
}

#[derive(Debug)]
struct Kept {
    helper: Waiting,
    /// Ends the task that watches the time.
    _watch: DropGuard,
}

impl Ahead {
    /// The helper that waits, if there is one of this program.
    pub fn take(&self, path: &Path) -> Option<Waiting> {
        let helper = lock(&self.slot).take()?.helper;
        helper.is_of(path).then_some(helper)
    }

    /// Starts a helper if none waits. That it cannot be started is for the next command to find out.
    pub fn prepare(&self, path: &Path, tasks: &TaskGroup) {
        let mut slot = lock(&self.slot);
        if slot.is_some() {
            return;
        }
        let Ok(helper) = Waiting::start(path) else { return };
        let taken = CancellationToken::new();
        *slot = Some(Kept { helper, _watch: taken.clone().drop_guard() });
        let slot = Arc::downgrade(&self.slot);
        tasks.spawn(async move {
            if tokio::time::timeout(KEPT, taken.cancelled()).await.is_ok() {
                return;
            }
            let Some(slot) = slot.upgrade() else { return };
            // The one in the slot by now may be another.
            let unwanted = lock(&slot).take_if(|_| !taken.is_cancelled());
            if let Some(unwanted) = unwanted {
                unwanted.helper.end().await;
            }
        });
    }

    /// Ends the helper that waits; returns when it is gone.
    pub async fn end(&self) {
        let kept = lock(&self.slot).take();
        if let Some(kept) = kept {
            kept.helper.end().await;
        }
    }
}

fn lock(slot: &Mutex<Option<Kept>>) -> MutexGuard<'_, Option<Kept>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
