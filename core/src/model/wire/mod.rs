//! The APIs that model servers speak: a closed set, chosen by configuration.
//!
//! Each has a folder with two pure halves: `request` writes a prompt, `decode` reads the data of one
//! event. The rest of the engine knows neither.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::config::provider::WireApi;
use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::prompt::Prompt;

pub mod responses;

/// An API that is spoken over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Responses,
}

/// Events that were read and not yet taken.
pub type Events = VecDeque<ResponseEvent>;

impl Wire {
    /// The wire of a configured API; the built-in model has none.
    pub fn of(api: WireApi) -> Option<Self> {
        match api {
            WireApi::Responses => Some(Self::Responses),
            WireApi::Rehearsal => None,
        }
    }

    /// Where requests go, below the base URL.
    pub fn path(self) -> &'static str {
        match self {
            Self::Responses => "responses",
        }
    }

    /// The body of a request.
    pub fn encode(self, prompt: &Prompt, server: Server) -> Result<Bytes, Error> {
        match self {
            Self::Responses => responses::request::encode(prompt, server),
        }
    }

    pub fn decoder(self) -> Decoder {
        match self {
            Self::Responses => Decoder::Responses,
        }
    }
}

/// What a request's form depends on besides the prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Takes the whole history with every request and keeps nothing.
    Stateless,
    /// Azure: keeps responses, and wants its items back under their ids.
    Azure,
}

/// The reading half of one response.
#[derive(Debug)]
pub enum Decoder {
    Responses,
}

impl Decoder {
    /// Reads the data of one event of the stream.
    pub fn decode(&mut self, data: &[u8], events: &mut Events) -> Result<(), Error> {
        match self {
            Self::Responses => responses::decode::decode(data, events),
        }
    }
}

/// Entry point for fuzzing: reads the input as an event of each wire.
#[cfg(any(test, feature = "testing"))]
pub fn fuzz(input: &[u8]) {
    for wire in [WireApi::Responses, WireApi::Rehearsal].into_iter().filter_map(Wire::of) {
        let mut events = Events::new();
        if wire.decoder().decode(input, &mut events).is_err() {
            assert!(events.is_empty(), "an event that cannot be read is not half read");
        }
    }
}
