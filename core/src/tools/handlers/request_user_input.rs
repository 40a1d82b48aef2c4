//! `request_user_input`: questions to the user, each with answers to choose from.
//!
//! Offered where user and agent plan together, and elsewhere if that is switched on. Answers go to the model as they
//! are given, secret ones as well: that the client hides them while they are typed is all that makes them secret.

use std::collections::HashSet;

use codex_protocol::event::EventMsg;
use codex_protocol::events::approval::RequestUserInputEvent;
use codex_protocol::mode::ModeKind;
use codex_protocol::question::{QuestionOption, UserQuestion};
use serde::Deserialize;
use serde_json::json;

use crate::model::tool_spec::ToolSpec;
use crate::tools::call::{ToolCall, ToolError, ToolOutput};
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::port::SessionTaskContext;
use crate::turn::question::{ClientAnswer, ClientQuestion};

pub const NAME: &str = "request_user_input";
/// More is no question but a form.
const MOST_QUESTIONS: usize = 10;
/// So that the message to the client stays short enough for all of them.
const LONGEST: usize = 32 * 1024;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    questions: Vec<Question>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Question {
    id: String,
    header: String,
    question: String,
    #[serde(default)]
    options: Vec<QuestionOption>,
    #[serde(default)]
    is_secret: bool,
    /// Taken; the user may always say something else.
    #[serde(rename = "isOther")]
    _is_other: Option<bool>,
}

#[derive(Debug)]
pub struct RequestUserInput {
    /// Whether the user is to be asked as things are.
    pub is_offered: bool,
}

impl ToolHandler for RequestUserInput {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        let tool = ToolSpec::function(
            NAME,
            "Asks the user one to three short questions and waits for the answers. For what only the \
             user can decide, not for what you can find out.",
            json!({
                "type": "object",
                "properties": {
                    "questions": {
                        "type": "array",
                        "description": "One question, or up to three that belong together.",
                        "items": {
                            "type": "object",
                            "properties": {
                                "id": {"type": "string", "description": "Names the answer, in snake_case. Different for each question."},
                                "header": {"type": "string", "description": "Title of one or two words."},
                                "question": {"type": "string", "description": "The question, in one sentence."},
                                "options": {
                                    "type": "array",
                                    "description": "Two or three answers that exclude each other, the one you would choose first. The user can always answer in other words: do not offer that.",
                                    "items": {
                                        "type": "object",
                                        "properties": {
                                            "label": {"type": "string", "description": "The answer, in a few words."},
                                            "description": {"type": "string", "description": "What follows from it, in one sentence."}
                                        },
                                        "required": ["label", "description"],
                                        "additionalProperties": false
                                    }
                                }
                            },
                            "required": ["id", "header", "question", "options"],
                            "additionalProperties": false
                        }
                    }
                },
                "required": ["questions"],
                "additionalProperties": false
            }),
        );
        self.is_offered.then_some(tool)
    }

    fn may_change_files(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, call: &'a ToolCall, context: &'a SessionTaskContext) -> Running<'a> {
        Box::pin(async move {
            if !self.is_offered {
                return Err(refused(
                    "the user is only asked in plan mode; decide yourself, and say what you assumed",
                ));
            }
            let arguments: Arguments = call.arguments()?;
            let questions = checked(arguments).map_err(|why| refused(&why))?;
            let is_blocking = context.turn.mode.kind == ModeKind::Plan;
            let event = RequestUserInputEvent { call_id: call.call_id.clone(), questions, is_blocking };
            let question = EventMsg::RequestUserInput(event);
            let question = ClientQuestion { call_id: call.call_id.clone(), question };
            let ClientAnswer::UserInput(Some(answers)) = context.ask_client(question).await? else {
                return Err(refused(
                    "the user could not be asked; decide yourself, and say what you assumed",
                ));
            };
            let text = serde_json::to_string(&answers);
            text.map(ToolOutput::text).map_err(|error| ToolError::Fatal(error.to_string()))
        })
    }
}

fn refused(why: &str) -> ToolError {
    ToolError::RespondToModel(why.to_owned())
}

fn checked(Arguments { questions }: Arguments) -> Result<Vec<UserQuestion>, String> {
    if questions.is_empty() || questions.len() > MOST_QUESTIONS {
        return Err(format!("`questions` must hold one to three questions, not {}", questions.len()));
    }
    let mut ids = HashSet::new();
    let mut length = 0;
    for question in &questions {
        let Question { id, header, question, options, .. } = question;
        if !ids.insert(id) {
            return Err(format!("two questions have the `id` `{id}`; every question needs its own"));
        }
        if options.is_empty() {
            return Err(format!("the question `{id}` needs at least one of `options`"));
        }
        let options = options.iter().map(|option| option.label.len() + option.description.len());
        length += id.len() + header.len() + question.len() + options.sum::<usize>();
    }
    if length > LONGEST {
        return Err(format!("the questions are too long: {length} bytes; keep them below {LONGEST}"));
    }
    let question = |question: Question| UserQuestion {
        id: question.id,
        header: question.header,
        question: question.question,
        is_secret: question.is_secret,
        options: question.options,
    };
    Ok(questions.into_iter().map(question).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn check(questions: Value) -> String {
        match checked(serde_json::from_value(json!({ "questions": questions })).unwrap()) {
            Ok(questions) => format!("{} questions", questions.len()),
            Err(why) => why,
        }
    }

    #[test]
    fn questions_are_checked() {
        let question = |id: &str, text: &str| {
            json!({"id": id, "header": "H", "question": text, "isOther": true, "isSecret": true,
                   "options": [{"label": "a", "description": "b"}]})
        };
        assert_eq!(check(json!([question("a", "?"), question("b", "?")])), "2 questions");
        assert_eq!(check(json!([])), "`questions` must hold one to three questions, not 0");
        let many: Vec<_> = (0..11).map(|id| question(&id.to_string(), "?")).collect();
        assert_eq!(check(json!(many)), "`questions` must hold one to three questions, not 11");
        assert_eq!(
            check(json!([question("a", "?"), question("a", "?")])),
            "two questions have the `id` `a`; every question needs its own"
        );
        assert_eq!(
            check(json!([{"id": "a", "header": "H", "question": "?"}])),
            "the question `a` needs at least one of `options`"
        );
        assert_eq!(
            check(json!([question("a", &"x".repeat(40_000))])),
            "the questions are too long: 40004 bytes; keep them below 32768"
        );
    }
}
