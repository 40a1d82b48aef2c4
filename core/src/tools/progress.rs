//! How far the client has been told of the item of a call: whether it has begun, and whether an attempt has ended that
//! may be followed by another. Each item begins and ends once, however often it is attempted.

use codex_protocol::event::EventMsg;
use codex_protocol::turn_item::TurnItem;

use crate::base::time::now_ms;
use crate::turn::port::SessionTaskContext;

#[derive(Debug)]
pub struct ItemProgress {
    started_at_ms: i64,
    /// Whether the client knows of the item.
    is_announced: bool,
    /// How an attempt ended that may be followed by another.
    end: Option<EventMsg>,
}

impl ItemProgress {
    pub fn starting_now() -> Self {
        Self { started_at_ms: now_ms(), is_announced: false, end: None }
    }

    pub fn started_at_ms(&self) -> i64 {
        self.started_at_ms
    }

    /// How the last attempt ended, if another may follow.
    pub fn last_end(&self) -> Option<&EventMsg> {
        self.end.as_ref()
    }

    /// A question has told the client of the item.
    pub fn is_asked(&mut self) {
        self.is_announced = true;
    }

    /// A further attempt tells how the item ends in the place of the last one.
    pub fn try_again(&mut self) {
        self.end = None;
    }

    /// An attempt has ended so, and another may follow.
    pub fn may_end_with(&mut self, end: EventMsg) {
        self.end = Some(end);
    }

    /// What is told before a question about the item.
    pub fn announcement(&self, item: TurnItem, context: &SessionTaskContext) -> Option<EventMsg> {
        (!self.is_announced).then(|| context.started(item, self.started_at_ms))
    }

    /// What has begun is told even in a turn that is cancelled meanwhile: its end will be, too.
    pub async fn begin(&mut self, item: TurnItem, context: &SessionTaskContext) {
        if let Some(begun) = self.announcement(item, context) {
            self.is_announced = true;
            context.report_end(begun).await;
        }
    }

    pub fn completed(&self, item: TurnItem, context: &SessionTaskContext) -> EventMsg {
        context.completed(item, self.started_at_ms)
    }

    /// No further attempt is made: what is still to be told of the last one is told.
    pub async fn settle(&mut self, context: &SessionTaskContext) {
        if let Some(end) = self.end.take() {
            context.report_end(end).await;
        }
    }

    /// A human said no. What was tried before ends as that ended, and what was not as `declined`.
    pub async fn decline(&mut self, declined: EventMsg, context: &SessionTaskContext) {
        if self.end.is_some() {
            self.settle(context).await;
        } else if self.is_announced {
            context.report_end(declined).await;
        }
    }
}
