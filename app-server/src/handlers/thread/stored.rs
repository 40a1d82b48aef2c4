//! What is stored of threads: where, and with which turns. All reading of files happens away from the runtime.

use std::path::PathBuf;

use codex_app_server_protocol::v2::turn::Turn;
use codex_core::config::loader::ConfigLoader;
use codex_core::rollout::list::{self, StoredThread};
use codex_core::rollout::reader::{self, Loaded};
use codex_core::rollout::{self, location, names, repositories};
use codex_protocol::git::GitInfo;
use codex_protocol::ids::ConversationId;
use codex_protocol::rollout::RolloutItem;

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

    pub(super) async fn load_rollout(&self, path: PathBuf) -> Result<Loaded, RpcError> {
        self.read_stored(move |_| reader::load(&path)).await
    }

    /// The turns of a thread that is not loaded.
    pub(super) async fn stored_turns(&self, path: PathBuf) -> Result<Vec<Turn>, RpcError> {
        self.read_stored(move |_| Ok(history::turns(items_of(reader::load(&path)?)))).await
    }

    /// The turns of a loaded thread, as far as its clients have been told of them.
    pub(super) async fn turns_so_far(&self, path: PathBuf, told: Told) -> Result<Vec<Turn>, RpcError> {
        self.read_stored(move |_| Ok(history::turns_so_far(items_of(reader::load(&path)?), told))).await
    }

    async fn read_stored<T: Send + 'static>(
        &self,
        read: impl FnOnce(&ConfigLoader) -> Result<T, rollout::Error> + Send + 'static,
    ) -> Result<T, RpcError> {
        Ok(self.read_settings(read).await??)
    }
}

fn items_of(loaded: Loaded) -> impl Iterator<Item = RolloutItem> {
    loaded.items.into_iter().map(|stored| stored.item)
}
