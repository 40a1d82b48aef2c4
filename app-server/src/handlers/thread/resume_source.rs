//! What a thread is resumed from: the memory, a given history, a given file, or the file of its id, in this order.

use std::path::{Path, PathBuf};

use codex_app_server_protocol::WIRE_VERSION;
use codex_app_server_protocol::v2::response_item::ResponseItem as WireItem;
use codex_app_server_protocol::v2::thread_start::ThreadResumeParams;
use codex_core::base::time::now_ms;
use codex_core::rollout::reader::Loaded;
use codex_core::rollout::recorder::RolloutRecorder;
use codex_core::rollout::{location, stamp};
use codex_protocol::event::EventMsg;
use codex_protocol::events::message::UserMessageEvent;
use codex_protocol::ids::ConversationId;
use codex_protocol::response_item::{ContentItem, ResponseItem};
use codex_protocol::rollout::{HistoryMode, RolloutItem, SessionMeta};

use super::resume_settings::StoredSettings;
use crate::context::Context;
use crate::convert::to_core::session_id;
use crate::error::RpcError;
use crate::threads::LoadedThread;

pub(super) enum Source {
    Loaded(Box<LoadedThread>),
    Stored(Box<Loaded>, PathBuf),
}

impl Context {
    pub(super) async fn resume_source(&self, params: &mut ThreadResumeParams) -> Result<Source, RpcError> {
        let named = session_id(&params.thread_id);
        let running = named.as_ref().ok().and_then(|id| self.threads().get(id));
        if let Some(loaded) = running {
            return self.running_source(loaded, params).await;
        }
        let path = match (params.history.take(), params.path.take()) {
            (Some(history), _) => self.store_history(history, params).await?,
            (None, Some(path)) => self.configs().directory().join(path).into_path_buf(),
            (None, None) => self.path_to_resume(named?).await?,
        };
        let rollout = self.load_rollout(path.clone()).await?;
        match self.threads().get(&rollout.meta.id) {
            Some(loaded) if loaded.facts.path.as_ref() == Some(&path) => Ok(Source::Loaded(Box::new(loaded))),
            Some(loaded) => Err(stale_path(&loaded, &path)),
            None => Ok(Source::Stored(Box::new(rollout), path)),
        }
    }

    async fn running_source(
        &self,
        loaded: LoadedThread,
        params: &ThreadResumeParams,
    ) -> Result<Source, RpcError> {
        let id = loaded.conversation.id();
        if params.history.is_some() {
            return Err(RpcError::invalid_request(format!(
                "cannot resume thread {id} with history while it is already running"
            )));
        }
        if let Some(path) = &params.path {
            let path = self.configs().directory().join(path);
            if loaded.facts.path.as_deref() != Some(&*path) {
                return Err(stale_path(&loaded, &path));
            }
        }
        let snapshot = loaded.conversation.snapshot().await.map_err(|error| loaded.ended(error))?;
        if loaded.facts.path.is_none() || !snapshot.is_stored {
            return Err(RpcError::no_rollout(id));
        }
        Ok(Source::Loaded(Box::new(loaded)))
    }

    pub(super) async fn path_to_resume(&self, id: ConversationId) -> Result<PathBuf, RpcError> {
        if let Some(path) = self.stored_path(id).await? {
            return Ok(path);
        }
        Err(match self.archived_path(id).await? {
            Some(path) => RpcError::invalid_request(format!(
                "session {id} is archived. Unarchive it by `thread/unarchive` first, or resume it by the `path` of its \
                 file {} (experimental)",
                path.display()
            )),
            None => RpcError::no_rollout(id),
        })
    }

    /// A history that the client brings along becomes a stored thread of its own, with an id of its own.
    ///
    /// Nothing is stored of a thread that could not be resumed.
    async fn store_history(
        &self,
        history: Vec<WireItem>,
        params: &ThreadResumeParams,
    ) -> Result<PathBuf, RpcError> {
        let items: Vec<ResponseItem> = history
            .into_iter()
            .enumerate()
            .map(|(number, item)| model_item(number, item))
            .collect::<Result<_, _>>()?;
        let cwd = self.configs().directory().join(params.cwd.as_deref().unwrap_or_default()).into_path_buf();
        self.config_to_resume(params.clone(), StoredSettings::new(cwd.clone())).await?;
        let (id, created) = (ConversationId::new(), now_ms());
        let path = location::path_of(self.configs().codex_home(), id, created);
        let meta = SessionMeta {
            originator: self.identity().originator().to_owned(),
            history_mode: HistoryMode::Legacy,
            ..SessionMeta::new(id, stamp::timestamp(created), cwd, WIRE_VERSION)
        };
        let lines: Vec<RolloutItem> = items.into_iter().flat_map(lines_of).collect();
        let recorder = RolloutRecorder::create(path.clone(), meta, &self.conversations().shared().group);
        recorder.record(&lines)?;
        recorder.close().await?;
        Ok(path)
    }
}

fn stale_path(loaded: &LoadedThread, requested: &Path) -> RpcError {
    let active = loaded.facts.path.as_deref().unwrap_or(Path::new("none"));
    RpcError::invalid_request(format!(
        "cannot resume running thread {} with stale path: requested `{}`, active `{}`",
        loaded.conversation.id(),
        requested.display(),
        active.display(),
    ))
}

/// The items of a history have the form of the model's API on the wire, too.
fn model_item(number: usize, item: WireItem) -> Result<ResponseItem, RpcError> {
    let value = serde_json::to_value(item).map_err(|error| RpcError::internal("history").caused_by(error))?;
    serde_json::from_value(value)
        .map_err(|error| RpcError::invalid_request(format!("`history[{number}]` cannot be read: {error}")))
}

/// What is stored of one item: itself, and for a message of the user what lists show of a thread.
fn lines_of(item: ResponseItem) -> Vec<RolloutItem> {
    let text = match &item {
        ResponseItem::Message { role, content, .. } if role == "user" => {
            content.iter().filter_map(ContentItem::as_text).collect::<Vec<_>>().join("\n")
        }
        ResponseItem::Message { .. }
        | ResponseItem::Reasoning { .. }
        | ResponseItem::LocalShellCall { .. }
        | ResponseItem::FunctionCall { .. }
        | ResponseItem::FunctionCallOutput { .. }
        | ResponseItem::CustomToolCall { .. }
        | ResponseItem::CustomToolCallOutput { .. }
        | ResponseItem::WebSearchCall { .. }
        | ResponseItem::GhostSnapshot { .. }
        | ResponseItem::Compaction { .. }
        | ResponseItem::Other => String::new(),
    };
    let mut lines = vec![RolloutItem::ResponseItem(item)];
    if !text.is_empty() {
        let event = UserMessageEvent { message: text, images: None };
        lines.push(RolloutItem::EventMsg(EventMsg::UserMessage(event)));
    }
    lines
}
