//! One entry of a turn. Live items and stored ones go through the same function, so that a client that resumes sees
//! what it saw.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use codex_app_server_protocol::decode;
use codex_app_server_protocol::v2::item::{ThreadItem, ThreadItemDetails as Details};
use codex_app_server_protocol::v2::item_message as message;
use codex_app_server_protocol::v2::item_tool as tool;
use codex_core::base::text::{head, tail};
use codex_core::context::review;
use codex_protocol::dynamic_tool::ToolContent;
use codex_protocol::response_item::MessagePhase;
use codex_protocol::turn_item::{
    AgentMessageItem, AgentText, CommandExecutionItem, CommandSource, CommandStatus, DynamicToolCallItem,
    FileChange, FileChangeItem, McpToolCallItem, PatchStatus, TurnItem, UserMessageItem, WebSearchItem,
};
use serde_json::Value;

use super::command;
use super::input::user_input;
use super::path;

/// When an item began and when it was complete, in Unix milliseconds; null while not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) started: Option<i64>,
    pub(crate) completed: Option<i64>,
}

pub(crate) fn item(item: TurnItem, times: Times) -> ThreadItem {
    ThreadItem { details: details(item), started_at_ms: times.started, completed_at_ms: times.completed }
}

fn details(item: TurnItem) -> Details {
    match item {
        TurnItem::UserMessage(item) => user_message(item),
        TurnItem::AgentMessage(item) => agent_message(item),
        TurnItem::Reasoning(item) => Details::Reasoning {
            id: item.id.to_string(),
            summary: item.summary_text,
            content: item.raw_content,
        },
        TurnItem::Plan(item) => Details::Plan { id: item.id.to_string(), text: item.text },
        TurnItem::CommandExecution(item) => command_execution(item),
        TurnItem::FileChange(item) => file_change(item),
        TurnItem::McpToolCall(item) => mcp_tool_call(item),
        TurnItem::DynamicToolCall(item) => dynamic_tool_call(item),
        TurnItem::WebSearch(item) => web_search(item),
        TurnItem::ImageView(item) => Details::ImageView { id: item.id.to_string(), path: path(&item.path) },
        TurnItem::EnteredReviewMode(item) => {
            Details::EnteredReviewMode { id: item.id.to_string(), review: item.user_facing_hint }
        }
        TurnItem::ExitedReviewMode(item) => {
            let review = review::result(item.review_output.as_ref());
            Details::ExitedReviewMode { id: item.id.to_string(), review }
        }
        TurnItem::ContextCompaction(item) => Details::ContextCompaction { id: item.id.to_string() },
    }
}

fn user_message(item: UserMessageItem) -> Details {
    Details::UserMessage {
        id: item.id.to_string(),
        client_id: item.client_id,
        content: item.content.into_iter().map(user_input).collect(),
    }
}

fn agent_message(item: AgentMessageItem) -> Details {
    let AgentMessageItem { id, content, phase } = item;
    Details::AgentMessage {
        moderation: None,
        id: id.to_string(),
        text: joined(content),
        phase: phase.map(message_phase),
        memory_citation: None,
        delivery: None,
        questions: None,
    }
}

/// All parts as one text; a single part, the usual case, is moved and not copied.
fn joined(parts: Vec<AgentText>) -> String {
    let mut texts = parts.into_iter().map(|AgentText::Text { text }| text);
    let mut whole = texts.next().unwrap_or_default();
    for text in texts {
        whole.push_str(&text);
    }
    whole
}

fn message_phase(phase: MessagePhase) -> message::MessagePhase {
    match phase {
        MessagePhase::Commentary => message::MessagePhase::Commentary,
        MessagePhase::PartialAnswer => message::MessagePhase::PartialAnswer,
        MessagePhase::FinalAnswer => message::MessagePhase::FinalAnswer,
    }
}

fn command_execution(item: CommandExecutionItem) -> Details {
    Details::CommandExecution {
        id: item.id.to_string(),
        plugin_id: None,
        script_path: None,
        command: command::line(&item.command),
        cwd: path(&item.cwd),
        process_id: item.process_id,
        source: command_source(item.source),
        status: command_status(item.status),
        command_actions: command::actions(item.parsed_cmd, &item.cwd),
        aggregated_output: item.aggregated_output.map(shown_output),
        exit_code: item.exit_code,
        duration_ms: item.duration.map(milliseconds),
    }
}

/// Some clients read no lines above 64 KiB, so a long output is shown by its two ends. It is measured as the JSON that
/// it becomes.
fn shown_output(output: String) -> String {
    const MOST: usize = 40 * 1024;
    if within(output.chars(), MOST) == output.len() {
        return output;
    }
    let first = head(&output, within(output.chars(), MOST / 2));
    let last = tail(&output, within(output.chars().rev(), MOST / 2));
    let missing = output.len() - first.len() - last.len();
    format!("{first}\n[... {missing} bytes left out ...]\n{last}")
}

/// The length of the first of these characters that take at most so many bytes in JSON.
fn within(characters: impl Iterator<Item = char>, most: usize) -> usize {
    let mut escaped = 0;
    let fitting = characters.take_while(|character| {
        escaped += match character {
            '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
            '\0'..'\u{20}' => 6,
            other => other.len_utf8(),
        };
        escaped <= most
    });
    fitting.map(char::len_utf8).sum()
}

fn command_source(source: CommandSource) -> tool::CommandExecutionSource {
    match source {
        CommandSource::Agent => tool::CommandExecutionSource::Agent,
        CommandSource::UserShell => tool::CommandExecutionSource::UserShell,
        CommandSource::UnifiedExecStartup => tool::CommandExecutionSource::UnifiedExecStartup,
        CommandSource::UnifiedExecInteraction => tool::CommandExecutionSource::UnifiedExecInteraction,
    }
}

fn command_status(status: CommandStatus) -> tool::CommandExecutionStatus {
    match status {
        CommandStatus::InProgress => tool::CommandExecutionStatus::InProgress,
        CommandStatus::Completed => tool::CommandExecutionStatus::Completed,
        CommandStatus::Failed => tool::CommandExecutionStatus::Failed,
        CommandStatus::Declined => tool::CommandExecutionStatus::Declined,
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn file_change(item: FileChangeItem) -> Details {
    Details::FileChange {
        id: item.id.to_string(),
        changes: file_changes(item.changes),
        status: match item.status {
            // Absent in the stored form of a change that is under way.
            None | Some(PatchStatus::InProgress) => tool::PatchApplyStatus::InProgress,
            Some(PatchStatus::Completed) => tool::PatchApplyStatus::Completed,
            Some(PatchStatus::Failed) => tool::PatchApplyStatus::Failed,
            Some(PatchStatus::Declined) => tool::PatchApplyStatus::Declined,
        },
    }
}

fn file_changes(changes: BTreeMap<PathBuf, FileChange>) -> Vec<tool::FileUpdateChange> {
    changes
        .into_iter()
        .map(|(file, change)| {
            let (kind, diff) = change_of_file(change);
            tool::FileUpdateChange { path: path(&file), kind, diff }
        })
        .collect()
}

fn change_of_file(change: FileChange) -> (tool::PatchChangeKind, String) {
    match change {
        FileChange::Add { content } => (tool::PatchChangeKind::Add, content),
        FileChange::Delete { content } => (tool::PatchChangeKind::Delete, content),
        FileChange::Update { unified_diff, move_path: None } => {
            (tool::PatchChangeKind::Update { move_path: None }, unified_diff)
        }
        FileChange::Update { unified_diff, move_path: Some(target) } => {
            let target = path(&target);
            let diff = format!("{unified_diff}\n\nMoved to: {target}");
            (tool::PatchChangeKind::Update { move_path: Some(target) }, diff)
        }
    }
}

fn mcp_tool_call(item: McpToolCallItem) -> Details {
    Details::McpToolCall {
        id: item.id.to_string(),
        server: item.server,
        tool: item.tool,
        status: match item.status {
            CommandStatus::InProgress => tool::McpToolCallStatus::InProgress,
            CommandStatus::Completed => tool::McpToolCallStatus::Completed,
            CommandStatus::Failed | CommandStatus::Declined => tool::McpToolCallStatus::Failed,
        },
        arguments: item.arguments,
        app_context: None,
        mcp_app_resource_uri: None,
        mcp_app_ui: None,
        plugin_id: None,
        read_only_hint: None,
        result: item.result.map(mcp_result),
        error: item.error.map(|message| tool::McpToolCallError { message }),
        duration_ms: item.duration.map(milliseconds),
    }
}

/// The result as the server gave it; one that has not the form of MCP is its only content.
fn mcp_result(result: Value) -> tool::McpToolCallResult {
    decode::from_value(result.clone()).unwrap_or_else(|_| tool::McpToolCallResult {
        content: vec![result],
        structured_content: None,
        meta: None,
    })
}

fn dynamic_tool_call(item: DynamicToolCallItem) -> Details {
    Details::DynamicToolCall {
        id: item.id.to_string(),
        namespace: item.namespace,
        tool: item.tool,
        arguments: item.arguments,
        status: match item.status {
            CommandStatus::InProgress => tool::DynamicToolCallStatus::InProgress,
            CommandStatus::Completed => tool::DynamicToolCallStatus::Completed,
            CommandStatus::Failed | CommandStatus::Declined => tool::DynamicToolCallStatus::Failed,
        },
        content_items: item.content_items.map(|parts| parts.into_iter().map(tool_content).collect()),
        success: item.success,
        duration_ms: item.duration.map(milliseconds),
    }
}

fn tool_content(part: ToolContent) -> tool::DynamicToolCallOutputContentItem {
    use tool::DynamicToolCallOutputContentItem as Content;
    match part {
        ToolContent::InputText { text } => Content::InputText { text: shown_output(text) },
        ToolContent::InputImage { image_url } => Content::InputImage { image_url },
        ToolContent::InputAudio { audio_url } => Content::InputAudio { audio_url },
    }
}

fn web_search(item: WebSearchItem) -> Details {
    Details::WebSearch {
        action: item.action.as_ref().map(web_search_action),
        id: item.id.to_string(),
        query: item.query,
        results: None,
    }
}

/// Stored actions have the tags of the model's API.
fn web_search_action(action: &Value) -> tool::WebSearchAction {
    let text = |key: &str| action.get(key).and_then(Value::as_str).map(str::to_owned);
    match action.get("type").and_then(Value::as_str) {
        Some("search") => tool::WebSearchAction::Search {
            query: text("query"),
            queries: action.get("queries").and_then(|queries| serde_json::from_value(queries.clone()).ok()),
        },
        Some("open_page") => tool::WebSearchAction::OpenPage { url: text("url") },
        Some("find_in_page") => {
            tool::WebSearchAction::FindInPage { pattern: text("pattern"), url: text("url") }
        }
        Some(_) | None => tool::WebSearchAction::Other,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// A stored item, and the item that clients get.
    fn check(stored: &str, expected: Expect) {
        let stored: TurnItem = serde_json::from_str(stored).unwrap();
        let times = Times { started: Some(1), completed: Some(2) };
        let text = serde_json::to_string(&item(stored, times)).unwrap();
        expected.assert_eq(text.strip_suffix(r#","startedAtMs":1,"completedAtMs":2}"#).unwrap());
    }

    #[test]
    fn messages() {
        check(
            r#"{"type":"UserMessage","id":"u","client_id":"c","content":[{"type":"text","text":"hi","text_elements":[{"byte_range":{"start":0,"end":2}}]},{"type":"image","image_url":"data:x","detail":"high"},{"type":"local_image","path":"/a.png"},{"type":"skill","name":"s","path":"/s"},{"type":"mention","name":"m","path":"app://m"}]}"#,
            expect![[
                r#"{"type":"userMessage","id":"u","clientId":"c","content":[{"type":"text","text":"hi","text_elements":[{"byteRange":{"start":0,"end":2},"placeholder":null}]},{"type":"image","url":"data:x","detail":"high"},{"type":"localImage","path":"/a.png"},{"type":"skill","name":"s","path":"/s"},{"type":"mention","name":"m","path":"app://m"}]"#
            ]],
        );
        check(
            r#"{"type":"AgentMessage","id":"m","content":[{"type":"Text","text":"a"},{"type":"Text","text":"b"}],"phase":"final_answer"}"#,
            expect![[
                r#"{"type":"agentMessage","moderation":null,"id":"m","text":"ab","phase":"final_answer","memoryCitation":null,"delivery":null,"questions":null"#
            ]],
        );
        check(
            r#"{"type":"Reasoning","id":"r","summary_text":["s"],"raw_content":[]}"#,
            expect![[r#"{"type":"reasoning","id":"r","summary":["s"],"content":[]"#]],
        );
    }

    #[test]
    fn commands() {
        check(
            r#"{"type":"CommandExecution","id":"c","process_id":"7","command":["/bin/bash","-lc","cat 'a b'"],"cwd":"file:///w","parsed_cmd":[{"type":"read","cmd":"cat 'a b'","name":"a b","path":"a b"}],"source":"unified_exec_startup","status":"failed","aggregated_output":"x\n","exit_code":3,"duration":{"secs":1,"nanos":5000000}}"#,
            expect![[
                r#"{"type":"commandExecution","id":"c","pluginId":null,"scriptPath":null,"command":"/bin/bash -lc \"cat 'a b'\"","cwd":"/w","processId":"7","source":"unifiedExecStartup","status":"failed","commandActions":[{"type":"read","command":"cat 'a b'","name":"a b","path":"/w/a b"}],"aggregatedOutput":"x\n","exitCode":3,"durationMs":1005"#
            ]],
        );
    }

    #[test]
    fn long_outputs_fit_into_a_line_whatever_they_hold() {
        let short = "\u{1b}[31m\"é\"\n".to_owned();
        assert_eq!(shown_output(short.clone()), short);
        for piece in ["x", "é漢", "\u{1}", "\"\\", "\n", "\u{1b}[0m ", "\u{7f}"] {
            let output = "begin".to_owned() + &piece.repeat(100_000) + "end";
            let shown = shown_output(output.clone());
            let bytes = serde_json::to_string(&shown).unwrap().len();
            assert!((39 * 1024..41 * 1024).contains(&bytes), "{bytes} for {piece:?}");
            assert!(shown.starts_with("begin") && shown.ends_with("end"));
            let (first, rest) = shown.split_once("\n[... ").unwrap();
            let (missing, last) = rest.split_once(" bytes left out ...]\n").unwrap();
            assert_eq!(first.len() + last.len() + missing.parse::<usize>().unwrap(), output.len());
        }
    }

    #[test]
    fn file_changes() {
        check(
            r#"{"type":"FileChange","id":"f","changes":{"/a":{"type":"add","content":"x\n"},"/b":{"type":"update","unified_diff":"@@ -1 +1 @@\n-a\n+b\n","move_path":"/c"}},"status":"completed"}"#,
            expect![[
                r#"{"type":"fileChange","id":"f","changes":[{"path":"/a","kind":{"type":"add"},"diff":"x\n"},{"path":"/b","kind":{"type":"update","move_path":"/c"},"diff":"@@ -1 +1 @@\n-a\n+b\n\n\nMoved to: /c"}],"status":"completed""#
            ]],
        );
    }

    #[test]
    fn other_tools() {
        check(
            r#"{"type":"McpToolCall","id":"m","server":"s","tool":"t","arguments":{"a":1},"status":"completed","result":{"content":[],"_meta":{"x":1}},"duration":null}"#,
            expect![[
                r#"{"type":"mcpToolCall","id":"m","server":"s","tool":"t","status":"completed","arguments":{"a":1},"appContext":null,"mcpAppUi":null,"pluginId":null,"readOnlyHint":null,"result":{"content":[],"structuredContent":null,"_meta":{"x":1}},"error":null,"durationMs":null"#
            ]],
        );
        check(
            r#"{"type":"DynamicToolCall","id":"call_4_0","namespace":"ns","tool":"lookup","arguments":{"q":"x"},"status":"completed","content_items":[{"type":"inputText","text":"found"}],"success":true,"duration":{"secs":0,"nanos":740608}}"#,
            expect![[
                r#"{"type":"dynamicToolCall","id":"call_4_0","namespace":"ns","tool":"lookup","arguments":{"q":"x"},"status":"completed","contentItems":[{"type":"inputText","text":"found"}],"success":true,"durationMs":0"#
            ]],
        );
        check(
            r#"{"type":"WebSearch","id":"w","query":"q","action":{"type":"open_page","url":"u"}}"#,
            expect![[
                r#"{"type":"webSearch","action":{"type":"openPage","url":"u"},"id":"w","query":"q","results":null"#
            ]],
        );
        check(
            r#"{"type":"ImageView","id":"i","path":"file:///a%20b.png"}"#,
            expect![[r#"{"type":"imageView","id":"i","path":"/a b.png""#]],
        );
    }
}
