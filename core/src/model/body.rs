//! The body of a response ▶ its events.
//!
//! Bytes are decoded when somebody asks for the next event, and only as far as that event. What follows
//! the completion is read as a task of its own, within limits, so that the connection can be used again.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::base::cancel::or_cancelled;
use crate::base::secret::Secret;
use crate::base::spawn::TaskGroup;
use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::sse::SseDecoder;
use crate::model::transport::Arrivals;
use crate::model::wire::{Decoder, Events};

/// More than any answer has, with all that is around each of its words.
const LARGEST_BODY: usize = 256 * 1024 * 1024;
/// What is read of a body after the completion.
const SMALL_REST: usize = 64 * 1024;
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

type Body = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>;

/// The events of a body, as a stream.
pub struct BodyEvents {
    body: Option<Body>,
    frames: SseDecoder,
    decoder: Decoder,
    events: Events,
    /// What ends the answer once its events are taken.
    failure: Option<Error>,
    arrivals: Arrivals,
    size: usize,
    /// What an error must not quote.
    secrets: Vec<Secret>,
    group: TaskGroup,
    token: CancellationToken,
}

impl BodyEvents {
    /// What follows the completion is read in the group, until the token is cancelled.
    pub fn new(
        body: impl Stream<Item = reqwest::Result<Bytes>> + Send + 'static,
        decoder: Decoder,
        group: TaskGroup,
        token: CancellationToken,
    ) -> Self {
        let (frames, events) = (SseDecoder::default(), Events::new());
        Self {
            body: Some(Box::pin(body)),
            frames,
            decoder,
            events,
            failure: None,
            arrivals: Arrivals::default(),
            size: 0,
            secrets: Vec::new(),
            group,
            token,
        }
    }

    /// Keeps its errors from quoting what the server was told.
    pub fn with_secrets(self, secrets: Vec<Secret>) -> Self {
        Self { secrets, ..self }
    }

    /// Counts what comes of the body.
    pub fn arrivals(&self) -> Arrivals {
        self.arrivals.clone()
    }

    fn take(&mut self, chunk: &Bytes) -> Result<(), Error> {
        self.arrivals.note();
        self.size = self.size.saturating_add(chunk.len());
        if self.size > LARGEST_BODY {
            return Err(Error::Decode { reason: format!("it is longer than {LARGEST_BODY} bytes") });
        }
        self.frames.push(chunk).map_err(|error| Error::Decode { reason: error.to_string() })
    }

    /// Reads events until one comes out; the rest of what has arrived is left for the next call.
    fn decode(&mut self) -> Result<Option<ResponseEvent>, Error> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(Some(event));
            }
            if let Some(error) = self.failure.take() {
                return Err(error);
            }
            let Some(data) = self.frames.next_event() else { return Ok(None) };
            self.failure = self.decoder.decode(data, &mut self.events).err();
        }
    }

    /// Reads the last bytes of a response that has said all, so that its connection can be used again.
    fn drain(&mut self, cx: &mut Context<'_>) {
        let Some(mut body) = self.body.take() else { return };
        // Mostly they are there already.
        for _ in 0..4 {
            match body.as_mut().poll_next(cx) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(_)) | None) => return,
                Poll::Pending => break,
            }
        }
        let rest = async move {
            let mut size = 0;
            while size < SMALL_REST
                && let Some(Ok(chunk)) = body.next().await
            {
                size += chunk.len();
            }
        };
        let token = self.token.clone();
        self.group.spawn(async move { or_cancelled(&token, timeout(DRAIN_TIMEOUT, rest)).await });
    }
}

impl Stream for BodyEvents {
    type Item = Result<ResponseEvent, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let next = ready!(this.poll_event(cx));
        Poll::Ready(next.map(|event| event.map_err(|error| error.without(&this.secrets))))
    }
}

impl BodyEvents {
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ResponseEvent, Error>>> {
        loop {
            match self.decode() {
                Ok(None) => {}
                Ok(Some(event)) => {
                    if matches!(event, ResponseEvent::Completed { .. }) {
                        self.drain(cx);
                    }
                    return Poll::Ready(Some(Ok(event)));
                }
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
            let Some(body) = self.body.as_mut() else { return Poll::Ready(None) };
            match ready!(body.as_mut().poll_next(cx)) {
                Some(Ok(chunk)) => {
                    if let Err(error) = self.take(&chunk) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                Some(Err(error)) => {
                    self.body = None;
                    let cause = Some(error.without_url().into());
                    return Poll::Ready(Some(Err(Error::StreamEnded { cause })));
                }
                None => {
                    self.body = None;
                    if let Some(data) = self.frames.finish() {
                        let failure = self.decoder.decode(data, &mut self.events).err();
                        // What cannot be read of an event without end was cut off with the rest.
                        self.failure = failure.filter(|error| !matches!(error, Error::Decode { .. }));
                    }
                    if self.failure.is_none() {
                        self.failure = self.decoder.finish(&mut self.events).err();
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::stream;
    use proptest::prelude::*;
    use tokio::sync::Notify;

    use super::*;
    use crate::config::provider::WireApi;
    use crate::model::wire::Wire;

    /// One recorded answer per wire.
    fn recorded(wire: Wire) -> &'static str {
        match wire {
            Wire::Responses => include_str!("wire/responses/recorded.txt"),
            Wire::Chat => include_str!("wire/chat/recorded.txt"),
            Wire::Anthropic => include_str!("wire/anthropic/recorded.txt"),
        }
    }

    fn wires() -> impl Iterator<Item = Wire> {
        WireApi::ALL.into_iter().filter_map(Wire::of)
    }

    fn decoder(wire: Wire) -> Decoder {
        wire.decoder(Arc::default(), || "seed".to_owned())
    }

    fn read(wire: Wire, pieces: Vec<&'static [u8]>) -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let body = stream::iter(pieces.into_iter().map(|piece| Ok(Bytes::from_static(piece))));
            let events = BodyEvents::new(body, decoder(wire), TaskGroup::new(), CancellationToken::new());
            events.map(|event| format!("{event:?}")).collect().await
        })
    }

    #[test]
    fn the_last_event_is_the_completion() {
        for wire in wires() {
            let events = read(wire, vec![recorded(wire).as_bytes()]);
            assert!(events.last().unwrap().starts_with("Ok(Completed"), "{events:#?}");
        }
    }

    #[tokio::test]
    async fn an_answer_that_has_begun_quotes_no_secrets() {
        for (wire, said) in [
            (
                Wire::Responses,
                r#"{"type":"response.failed","response":{"error":{"message":"bad key hush-hush-1"}}}"#,
            ),
            (Wire::Responses, r#"{"type":"response.output_item.done","item":"hush-hush-1"}"#),
            (Wire::Chat, r#"{"error":{"message":"bad key hush-hush-1"}}"#),
            (Wire::Anthropic, r#"{"type":"error","error":{"type":"x","message":"bad key hush-hush-1"}}"#),
        ] {
            let body = stream::iter([Ok(Bytes::from(format!("data: {said}\n\n")))]);
            let events = BodyEvents::new(body, decoder(wire), TaskGroup::new(), CancellationToken::new());
            let events: Vec<_> = events.with_secrets(vec![Secret::new("hush-hush-1")]).collect().await;
            let Some(Err(error)) = events.first() else { panic!("{events:?}") };
            assert!(!format!("{error:?} {error}").contains("hush"), "{error:?}");
            assert!(error.to_string().contains("[secret]"), "{error}");
        }
    }

    #[tokio::test]
    async fn what_follows_the_completion_is_read_in_the_background() {
        let (gate, read) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let answer = Bytes::from_static(recorded(Wire::Responses).as_bytes());
        let (opened, reported) = (gate.clone(), read.clone());
        let end = stream::once(async move {
            opened.notified().await;
            reported.notify_one();
            Ok(Bytes::new())
        });
        let (group, token) = (TaskGroup::new(), CancellationToken::new());
        let body = stream::iter([Ok(answer)]).chain(end);
        let mut events = BodyEvents::new(body, decoder(Wire::Responses), group.clone(), token);
        while let Some(Ok(event)) = events.next().await {
            if matches!(event, ResponseEvent::Completed { .. }) {
                break;
            }
        }
        drop(events);
        gate.notify_one();
        timeout(Duration::from_secs(10), read.notified()).await.expect("the rest is read");
    }

    #[tokio::test(start_paused = true)]
    async fn what_follows_the_completion_is_not_waited_for_when_all_ends() {
        let answer = Bytes::from_static(recorded(Wire::Responses).as_bytes());
        let body = stream::iter([Ok(answer)]).chain(stream::pending());
        let (group, token) = (TaskGroup::new(), CancellationToken::new());
        let events = BodyEvents::new(body, decoder(Wire::Responses), group.clone(), token.clone());
        let is_no_end = |event: &_| std::future::ready(!matches!(event, Ok(ResponseEvent::Completed { .. })));
        events.take_while(is_no_end).for_each(|_| std::future::ready(())).await;
        assert_eq!(group.running(), 1);
        token.cancel();
        timeout(DRAIN_TIMEOUT / 2, group.finished()).await.expect("it ends at once");
    }

    #[test]
    fn a_split_anywhere_reads_alike() {
        for wire in wires() {
            let bytes = recorded(wire).as_bytes();
            let whole = read(wire, vec![bytes]);
            for at in 0..bytes.len() {
                let (head, tail) = bytes.split_at(at);
                assert_eq!(whole, read(wire, vec![head, tail]), "{wire:?} at {at}");
            }
            assert_eq!(whole, read(wire, bytes.chunks(1).collect()), "{wire:?} byte by byte");
        }
    }

    #[test]
    fn a_cut_anywhere_is_no_completion() {
        for wire in wires() {
            // What ends an answer: a reason to finish, or the completion itself.
            let last = match wire {
                Wire::Responses => "response.completed",
                Wire::Chat => "\"finish_reason\":\"",
                Wire::Anthropic => "\"stop_reason\":\"",
            };
            let last = recorded(wire).rfind(last).expect("it ends");
            for at in 0..last {
                let (head, _) = recorded(wire).as_bytes().split_at(at);
                let events = read(wire, vec![head]);
                assert!(!events.iter().any(|event| event.starts_with("Ok(Completed")), "{wire:?} at {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_split_of_the_bytes_reads_alike(sizes in prop::collection::vec(1usize..200, 1..40)) {
            for wire in wires() {
                let mut rest = recorded(wire).as_bytes();
                let whole = read(wire, vec![rest]);
                let mut pieces = Vec::new();
                for size in sizes.iter().cycle() {
                    let (piece, tail) = rest.split_at((*size).min(rest.len()));
                    pieces.push(piece);
                    rest = tail;
                    if rest.is_empty() {
                        break;
                    }
                }
                prop_assert_eq!(whole, read(wire, pieces));
            }
        }

        #[test]
        fn broken_events_are_survived(at in 0usize..2000, byte in any::<u8>()) {
            for wire in wires() {
                for event in recorded(wire).lines().filter_map(|line| line.strip_prefix("data: ")) {
                    let mut event = event.as_bytes().to_vec();
                    let at = at % event.len();
                    event[at] = byte;
                    crate::model::wire::fuzz(&event);
                    crate::model::wire::fuzz(&event[..at]);
                }
            }
        }

        #[test]
        fn any_bytes_are_survived(piece in prop::collection::vec(any::<u8>(), 0..300)) {
            crate::model::wire::fuzz(&piece);
        }
    }
}
