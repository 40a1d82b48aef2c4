//! Tells clients what the turn has changed in files: after each patch, and after calls that may have changed the same
//! files by other means.

use std::fs;
use std::path::Path;

use codex_protocol::event::EventMsg;
use codex_protocol::events::turn::TurnDiffEvent;

use crate::git::place::repository_around;
use crate::tools::patch::changes::{Node, Touched};
use crate::tools::patch::disk::Disk;
use crate::turn::changes::{Stamp, TrackedFiles};
use crate::turn::diff::FileStep;
use crate::turn::diff::blob::{Blob, Mode};
use crate::turn::port::SessionTaskContext;

/// A patch has done, or begun to do, this.
pub async fn record(context: &SessionTaskContext, touched: Vec<Touched>, is_done: bool) {
    let cwd = context.turn.cwd.clone();
    tell(context, move |files| {
        let cwd = fs::canonicalize(&cwd).unwrap_or_else(|_| cwd.into_path_buf());
        files.tracker.set_root(repository_around(&cwd).unwrap_or(&cwd));
        let steps = touched.into_iter().map(|touched| FileStep {
            before: blob(&touched.before),
            after: blob(if is_done { &touched.after } else { &touched.before }),
            moved_from: touched.from.filter(|_| is_done),
            path: touched.own,
        });
        files.tracker.record(steps.collect());
        if !is_done {
            look_again(files);
        }
    })
    .await;
}

/// Something has run that may have changed files which patches changed.
pub async fn refresh(context: &SessionTaskContext) {
    if context.changes.with(|files| files.tracker.paths().next().is_some()) {
        tell(context, look_again).await;
    }
}

async fn tell(context: &SessionTaskContext, work: impl FnOnce(&mut TrackedFiles) + Send + 'static) {
    let changes = context.changes.clone();
    let diff = context.services.group.spawn_blocking(move || {
        changes.with(|files| {
            work(files);
            files.tracker.changed()
        })
    });
    if let Ok(Some(unified_diff)) = diff.await {
        // What is done is told even in a turn that is cancelled.
        context.report_end(EventMsg::TurnDiff(TurnDiffEvent { unified_diff })).await;
    }
}

fn look_again(TrackedFiles { tracker, stamps }: &mut TrackedFiles) {
    let paths: Vec<_> = tracker.paths().map(Path::to_path_buf).collect();
    let mut disk = Disk::default();
    for path in paths {
        let stamp = stamp(&path);
        if stamps.get(&path) == Some(&stamp) {
            continue;
        }
        // What cannot be looked at any more, such as a folder in its place, is no file.
        let node = disk.look(&path).map_or(Node::Absent, |look| look.node);
        tracker.update(&path, blob(&node));
        stamps.insert(path, stamp);
    }
}

fn stamp(path: &Path) -> Stamp {
    let meta = fs::symlink_metadata(path).ok()?;
    Some((meta.len(), meta.modified().ok(), is_executable(&meta)))
}

#[cfg(unix)]
fn is_executable(meta: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

fn blob(node: &Node) -> Option<Blob> {
    match node {
        Node::Absent => None,
        Node::File { content, mode } => {
            let is_executable = mode.is_some_and(|mode| mode & 0o100 != 0);
            Some(Blob::new(if is_executable { Mode::Executable } else { Mode::File }, content))
        }
        Node::Link { target, .. } => Some(Blob::new(Mode::Link, target.as_os_str().as_encoded_bytes())),
    }
}
