//! `thread/revert`: takes turns of a loaded thread back. It goes on without them, in a new file; a turn that runs is
//! interrupted first.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::ThreadRevert;
use codex_app_server_protocol::v2::thread::{ThreadStatus, ThreadStatusChangedNotification};
use codex_app_server_protocol::v2::thread_fork::{
    ThreadRevertParams, ThreadRevertResponse, ThreadRevertedNotification,
};
use codex_core::config::Config;
use codex_core::rollout::cut::{self, Cut, Until};
use codex_core::rollout::lock::WriterLock;
use codex_core::rollout::{self, reader, revert};
use codex_core::session::settings::SessionSettings;
use codex_protocol::goal::ThreadGoal;
use codex_protocol::rollout::HistoryBase;

use super::resume_source::StoredEnd;
use super::stored_history::Ends;
use super::view;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::threads::audience::Listener;
use crate::threads::{Gate, LoadedThread};

impl Handle<ThreadRevert> for Context {
    fn lane(params: &ThreadRevertParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(&self, params: ThreadRevertParams) -> Result<Reply<ThreadRevertResponse>, RpcError> {
        let right = self.history().await?;
        let thread = self.loaded_thread(&params.thread_id)?;
        let id = thread.conversation.id();
        let path = thread.facts.path.clone().ok_or_else(|| {
            RpcError::invalid_request(
                "ephemeral threads do not support thread/revert: nothing of them is stored",
            )
        })?;
        let before = thread.conversation.snapshot().await.map_err(|error| thread.ended(error))?;
        if !before.is_stored {
            return Err(RpcError::no_rollout(id));
        }
        thread.conversation.flush().await.map_err(|error| thread.ended(error))?;
        let base = self.base_before(&path, params.before_turn_id).await?;
        let config = Arc::clone(thread.conversation.config());
        let listeners = self.threads().unload(&thread).await;
        let lock = self.writer_lock(id).await?;
        // Whatever goes wrong now, the thread is there again afterwards.
        let begun = self.begin_again(path.clone(), base).await;
        let (path, failed) = match begun {
            Ok(path) => (path, None),
            Err(error) => (path, Some(error)),
        };
        let again = Again { path, lock, config, settings: before.settings, goal: before.goal, listeners };
        let (thread, gate, ends) = self.load_again(again).await?;
        if let Some(error) = failed {
            return Err(error);
        }
        let snapshot = thread.conversation.snapshot().await.map_err(|error| thread.ended(error))?;
        let stored = match thread.facts.path.clone() {
            Some(path) => self.stored_thread(path).await?,
            None => None,
        };
        let cursors = ends.cursors(id);
        let response = ThreadRevertResponse {
            thread: view::thread(&thread, stored, &snapshot),
            turns_backwards_cursor: cursors.turns,
            items_backwards_cursor: cursors.items,
        };
        let threads = self.threads().clone();
        let reply = Reply::then(response, async move {
            let reverted = ThreadRevertedNotification { thread_id: id.to_string() };
            threads.broadcast(&ServerNotification::ThreadReverted(reverted)).await;
            gate.open();
        });
        Ok(reply.keeping(Some(right)))
    }
}

/// What a thread is loaded again with.
struct Again {
    path: PathBuf,
    lock: WriterLock,
    config: Arc<Config>,
    settings: SessionSettings,
    goal: Option<ThreadGoal>,
    listeners: Vec<Listener>,
}

impl Context {
    /// What is left of the history; nothing if all of it is taken back.
    async fn base_before(&self, path: &Path, turn: String) -> Result<Option<HistoryBase>, RpcError> {
        let (path, until) = (path.to_path_buf(), Until::Before(turn.clone()));
        let found = self.read_settings(move |configs| cut::find(configs.codex_home(), &path, &until));
        match found.await?? {
            Cut::At(_, base) => Ok(Some(base)),
            Cut::Nothing => Ok(None),
            Cut::Elsewhere(file, _) => Err(RpcError::invalid_request(format!(
                "thread/revert only supports threads below the server's home directory; fork {} by its `path` instead",
                file.display()
            ))),
            Cut::NoSuchTurn => Err(RpcError::turn_not_found(turn)),
            Cut::NoOrdinals => Err(RpcError::invalid_request(
                "thread/revert only supports paginated threads; fork one in the format of 2025 instead",
            )),
        }
    }

    async fn begin_again(&self, old: PathBuf, base: Option<HistoryBase>) -> Result<PathBuf, RpcError> {
        let begun = self.read_settings(move |configs| {
            let meta = reader::load(&old)?.meta;
            revert::begin(configs.codex_home(), &old, meta, base)
        });
        Ok(begun.await?.map_err(|error: rollout::Error| error)?)
    }

    /// With the settings, the goal and the listeners that it had.
    async fn load_again(&self, again: Again) -> Result<(LoadedThread, Gate, Ends), RpcError> {
        let Again { path, lock, config, settings, goal, listeners } = again;
        let file = path.clone();
        let StoredEnd { rollout, ends } = self.read_settings(move |_| StoredEnd::read(&file)).await??;
        let last_turn = ends.last_turn.clone().map(|(id, _)| id);
        let forked_from = rollout.meta.forked_from_id;
        let new = self.conversations().resume(Config::clone(&config), rollout, path, lock).await?;
        let (thread, gate) = self.open_for(listeners, new, forked_from, last_turn);
        let changed = thread.conversation.change_settings(settings.into_overrides()).await;
        changed.map_err(|error| thread.ended(error))?;
        thread.conversation.restore_goal(goal).await.map_err(|error| thread.ended(error))?;
        let thread_id = thread.conversation.id().to_string();
        let idle = ThreadStatusChangedNotification { thread_id, status: ThreadStatus::Idle };
        self.threads().broadcast(&ServerNotification::ThreadStatusChanged(idle)).await;
        Ok((thread, gate, ends))
    }
}
