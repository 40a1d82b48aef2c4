//! Tools of all kinds as plain functions, for servers that know no others, and calls of these lifted back. Pure.
//!
//! A tool that takes free text becomes a function with one argument `input`; the shell tool of some models a function
//! with the arguments of its action. Search by the server is left out. Names and ids of calls are made such that
//! every server takes them, and calls without an id, or with one that was used before, get a fresh one.

use std::borrow::Cow;
use std::collections::HashSet;

use codex_protocol::ids::CallId;
use codex_protocol::response_item::{LocalShellAction, LocalShellStatus, ResponseItem};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::model::prompt::Prompt;
use crate::model::tool_spec::{FreeformTool, ToolSpec};

/// The argument of a function that stands for a tool with free text.
pub const INPUT: &str = "input";
pub const LOCAL_SHELL: &str = "local_shell";

/// No server takes longer names and ids everywhere.
const LONGEST_NAME: usize = 64;

/// A tool as a function.
#[derive(Debug)]
pub struct Function<'a> {
    pub name: Cow<'a, str>,
    pub description: Cow<'a, str>,
    pub parameters: Cow<'a, Value>,
}

/// The function that stands for a tool; none for what a server would have to do itself.
pub fn function(spec: &ToolSpec) -> Option<Function<'_>> {
    Some(match spec {
        ToolSpec::Function(tool) => Function {
            name: name(&tool.name),
            description: Cow::Borrowed(&tool.description),
            parameters: of_an_object(&tool.parameters),
        },
        ToolSpec::Freeform(tool) => Function {
            name: name(&tool.name),
            description: Cow::Owned(with_grammar(tool)),
            parameters: Cow::Owned(json!({
                "type": "object",
                "properties": {INPUT: {"type": "string", "description": "The whole text."}},
                "required": [INPUT],
                "additionalProperties": false,
            })),
        },
        ToolSpec::LocalShell => Function {
            name: Cow::Borrowed(LOCAL_SHELL),
            description: Cow::Borrowed("Runs a program and returns its output."),
            parameters: Cow::Owned(json!({
                "type": "object",
                "properties": {
                    "command": {"type": "array", "items": {"type": "string"}, "description": "The program and its arguments."},
                    "working_directory": {"type": "string", "description": "Where it runs; the workspace if left out."},
                    "timeout_ms": {"type": "number", "description": "After how many milliseconds it is ended."},
                },
                "required": ["command"],
                "additionalProperties": false,
            })),
        },
        ToolSpec::WebSearch(_) => return None,
    })
}

fn with_grammar(tool: &FreeformTool) -> String {
    let FreeformTool { description, syntax, definition, .. } = tool;
    format!("{description}\n\nThe text in `{INPUT}` follows this grammar ({syntax}):\n{definition}")
}

fn of_an_object(schema: &Value) -> Cow<'_, Value> {
    match schema {
        Value::Object(fields) if fields.get("type").and_then(Value::as_str) == Some("object") => {
            Cow::Borrowed(schema)
        }
        Value::Object(fields) => {
            let mut fields = fields.clone();
            fields.insert("type".to_owned(), json!("object"));
            Cow::Owned(Value::Object(fields))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Cow::Owned(json!({"type": "object", "properties": {}}))
        }
    }
}

/// A name as every server takes it: letters, digits, `_` and `-`, and not too long.
pub fn name(name: &str) -> Cow<'_, str> {
    if is_plain(name) && name.len() <= LONGEST_NAME && !name.is_empty() {
        return Cow::Borrowed(name);
    }
    if name.is_empty() {
        return Cow::Borrowed("unnamed");
    }
    let beginning: String = name.chars().map(|c| if is_plain_char(c) { c } else { '_' }).take(40).collect();
    Cow::Owned(format!("{beginning}_{:016x}", hash(name)))
}

pub fn is_plain(text: &str) -> bool {
    text.chars().all(is_plain_char)
}

fn is_plain_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// The same in every run (FNV-1a).
pub fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Arguments as a JSON object, whatever the model wrote: servers refuse a history with others.
pub fn object_text(arguments: &str) -> Cow<'_, str> {
    let arguments = arguments.trim();
    if arguments.is_empty() {
        return Cow::Borrowed("{}");
    }
    if is_object(arguments) {
        return Cow::Borrowed(arguments);
    }
    Cow::Owned(json!({"unreadable": arguments}).to_string())
}

/// Whether this is a whole JSON object.
pub fn is_object(arguments: &str) -> bool {
    let text = arguments.trim_start();
    // A value of any kind, because servers insist on less depth than a reader that skips.
    text.starts_with('{') && serde_json::from_str::<Map<String, Value>>(text).is_ok()
}

/// What an answer is read with.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Tools that are called other than as functions, or under another name than sent.
    lifted: Vec<(String, Lifted)>,
    /// Ids that name calls of the conversation already.
    used: HashSet<CallId>,
    /// Who answers.
    pub provider: String,
}

#[derive(Clone, Debug)]
enum Lifted {
    Function(String),
    Freeform(String),
    LocalShell,
}

impl Known {
    pub fn of(prompt: &Prompt, provider: &str) -> Self {
        let lifted = prompt.tools.iter().filter_map(|spec| match spec {
            ToolSpec::Function(tool) => {
                let sent = name(&tool.name);
                (sent != tool.name).then(|| (sent.into_owned(), Lifted::Function(tool.name.to_string())))
            }
            ToolSpec::Freeform(tool) => {
                Some((name(&tool.name).into_owned(), Lifted::Freeform(tool.name.to_string())))
            }
            ToolSpec::LocalShell => Some((LOCAL_SHELL.to_owned(), Lifted::LocalShell)),
            ToolSpec::WebSearch(_) => None,
        });
        let used = prompt.input.iter().filter_map(|item| item.call_id().cloned());
        Self { lifted: lifted.collect(), used: used.collect(), provider: provider.to_owned() }
    }

    /// The call as the engine knows it.
    fn lift(&self, called: Called) -> ResponseItem {
        let Called { call_id, name, arguments } = called;
        match self.lifted.iter().find(|(sent, _)| *sent == name).map(|(_, lifted)| lifted) {
            None => function_call(name, arguments, call_id),
            Some(Lifted::Function(name)) => function_call(name.clone(), arguments, call_id),
            Some(Lifted::Freeform(name)) => ResponseItem::CustomToolCall {
                id: None,
                call_id,
                name: name.clone(),
                input: free_text(arguments),
                status: None,
            },
            Some(Lifted::LocalShell) => match serde_json::from_str::<ShellArguments>(&arguments) {
                Ok(ShellArguments { command, working_directory, timeout_ms }) => {
                    let action = LocalShellAction::Exec {
                        command,
                        timeout_ms,
                        working_directory,
                        env: None,
                        user: None,
                    };
                    let status = LocalShellStatus::Completed;
                    ResponseItem::LocalShellCall { id: None, call_id: Some(call_id), status, action }
                }
                Err(_) => function_call(name, arguments, call_id),
            },
        }
    }
}

#[derive(Deserialize)]
struct ShellArguments {
    command: Vec<String>,
    working_directory: Option<String>,
    timeout_ms: Option<u64>,
}

/// A call as a server wrote it.
struct Called {
    call_id: CallId,
    name: String,
    arguments: String,
}

fn function_call(name: String, arguments: String, call_id: CallId) -> ResponseItem {
    let arguments = if arguments.trim().is_empty() { "{}".to_owned() } else { arguments };
    ResponseItem::FunctionCall { id: None, name, namespace: None, arguments, call_id }
}

/// The one text in the arguments; models that forget the envelope send the text itself.
fn free_text(arguments: String) -> String {
    match serde_json::from_str::<Value>(&arguments) {
        Ok(Value::String(text)) => text,
        Ok(Value::Object(mut fields)) => match fields.remove(INPUT) {
            Some(Value::String(text)) => text,
            Some(_) => arguments,
            None => {
                let mut texts = fields.values().filter_map(Value::as_str);
                match (texts.next(), texts.next()) {
                    (Some(text), None) => text.to_owned(),
                    (Some(_) | None, _) => arguments,
                }
            }
        },
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | Err(_) => arguments,
    }
}

/// The calls of one answer, lifted and with ids of their own.
#[derive(Debug)]
pub struct Calls {
    known: std::sync::Arc<Known>,
    /// What makes fresh ids differ from those of other answers.
    seed: String,
    taken: HashSet<CallId>,
    made: usize,
}

impl Calls {
    pub fn new(known: std::sync::Arc<Known>, seed: String) -> Self {
        Self { known, seed, taken: HashSet::new(), made: 0 }
    }

    pub fn provider(&self) -> &str {
        &self.known.provider
    }

    /// A call under this id, or a fresh one.
    pub fn item(&mut self, id: String, name: String, arguments: String) -> ResponseItem {
        let mut call_id = CallId::from(id);
        if call_id.as_str().is_empty() || self.known.used.contains(&call_id) || self.taken.contains(&call_id)
        {
            self.made += 1;
            call_id = CallId::from(format!("call_{}_{}", self.seed, self.made));
        }
        self.taken.insert(call_id.clone());
        self.known.lift(Called { call_id, name, arguments })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn known(lifted: Vec<(String, Lifted)>, used: &[&str]) -> Arc<Known> {
        let used = used.iter().map(|id| CallId::from(*id)).collect();
        Arc::new(Known { lifted, used, provider: "p".into() })
    }

    #[test]
    fn every_call_has_an_id_of_its_own() {
        let mut calls = Calls::new(known(vec![], &["call_0"]), "s".into());
        let ids: Vec<_> = ["call_0", "", "a", "a", "b"]
            .into_iter()
            .map(|id| calls.item(id.into(), "f".into(), String::new()).call_id().unwrap().to_string())
            .collect();
        assert_eq!(ids, ["call_s_1", "call_s_2", "a", "call_s_3", "b"]);
    }

    #[test]
    fn calls_are_lifted_back() {
        let lifted = vec![
            ("patch".to_owned(), Lifted::Freeform("patch".into())),
            (LOCAL_SHELL.to_owned(), Lifted::LocalShell),
            (name("a.b").into_owned(), Lifted::Function("a.b".into())),
        ];
        let mut calls = Calls::new(known(lifted, &[]), "s".into());
        for arguments in [r#"{"input":"x"}"#, r#"{"patch":"x","n":1}"#, "x", "\"x\""] {
            let ResponseItem::CustomToolCall { input, .. } =
                calls.item(String::new(), "patch".into(), arguments.into())
            else {
                panic!("not lifted")
            };
            assert_eq!(input, "x", "{arguments}");
        }
        let shell = calls.item(String::new(), LOCAL_SHELL.into(), r#"{"command":["ls"]}"#.into());
        assert!(matches!(shell, ResponseItem::LocalShellCall { .. }));
        let shell = calls.item(String::new(), LOCAL_SHELL.into(), r#"{"command":"ls"}"#.into());
        assert!(matches!(shell, ResponseItem::FunctionCall { .. }));
        let ResponseItem::FunctionCall { name, arguments, .. } =
            calls.item(String::new(), name("a.b").into_owned(), String::new())
        else {
            panic!("no function")
        };
        assert_eq!((name.as_str(), arguments.as_str()), ("a.b", "{}"));
    }

    #[test]
    fn names_and_arguments_are_made_such_that_they_are_taken() {
        assert_eq!(name("apply_patch"), "apply_patch");
        assert_eq!(name(""), "unnamed");
        assert!(is_plain(&name("größe/x")) && name(&"x".repeat(200)).len() <= LONGEST_NAME);
        assert_ne!(name("a/b"), name("a.b"));
        assert_eq!(object_text(" "), "{}");
        assert_eq!(object_text(r#" {"a":1} "#), r#"{"a":1}"#);
        assert_eq!(object_text("[1]"), r#"{"unreadable":"[1]"}"#);
        assert_eq!(object_text(r#"{"a":"#), r#"{"unreadable":"{\"a\":"}"#);
    }
}
