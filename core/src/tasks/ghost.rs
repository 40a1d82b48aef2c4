//! Looks at the files before a turn changes them, so that the turn can be undone.
//!
//! It runs beside the turn: neither its start nor the model's first answer waits for it. The first call that may change
//! files does, and stores what has come of it; see [`crate::tools::gate`].

use std::sync::Arc;

use codex_protocol::git::GhostCommit;
use tokio::task::JoinHandle;

use crate::base::paths::AbsolutePath;
use crate::config::features::{GHOST_COMMIT, UNDO};
use crate::git::snapshot::Failure;
use crate::turn::services::SessionServices;

/// Whether the user has switched it on.
pub fn is_wanted(services: &SessionServices) -> bool {
    services.config.is_enabled(&UNDO) || services.config.is_enabled(&GHOST_COMMIT)
}

pub fn begin(
    services: &Arc<SessionServices>,
    cwd: &AbsolutePath,
) -> JoinHandle<Result<GhostCommit, Failure>> {
    let (snapshots, cwd) = (services.snapshots.clone(), cwd.clone());
    services.group.spawn(async move { snapshots.take(&cwd).await })
}
