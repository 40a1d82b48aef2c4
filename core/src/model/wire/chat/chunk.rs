//! The fields of a chunk that are looked at, in all the forms in which servers write them.

use codex_protocol::usage::TokenUsage;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

use crate::model::failure::ErrorBody;
use crate::model::wire::chat::details::Details;
use crate::model::wire::lenient::{Json, Number, Text};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Chunk {
    pub id: Text,
    pub choices: Option<Vec<Choice>>,
    pub usage: Option<Usage>,
    error: Option<Value>,
    object: Text,
    message: Option<Value>,
    code: Option<Value>,
}

impl Chunk {
    /// A failure that stands where an answer would go on.
    pub fn error(&self) -> Option<ErrorBody> {
        match &self.error {
            Some(Value::Null | Value::Bool(false)) | None => {}
            Some(Value::String(message)) => return Some(ErrorBody::of(message)),
            Some(error) => {
                let read = serde_json::from_value::<ErrorBody>(error.clone()).ok();
                let read =
                    read.filter(|body| body.message.is_some() || body.kind.is_some() || body.code.is_some());
                return Some(read.unwrap_or_else(|| ErrorBody::of(&error.to_string())));
            }
        }
        if self.object.0 != "error" {
            return None;
        }
        let mut body = ErrorBody::of(self.message.as_ref().and_then(Value::as_str).unwrap_or_default());
        body.code = self.code.as_ref().filter(|code| !code.is_null()).map(|code| match code {
            Value::String(code) => code.clone(),
            other => other.to_string(),
        });
        Some(body)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Choice {
    pub index: Number,
    pub delta: Option<Delta>,
    /// A whole answer in place of its pieces.
    pub message: Option<Delta>,
    pub finish_reason: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Delta {
    pub content: Content,
    pub refusal: Text,
    pub reasoning: Text,
    pub reasoning_content: Text,
    pub reasoning_details: Details,
    pub tool_calls: Option<Vec<CallDelta>>,
    /// The form before `tool_calls`.
    pub function_call: Option<FunctionDelta>,
}

impl Delta {
    pub fn is_empty(&self) -> bool {
        let texts = [
            &self.content.text,
            &self.content.thinking,
            &self.refusal.0,
            &self.reasoning.0,
            &self.reasoning_content.0,
        ];
        texts.iter().all(|text| text.is_empty())
            && self.reasoning_details.is_empty()
            && self.tool_calls.as_ref().is_none_or(Vec::is_empty)
            && self.function_call.is_none()
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CallDelta {
    pub index: Number,
    pub id: Text,
    pub function: Option<FunctionDelta>,
    /// What the server wants to see again with the call, such as a signature.
    pub extra_content: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct FunctionDelta {
    pub name: Text,
    pub arguments: Json,
}

/// What is said, and what is thought where both come in one list of parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Content {
    pub text: String,
    pub thinking: String,
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of parts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Content, E> {
        Ok(Content { text: text.to_owned(), thinking: String::new() })
    }

    fn visit_string<E>(self, text: String) -> Result<Content, E> {
        Ok(Content { text, thinking: String::new() })
    }

    fn visit_unit<E>(self) -> Result<Content, E> {
        Ok(Content::default())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Content, E> {
        Ok(Content { text: number.to_string(), thinking: String::new() })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Content, E> {
        Ok(Content { text: number.to_string(), thinking: String::new() })
    }

    fn visit_f64<E>(self, number: f64) -> Result<Content, E> {
        Ok(Content { text: number.to_string(), thinking: String::new() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Content, A::Error> {
        let mut whole = Content::default();
        while let Some(Content { text, thinking }) = parts.next_element()? {
            whole.text += &text;
            whole.thinking += &thinking;
        }
        Ok(whole)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Content, A::Error> {
        let mut part = Content::default();
        while let Some(key) = fields.next_key::<Cow<'_, str>>()? {
            match &*key {
                "text" | "content" => part.text = fields.next_value::<Text>()?.0,
                "thinking" => part.thinking = fields.next_value::<Text>()?.0,
                _other => {
                    fields.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(part)
    }
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct Usage {
    prompt_tokens: Number,
    completion_tokens: Number,
    total_tokens: Number,
    prompt_tokens_details: Option<PromptDetails>,
    /// Another place for the cached part.
    prompt_cache_hit_tokens: Number,
    completion_tokens_details: Option<CompletionDetails>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct PromptDetails {
    cached_tokens: Number,
    cache_write_tokens: Number,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct CompletionDetails {
    reasoning_tokens: Number,
}

impl Usage {
    /// Whether it counts anything: some servers send zeros until the end.
    pub fn says_something(&self) -> bool {
        [self.prompt_tokens, self.completion_tokens, self.total_tokens]
            .iter()
            .any(|number| number.or_zero() > 0)
    }
}

impl From<Usage> for TokenUsage {
    fn from(usage: Usage) -> Self {
        let prompt = usage.prompt_tokens_details.unwrap_or_default();
        let completion = usage.completion_tokens_details.unwrap_or_default();
        let (input, output) = (usage.prompt_tokens.or_zero(), usage.completion_tokens.or_zero());
        Self {
            input_tokens: input,
            cached_input_tokens: prompt.cached_tokens.or_zero().max(usage.prompt_cache_hit_tokens.or_zero()),
            cache_write_input_tokens: prompt.cache_write_tokens.or_zero(),
            output_tokens: output,
            reasoning_output_tokens: completion.reasoning_tokens.or_zero(),
            total_tokens: match usage.total_tokens.or_zero() {
                0 => input.saturating_add(output),
                total => total,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_all_forms() {
        let message = |json: &str| {
            let chunk: Chunk = serde_json::from_str(json).unwrap();
            chunk.error().map(|body| (body.message.unwrap_or_default(), body.code.unwrap_or_default()))
        };
        let some = |message: &str, code: &str| Some((message.to_owned(), code.to_owned()));
        assert_eq!(message(r#"{"error":{"message":"m","code":502}}"#), some("m", "502"));
        assert_eq!(message(r#"{"error":"m"}"#), some("m", ""));
        assert_eq!(message(r#"{"error":{"x":1}}"#), some(r#"{"x":1}"#, ""));
        assert_eq!(message(r#"{"object":"error","message":"m","code":40303}"#), some("m", "40303"));
        assert_eq!(message(r#"{"error":null,"choices":[]}"#), None);
        assert_eq!(message(r#"{"object":"chat.completion.chunk","message":"m"}"#), None);
    }

    #[test]
    fn usage_of_all_forms() {
        let usage = |json: &str| TokenUsage::from(serde_json::from_str::<Usage>(json).unwrap());
        let whole = usage(
            r#"{"prompt_tokens":"100","completion_tokens":5.0,"prompt_tokens_details":{"cached_tokens":7},
                "completion_tokens_details":{"reasoning_tokens":3}}"#,
        );
        assert_eq!((whole.input_tokens, whole.cached_input_tokens, whole.total_tokens), (100, 7, 105));
        assert_eq!((whole.output_tokens, whole.reasoning_output_tokens), (5, 3));
        let other = usage(
            r#"{"prompt_tokens":9,"prompt_cache_hit_tokens":4,"prompt_tokens_details":null,"total_tokens":11}"#,
        );
        assert_eq!((other.cached_input_tokens, other.total_tokens), (4, 11));
    }

    #[test]
    fn content_in_parts() {
        let content = |json: &str| serde_json::from_str::<Content>(json).unwrap();
        let parts = content(
            r#"[{"type":"thinking","thinking":[{"type":"text","text":"t"}]},{"type":"text","text":"a"}]"#,
        );
        assert_eq!((parts.text.as_str(), parts.thinking.as_str()), ("a", "t"));
        assert_eq!(content("null"), Content::default());
    }
}
