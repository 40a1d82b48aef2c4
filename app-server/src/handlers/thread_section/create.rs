//! `threadSection/create`: a new section.

use codex_app_server_protocol::method::ThreadSectionCreate;
use codex_app_server_protocol::v2::thread_section::{ThreadSectionCreateParams, ThreadSectionCreateResponse};
use codex_core::rollout::sections;

use super::refused;
use crate::context::Context;
use crate::convert::{to_core, to_wire};
use crate::error::RpcError;
use crate::handle::{Handle, Reply};

impl Handle<ThreadSectionCreate> for Context {
    async fn handle(
        &self,
        params: ThreadSectionCreateParams,
    ) -> Result<Reply<ThreadSectionCreateResponse>, RpcError> {
        let ThreadSectionCreateParams { name, appearance } = params;
        let appearance = appearance.map(to_core::section::appearance);
        let create =
            self.read_settings(move |configs| sections::create(configs.codex_home(), &name, appearance));
        let section = to_wire::section::section(create.await?.map_err(refused)?);
        Ok(ThreadSectionCreateResponse { section }.into())
    }
}
