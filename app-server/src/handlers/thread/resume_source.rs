//! What a thread is resumed from: the memory, a given history, a given file, or the file of its id, in this order.

use std::path::{Path, PathBuf};
use std::time::Duration;

use codex_app_server_protocol::WIRE_VERSION;
use codex_app_server_protocol::v2::response_item::ResponseItem as WireItem;
use codex_app_server_protocol::v2::thread_start::ThreadResumeParams;
use codex_app_server_protocol::v2::turn::Turn;
use codex_core::base::time::now_ms;
use codex_core::rollout::Error;
use codex_core::rollout::lock::WriterLock;
use codex_core::rollout::reader::Loaded;
use codex_core::rollout::recorder::RolloutRecorder;
use codex_core::rollout::{location, stamp, tail};
use codex_protocol::event::EventMsg;
use codex_protocol::events::message::UserMessageEvent;
use codex_protocol::ids::ConversationId;
use codex_protocol::response_item::{ContentItem, ResponseItem};
use codex_protocol::rollout::{HistoryMode, RolloutItem, SessionMeta};
use tokio::time::Instant;

use super::resume_settings::StoredSettings;
use super::stored_history::{Ends, StoredHistory};
use crate::context::Context;
use crate::convert::to_core::session_id;
use crate::error::RpcError;
use crate::threads::LoadedThread;

pub(super) enum Source {
    Loaded(Box<LoadedThread>),
    Stored(Box<StoredSource>),
}

/// A file that is about to be continued.
pub(super) struct StoredSource {
    pub end: StoredEnd,
    pub path: PathBuf,
    /// All of them, if they are wanted.
    pub turns: Vec<Turn>,
    /// Taken before the file was read.
    pub lock: WriterLock,
}

/// Which turns of a thread the client wants at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turns {
    All,
    None,
}

/// What a stored thread goes on with.
pub(super) struct StoredEnd {
    pub rollout: Loaded,
    pub ends: Ends,
}

impl StoredEnd {
    /// Reads the end of a file, or all of it where that says too little. Blocks.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let rollout = tail::load_file(path)?;
        let ends = StoredHistory::open(path, None)?.ends()?;
        Ok(Self { rollout, ends })
    }
}

/// How long to wait until this process has let go of a thread that it is about to end, or has loaded one.
const LET_GO: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(10);

impl Context {
    pub(super) async fn resume_source(&self, params: &mut ThreadResumeParams) -> Result<Source, RpcError> {
        let named = session_id(&params.thread_id);
        let running = named.as_ref().ok().and_then(|id| self.threads().get(id));
        if let Some(loaded) = running {
            return self.running_source(loaded, params).await;
        }
        let (path, id) = match (params.history.take(), params.path.take()) {
            (Some(history), _) => self.store_history(history, params).await?,
            (None, Some(path)) => {
                let path = self.configs().directory().join(path).into_path_buf();
                let id = self.stored_id(path.clone()).await?;
                (path, id)
            }
            (None, None) => {
                let id = named?;
                (self.path_to_resume(id).await?, id)
            }
        };
        let turns = if params.exclude_turns { Turns::None } else { Turns::All };
        self.stored_source(id, path, turns).await
    }

    async fn stored_source(
        &self,
        id: ConversationId,
        path: PathBuf,
        turns: Turns,
    ) -> Result<Source, RpcError> {
        let found = self.threads().get(&id);
        let lock = match found {
            Some(loaded) => return own_file(loaded, &path),
            None => self.writer_lock(id).await?,
        };
        // Somebody else may have loaded it while this one waited.
        match (lock, self.threads().get(&id)) {
            (_, Some(loaded)) => own_file(loaded, &path),
            (lock, None) => {
                let file = path.clone();
                // Side by side, for a long file takes its time.
                let end = async { Ok(self.read_settings(move |_| StoredEnd::read(&file)).await??) };
                let turns = async {
                    if turns == Turns::None { Ok(Vec::new()) } else { self.stored_turns(path.clone()).await }
                };
                let (end, turns) = tokio::try_join!(end, turns)?;
                Ok(Source::Stored(Box::new(StoredSource { end, path, turns, lock })))
            }
        }
    }

    /// The right to write a thread that is not loaded. What this process itself is about to let go of is waited for.
    pub(super) async fn writer_lock(&self, id: ConversationId) -> Result<WriterLock, RpcError> {
        let until = Instant::now() + LET_GO;
        loop {
            let taken = self.read_settings(move |configs| WriterLock::take(configs.codex_home(), id)).await?;
            match taken {
                Err(Error::ActiveWriter { owner, .. })
                    if owner.is_this_process() && Instant::now() < until =>
                {
                    tokio::time::sleep(PAUSE).await;
                }
                taken => return Ok(taken?),
            }
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
    ) -> Result<(PathBuf, ConversationId), RpcError> {
        if history.is_empty() {
            return Err(RpcError::invalid_request(
                "history must not be empty; leave `history` out to resume the stored thread",
            ));
        }
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
        Ok((path, id))
    }
}

/// Only the file that a loaded thread writes can be resumed.
fn own_file(loaded: LoadedThread, path: &Path) -> Result<Source, RpcError> {
    match loaded.facts.path.as_deref() == Some(path) {
        true => Ok(Source::Loaded(Box::new(loaded))),
        false => Err(stale_path(&loaded, path)),
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
