//! The ordinary turn: ask the model, run the tools that it calls, show it their outputs, repeat.
//!
//! Where the history has grown too long for that it is summed up in between: before the turn takes in the message that
//! it begins with, after tools, and when the model says that it cannot read any more.

use codex_protocol::error_info::CodexErrorInfo;
use codex_protocol::event::EventMsg;
use codex_protocol::events::notice::ErrorEvent;
use futures::future::BoxFuture;

use crate::base::cancel::Interrupted;
use crate::tasks::compact::{Compacted, Compaction};
use crate::tasks::learning::learn_of_model;
use crate::tasks::sampling::{Sampled, Sampling};
use crate::tasks::{SessionTask, TaskKind};
use crate::turn::port::SessionTaskContext;

#[derive(Debug, Default)]
pub struct RegularTask {
    /// How many plans the turn has made before.
    pub earlier_plans: usize,
}

impl SessionTask for RegularTask {
    fn kind(&self) -> TaskKind {
        TaskKind::Regular
    }

    fn run(self: Box<Self>, mut context: SessionTaskContext) -> BoxFuture<'static, Result<(), Interrupted>> {
        Box::pin(async move {
            learn_of_model(&mut context).await?;
            let mut sampling = Sampling::new(context.clone(), self.earlier_plans);
            // Whether the model has answered since the history was last summed up because it could not read it.
            let mut has_answered = true;
            loop {
                if has_answered && let Compacted::Failed = make_room(&context).await? {
                    return Ok(());
                }
                match sampling.one_response().await? {
                    Sampled::ToolsRan => has_answered = true,
                    Sampled::Final => return Ok(()),
                    Sampled::Failed(failure) if failure.is_overflow() => {
                        if !has_answered {
                            return still_too_long(&context).await;
                        }
                        if !context.room().await?.can_be_made {
                            return failure.report(&context).await;
                        }
                        if let Compacted::Failed = Compaction::new(context.clone()).run().await? {
                            return Ok(());
                        }
                        has_answered = false;
                    }
                    Sampled::Failed(failure) => return failure.report(&context).await,
                }
            }
        })
    }
}

/// Sums the history up if it is time to.
async fn make_room(context: &SessionTaskContext) -> Result<Compacted, Interrupted> {
    let room = context.room().await?;
    match room.is_short && room.can_be_made {
        true => Compaction::new(context.clone()).run().await,
        false => Ok(Compacted::Done),
    }
}

async fn still_too_long(context: &SessionTaskContext) -> Result<(), Interrupted> {
    context.window_full().await?;
    let error = ErrorEvent {
        message: "The conversation does not fit into the model's context window even after it was summed up: its \
                  last message, or what the model is told before it, is too long. Send a shorter message, or start a \
                  new thread."
            .into(),
        codex_error_info: Some(CodexErrorInfo::ContextWindowExceeded),
        additional_details: None,
    };
    context.emit(EventMsg::Error(error)).await
}
