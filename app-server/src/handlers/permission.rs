//! `permissionProfile/list`: the named sets of permissions that a thread can be given.

use std::path::PathBuf;
use std::sync::Arc;

use codex_app_server_protocol::method::PermissionProfileList;
use codex_app_server_protocol::v2::permission::{
    PermissionProfileListParams, PermissionProfileListResponse, PermissionProfileSummary,
};
use codex_core::config::loader::ConfigLoader;
use codex_core::config::overrides::ThreadOverrides;
use codex_core::config::permissions::{PROFILES, SandboxMode};

use super::paging::{Page, page};
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<PermissionProfileList> for Context {
    fn lane(_: &PermissionProfileListParams) -> Lane {
        Lane::Concurrent
    }

    /// First those that are built in, which are the same for every folder; then those of the configuration.
    async fn handle(
        &self,
        params: PermissionProfileListParams,
    ) -> Result<Reply<PermissionProfileListResponse>, RpcError> {
        let summary = |id: &str, mode| PermissionProfileSummary {
            id: id.to_owned(),
            description: Some(description(mode).to_owned()),
            allowed: true,
        };
        let overrides = ThreadOverrides { cwd: params.cwd.map(PathBuf::from), ..ThreadOverrides::default() };
        // Settings that cannot be used are reported where a thread starts.
        let read = move |configs: &ConfigLoader| {
            configs.for_thread(&overrides).map_or_else(|_| configs.load_base().config, Arc::new)
        };
        let config = self.read_settings(read).await?;
        let built_in = PROFILES.iter().map(|profile| summary(profile.id, profile.sandbox_mode));
        let configured = config.permission_profiles.iter().map(|(id, configured)| PermissionProfileSummary {
            id: id.clone(),
            description: configured.description.clone(),
            allowed: configured.profile.is_ok(),
        });
        let all = built_in.chain(configured).collect();
        let wanted = Page { cursor: params.cursor.as_deref(), limit: params.limit, of: "profiles" };
        let (data, next_cursor) = page(all, wanted)?;
        Ok(PermissionProfileListResponse { data, next_cursor }.into())
    }
}

fn description(mode: SandboxMode) -> &'static str {
    match mode {
        SandboxMode::ReadOnly => "Commands may read files, and neither write them nor use the network",
        SandboxMode::WorkspaceWrite => {
            "Commands may also write below the working directory and in temporary folders"
        }
        SandboxMode::DangerFullAccess => "Commands may do whatever you may do yourself",
    }
}
