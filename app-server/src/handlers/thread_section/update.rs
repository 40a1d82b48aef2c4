//! `threadSection/update`: another name for a section, and how it is shown.

use codex_app_server_protocol::method::ThreadSectionUpdate;
use codex_app_server_protocol::v2::thread_section::{ThreadSectionUpdateParams, ThreadSectionUpdateResponse};
use codex_core::rollout::sections;

use super::refused;
use crate::context::Context;
use crate::convert::{to_core, to_wire};
use crate::error::RpcError;
use crate::handle::{Handle, Reply};

impl Handle<ThreadSectionUpdate> for Context {
    async fn handle(
        &self,
        params: ThreadSectionUpdateParams,
    ) -> Result<Reply<ThreadSectionUpdateResponse>, RpcError> {
        let ThreadSectionUpdateParams { section_id, name, appearance } = params;
        let appearance = appearance.map(to_core::section::appearance);
        let update = self.read_settings(move |configs| {
            sections::update(configs.codex_home(), &section_id, &name, appearance)
        });
        let section = to_wire::section::section(update.await?.map_err(refused)?);
        Ok(ThreadSectionUpdateResponse { section }.into())
    }
}
