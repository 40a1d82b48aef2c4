//! A new conversation that begins with the history of another one.
//!
//! Its file refers to the lines of the source, so nothing is copied. What cannot be referred to is copied: lines without
//! ordinals, and files that lie elsewhere.
//! A turn that still runs in the source, or was cut off, is interrupted in the fork.

use codex_protocol::event::EventMsg;
use codex_protocol::events::turn::{TurnAbortReason, TurnAbortedEvent, TurnStartedEvent};
use codex_protocol::rollout::{BaseInstructions, HistoryBase, RolloutItem, SessionMeta, SessionSource};

use crate::base::time::now_ms;
use crate::config::Config;
use crate::conversations::{ConversationManager, NewConversation, Origin, base_instructions};
use crate::error::CoreError;
use crate::rollout::location;
use crate::rollout::reader::Loaded;
use crate::rollout::recorder::RolloutRecorder;

/// What a fork is made of.
#[derive(Debug)]
pub struct Fork {
    /// What the source says of itself.
    pub source: SessionMeta,
    /// What the fork begins with.
    pub history: Vec<RolloutItem>,
    /// Where that ends in a file, if it can be referred to; otherwise it is copied.
    pub base: Option<HistoryBase>,
    /// Nothing of the fork is stored.
    pub ephemeral: bool,
}

impl Fork {
    /// Everything that was loaded. With a base, it is what stands before it.
    pub fn of(source: SessionMeta, loaded: Option<Loaded>, base: Option<HistoryBase>) -> Self {
        let items = loaded.map(|loaded| loaded.items).unwrap_or_default();
        let history = items.into_iter().map(|stored| stored.item).collect();
        Self { source, history, base, ephemeral: false }
    }
}

impl ConversationManager {
    /// Starts a conversation with this history. It is stored at once.
    pub async fn fork(&self, config: Config, fork: Fork) -> Result<NewConversation, CoreError> {
        let Fork { source, mut history, base, ephemeral } = fork;
        let config = self.configs.share(config);
        let id = codex_protocol::ids::ConversationId::new();
        let created = now_ms();
        let surroundings = self.look_around(&config).await?;
        // The model goes on with what it was told, unless the request or the configuration says otherwise.
        let instructions = match source.base_instructions {
            Some(stored) if config.base_instructions.is_none() => stored.text,
            Some(_) | None => base_instructions(&config),
        };
        let dynamic_tools = source.dynamic_tools;
        let interrupted = interrupted(&history);
        let recorder = if ephemeral {
            RolloutRecorder::none()
        } else {
            let meta = SessionMeta {
                forked_from_id: Some(source.id),
                forked_from_ordinal_exclusive: base.map(|base| base.end_ordinal_exclusive),
                history_base: base,
                history_mode: source.history_mode,
                base_instructions: Some(BaseInstructions { text: instructions.clone() }),
                dynamic_tools: dynamic_tools.clone(),
                ..self.meta(id, created, &config, SessionSource::VSCode, surroundings.git.clone())
            };
            let path = location::path_of(config.codex_home.as_path(), id, created);
            let recorder = RolloutRecorder::create(path, meta, &self.shared.group);
            let copied = if base.is_none() { &history[..] } else { &[] };
            let stored = recorder
                .begin()
                .and_then(|()| recorder.record(copied))
                .and_then(|_| recorder.record(interrupted.as_slice()));
            stored.map_err(not_stored)?;
            recorder.flush().await.map_err(not_stored)?;
            recorder
        };
        history.extend(interrupted);
        let origin = Origin { recorder, history, instructions, dynamic_tools, created_at_ms: created };
        self.load(id, config, origin, surroundings)
    }
}

fn not_stored(error: crate::rollout::Error) -> CoreError {
    let message = format!("the fork could not be stored: {error}");
    CoreError::Internal { message, source: Some(Box::new(error)) }
}

/// The end of a turn that has begun and not ended.
fn interrupted(history: &[RolloutItem]) -> Option<RolloutItem> {
    let event = history.iter().rev().find_map(|item| match item {
        RolloutItem::EventMsg(
            event @ (EventMsg::TurnStarted(_) | EventMsg::TurnComplete(_) | EventMsg::TurnAborted(_)),
        ) => Some(event),
        RolloutItem::EventMsg(_)
        | RolloutItem::SessionMeta(_)
        | RolloutItem::ResponseItem(_)
        | RolloutItem::Compacted(_)
        | RolloutItem::TurnContext(_) => None,
    })?;
    let EventMsg::TurnStarted(TurnStartedEvent { turn_id, started_at, .. }) = event else { return None };
    Some(RolloutItem::EventMsg(EventMsg::TurnAborted(TurnAbortedEvent {
        turn_id: turn_id.clone(),
        reason: TurnAbortReason::Interrupted,
        started_at: *started_at,
        completed_at: None,
        duration_ms: None,
    })))
}

#[cfg(test)]
mod tests {
    use codex_protocol::events::turn::TurnCompleteEvent;

    use super::*;

    fn started(turn: &str) -> RolloutItem {
        RolloutItem::EventMsg(EventMsg::TurnStarted(TurnStartedEvent {
            turn_id: Some(turn.into()),
            root_turn_id: None,
            started_at: Some(5),
            model_context_window: None,
        }))
    }

    #[test]
    fn a_turn_without_an_end_is_interrupted() {
        let complete = RolloutItem::EventMsg(EventMsg::TurnComplete(TurnCompleteEvent {
            turn_id: Some("a".into()),
            root_turn_id: None,
            last_agent_message: None,
            error: None,
            started_at: None,
            completed_at: None,
            duration_ms: None,
        }));
        assert_eq!(interrupted(&[]), None);
        assert_eq!(interrupted(&[started("a"), complete.clone()]), None);
        let Some(RolloutItem::EventMsg(EventMsg::TurnAborted(end))) =
            interrupted(&[started("a"), complete, started("b")])
        else {
            panic!("it is cut off")
        };
        assert_eq!((end.turn_id, end.started_at), (Some("b".into()), Some(5)));
    }
}
