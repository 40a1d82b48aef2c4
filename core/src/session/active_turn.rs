//! The running turn: its task, the humans that it waits for, the input that waits for it.

use std::task::Poll;
use std::time::Duration;

use codex_protocol::event::EventMsg;
use codex_protocol::events::notice::ErrorEvent;
use codex_protocol::events::turn::TurnAbortReason;
use codex_protocol::ids::{CallId, TurnId};
use codex_protocol::policy::ReviewDecision;
use codex_protocol::response_item::ResponseItem;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::base::cancel::Interrupted;
use crate::base::time::now_seconds;
use crate::session::request::UserMessage;
use crate::tasks::{SessionTask, TaskKind};
use crate::turn::approval::{ApprovalAnswer, ApprovalKey, ApprovalRequest};
use crate::turn::changes::TurnChanges;
use crate::turn::context::TurnContext;
use crate::turn::grants::Grants;
use crate::turn::port::{SessionTaskContext, TURN_QUEUE, TurnMsg};
use crate::turn::question::{ClientAnswer, ClientQuestion};
use crate::turn::services::SessionServices;

/// How long a cancelled turn may take to end what it began.
const GRACE: Duration = Duration::from_secs(3);

#[derive(Debug)]
pub struct ActiveTurn {
    pub context: Arc<TurnContext>,
    pub kind: TaskKind,
    pub token: CancellationToken,
    pub pending_input: Vec<UserMessage>,
    /// It is for the model to answer.
    pub asks_model: bool,
    /// The model is to be asked once more, because of what it was given beside the input.
    pub asks_again: bool,
    /// Unix seconds.
    pub started_at: i64,
    pub began: Instant,
    pub last_agent_message: Option<String>,
    /// What a human has granted for this turn.
    pub granted: Grants,
    /// How many the turn has made.
    pub plans: usize,
    pub error: Option<ErrorEvent>,
    /// Why the client was told that it has failed while it goes on.
    pub not_stored: Option<ErrorEvent>,
    pub abort: Option<TurnAbortReason>,
    /// When a cancelled turn is ended by force.
    pub deadline: Option<Instant>,
    pub changes: TurnChanges,
    withdrawn: Vec<EventMsg>,
    waiters: Vec<Waiter>,
    askers: Vec<(CallId, oneshot::Sender<ClientAnswer>)>,
    /// For the model, once no call waits for its output.
    pub later: Vec<ResponseItem>,
    inbox: mpsc::Receiver<TurnMsg>,
    port: mpsc::WeakSender<TurnMsg>,
    handle: JoinHandle<Result<(), Interrupted>>,
    /// Tasks that run beside that of the turn.
    beside: Vec<AbortHandle>,
}

/// Somebody who waits for a human.
#[derive(Debug)]
struct Waiter {
    call_id: CallId,
    keys: Vec<ApprovalKey>,
    withdrawn: EventMsg,
    reply: oneshot::Sender<ApprovalAnswer>,
}

impl ActiveTurn {
    pub fn spawn(
        context: Arc<TurnContext>,
        services: Arc<SessionServices>,
        token: CancellationToken,
        task: Box<dyn SessionTask>,
    ) -> Self {
        let changes = TurnChanges::default();
        let kind = task.kind();
        let Started { inbox, port, handle } =
            start(Arc::clone(&context), services, token.clone(), changes.clone(), task);
        Self {
            context,
            kind,
            token,
            pending_input: Vec::new(),
            asks_model: false,
            asks_again: false,
            started_at: now_seconds(),
            began: Instant::now(),
            last_agent_message: None,
            granted: Grants::default(),
            plans: 0,
            error: None,
            not_stored: None,
            abort: None,
            deadline: None,
            changes,
            withdrawn: Vec::new(),
            waiters: Vec::new(),
            askers: Vec::new(),
            later: Vec::new(),
            inbox,
            port,
            handle,
            beside: Vec::new(),
        }
    }

    /// The same turn goes on with another task, because input came late.
    pub fn respawn(&mut self, services: Arc<SessionServices>, task: Box<dyn SessionTask>) {
        let (token, changes) = (self.token.clone(), self.changes.clone());
        self.kind = task.kind();
        let Started { inbox, port, handle } =
            start(Arc::clone(&self.context), services, token, changes, task);
        (self.inbox, self.port, self.handle) = (inbox, port, handle);
    }

    /// Lets another task run as part of the turn, which is not over before it has ended. False: the turn is
    /// over already.
    pub fn run_beside(&mut self, services: Arc<SessionServices>, task: Box<dyn SessionTask>) -> bool {
        let Some(sender) = self.port.upgrade() else { return false };
        let group = services.group.clone();
        let (turn, token, changes) = (Arc::clone(&self.context), self.token.clone(), self.changes.clone());
        let context = SessionTaskContext::new(turn, services, token, changes, sender);
        self.beside.retain(|task| !task.is_finished());
        self.beside.push(group.spawn(task.run(context)).abort_handle());
        true
    }

    pub fn id(&self) -> &TurnId {
        &self.context.turn_id
    }

    pub fn is_ending(&self) -> bool {
        self.abort.is_some() || self.token.is_cancelled()
    }

    /// The next message of the turn; none once its task and everything of it has ended.
    pub fn poll_message(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Option<TurnMsg>> {
        self.inbox.poll_recv(cx)
    }

    /// Cancels the turn; whoever waits for a human is told so by that.
    pub fn cancel(&mut self, reason: TurnAbortReason) {
        self.abort.get_or_insert(reason);
        self.deadline.get_or_insert_with(|| Instant::now() + GRACE);
        self.token.cancel();
        self.withdraw();
    }

    /// No question is open any more.
    fn withdraw(&mut self) {
        self.withdrawn.extend(self.waiters.drain(..).map(|waiter| waiter.withdrawn));
        self.askers.clear();
    }

    /// The ends of items whose questions were not answered.
    pub fn take_withdrawn(&mut self) -> Vec<EventMsg> {
        self.withdraw();
        std::mem::take(&mut self.withdrawn)
    }

    /// Ends what did not heed the cancellation; children die with their handles.
    pub fn kill(&mut self) {
        self.deadline = None;
        self.handle.abort();
        self.beside.iter().for_each(AbortHandle::abort);
        self.inbox.close();
    }

    pub async fn outcome(&mut self) -> Result<Result<(), Interrupted>, tokio::task::JoinError> {
        (&mut self.handle).await
    }

    /// Registers somebody who waits, and gives back what the client is to be told.
    pub fn wait_for_human(
        &mut self,
        request: ApprovalRequest,
        reply: oneshot::Sender<ApprovalAnswer>,
    ) -> impl Iterator<Item = EventMsg> + use<> {
        let ApprovalRequest { call_id, keys, announce, question, withdrawn } = request;
        self.waiters.push(Waiter { call_id, keys, withdrawn, reply });
        announce.into_iter().chain([question])
    }

    /// Registers somebody who waits for the client, and gives back what that is asked.
    pub fn wait_for_client(
        &mut self,
        question: ClientQuestion,
        reply: oneshot::Sender<ClientAnswer>,
    ) -> EventMsg {
        self.askers.push((question.call_id, reply));
        question.question
    }

    /// Passes an answer of the client on, once. Whether anybody waited for it.
    pub fn answer_of_client(&mut self, call_id: &CallId, answer: ClientAnswer) -> bool {
        let asker = self.askers.iter().position(|(asked, _)| asked == call_id);
        asker.is_some_and(|index| self.askers.remove(index).1.send(answer).is_ok())
    }

    /// Passes a human's answer on, once. Returns what it was about, if anybody waited for it.
    pub fn answer(&mut self, call_id: Option<&CallId>, decision: ReviewDecision) -> Option<Vec<ApprovalKey>> {
        let index = match call_id {
            Some(call_id) => self.waiters.iter().position(|waiter| *call_id == waiter.call_id)?,
            // Without a name an answer is one only where there is one question.
            None if self.waiters.len() == 1 => 0,
            None => return None,
        };
        let waiter = self.waiters.remove(index);
        if waiter.reply.send(ApprovalAnswer { decision, asked: true }).is_err() {
            // The asker has given up, so its item ends here.
            self.withdrawn.push(waiter.withdrawn);
            return None;
        }
        Some(waiter.keys)
    }
}

struct Started {
    inbox: mpsc::Receiver<TurnMsg>,
    port: mpsc::WeakSender<TurnMsg>,
    handle: JoinHandle<Result<(), Interrupted>>,
}

fn start(
    context: Arc<TurnContext>,
    services: Arc<SessionServices>,
    token: CancellationToken,
    changes: TurnChanges,
    task: Box<dyn SessionTask>,
) -> Started {
    let (sender, inbox) = mpsc::channel(TURN_QUEUE);
    let port = sender.downgrade();
    let group = services.group.clone();
    let context = SessionTaskContext::new(context, services, token, changes, sender);
    Started { inbox, port, handle: group.spawn(task.run(context)) }
}
