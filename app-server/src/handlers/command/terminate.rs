//! `command/exec/terminate`: ends a running command with all it has started. Its own answer follows.

use codex_app_server_protocol::method::CommandExecTerminate;
use codex_app_server_protocol::v2::command::{CommandExecTerminateParams, CommandExecTerminateResponse};

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::processes::Name;

impl Handle<CommandExecTerminate> for Context {
    fn lane(params: &CommandExecTerminateParams) -> Lane {
        Lane::Process(params.process_id.clone())
    }

    async fn handle(
        &self,
        params: CommandExecTerminateParams,
    ) -> Result<Reply<CommandExecTerminateResponse>, RpcError> {
        self.processes().get(&Name::command(params.process_id))?.end();
        Ok(CommandExecTerminateResponse {}.into())
    }
}
