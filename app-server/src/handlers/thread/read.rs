//! `thread/read`: a thread, stored or loaded, without listening to it.

use std::path::PathBuf;

use codex_app_server_protocol::method::ThreadRead;
use codex_app_server_protocol::v2::thread::{Thread, ThreadStatus};
use codex_app_server_protocol::v2::thread_list::{ThreadReadParams, ThreadReadResponse};
use codex_protocol::ids::ConversationId;

use super::view;
use crate::context::Context;
use crate::convert::to_core::thread_id;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::threads::LoadedThread;

impl Handle<ThreadRead> for Context {
    fn lane(params: &ThreadReadParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(&self, params: ThreadReadParams) -> Result<Reply<ThreadReadResponse>, RpcError> {
        let id = thread_id(&params.thread_id)?;
        let history = if params.include_turns { Some(self.history().await?) } else { None };
        let (thread, has_read_state) = match self.threads().get(&id) {
            Some(loaded) => {
                let thread = self.read_loaded(&loaded, params.include_turns).await?;
                (thread, self.has_read_state(&loaded).await?)
            }
            None => (self.read_stored_thread(id, params.include_turns).await?, true),
        };
        let read_state = match has_read_state {
            true => self.stored_read_states(vec![id]).await?.into_values().next(),
            false => None,
        };
        if params.include_turns {
            let notice =
                view::whole_history_is_deprecated("Leave `includeTurns` out where the turns are not needed.");
            self.outgoing().notify(&notice).await;
        }
        Ok(Reply::new(ThreadReadResponse { thread, read_state }).keeping(history))
    }
}

impl Context {
    pub(super) async fn read_loaded(
        &self,
        loaded: &LoadedThread,
        with_turns: bool,
    ) -> Result<Thread, RpcError> {
        let id = loaded.conversation.id();
        let snapshot = loaded.conversation.snapshot().await.map_err(|_| RpcError::thread_not_loaded(id))?;
        let stored = match stored_file(loaded, snapshot.is_stored) {
            None => None,
            Some(path) => {
                loaded.conversation.flush().await.map_err(|_| RpcError::thread_not_loaded(id))?;
                Some((path.clone(), self.stored_thread(path).await?))
            }
        };
        let turns = match (&stored, with_turns) {
            (_, false) => Vec::new(),
            (None, true) if loaded.facts.path.is_none() => {
                return Err(RpcError::invalid_request(format!(
                    "ephemeral threads do not support `includeTurns`: nothing of {id} is stored"
                )));
            }
            (None, true) => {
                return Err(RpcError::not_supported(format!(
                    "`includeTurns`: thread {id} is not materialized yet; its turns can be read once it has one"
                )));
            }
            (Some((path, _)), true) => {
                let told = loaded.told().await.ok_or_else(|| RpcError::thread_not_loaded(id))?;
                self.turns_so_far(path.clone(), told).await?
            }
        };
        let stored = stored.and_then(|(_, stored)| stored);
        // A name may be given before there is anything else to store.
        let (name, git) = match stored {
            None => (self.stored_name(id).await?, self.stored_git(id).await?),
            Some(_) => (None, None),
        };
        let thread = view::thread(loaded, stored, &snapshot);
        let git_info = git.map(to_wire::thread::git_info).or(thread.git_info);
        Ok(Thread { turns, name: thread.name.or(name), git_info, ..thread })
    }

    pub(super) async fn read_stored_thread(
        &self,
        id: ConversationId,
        with_turns: bool,
    ) -> Result<Thread, RpcError> {
        let path = match self.stored_path(id).await? {
            Some(path) => path,
            None => self.archived_path(id).await?.ok_or_else(|| RpcError::thread_not_loaded(id))?,
        };
        let stored = self.shown_thread(path.clone()).await?;
        let turns = if with_turns { self.stored_turns(path).await? } else { Vec::new() };
        Ok(Thread { turns, ..to_wire::thread::stored(stored, ThreadStatus::NotLoaded) })
    }
}

/// The file of a loaded thread, once there is something in it.
pub(super) fn stored_file(loaded: &LoadedThread, is_stored: bool) -> Option<PathBuf> {
    loaded.facts.path.clone().filter(|_| is_stored)
}
