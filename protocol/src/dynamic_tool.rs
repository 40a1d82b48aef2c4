//! Tools that a client offers and carries out, and what such a tool gives back.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A tool, or a group of tools.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum DynamicToolSpec {
    Function(DynamicTool),
    Namespace { name: String, description: String, tools: Vec<GroupedTool> },
}

/// A tool in a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum GroupedTool {
    Function(DynamicTool),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DynamicTool {
    pub name: String,
    /// For the model.
    pub description: String,
    /// A JSON schema of the arguments.
    pub input_schema: Value,
    /// Whether the model may be left to search for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub defer_loading: bool,
}

/// Reads what is known of a stored list; what is not must not cost the conversation.
pub fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DynamicToolSpec>, D::Error> {
    let Value::Array(stored) = Value::deserialize(deserializer)? else { return Ok(Vec::new()) };
    Ok(stored.into_iter().filter_map(|tool| serde_json::from_value(tool).ok()).collect())
}

/// What a tool gives back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DynamicToolOutput {
    pub content: Vec<ToolContent>,
    pub success: bool,
}

/// A part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ToolContent {
    InputText { text: String },
    InputImage { image_url: String },
    InputAudio { audio_url: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_tools_are_read_as_far_as_they_are_known() {
        let function = r#"{"type":"function","name":"a","description":"d","inputSchema":{"type":"object"}}"#;
        let group = format!(r#"{{"type":"namespace","name":"n","description":"d","tools":[{function}]}}"#);
        let text = format!(r#"[{function},{group},{{"type":"hologram"}}]"#);
        let tools = known(&mut serde_json::Deserializer::from_str(&text)).unwrap();
        assert_eq!(serde_json::to_string(&tools).unwrap(), format!("[{function},{group}]"));
        assert_eq!(known(&mut serde_json::Deserializer::from_str("5")).unwrap(), []);
    }
}
