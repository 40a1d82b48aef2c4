//! Brings files back as they were before the last turn that could change them.
//!
//! It makes a turn of its own, in which the model is asked nothing and told nothing. The snapshot is forgotten when all of
//! it is there again, so that the next undo goes back one turn more; else it can be tried again.

use codex_protocol::event::EventMsg;
use codex_protocol::events::notice::MessageEvent;
use codex_protocol::events::turn::UndoCompletedEvent;
use codex_protocol::git::GhostCommit;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::base::cancel::Interrupted;
use crate::git::snapshot::{Failure, Undone};
use crate::tasks::{SessionTask, TaskKind, ghost};
use crate::turn::port::SessionTaskContext;

/// How many files are named.
const MOST_NAMED: usize = 10;

#[derive(Debug)]
pub struct UndoTask {
    /// As it is stored.
    pub snapshot: Option<Value>,
}

impl SessionTask for UndoTask {
    fn kind(&self) -> TaskKind {
        TaskKind::Undo
    }

    fn run(self: Box<Self>, context: SessionTaskContext) -> BoxFuture<'static, Result<(), Interrupted>> {
        Box::pin(async move {
            let message = match self.snapshot.as_ref().and_then(|snapshot| snapshot.get("id")?.as_str()) {
                Some(id) => format!("Bringing back the files of snapshot {}.", short(id)),
                None => "Looking for a snapshot of the files.".to_owned(),
            };
            context.emit(EventMsg::UndoStarted(MessageEvent { message })).await?;
            let completed = match undo(self.snapshot, &context).await {
                Ok(told) => told,
                Err(message) => UndoCompletedEvent { success: false, message: Some(message) },
            };
            context.report_end(EventMsg::UndoCompleted(completed)).await;
            if context.token.is_cancelled() { Err(Interrupted) } else { Ok(()) }
        })
    }
}

/// What came of it, or why nothing did.
async fn undo(snapshot: Option<Value>, context: &SessionTaskContext) -> Result<UndoCompletedEvent, String> {
    let Some(snapshot) = snapshot else { return Err(nothing_to_undo(context)) };
    let snapshot: GhostCommit = serde_json::from_value(snapshot)
        .map_err(|error| format!("What is stored of the last snapshot cannot be read: {error}."))?;
    let undone = context.services.snapshots.undo(&snapshot, &context.token).await;
    undone.map(|undone| told(&snapshot, &undone)).map_err(|failure| match failure {
        Failure::Cancelled => "Undo was cancelled before it changed anything.".to_owned(),
        failure => format!("The files cannot be brought back: {failure}."),
    })
}

fn nothing_to_undo(context: &SessionTaskContext) -> String {
    match ghost::is_wanted(&context.services) {
        true => "There is nothing to undo: no snapshot of the files is left in this conversation.".to_owned(),
        false => "There is nothing to undo: snapshots of the files are taken only with `undo = true` under `[features]` \
                  in config.toml."
            .to_owned(),
    }
}

fn told(snapshot: &GhostCommit, undone: &Undone) -> UndoCompletedEvent {
    let success = undone.failed.is_empty() && !undone.is_cancelled;
    let counts = format!("{} written, {} removed", undone.written, undone.removed);
    let mut message = match (undone.is_cancelled, success) {
        (true, _) => format!("Undo was cancelled on its way: {counts} so far. Undo again to go on."),
        (false, true) => format!("Brought back the files of snapshot {}: {counts}.", short(&snapshot.id)),
        (false, false) => format!(
            "Not all files of snapshot {} could be brought back: {counts}, failed: {}.",
            short(&snapshot.id),
            named(&undone.failed)
        ),
    };
    if !undone.left.is_empty() {
        message.push_str(&format!(" Left alone: {}.", named(&undone.left)));
    }
    if undone.written + undone.removed > 0 {
        message.push_str(&format!(" What the files were before this is kept as {}.", short(&undone.before)));
    }
    UndoCompletedEvent { success, message: Some(message) }
}

/// The first of them.
fn named(files: &[(String, String)]) -> String {
    let mut names: Vec<_> =
        files.iter().take(MOST_NAMED).map(|(name, why)| format!("`{name}` ({why})")).collect();
    if let Some(more) = files.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}

fn short(id: &str) -> &str {
    id.get(..7).unwrap_or(id)
}
