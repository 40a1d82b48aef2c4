//! What holds for a whole story.

use codex_protocol::dynamic_tool::DynamicToolSpec;
use codex_protocol::policy::{AskForApproval, GranularApproval, SandboxPolicy, WorkspaceWrite};

/// Every kind of question is switched off.
pub const NO_QUESTIONS: GranularApproval = GranularApproval {
    sandbox_approval: false,
    rules: false,
    skill_approval: false,
    request_permissions: false,
    mcp_elicitations: false,
};

#[derive(Clone)]
pub struct Setting {
    pub approval: AskForApproval,
    pub sandbox: SandboxPolicy,
    /// Offered by the client.
    pub tools: Vec<DynamicToolSpec>,
}

impl Default for Setting {
    fn default() -> Self {
        Self::full(AskForApproval::OnRequest)
    }
}

impl Setting {
    /// Without a sandbox.
    pub fn full(approval: AskForApproval) -> Self {
        Self { approval, sandbox: SandboxPolicy::DangerFullAccess, tools: Vec::new() }
    }

    /// Only the work folder may be written; not the temporary folders, in one of which it may lie.
    pub fn workspace(approval: AskForApproval) -> Self {
        let write = WorkspaceWrite {
            exclude_slash_tmp: true,
            exclude_tmpdir_env_var: true,
            ..WorkspaceWrite::default()
        };
        Self { sandbox: SandboxPolicy::WorkspaceWrite(write), ..Self::full(approval) }
    }

    pub fn read_only(approval: AskForApproval) -> Self {
        Self { sandbox: SandboxPolicy::ReadOnly { network_access: false }, ..Self::full(approval) }
    }
}
