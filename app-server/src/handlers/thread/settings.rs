//! `thread/settings/update`: settings of later turns. A turn that runs keeps its own.

use codex_app_server_protocol::method::ThreadSettingsUpdate;
use codex_app_server_protocol::v2::thread_update::{
    ThreadSettingsUpdateParams, ThreadSettingsUpdateResponse,
};

use super::view;
use crate::context::Context;
use crate::convert::to_core::turn::{Surroundings, settings};
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadSettingsUpdate> for Context {
    fn lane(params: &ThreadSettingsUpdateParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadSettingsUpdateParams,
    ) -> Result<Reply<ThreadSettingsUpdateResponse>, RpcError> {
        let thread = self.loaded_thread(&params.thread_id)?;
        let before = thread.conversation.snapshot().await.map_err(|error| thread.ended(error))?.settings;
        let from = Surroundings {
            directory: self.configs().directory(),
            config: thread.conversation.config(),
            sandbox_policy: &before.sandbox_policy,
            active_permission_profile: before.active_permission_profile.as_ref(),
            cwd: &before.cwd,
        };
        let overrides = settings(params, from)?;
        let mut after = before.clone();
        after.change(overrides.clone());
        thread.conversation.change_settings(overrides).await.map_err(|error| thread.ended(error))?;
        let context = self.clone();
        Ok(Reply::then(ThreadSettingsUpdateResponse {}, async move {
            if after != before {
                thread.tell(view::settings_updated(&thread, &after)).await;
                context.tell_of_sandbox(&after.sandbox_policy).await;
            }
        }))
    }
}
