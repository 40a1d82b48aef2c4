//! What the server asks a human before it goes on, and what can be answered. An error for an answer counts as
//! a refusal.

use serde::{Deserialize, Serialize};

use super::item_tool::CommandAction;
use super::permission::AdditionalPermissionProfile;

/// Asks whether a command may run. What does not apply is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CommandExecutionRequestApprovalParams {
    /// What is asked.
    #[serde(default)]
    pub kind: CommandExecutionApprovalKind,
    /// The thread.
    pub thread_id: String,
    /// The turn.
    pub turn_id: String,
    /// The item that shows the command.
    pub item_id: String,
    /// When the question came up, in Unix milliseconds.
    pub started_at_ms: i64,
    /// Tells apart several questions about one item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_id: Option<String>,
    /// Where the command is to run; `local` is the machine of the server, the only place there is.
    #[serde(default)]
    pub environment_id: Option<String>,
    /// Why somebody is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The host, if the question is about the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_approval_context: Option<NetworkApprovalContext>,
    /// The command line, quoted for a shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Its working directory, absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// What it does, as far as it can be read from the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_actions: Option<Vec<CommandAction>>,
    /// Permissions that it asks for beyond those in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_permissions: Option<AdditionalPermissionProfile>,
    /// Beginning of a command line for which a rule could be kept, so that it is not asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_execpolicy_amendment: Option<Vec<String>>,
    /// Rules about hosts that could be kept, so that it is not asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_network_policy_amendments: Option<Vec<NetworkPolicyAmendment>>,
    /// Answers to offer; absent for all. The others are understood as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available_decisions: Option<Vec<CommandExecutionApprovalDecision>>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CommandExecutionRequestApprovalResponse {
    /// What is decided.
    pub decision: CommandExecutionApprovalDecision,
}

/// What is decided about a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum CommandExecutionApprovalDecision {
    /// It may run, this once.
    Accept,
    /// It may run, and is not asked about again while the thread is loaded.
    AcceptForSession,
    /// It may run, and a rule is kept for commands that begin alike.
    AcceptWithExecpolicyAmendment {
        /// Beginning of the command line.
        execpolicy_amendment: Vec<String>,
    },
    /// A rule about a host is kept, and decides.
    ApplyNetworkPolicyAmendment {
        /// The rule.
        network_policy_amendment: NetworkPolicyAmendment,
    },
    /// It may not run. The model is told and goes on.
    Decline,
    /// It may not run, and the turn ends.
    Cancel,
}

/// What is asked about a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum CommandExecutionApprovalKind {
    /// Whether it may run.
    #[default]
    Command,
    /// Whether a human wants it to run; no automatic reviewer may answer.
    HumanCommand,
    /// Whether the model may write to it.
    WriteStdin,
}

/// A host that a command wants to reach.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NetworkApprovalContext {
    /// The host.
    pub host: String,
    /// How.
    pub protocol: NetworkApprovalProtocol,
}

/// How a host is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum NetworkApprovalProtocol {
    Http,
    Https,
    Socks5Tcp,
    Socks5Udp,
}

/// A rule about a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NetworkPolicyAmendment {
    /// The host.
    pub host: String,
    /// Whether it may be reached.
    pub action: NetworkPolicyRuleAction,
}

/// Whether a host may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum NetworkPolicyRuleAction {
    Allow,
    Deny,
}

/// Asks whether files may be changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FileChangeRequestApprovalParams {
    /// The thread.
    pub thread_id: String,
    /// The turn.
    pub turn_id: String,
    /// The item that shows the changes.
    pub item_id: String,
    /// When the question came up, in Unix milliseconds.
    pub started_at_ms: i64,
    /// Why somebody is asked.
    pub reason: Option<String>,
    /// Folder that would be writable from then on, if the answer is for the session.
    pub grant_root: Option<String>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FileChangeRequestApprovalResponse {
    /// What is decided.
    pub decision: FileChangeApprovalDecision,
}

/// What is decided about changes to files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum FileChangeApprovalDecision {
    /// They may be made, this once.
    Accept,
    /// They may be made, and the same files are not asked about again while the thread is loaded.
    AcceptForSession,
    /// They may not be made. The model is told and goes on.
    Decline,
    /// They may not be made, and the turn ends.
    Cancel,
}
