//! The APIs that model servers speak: a closed set, chosen by configuration.
//!
//! Each has a folder with two pure halves: `request` writes a prompt, `decode` reads the data of one
//! event. The rest of the engine knows neither. What the older wires share stands beside them: `turns`
//! puts a history in order, `lowered` makes functions of all tools, `flow` makes items of what streams,
//! and `mark` tells whose reasoning is whose.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use crate::config::provider::WireApi;
use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::prompt::Prompt;
use crate::model::wire::anthropic::decode::AnthropicDecoder;
use crate::model::wire::chat::decode::ChatDecoder;
use crate::model::wire::lowered::{Calls, Known};

pub mod anthropic;
pub mod chat;
mod flow;
pub mod lenient;
pub mod lowered;
pub mod mark;
pub mod responses;
#[cfg(test)]
pub mod testkit;
mod turns;

/// An API that is spoken over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Responses,
    Chat,
    Anthropic,
}

/// Events that were read and not yet taken.
pub type Events = VecDeque<ResponseEvent>;

impl Wire {
    /// The wire of a configured API; the built-in model has none.
    pub fn of(api: WireApi) -> Option<Self> {
        match api {
            WireApi::Responses => Some(Self::Responses),
            WireApi::Chat => Some(Self::Chat),
            WireApi::Anthropic => Some(Self::Anthropic),
            WireApi::Rehearsal => None,
        }
    }

    /// Where requests go, below the base URL.
    pub fn path(self) -> &'static str {
        match self {
            Self::Responses => "responses",
            Self::Chat => "chat/completions",
            Self::Anthropic => "messages",
        }
    }

    /// The body of a request.
    pub fn encode(self, prompt: &Prompt, target: &Target<'_>) -> Result<Encoded, Error> {
        let encoded = match self {
            Self::Responses => responses::request::encode(prompt, target.server).map(Encoded::from),
            Self::Chat => chat::request::encode(prompt, target).map(Encoded::from),
            Self::Anthropic => anthropic::request::encode(prompt, target),
        };
        let failed =
            |error| Error::Setting { field: "prompt".into(), reason: format!("cannot be sent: {error}") };
        encoded.map_err(failed)
    }

    /// What answers to a request are read with.
    pub fn known(self, prompt: &Prompt, provider: &str) -> Known {
        match self {
            Self::Responses => Known::default(),
            Self::Chat | Self::Anthropic => Known::of(prompt, provider),
        }
    }

    /// The reader of one answer. The seed makes ids of its calls that no other answer has.
    pub fn decoder(self, known: Arc<Known>, seed: impl FnOnce() -> String) -> Decoder {
        match self {
            Self::Responses => Decoder::Responses,
            Self::Chat => Decoder::Chat(Box::new(ChatDecoder::new(Calls::new(known, seed())))),
            Self::Anthropic => Decoder::Anthropic(Box::new(AnthropicDecoder::new(Calls::new(known, seed())))),
        }
    }
}

/// A request as it is sent.
#[derive(Debug)]
pub struct Encoded {
    pub body: Bytes,
    /// What it uses that the server has to be asked for in a header.
    pub feature: Option<&'static str>,
}

impl From<Vec<u8>> for Encoded {
    fn from(body: Vec<u8>) -> Self {
        Self { body: body.into(), feature: None }
    }
}

/// Whom a request is for, as far as its form depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    pub server: Server,
    /// The id of the provider.
    pub provider: &'a str,
}

/// What a request's form depends on besides the prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Takes the whole history with every request and keeps nothing.
    Stateless,
    /// OpenAI: the same, and takes a key of its cache with every API.
    OpenAi,
    /// Azure: keeps responses, and wants its items back under their ids.
    Azure,
    /// Mistral: refuses fields it does not know, and ids of calls that are not like its own.
    Mistral,
}

impl Server {
    /// The server with this name and address.
    pub fn of(name: &str, url: &str) -> Self {
        const AZURE: [&str; 5] =
            ["openai.azure.", "cognitiveservices.azure.", "aoai.azure.", "azure-api.", "azurefd."];
        if name.eq_ignore_ascii_case("azure") || AZURE.iter().any(|host| url.contains(host)) {
            Self::Azure
        } else if url.contains(".mistral.ai/") {
            Self::Mistral
        } else if url.contains("api.openai.com/") {
            Self::OpenAi
        } else {
            Self::Stateless
        }
    }
}

/// The reading half of one response.
#[derive(Debug)]
pub enum Decoder {
    Responses,
    Chat(Box<ChatDecoder>),
    Anthropic(Box<AnthropicDecoder>),
}

impl Decoder {
    /// Reads the data of one event of the stream. What was read before an error stands.
    pub fn decode(&mut self, data: &[u8], events: &mut Events) -> Result<(), Error> {
        match self {
            Self::Responses => responses::decode::decode(data, events),
            Self::Chat(decoder) => decoder.decode(data, events),
            Self::Anthropic(decoder) => decoder.decode(data, events),
        }
    }

    /// The stream has ended. An answer that is not whole stays without a completion.
    pub fn finish(&mut self, events: &mut Events) -> Result<(), Error> {
        match self {
            Self::Responses => Ok(()),
            Self::Chat(decoder) => decoder.finish(events),
            Self::Anthropic(decoder) => decoder.finish(events),
        }
    }
}

/// Entry point for fuzzing: reads the input as events of each wire, one line each.
#[cfg(any(test, feature = "testing"))]
pub fn fuzz(input: &[u8]) {
    for wire in WireApi::ALL.into_iter().filter_map(Wire::of) {
        let mut decoder = wire.decoder(Arc::default(), String::new);
        let mut events = Events::new();
        let failed =
            input.split(|byte| *byte == b'\n').any(|line| decoder.decode(line, &mut events).is_err());
        if !failed && wire != Wire::Responses {
            drop(decoder.finish(&mut events));
        }
        check(wire, &events);
    }
}

/// Every item that begins ends before another begins, and nothing follows the end.
#[cfg(any(test, feature = "testing"))]
fn check(wire: Wire, events: &Events) {
    // A server that announces its items is believed.
    if wire == Wire::Responses {
        return;
    }
    let mut is_open = false;
    let mut has_ended = false;
    for event in events {
        assert!(!has_ended, "something follows the end: {event:?}");
        match event {
            ResponseEvent::ItemAdded(_) => {
                assert!(!is_open, "an item begins in another: {event:?}");
                is_open = true;
            }
            ResponseEvent::ItemDone(_) => is_open = false,
            ResponseEvent::TextDelta(_)
            | ResponseEvent::SummaryPartAdded { .. }
            | ResponseEvent::SummaryDelta { .. }
            | ResponseEvent::RawReasoningDelta { .. } => assert!(is_open, "a delta of no item: {event:?}"),
            ResponseEvent::Completed { .. } => {
                assert!(!is_open, "an item never ends");
                has_ended = true;
            }
            ResponseEvent::RateLimits(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::mutate;

    /// Words that say something on one of the wires.
    const WORDS: [&str; 24] = [
        "\"type\":",
        "\"index\":0,",
        "\"index\":\"1\",",
        "\"choices\":[",
        "\"delta\":{",
        "\"content\":",
        "\"reasoning\":",
        "\"tool_calls\":[",
        "\"function\":{",
        "\"name\":\"f\"",
        "\"arguments\":\"{}\"",
        "\"id\":\"\",",
        "\"finish_reason\":\"length\"",
        "\"error\":{",
        "\"usage\":{",
        "content_block_start",
        "content_block_stop",
        "message_stop",
        "thinking",
        "tool_use",
        "null",
        "[DONE]",
        "\\ud83d",
        "\n",
    ];

    #[test]
    fn changed_answers_are_survived() {
        let answers = [
            include_str!("responses/recorded.txt"),
            include_str!("chat/recorded.txt"),
            include_str!("anthropic/recorded.txt"),
        ]
        .map(testkit::data_of);
        let whole = answers.iter().map(|events| events.join("\n").into_bytes());
        let single = answers.iter().flatten().map(|event| event.as_bytes().to_vec());
        mutate::feed(&whole.chain(single).collect::<Vec<_>>(), &WORDS, fuzz);
    }

    #[test]
    fn servers_with_habits_are_known_by_name_or_address() {
        assert_eq!(Server::of("Azure", "https://x"), Server::Azure);
        assert_eq!(Server::of("x", "https://me.openai.azure.com/openai/responses"), Server::Azure);
        assert_eq!(Server::of("x", "https://api.mistral.ai/v1/chat/completions"), Server::Mistral);
        assert_eq!(Server::of("x", "https://eu.api.openai.com/v1/chat/completions"), Server::OpenAi);
        assert_eq!(Server::of("OpenAI", "http://127.0.0.1:1/v1/chat/completions"), Server::Stateless);
    }
}
