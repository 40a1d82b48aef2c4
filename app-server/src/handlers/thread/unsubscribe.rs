//! `thread/unsubscribe`: the connection does not listen to a thread any more. The thread goes on.

use codex_app_server_protocol::method::ThreadUnsubscribe;
use codex_app_server_protocol::v2::thread_list::{
    ThreadUnsubscribeParams, ThreadUnsubscribeResponse, ThreadUnsubscribeStatus,
};

use crate::context::Context;
use crate::convert::to_core::thread_id;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadUnsubscribe> for Context {
    fn lane(params: &ThreadUnsubscribeParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadUnsubscribeParams,
    ) -> Result<Reply<ThreadUnsubscribeResponse>, RpcError> {
        let status = match self.threads().get(&thread_id(&params.thread_id)?) {
            None => ThreadUnsubscribeStatus::NotLoaded,
            Some(thread) if thread.leave(self.listener().connection).await => {
                ThreadUnsubscribeStatus::Unsubscribed
            }
            Some(_) => ThreadUnsubscribeStatus::NotSubscribed,
        };
        Ok(ThreadUnsubscribeResponse { status }.into())
    }
}
