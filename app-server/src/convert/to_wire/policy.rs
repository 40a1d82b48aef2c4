//! Approval and sandbox policies in force.

use codex_app_server_protocol::v2::settings as wire;
use codex_protocol::policy::{
    AskForApproval, NetworkAccess, ReasoningSummary, SandboxPolicy, WorkspaceWrite,
};

use super::path;

pub(crate) fn approval_policy(policy: AskForApproval) -> wire::AskForApproval {
    match policy {
        AskForApproval::UnlessTrusted => wire::AskForApproval::Untrusted,
        // The wire knows `on-failure` no more; of what is left this asks in the same situations.
        AskForApproval::OnFailure | AskForApproval::OnRequest => wire::AskForApproval::OnRequest,
        AskForApproval::Never => wire::AskForApproval::Never,
        AskForApproval::Granular(kinds) => wire::AskForApproval::Granular {
            sandbox_approval: kinds.sandbox_approval,
            rules: kinds.rules,
            skill_approval: kinds.skill_approval,
            request_permissions: kinds.request_permissions,
            mcp_elicitations: kinds.mcp_elicitations,
        },
    }
}

pub(crate) fn sandbox_policy(policy: &SandboxPolicy) -> wire::SandboxPolicy {
    match policy {
        SandboxPolicy::DangerFullAccess => wire::SandboxPolicy::DangerFullAccess,
        SandboxPolicy::ReadOnly { network_access } => {
            wire::SandboxPolicy::ReadOnly { network_access: *network_access }
        }
        SandboxPolicy::ExternalSandbox { network_access } => {
            wire::SandboxPolicy::ExternalSandbox { network_access: network(*network_access) }
        }
        // What a profile denies has no place on the wire.
        SandboxPolicy::WorkspaceWrite(write) if !write.writes_something() => {
            wire::SandboxPolicy::ReadOnly { network_access: write.network_access }
        }
        SandboxPolicy::WorkspaceWrite(WorkspaceWrite {
            writable_roots,
            network_access,
            exclude_tmpdir_env_var,
            exclude_slash_tmp,
            keep_cwd: _,
            read_only: _,
            unreadable: _,
        }) => wire::SandboxPolicy::WorkspaceWrite {
            writable_roots: writable_roots.iter().map(|root| path(root)).collect(),
            network_access: *network_access,
            exclude_tmpdir_env_var: *exclude_tmpdir_env_var,
            exclude_slash_tmp: *exclude_slash_tmp,
        },
    }
}

pub(crate) fn summary(summary: ReasoningSummary) -> wire::ReasoningSummary {
    match summary {
        ReasoningSummary::Auto => wire::ReasoningSummary::Auto,
        ReasoningSummary::Concise => wire::ReasoningSummary::Concise,
        ReasoningSummary::Detailed => wire::ReasoningSummary::Detailed,
        ReasoningSummary::None => wire::ReasoningSummary::None,
    }
}

fn network(access: NetworkAccess) -> wire::NetworkAccess {
    match access {
        NetworkAccess::Restricted => wire::NetworkAccess::Restricted,
        NetworkAccess::Enabled => wire::NetworkAccess::Enabled,
    }
}
