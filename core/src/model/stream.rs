//! A response on its way: the events of a transport, with idle timeout and cancellation.
//!
//! It is polled by whoever reads it; there is no task and no queue in between. An event that has arrived costs no timer,
//! and whatever arrives ends the silence, also what is no event. After the end, or after an error, there is nothing more.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use codex_protocol::usage::RateLimitSnapshot;
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::CancellationToken;

use crate::base::cancel::or_cancelled;
use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::telling;
use crate::model::transport::{Arrivals, EventStream, Opened};
use crate::telemetry::Telemetry;

/// Dropping it cancels the request.
pub struct ResponseStream {
    /// Told first.
    limits: Option<RateLimitSnapshot>,
    /// Gone once the response has ended.
    events: Option<EventStream>,
    arrivals: Arrivals,
    idle: Pin<Box<Sleep>>,
    idle_timeout: Duration,
    cancelled: CancellationToken,
    telemetry: Telemetry,
    model: String,
}

impl ResponseStream {
    pub(crate) fn new(
        limits: RateLimitSnapshot,
        opened: Opened,
        idle_timeout: Duration,
        cancelled: CancellationToken,
    ) -> Self {
        let Opened { events, arrivals, .. } = opened;
        let idle = Box::pin(sleep(idle_timeout));
        let (telemetry, model) = (Telemetry::off(), String::new());
        let events = Some(events);
        Self { limits: Some(limits), events, arrivals, idle, idle_timeout, cancelled, telemetry, model }
    }

    /// Has collectors told of each step.
    pub(crate) fn told_to(self, telemetry: Telemetry, model: &str) -> Self {
        Self { telemetry, model: model.to_owned(), ..self }
    }

    /// The next event; `None` after `Completed` or an error.
    pub async fn next(&mut self) -> Option<Result<ResponseEvent, Error>> {
        if let Some(limits) = self.limits.take() {
            return Some(Ok(ResponseEvent::RateLimits(limits)));
        }
        let began = self.telemetry.is_on().then(Instant::now);
        let result = self.arrived().await?;
        if let Some(step) = began.and_then(|began| telling::step(began.elapsed(), &result)) {
            self.telemetry.tell(&self.model, || step);
        }
        if !matches!(&result, Ok(event) if !matches!(event, ResponseEvent::Completed { .. })) {
            self.events = None;
        }
        Some(result)
    }

    async fn arrived(&mut self) -> Option<Result<ResponseEvent, Error>> {
        let events = self.events.as_mut()?;
        if self.cancelled.is_cancelled() {
            return Some(Err(Error::Cancelled));
        }
        let mut next = match poll_fn(|cx| Poll::Ready(events.as_mut().poll_next(cx))).await {
            Poll::Ready(next) => next,
            Poll::Pending => {
                let (arrivals, timeout) = (&self.arrivals, self.idle_timeout);
                let mut idle = self.idle.as_mut();
                idle.as_mut().reset(Instant::now() + timeout);
                let mut seen = arrivals.count();
                let wait = poll_fn(|cx| {
                    if let Poll::Ready(next) = events.as_mut().poll_next(cx) {
                        return Poll::Ready(next);
                    }
                    if std::mem::replace(&mut seen, arrivals.count()) != seen {
                        idle.as_mut().reset(Instant::now() + timeout);
                    }
                    idle.as_mut().poll(cx).map(|()| Some(Err(Error::IdleTimeout(timeout))))
                });
                or_cancelled(&self.cancelled, wait).await.unwrap_or(Some(Err(Error::Cancelled)))
            }
        };
        if next.is_none() {
            next = Some(Err(Error::StreamEnded { cause: None }));
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, stream};
    use reqwest::header::HeaderMap;

    use super::*;

    fn response(events: EventStream) -> ResponseStream {
        opened(events, Arrivals::default())
    }

    fn opened(events: EventStream, arrivals: Arrivals) -> ResponseStream {
        let opened = Opened { status: None, headers: HeaderMap::new(), events, arrivals };
        let limits = RateLimitSnapshot::default();
        ResponseStream::new(limits, opened, Duration::from_secs(5), CancellationToken::new())
    }

    fn text(text: &str) -> Result<ResponseEvent, Error> {
        Ok(ResponseEvent::TextDelta(text.into()))
    }

    async fn read(mut response: ResponseStream) -> Vec<String> {
        let mut seen = Vec::new();
        while let Some(event) = response.next().await {
            seen.push(match event {
                Ok(event) => format!("{event:?}").split([' ', '(']).next().unwrap().to_owned(),
                Err(error) => error.to_string(),
            });
        }
        seen
    }

    #[tokio::test]
    async fn limits_come_first_and_nothing_follows_the_end() {
        let end = Ok(ResponseEvent::Completed { response_id: "r".into(), usage: None });
        let events = stream::iter([text("a"), end, text("b")]);
        assert_eq!(read(response(Box::pin(events))).await, ["RateLimits", "TextDelta", "Completed"]);
    }

    #[tokio::test]
    async fn an_end_without_completion_is_an_error() {
        let events = stream::iter([text("a")]);
        let seen = read(response(Box::pin(events))).await;
        assert_eq!(seen, ["RateLimits", "TextDelta", "The model's answer broke off"]);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_the_response_and_every_event_starts_it_anew() {
        let slow = stream::unfold(0, async |count| {
            tokio::time::sleep(Duration::from_secs(if count < 3 { 4 } else { 60 })).await;
            Some((text("a"), count + 1))
        });
        let start = Instant::now();
        let seen = read(response(Box::pin(slow))).await;
        assert_eq!(seen[1..4], ["TextDelta"; 3]);
        assert_eq!(seen[4], "The model server was silent for 5 s (`stream_idle_timeout_ms`)");
        assert_eq!(start.elapsed().as_secs(), 17);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_no_event_ends_the_silence_too() {
        let arrivals = Arrivals::default();
        let noted = arrivals.clone();
        let pieces = stream::unfold(0, move |count| {
            let noted = noted.clone();
            async move {
                tokio::time::sleep(Duration::from_secs(if count < 3 { 4 } else { 60 })).await;
                noted.note();
                Some((count < 3, count + 1))
            }
        });
        // As with the arguments of a call: all has arrived before anything is an event.
        let events = pieces.filter_map(async |is_piece| (!is_piece).then(|| text("a")));
        let start = Instant::now();
        let seen = read(opened(Box::pin(events), arrivals)).await;
        assert_eq!(seen[1], "The model server was silent for 5 s (`stream_idle_timeout_ms`)");
        assert_eq!(start.elapsed().as_secs(), 17);
    }

    #[tokio::test(start_paused = true)]
    async fn cancelling_ends_the_response_at_once() {
        let mut response = response(Box::pin(stream::pending()));
        let token = response.cancelled.clone();
        response.next().await;
        let (last, ()) = tokio::join!(response.next(), async { token.cancel() });
        assert!(matches!(last, Some(Err(Error::Cancelled))));
        assert!(response.next().await.is_none());
    }
}
