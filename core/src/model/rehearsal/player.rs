//! One round ▶ the events of a response, as a stream at the round's pace.
//!
//! Everything is decided when it is made; while it plays it only hands out and waits. Long texts are
//! cut into deltas one at a time.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use codex_protocol::response_item::{
    ContentItem, MessagePhase, ReasoningContent, ReasoningSummaryPart, ResponseItem,
};
use codex_protocol::usage::TokenUsage;
use futures::Stream;
use serde_json::json;
use tokio::time::{Sleep, sleep};

use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::failure::{self, ErrorBody};
use crate::model::rehearsal::directives::Directive;
use crate::model::rehearsal::scene::Scene;

/// Marks reasoning as the rehearsal model's own; it means nothing.
const ENCRYPTED: &str = "cmVoZWFyc2Fs";

/// A response while it is played.
pub struct Player {
    beats: VecDeque<Beat>,
    pace: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

enum Beat {
    Event(ResponseEvent),
    Text { kind: Text, text: String, at: usize, paced: bool },
    Pace(Duration),
    Wait(Duration),
    End(Error),
    Hang,
}

#[derive(Clone, Copy)]
enum Text {
    Message,
    Summary(i64),
    Raw,
}

/// Who plays.
pub struct Role {
    /// Makes the ids of items.
    pub number: u64,
    /// The pace at the beginning.
    pub pace: Duration,
}

impl Player {
    pub fn new<'a>(role: &Role, scene: &Scene, directives: impl Iterator<Item = &'a Directive>) -> Self {
        let mut composer =
            Composer { role, scene, beats: VecDeque::new(), items: 0, output: 0, reasoning: 0, usage: None };
        for directive in directives {
            composer.add(directive);
        }
        Self { beats: composer.finish(), pace: role.pace, waiting: None }
    }
}

/// Puts the beats of one response together.
struct Composer<'a> {
    role: &'a Role,
    scene: &'a Scene,
    beats: VecDeque<Beat>,
    items: usize,
    /// Bytes of the model's output, and of its reasoning.
    output: usize,
    reasoning: usize,
    usage: Option<Option<TokenUsage>>,
}

impl Composer<'_> {
    fn add(&mut self, directive: &Directive) {
        match directive {
            Directive::Say { text, phase } => self.say(self.scene.filled(text), *phase),
            Directive::Think { summary, raw } => self.think(summary, raw.as_deref()),
            Directive::Call { namespace, name, arguments } => {
                self.call(namespace.clone(), name.clone(), arguments.clone());
            }
            Directive::Stdin(chars) => {
                let session = self.scene.session().unwrap_or(0);
                let arguments = json!({"session_id": session, "chars": chars});
                self.call(None, "write_stdin".to_owned(), arguments.to_string());
            }
            Directive::Custom { name, input } => {
                let (id, call_id) = (self.id("ctc"), self.id("call"));
                self.output += input.len();
                self.done(ResponseItem::CustomToolCall {
                    id: Some(id),
                    call_id: call_id.into(),
                    name: name.clone(),
                    input: input.clone(),
                    status: Some("completed".to_owned()),
                });
            }
            Directive::Item(item) => self.item(item),
            Directive::Pace(milliseconds) => {
                self.beats.push_back(Beat::Pace(Duration::from_millis(*milliseconds)))
            }
            Directive::Wait(milliseconds) => {
                self.beats.push_back(Beat::Wait(Duration::from_millis(*milliseconds)))
            }
            Directive::Usage(usage) => self.usage = Some(*usage),
            Directive::Fail { code, message } => {
                let error = ErrorBody {
                    code: Some(code.clone()),
                    message: Some(message.clone()),
                    ..ErrorBody::default()
                };
                self.beats.push_back(Beat::End(failure::failed(error)));
            }
            Directive::Incomplete { reason } => {
                let error = Error::Incomplete { reason: reason.clone(), usage: self.usage() };
                self.beats.push_back(Beat::End(error));
            }
            Directive::Disconnect => {
                let cause = std::io::Error::other("connection closed, as rehearsed");
                self.beats.push_back(Beat::End(Error::StreamEnded { cause: Some(cause.into()) }));
            }
            Directive::Hang => self.beats.push_back(Beat::Hang),
            // Settled before the response began.
            Directive::Header { .. } | Directive::Http { .. } | Directive::UsageLimit { .. } => {}
        }
    }

    fn finish(mut self) -> VecDeque<Beat> {
        let response_id = format!("resp_{}", self.role.number);
        let usage = self.usage();
        self.beats.push_back(Beat::Event(ResponseEvent::Completed { response_id, usage }));
        self.beats
    }

    /// What was said, else an estimate.
    fn usage(&self) -> Option<TokenUsage> {
        if let Some(said) = self.usage {
            return said;
        }
        let tokens = |bytes: usize| i64::try_from(bytes.div_ceil(4)).unwrap_or(i64::MAX);
        let (input, output) = (self.scene.input_tokens, tokens(self.output + self.reasoning));
        Some(TokenUsage {
            input_tokens: input,
            output_tokens: output,
            reasoning_output_tokens: tokens(self.reasoning),
            total_tokens: input.saturating_add(output),
            ..TokenUsage::default()
        })
    }

    fn id(&self, kind: &str) -> String {
        format!("{kind}_{}_{}", self.role.number, self.items)
    }

    fn text(&mut self, kind: Text, text: String) {
        self.beats.push_back(Beat::Text { kind, text, at: 0, paced: false });
    }

    fn added(&mut self, item: ResponseItem) {
        self.beats.push_back(Beat::Event(ResponseEvent::ItemAdded(item)));
    }

    fn done(&mut self, item: ResponseItem) {
        self.beats.push_back(Beat::Event(ResponseEvent::ItemDone(item)));
        self.items += 1;
    }

    fn say(&mut self, text: String, phase: Option<MessagePhase>) {
        let message = |id: String, content: Vec<ContentItem>| ResponseItem::Message {
            id: Some(id),
            role: "assistant".to_owned(),
            content,
            phase,
        };
        let id = self.id("msg");
        self.output += text.len();
        self.added(message(id.clone(), Vec::new()));
        self.text(Text::Message, text.clone());
        self.done(message(id, vec![ContentItem::OutputText { text }]));
    }

    fn think(&mut self, summary: &[String], raw: Option<&str>) {
        let id = self.id("rs");
        let reasoning = |summary, content| ResponseItem::Reasoning {
            id: Some(id.clone()),
            summary,
            content,
            encrypted_content: Some(ENCRYPTED.to_owned()),
        };
        let added = reasoning(Vec::new(), None);
        let parts = summary.iter().map(|text| ReasoningSummaryPart::SummaryText { text: text.clone() });
        let content = raw.map(|text| vec![ReasoningContent::ReasoningText { text: text.to_owned() }]);
        let done = reasoning(parts.collect(), content);
        self.added(added);
        for (summary_index, text) in (0..).zip(summary) {
            self.reasoning += text.len();
            self.beats.push_back(Beat::Event(ResponseEvent::SummaryPartAdded { summary_index }));
            self.text(Text::Summary(summary_index), text.clone());
        }
        if let Some(text) = raw {
            self.reasoning += text.len();
            self.text(Text::Raw, text.to_owned());
        }
        self.done(done);
    }

    fn call(&mut self, namespace: Option<String>, name: String, arguments: String) {
        let (id, call_id) = (self.id("fc"), self.id("call"));
        self.output += arguments.len();
        self.done(ResponseItem::FunctionCall {
            id: Some(id),
            name,
            namespace,
            arguments,
            call_id: call_id.into(),
        });
    }

    fn item(&mut self, item: &ResponseItem) {
        let announced = matches!(
            item,
            ResponseItem::Message { .. }
                | ResponseItem::Reasoning { .. }
                | ResponseItem::WebSearchCall { .. }
        );
        let mut item = item.clone();
        if let ResponseItem::WebSearchCall { id: id @ None, .. } = &mut item {
            *id = Some(self.id("ws"));
        }
        if announced {
            self.added(item.clone());
        }
        self.done(item);
    }
}

impl Stream for Player {
    type Item = Result<ResponseEvent, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(waiting) = this.waiting.as_mut() {
                ready!(waiting.as_mut().poll(cx));
                this.waiting = None;
            }
            match this.beats.front_mut() {
                Some(Beat::Text { kind, text, at, paced }) => {
                    if !*paced && !this.pace.is_zero() && *at < text.len() {
                        *paced = true;
                        this.waiting = Some(Box::pin(sleep(this.pace)));
                        continue;
                    }
                    *paced = false;
                    if let Some(delta) = next_word(text, at) {
                        return Poll::Ready(Some(Ok(kind.delta(delta.to_owned()))));
                    }
                }
                Some(Beat::Hang) => return Poll::Pending,
                _ => {}
            }
            match this.beats.pop_front() {
                Some(Beat::Event(event)) => return Poll::Ready(Some(Ok(event))),
                Some(Beat::End(error)) => {
                    this.beats.clear();
                    return Poll::Ready(Some(Err(error)));
                }
                Some(Beat::Pace(pace)) => this.pace = pace,
                Some(Beat::Wait(duration)) => this.waiting = Some(Box::pin(sleep(duration))),
                Some(Beat::Text { .. } | Beat::Hang) => {}
                None => return Poll::Ready(None),
            }
        }
    }
}

impl Text {
    fn delta(self, delta: String) -> ResponseEvent {
        match self {
            Self::Message => ResponseEvent::TextDelta(delta),
            Self::Summary(summary_index) => ResponseEvent::SummaryDelta { summary_index, delta },
            Self::Raw => ResponseEvent::RawReasoningDelta { content_index: 0, delta },
        }
    }
}

/// The next word of the text with the white space around it, up to the next word.
fn next_word<'a>(text: &'a str, at: &mut usize) -> Option<&'a str> {
    let rest = text.get(*at..)?;
    let mut in_word = false;
    let mut after_word = false;
    let end = rest.char_indices().find(|(_, c)| {
        after_word |= in_word && c.is_whitespace();
        in_word |= !c.is_whitespace();
        after_word && !c.is_whitespace()
    });
    let length = end.map_or(rest.len(), |(index, _)| index);
    *at += length;
    rest.get(..length).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deltas_are_words_and_lose_nothing() {
        let words = |text: &str| {
            let mut at = 0;
            std::iter::from_fn(|| next_word(text, &mut at).map(str::to_owned)).collect::<Vec<_>>()
        };
        assert_eq!(words(" a  bc\n\nd "), [" a  ", "bc\n\n", "d "]);
        assert_eq!(words("  "), ["  "]);
        assert_eq!(words(""), [""; 0]);
    }
}
