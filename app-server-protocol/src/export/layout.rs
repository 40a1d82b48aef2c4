//! Which types lie in the top folder and which in `v2`: a matter of history that the generated files of the
//! public `codex` 0.169 show, and that tools rely on.

/// Types at the top of the TypeScript folder.
const TYPESCRIPT_TOP: &[&str] = &[
    "AgentMessageInputContent",
    "AutoCompactTokenLimitScope",
    "ClientInfo",
    "ClientNotification",
    "ClientRequest",
    "CollaborationMode",
    "ConfigurationReasoning",
    "ContentItem",
    "ForcedLoginMethod",
    "FunctionCallOutputBody",
    "FunctionCallOutputContentItem",
    "ImageDetail",
    "ImageGenerationFailure",
    "ImageGenerationInputImage",
    "InitializeCapabilities",
    "InitializeParams",
    "InitializeResponse",
    "InputModality",
    "InternalChatMessageMetadataPassthrough",
    "LocalShellAction",
    "LocalShellStatus",
    "MessagePhase",
    "ModeKind",
    "MultiAgentMode",
    "NetworkPolicyAmendment",
    "NetworkPolicyRuleAction",
    "Personality",
    "PlanType",
    "ReasoningItemContent",
    "ReasoningItemReasoningSummary",
    "ReasoningSummary",
    "RequestId",
    "ResponseItem",
    "ServerNotification",
    "ServerNotificationEnvelope",
    "ServerRequest",
    "SessionSource",
    "Settings",
    "SubAgentSource",
    "Verbosity",
    "WebSearchAction",
    "WebSearchContextSize",
    "WebSearchLocation",
    "WebSearchMode",
    "WebSearchProvider",
    "WebSearchToolConfig",
];

/// Types at the top of the JSON schema folder and of its bundle.
const JSON_TOP: &[&str] = &[
    "AdditionalPermissionProfile",
    "ClientInfo",
    "ClientNotification",
    "ClientRequest",
    "CommandExecutionApprovalDecision",
    "CommandExecutionApprovalKind",
    "CommandExecutionRequestApprovalParams",
    "CommandExecutionRequestApprovalResponse",
    "FileChangeApprovalDecision",
    "FileChangeRequestApprovalParams",
    "FileChangeRequestApprovalResponse",
    "InitializeCapabilities",
    "InitializeParams",
    "InitializeResponse",
    "NetworkApprovalContext",
    "NetworkPolicyAmendment",
    "NetworkPolicyRuleAction",
    "RequestId",
    "ServerNotification",
    "ServerRequest",
];

/// Where a TypeScript file lies: a folder name with a slash, or nothing for the top.
pub(super) fn typescript_folder(name: &str) -> &'static str {
    if TYPESCRIPT_TOP.contains(&name) { "" } else { "v2/" }
}

/// Where a JSON schema file lies.
pub(super) fn json_folder(name: &str) -> &'static str {
    match name {
        "InitializeParams" | "InitializeResponse" => "v1/",
        name if is_at_top_of_bundle(name) => "",
        _ => "v2/",
    }
}

/// Whether a type stands outside of the group `v2` in the bundle.
pub(super) fn is_at_top_of_bundle(name: &str) -> bool {
    JSON_TOP.contains(&name) || name.starts_with("JSONRPC")
}
