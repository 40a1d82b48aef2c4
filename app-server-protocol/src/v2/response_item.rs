//! Items in the form that the model server reads and writes. Clients meet them where they give a thread its
//! history. What the items are made of stands in `response_content`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::item_message::MessagePhase;
use super::response_content::{
    AgentMessageInputContent, ConfigurationReasoning, ContentItem, FunctionCallOutputBody,
    InternalChatMessageMetadataPassthrough, LocalShellAction, LocalShellStatus, ReasoningItemContent,
    ReasoningItemReasoningSummary, ResponsesApiWebSearchAction,
};

/// An item in the form that a model server reads and writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ResponseItem {
    /// Tools that are offered from here on.
    AdditionalTools {
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Who says so.
        role: String,
        /// The tools.
        tools: Vec<Value>,
    },
    /// A message.
    Message {
        /// Content that only the model server can read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<String>,
        /// How far it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<String>,
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Who says it.
        role: String,
        /// Its parts.
        content: Vec<ContentItem>,
        /// Whether it is the answer or a remark on the way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phase: Option<MessagePhase>,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// A message of one agent to another.
    AgentMessage {
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Who says it.
        author: String,
        /// To whom.
        recipient: String,
        /// Its parts.
        content: Vec<AgentMessageInputContent>,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// How the model thinks.
    Reasoning {
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// What it says about its thinking.
        summary: Vec<ReasoningItemReasoningSummary>,
        /// Its thinking itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<Vec<ReasoningItemContent>>,
        /// Content that only the model server can read.
        encrypted_content: Option<String>,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// A call of the built-in shell tool.
    LocalShellCall {
        /// Content that only the model server can read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<String>,
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Joins a call with its output.
        call_id: Option<String>,
        /// How far it is.
        status: LocalShellStatus,
        /// What to run.
        action: LocalShellAction,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// A call of a function tool.
    FunctionCall {
        /// Content that only the model server can read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<String>,
        /// How far it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<String>,
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// The tool.
        name: String,
        /// Group of the tool.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        namespace: Option<String>,
        /// What it is called with, as a JSON text.
        arguments: String,
        /// Names of arguments that only the model server can read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encrypted_function_args: Option<Vec<String>>,
        /// Joins a call with its output.
        call_id: String,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// A search for tools.
    ToolSearchCall {
        /// Content that only the model server can read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<String>,
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Joins a call with its output.
        call_id: Option<String>,
        /// How far it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<String>,
        /// Who carries it out.
        execution: String,
        /// What is searched for.
        arguments: Value,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// Output of a function tool.
    FunctionCallOutput {
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Joins a call with its output.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call_id: Option<String>,
        /// The tool.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Group of the tool.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        namespace: Option<String>,
        /// The output.
        output: FunctionCallOutputBody,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// A call of a tool that takes plain text.
    CustomToolCall {
        /// Content that only the model server can read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<String>,
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// How far it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<String>,
        /// Joins a call with its output.
        call_id: String,
        /// The tool.
        name: String,
        /// Group of the tool.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        namespace: Option<String>,
        /// The text.
        input: String,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// Output of a tool that takes plain text.
    CustomToolCallOutput {
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Joins a call with its output.
        call_id: String,
        /// The tool.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The output.
        output: FunctionCallOutputBody,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// What a search for tools has found.
    ToolSearchOutput {
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Joins a call with its output.
        call_id: Option<String>,
        /// How far it is.
        status: String,
        /// Who carried it out.
        execution: String,
        /// The tools.
        tools: Vec<Value>,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// A search of the web by the model server.
    WebSearchCall {
        /// Content that only the model server can read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<String>,
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// How far it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<String>,
        /// What exactly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action: Option<ResponsesApiWebSearchAction>,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// An image that the model server made.
    ImageGenerationCall {
        /// Content that only the model server can read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<String>,
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// How far it is.
        status: String,
        /// The description that it was made after in the end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revised_prompt: Option<String>,
        /// The image in base64.
        result: String,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// What the model server made of a longer history.
    Compaction {
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Content that only the model server can read.
        encrypted_content: String,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// Settings that hold from here on.
    ConfigurationUpdate {
        /// How much the model thinks.
        reasoning: ConfigurationReasoning,
    },
    /// Asks the model server to compact.
    CompactionTrigger,
    /// What the model server made of a longer history, in its newer form.
    ContextCompaction {
        /// Id of the item, as the model server gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Content that only the model server can read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<String>,
        /// Bookkeeping of the vendor that goes along with the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal_chat_message_metadata_passthrough: Option<InternalChatMessageMetadataPassthrough>,
    },
    /// An item of a later version.
    Other,
}
