//! The seam below retries: opens one response, over HTTP or from the rehearsal model.
//!
//! A transport makes one attempt and reports how it went; repeating, idle timeouts and rate limits are
//! done once, above it, for all of them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::Stream;
use reqwest::header::HeaderMap;

use crate::model::credentials::Credentials;
use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::prompt::Prompt;

/// The events of one response. Dropping it ends the request.
pub type EventStream = Pin<Box<dyn Stream<Item = Result<ResponseEvent, Error>> + Send>>;

/// How often something has arrived of a response, events or not: the pieces of a long call are none.
#[derive(Clone, Debug, Default)]
pub struct Arrivals(Arc<AtomicUsize>);

impl Arrivals {
    pub fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A response whose first bytes have arrived.
pub struct Opened {
    /// None where there is no HTTP.
    pub status: Option<u16>,
    pub headers: HeaderMap,
    pub events: EventStream,
    /// Of what the events are made of.
    pub arrivals: Arrivals,
}

/// A way to reach a model.
pub trait ModelTransport {
    /// A prompt made ready to be sent any number of times.
    type Request: Send + Sync;

    /// Whether requests are signed with the login of this program, as long as there is one.
    fn signs_with_login(&self) -> bool;

    /// Everything that can fail for good: settings, credentials, encoding.
    fn prepare(
        &self,
        prompt: &Prompt,
        credentials: &Credentials,
    ) -> impl Future<Output = Result<Self::Request, Error>> + Send;

    /// One attempt.
    fn open(&self, request: &Self::Request) -> impl Future<Output = Result<Opened, Error>> + Send;
}
