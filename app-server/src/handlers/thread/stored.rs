//! What is stored of threads: where, and with which turns. All reading of files happens away from the runtime.

use std::path::PathBuf;

use codex_app_server_protocol::v2::turn::Turn;
use codex_core::config::loader::ConfigLoader;
use codex_core::rollout::list::{self, StoredThread};
use codex_core::rollout::{self, location, names, reader, repositories};
use codex_protocol::git::GitInfo;
use codex_protocol::ids::{ConversationId, TurnId};

use super::stored_history::{self, StoredHistory};
use crate::context::Context;
use crate::error::RpcError;
use crate::projection::{Told, history};

impl Context {
    /// The file of a thread that is not archived.
    pub(in crate::handlers) async fn stored_path(
        &self,
        id: ConversationId,
    ) -> Result<Option<PathBuf>, RpcError> {
        self.read_stored(move |configs| location::find(configs.codex_home(), id)).await
    }

    /// The file of an archived thread.
    pub(super) async fn archived_path(&self, id: ConversationId) -> Result<Option<PathBuf>, RpcError> {
        self.read_stored(move |configs| location::find_archived(configs.codex_home(), id)).await
    }

    /// Whether a thread is loaded, or stored anywhere.
    pub(in crate::handlers) async fn is_known(&self, id: ConversationId) -> Result<bool, RpcError> {
        if self.threads().get(&id).is_some() {
            return Ok(true);
        }
        let found =
            self.read_stored(move |configs| location::find_anywhere(configs.codex_home(), id)).await?;
        Ok(found.is_some())
    }

    /// A thread as a list would show it; `None` before its first message.
    pub(super) async fn stored_thread(&self, path: PathBuf) -> Result<Option<StoredThread>, RpcError> {
        self.read_stored(move |configs| list::find(configs.codex_home(), &path)).await
    }

    /// The same, also before its first message.
    pub(super) async fn shown_thread(&self, path: PathBuf) -> Result<StoredThread, RpcError> {
        self.read_stored(move |configs| list::show(configs.codex_home(), &path)).await
    }

    pub(super) async fn stored_git(&self, id: ConversationId) -> Result<Option<GitInfo>, RpcError> {
        self.read_stored(move |configs| repositories::of(configs.codex_home(), id)).await
    }

    pub(super) async fn stored_name(&self, id: ConversationId) -> Result<Option<String>, RpcError> {
        self.read_stored(move |configs| Ok(names::read(configs.codex_home())?.remove(&id))).await
    }

    /// Which thread a file holds.
    pub(super) async fn stored_id(&self, path: PathBuf) -> Result<ConversationId, RpcError> {
        self.read_stored(move |_| reader::meta(&path)).await.map(|meta| meta.id)
    }

    /// All turns of a thread that is not loaded.
    pub(super) async fn stored_turns(&self, path: PathBuf) -> Result<Vec<Turn>, RpcError> {
        self.read_stored(move |_| {
            let turns = stored_history::fold_whole(&path)?.finish(None);
            Ok(turns.into_iter().map(|placed| placed.turn).collect())
        })
        .await
    }

    /// The turns of a loaded thread, as far as its clients have been told of them.
    pub(super) async fn turns_so_far(&self, path: PathBuf, told: Told) -> Result<Vec<Turn>, RpcError> {
        self.read_stored(move |_| Ok(history::turns_so_far(stored_history::fold_whole(&path)?, told))).await
    }

    /// Where pages of a thread are read from. What is in memory is written first.
    pub(super) async fn history_source(
        &self,
        id: ConversationId,
        method: &str,
    ) -> Result<HistorySource, RpcError> {
        let Some(loaded) = self.threads().get(&id) else {
            let path = match self.stored_path(id).await? {
                Some(path) => path,
                None => self.archived_path(id).await?.ok_or_else(|| {
                    nothing_to_read(method, RpcError::thread_not_loaded(id).message().to_owned())
                })?,
            };
            return Ok(HistorySource { path, running: None });
        };
        let Some(path) = loaded.facts.path.clone() else {
            return Err(nothing_to_read(method, format!("ephemeral threads do not support {method}")));
        };
        let snapshot = loaded.conversation.snapshot().await.map_err(|_| RpcError::thread_not_loaded(id))?;
        if !snapshot.is_stored {
            let message = format!(
                "thread {id} is not materialized yet; {method} is unavailable before first user message"
            );
            return Err(nothing_to_read(method, message));
        }
        loaded.conversation.flush().await.map_err(|_| RpcError::thread_not_loaded(id))?;
        Ok(HistorySource { path, running: snapshot.active_turn })
    }

    /// Reads pages away from the runtime's own threads.
    pub(super) async fn read_history<T: Send + 'static>(
        &self,
        HistorySource { path, running }: HistorySource,
        read: impl FnOnce(&StoredHistory) -> Result<T, RpcError> + Send + 'static,
    ) -> Result<T, RpcError> {
        self.read_settings(move |_| read(&StoredHistory::open(&path, running)?)).await?
    }

    async fn read_stored<T: Send + 'static>(
        &self,
        read: impl FnOnce(&ConfigLoader) -> Result<T, rollout::Error> + Send + 'static,
    ) -> Result<T, RpcError> {
        Ok(self.read_settings(read).await??)
    }
}

/// There are no pages of a thread that is not stored. Of its items they are not supported, as clients know it of the
/// public codex, and read the whole thread instead; of its turns they are wrongly asked for.
fn nothing_to_read(method: &str, reason: String) -> RpcError {
    if method == "thread/turns/list" {
        return RpcError::invalid_request(reason);
    }
    RpcError::not_supported(format!("{method} is not supported yet: {reason}"))
}

/// The file of a thread, and its turn that still runs.
#[derive(Clone, Debug)]
pub(super) struct HistorySource {
    pub path: PathBuf,
    pub running: Option<TurnId>,
}
