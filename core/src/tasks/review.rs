//! A review: another agent looks at changes, with a history and instructions of its own, inside of a turn of the
//! conversation. Its tools run as those of the conversation do, with the same approvals.
//!
//! The session tells the client that the review has begun. A review that is cut off, or fails, ends all the same, and the
//! conversation keeps a note of the result.

use codex_protocol::event::EventMsg;
use codex_protocol::ids::ItemId;
use codex_protocol::input::UserInput;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::review::ReviewRequest;
use codex_protocol::turn_item::{AgentMessageItem, ExitedReviewModeItem, TurnItem, UserMessageItem};
use futures::future::BoxFuture;

use crate::base::cancel::Interrupted;
use crate::base::time::now_ms;
use crate::context::review;
use crate::tasks::learning::learn_of_model;
use crate::tasks::ledger::Notes;
use crate::tasks::sampling::{Failure, Sampled, Sampling};
use crate::tasks::{SessionTask, TaskKind};
use crate::turn::port::SessionTaskContext;

#[derive(Debug)]
pub struct ReviewTask {
    pub request: ReviewRequest,
    /// What the reviewer is told of its surroundings.
    pub environment: ResponseItem,
}

impl SessionTask for ReviewTask {
    fn kind(&self) -> TaskKind {
        TaskKind::Review
    }

    fn run(self: Box<Self>, mut context: SessionTaskContext) -> BoxFuture<'static, Result<(), Interrupted>> {
        Box::pin(async move {
            let Self { request, environment } = *self;
            let ReviewRequest { prompt, user_facing_hint: hint, .. } = request;
            let result = match learn_of_model(&mut context).await {
                Ok(()) => review(prompt, environment, &context).await,
                Err(Interrupted) => Err(Interrupted),
            };
            let (text, review_output) = match &result {
                Ok(Ok(answer)) => {
                    let output = review::output(answer);
                    (review::text(&output), Some(output))
                }
                Ok(Err(failure)) => (format!("The review failed: {failure}"), None),
                Err(Interrupted) => ("The review was interrupted before it was done.".to_owned(), None),
            };
            // Whatever became of the turn: the mode that the client was told of ends, and the note comes with it.
            let exited = ExitedReviewModeItem { id: ItemId::fresh(), review_output };
            at_once(TurnItem::ExitedReviewMode(exited), &context).await;
            context.record_end(vec![review::note(&hint, &text)]).await;
            match result? {
                Ok(_answer) => {
                    let message = AgentMessageItem::new(message_id(), text, None);
                    at_once(TurnItem::AgentMessage(message), &context).await;
                    Ok(())
                }
                Err(failure) => failure.report(&context).await,
            }
        })
    }
}

/// The reviewer's last words, or why there are none.
async fn review(
    prompt: String,
    environment: ResponseItem,
    context: &SessionTaskContext,
) -> Result<Result<String, Failure>, Interrupted> {
    let content = vec![UserInput::text(prompt.clone())];
    let message = UserMessageItem { id: ItemId::fresh(), client_id: None, content };
    context.item_at_once(TurnItem::UserMessage(message)).await?;
    let notes = Notes::new(vec![environment, ResponseItem::message("user", prompt)]);
    let mut sampling = Sampling::of_review(context.clone(), notes);
    let mut is_slim = false;
    loop {
        match sampling.one_response().await? {
            Sampled::ToolsRan => is_slim = false,
            Sampled::Final => return Ok(Ok(sampling.last_words())),
            // With long outputs cut it may fit.
            Sampled::Failed(failure) if failure.is_overflow() && !is_slim => {
                sampling.slim();
                is_slim = true;
            }
            Sampled::Failed(failure) => return Ok(Err(failure)),
        }
    }
}

/// An id of the form that messages of models have.
fn message_id() -> ItemId {
    ItemId::from(format!("msg_{}", ItemId::fresh()))
}

/// Tells of an item even in a turn that has been cancelled.
async fn at_once(item: TurnItem, context: &SessionTaskContext) {
    let now = now_ms();
    let messages: [EventMsg; 2] = [context.started(item.clone(), now), context.completed(item, now)];
    for msg in messages {
        context.report_end(msg).await;
    }
}
