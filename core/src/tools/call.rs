//! One call of a tool and what comes of it.

use codex_protocol::ids::CallId;
use codex_protocol::response_item::{CallOutput, LocalShellAction};

use crate::base::cancel::Interrupted;

/// What the model wants.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    pub call_id: CallId,
    pub name: String,
    pub payload: ToolPayload,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ToolPayload {
    /// JSON as text.
    Function {
        arguments: String,
    },
    /// Free text.
    Custom {
        input: String,
    },
    LocalShell(LocalShellAction),
}

impl ToolPayload {
    /// The whole of it, as one text.
    pub fn text(&self) -> String {
        match self {
            Self::Function { arguments } => arguments.clone(),
            Self::Custom { input } => input.clone(),
            Self::LocalShell(action) => serde_json::to_string(action).unwrap_or_default(),
        }
    }
}

impl ToolCall {
    /// The arguments of a function, checked. The message of a failure is for the model.
    pub fn arguments<T: serde::de::DeserializeOwned>(&self) -> Result<T, ToolError> {
        match &self.payload {
            ToolPayload::Function { arguments } => {
                let text = if arguments.trim().is_empty() { "{}" } else { arguments.as_str() };
                if !text.trim_start().starts_with('{') {
                    let text = format!("the arguments of {} must be a JSON object", self.name);
                    return Err(ToolError::RespondToModel(text));
                }
                serde_json::from_str(text).map_err(|error| {
                    ToolError::RespondToModel(format!(
                        "the arguments of {} could not be read: {error}",
                        self.name
                    ))
                })
            }
            ToolPayload::Custom { .. } | ToolPayload::LocalShell(_) => {
                let text = format!("{} takes JSON arguments; call it as a function", self.name);
                Err(ToolError::RespondToModel(text))
            }
        }
    }
}

/// What the model is told.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolOutput {
    pub body: CallOutput,
}

impl ToolOutput {
    pub fn text(text: impl Into<String>) -> Self {
        Self { body: CallOutput::Text(text.into()) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToolError {
    /// The model can do something about it.
    RespondToModel(String),
    /// The turn cannot go on.
    Fatal(String),
    /// The turn was cancelled.
    Interrupted,
}

impl From<Interrupted> for ToolError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}
