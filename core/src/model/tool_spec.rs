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
    WebSearch(WebSearchTool),
}

/// How a model server searches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebSearchTool {
    /// Whether pages are fetched from the network or only from the server's cache.
    pub external_web_access: bool,
    /// Whether only pages that the server's index knows are fetched.
    pub indexed_web_access: bool,
    /// No others than these; all if empty.
    pub allowed_domains: Vec<String>,
    /// Where the user is, roughly.
    pub location: Option<WebSearchLocation>,
    /// How much of what is found the model is shown, in the server's words.
    pub context_size: Option<Cow<'static, str>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebSearchLocation {
    pub country: Option<String>,
    pub region: Option<String>,
    pub city: Option<String>,
    pub timezone: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FunctionTool {
    pub name: Cow<'static, str>,
    pub description: Cow<'static, str>,
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
    pub fn function(
        name: impl Into<Cow<'static, str>>,
        description: impl Into<Cow<'static, str>>,
        parameters: Value,
    ) -> Self {
        Self::Function(FunctionTool { name: name.into(), description: description.into(), parameters })
    }

    /// The name under which it is called.
    #[cfg(test)]
    pub fn name(&self) -> &str {
        match self {
            Self::Function(tool) => &tool.name,
            Self::Freeform(tool) => &tool.name,
            Self::LocalShell => "local_shell",
            Self::WebSearch(_) => "web_search",
        }
    }
}
