//! `thread/readState/update`: a thread was read, or is to count as unread.

use std::collections::BTreeMap;

use codex_app_server_protocol::error_code::{ReadStateErrorData, ReadStateErrorReason};
use codex_app_server_protocol::method::ThreadReadStateUpdate;
use codex_app_server_protocol::v2::thread_read_state::{
    ThreadReadState, ThreadReadStateOperation, ThreadReadStateUpdateParams, ThreadReadStateUpdateResponse,
};
use codex_core::rollout::read_states::{Position, ReadState};
use codex_protocol::ids::ConversationId;

use super::read::stored_file;
use crate::context::Context;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::threads::{LoadedThread, unread};

impl Handle<ThreadReadStateUpdate> for Context {
    fn lane(params: &ThreadReadStateUpdateParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadReadStateUpdateParams,
    ) -> Result<Reply<ThreadReadStateUpdateResponse>, RpcError> {
        let ThreadReadStateUpdateParams { thread_id, operation, expected_revision } = params;
        let id: ConversationId = thread_id
            .parse()
            .map_err(|reason| RpcError::invalid_params(format!("invalid thread id: {reason}")))?;
        let loaded = self.threads().get(&id);
        match &loaded {
            Some(loaded) if !self.has_read_state(loaded).await? => {
                return Err(RpcError::invalid_request(format!(
                    "thread read state unavailable: nothing of {id} is stored"
                )));
            }
            Some(_) => {}
            None if self.is_known(id).await? => {}
            None => return Err(RpcError::thread_not_loaded(id)),
        }
        let first_unread = match operation {
            ThreadReadStateOperation::Read => None,
            ThreadReadStateOperation::Unread => Some(Position::ThreadStart),
        };
        let states = self.threads().read_states().clone();
        let update = self.read_settings(move |_| states.update(id, &expected_revision, first_unread));
        let read_state = match update.await?? {
            Ok(new) => to_wire::read_state::read_state(new),
            Err(old) => {
                let reason = ReadStateErrorReason::ReadStateConflict;
                let read_state = to_wire::read_state::read_state(old);
                return Err(RpcError::invalid_request("read state changed")
                    .with_data(&ReadStateErrorData { reason, read_state }));
            }
        };
        let response = ThreadReadStateUpdateResponse { read_state: read_state.clone() };
        Ok(Reply::then(response, async move {
            if let Some(loaded) = loaded {
                loaded.tell(unread::changed(id, read_state)).await;
            }
        }))
    }
}

impl Context {
    /// Nothing is unread of a loaded thread before something of it is stored.
    pub(super) async fn has_read_state(&self, loaded: &LoadedThread) -> Result<bool, RpcError> {
        let snapshot = loaded.conversation.snapshot().await.map_err(|error| loaded.ended(error))?;
        Ok(stored_file(loaded, snapshot.is_stored).is_some())
    }

    /// The read states of stored threads, by their ids.
    pub(super) async fn stored_read_states(
        &self,
        ids: Vec<ConversationId>,
    ) -> Result<BTreeMap<String, ThreadReadState>, RpcError> {
        let states = self.threads().read_states().clone();
        let read = self.read_settings(move |_| states.of(&ids).map(|states| (ids, states)));
        let (ids, states) = read.await??;
        Ok(shown(ids, states))
    }
}

/// Read states of threads, by the ids of these.
pub(super) fn shown(ids: Vec<ConversationId>, states: Vec<ReadState>) -> BTreeMap<String, ThreadReadState> {
    let shown = states.into_iter().map(to_wire::read_state::read_state);
    ids.into_iter().map(|id| id.to_string()).zip(shown).collect()
}
