//! Prompt ▶ body of a Responses request. Pure.
//!
//! The whole history travels with each request and nothing is kept by the server (`store: false`), so
//! items are sent without their ids. Azure is the exception: it keeps responses and wants reasoning,
//! messages and calls under the ids it gave them. Reasoning that came over another wire is left out.

use codex_protocol::ids::ConversationId;
use codex_protocol::policy::{ReasoningSummary, Verbosity};
use codex_protocol::response_item::{
    CallOutput, ContentItem, LocalShellAction, LocalShellStatus, MessagePhase, ReasoningContent,
    ReasoningSummaryPart, ResponseItem,
};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::model::prompt::Prompt;
use crate::model::tool_spec::ToolSpec;
use crate::model::wire::Server;
use crate::model::wire::mark;
use crate::model::wire::responses::web_search::WebSearch;

pub fn encode(prompt: &Prompt, server: Server) -> serde_json::Result<Vec<u8>> {
    let model = &prompt.info;
    let reasoning = model.reasoning.then(|| Reasoning {
        effort: prompt.effort.as_deref().or(model.default_effort),
        summary: (prompt.summary != ReasoningSummary::None).then_some(prompt.summary),
    });
    let text = Text {
        // What is asked of a model that is not known was asked for by its user.
        verbosity: prompt.verbosity.or(model.default_verbosity).filter(|_| model.verbosity || !model.known),
        format: prompt.output_schema.as_ref().map(Format::schema),
    };
    let body = Body {
        model: &prompt.model,
        instructions: &prompt.instructions,
        input: Items { items: &prompt.input, with_ids: server == Server::Azure },
        tools: prompt.tools.iter().map(Tool::from).collect(),
        tool_choice: "auto",
        parallel_tool_calls: prompt.parallel_tool_calls,
        include: if reasoning.is_some() { &["reasoning.encrypted_content"] } else { &[] },
        reasoning,
        store: server == Server::Azure,
        stream: true,
        prompt_cache_key: prompt.conversation_id,
        service_tier: prompt.service_tier.as_deref(),
        text: (text != Text::default()).then_some(text),
    };
    serde_json::to_vec(&body)
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    instructions: &'a str,
    input: Items<'a>,
    tools: Vec<Tool<'a>>,
    tool_choice: &'static str,
    parallel_tool_calls: bool,
    reasoning: Option<Reasoning<'a>>,
    store: bool,
    stream: bool,
    include: &'static [&'static str],
    prompt_cache_key: ConversationId,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Text<'a>>,
}

#[derive(Serialize)]
struct Reasoning<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<ReasoningSummary>,
}

#[derive(Default, PartialEq, Serialize)]
struct Text<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    verbosity: Option<Verbosity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format<'a>>,
}

#[derive(PartialEq, Serialize)]
struct Format<'a> {
    r#type: &'static str,
    strict: bool,
    schema: &'a Value,
    name: &'static str,
}

impl<'a> Format<'a> {
    fn schema(schema: &'a Value) -> Self {
        Self { r#type: "json_schema", strict: true, schema, name: "codex_output_schema" }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Tool<'a> {
    Function { name: &'a str, description: &'a str, strict: bool, parameters: &'a Value },
    Custom { name: &'a str, description: &'a str, format: Grammar<'a> },
    LocalShell,
    WebSearch(WebSearch<'a>),
}

#[derive(Serialize)]
struct Grammar<'a> {
    r#type: &'static str,
    syntax: &'a str,
    definition: &'a str,
}

impl<'a> From<&'a ToolSpec> for Tool<'a> {
    fn from(spec: &'a ToolSpec) -> Self {
        match spec {
            ToolSpec::Function(tool) => Self::Function {
                name: &tool.name,
                description: &tool.description,
                strict: false,
                parameters: &tool.parameters,
            },
            ToolSpec::Freeform(tool) => Self::Custom {
                name: &tool.name,
                description: &tool.description,
                format: Grammar { r#type: "grammar", syntax: &tool.syntax, definition: &tool.definition },
            },
            ToolSpec::LocalShell => Self::LocalShell,
            ToolSpec::WebSearch(tool) => Self::WebSearch(tool.into()),
        }
    }
}

struct Items<'a> {
    items: &'a [std::sync::Arc<ResponseItem>],
    with_ids: bool,
}

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        for item in self.items.iter().filter_map(|item| Item::of(item, self.with_ids)) {
            sequence.serialize_element(&item)?;
        }
        sequence.end()
    }
}

/// An item as it is sent: history has more than a server takes.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Item<'a> {
    Message {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        role: &'a str,
        content: &'a [ContentItem],
        #[serde(skip_serializing_if = "Option::is_none")]
        phase: Option<MessagePhase>,
    },
    Reasoning {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        summary: &'a [ReasoningSummaryPart],
        #[serde(skip_serializing_if = "Option::is_none")]
        content: Option<&'a [ReasoningContent]>,
        encrypted_content: Option<&'a str>,
    },
    LocalShellCall {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        call_id: Option<&'a str>,
        status: LocalShellStatus,
        action: &'a LocalShellAction,
    },
    FunctionCall {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<&'a str>,
        arguments: &'a str,
        call_id: &'a str,
    },
    FunctionCallOutput {
        call_id: &'a str,
        output: &'a CallOutput,
    },
    CustomToolCall {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<&'a str>,
        call_id: &'a str,
        name: &'a str,
        input: &'a str,
    },
    CustomToolCallOutput {
        call_id: &'a str,
        output: &'a CallOutput,
    },
    WebSearchCall {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        action: Option<&'a Value>,
    },
    Compaction {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        encrypted_content: &'a str,
    },
}

impl<'a> Item<'a> {
    fn of(item: &'a ResponseItem, with_ids: bool) -> Option<Self> {
        let sent = |id: &'a Option<String>| id.as_deref().filter(|_| with_ids);
        Some(match item {
            ResponseItem::Message { id, role, content, phase } => {
                Self::Message { id: sent(id), role, content, phase: *phase }
            }
            ResponseItem::Reasoning { encrypted_content, .. }
                if mark::is_marked(encrypted_content.as_deref()) =>
            {
                return None;
            }
            ResponseItem::Reasoning { id, summary, content, encrypted_content } => Self::Reasoning {
                id: sent(id),
                summary,
                content: content.as_deref().filter(|parts| parts.iter().any(is_reasoning_text)),
                encrypted_content: encrypted_content.as_deref(),
            },
            ResponseItem::LocalShellCall { id, call_id, status, action } => Self::LocalShellCall {
                id: sent(id),
                call_id: call_id.as_ref().map(|id| id.as_str()),
                status: *status,
                action,
            },
            ResponseItem::FunctionCall { id, name, namespace, arguments, call_id } => Self::FunctionCall {
                id: sent(id),
                name,
                namespace: namespace.as_deref(),
                arguments,
                call_id: call_id.as_str(),
            },
            ResponseItem::FunctionCallOutput { call_id, output } => {
                Self::FunctionCallOutput { call_id: call_id.as_str(), output }
            }
            ResponseItem::CustomToolCall { id, call_id, name, input, status } => Self::CustomToolCall {
                id: sent(id),
                status: status.as_deref(),
                call_id: call_id.as_str(),
                name,
                input,
            },
            ResponseItem::CustomToolCallOutput { call_id, output } => {
                Self::CustomToolCallOutput { call_id: call_id.as_str(), output }
            }
            ResponseItem::WebSearchCall { id, status, action } => {
                Self::WebSearchCall { id: sent(id), status: status.as_deref(), action: action.as_ref() }
            }
            ResponseItem::Compaction { id, encrypted_content } => {
                Self::Compaction { id: sent(id), encrypted_content }
            }
            ResponseItem::GhostSnapshot { .. } | ResponseItem::Other => return None,
        })
    }
}

/// Only these go back; other forms are what a server shows, not what it reads.
fn is_reasoning_text(part: &ReasoningContent) -> bool {
    matches!(part, ReasoningContent::ReasoningText { .. })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use expect_test::expect;
    use serde_json::json;

    use super::*;
    use crate::model::tool_spec::{FreeformTool, WebSearchTool};
    use crate::model::wire::testkit;

    fn prompt(model: &str, input: Vec<Value>) -> Prompt {
        let mut prompt = testkit::prompt(model, input);
        (prompt.effort, prompt.verbosity) = (Some("high".into()), Some(Verbosity::Low));
        prompt
    }

    fn body(prompt: &Prompt, server: Server) -> Value {
        serde_json::from_slice(&encode(prompt, server).unwrap()).unwrap()
    }

    #[test]
    fn a_whole_request() {
        let mut prompt = prompt(
            "gpt-5.5",
            vec![
                json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}),
            ],
        );
        prompt.output_schema = Some(json!({"type": "object"}));
        prompt.tools = Arc::new([
            ToolSpec::function("exec_command", "d", json!({"type": "object"})),
            ToolSpec::Freeform(FreeformTool {
                name: "apply_patch".into(),
                description: "d".into(),
                syntax: "lark".into(),
                definition: "start: x".into(),
            }),
            ToolSpec::LocalShell,
            ToolSpec::WebSearch(WebSearchTool::default()),
        ]);
        expect![[r#"
            {
              "model": "gpt-5.5",
              "instructions": "Be good.",
              "input": [
                {
                  "type": "message",
                  "role": "user",
                  "content": [
                    {
                      "type": "input_text",
                      "text": "hi"
                    }
                  ]
                }
              ],
              "tools": [
                {
                  "type": "function",
                  "name": "exec_command",
                  "description": "d",
                  "strict": false,
                  "parameters": {
                    "type": "object"
                  }
                },
                {
                  "type": "custom",
                  "name": "apply_patch",
                  "description": "d",
                  "format": {
                    "type": "grammar",
                    "syntax": "lark",
                    "definition": "start: x"
                  }
                },
                {
                  "type": "local_shell"
                },
                {
                  "type": "web_search",
                  "external_web_access": false
                }
              ],
              "tool_choice": "auto",
              "parallel_tool_calls": true,
              "reasoning": {
                "effort": "high",
                "summary": "auto"
              },
              "store": false,
              "stream": true,
              "include": [
                "reasoning.encrypted_content"
              ],
              "prompt_cache_key": "01a204c2-4887-7bf2-88cb-1e909b637fb4",
              "text": {
                "verbosity": "low",
                "format": {
                  "type": "json_schema",
                  "strict": true,
                  "schema": {
                    "type": "object"
                  },
                  "name": "codex_output_schema"
                }
              }
            }"#]]
        .assert_eq(&serde_json::to_string_pretty(&body(&prompt, Server::Stateless)).unwrap());
    }

    #[test]
    fn a_model_is_only_asked_for_what_it_takes() {
        let plain = body(&prompt("gpt-4o", vec![]), Server::Stateless);
        assert_eq!(
            (&plain["reasoning"], &plain["include"], &plain["text"]),
            (&Value::Null, &json!([]), &Value::Null)
        );
        let unknown = body(&prompt("other-model", vec![]), Server::Stateless);
        assert_eq!(unknown["reasoning"], json!({"effort": "high", "summary": "auto"}));
        assert_eq!(unknown["text"], json!({"verbosity": "low"}));
        let mut quiet = prompt("gpt-5.5", vec![]);
        quiet.summary = ReasoningSummary::None;
        assert_eq!(body(&quiet, Server::Stateless)["reasoning"], json!({"effort": "high"}));
        (quiet.effort, quiet.verbosity) = (None, None);
        let unset = body(&quiet, Server::Stateless);
        assert_eq!(unset["reasoning"], json!({"effort": "medium"}), "what the model takes by default");
        assert_eq!(unset["text"], json!({"verbosity": "low"}));
    }

    #[test]
    fn history_is_sent_without_ids_and_without_what_no_server_reads() {
        let prompt = prompt(
            "gpt-5.5",
            vec![
                json!({"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "text", "text": "raw"}], "encrypted_content": "x"}),
                json!({"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "a"}], "phase": "commentary"}),
                json!({"type": "function_call", "id": "fc_1", "name": "f", "arguments": "{}", "call_id": "c1"}),
                json!({"type": "function_call_output", "call_id": "c1", "output": "out"}),
                json!({"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_image", "image_url": "data:x"}]}),
                json!({"type": "custom_tool_call", "id": "ctc_1", "call_id": "c3", "name": "p", "input": "i", "status": "completed"}),
                json!({"type": "custom_tool_call_output", "call_id": "c3", "output": "out"}),
                json!({"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}}),
                json!({"type": "reasoning", "summary": [], "encrypted_content": "codex-wire thinking p x"}),
                json!({"type": "ghost_snapshot", "ghost_commit": {}}),
                json!({"type": "hologram"}),
            ],
        );
        let lines = |server| {
            let items = body(&prompt, server)["input"].take();
            items.as_array().unwrap().iter().map(|item| format!("{item}\n")).collect::<String>()
        };
        expect![[r#"
            {"type":"reasoning","summary":[],"encrypted_content":"x"}
            {"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}],"phase":"commentary"}
            {"type":"function_call","name":"f","arguments":"{}","call_id":"c1"}
            {"type":"function_call_output","call_id":"c1","output":"out"}
            {"type":"function_call_output","call_id":"c2","output":[{"type":"input_image","image_url":"data:x"}]}
            {"type":"custom_tool_call","status":"completed","call_id":"c3","name":"p","input":"i"}
            {"type":"custom_tool_call_output","call_id":"c3","output":"out"}
            {"type":"web_search_call","status":"completed","action":{"type":"search","query":"q"}}
        "#]].assert_eq(&lines(Server::Stateless));
        assert!(lines(Server::Azure).contains(r#""id":"msg_1""#));
        assert_eq!(body(&prompt, Server::Azure)["store"], json!(true));
    }
}
