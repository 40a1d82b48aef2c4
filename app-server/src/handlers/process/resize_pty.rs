//! `process/resizePty`: another size for the terminal of a running process.

use codex_app_server_protocol::method::ProcessResizePty;
use codex_app_server_protocol::v2::process::{ProcessResizePtyParams, ProcessResizePtyResponse};

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::processes::Name;
use crate::processes::request::{not_written, size};

impl Handle<ProcessResizePty> for Context {
    fn lane(params: &ProcessResizePtyParams) -> Lane {
        Lane::Process(params.process_handle.clone())
    }

    async fn handle(
        &self,
        params: ProcessResizePtyParams,
    ) -> Result<Reply<ProcessResizePtyResponse>, RpcError> {
        let size = size("process", params.size.rows, params.size.cols)?;
        let process = self.processes().get(&Name::process(params.process_handle))?;
        process.resize(size).map_err(|error| not_written("process", error))?;
        Ok(ProcessResizePtyResponse {}.into())
    }
}
