//! `thread/backgroundTerminals/terminate` and `thread/backgroundTerminals/clean`: end processes that outlived the tool
//! calls which started them, one or all. The ends of their items follow.

use codex_app_server_protocol::method::{ThreadBackgroundTerminalsClean, ThreadBackgroundTerminalsTerminate};
use codex_app_server_protocol::v2::thread_command::{
    ThreadBackgroundTerminalsCleanParams, ThreadBackgroundTerminalsCleanResponse,
    ThreadBackgroundTerminalsTerminateParams, ThreadBackgroundTerminalsTerminateResponse,
};

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadBackgroundTerminalsTerminate> for Context {
    fn lane(params: &ThreadBackgroundTerminalsTerminateParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadBackgroundTerminalsTerminateParams,
    ) -> Result<Reply<ThreadBackgroundTerminalsTerminateResponse>, RpcError> {
        let id: i32 = params.process_id.parse().map_err(|problem| {
            RpcError::invalid_request(format!("invalid background terminal process id: {problem}"))
        })?;
        let thread = self.loaded_thread(&params.thread_id)?;
        let mut terminals = thread.conversation.background_terminals();
        terminals.retain(|terminal| terminal.id() == id);
        let response = ThreadBackgroundTerminalsTerminateResponse { terminated: !terminals.is_empty() };
        // Until they are gone the list still has them, so what is asked next waits for that.
        Ok(Reply::then(response, async move {
            for terminal in terminals {
                terminal.kill().await;
            }
        }))
    }
}

impl Handle<ThreadBackgroundTerminalsClean> for Context {
    fn lane(params: &ThreadBackgroundTerminalsCleanParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadBackgroundTerminalsCleanParams,
    ) -> Result<Reply<ThreadBackgroundTerminalsCleanResponse>, RpcError> {
        let terminals = self.loaded_thread(&params.thread_id)?.conversation.background_terminals();
        Ok(Reply::then(ThreadBackgroundTerminalsCleanResponse {}, async move {
            terminals.iter().for_each(|terminal| terminal.end());
            for terminal in terminals {
                terminal.kill().await;
            }
        }))
    }
}
