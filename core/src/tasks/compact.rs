//! Sums the conversation up: the model writes a note, which takes the place of the history.
//!
//! The client sees an item that begins and is complete when the note has taken effect; it stays open when that does not
//! happen, and then the history is what it was. What the model says meanwhile is nobody's to see. A history that is more
//! than the model can read is summed up in part: long outputs are cut first, then the oldest items are left out.

use std::sync::Arc;

use codex_protocol::error_info::CodexErrorInfo;
use codex_protocol::event::EventMsg;
use codex_protocol::events::notice::{ErrorEvent, MessageEvent};
use codex_protocol::ids::ItemId;
use codex_protocol::response_item::{ContentItem, ResponseItem};
use codex_protocol::turn_item::{ContextCompactionItem, TurnItem};
use futures::future::BoxFuture;

use crate::base::cancel::{Interrupted, or_cancelled};
use crate::base::time::now_ms;
use crate::context::{compact, tokens};
use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::prompt::Purpose;
use crate::tasks::asking::{self, Question, Retries};
use crate::tasks::learning::learn_of_model;
use crate::tasks::{SessionTask, TaskKind};
use crate::turn::port::SessionTaskContext;

/// How often less is shown before it is given up.
const MOST_CUTS: u32 = 8;

/// Compaction that was asked for, as a turn of its own.
#[derive(Debug)]
pub struct CompactTask;

impl SessionTask for CompactTask {
    fn kind(&self) -> TaskKind {
        TaskKind::Compact
    }

    fn run(self: Box<Self>, mut context: SessionTaskContext) -> BoxFuture<'static, Result<(), Interrupted>> {
        Box::pin(async move {
            learn_of_model(&mut context).await?;
            Compaction::new(context).run().await?;
            Ok(())
        })
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compacted {
    Done,
    /// The failure has been reported.
    Failed,
}

/// Compaction inside of a turn.
pub struct Compaction {
    context: SessionTaskContext,
}

/// Why there is no summary.
enum NoSummary {
    Model(Error),
    /// Not even the end of the conversation can be read.
    TooLong,
    Empty,
}

impl Compaction {
    pub fn new(context: SessionTaskContext) -> Self {
        Self { context }
    }

    pub async fn run(self) -> Result<Compacted, Interrupted> {
        let context = &self.context;
        let item = TurnItem::ContextCompaction(ContextCompactionItem { id: ItemId::fresh() });
        let started_at_ms = now_ms();
        context.item_started(item.clone(), started_at_ms).await?;
        let history = context.history().await?;
        match self.summary(history).await? {
            Ok(summary) => {
                context.compact(summary).await;
                context.report_end(context.completed(item, started_at_ms)).await;
                Ok(Compacted::Done)
            }
            Err(reason) => {
                context.emit(EventMsg::Error(failure(reason))).await?;
                Ok(Compacted::Failed)
            }
        }
    }

    async fn summary(&self, whole: Vec<Arc<ResponseItem>>) -> Result<Result<String, NoSummary>, Interrupted> {
        let mut retries = Retries::default();
        let slim = compact::slimmed(&whole);
        let (mut shown, mut cuts) = (whole, 0);
        loop {
            let error = match self.attempt(&shown).await? {
                Ok(summary) if summary.trim().is_empty() => return Ok(Err(NoSummary::Empty)),
                Ok(summary) => {
                    self.tell_of_cut(slim.len(), if cuts == 0 { slim.len() } else { shown.len() }).await?;
                    return Ok(Ok(summary));
                }
                Err(error) => error,
            };
            if matches!(error, Error::ContextWindowExceeded) {
                shown = if cuts == 0 { slim.clone() } else { half(&shown) };
                cuts += 1;
                if shown.is_empty() || cuts > MOST_CUTS {
                    return Ok(Err(NoSummary::TooLong));
                }
            } else if !retries.wait(&error, &self.context).await? {
                return Ok(Err(NoSummary::Model(error)));
            }
        }
    }

    /// Asks once.
    async fn attempt(&self, shown: &[Arc<ResponseItem>]) -> Result<Result<String, Error>, Interrupted> {
        let context = &self.context;
        let services = &context.services;
        let ask = services.config.compact_prompt.as_deref().unwrap_or(compact::PROMPT);
        let mut input = shown.to_vec();
        input.push(Arc::new(ResponseItem::message("user", ask)));
        let instructions = Arc::clone(&services.instructions);
        let question = Question { instructions, input, tools: Arc::new([]), purpose: Purpose::Summary };
        let prompt = asking::prompt(question, context);
        let mut stream = match services.model.stream(&prompt, &services.credentials(), &context.token).await {
            Ok(stream) => stream,
            Err(error) => return self.broken(error).await,
        };
        let mut summary = String::new();
        while let Some(event) = or_cancelled(&context.token, stream.next()).await? {
            match event {
                Err(error) => return self.broken(error).await,
                Ok(ResponseEvent::RateLimits(limits)) => context.limits(limits).await?,
                Ok(ResponseEvent::Completed { usage, .. }) => {
                    context.used(usage).await?;
                    return Ok(Ok(summary));
                }
                Ok(ResponseEvent::ItemDone(ResponseItem::Message { role, content, .. }))
                    if role == "assistant" =>
                {
                    summary = content.iter().filter_map(ContentItem::as_text).collect();
                }
                Ok(
                    ResponseEvent::ItemAdded(_)
                    | ResponseEvent::TextDelta(_)
                    | ResponseEvent::SummaryPartAdded { .. }
                    | ResponseEvent::SummaryDelta { .. }
                    | ResponseEvent::RawReasoningDelta { .. }
                    | ResponseEvent::ItemDone(_),
                ) => {}
            }
        }
        self.broken(Error::StreamEnded { cause: None }).await
    }

    async fn broken<T>(&self, error: Error) -> Result<Result<T, Error>, Interrupted> {
        asking::note_limits(&error, &self.context).await?;
        Ok(Err(error))
    }

    async fn tell_of_cut(&self, all: usize, shown: usize) -> Result<(), Interrupted> {
        let missing = all.saturating_sub(shown);
        if missing == 0 {
            return Ok(());
        }
        let message = format!(
            "The conversation was longer than the model can read. Its summary is made without {missing} of {all} \
             entries, the oldest ones first."
        );
        self.context.emit(EventMsg::Warning(MessageEvent { message })).await
    }
}

/// The newer half of what was shown, by size.
fn half(shown: &[Arc<ResponseItem>]) -> Vec<Arc<ResponseItem>> {
    let all: i64 = shown.iter().map(|item| tokens::of_item(item)).fold(0, i64::saturating_add);
    compact::newest(shown, all / 2)
}

fn failure(reason: NoSummary) -> ErrorEvent {
    let (why, class) = match reason {
        NoSummary::Model(error) => {
            let ErrorEvent { message, codex_error_info, .. } = asking::failure(&error);
            (message, codex_error_info)
        }
        NoSummary::TooLong => (
            "Not even its end fits into the model's context window. Start a new thread, or choose a model with a \
             larger window."
                .into(),
            Some(CodexErrorInfo::ContextWindowExceeded),
        ),
        NoSummary::Empty => (
            "The model answered without a summary. Try again, or choose another model.".into(),
            Some(CodexErrorInfo::Other),
        ),
    };
    ErrorEvent {
        message: format!("The conversation could not be summed up and is unchanged. {why}"),
        codex_error_info: class,
        additional_details: None,
    }
}
