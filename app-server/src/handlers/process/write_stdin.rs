//! `process/writeStdin`: gives a running process something to read. Answered when it has been written.

use codex_app_server_protocol::method::ProcessWriteStdin;
use codex_app_server_protocol::v2::process::{ProcessWriteStdinParams, ProcessWriteStdinResponse};

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::processes::Name;
use crate::processes::request::{input, not_written};

impl Handle<ProcessWriteStdin> for Context {
    fn lane(params: &ProcessWriteStdinParams) -> Lane {
        Lane::Process(params.process_handle.clone())
    }

    async fn handle(
        &self,
        params: ProcessWriteStdinParams,
    ) -> Result<Reply<ProcessWriteStdinResponse>, RpcError> {
        let (bytes, more) = input("process/writeStdin", params.delta_base64, params.close_stdin)?;
        let process = self.processes().get(&Name::process(params.process_handle))?;
        let right = self.processes().write()?;
        // Behind what was written before, however long that takes.
        let written = process.give(bytes, more).map_err(|error| not_written("process", error))?;
        Ok(Reply::later(async move {
            let written = written.await;
            drop(right);
            written.map_err(|error| not_written("process", error))?;
            Ok(ProcessWriteStdinResponse {}.into())
        }))
    }
}
