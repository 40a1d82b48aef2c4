//! The settings that a request to start or resume a thread brings along.

use std::path::PathBuf;

use codex_app_server_protocol::v2::input::TurnEnvironmentParams;
use codex_app_server_protocol::v2::thread_start as wire;
use codex_app_server_protocol::v2::thread_start::{ThreadResumeParams, ThreadStartParams};
use codex_core::config::overrides::ThreadOverrides;
use codex_core::tools::dynamic::{self, Refused};
use codex_protocol::dynamic_tool::{DynamicTool, DynamicToolSpec, GroupedTool};

use super::{policy, unsupported};
use crate::convert::to_wire::LOCAL;
use crate::error::RpcError;

/// What a new thread is to be. Wishes of style and of the vendor's own services (`personality`, `multiAgentMode`,
/// `serviceName`, `threadSource`, ...) change nothing here and are taken without a word. Whoever is named as the
/// reviewer of approvals, a human is asked, and the answer says so.
pub(crate) fn start_overrides(params: &mut ThreadStartParams) -> Result<ThreadOverrides, RpcError> {
    if params.experimental_raw_events {
        return Err(unsupported("experimentalRawEvents", "leave the field out"));
    }
    if params.daybreak_enabled == Some(true) {
        return Err(unsupported("daybreakEnabled", "leave the field out"));
    }
    if let Some(project) = &params.project_id {
        return Err(RpcError::invalid_request(format!(
            "project not found: {project}; there are no projects here, leave `projectId` out"
        )));
    }
    let environments = params.environments.take();
    let environment = environments.map(only_environment).transpose()?;
    if let Some(TurnEnvironmentParams { cwd, runtime_workspace_roots, .. }) = environment {
        params.cwd.get_or_insert(cwd);
        if params.runtime_workspace_roots.is_none() {
            params.runtime_workspace_roots = runtime_workspace_roots;
        }
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

/// Commands run on this machine and nowhere else.
fn only_environment(environments: Vec<TurnEnvironmentParams>) -> Result<TurnEnvironmentParams, RpcError> {
    if let Some(other) = environments.iter().find(|environment| environment.environment_id != LOCAL) {
        let id = &other.environment_id;
        return Err(RpcError::invalid_request(format!(
            "unknown turn environment id `{id}`; `environments` can only name `{LOCAL}`"
        )));
    }
    match <[_; 1]>::try_from(environments) {
        Ok([environment]) => Ok(environment),
        Err(_) => Err(unsupported("environments", "name `local` once, or leave the field out")),
    }
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
