//! The settings that a request to start or resume a thread brings along.

use std::path::PathBuf;

use codex_app_server_protocol::v2::thread_start as wire;
use codex_app_server_protocol::v2::thread_start::{ThreadResumeParams, ThreadStartParams};
use codex_core::config::overrides::ThreadOverrides;
use codex_core::tools::dynamic::{self, Refused};
use codex_protocol::dynamic_tool::{DynamicTool, DynamicToolSpec, GroupedTool};

use super::{policy, unsupported};
use crate::error::RpcError;

/// What a new thread is to be. Wishes of style and of the vendor's own services (`personality`, `multiAgentMode`,
/// `serviceName`, `threadSource`, ...) change nothing here and are taken without a word. Whoever is named as the
/// reviewer of approvals, a human is asked, and the answer says so.
pub(crate) fn start_overrides(params: &mut ThreadStartParams) -> Result<ThreadOverrides, RpcError> {
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

/// The tools that the client carries out, checked.
pub(crate) fn dynamic_tools(tools: Vec<wire::DynamicToolSpec>) -> Result<Vec<DynamicToolSpec>, RpcError> {
    let tools: Vec<DynamicToolSpec> = tools.into_iter().map(dynamic_tool).collect();
    match dynamic::check(&tools) {
        Ok(()) => Ok(tools),
        Err(Refused { at, why }) => Err(RpcError::invalid_request(format!("`dynamicTools{at}` {why}"))),
    }
}

fn dynamic_tool(tool: wire::DynamicToolSpec) -> DynamicToolSpec {
    match tool {
        wire::DynamicToolSpec::Function { defer_loading, description, input_schema, name } => {
            DynamicToolSpec::Function(DynamicTool { name, description, input_schema, defer_loading })
        }
        wire::DynamicToolSpec::Namespace { description, name, tools } => {
            let tool = |tool| match tool {
                wire::DynamicToolNamespaceTool::Function {
                    defer_loading,
                    description,
                    input_schema,
                    name,
                } => GroupedTool::Function(DynamicTool { name, description, input_schema, defer_loading }),
            };
            DynamicToolSpec::Namespace { name, description, tools: tools.into_iter().map(tool).collect() }
        }
    }
}
