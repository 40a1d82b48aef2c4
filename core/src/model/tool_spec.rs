//! What a model is told about a tool, free of any wire.
//!
//! Each wire writes these in its own form; a kind that a wire does not know is left to that wire to
//! lower or to leave out. The texts and schemas are prompt: they are passed on byte for byte.

use std::borrow::Cow;

use serde_json::Value;

/// One tool as the model sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum ToolSpec {
    /// Called with JSON arguments.
    Function(FunctionTool),
    /// Called with plain text that follows a grammar.
    Freeform(FreeformTool),
    /// The shell tool that some models bring along.
    LocalShell,
    /// Search that the model server does by itself.
    WebSearch {
        /// Whether pages are fetched from the network or only from the server's cache.
        external_web_access: bool,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct FunctionTool {
    pub name: Cow<'static, str>,
    pub description: Cow<'static, str>,
    /// Whether the server enforces the schema.
    pub strict: bool,
    /// A JSON schema of the arguments.
    pub parameters: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FreeformTool {
    pub name: Cow<'static, str>,
    pub description: Cow<'static, str>,
    /// The language of the definition, e.g. `lark`.
    pub syntax: Cow<'static, str>,
    pub definition: Cow<'static, str>,
}

impl ToolSpec {
    /// The name under which it is called.
    pub fn name(&self) -> &str {
        match self {
            Self::Function(tool) => &tool.name,
            Self::Freeform(tool) => &tool.name,
            Self::LocalShell => "local_shell",
            Self::WebSearch { .. } => "web_search",
        }
    }
}
