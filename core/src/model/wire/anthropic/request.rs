//! Prompt ▶ body of a Messages request. Pure.
//!
//! Tools, instructions and the last two turns of the user end with marks up to which the server caches. Thoughts go
//! back, signed as they were, to the provider that had them. A model that must begin its turn with a thought, and has
//! not in this conversation, goes on without thinking until the next turn.

use std::borrow::Cow;

use codex_protocol::response_item::{ReasoningSummaryPart, ResponseItem};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::model::catalog::ModelInfo;
use crate::model::prompt::Prompt;
use crate::model::wire::anthropic::model::{Thinking, Traits};
use crate::model::wire::lowered::{self, Function};
use crate::model::wire::mark::{self, Kind};
use crate::model::wire::turns::{self, CallResult, Conversation, Part, Reading, Said, Turn};
use crate::model::wire::{Encoded, Target};

const NO_SUCH_IMAGE: &str = "[an image of a kind that the model server does not take]";
/// The kinds of images that are taken.
const IMAGES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];
/// How many turns of the user end with a mark; the server takes four marks in all.
const CACHED_TURNS: usize = 2;
/// Room for an answer that is asked for however much of the window seems to be taken.
const FEWEST_LEFT: i64 = 32_000;
/// How many bytes of a message are a token, counted carefully.
const BYTES_OF_TOKEN: usize = 3;
/// The name of thinking between calls, in the header that asks for it.
const BETWEEN_CALLS: &str = "interleaved-thinking-2025-05-14";

pub fn encode(prompt: &Prompt, target: &Target<'_>) -> serde_json::Result<Encoded> {
    let model = &prompt.info;
    let traits = Traits::of(&prompt.model);
    let reading = Reading {
        keeps: &|item| {
            mark::read(item, target.provider)
                .is_some_and(|mark| matches!(mark.kind, Kind::Thinking | Kind::Redacted))
        },
        id: turns::plain_id,
        images: model.images,
    };
    let conversation = turns::read(prompt, &reading);
    let effort = prompt.effort.as_deref().or(model.default_effort);
    let thinking = effort.and_then(|effort| thinking(&traits, (effort, most_tokens(model)), &conversation));
    // A server of other models has thoughts without being asked for them.
    let sends_thoughts = thinking.is_some() || !traits.is_claude;
    let tools = tools(prompt);
    let thinks_between_calls = thinking.is_some() && traits.is_to_be_asked_for_more && !tools.is_empty();
    let messages = messages(conversation.turns, sends_thoughts.then_some(target.provider))?;
    let messages = to_raw_value(&messages)?;
    let body = Body {
        model: &prompt.model,
        max_tokens: longest_answer(model, messages.get().len()),
        system: system(conversation.instructions),
        messages: &messages,
        tool_choice: (!tools.is_empty()).then_some(ToolChoice {
            r#type: "auto",
            disable_parallel_tool_use: (!prompt.parallel_tool_calls).then_some(true),
        }),
        tools,
        output_config: output_config(&traits, prompt, effort.filter(|_| thinking.is_some())),
        thinking,
        service_tier: prompt.service_tier.as_deref(),
        stream: true,
    };
    let feature = thinks_between_calls.then_some(BETWEEN_CALLS);
    Ok(Encoded { body: serde_json::to_vec(&body)?.into(), feature })
}

/// How long an answer of the model can be.
fn most_tokens(model: &ModelInfo) -> u32 {
    u32::try_from(model.max_output_tokens.max(1)).unwrap_or(u32::MAX)
}

/// How long the answer may be: no longer than what messages of this length leave of the window, for servers refuse a
/// request whose answer would not fit. Only a large answer is made smaller, since the length is not exact.
fn longest_answer(model: &ModelInfo, length: usize) -> u32 {
    let taken = i64::try_from(length / BYTES_OF_TOKEN).unwrap_or(i64::MAX);
    let left = model.context_window.saturating_sub(taken).max(FEWEST_LEFT);
    most_tokens(model).min(u32::try_from(left).unwrap_or(u32::MAX))
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<Block<'a>>,
    messages: &'a RawValue,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<ToolChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<ThinkingField>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
    stream: bool,
}

#[derive(Serialize)]
struct ToolChoice {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_parallel_tool_use: Option<bool>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ThinkingField {
    Enabled { budget_tokens: u32 },
    Adaptive,
}

#[derive(Serialize)]
struct OutputConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format<'a>>,
}

#[derive(Serialize)]
struct Format<'a> {
    r#type: &'static str,
    schema: &'a Value,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: Cow<'a, str>,
    description: Cow<'a, str>,
    input_schema: Cow<'a, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl>,
}

#[derive(Clone, Copy, Serialize)]
struct CacheControl {
    r#type: &'static str,
}

const CACHED: CacheControl = CacheControl { r#type: "ephemeral" };

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Vec<Block<'a>>,
}

/// A block, and whether the server caches up to its end.
#[derive(Serialize)]
struct Block<'a> {
    #[serde(flatten)]
    kind: BlockKind<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum BlockKind<'a> {
    Text {
        text: Cow<'a, str>,
    },
    Image {
        source: Source<'a>,
    },
    Thinking {
        thinking: String,
        signature: &'a str,
    },
    RedactedThinking {
        data: &'a str,
    },
    ToolUse {
        id: String,
        name: Cow<'a, str>,
        input: Box<RawValue>,
    },
    ToolResult {
        tool_use_id: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        content: Vec<Block<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        is_error: Option<bool>,
    },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Source<'a> {
    Base64 { media_type: &'a str, data: &'a str },
    Url { url: &'a str },
}

impl<'a> From<BlockKind<'a>> for Block<'a> {
    fn from(kind: BlockKind<'a>) -> Self {
        Self { kind, cache_control: None }
    }
}

/// How it thinks with such an effort and answers of so many tokens.
fn thinking(
    traits: &Traits,
    (effort, tokens): (&str, u32),
    conversation: &Conversation<'_>,
) -> Option<ThinkingField> {
    match traits.thinking {
        Thinking::Never => None,
        Thinking::Adaptive => traits.effort(effort).map(|_| ThinkingField::Adaptive),
        Thinking::Budget if !begins_with_thought(conversation) => None,
        Thinking::Budget => {
            traits.budget(effort, tokens).map(|budget_tokens| ThinkingField::Enabled { budget_tokens })
        }
    }
}

/// Whether what the model has said since the user spoke begins with a thought, if it has said anything.
fn begins_with_thought(conversation: &Conversation<'_>) -> bool {
    let said_last = conversation
        .turns
        .iter()
        .rposition(|turn| matches!(turn, Turn::User { parts, .. } if !parts.is_empty()))
        .unwrap_or_default();
    match conversation.turns.get(said_last + 1) {
        Some(Turn::Model(said)) => matches!(said.first(), Some(Said::Thought(_))),
        Some(Turn::User { .. }) | None => true,
    }
}

fn output_config<'a>(traits: &Traits, prompt: &'a Prompt, effort: Option<&str>) -> Option<OutputConfig<'a>> {
    let effort =
        effort.filter(|_| traits.thinking == Thinking::Adaptive).and_then(|effort| traits.effort(effort));
    let format = prompt.output_schema.as_ref().map(|schema| Format { r#type: "json_schema", schema });
    (effort.is_some() || format.is_some()).then_some(OutputConfig { effort, format })
}

fn tools(prompt: &Prompt) -> Vec<Tool<'_>> {
    let functions = prompt.tools.iter().filter_map(lowered::function);
    let mut tools: Vec<_> = functions
        .map(|Function { name, description, parameters }| Tool {
            name,
            description,
            input_schema: parameters,
            cache_control: None,
        })
        .collect();
    if let Some(last) = tools.last_mut() {
        last.cache_control = Some(CACHED);
    }
    tools
}

fn system(instructions: Vec<Cow<'_, str>>) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> =
        instructions.into_iter().map(|text| BlockKind::Text { text }.into()).collect();
    if let Some(last) = blocks.last_mut() {
        last.cache_control = Some(CACHED);
    }
    blocks
}

/// The messages, with the thoughts of this provider.
fn messages<'a>(turns: Vec<Turn<'a>>, thoughts: Option<&str>) -> serde_json::Result<Vec<Message<'a>>> {
    let mut messages = Vec::with_capacity(turns.len());
    for turn in turns {
        messages.push(match turn {
            Turn::User { results, parts } => {
                let results = results.into_iter().map(result);
                let content = results.chain(parts.into_iter().map(block)).collect();
                Message { role: "user", content }
            }
            Turn::Model(said) => {
                let blocks = said.into_iter().filter_map(|said| said_block(said, thoughts).transpose());
                Message { role: "assistant", content: blocks.collect::<Result<_, _>>()? }
            }
        });
    }
    let user_turns = messages.iter_mut().rev().filter(|message| message.role == "user");
    for last in user_turns.take(CACHED_TURNS).filter_map(|message| message.content.last_mut()) {
        last.cache_control = Some(CACHED);
    }
    Ok(messages)
}

fn result(CallResult { id, parts, is_missing }: CallResult<'_>) -> Block<'_> {
    let parts = parts.into_iter().filter(|part| !matches!(part, Part::Text(text) if text.trim().is_empty()));
    BlockKind::ToolResult {
        tool_use_id: id,
        content: parts.map(block).collect(),
        is_error: is_missing.then_some(true),
    }
    .into()
}

fn block(part: Part<'_>) -> Block<'_> {
    match part {
        Part::Text(text) => BlockKind::Text { text }.into(),
        Part::Image { url } => match source(url) {
            Some(source) => BlockKind::Image { source }.into(),
            None => BlockKind::Text { text: Cow::Borrowed(NO_SUCH_IMAGE) }.into(),
        },
    }
}

fn source(url: &str) -> Option<Source<'_>> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return Some(Source::Url { url });
    }
    let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
    let kind = head.strip_suffix(";base64")?.split(';').next()?;
    let kind = if kind == "image/jpg" { "image/jpeg" } else { kind };
    let media_type = IMAGES.into_iter().find(|known| *known == kind)?;
    Some(Source::Base64 { media_type, data })
}

fn said_block<'a>(said: Said<'a>, thoughts: Option<&str>) -> serde_json::Result<Option<Block<'a>>> {
    Ok(Some(match said {
        Said::Text(text) => BlockKind::Text { text }.into(),
        Said::Call { id, name, arguments } => {
            BlockKind::ToolUse { id, name, input: RawValue::from_string(arguments.into_owned())? }.into()
        }
        Said::Thought(item) => {
            let mark = thoughts.and_then(|provider| mark::read(item, provider));
            return Ok(mark.and_then(|mark| match mark.kind {
                Kind::Thinking => {
                    Some(BlockKind::Thinking { thinking: summary(item), signature: mark.rest }.into())
                }
                Kind::Redacted => Some(BlockKind::RedactedThinking { data: mark.rest }.into()),
                Kind::Chat | Kind::Details | Kind::Call => None,
            }));
        }
    }))
}

fn summary(item: &ResponseItem) -> String {
    let ResponseItem::Reasoning { summary, .. } = item else { return String::new() };
    summary.iter().map(|ReasoningSummaryPart::SummaryText { text }| text.as_str()).collect()
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
