//! `thread/revert`: takes turns of a loaded thread back. It goes on without them, in a new file; a turn that runs is
//! interrupted first.

use std::path::PathBuf;
use std::sync::Arc;

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::ThreadRevert;
use codex_app_server_protocol::v2::thread::{
    ThreadClosedNotification, ThreadStatus, ThreadStatusChangedNotification,
};
use codex_app_server_protocol::v2::thread_fork::{
    ThreadRevertParams, ThreadRevertResponse, ThreadRevertedNotification,
};
use codex_core::config::Config;
use codex_core::conversations::branch::{self, BranchError, Reverted};
use codex_core::rollout;
use codex_protocol::ids::ConversationId;

use super::resume::problems_of;
use super::resume_source::StoredEnd;
use super::stored_history::Ends;
use super::view;
use crate::context::Context;
use crate::convert::to_wire::read_state::read_state;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::threads::audience::Listener;
use crate::threads::{Gate, LoadedThread, unread};

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
        let turn = params.before_turn_id;
        let (home, file) = (self.configs().codex_home().to_path_buf(), path.clone());
        let found = self.read_settings(move |_| match Reverted::before(&home, &file, turn.clone()) {
            Ok(reverted) => Ok((home, reverted)),
            Err(error) => Err(refused(turn, error)),
        });
        let (home, reverted) = found.await??;
        let config = Arc::clone(thread.conversation.config());
        let listeners = self.threads().unload(&thread).await;
        let again = Again { home, path, reverted, config, listeners };
        let (again, failed) = match self.load_again(id, again).await {
            Ok(again) => again,
            Err(error) => {
                let closed = ThreadClosedNotification { thread_id: id.to_string() };
                self.threads().broadcast(&ServerNotification::ThreadClosed(closed)).await;
                return Err(error);
            }
        };
        let LoadedAgain { thread, gate, ends, mut notices } = again;
        let changed = thread.conversation.change_settings(before.settings.into_overrides()).await;
        changed.map_err(|error| thread.ended(error))?;
        thread.conversation.restore_goal(before.goal).await.map_err(|error| thread.ended(error))?;
        let idle = ThreadStatusChangedNotification { thread_id: id.to_string(), status: ThreadStatus::Idle };
        self.threads().broadcast(&ServerNotification::ThreadStatusChanged(idle)).await;
        if let Some(error) = failed {
            return Err(error.into());
        }
        let snapshot = thread.conversation.snapshot().await.map_err(|error| thread.ended(error))?;
        let stored = match thread.facts.path.clone() {
            Some(path) => {
                notices.extend(self.forget_unread(id, path.clone()).await?);
                self.stored_thread(path).await?
            }
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
            for notice in notices {
                thread.tell(notice).await;
            }
        });
        Ok(reply.keeping(Some(right)))
    }
}

/// What a thread is loaded again with.
struct Again {
    home: PathBuf,
    /// The file that is there.
    path: PathBuf,
    reverted: Reverted,
    config: Arc<Config>,
    listeners: Vec<Listener>,
}

/// A thread that is there again.
struct LoadedAgain {
    thread: LoadedThread,
    gate: Gate,
    ends: Ends,
    /// What those who listen should know.
    notices: Vec<ServerNotification>,
}

impl Context {
    /// With the listeners that it had: in its new file, or, if there is none, as it was and with the reason.
    async fn load_again(
        &self,
        id: ConversationId,
        Again { home, path, reverted, config, listeners }: Again,
    ) -> Result<(LoadedAgain, Option<rollout::Error>), RpcError> {
        let lock = self.writer_lock(id).await?;
        let (path, failed) = match self.read_settings(move |_| reverted.begin(&home)).await? {
            Ok(new) => (new, None),
            Err(error) => (path, Some(error)),
        };
        let file = path.clone();
        let StoredEnd { rollout, ends } = self.read_settings(move |_| StoredEnd::read(&file)).await??;
        let problems = problems_of(&rollout);
        if let Some(problems) = &problems {
            tracing::warn!(thread = %id, %problems, "a thread was reverted that is not whole");
        }
        let notices = problems.map(|problems| view::warning(id, problems)).into_iter().collect();
        let last_turn = ends.last_turn.clone().map(|(id, _)| id);
        let forked_from = rollout.meta.forked_from_id;
        let new = self.conversations().resume(Config::clone(&config), rollout, path, lock).await?;
        let (thread, gate) = self.open_for(listeners, new, forked_from, last_turn);
        Ok((LoadedAgain { thread, gate, ends, notices }, failed))
    }

    /// What was unread may be gone. Returns what is told of that.
    async fn forget_unread(
        &self,
        id: ConversationId,
        path: PathBuf,
    ) -> Result<Option<ServerNotification>, RpcError> {
        let states = self.threads().read_states().clone();
        let changed = self
            .read_settings(move |configs| branch::forget_unread(&states, configs.codex_home(), id, &path));
        Ok(match changed.await? {
            Ok(state) => state.map(|state| unread::changed(id, read_state(state))),
            Err(error) => {
                tracing::warn!(thread = %id, %error, "it is not stored that nothing is unread any more");
                None
            }
        })
    }
}

fn refused(turn: String, error: BranchError) -> RpcError {
    match error {
        BranchError::NoSuchTurn => RpcError::turn_not_found(turn),
        BranchError::NoOrdinals => RpcError::invalid_request(
            "thread/revert only supports paginated threads; fork one in the format of 2025 instead",
        ),
        BranchError::Elsewhere(file) => RpcError::invalid_request(format!(
            "thread/revert only supports threads below the server's home directory; fork {} by its `path` instead",
            file.display()
        )),
        BranchError::Rollout(error) => error.into(),
    }
}
