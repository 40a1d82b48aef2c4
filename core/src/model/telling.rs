//! What collectors are told of requests to a model, in the words of the Responses API whatever the wire is.

use std::time::Duration;

use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::transport::Opened;
use crate::telemetry::event::TelemetryEvent;

/// One attempt to get an answer. Servers may quote the request when they refuse it, so only their status is told.
pub fn attempt(attempt: u32, duration: Duration, outcome: &Result<Opened, Error>) -> TelemetryEvent {
    let (status, error) = match outcome {
        Ok(opened) => (opened.status, None),
        Err(error) => {
            let status = error.status();
            (status, Some(status.map_or_else(|| error.to_string(), |status| format!("http {status}"))))
        }
    };
    TelemetryEvent::ApiRequest { attempt, duration, status, error }
}

/// A step of an answer; none if the engine itself has ended it, or made it up.
pub fn step(duration: Duration, step: &Result<ResponseEvent, Error>) -> Option<TelemetryEvent> {
    let kind = match step {
        Ok(ResponseEvent::Completed { usage, .. }) => {
            return Some(TelemetryEvent::Completed { duration, usage: *usage });
        }
        Err(Error::Cancelled) | Ok(ResponseEvent::RateLimits(_)) => return None,
        Err(error) => {
            return Some(TelemetryEvent::SseEvent { kind: None, duration, error: Some(error.to_string()) });
        }
        Ok(ResponseEvent::ItemAdded(_)) => "response.output_item.added",
        Ok(ResponseEvent::TextDelta(_)) => "response.output_text.delta",
        Ok(ResponseEvent::SummaryPartAdded { .. }) => "response.reasoning_summary_part.added",
        Ok(ResponseEvent::SummaryDelta { .. }) => "response.reasoning_summary_text.delta",
        Ok(ResponseEvent::RawReasoningDelta { .. }) => "response.reasoning_text.delta",
        Ok(ResponseEvent::ItemDone(_)) => "response.output_item.done",
    };
    Some(TelemetryEvent::SseEvent { kind: Some(kind), duration, error: None })
}
