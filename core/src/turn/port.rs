//! All that a task or a tool may ask of its session.
//!
//! Every call waits while the session has no room, which is how a slow client slows the model down,
//! and every call ends with `Interrupted` once the turn is cancelled. The exceptions are
//! [`SessionTaskContext::report_end`] and [`SessionTaskContext::record_end`], by which a cancelled task
//! says how what it began has ended: a turn that is cancelled is always heard.

use std::sync::Arc;

use codex_protocol::event::EventMsg;
use codex_protocol::events::item::{ItemCompletedEvent, ItemStartedEvent};
use codex_protocol::ids::TurnId;
use codex_protocol::permission::GrantScope;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::turn_item::TurnItem;
use codex_protocol::usage::{RateLimitSnapshot, TokenUsage};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::base::cancel::{Interrupted, or_cancelled};
use crate::base::time::now_ms;
use crate::turn::approval::{ApprovalAnswer, ApprovalKey, ApprovalRequest};
use crate::turn::changes::TurnChanges;
use crate::turn::context::TurnContext;
use crate::turn::goal::{GoalAnswer, GoalCall};
use crate::turn::grants::{Grants, Ground};
use crate::turn::question::{ClientAnswer, ClientQuestion};
use crate::turn::services::SessionServices;

/// How many messages of a turn may wait for its session.
pub const TURN_QUEUE: usize = 64;

/// A message of the running turn to its session.
#[derive(Debug)]
pub enum TurnMsg {
    /// A fact for the client.
    Emit(EventMsg),
    /// Items for the model's history, to be stored.
    Record(Vec<ResponseItem>),
    /// Items for the model's history as well, to be stored before its next request or at the end of the turn:
    /// they must not stand between a call and its output.
    Later(Vec<ResponseItem>),
    /// What the next request shows. Input that is waiting joins now.
    Prompt(oneshot::Sender<Vec<Arc<ResponseItem>>>),
    /// The same without that input.
    History(oneshot::Sender<Vec<Arc<ResponseItem>>>),
    /// The turn as it is with what the server has said of its model.
    Learned(Arc<TurnContext>),
    /// How much of the model's window the history takes.
    Room(oneshot::Sender<Room>),
    /// A summary takes the place of the history. Carried out also for a turn that is cancelled.
    Compact(String, oneshot::Sender<()>),
    /// A question to a human.
    Approve(Box<ApprovalRequest>, oneshot::Sender<ApprovalAnswer>),
    /// Whether nobody would be asked, because all of it was approved for the session.
    IsApproved(Vec<ApprovalKey>, oneshot::Sender<bool>),
    /// Something that the client is to answer.
    Ask(Box<ClientQuestion>, oneshot::Sender<ClientAnswer>),
    /// A human has granted permissions beyond the policy.
    Grant(GrantScope, Grants),
    /// Which of them are in force.
    Granted(oneshot::Sender<Grants>),
    /// The end of a response.
    Used(Option<TokenUsage>),
    /// The server says that the model's window is full.
    WindowFull,
    /// What the server says of the user's limits; told with the next count of tokens.
    Limits(RateLimitSnapshot),
    /// The same with a refusal, after which there is nothing to count.
    LimitsReached(RateLimitSnapshot),
    /// About the goal of the conversation. What ends the work on it waits for the cost of the response.
    Goal(GoalCall, oneshot::Sender<GoalAnswer>),
    /// Whatever the response costs has been told.
    ResponseOver,
    /// Answered when everything before it has been taken.
    Sync(oneshot::Sender<()>),
}

/// How much of the model's window a history takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// In tokens, as far as they were counted, else as estimated.
    pub used: i64,
    /// Whether it has reached the limit at which it is to be summed up.
    pub is_short: bool,
    /// Whether there is anything to sum up.
    pub can_be_made: bool,
}

/// A fact about something that outlives the call that began it.
#[derive(Debug)]
pub struct LateMsg {
    pub turn_id: TurnId,
    pub msg: EventMsg,
    /// Answered when the session has taken it.
    pub taken: Option<oneshot::Sender<()>>,
}

/// A task's side of its session.
#[derive(Clone, Debug)]
pub struct SessionTaskContext {
    pub turn: Arc<TurnContext>,
    pub services: Arc<SessionServices>,
    pub token: CancellationToken,
    /// What the turn has changed in files.
    pub changes: TurnChanges,
    session: mpsc::Sender<TurnMsg>,
}

impl SessionTaskContext {
    pub fn new(
        turn: Arc<TurnContext>,
        services: Arc<SessionServices>,
        token: CancellationToken,
        changes: TurnChanges,
        session: mpsc::Sender<TurnMsg>,
    ) -> Self {
        Self { turn, services, token, changes, session }
    }

    pub async fn emit(&self, msg: EventMsg) -> Result<(), Interrupted> {
        self.send(TurnMsg::Emit(msg)).await
    }

    pub async fn record(&self, items: Vec<ResponseItem>) -> Result<(), Interrupted> {
        self.send(TurnMsg::Record(items)).await
    }

    pub async fn used(&self, usage: Option<TokenUsage>) -> Result<(), Interrupted> {
        self.send(TurnMsg::Used(usage)).await
    }

    /// Says that the last response has ended, however it did.
    pub async fn response_over(&self) -> Result<(), Interrupted> {
        self.send(TurnMsg::ResponseOver).await
    }

    pub async fn window_full(&self) -> Result<(), Interrupted> {
        self.send(TurnMsg::WindowFull).await
    }

    pub async fn limits(&self, limits: RateLimitSnapshot) -> Result<(), Interrupted> {
        self.send(TurnMsg::Limits(limits)).await
    }

    pub async fn limits_reached(&self, limits: RateLimitSnapshot) -> Result<(), Interrupted> {
        self.send(TurnMsg::LimitsReached(limits)).await
    }

    /// History for the next request, with whatever the user has said in the meantime.
    pub async fn prompt(&self) -> Result<Vec<Arc<ResponseItem>>, Interrupted> {
        self.ask(TurnMsg::Prompt).await
    }

    /// History without what the user has said in the meantime.
    pub async fn history(&self) -> Result<Vec<Arc<ResponseItem>>, Interrupted> {
        self.ask(TurnMsg::History).await
    }

    /// Says what has been learned of the model, which counts from now on.
    pub async fn learned(&mut self, turn: Arc<TurnContext>) -> Result<(), Interrupted> {
        self.turn = Arc::clone(&turn);
        self.send(TurnMsg::Learned(turn)).await
    }

    pub async fn room(&self) -> Result<Room, Interrupted> {
        self.ask(TurnMsg::Room).await
    }

    /// Puts a summary in the place of the history, even in a turn that has been cancelled meanwhile: it is complete.
    pub async fn compact(&self, summary: String) {
        let (reply, done) = oneshot::channel();
        if self.session.send(TurnMsg::Compact(summary, reply)).await.is_ok() {
            // As below.
            let _ = done.await;
        }
    }

    /// Waits for a human. Whoever cannot be asked, or does not answer, has denied.
    ///
    /// The request reaches the session also in a turn that is cancelled meanwhile, because it says how
    /// the item ends whose question nobody answers.
    pub async fn approve(&self, request: ApprovalRequest) -> Result<ApprovalAnswer, Interrupted> {
        let (reply, answer) = oneshot::channel();
        let asked = self.session.send(TurnMsg::Approve(Box::new(request), reply)).await;
        asked.map_err(|_closed| Interrupted)?;
        self.answered(answer).await
    }

    /// Waits for the client to answer something else than whether it may be done.
    pub async fn ask_client(&self, question: ClientQuestion) -> Result<ClientAnswer, Interrupted> {
        let (reply, answer) = oneshot::channel();
        self.send(TurnMsg::Ask(Box::new(question), reply)).await?;
        self.answered(answer).await
    }

    /// An answer that is there counts, also when the turn is cancelled at the same moment. After this the session knows
    /// that none was taken.
    async fn answered<T>(&self, mut answer: oneshot::Receiver<T>) -> Result<T, Interrupted> {
        tokio::select! {
            biased;
            answer = &mut answer => return answer.map_err(|_dropped| Interrupted),
            () = self.token.cancelled() => {}
        }
        answer.close();
        answer.try_recv().map_err(|_none| Interrupted)
    }

    /// Whether a question with these keys would be answered without a human.
    pub async fn is_approved(&self, keys: Vec<ApprovalKey>) -> Result<bool, Interrupted> {
        self.ask(|reply| TurnMsg::IsApproved(keys, reply)).await
    }

    pub async fn grant(&self, scope: GrantScope, grants: Grants) -> Result<(), Interrupted> {
        self.send(TurnMsg::Grant(scope, grants)).await
    }

    /// What was granted so far in the turn and in the session.
    pub async fn grants(&self) -> Result<Grants, Interrupted> {
        self.ask(TurnMsg::Granted).await
    }

    /// The sandbox policy with what was granted, as it is now. In a turn that is cancelled nothing counts as granted.
    pub async fn ground(&self) -> Ground {
        let grants = self.grants().await.unwrap_or_default();
        grants.widen(&self.turn.sandbox_policy, &self.turn.cwd)
    }

    /// Asks for the goal of the conversation, or for a change of it.
    pub async fn goal(&self, call: GoalCall) -> Result<GoalAnswer, Interrupted> {
        self.ask(|reply| TurnMsg::Goal(call, reply)).await
    }

    /// Waits until the session has taken everything sent before.
    pub async fn sync(&self) -> Result<(), Interrupted> {
        self.ask(TurnMsg::Sync).await
    }

    pub async fn item_started(&self, item: TurnItem, started_at_ms: i64) -> Result<(), Interrupted> {
        self.emit(self.started(item, started_at_ms)).await
    }

    /// Announces an item and completes it at once.
    pub async fn item_at_once(&self, item: TurnItem) -> Result<(), Interrupted> {
        let now = now_ms();
        self.emit(self.started(item.clone(), now)).await?;
        self.emit(self.completed(item, now)).await
    }

    /// Stores what calls gave back, even in a turn that has been cancelled.
    pub async fn record_end(&self, items: Vec<ResponseItem>) {
        // As below: without a session there is nothing to store it in.
        let _ = self.session.send(TurnMsg::Record(items)).await;
    }

    /// Shows the model something from its next request on, even if that is one of a later turn.
    pub async fn show_later(&self, items: Vec<ResponseItem>) {
        // As below.
        let _ = self.session.send(TurnMsg::Later(items)).await;
    }

    /// Reports the end of something, even in a turn that has been cancelled.
    pub async fn report_end(&self, msg: EventMsg) {
        // The session hears a cancelled turn out. If it is gone, nobody is left to be told.
        let _ = self.session.send(TurnMsg::Emit(msg)).await;
    }

    pub fn started(&self, item: TurnItem, started_at_ms: i64) -> EventMsg {
        EventMsg::ItemStarted(ItemStartedEvent {
            thread_id: self.turn.conversation_id,
            turn_id: self.turn.turn_id.clone(),
            item,
            started_at_ms: Some(started_at_ms),
        })
    }

    pub fn completed(&self, item: TurnItem, started_at_ms: i64) -> EventMsg {
        EventMsg::ItemCompleted(ItemCompletedEvent {
            thread_id: self.turn.conversation_id,
            turn_id: self.turn.turn_id.clone(),
            item,
            started_at_ms: Some(started_at_ms),
            completed_at_ms: Some(now_ms()),
        })
    }

    async fn send(&self, msg: TurnMsg) -> Result<(), Interrupted> {
        or_cancelled(&self.token, self.session.send(msg)).await?.map_err(|_closed| Interrupted)
    }

    async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<T>) -> TurnMsg) -> Result<T, Interrupted> {
        let (reply, answer) = oneshot::channel();
        self.send(message(reply)).await?;
        or_cancelled(&self.token, answer).await?.map_err(|_dropped| Interrupted)
    }
}
