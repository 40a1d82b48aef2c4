//! What all requests to the model have in common, whatever they are for: how they are put, what a failure says besides
//! itself, and when they are put again.

use std::sync::Arc;

use codex_protocol::event::EventMsg;
use codex_protocol::events::notice::{ErrorEvent, StreamErrorEvent};
use codex_protocol::response_item::ResponseItem;

use crate::base::cancel::{Interrupted, or_cancelled};
use crate::model::error::Error;
use crate::model::prompt::{Prompt, Purpose};
use crate::model::retry;
use crate::model::tool_spec::ToolSpec;
use crate::turn::port::SessionTaskContext;

/// What differs from one request of a turn to another.
pub struct Question {
    pub instructions: Arc<str>,
    pub input: Vec<Arc<ResponseItem>>,
    pub tools: Arc<[ToolSpec]>,
    pub purpose: Purpose,
}

pub fn prompt(question: Question, context: &SessionTaskContext) -> Prompt {
    let Question { instructions, input, tools, purpose } = question;
    let turn = &context.turn;
    Prompt {
        conversation_id: turn.conversation_id,
        turn_id: turn.turn_id.clone(),
        model: turn.model.clone(),
        info: turn.info,
        instructions,
        input,
        tools,
        parallel_tool_calls: turn.info.parallel_tool_calls,
        effort: turn.effort.clone(),
        summary: turn.summary,
        verbosity: turn.verbosity,
        service_tier: turn.service_tier.clone(),
        output_schema: turn.output_schema.clone().filter(|_| purpose == Purpose::Answer),
        purpose,
    }
}

/// Takes note of what a failure says of the user's limits. `Err`: it is the turn that was cancelled.
pub async fn note_limits(error: &Error, context: &SessionTaskContext) -> Result<(), Interrupted> {
    if matches!(error, Error::Cancelled) || context.token.is_cancelled() {
        return Err(Interrupted);
    }
    match error.rate_limits() {
        Some(limits) => context.limits_reached(limits.clone()).await,
        None => Ok(()),
    }
}

/// How often a response has been asked for again.
#[derive(Debug, Default)]
pub struct Retries {
    so_far: u32,
}

impl Retries {
    /// Waits for the next attempt, after announcing it; false if there is to be none.
    pub async fn wait(&mut self, error: &Error, context: &SessionTaskContext) -> Result<bool, Interrupted> {
        let most = context.services.model.provider().stream_max_retries();
        self.so_far += 1;
        let Some(delay) = retry::stream_delay(error, self.so_far, most) else { return Ok(false) };
        let wait = retry::waiting(error, delay).map(|wait| format!(" ({wait})")).unwrap_or_default();
        let event = StreamErrorEvent {
            message: format!("Reconnecting... {}/{most}{wait}", self.so_far),
            codex_error_info: Some(error.retry_class()),
            additional_details: Some(error.details().unwrap_or_else(|| error.to_string())),
        };
        context.emit(EventMsg::StreamError(event)).await?;
        or_cancelled(&context.token, tokio::time::sleep(delay)).await?;
        Ok(true)
    }
}

/// The end of a turn that got no answer.
pub fn failure(error: &Error) -> ErrorEvent {
    tracing::info!(%error, details = error.details(), "the model's answer failed");
    ErrorEvent { message: error.to_string(), codex_error_info: Some(error.class()), additional_details: None }
}
