//! A prompt ▶ where in the conversation the model is. Pure.
//!
//! The rehearsal model remembers nothing: what it plays follows from the items since the user's last
//! message. Messages that the engine itself puts in for the user are told apart by their form.

use codex_protocol::response_item::{CallOutput, ContentItem, ResponseItem};
use serde_json::Value;

use crate::base::text::head;
use crate::model::prompt::{Prompt, Purpose};

/// Stands in a summary before the number of outputs since the user's last message and the number of the last item.
const STOOD: &str = "(outputs since then and items so far: ";
/// A summary may say anything.
const MOST_OUTPUTS: usize = 10_000;
/// No item has a larger one.
const LARGEST_NUMBER: u64 = u32::MAX as u64;
/// How much of an output is quoted.
const QUOTED: usize = 2000;

/// The situation a response is asked for in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// The user's last message, its text parts joined by line ends.
    pub user_text: String,
    /// It is the goal of the conversation, for which the turn was begun.
    pub is_goal: bool,
    /// Counts the user's messages, from 1.
    pub turn: usize,
    /// The outputs of tool calls since that message, in order.
    pub outputs: Vec<String>,
    /// Grows with every item of the model and every message of the user.
    pub number: u64,
    /// Estimated tokens of everything shown to the model.
    pub input_tokens: i64,
    pub output_schema: Option<Value>,
    pub purpose: Purpose,
}

impl Scene {
    pub fn of(prompt: &Prompt) -> Self {
        let (output_schema, purpose) = (prompt.output_schema.clone(), prompt.purpose);
        let mut scene = Self { output_schema, purpose, ..Self::default() };
        let mut bytes = prompt.instructions.len();
        // The last message asks for the summary, and is no part of what is summed up.
        let last = usize::from(purpose == Purpose::Summary);
        for item in prompt.input.iter().rev().skip(last).rev() {
            bytes += scene.take(item);
        }
        scene.input_tokens = i64::try_from(bytes / 4).unwrap_or(i64::MAX);
        scene
    }

    /// Takes one item in; gives its size.
    fn take(&mut self, item: &ResponseItem) -> usize {
        match item {
            ResponseItem::Message { role, content, .. } => {
                let text = content.iter().filter_map(ContentItem::as_text).collect::<Vec<_>>().join("\n");
                let size = text.len();
                let objective = objective(&text);
                if role == "user" && (objective.is_some() || !is_of_the_engine(&text)) {
                    self.turn += 1;
                    self.number += 1;
                    self.outputs.clear();
                    self.is_goal = objective.is_some();
                    self.user_text = objective.unwrap_or(text);
                } else if role == "user" {
                    self.take_summary(&text);
                } else if role == "assistant" {
                    self.number += 1;
                }
                size
            }
            ResponseItem::FunctionCallOutput { output, .. }
            | ResponseItem::CustomToolCallOutput { output, .. } => self.output(output),
            ResponseItem::FunctionCall { arguments: text, call_id, .. }
            | ResponseItem::CustomToolCall { input: text, call_id, .. } => {
                // Items before it may have been summed up, and its id is not to come again.
                self.number = self.number.saturating_add(1).max(number_in(call_id.as_str()) + 1);
                text.len()
            }
            ResponseItem::Reasoning { .. }
            | ResponseItem::LocalShellCall { .. }
            | ResponseItem::WebSearchCall { .. }
            | ResponseItem::Compaction { .. } => {
                self.number += 1;
                0
            }
            ResponseItem::GhostSnapshot { .. } | ResponseItem::Other => 0,
        }
    }

    /// Where a conversation stood when this model summed it up: the script goes on from there.
    fn take_summary(&mut self, text: &str) {
        let line = text.lines().rev().find_map(|line| line.trim().strip_prefix(STOOD));
        let numbers = line.and_then(|line| line.strip_suffix(')')?.split_once(','));
        let Some((outputs, number)) = numbers else { return };
        let (Ok(outputs), Ok(number)) = (outputs.trim().parse::<usize>(), number.trim().parse::<u64>())
        else {
            return;
        };
        self.outputs = vec![String::new(); outputs.min(MOST_OUTPUTS)];
        self.number = self.number.max(number.min(LARGEST_NUMBER));
    }

    /// What a summary says of where the conversation stands.
    pub fn standing(&self) -> String {
        format!("{STOOD}{}, {})", self.outputs.len(), self.number)
    }

    fn output(&mut self, output: &CallOutput) -> usize {
        let text = output.text();
        let size = text.len();
        self.outputs.push(text);
        size
    }

    /// The id of the command that the last output to name one says is still running.
    pub fn session(&self) -> Option<u64> {
        const SAID: [&str; 2] = ["session ID ", "\"session_id\":"];
        self.outputs.iter().rev().find_map(|output| {
            SAID.iter().find_map(|said| {
                let rest = output.split_once(said)?.1.trim_start();
                let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                rest.get(..digits)?.parse().ok()
            })
        })
    }

    /// A text with `{output}` (the last) and `{outputN}` (the n-th) replaced by what tools gave back.
    /// What they gave back is not looked into again.
    pub fn filled(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{output") {
            result.push_str(before);
            let number = after.split_once('}').and_then(|(number, after)| {
                let index = if number.is_empty() { self.outputs.len() } else { number.parse().ok()? };
                Some((index, after))
            });
            match number {
                Some((index, after)) => {
                    let output = index.checked_sub(1).and_then(|index| self.outputs.get(index));
                    result.push_str(output.map_or("", |output| quoted(output)));
                    rest = after;
                }
                None => {
                    result.push_str("{output");
                    rest = after;
                }
            }
        }
        result + rest
    }
}

/// The part of an output that a command printed.
fn quoted(output: &str) -> &str {
    let printed = output.split_once("\nOutput:\n").map_or(output, |(_, printed)| printed);
    head(printed.trim(), QUOTED)
}

/// The goal that a message of the engine begins a turn for, in place of the user.
fn objective(text: &str) -> Option<String> {
    let (_, rest) = text.strip_prefix("<codex_internal_context")?.split_once("<objective>\n")?;
    Some(rest.rsplit_once("\n</objective>")?.0.to_owned())
}

/// Context that is put in as a user's message: wrapped in a tag, or instructions from a file.
fn is_of_the_engine(text: &str) -> bool {
    let text = text.trim();
    let tag = text.strip_prefix('<').and_then(|rest| rest.split(['>', ' ']).next()).unwrap_or("");
    let wrapped = !tag.is_empty() && text.ends_with(&format!("</{tag}>"));
    wrapped || text.ends_with("</INSTRUCTIONS>")
}

/// The number of the response in an id that this model has made; 0 for any other.
fn number_in(id: &str) -> u64 {
    let number = id.split('_').nth(1).and_then(|number| number.parse::<u64>().ok());
    number.filter(|number| *number <= LARGEST_NUMBER).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(items: &[ResponseItem]) -> Scene {
        let mut scene = Scene::default();
        for item in items {
            scene.take(item);
        }
        scene
    }

    fn output(text: &str) -> ResponseItem {
        ResponseItem::FunctionCallOutput { call_id: "c".into(), output: CallOutput::Text(text.into()) }
    }

    #[test]
    fn only_what_the_user_wrote_is_the_users() {
        let scene = scene(&[
            ResponseItem::message("user", "<environment_context>\n<cwd>/</cwd>\n</environment_context>"),
            ResponseItem::message("user", "# AGENTS.md\n<INSTRUCTIONS>\nx\n</INSTRUCTIONS>"),
            ResponseItem::message("user", "<b>bold</b> words"),
            ResponseItem::message(
                "user",
                "<codex_internal_context source=\"goal\">\n</codex_internal_context>",
            ),
            output("old"),
            ResponseItem::message("user", "second"),
            output("new"),
        ]);
        assert_eq!((scene.user_text.as_str(), scene.turn), ("second", 2));
        assert_eq!(scene.outputs, ["new"]);
    }

    #[test]
    fn a_goal_stands_in_the_place_of_a_message() {
        let text = "<codex_internal_context source=\"goal\">\nGo on.\n<objective>\nsay </objective>\n</objective>\nx";
        let goal = scene(&[output("old"), ResponseItem::message("user", text)]);
        assert_eq!((goal.user_text.as_str(), goal.is_goal, goal.turn), ("say </objective>", true, 1));
        assert_eq!(goal.outputs, [""; 0]);
        let user = scene(&[ResponseItem::message("user", text), ResponseItem::message("user", "hi")]);
        assert_eq!((user.user_text.as_str(), user.is_goal), ("hi", false));
    }

    #[test]
    fn outputs_are_quoted_without_their_head() {
        let first = "Wall time: 0.1 seconds\nProcess running with session ID 42\nOutput:\nhello\n";
        let scene = scene(&[output(first), output("plain")]);
        assert_eq!(scene.filled("{output1}, {output}"), "hello, plain");
        assert_eq!(scene.filled("{outputs} {output9}{output"), "{outputs} {output");
        assert_eq!(scene.session(), Some(42));
    }
}
