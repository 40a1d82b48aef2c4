//! What notifications look like to a person. Pure: a notification in, text out.
//!
//! Text and output are shown as they stream. The end of an item repeats the whole of it and is authoritative, so
//! what was not streamed is shown then. Only the thread of this client is there, so ids of threads do not matter.

use std::collections::HashMap;

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::input::UserInput;
use codex_app_server_protocol::v2::item::{ThreadItem, ThreadItemDetails};
use codex_app_server_protocol::v2::item_tool::{CommandExecutionStatus, FileUpdateChange, PatchApplyStatus};
use codex_app_server_protocol::v2::turn::{Turn, TurnPlanStep, TurnPlanStepStatus, TurnStatus};

/// Something to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A part of a line.
    Stream(String),
    /// The end of the line that was begun, if one was.
    EndLine,
    /// A line of its own.
    Line(String),
    /// A line that is not part of the conversation.
    Aside(String),
}

/// Remembers what was shown of the items that are not complete.
#[derive(Debug, Default)]
pub struct Show {
    /// How many bytes of an item were streamed.
    streamed: HashMap<String, usize>,
    /// What runs, for the status line.
    running: Vec<(String, String)>,
    diff: String,
}

impl Show {
    /// What is going on, in a few words.
    pub fn doing(&self) -> String {
        match self.running.last() {
            Some((_, command)) => format!("running {command}"),
            None => "waiting for the model".to_owned(),
        }
    }

    pub fn on(&mut self, told: &ServerNotification) -> Vec<Piece> {
        match told {
            ServerNotification::ItemStarted(started) => self.started(&started.item),
            ServerNotification::AgentMessageDelta(delta) => self.stream(&delta.item_id, &delta.delta),
            ServerNotification::PlanDelta(delta) => self.stream(&delta.item_id, &delta.delta),
            ServerNotification::ReasoningSummaryPartAdded(_) => vec![Piece::EndLine],
            ServerNotification::ReasoningSummaryTextDelta(delta) => self.stream(&delta.item_id, &delta.delta),
            ServerNotification::CommandExecutionOutputDelta(delta) => {
                self.stream(&delta.item_id, &delta.delta)
            }
            ServerNotification::TerminalInteraction(typed) => {
                vec![Piece::Line(format!("< {:?}", typed.stdin))]
            }
            ServerNotification::ItemCompleted(completed) => self.completed(&completed.item),
            ServerNotification::TurnPlanUpdated(plan) => vec![Piece::Line(describe_plan(&plan.plan))],
            ServerNotification::TurnDiffUpdated(update) => {
                self.diff.clone_from(&update.diff);
                Vec::new()
            }
            ServerNotification::TurnCompleted(end) => self.end(&end.turn),
            ServerNotification::Error(failure) if failure.will_retry => {
                vec![Piece::Aside(format!("{}; trying again", failure.error.message))]
            }
            ServerNotification::Warning(warning) => {
                vec![Piece::Aside(format!("warning: {}", warning.message))]
            }
            ServerNotification::ConfigWarning(warning) => {
                vec![Piece::Aside(format!("warning: {}", warning.summary))]
            }
            _ => Vec::new(),
        }
    }

    fn started(&mut self, item: &ThreadItem) -> Vec<Piece> {
        match &item.details {
            ThreadItemDetails::CommandExecution { id, command, .. } => {
                self.running.push((id.clone(), command.clone()));
                vec![Piece::Line(format!("$ {command}"))]
            }
            ThreadItemDetails::FileChange { changes, .. } => vec![Piece::Line(describe_changes(changes))],
            ThreadItemDetails::Reasoning { .. } => vec![Piece::Line("(thinking)".to_owned())],
            ThreadItemDetails::ContextCompaction { .. } => vec![Piece::Line("(summing up)".to_owned())],
            _ => Vec::new(),
        }
    }

    fn stream(&mut self, item: &str, delta: &str) -> Vec<Piece> {
        *self.streamed.entry(item.to_owned()).or_default() += delta.len();
        vec![Piece::Stream(delta.to_owned())]
    }

    fn completed(&mut self, item: &ThreadItem) -> Vec<Piece> {
        match &item.details {
            ThreadItemDetails::AgentMessage { id, text, .. } | ThreadItemDetails::Plan { id, text } => {
                self.rest(id, text)
            }
            ThreadItemDetails::Reasoning { id, summary, .. } => self.rest(id, &summary.join("\n")),
            ThreadItemDetails::CommandExecution { id, aggregated_output, status, exit_code, .. } => {
                self.running.retain(|(running, _)| running != id);
                let mut pieces = self.rest(id, aggregated_output.as_deref().unwrap_or_default());
                let end = match (status, exit_code) {
                    (CommandExecutionStatus::Declined, _) => Some("(declined)".to_owned()),
                    (_, Some(0)) => None,
                    (_, Some(code)) => Some(format!("(exit code {code})")),
                    (_, None) => Some("(no exit code)".to_owned()),
                };
                pieces.extend(end.map(Piece::Line));
                pieces
            }
            ThreadItemDetails::FileChange { status, .. } => match status {
                PatchApplyStatus::Completed | PatchApplyStatus::InProgress => Vec::new(),
                PatchApplyStatus::Failed => vec![Piece::Line("(not applied)".to_owned())],
                PatchApplyStatus::Declined => vec![Piece::Line("(declined)".to_owned())],
            },
            _ => Vec::new(),
        }
    }

    /// What was not streamed: all of it or nothing, since deltas are never lost.
    fn rest(&mut self, id: &str, whole: &str) -> Vec<Piece> {
        match self.streamed.remove(id) {
            None | Some(0) if !whole.is_empty() => vec![Piece::Line(whole.trim_end_matches('\n').to_owned())],
            None | Some(_) => vec![Piece::EndLine],
        }
    }

    fn end(&mut self, turn: &Turn) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if !self.diff.is_empty() {
            pieces.push(Piece::Line(std::mem::take(&mut self.diff).trim_end().to_owned()));
        }
        match turn.status {
            TurnStatus::Completed | TurnStatus::InProgress => {}
            TurnStatus::Interrupted => pieces.push(Piece::Aside("The turn was interrupted.".to_owned())),
            TurnStatus::Failed => {
                let reason = turn.error.as_ref().map_or("no reason given", |error| error.message.as_str());
                pieces.push(Piece::Aside(format!("The turn failed: {reason}")));
            }
        }
        pieces
    }
}

/// What is shown of an item of an earlier turn.
pub fn recalled(item: &ThreadItem) -> Option<String> {
    match &item.details {
        ThreadItemDetails::UserMessage { content, .. } => {
            let texts = content.iter().map(|input| match input {
                UserInput::Text { text, .. } => text.as_str(),
                _ => "[attachment]",
            });
            Some(format!("> {}", texts.collect::<Vec<_>>().join(" ")))
        }
        ThreadItemDetails::AgentMessage { text, .. } => Some(text.clone()),
        ThreadItemDetails::CommandExecution { command, .. } => Some(format!("$ {command}")),
        _ => None,
    }
}

fn describe_plan(steps: &[TurnPlanStep]) -> String {
    let lines = steps.iter().map(|step| {
        let mark = match step.status {
            TurnPlanStepStatus::Pending => ' ',
            TurnPlanStepStatus::InProgress => '>',
            TurnPlanStepStatus::Completed => 'x',
        };
        format!("  [{mark}] {}", step.step)
    });
    std::iter::once("Plan:".to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
}

fn describe_changes(changes: &[FileUpdateChange]) -> String {
    let texts = changes.iter().map(|change| format!("± {}\n{}", change.path, change.diff.trim_end()));
    texts.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::{Value, json};

    use super::*;

    fn check(messages: &[(&str, Value)], expected: Expect) {
        let mut show = Show::default();
        let mut text = String::new();
        for (method, params) in messages {
            let params = serde_json::value::to_raw_value(params).unwrap();
            let told = ServerNotification::decode(method, Some(&params)).unwrap();
            for piece in show.on(&told) {
                text.push_str(&format!("{piece:?}\n"));
            }
        }
        expected.assert_eq(&text);
    }

    fn item(item: Value) -> Value {
        json!({"threadId": "t", "turnId": "u", "startedAtMs": 1, "completedAtMs": 2, "item": item})
    }

    fn delta(id: &str, text: &str) -> Value {
        json!({"threadId": "t", "turnId": "u", "itemId": id, "delta": text})
    }

    fn command(status: &str, output: Value, code: Value) -> Value {
        item(json!({"type": "commandExecution", "id": "c", "command": "ls", "cwd": "/", "status": status,
            "commandActions": [], "processId": null, "aggregatedOutput": output, "exitCode": code, "durationMs": null}))
    }

    #[test]
    fn what_was_streamed_is_not_repeated() {
        check(
            &[
                ("item/agentMessage/delta", delta("m", "Hel")),
                ("item/agentMessage/delta", delta("m", "lo")),
                ("item/completed", item(json!({"type": "agentMessage", "id": "m", "text": "Hello"}))),
                ("item/completed", item(json!({"type": "agentMessage", "id": "n", "text": "unstreamed"}))),
            ],
            expect![[r#"
                Stream("Hel")
                Stream("lo")
                EndLine
                Line("unstreamed")
            "#]],
        );
    }

    #[test]
    fn a_command_with_its_output_and_end() {
        check(
            &[
                ("item/started", command("inProgress", Value::Null, Value::Null)),
                ("item/commandExecution/outputDelta", delta("c", "one\n")),
                ("item/completed", command("failed", json!("one\n"), json!(2))),
                ("item/completed", command("completed", json!("late\n"), json!(0))),
                ("item/completed", command("declined", Value::Null, Value::Null)),
            ],
            expect![[r#"
                Line("$ ls")
                Stream("one\n")
                EndLine
                Line("(exit code 2)")
                Line("late")
                EndLine
                Line("(declined)")
            "#]],
        );
    }

    #[test]
    fn parts_of_reasoning_stand_on_lines_of_their_own() {
        let part = |index: u32| json!({"threadId": "t", "turnId": "u", "itemId": "r", "summaryIndex": index});
        let text = |index: u32, text: &str| {
            let mut params = part(index);
            params["delta"] = json!(text);
            params
        };
        check(
            &[
                ("item/started", item(json!({"type": "reasoning", "id": "r"}))),
                ("item/reasoning/summaryPartAdded", part(0)),
                ("item/reasoning/summaryTextDelta", text(0, "First.")),
                ("item/reasoning/summaryPartAdded", part(1)),
                ("item/reasoning/summaryTextDelta", text(1, "Second.")),
                (
                    "item/completed",
                    item(json!({"type": "reasoning", "id": "r", "summary": ["First.", "Second."]})),
                ),
            ],
            expect![[r#"
                Line("(thinking)")
                EndLine
                Stream("First.")
                EndLine
                Stream("Second.")
                EndLine
            "#]],
        );
    }

    #[test]
    fn plan_diff_and_end() {
        let plan = json!([{"step": "look", "status": "completed"}, {"step": "act", "status": "inProgress"},
            {"step": "rest", "status": "pending"}]);
        let turn = json!({"id": "u", "items": [], "status": "failed", "error": {"message": "no model"}});
        check(
            &[
                ("turn/plan/updated", json!({"threadId": "t", "turnId": "u", "plan": plan})),
                ("turn/diff/updated", json!({"threadId": "t", "turnId": "u", "diff": "-a\n+b\n"})),
                ("turn/completed", json!({"threadId": "t", "turn": turn})),
            ],
            expect![[r#"
                Line("Plan:\n  [x] look\n  [>] act\n  [ ] rest")
                Line("-a\n+b")
                Aside("The turn failed: no model")
            "#]],
        );
    }
}
