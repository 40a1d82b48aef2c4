//! A command after its call: while it runs on as a background terminal, its output and its end are
//! reported under the turn that began it.

use std::sync::Arc;
use std::time::Duration;

use codex_protocol::event::EventMsg;
use codex_protocol::events::exec::ExecOutputDeltaEvent;
use codex_protocol::events::item::ItemCompletedEvent;
use codex_protocol::turn_item::{CommandExecutionItem, CommandStatus, TurnItem};

use tokio::sync::oneshot;

use crate::base::time::now_ms;
use crate::exec::output::HeadTail;
use crate::exec::unified::session::ExecSession;
use crate::turn::port::{LateMsg, SessionTaskContext};

/// A command in which nothing happens for so long is forgotten.
const MOST_IDLE: Duration = Duration::from_secs(12 * 60 * 60);
/// A forgotten command that never stops printing is streamed so far; its item has the two ends of all.
const MOST_STREAMED: usize = 1024 * 1024;

/// The item of a command whose end is known. What it holds of the output is from before this session.
pub fn ended_item(mut item: CommandExecutionItem, session: &ExecSession, exit_code: i32) -> TurnItem {
    item.exit_code = Some(exit_code);
    item.status = if exit_code == 0 { CommandStatus::Completed } else { CommandStatus::Failed };
    let mut output = HeadTail::default();
    output.push(&item.aggregated_output.unwrap_or_default());
    output.push(&session.aggregated());
    item.aggregated_output = (!output.is_empty()).then(|| output.text());
    item.duration = Some(session.age());
    TurnItem::CommandExecution(item)
}

/// Hands a running command over: from now on this task reports on it, whatever its turn does.
pub fn hand_over(
    context: &SessionTaskContext,
    session: Arc<ExecSession>,
    item: CommandExecutionItem,
    started_at_ms: i64,
) {
    let late = context.services.late.clone();
    let turn_id = context.turn.turn_id.clone();
    let thread_id = context.turn.conversation_id;
    session.set_item(item.id.clone(), item.command.clone());
    let watched = Arc::clone(&session);
    context.services.group.spawn(async move { watched.end_when_idle(MOST_IDLE).await });
    context.services.group.spawn(async move {
        let mut left = MOST_STREAMED;
        while let Some((stream, delta)) = session.next_delta().await {
            left = left.saturating_sub(delta.len());
            let delta = ExecOutputDeltaEvent { item_id: item.id.clone(), stream, delta };
            let msg = EventMsg::ExecOutputDelta(delta);
            let late_msg = Box::new(LateMsg { turn_id: turn_id.clone(), msg, taken: None });
            if left == 0 || late.send(late_msg).await.is_err() {
                break;
            }
        }
        let exit = session.wait().await;
        let msg = EventMsg::ItemCompleted(ItemCompletedEvent {
            thread_id,
            turn_id: turn_id.clone(),
            item: ended_item(item, &session, exit.code),
            started_at_ms: Some(started_at_ms),
            completed_at_ms: Some(now_ms()),
        });
        let (taken, told) = oneshot::channel();
        // Nobody hears it only when the conversation itself has ended.
        if late.send(Box::new(LateMsg { turn_id, msg, taken: Some(taken) })).await.is_ok() {
            let _session_has_ended = told.await;
        }
        session.set_reported();
    });
}
