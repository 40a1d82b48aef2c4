//! An item: one entry of a turn, as a client shows it. The union is closed; what its variants are made of
//! stands in `item_message` and `item_tool`.

use std::collections::BTreeMap;

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
use super::response_content::FunctionCallOutputBody;

/// One entry of a turn, as a client shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadItem {
    /// What it is; on the wire its fields stand beside the times.
    #[serde(flatten)]
    pub details: ThreadItemDetails,
    /// When it began, in Unix milliseconds; `null` if it is not known.
    #[serde(default)]
    pub started_at_ms: Option<i64>,
    /// When it was complete, in Unix milliseconds; `null` until it is.
    #[serde(default)]
    pub completed_at_ms: Option<i64>,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(clippy::large_enum_variant, reason = "the large variants are the common ones")]
pub enum ThreadItemDetails {
    /// What the user said.
    UserMessage {
        /// Id of the item.
        id: String,
        /// The client's own id for it.
        client_id: Option<String>,
        /// The parts, as they were given.
        content: Vec<UserInput>,
    },
    /// What hooks told the model.
    HookPrompt {
        /// Id of the item.
        id: String,
        /// The parts, one for each hook.
        fragments: Vec<HookPromptFragment>,
    },
    /// What the model says to the user.
    AgentMessage {
        /// What the vendor's moderation says about it.
        #[serde(default)]
        moderation: Option<AgentMessageModeration>,
        /// Id of the item.
        id: String,
        /// The text, in Markdown. Empty when the item begins.
        text: String,
        /// Whether it is the answer or a remark on the way; `null` if the model does not say.
        #[serde(default)]
        phase: Option<MessagePhase>,
        /// Where it took facts from.
        #[serde(default)]
        memory_citation: Option<MemoryCitation>,
        /// How it reaches the user, if in another way than usual.
        #[serde(default)]
        delivery: Option<AgentMessageDelivery>,
        /// Questions to the user that need no answer at once.
        #[serde(default)]
        questions: Option<Vec<AsyncUserInputQuestion>>,
    },
    /// Output of a tool that the client gave along with a turn.
    FunctionCallOutput {
        /// Id of the item.
        id: String,
        /// Name of the tool.
        name: String,
        /// Group of the tool.
        namespace: Option<String>,
        /// The output.
        output: FunctionCallOutputBody,
    },
    /// A plan for the user to agree to.
    Plan {
        /// Id of the item.
        id: String,
        /// The plan, in Markdown.
        text: String,
    },
    /// How the model thinks.
    Reasoning {
        /// Id of the item.
        id: String,
        /// What it says about its thinking, part by part.
        #[serde(default)]
        summary: Vec<String>,
        /// Its thinking itself, part by part, where the model server shows it.
        #[serde(default)]
        content: Vec<String>,
    },
    /// A command.
    CommandExecution {
        /// Id of the item.
        id: String,
        /// The vendor plugin it came from.
        #[serde(default)]
        plugin_id: Option<String>,
        /// The plugin's script that it runs.
        #[serde(default)]
        script_path: Option<String>,
        /// The command line, quoted for a shell.
        command: String,
        /// Its working directory, absolute.
        cwd: String,
        /// Its id among the thread's processes; `null` if it takes no input.
        process_id: Option<String>,
        /// Who runs it.
        #[serde(default)]
        source: CommandExecutionSource,
        /// How far it is.
        status: CommandExecutionStatus,
        /// What it does, as far as it can be read from the command line.
        command_actions: Vec<CommandAction>,
        /// Its output, both streams together; `null` before the end, or when there is none. Of more than 1 MiB the first
        /// and the last half are kept, with a line between them that says how many bytes are missing there.
        aggregated_output: Option<String>,
        /// Its exit code; `null` until it has ended.
        exit_code: Option<i32>,
        /// How long it took, in milliseconds; `null` until it is over.
        duration_ms: Option<i64>,
    },
    /// Changes to files.
    FileChange {
        /// Id of the item.
        id: String,
        /// The changes, file by file.
        changes: Vec<FileUpdateChange>,
        /// How far they are.
        status: PatchApplyStatus,
    },
    /// A call of a tool of an MCP server.
    McpToolCall {
        /// Id of the item.
        id: String,
        /// The server.
        server: String,
        /// The tool.
        tool: String,
        /// How far it is.
        status: McpToolCallStatus,
        /// What it is called with.
        arguments: Value,
        /// The vendor's connector behind the tool.
        app_context: Option<McpToolCallAppContext>,
        /// The older form of `mcpAppUi`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mcp_app_resource_uri: Option<String>,
        /// A view of its own that the tool brings along.
        mcp_app_ui: Option<McpAppUi>,
        /// The vendor plugin it came from.
        plugin_id: Option<String>,
        /// Whether the tool says that it only reads.
        read_only_hint: Option<bool>,
        /// What it returned; also when the tool says that it failed.
        result: Option<McpToolCallResult>,
        /// Why there is no result.
        error: Option<McpToolCallError>,
        /// How long it took, in milliseconds; `null` until it is over.
        duration_ms: Option<i64>,
    },
    /// A call of a tool that the client carries out.
    DynamicToolCall {
        /// Id of the item.
        id: String,
        /// Group of the tool.
        namespace: Option<String>,
        /// The tool.
        tool: String,
        /// What it is called with.
        arguments: Value,
        /// How far it is.
        status: DynamicToolCallStatus,
        /// What the client returned.
        content_items: Option<Vec<DynamicToolCallOutputContentItem>>,
        /// Whether the client says that it worked.
        success: Option<bool>,
        /// How long it took, in milliseconds; `null` until it is over.
        duration_ms: Option<i64>,
    },
    /// A call of a tool by which the model works with other agents.
    CollabAgentToolCall {
        /// Id of the item.
        id: String,
        /// The tool.
        tool: CollabAgentTool,
        /// How far it is.
        status: CollabAgentToolCallStatus,
        /// The thread that calls.
        sender_thread_id: String,
        /// The threads of the other agents.
        receiver_thread_ids: Vec<String>,
        /// What they are told.
        prompt: Option<String>,
        /// The model they use.
        model: Option<String>,
        /// How much it thinks.
        reasoning_effort: Option<String>,
        /// How far each of them is, by thread.
        agents_states: BTreeMap<String, CollabAgentState>,
    },
    /// Something another agent did.
    SubAgentActivity {
        /// The model it uses.
        model: Option<String>,
        /// How much it thinks.
        reasoning_effort: Option<String>,
        /// Id of the item.
        id: String,
        /// What happened.
        kind: SubAgentActivityKind,
        /// Its thread.
        agent_thread_id: String,
        /// Its place among the agents.
        agent_path: String,
    },
    /// A search of the web, or a look at a page.
    WebSearch {
        /// What exactly; `null` until it is known.
        action: Option<WebSearchAction>,
        /// Id of the item.
        id: String,
        /// What was searched for.
        query: String,
        /// What was found, as far as the model server tells.
        #[serde(default)]
        results: Option<Vec<Value>>,
    },
    /// The model looks at an image file.
    ImageView {
        /// Id of the item.
        id: String,
        /// Path of the file.
        path: String,
    },
    /// The model waits.
    Sleep {
        /// How long, in milliseconds.
        duration_ms: u64,
        /// Id of the item.
        id: String,
    },
    /// An image that the model made.
    ImageGeneration {
        /// The image.
        #[serde(flatten)]
        source: GeneratedImage,
        /// Why there is none.
        #[serde(default)]
        failure: Option<ImageGenerationFailure>,
        /// Id of its making.
        #[serde(default)]
        generation_id: Option<String>,
        /// Id of the item.
        id: String,
        /// Images it was made from.
        #[serde(default)]
        input_images: Vec<ImageGenerationInputImage>,
        /// The description that it was made after in the end.
        revised_prompt: Option<String>,
        /// Path of the file it is stored in.
        saved_path: Option<String>,
        /// How far it is, in the model server's words.
        status: String,
        /// Whether its background is transparent.
        #[serde(default)]
        transparent_background: Option<bool>,
    },
    /// A review begins.
    EnteredReviewMode {
        /// Id of the item.
        id: String,
        /// What is reviewed.
        review: String,
    },
    /// A review is over.
    ExitedReviewMode {
        /// Id of the item.
        id: String,
        /// What it found.
        review: String,
    },
    /// The history was compacted.
    ContextCompaction {
        /// Id of the item.
        id: String,
    },
}

impl ThreadItemDetails {
    /// Id of the item, whatever its kind.
    pub fn id(&self) -> &str {
        match self {
            ThreadItemDetails::UserMessage { id, .. }
            | ThreadItemDetails::HookPrompt { id, .. }
            | ThreadItemDetails::AgentMessage { id, .. }
            | ThreadItemDetails::FunctionCallOutput { id, .. }
            | ThreadItemDetails::Plan { id, .. }
            | ThreadItemDetails::Reasoning { id, .. }
            | ThreadItemDetails::CommandExecution { id, .. }
            | ThreadItemDetails::FileChange { id, .. }
            | ThreadItemDetails::McpToolCall { id, .. }
            | ThreadItemDetails::DynamicToolCall { id, .. }
            | ThreadItemDetails::CollabAgentToolCall { id, .. }
            | ThreadItemDetails::SubAgentActivity { id, .. }
            | ThreadItemDetails::WebSearch { id, .. }
            | ThreadItemDetails::ImageView { id, .. }
            | ThreadItemDetails::Sleep { id, .. }
            | ThreadItemDetails::ImageGeneration { id, .. }
            | ThreadItemDetails::EnteredReviewMode { id, .. }
            | ThreadItemDetails::ExitedReviewMode { id, .. }
            | ThreadItemDetails::ContextCompaction { id, .. } => id,
        }
    }
}
