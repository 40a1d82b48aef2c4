//! `thread/name/set`: what the user calls a thread, loaded or not.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::ThreadSetName;
use codex_app_server_protocol::v2::thread::ThreadNameUpdatedNotification;
use codex_app_server_protocol::v2::thread_list::{ThreadSetNameParams, ThreadSetNameResponse};
use codex_core::base::time::now_ms;
use codex_core::rollout::names;

use crate::context::Context;
use crate::convert::to_core::thread_id;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadSetName> for Context {
    fn lane(params: &ThreadSetNameParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(&self, params: ThreadSetNameParams) -> Result<Reply<ThreadSetNameResponse>, RpcError> {
        let id = thread_id(&params.thread_id)?;
        let name = params.name.trim().to_owned();
        if name.is_empty() {
            return Err(RpcError::invalid_request("thread name must not be empty"));
        }
        match self.threads().get(&id) {
            Some(thread) if thread.facts.path.is_none() => {
                return Err(RpcError::invalid_request(format!(
                    "ephemeral thread does not support metadata updates: {id}"
                )));
            }
            Some(_) => {}
            None => {
                self.stored_path(id).await?.ok_or_else(|| RpcError::no_rollout(id))?;
            }
        }
        let stored = name.clone();
        self.read_settings(move |configs| names::set(configs.codex_home(), id, &stored, now_ms())).await??;
        let threads = self.threads().clone();
        Ok(Reply::then(ThreadSetNameResponse {}, async move {
            let thread_id = id.to_string();
            let updated = ThreadNameUpdatedNotification { thread_id, thread_name: Some(name) };
            threads.broadcast(&ServerNotification::ThreadNameUpdated(updated)).await;
        }))
    }
}
