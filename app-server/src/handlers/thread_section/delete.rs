//! `threadSection/delete`: a section goes, the threads in it stay.

use codex_app_server_protocol::method::ThreadSectionDelete;
use codex_app_server_protocol::v2::thread_section::{ThreadSectionDeleteParams, ThreadSectionDeleteResponse};
use codex_core::rollout::sections;

use super::refused;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Reply};

impl Handle<ThreadSectionDelete> for Context {
    async fn handle(
        &self,
        params: ThreadSectionDeleteParams,
    ) -> Result<Reply<ThreadSectionDeleteResponse>, RpcError> {
        let delete =
            self.read_settings(move |configs| sections::delete(configs.codex_home(), &params.section_id));
        delete.await?.map_err(refused)?;
        Ok(ThreadSectionDeleteResponse {}.into())
    }
}
