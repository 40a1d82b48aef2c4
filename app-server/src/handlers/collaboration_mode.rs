//! `collaborationMode/list`: the modes in which user and agent can work together.

use codex_app_server_protocol::method::CollaborationModeList;
use codex_app_server_protocol::v2::collaboration_mode::{
    CollaborationModeListParams, CollaborationModeListResponse, CollaborationModeMask,
};
use codex_app_server_protocol::v2::settings::ModeKind;

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<CollaborationModeList> for Context {
    fn lane(_: &CollaborationModeListParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(
        &self,
        _: CollaborationModeListParams,
    ) -> Result<Reply<CollaborationModeListResponse>, RpcError> {
        let mode = |name: &str, mode, effort: Option<&str>| CollaborationModeMask {
            name: name.to_owned(),
            mode: Some(mode),
            model: None,
            reasoning_effort: effort.map(str::to_owned),
        };
        // Models that think little plan badly.
        let data =
            vec![mode("Plan", ModeKind::Plan, Some("medium")), mode("Default", ModeKind::Default, None)];
        Ok(CollaborationModeListResponse { data }.into())
    }
}
