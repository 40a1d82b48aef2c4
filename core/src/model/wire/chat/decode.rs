//! Data of one chunk ▶ [`ResponseEvent`](crate::model::event::ResponseEvent). Pure.
//!
//! Text and reasoning pass as they come; calls are gathered, and reported when the model has finished. The answer is
//! complete at `[DONE]`, or at the end of the stream if a reason to finish was given: usage comes after that reason.
//! A chunk that cannot be read is an error, because what it says would be missing.

use codex_protocol::response_item::ResponseItem;
use codex_protocol::usage::TokenUsage;

use crate::base::text::head;
use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::failure::{self, ErrorBody};
use crate::model::wire::Events;
use crate::model::wire::chat::calls::{Call, Gathered};
use crate::model::wire::chat::chunk::{CallDelta, Chunk, Delta, Usage};
use crate::model::wire::chat::details::Details;
use crate::model::wire::flow::{Flow, Shown};
use crate::model::wire::lenient::{self, Number};
use crate::model::wire::lowered::Calls;
use crate::model::wire::mark::{self, Kind};

const EXCERPT: usize = 200;

/// The fields that reasoning comes in, and goes back in.
pub const REASONING: &str = "reasoning";
pub const REASONING_CONTENT: &str = "reasoning_content";

#[derive(Debug)]
pub struct ChatDecoder {
    response_id: String,
    flow: Flow,
    details: Details,
    gathered: Gathered,
    calls: Calls,
    usage: Option<TokenUsage>,
    finished: Option<Finish>,
    has_ended: bool,
}

/// Why a model stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Finish {
    /// It has said all.
    Whole,
    /// It was stopped; the reason in the words of the Responses wire.
    Cut(&'static str),
}

impl ChatDecoder {
    pub fn new(calls: Calls) -> Self {
        Self {
            response_id: String::new(),
            flow: Flow::default(),
            details: Details::default(),
            gathered: Gathered::default(),
            calls,
            usage: None,
            finished: None,
            has_ended: false,
        }
    }

    pub fn decode(&mut self, data: &[u8], events: &mut Events) -> Result<(), Error> {
        if self.has_ended {
            return Ok(());
        }
        let data = data.trim_ascii();
        if data == b"[DONE]" {
            return self.end(events);
        }
        if !data.starts_with(b"{") {
            tracing::debug!(bytes = data.len(), "an event of the model that is no chunk");
            return Ok(());
        }
        let result = self.take(data, events);
        self.has_ended |= result.is_err();
        result
    }

    /// The stream is over.
    pub fn finish(&mut self, events: &mut Events) -> Result<(), Error> {
        if self.has_ended || self.finished.is_none() { Ok(()) } else { self.end(events) }
    }

    fn take(&mut self, data: &[u8], events: &mut Events) -> Result<(), Error> {
        let chunk: Chunk = lenient::read(data).map_err(|error| {
            let data = String::from_utf8_lossy(data);
            Error::Decode { reason: format!("a chunk of it: {error}: {}", head(&data, EXCERPT)) }
        })?;
        if let Some(error) = chunk.error() {
            return Err(failure::failed(error));
        }
        if self.response_id.is_empty() {
            self.response_id = chunk.id.0;
        }
        if let Some(usage) = chunk.usage.filter(Usage::says_something) {
            self.usage = Some(usage.into());
        }
        let choices = chunk.choices.unwrap_or_default();
        for choice in choices.into_iter().filter(|choice| choice.index.0.unwrap_or_default() == 0) {
            let whole = choice.message.filter(|_| self.flow.is_untouched() && self.gathered.is_empty());
            // A server that sends both sends the pieces for those who read pieces.
            match (choice.delta, whole) {
                (Some(delta), None) => self.delta(delta, events)?,
                (Some(delta), Some(whole)) if delta.is_empty() => self.delta(whole, events)?,
                (Some(delta), Some(_)) => self.delta(delta, events)?,
                (None, Some(whole)) => self.delta(whole, events)?,
                (None, None) => {}
            }
            match choice.finish_reason.0.as_str() {
                "" => continue,
                "length" | "max_tokens" | "model_length" => {
                    self.finished = Some(Finish::Cut("max_output_tokens"))
                }
                "content_filter" => self.finished = Some(Finish::Cut("content_filter")),
                "error" => {
                    return Err(failure::failed(ErrorBody::of("the model server finished with an error")));
                }
                _whole => self.finished = Some(Finish::Whole),
            }
            self.end_items(events);
        }
        Ok(())
    }

    fn delta(&mut self, delta: Delta, events: &mut Events) -> Result<(), Error> {
        let thoughts = [
            (REASONING_CONTENT, delta.reasoning_content.0),
            (REASONING, delta.reasoning.0),
            (REASONING, delta.content.thinking),
            (REASONING, delta.reasoning_details.text()),
        ];
        self.flow.count(delta.reasoning_details.size())?;
        self.details.add(delta.reasoning_details);
        // Some servers say the same in two fields.
        if let Some((field, thought)) = thoughts.into_iter().find(|(_, thought)| !thought.is_empty()) {
            self.flow.reason(thought, Shown::Raw, events)?;
            self.flow.mark(|| mark::write(Kind::Chat, self.calls.provider(), field));
        }
        for text in [delta.content.text, delta.refusal.0] {
            if !text.is_empty() {
                self.flow.say(text, events)?;
            }
        }
        let old_form = delta.function_call.map(|function| CallDelta {
            index: Number(Some(0)),
            function: Some(function),
            ..CallDelta::default()
        });
        for call in delta.tool_calls.into_iter().flatten().chain(old_form) {
            let size = call.function.as_ref().map_or(0, |function| function.arguments.0.len());
            let extra = if call.extra_content.is_null() { 0 } else { call.extra_content.to_string().len() };
            self.flow.count(size + extra)?;
            self.gathered.add(call)?;
        }
        Ok(())
    }

    /// What has begun is whole. Calls of a model that was stopped may miss their ends, and are not made.
    fn end_items(&mut self, events: &mut Events) {
        let details =
            self.details.take().map(|json| mark::write(Kind::Details, self.calls.provider(), &json));
        let late = match details {
            Some(mark) if self.flow.is_reasoning() => {
                self.flow.mark_anew(mark);
                None
            }
            late => late,
        };
        self.flow.end(events);
        // The model has said something since, or has only thought what nobody can read.
        events.extend(late.map(|mark| ResponseEvent::ItemDone(unreadable(mark))));
        let calls = self.gathered.take();
        if self.finished.as_ref().is_some_and(|finish| *finish != Finish::Whole) {
            return;
        }
        for Call { id, name, arguments, extra, .. } in calls {
            if extra.is_object() {
                let mark = mark::write(Kind::Call, self.calls.provider(), &extra.to_string());
                events.push_back(ResponseEvent::ItemDone(unreadable(mark)));
            }
            events.push_back(ResponseEvent::ItemDone(self.calls.item(id, name, arguments)));
        }
    }

    fn end(&mut self, events: &mut Events) -> Result<(), Error> {
        self.has_ended = true;
        self.end_items(events);
        match self.finished.take() {
            Some(Finish::Cut(reason)) => {
                Err(Error::Incomplete { reason: reason.to_owned(), usage: self.usage })
            }
            Some(Finish::Whole) | None => {
                let response_id = std::mem::take(&mut self.response_id);
                events.push_back(ResponseEvent::Completed { response_id, usage: self.usage });
                Ok(())
            }
        }
    }
}

/// Reasoning that is only for the server that wrote it.
fn unreadable(mark: String) -> ResponseItem {
    ResponseItem::Reasoning { id: None, summary: Vec::new(), content: None, encrypted_content: Some(mark) }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
