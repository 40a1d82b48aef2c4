//! The snapshot of the files before a turn, while it is taken.
//!
//! Nobody waits for it but the first call that may change files. A turn without such a call ends without it.

use std::sync::{Arc, Mutex, PoisonError};

use codex_protocol::git::GhostCommit;
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

use crate::git::snapshot::Failure;

/// A handle to the snapshot of a turn. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct BeforeTurn {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    taking: Mutex<Option<Taking>>,
    begun: OnceCell<()>,
    passed: OnceCell<()>,
}

/// A snapshot being taken. It is given up when nobody is left who would want it.
#[derive(Debug)]
pub struct Taking(JoinHandle<Result<GhostCommit, Failure>>);

impl Drop for Taking {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Taking {
    pub async fn ended(mut self) -> Result<GhostCommit, Failure> {
        (&mut self.0).await.unwrap_or_else(|error| Err(Failure::Unusable(error.to_string())))
    }
}

impl BeforeTurn {
    /// Only the first snapshot of a turn counts.
    pub fn begin(&self, take: impl FnOnce() -> JoinHandle<Result<GhostCommit, Failure>>) {
        if self.state.begun.set(()).is_ok() {
            *self.state.taking.lock().unwrap_or_else(PoisonError::into_inner) = Some(Taking(take()));
        }
    }

    /// Filled when the snapshot is there, or there will be none.
    pub fn passed(&self) -> &OnceCell<()> {
        &self.state.passed
    }

    /// Hands the snapshot over, if one is taken, to whoever asks first.
    pub fn hand_over(&self) -> Option<Taking> {
        self.state.taking.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
