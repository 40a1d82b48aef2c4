//! Prompt ▶ body of a Chat Completions request. Pure.
//!
//! All tools are functions here, and images that a tool gave out follow its text in a message of the user's, because
//! outputs are texts on this wire. Reasoning goes back to the server that wrote it, in the field it came in, as long
//! as the user has not said anything since; what a server has added to a call always does. A server is only asked for what its model is known to take.

use std::borrow::Cow;

use codex_protocol::ids::ConversationId;
use codex_protocol::policy::Verbosity;
use codex_protocol::response_item::{ReasoningContent, ResponseItem};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::prompt::Prompt;
use crate::model::wire::chat::decode::{REASONING, REASONING_CONTENT};
use crate::model::wire::lowered::{self, Function};
use crate::model::wire::mark::{self, Kind};
use crate::model::wire::turns::{self, CallResult, Part, Reading, Said, Turn};
use crate::model::wire::{Server, Target};

const BREAK: &str = "\n\n";
/// The text of an output that is nothing but an image.
const SHOWN_BELOW: &str = "(an image, shown in the next message)";

pub fn encode(prompt: &Prompt, target: &Target<'_>) -> serde_json::Result<Vec<u8>> {
    let model = &prompt.info;
    let is_mistral = target.server == Server::Mistral;
    let tools: Vec<Tool<'_>> = prompt.tools.iter().filter_map(lowered::function).map(Tool::from).collect();
    let body = Body {
        model: &prompt.model,
        messages: messages(prompt, target),
        stream: true,
        stream_options: (!is_mistral).then_some(StreamOptions { include_usage: true }),
        // Servers that call in parallel do so unless told otherwise, and others do not know the word.
        parallel_tool_calls: (!tools.is_empty() && !prompt.parallel_tool_calls).then_some(false),
        tool_choice: (!tools.is_empty()).then_some("auto"),
        tools,
        reasoning_effort: prompt
            .effort
            .as_deref()
            .or(model.default_effort)
            .filter(|_| model.reasoning && !is_mistral),
        // What is asked of a model that is not known was asked for by its user.
        verbosity: prompt.verbosity.or(model.default_verbosity).filter(|_| model.verbosity || !model.known),
        service_tier: prompt.service_tier.as_deref(),
        prompt_cache_key: (target.server == Server::OpenAi).then_some(&prompt.conversation_id),
        response_format: prompt.output_schema.as_ref().map(Format::schema),
    };
    serde_json::to_vec(&body)
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verbosity: Option<Verbosity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_key: Option<&'a ConversationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Format<'a>>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct Format<'a> {
    r#type: &'static str,
    json_schema: Schema<'a>,
}

#[derive(Serialize)]
struct Schema<'a> {
    name: &'static str,
    strict: bool,
    schema: &'a Value,
}

impl<'a> Format<'a> {
    fn schema(schema: &'a Value) -> Self {
        let json_schema = Schema { name: "codex_output_schema", strict: true, schema };
        Self { r#type: "json_schema", json_schema }
    }
}

#[derive(Serialize)]
struct Tool<'a> {
    r#type: &'static str,
    function: ToolFunction<'a>,
}

#[derive(Serialize)]
struct ToolFunction<'a> {
    name: Cow<'a, str>,
    description: Cow<'a, str>,
    parameters: Cow<'a, Value>,
}

impl<'a> From<Function<'a>> for Tool<'a> {
    fn from(Function { name, description, parameters }: Function<'a>) -> Self {
        Self { r#type: "function", function: ToolFunction { name, description, parameters } }
    }
}

#[derive(Serialize)]
#[serde(tag = "role", rename_all = "lowercase")]
enum Message<'a> {
    System {
        content: String,
    },
    User {
        content: Content<'a>,
    },
    Assistant {
        content: Option<Cow<'a, str>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reasoning: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reasoning_content: Option<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        reasoning_details: Vec<&'a RawValue>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<ToolCall<'a>>,
    },
    Tool {
        tool_call_id: String,
        content: Cow<'a, str>,
    },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(Cow<'a, str>),
    Parts(Vec<ContentPart<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ContentPart<'a> {
    Text { text: Cow<'a, str> },
    ImageUrl { image_url: ImageUrl<'a> },
}

#[derive(Serialize)]
struct ImageUrl<'a> {
    url: &'a str,
}

#[derive(Serialize)]
struct ToolCall<'a> {
    id: String,
    r#type: &'static str,
    function: CalledFunction<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_content: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct CalledFunction<'a> {
    name: Cow<'a, str>,
    arguments: Cow<'a, str>,
}

fn messages<'a>(prompt: &'a Prompt, target: &Target<'_>) -> Vec<Message<'a>> {
    let reading = Reading {
        keeps: &|item| place(item, target.provider).is_some(),
        id: if target.server == Server::Mistral { short_id } else { turns::plain_id },
        images: prompt.info.images,
    };
    let conversation = turns::read(prompt, &reading);
    let mut messages = Vec::with_capacity(conversation.turns.len() + 1);
    if !conversation.instructions.is_empty() {
        messages.push(Message::System { content: conversation.instructions.join(BREAK) });
    }
    let said_last = conversation
        .turns
        .iter()
        .rposition(|turn| matches!(turn, Turn::User { parts, .. } if !parts.is_empty()))
        .unwrap_or_default();
    for (index, turn) in conversation.turns.into_iter().enumerate() {
        match turn {
            Turn::User { results, parts } => user(results, parts, &mut messages),
            Turn::Model(said) => {
                let provider = target.provider;
                let is_due = |place: &Place<'_>| index > said_last || matches!(place, Place::Call(_));
                let goes_back = |item| place(item, provider).filter(is_due);
                messages.push(assistant(said, &goes_back));
            }
        }
    }
    messages
}

fn user<'a>(results: Vec<CallResult<'a>>, parts: Vec<Part<'a>>, messages: &mut Vec<Message<'a>>) {
    let mut shown = Vec::new();
    for CallResult { id, parts, .. } in results {
        let (mut texts, mut images) = (Vec::new(), 0);
        for part in parts {
            match part {
                Part::Text(text) => texts.push(text),
                Part::Image { .. } => {
                    images += 1;
                    shown.push(part);
                }
            }
        }
        if texts.is_empty() && images > 0 {
            texts.push(Cow::Borrowed(SHOWN_BELOW));
        }
        let content = joined(texts, "\n");
        messages.push(Message::Tool { tool_call_id: id, content });
    }
    shown.extend(parts);
    if !shown.is_empty() {
        messages.push(Message::User { content: content(shown) });
    }
}

fn content(parts: Vec<Part<'_>>) -> Content<'_> {
    if parts.iter().any(|part| matches!(part, Part::Image { .. })) {
        let parts = parts.into_iter().map(|part| match part {
            Part::Text(text) => ContentPart::Text { text },
            Part::Image { url } => ContentPart::ImageUrl { image_url: ImageUrl { url } },
        });
        return Content::Parts(parts.collect());
    }
    let texts = parts.into_iter().filter_map(|part| match part {
        Part::Text(text) => Some(text),
        Part::Image { .. } => None,
    });
    Content::Text(joined(texts.collect(), BREAK))
}

fn joined<'a>(texts: Vec<Cow<'a, str>>, between: &str) -> Cow<'a, str> {
    match <[Cow<'_, str>; 1]>::try_from(texts) {
        Ok([text]) => text,
        Err(texts) => Cow::Owned(texts.join(between)),
    }
}

fn assistant<'a>(said: Vec<Said<'a>>, place: &dyn Fn(&'a ResponseItem) -> Option<Place<'a>>) -> Message<'a> {
    let (mut texts, mut tool_calls) = (Vec::new(), Vec::new());
    let (mut reasoning, mut reasoning_content, mut reasoning_details) = (None, None, Vec::new());
    let mut extra_content = None;
    for said in said {
        match said {
            Said::Text(text) => texts.push(text),
            Said::Thought(item) => {
                let text = match place(item) {
                    Some(Place::Field(REASONING_CONTENT)) => &mut reasoning_content,
                    Some(Place::Field(_)) => &mut reasoning,
                    Some(Place::Details(parts)) => {
                        reasoning_details.extend(parts);
                        continue;
                    }
                    Some(Place::Call(extra)) => {
                        extra_content = Some(extra);
                        continue;
                    }
                    None => continue,
                };
                text.get_or_insert_with(String::new).push_str(&raw_text(item));
            }
            Said::Call { id, name, arguments } => tool_calls.push(ToolCall {
                id,
                r#type: "function",
                function: CalledFunction { name, arguments },
                extra_content: extra_content.take(),
            }),
        }
    }
    let content = (!texts.is_empty()).then(|| joined(texts, BREAK));
    if !reasoning_details.is_empty() {
        // They are the same once more.
        reasoning = None;
    }
    Message::Assistant { content, reasoning, reasoning_content, reasoning_details, tool_calls }
}

/// Where a provider wants its reasoning back.
enum Place<'a> {
    /// As text, in the field that it came in.
    Field(&'static str),
    /// As the parts it came in.
    Details(Vec<&'a RawValue>),
    /// With the call that follows.
    Call(&'a RawValue),
}

fn place<'a>(item: &'a ResponseItem, provider: &str) -> Option<Place<'a>> {
    let mark = mark::read(item, provider)?;
    match mark.kind {
        Kind::Chat => {
            let fields = [REASONING, REASONING_CONTENT].into_iter();
            fields.clone().find(|field| *field == mark.rest).map(Place::Field)
        }
        Kind::Details => serde_json::from_str(mark.rest).ok().map(Place::Details),
        Kind::Call => serde_json::from_str(mark.rest).ok().map(Place::Call),
        Kind::Thinking | Kind::Redacted => None,
    }
}

fn raw_text(item: &ResponseItem) -> String {
    let ResponseItem::Reasoning { content: Some(parts), .. } = item else { return String::new() };
    let texts = parts.iter().map(|part| match part {
        ReasoningContent::ReasoningText { text } | ReasoningContent::Text { text } => text.as_str(),
    });
    texts.collect()
}

/// An id of nine letters and digits, the only kind that Mistral takes.
fn short_id(id: &str) -> String {
    const LENGTH: usize = 9;
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    if id.len() == LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return id.to_owned();
    }
    let mut rest = lowered::hash(id);
    let mut digit = || {
        let index = usize::try_from(rest % 36).unwrap_or_default();
        rest /= 36;
        char::from(DIGITS.get(index).copied().unwrap_or(b'0'))
    };
    (0..LENGTH).map(|_| digit()).collect()
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
