//! What a call waits for before it may change files: the snapshot of what they are.
//!
//! The first such call of a turn has it stored with the conversation, before it does anything itself. A snapshot that
//! fails, or takes too long, keeps nothing from running: undo then does not know of the turn, and the user is told.

use codex_protocol::event::EventMsg;
use codex_protocol::events::notice::MessageEvent;
use codex_protocol::git::GhostCommit;
use codex_protocol::response_item::ResponseItem;

use crate::base::cancel::{Interrupted, or_cancelled};
use crate::git::snapshot::Failure;
use crate::turn::port::SessionTaskContext;

pub async fn pass(context: &SessionTaskContext) -> Result<(), Interrupted> {
    let before = &context.changes.before;
    let passed = before.passed().get_or_try_init(|| async {
        match before.hand_over() {
            Some(taking) => tell(taking.ended().await, context).await,
            None => Ok(()),
        }
    });
    or_cancelled(&context.token, passed).await??;
    Ok(())
}

async fn tell(taken: Result<GhostCommit, Failure>, context: &SessionTaskContext) -> Result<(), Interrupted> {
    let failure = match taken.map(serde_json::to_value) {
        Ok(Ok(ghost_commit)) => {
            return context.record(vec![ResponseItem::GhostSnapshot { ghost_commit }]).await;
        }
        Ok(Err(error)) => Failure::Unusable(error.to_string()),
        Err(failure) => failure,
    };
    let message = format!("What this turn does to files cannot be undone: {failure}");
    if !context.services.snapshots.is_news(&failure) {
        return Ok(());
    }
    let notice = MessageEvent { message };
    context
        .emit(match failure.is_usual() {
            true => EventMsg::BackgroundEvent(notice),
            false => EventMsg::Warning(notice),
        })
        .await
}
