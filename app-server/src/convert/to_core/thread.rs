//! The settings that a request to start or resume a thread brings along.

use std::path::PathBuf;

use codex_app_server_protocol::v2::thread_start::{ThreadResumeParams, ThreadStartParams};
use codex_core::config::overrides::ThreadOverrides;

use super::{policy, unsupported};
use crate::error::RpcError;

/// What a new thread is to be. Wishes of style and of the vendor's own services (`personality`, `multiAgentMode`,
/// `serviceName`, `threadSource`, ...) change nothing here and are taken without a word. Whoever is named as the
/// reviewer of approvals, a human is asked, and the answer says so.
pub(crate) fn start_overrides(params: &mut ThreadStartParams) -> Result<ThreadOverrides, RpcError> {
    if params.dynamic_tools.as_ref().is_some_and(|tools| !tools.is_empty()) {
        return Err(unsupported("dynamicTools", "offer the tools through an MCP server instead"));
    }
    if params.experimental_raw_events {
        return Err(unsupported("experimentalRawEvents", "leave the field out"));
    }
    Ok(ThreadOverrides {
        cwd: params.cwd.take().map(PathBuf::from),
        model: params.model.take(),
        model_provider: params.model_provider.take(),
        approval_policy: params.approval_policy.take().map(policy::approval_policy),
        sandbox: params.sandbox.map(policy::sandbox_mode),
        permissions: params.permissions.take(),
        base_instructions: params.base_instructions.take(),
        developer_instructions: params.developer_instructions.take(),
        service_tier: params.service_tier.take(),
        config: params.config.take().unwrap_or_default(),
    })
}

/// What is to be different from the stored thread.
pub(crate) fn resume_overrides(params: &mut ThreadResumeParams) -> Result<ThreadOverrides, RpcError> {
    Ok(ThreadOverrides {
        cwd: params.cwd.take().map(PathBuf::from),
        model: params.model.take(),
        model_provider: params.model_provider.take(),
        approval_policy: params.approval_policy.take().map(policy::approval_policy),
        sandbox: params.sandbox.map(policy::sandbox_mode),
        permissions: params.permissions.take(),
        base_instructions: params.base_instructions.take(),
        developer_instructions: params.developer_instructions.take(),
        service_tier: params.service_tier.take(),
        config: params.config.take().unwrap_or_default(),
    })
}
