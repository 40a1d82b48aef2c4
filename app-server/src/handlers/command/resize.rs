//! `command/exec/resize`: another size for the terminal of a running command.

use codex_app_server_protocol::method::CommandExecResize;
use codex_app_server_protocol::v2::command::{CommandExecResizeParams, CommandExecResizeResponse};

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::processes::Name;
use crate::processes::request::{not_written, size};

impl Handle<CommandExecResize> for Context {
    fn lane(params: &CommandExecResizeParams) -> Lane {
        Lane::Process(params.process_id.clone())
    }

    async fn handle(
        &self,
        params: CommandExecResizeParams,
    ) -> Result<Reply<CommandExecResizeResponse>, RpcError> {
        let size = size("command/exec", params.size.rows, params.size.cols)?;
        let process = self.processes().get(&Name::command(params.process_id))?;
        process.resize(size).map_err(|error| not_written("command/exec", error))?;
        Ok(CommandExecResizeResponse {}.into())
    }
}
