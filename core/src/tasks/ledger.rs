//! Where what the model says and sees is written down: in the conversation, or apart from it.
//!
//! A reviewer has a history of its own, which ends with it. Its messages are for the client only as far as they are not
//! its answer: a message is held back until it is known whether tools are called after it.

use std::sync::Arc;

use codex_protocol::event::EventMsg;
use codex_protocol::events::item::{ItemCompletedEvent, ItemStartedEvent};
use codex_protocol::response_item::{ContentItem, ResponseItem};
use codex_protocol::turn_item::TurnItem;
use codex_protocol::usage::TokenUsage;

use crate::base::cancel::Interrupted;
use crate::context::compact;
use crate::context::normalize::normalized;
use crate::turn::port::SessionTaskContext;

#[derive(Debug)]
pub enum Ledger {
    Conversation,
    Apart(Notes),
}

/// A history of its own.
#[derive(Debug, Default)]
pub struct Notes {
    items: Vec<Arc<ResponseItem>>,
    /// Messages of the running response.
    held: Vec<EventMsg>,
    /// The text of the last message.
    pub last_words: String,
}

impl Notes {
    pub fn new(items: Vec<ResponseItem>) -> Self {
        Self { items: items.into_iter().map(Arc::new).collect(), ..Self::default() }
    }

    fn add(&mut self, item: ResponseItem) {
        if let ResponseItem::Message { role, content, .. } = &item
            && role == "assistant"
        {
            self.last_words = content.iter().filter_map(ContentItem::as_text).collect();
        }
        self.items.push(Arc::new(item));
    }

    /// Cuts what is long.
    pub fn slim(&mut self) {
        self.items = compact::slimmed(&self.items);
    }
}

impl Ledger {
    /// What the next request shows.
    pub async fn prompt(&self, context: &SessionTaskContext) -> Result<Vec<Arc<ResponseItem>>, Interrupted> {
        match self {
            Self::Conversation => context.prompt().await,
            Self::Apart(notes) => Ok(normalized(&notes.items)),
        }
    }

    pub async fn record(
        &mut self,
        item: ResponseItem,
        context: &SessionTaskContext,
    ) -> Result<(), Interrupted> {
        match self {
            Self::Conversation => context.record(vec![item]).await,
            Self::Apart(notes) => {
                notes.add(item);
                Ok(())
            }
        }
    }

    /// The same for what calls gave back, even in a turn that has been cancelled.
    pub async fn record_outputs(&mut self, outputs: Vec<ResponseItem>, context: &SessionTaskContext) {
        match self {
            Self::Conversation => context.record_end(outputs).await,
            Self::Apart(notes) => outputs.into_iter().for_each(|output| notes.add(output)),
        }
    }

    /// Usage is that of the conversation's model.
    pub async fn used(
        &self,
        usage: Option<TokenUsage>,
        context: &SessionTaskContext,
    ) -> Result<(), Interrupted> {
        match self {
            Self::Conversation => context.used(usage).await,
            Self::Apart(_) => Ok(()),
        }
    }

    /// Tells the client a fact, or holds it back.
    pub async fn tell(&mut self, msg: EventMsg, context: &SessionTaskContext) -> Result<(), Interrupted> {
        match self {
            Self::Apart(notes) if is_message(&msg) => {
                notes.held.push(msg);
                Ok(())
            }
            Self::Conversation | Self::Apart(_) => context.emit(msg).await,
        }
    }

    /// Tells how something has ended that nothing more comes of.
    pub async fn tell_end(&mut self, msg: EventMsg, context: &SessionTaskContext) {
        match self {
            // Nobody knows that it had begun.
            Self::Apart(notes) if is_message(&msg) => notes.held.clear(),
            Self::Conversation | Self::Apart(_) => context.report_end(msg).await,
        }
    }

    /// The response is over: what was held back is told if the work goes on, else it is the answer.
    pub async fn end_response(
        &mut self,
        goes_on: bool,
        context: &SessionTaskContext,
    ) -> Result<(), Interrupted> {
        let Self::Apart(notes) = self else { return Ok(()) };
        let held = std::mem::take(&mut notes.held);
        if !goes_on {
            return Ok(());
        }
        for msg in held {
            context.emit(msg).await?;
        }
        Ok(())
    }
}

fn is_message(msg: &EventMsg) -> bool {
    match msg {
        EventMsg::ItemStarted(ItemStartedEvent { item, .. })
        | EventMsg::ItemCompleted(ItemCompletedEvent { item, .. }) => {
            matches!(item, TurnItem::AgentMessage(_))
        }
        EventMsg::AgentMessageContentDelta(_) => true,
        _ => false,
    }
}
