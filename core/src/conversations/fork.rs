//! A new conversation that begins with the history of another one.
//!
//! Its file refers to the lines of the source, so nothing is copied. What cannot be referred to is copied: lines without
//! ordinals, and files that lie elsewhere.
//! A turn that still runs in the source, or was cut off, is interrupted in the fork.

use codex_protocol::rollout::{BaseInstructions, HistoryBase, RolloutItem, SessionMeta, SessionSource};

use crate::base::time::now_ms;
use crate::config::Config;
use crate::conversations::branch::ForkSource;
use crate::conversations::{ConversationManager, NewConversation, Origin, base_instructions};
use crate::error::CoreError;
use crate::rollout::location;
use crate::rollout::recorder::RolloutRecorder;

/// What a fork is made of.
#[derive(Debug)]
pub struct Fork {
    /// What the source says of itself.
    source: SessionMeta,
    /// What the fork goes on with.
    history: Vec<RolloutItem>,
    /// What the fork begins with, if it can be referred to; otherwise the history is all of it, and is copied.
    base: Option<HistoryBase>,
    /// The end of the last turn, if it has none.
    interrupted: Option<RolloutItem>,
    /// Nothing of the fork is stored.
    pub ephemeral: bool,
}

impl Fork {
    pub fn of(source: ForkSource) -> Self {
        let ForkSource { meta, loaded, referred, interrupted } = source;
        let items = loaded.map(|loaded| loaded.items).unwrap_or_default();
        let history = items.into_iter().map(|stored| stored.item).collect();
        let base = referred.map(|referred| referred.base);
        Self { source: meta, history, base, interrupted, ephemeral: false }
    }
}

impl ConversationManager {
    /// Starts a conversation with this history. It is stored at once.
    pub async fn fork(&self, config: Config, fork: Fork) -> Result<NewConversation, CoreError> {
        let Fork { source, mut history, base, interrupted, ephemeral } = fork;
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
