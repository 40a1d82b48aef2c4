//! `process/kill`: ends a running process with all it has started. Its end is told as a notification.

use codex_app_server_protocol::method::ProcessKill;
use codex_app_server_protocol::v2::process::{ProcessKillParams, ProcessKillResponse};

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::processes::Name;

impl Handle<ProcessKill> for Context {
    fn lane(params: &ProcessKillParams) -> Lane {
        Lane::Process(params.process_handle.clone())
    }

    async fn handle(&self, params: ProcessKillParams) -> Result<Reply<ProcessKillResponse>, RpcError> {
        self.processes().get(&Name::process(params.process_handle))?.end();
        Ok(ProcessKillResponse {}.into())
    }
}
