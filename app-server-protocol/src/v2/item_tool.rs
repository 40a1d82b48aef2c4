//! Parts of items that show a tool at work: commands, file changes, calls of MCP and client tools, searches,
//! images and other agents.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who runs a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum CommandExecutionSource {
    /// The model.
    #[default]
    Agent,
    /// The user.
    UserShell,
    /// The model, as a process that can outlive the call.
    UnifiedExecStartup,
    /// The model, writing to such a process.
    UnifiedExecInteraction,
}

/// How far a command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum CommandExecutionStatus {
    /// It waits for an approval, or runs.
    InProgress,
    /// It ended with exit code 0.
    Completed,
    /// It ended otherwise, or never began.
    Failed,
    /// It was refused.
    Declined,
}

/// What a command does, as far as it can be read from the command line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CommandAction {
    /// Reads a file.
    Read {
        /// The part of the command line.
        command: String,
        /// Name of the file.
        name: String,
        /// Its path, absolute.
        path: String,
    },
    /// Lists files.
    ListFiles {
        /// The part of the command line.
        command: String,
        /// The folder; `null` for the working directory.
        path: Option<String>,
    },
    /// Searches in files.
    Search {
        /// The part of the command line.
        command: String,
        /// What for.
        query: Option<String>,
        /// Where; `null` for the working directory.
        path: Option<String>,
    },
    /// Something else.
    Unknown {
        /// The part of the command line.
        command: String,
    },
}

/// Changes to one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FileUpdateChange {
    /// Path of the file before the change.
    pub path: String,
    /// What kind of change.
    pub kind: PatchChangeKind,
    /// The whole content of a file that is added or deleted; the hunks of a unified diff otherwise.
    pub diff: String,
}

/// What kind of change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum PatchChangeKind {
    /// The file is new.
    Add,
    /// The file goes away.
    Delete,
    /// The file has another content, and perhaps another path.
    Update {
        /// Its new path, if it moves.
        move_path: Option<String>,
    },
}

/// How far a change to files is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum PatchApplyStatus {
    /// It waits for an approval, or is being made.
    InProgress,
    /// It is made.
    Completed,
    /// It could not be made.
    Failed,
    /// It was refused.
    Declined,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum McpToolCallStatus {
    InProgress,
    Completed,
    Failed,
}

/// What a tool of an MCP server returned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct McpToolCallResult {
    /// Its content blocks, as the server sent them.
    pub content: Vec<Value>,
    /// Its structured content.
    pub structured_content: Option<Value>,
    /// What the server says about the result.
    #[serde(rename = "_meta")]
    pub meta: Option<Value>,
}

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct McpToolCallError {
    /// For the user.
    pub message: String,
}

/// The vendor's connector behind a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct McpToolCallAppContext {
    /// Id of the connector.
    pub connector_id: String,
    /// The user's link to it.
    pub link_id: Option<String>,
    /// A view that it brings along.
    pub resource_uri: Option<String>,
    /// Name of the app.
    pub app_name: Option<String>,
    /// Name of the action.
    pub action_name: Option<String>,
}

/// A view that a tool brings along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct McpAppUi {
    /// Resource of the MCP server that holds it.
    pub resource_uri: String,
    /// How it would be shown best.
    pub preferred_model_display_mode: McpAppDisplayMode,
}

/// How to show a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum McpAppDisplayMode {
    Inline,
    Fullscreen,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum DynamicToolCallStatus {
    InProgress,
    Completed,
    Failed,
}

/// A part of what a tool of the client returned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DynamicToolCallOutputContentItem {
    /// Text.
    InputText {
        /// The text.
        text: String,
    },
    /// An image.
    InputImage {
        /// Its address, or a `data:` URL.
        image_url: String,
    },
    /// Sound.
    InputAudio {
        /// Its address, or a `data:` URL.
        audio_url: String,
    },
}

/// What the model does on the web.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WebSearchAction {
    /// Searches.
    Search {
        /// What for.
        query: Option<String>,
        /// What for, if it is several things.
        queries: Option<Vec<String>>,
    },
    /// Opens a page.
    OpenPage {
        /// Address of the page.
        url: Option<String>,
    },
    /// Searches in a page.
    FindInPage {
        /// What for.
        pattern: Option<String>,
        /// Address of the page.
        url: Option<String>,
    },
    /// Something else.
    Other,
}

/// Why there is no image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ImageGenerationFailure {
    /// The account has used up its allowance.
    UsageLimitExceeded {
        /// Which limit.
        limit_id: String,
        /// When the allowance is whole again, in Unix seconds.
        resets_at: Option<i64>,
    },
}

/// An image that another one was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ImageGenerationInputImage {
    /// Path of its file.
    pub path: String,
    /// Hash of its content.
    pub sha256: String,
}

/// An image that a model made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(untagged, expecting = "expected either `result` or `fileId`")]
pub enum GeneratedImage {
    /// The image itself.
    Data {
        /// The image in base64; empty until it is made.
        result: String,
    },
    /// On the model server.
    File {
        /// Its id there.
        #[serde(rename = "fileId")]
        file_id: String,
    },
}

/// A tool by which a model works with other agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum CollabAgentTool {
    SpawnAgent,
    SendInput,
    ResumeAgent,
    Wait,
    CloseAgent,
    SendMessage,
    FollowupTask,
    InterruptAgent,
    ListAgents,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum CollabAgentToolCallStatus {
    InProgress,
    Completed,
    Failed,
    Interrupted,
}

/// How far another agent is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CollabAgentState {
    /// In a word.
    pub status: CollabAgentStatus,
    /// Its last message.
    pub message: Option<String>,
}

/// How far another agent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum CollabAgentStatus {
    PendingInit,
    Running,
    Interrupted,
    Completed,
    Errored,
    Shutdown,
    NotFound,
}

/// What another agent did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum SubAgentActivityKind {
    Started,
    Interacted,
    Interrupted,
    Completed,
}
