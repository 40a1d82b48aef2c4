//! What may be submitted to a session.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dynamic_tool::DynamicToolOutput;
use crate::ids::{CallId, TurnId};
use crate::input::UserInput;
use crate::mode::Mode;
use crate::permission::PermissionGrant;
use crate::policy::{
    ActivePermissionProfile, AskForApproval, ReasoningEffort, ReasoningSummary, ReviewDecision, SandboxPolicy,
};
use crate::question::UserInputResponse;
use crate::review::ReviewRequest;

/// An operation with the id under which its events appear.
///
/// The id of a submission that starts a turn is the id of that turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    pub id: TurnId,
    pub op: Op,
}

/// Everything a session can be asked to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Op {
    /// End the running turn.
    Interrupt,
    /// Start a turn, or add to the running one.
    UserTurn(UserTurn),
    /// Change the settings of later turns.
    OverrideTurnContext(TurnOverrides),
    /// Answer an approval request for a command. Without a call the oldest one of the turn is meant.
    ExecApproval {
        id: TurnId,
        call_id: Option<CallId>,
        decision: ReviewDecision,
    },
    /// Answer an approval request for a patch.
    PatchApproval {
        id: TurnId,
        call_id: Option<CallId>,
        decision: ReviewDecision,
    },
    /// Answer a question of an MCP server.
    ResolveElicitation {
        server_name: String,
        request_id: Value,
        decision: Value,
    },
    /// Answer the agent's questions to the user.
    UserInputAnswer {
        id: TurnId,
        call_id: CallId,
        /// None: nobody could be asked.
        response: Option<UserInputResponse>,
    },
    /// Answer a request for further permissions.
    RequestPermissionsResponse {
        id: TurnId,
        call_id: CallId,
        response: PermissionGrant,
    },
    /// Answer a call of a tool that the client offers.
    DynamicToolResponse {
        id: TurnId,
        call_id: CallId,
        /// Or why there is none, for the model.
        response: Result<DynamicToolOutput, String>,
    },
    /// Append to the user's message history.
    AddToHistory {
        text: String,
    },
    GetHistoryEntryRequest {
        offset: u64,
        log_id: u64,
    },
    ListMcpTools,
    RefreshMcpServers,
    ListCustomPrompts,
    ListSkills,
    /// Sum up the conversation to make room.
    Compact,
    /// Restore the working tree to its state before the last turn.
    Undo,
    /// Drop this many turns from the end of the history.
    ThreadRollback {
        num_turns: u32,
    },
    SetThreadName {
        name: String,
    },
    Review {
        review_request: ReviewRequest,
    },
    /// Run a command of the user's, without the model.
    RunUserShellCommand {
        command: String,
    },
    /// End the processes that turns left running.
    CleanBackgroundTerminals,
    /// End everything, flush the rollout, report the end.
    Shutdown,
}

impl Op {
    /// The tag of this operation, for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Interrupt => "interrupt",
            Self::UserTurn(_) => "user_turn",
            Self::OverrideTurnContext(_) => "override_turn_context",
            Self::ExecApproval { .. } => "exec_approval",
            Self::PatchApproval { .. } => "patch_approval",
            Self::ResolveElicitation { .. } => "resolve_elicitation",
            Self::UserInputAnswer { .. } => "user_input_answer",
            Self::RequestPermissionsResponse { .. } => "request_permissions_response",
            Self::DynamicToolResponse { .. } => "dynamic_tool_response",
            Self::AddToHistory { .. } => "add_to_history",
            Self::GetHistoryEntryRequest { .. } => "get_history_entry_request",
            Self::ListMcpTools => "list_mcp_tools",
            Self::RefreshMcpServers => "refresh_mcp_servers",
            Self::ListCustomPrompts => "list_custom_prompts",
            Self::ListSkills => "list_skills",
            Self::Compact => "compact",
            Self::Undo => "undo",
            Self::ThreadRollback { .. } => "thread_rollback",
            Self::SetThreadName { .. } => "set_thread_name",
            Self::Review { .. } => "review",
            Self::RunUserShellCommand { .. } => "run_user_shell_command",
            Self::CleanBackgroundTerminals => "clean_background_terminals",
            Self::Shutdown => "shutdown",
        }
    }
}

/// A user's message with the settings that it brings along.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UserTurn {
    pub items: Vec<UserInput>,
    /// The client's own name for the message.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Hold for this and later turns.
    #[serde(default)]
    pub overrides: TurnOverrides,
    /// JSON schema of the final message; for this turn only.
    #[serde(default)]
    pub final_output_json_schema: Option<Value>,
}

/// Settings to change. Absent keeps; the double options also clear.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TurnOverrides {
    pub cwd: Option<PathBuf>,
    pub approval_policy: Option<AskForApproval>,
    pub sandbox_policy: Option<SandboxPolicy>,
    /// The profile that this policy comes from; counts together with it.
    pub active_permission_profile: Option<ActivePermissionProfile>,
    pub model: Option<String>,
    pub effort: Option<Option<ReasoningEffort>>,
    pub summary: Option<ReasoningSummary>,
    pub service_tier: Option<Option<String>>,
    pub mode: Option<Mode>,
}
