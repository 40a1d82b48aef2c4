//! `command/exec/write`: gives a running command something to read. Answered when it has been written.

use codex_app_server_protocol::method::CommandExecWrite;
use codex_app_server_protocol::v2::command::{CommandExecWriteParams, CommandExecWriteResponse};

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::processes::Name;
use crate::processes::request::{input, not_written};

impl Handle<CommandExecWrite> for Context {
    fn lane(params: &CommandExecWriteParams) -> Lane {
        Lane::Process(params.process_id.clone())
    }

    async fn handle(
        &self,
        params: CommandExecWriteParams,
    ) -> Result<Reply<CommandExecWriteResponse>, RpcError> {
        let (bytes, more) = input("command/exec/write", params.delta_base64, params.close_stdin)?;
        let process = self.processes().get(&Name::command(params.process_id))?;
        let right = self.processes().write()?;
        // Behind what was written before, however long that takes.
        let written = process.give(bytes, more).map_err(|error| not_written("command/exec", error))?;
        Ok(Reply::later(async move {
            let written = written.await;
            drop(right);
            written.map_err(|error| not_written("command/exec", error))?;
            Ok(CommandExecWriteResponse {}.into())
        }))
    }
}
