//! A history ▶ turns of user and model by turns, as the servers of the older wires want it. Pure.
//!
//! Any history gives turns that a server takes: the first and the last one are the user's, what a model called for is
//! answered in the turn that follows, each call has an id of its own, and nothing is in it that only another provider
//! could read.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};

use codex_protocol::ids::CallId;
use codex_protocol::response_item::{CallOutput, ContentItem, LocalShellAction, ResponseItem};
use serde_json::json;

use crate::model::prompt::Prompt;
use crate::model::wire::lowered::{self, INPUT, LOCAL_SHELL};

/// Said for a user who has said nothing.
const GO_ON: &str = "Go on.";
const NO_IMAGES: &str = "[an image, which this model cannot see]";
const NO_AUDIO: &str = "[a recording, which this model cannot hear]";

/// A conversation in turns.
#[derive(Debug)]
pub struct Conversation<'a> {
    /// What comes before the first turn.
    pub instructions: Vec<Cow<'a, str>>,
    pub turns: Vec<Turn<'a>>,
}

#[derive(Debug)]
pub enum Turn<'a> {
    User { results: Vec<CallResult<'a>>, parts: Vec<Part<'a>> },
    Model(Vec<Said<'a>>),
}

/// A part of what a user or a tool says.
#[derive(Debug)]
pub enum Part<'a> {
    Text(Cow<'a, str>),
    Image { url: &'a str },
}

/// The output of a call.
#[derive(Debug)]
pub struct CallResult<'a> {
    pub id: String,
    pub parts: Vec<Part<'a>>,
    /// There is no output: the call was cut off.
    pub is_missing: bool,
}

#[derive(Debug)]
pub enum Said<'a> {
    Text(Cow<'a, str>),
    Thought(&'a ResponseItem),
    Call { id: String, name: Cow<'a, str>, arguments: Cow<'a, str> },
}

/// How a history is read.
pub struct Reading<'a> {
    /// Which reasoning goes back.
    pub keeps: &'a dyn Fn(&ResponseItem) -> bool,
    /// An id of a call as the server takes it.
    pub id: fn(&str) -> String,
    /// Whether the model sees images.
    pub images: bool,
}

/// An id that nearly all servers take.
pub fn plain_id(id: &str) -> String {
    if !id.is_empty() && id.len() <= 40 && lowered::is_plain(id) {
        return id.to_owned();
    }
    format!("call_{:016x}", lowered::hash(id))
}

pub fn read<'a>(prompt: &'a Prompt, reading: &Reading<'_>) -> Conversation<'a> {
    let mut reader = Reader {
        outputs: outputs(prompt),
        ids: HashSet::new(),
        counts: HashMap::new(),
        waiting: Vec::new(),
        thoughts: Vec::new(),
        instructions: vec![Cow::Borrowed(&*prompt.instructions)],
        turns: Vec::new(),
        reading,
    };
    for (index, item) in prompt.input.iter().enumerate() {
        reader.take(index, item);
    }
    reader.finish()
}

type Outputs<'a> = HashMap<&'a CallId, VecDeque<(usize, &'a CallOutput)>>;

fn outputs(prompt: &Prompt) -> Outputs<'_> {
    let mut outputs = Outputs::new();
    for (index, item) in prompt.input.iter().enumerate() {
        if let ResponseItem::FunctionCallOutput { call_id, output }
        | ResponseItem::CustomToolCallOutput { call_id, output } = item.as_ref()
        {
            outputs.entry(call_id).or_default().push_back((index, output));
        }
    }
    outputs
}

struct Reader<'a, 'r> {
    outputs: Outputs<'a>,
    /// Ids as they are sent.
    ids: HashSet<String>,
    /// How often an id was used.
    counts: HashMap<&'a str, usize>,
    /// Results of the calls of the last turn.
    waiting: Vec<CallResult<'a>>,
    /// Reasoning that nothing has followed yet.
    thoughts: Vec<&'a ResponseItem>,
    instructions: Vec<Cow<'a, str>>,
    turns: Vec<Turn<'a>>,
    reading: &'r Reading<'r>,
}

impl<'a> Reader<'a, '_> {
    fn take(&mut self, index: usize, item: &'a ResponseItem) {
        match item {
            ResponseItem::Message { role, content, .. } => match role.as_str() {
                "assistant" => {
                    let text: Vec<&str> = content.iter().filter_map(ContentItem::as_text).collect();
                    self.model_says(text);
                }
                "system" | "developer" if self.turns.is_empty() => {
                    let texts =
                        content.iter().filter_map(ContentItem::as_text).filter(|text| !is_blank(text));
                    self.instructions.extend(texts.map(Cow::Borrowed));
                }
                _user_or_later_instruction => {
                    let parts = self.parts(content);
                    self.user_says(parts);
                }
            },
            ResponseItem::Reasoning { .. } => {
                if (self.reading.keeps)(item) {
                    self.thoughts.push(item);
                }
            }
            ResponseItem::FunctionCall { name, namespace, arguments, call_id, .. } => {
                let name = match namespace.as_deref() {
                    Some(namespace) if !namespace.is_empty() => {
                        Cow::Owned(lowered::name(&format!("{namespace}__{name}")).into_owned())
                    }
                    Some(_) | None => lowered::name(name),
                };
                let arguments = lowered::object_text(arguments);
                self.model_calls(index, call_id, (name, arguments));
            }
            ResponseItem::CustomToolCall { name, input, call_id, .. } => {
                let arguments = Cow::Owned(json!({INPUT: input}).to_string());
                self.model_calls(index, call_id, (lowered::name(name), arguments));
            }
            ResponseItem::LocalShellCall { call_id: Some(call_id), action, .. } => {
                let LocalShellAction::Exec { command, timeout_ms, working_directory, .. } = action;
                let mut arguments = json!({"command": command});
                if let Some(fields) = arguments.as_object_mut() {
                    let folder = working_directory.as_ref().map(|folder| json!(folder));
                    fields.extend(folder.map(|folder| ("working_directory".to_owned(), folder)));
                    fields.extend(timeout_ms.map(|limit| ("timeout_ms".to_owned(), json!(limit))));
                }
                let arguments = Cow::Owned(arguments.to_string());
                self.model_calls(index, call_id, (Cow::Borrowed(LOCAL_SHELL), arguments));
            }
            ResponseItem::FunctionCallOutput { .. } | ResponseItem::CustomToolCallOutput { .. } => {
                self.answer_calls();
            }
            ResponseItem::LocalShellCall { call_id: None, .. }
            | ResponseItem::WebSearchCall { .. }
            | ResponseItem::GhostSnapshot { .. }
            | ResponseItem::Compaction { .. }
            | ResponseItem::Other => {}
        }
    }

    fn parts(&self, content: &'a [ContentItem]) -> Vec<Part<'a>> {
        let parts = content.iter().map(|part| match part {
            ContentItem::InputText { text } | ContentItem::OutputText { text } => {
                Part::Text(Cow::Borrowed(text.as_str()))
            }
            ContentItem::InputImage { image_url, .. } if self.reading.images => {
                Part::Image { url: image_url }
            }
            ContentItem::InputImage { .. } => Part::Text(Cow::Borrowed(NO_IMAGES)),
            ContentItem::InputAudio { .. } => Part::Text(Cow::Borrowed(NO_AUDIO)),
        });
        parts.filter(|part| !matches!(part, Part::Text(text) if is_blank(text))).collect()
    }

    fn user_says(&mut self, more: Vec<Part<'a>>) {
        if more.is_empty() {
            return;
        }
        self.answer_calls();
        self.thoughts.clear();
        match self.turns.last_mut() {
            Some(Turn::User { parts, .. }) => parts.extend(more),
            Some(Turn::Model(_)) | None => self.turns.push(Turn::User { results: Vec::new(), parts: more }),
        }
    }

    fn model_says(&mut self, texts: Vec<&'a str>) {
        let text = match texts.as_slice() {
            [text] => Cow::Borrowed(*text),
            texts => Cow::Owned(texts.concat()),
        };
        if !is_blank(&text) {
            self.model_said(Said::Text(text));
        }
    }

    fn model_calls(
        &mut self,
        index: usize,
        call_id: &'a CallId,
        (name, arguments): (Cow<'a, str>, Cow<'a, str>),
    ) {
        let id = self.fresh_id(call_id.as_str());
        let waiting = self.outputs.get_mut(call_id);
        let output = waiting.and_then(|outputs| {
            // An output before its call is of no call.
            while outputs.front().is_some_and(|(at, _)| *at < index) {
                outputs.pop_front();
            }
            outputs.pop_front()
        });
        let parts = match output {
            None => vec![Part::Text(Cow::Borrowed("aborted"))],
            Some((_, CallOutput::Text(text))) => vec![Part::Text(Cow::Borrowed(text.as_str()))],
            Some((_, CallOutput::Parts(parts))) => self.parts(parts),
        };
        self.model_said(Said::Call { id: id.clone(), name, arguments });
        self.waiting.push(CallResult { id, parts, is_missing: output.is_none() });
    }

    fn fresh_id(&mut self, given: &'a str) -> String {
        let count = self.counts.entry(given).or_default();
        loop {
            *count += 1;
            let id = match *count {
                1 => (self.reading.id)(given),
                count => (self.reading.id)(&format!("{given}_{count}")),
            };
            if self.ids.insert(id.clone()) {
                return id;
            }
        }
    }

    /// The model goes on, after what it has thought so far.
    fn model_said(&mut self, said: Said<'a>) {
        let thoughts = std::mem::take(&mut self.thoughts).into_iter().map(Said::Thought);
        let all = thoughts.chain([said]);
        match self.turns.last_mut() {
            Some(Turn::Model(turn)) => turn.extend(all),
            Some(Turn::User { .. }) | None => self.turns.push(Turn::Model(all.collect())),
        }
    }

    /// The turn that answers the calls made so far.
    fn answer_calls(&mut self) {
        if !self.waiting.is_empty() {
            let results = std::mem::take(&mut self.waiting);
            self.turns.push(Turn::User { results, parts: Vec::new() });
        }
    }

    fn finish(mut self) -> Conversation<'a> {
        self.answer_calls();
        let go_on = || Turn::User { results: Vec::new(), parts: vec![Part::Text(Cow::Borrowed(GO_ON))] };
        if !matches!(self.turns.first(), Some(Turn::User { .. })) {
            self.turns.insert(0, go_on());
        }
        if !matches!(self.turns.last(), Some(Turn::User { .. })) {
            self.turns.push(go_on());
        }
        self.instructions.retain(|text| !is_blank(text));
        Conversation { instructions: self.instructions, turns: self.turns }
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::Value;

    use super::*;
    use crate::model::wire::testkit::prompt;

    fn check(items: Vec<Value>, expected: Expect) {
        let prompt = prompt("other-model", items);
        let reading = Reading { keeps: &|_| true, id: plain_id, images: false };
        let Conversation { instructions, turns } = read(&prompt, &reading);
        let mut text = format!("{}\n", instructions.join(" | "));
        for turn in turns {
            match turn {
                Turn::User { results, parts } => {
                    text += "user";
                    for CallResult { id, parts, is_missing } in results {
                        text += &format!(" {id}={}{}", shown(&parts), if is_missing { "!" } else { "" });
                    }
                    text += &format!(" {}\n", shown(&parts));
                }
                Turn::Model(said) => {
                    text += "model";
                    for said in said {
                        text += &match said {
                            Said::Text(text) => format!(" {text:?}"),
                            Said::Thought(_) => " thought".to_owned(),
                            Said::Call { id, name, arguments } => format!(" {id}:{name}{arguments}"),
                        };
                    }
                    text += "\n";
                }
            }
        }
        expected.assert_eq(&text);
    }

    fn shown(parts: &[Part<'_>]) -> String {
        let parts = parts.iter().map(|part| match part {
            Part::Text(text) => text.to_string(),
            Part::Image { url } => format!("<{url}>"),
        });
        format!("[{}]", parts.collect::<Vec<_>>().join(", "))
    }

    fn says(role: &str, text: &str) -> Value {
        json!({"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]})
    }

    fn call(id: &str) -> Value {
        json!({"type": "function_call", "name": "f", "arguments": "{}", "call_id": id})
    }

    fn output(id: &str, text: &str) -> Value {
        json!({"type": "function_call_output", "call_id": id, "output": text})
    }

    fn thought() -> Value {
        json!({"type": "reasoning", "summary": []})
    }

    #[test]
    fn a_conversation_in_turns() {
        check(
            vec![
                says("developer", "You may write."),
                says("user", "files"),
                says("user", "hi"),
                thought(),
                says("assistant", "Looking."),
                call("a"),
                call("b"),
                output("a", "1"),
                output("b", "2"),
                says("developer", "No more writing."),
                says("assistant", "Done."),
                says("user", " "),
                says("user", "thanks"),
            ],
            expect![[r#"
                Be good. | You may write.
                user [files, hi]
                model thought "Looking." a:f{} b:f{}
                user a=[1] b=[2] [No more writing.]
                model "Done."
                user [thanks]
            "#]],
        );
    }

    #[test]
    fn any_history_is_made_whole() {
        check(vec![], expect![["Be good.\nuser [Go on.]\n"]]);
        check(
            vec![
                output("a", "of no call"),
                says("assistant", "I am first."),
                call("a"),
                says("user", "wait"),
                output("a", "late"),
                call("a"),
                output("a", "again"),
                call("strange id"),
                thought(),
            ],
            expect![[r#"
                Be good.
                user [Go on.]
                model "I am first." a:f{}
                user a=[late] [wait]
                model a_2:f{}
                user a_2=[again] []
                model call_edf6ad8f326d46a8:f{}
                user call_edf6ad8f326d46a8=[aborted]! []
            "#]],
        );
        // A thought that led to nothing is not the next answer's.
        check(
            vec![
                says("user", "hi"),
                thought(),
                says("user", "well"),
                says("assistant", "Yes?"),
                says("user", "?"),
            ],
            expect![[r#"
            Be good.
            user [hi, well]
            model "Yes?"
            user [?]
        "#]],
        );
        check(
            vec![says("assistant", "Last."), thought()],
            expect![[r#"
            Be good.
            user [Go on.]
            model "Last."
            user [Go on.]
        "#]],
        );
    }

    #[test]
    fn calls_of_all_kinds_are_functions() {
        check(
            vec![
                says("user", "hi"),
                json!({"type": "custom_tool_call", "call_id": "a", "name": "apply_patch", "input": "x\ny"}),
                json!({"type": "local_shell_call", "call_id": "b", "status": "completed",
                    "action": {"type": "exec", "command": ["ls"], "timeout_ms": 5, "working_directory": "/w"}}),
                json!({"type": "function_call", "name": "f", "namespace": "ns", "arguments": "{bad", "call_id": "c"}),
                json!({"type": "web_search_call"}),
                json!({"type": "compaction", "encrypted_content": "x"}),
                json!({"type": "custom_tool_call_output", "call_id": "a",
                    "output": [{"type": "input_text", "text": "t"}, {"type": "input_image", "image_url": "data:x"}]}),
            ],
            expect![[r#"
                Be good.
                user [hi]
                model a:apply_patch{"input":"x\ny"} b:local_shell{"command":["ls"],"working_directory":"/w","timeout_ms":5} c:ns__f{"unreadable":"{bad"}
                user a=[t, [an image, which this model cannot see]] b=[aborted]! c=[aborted]! []
            "#]],
        );
    }
}
