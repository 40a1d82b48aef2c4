//! An item: one entry of a turn, as a client shows it. The union is closed; what its variants are made of
//! stands in `item_message` and `item_tool`.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::input::UserInput;
use super::item_message::{
    AgentMessageDelivery, AgentMessageModeration, AsyncUserInputQuestion, HookPromptFragment, MemoryCitation,
    MessagePhase,
};
use super::item_tool::{
    CollabAgentState, CollabAgentTool, CollabAgentToolCallStatus, CommandAction, CommandExecutionSource,
    CommandExecutionStatus, DynamicToolCallOutputContentItem, DynamicToolCallStatus, FileUpdateChange,
    GeneratedImage, ImageGenerationFailure, ImageGenerationInputImage, McpAppUi, McpToolCallAppContext,
    McpToolCallError, McpToolCallResult, McpToolCallStatus, PatchApplyStatus, SubAgentActivityKind,
    WebSearchAction,
};
use super::response_item::FunctionCallOutputBody;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ThreadItem {
    #[serde(flatten)]
    pub details: ThreadItemDetails,
    #[serde(default)]
    pub started_at_ms: Option<i64>,
    #[serde(default)]
    pub completed_at_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(clippy::large_enum_variant, reason = "the large variants are the common ones")]
pub enum ThreadItemDetails {
    UserMessage {
        id: String,
        client_id: Option<String>,
        content: Vec<UserInput>,
    },
    HookPrompt {
        id: String,
        fragments: Vec<HookPromptFragment>,
    },
    AgentMessage {
        #[serde(default)]
        moderation: Option<AgentMessageModeration>,
        id: String,
        text: String,
        #[serde(default)]
        phase: Option<MessagePhase>,
        #[serde(default)]
        memory_citation: Option<MemoryCitation>,
        #[serde(default)]
        delivery: Option<AgentMessageDelivery>,
        #[serde(default)]
        questions: Option<Vec<AsyncUserInputQuestion>>,
    },
    FunctionCallOutput {
        id: String,
        name: String,
        namespace: Option<String>,
        output: FunctionCallOutputBody,
    },
    Plan {
        id: String,
        text: String,
    },
    Reasoning {
        id: String,
        #[serde(default)]
        summary: Vec<String>,
        #[serde(default)]
        content: Vec<String>,
    },
    CommandExecution {
        id: String,
        #[serde(default)]
        plugin_id: Option<String>,
        #[serde(default)]
        script_path: Option<String>,
        command: String,
        cwd: String,
        process_id: Option<String>,
        #[serde(default)]
        source: CommandExecutionSource,
        status: CommandExecutionStatus,
        command_actions: Vec<CommandAction>,
        aggregated_output: Option<String>,
        exit_code: Option<i32>,
        duration_ms: Option<i64>,
    },
    FileChange {
        id: String,
        changes: Vec<FileUpdateChange>,
        status: PatchApplyStatus,
    },
    McpToolCall {
        id: String,
        server: String,
        tool: String,
        status: McpToolCallStatus,
        arguments: Value,
        app_context: Option<McpToolCallAppContext>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mcp_app_resource_uri: Option<String>,
        mcp_app_ui: Option<McpAppUi>,
        plugin_id: Option<String>,
        read_only_hint: Option<bool>,
        result: Option<McpToolCallResult>,
        error: Option<McpToolCallError>,
        duration_ms: Option<i64>,
    },
    DynamicToolCall {
        id: String,
        namespace: Option<String>,
        tool: String,
        arguments: Value,
        status: DynamicToolCallStatus,
        content_items: Option<Vec<DynamicToolCallOutputContentItem>>,
        success: Option<bool>,
        duration_ms: Option<i64>,
    },
    CollabAgentToolCall {
        id: String,
        tool: CollabAgentTool,
        status: CollabAgentToolCallStatus,
        sender_thread_id: String,
        receiver_thread_ids: Vec<String>,
        prompt: Option<String>,
        model: Option<String>,
        reasoning_effort: Option<String>,
        agents_states: BTreeMap<String, CollabAgentState>,
    },
    SubAgentActivity {
        model: Option<String>,
        reasoning_effort: Option<String>,
        id: String,
        kind: SubAgentActivityKind,
        agent_thread_id: String,
        agent_path: String,
    },
    WebSearch {
        action: Option<WebSearchAction>,
        id: String,
        query: String,
        #[serde(default)]
        results: Option<Vec<Value>>,
    },
    ImageView {
        id: String,
        path: String,
    },
    Sleep {
        duration_ms: u64,
        id: String,
    },
    ImageGeneration {
        #[serde(flatten)]
        source: GeneratedImage,
        #[serde(default)]
        failure: Option<ImageGenerationFailure>,
        #[serde(default)]
        generation_id: Option<String>,
        id: String,
        #[serde(default)]
        input_images: Vec<ImageGenerationInputImage>,
        revised_prompt: Option<String>,
        saved_path: Option<String>,
        status: String,
        #[serde(default)]
        transparent_background: Option<bool>,
    },
    EnteredReviewMode {
        id: String,
        review: String,
    },
    ExitedReviewMode {
        id: String,
        review: String,
    },
    ContextCompaction {
        id: String,
    },
}
