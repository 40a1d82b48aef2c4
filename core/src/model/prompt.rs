//! What a model is asked, free of any wire.

use std::sync::Arc;

use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::policy::{ReasoningEffort, ReasoningSummary, Verbosity};
use codex_protocol::response_item::ResponseItem;
use serde_json::Value;

use crate::model::catalog::ModelInfo;
use crate::model::tool_spec::ToolSpec;

/// One request: the whole conversation so far and what the model may do about it.
#[derive(Clone, Debug)]
pub struct Prompt {
    pub conversation_id: ConversationId,
    pub turn_id: TurnId,
    pub model: String,
    /// What is known of the model, and what the user says of it.
    pub info: ModelInfo,
    pub instructions: Arc<str>,
    pub input: Vec<Arc<ResponseItem>>,
    pub tools: Arc<[ToolSpec]>,
    pub parallel_tool_calls: bool,
    pub effort: Option<ReasoningEffort>,
    pub summary: ReasoningSummary,
    pub verbosity: Option<Verbosity>,
    pub service_tier: Option<String>,
    /// A JSON schema that the final message must satisfy.
    pub output_schema: Option<Value>,
    pub purpose: Purpose,
}

/// What a response is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To go on with the conversation.
    #[default]
    Answer,
    /// To take the place of what was said so far.
    Summary,
    /// To judge changes, apart from the conversation.
    Review,
}
