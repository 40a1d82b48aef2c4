//! `thread/shellCommand`: a command of the user's own, as a part of the running turn or as a turn.

use codex_app_server_protocol::method::ThreadShellCommand;
use codex_app_server_protocol::v2::thread_command::{ThreadShellCommandParams, ThreadShellCommandResponse};
use codex_protocol::ids::TurnId;

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::processes::request;

impl Handle<ThreadShellCommand> for Context {
    fn lane(params: &ThreadShellCommandParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadShellCommandParams,
    ) -> Result<Reply<ThreadShellCommandResponse>, RpcError> {
        if params.command.trim().is_empty() {
            return Err(RpcError::invalid_request("command must not be empty"));
        }
        request::command(std::slice::from_ref(&params.command))?;
        let time = params.timeout_ms.map(|milliseconds| request::time("thread/shellCommand", milliseconds));
        let time = time.transpose()?;
        let thread = self.loaded_thread(&params.thread_id)?;
        let accepted = thread
            .conversation
            .run_user_shell(TurnId::fresh(), params.command, time)
            .await
            .map_err(|error| thread.ended(error))?;
        // Nothing of it is told before its answer.
        Ok(Reply::then(ThreadShellCommandResponse {}, async move {
            let _session_has_ended = accepted.go.send(());
        }))
    }
}
