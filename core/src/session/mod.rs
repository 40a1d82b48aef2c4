//! The owner of one conversation: a task that holds all of its state and hears, in this order, its
//! cancellation, requests, room for facts, late facts, and the running turn.
//!
//! The turn is heard only while there is room for what follows from it. That is where a slow client
//! (or disk) slows the model down; requests, and with them an interrupt, are always heard, and so is a turn that
//! is ending: it has little left to say, and every item that it has begun must end.

pub mod active_turn;
mod changes;
pub mod compaction;
pub mod facts;
pub mod goals;
pub mod ops;
pub mod outbox;
pub mod request;
pub mod settings;
pub mod start;
pub mod state;
mod telemetry;
mod telling;
pub mod turns;

use std::collections::{HashSet, VecDeque};
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use codex_protocol::event::{Event, EventMsg};
use codex_protocol::events::turn::TurnAbortReason;
use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::rollout::RolloutItem;
use codex_protocol::submission::TurnOverrides;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::rollout::policy;
use crate::rollout::recorder::{Place, RolloutRecorder};
use crate::session::active_turn::ActiveTurn;
use crate::session::compaction::SizeAfter;
use crate::session::facts::{Facts, Heard, Hears};
use crate::session::goals::{GoalFact, GoalWork};
use crate::session::outbox::{Line, NotStored, Outbox};
use crate::session::request::{NewTurn, Request, UserMessage};
use crate::session::settings::SessionSettings;
use crate::session::state::SessionState;
use crate::turn::approval::ApprovalKey;
use crate::turn::grants::Grants;
use crate::turn::port::LateMsg;
use crate::turn::services::SessionServices;

/// How long a session that ends waits for its turn and for its client.
const LAST_WORDS: Duration = Duration::from_millis(900);

pub struct Session {
    id: ConversationId,
    services: Arc<SessionServices>,
    settings: SessionSettings,
    state: SessionState,
    recorder: RolloutRecorder,
    outbox: Outbox,
    mailbox: mpsc::Receiver<Request>,
    late: mpsc::Receiver<Box<LateMsg>>,
    token: CancellationToken,
    active: Option<ActiveTurn>,
    /// What was accepted and waits until whoever sent it has been told.
    held: Option<Held>,
    /// Turns that were accepted while another one was being aborted.
    next: VecDeque<NextTurn>,
    approved: HashSet<ApprovalKey>,
    /// What a human has granted beyond the sandbox policy, as long as that is not changed.
    granted: Grants,
    warned_models: HashSet<String>,
    /// The settings were changed during a turn, and nothing in the file says so yet.
    settings_unsaved: bool,
    /// Texts for the beginning of the history.
    opening: start::Opening,
    size: SizeAfter,
    goal_work: GoalWork,
    closing: Option<Instant>,
    /// The end of the commands that ran on, once the session ends.
    last_commands: Option<JoinHandle<()>>,
}

struct NextTurn {
    turn: NewTurn,
    /// It begins only to end.
    is_interrupted: bool,
}

struct Held {
    go: oneshot::Receiver<()>,
    input: HeldInput,
}

enum HeldInput {
    Start(Box<NewTurn>),
    Steer(Box<UserMessage>),
    Interrupt(TurnId),
    /// What is only told.
    Goal(Box<GoalFact>),
}

impl Session {
    /// Boxed, because a future keeps what moves through it more than once.
    pub async fn run(mut self: Box<Self>) {
        let mut facts = Facts::default();
        while !self.is_done() {
            let disk_keeps_up = self.recorder.has_room();
            let has_room = self.closing.is_some() || self.outbox.has_room() && disk_keeps_up;
            let is_ending = self.active.as_ref().is_some_and(ActiveTurn::is_ending);
            let is_free = self.held.is_none();
            let hears = Hears { late: has_room, turn: is_free && (has_room || is_ending) };
            let deadline = self.active.as_ref().and_then(|active| active.deadline);
            tokio::select! {
                biased;
                () = self.token.cancelled(), if self.closing.is_none() => self.close(),
                request = self.mailbox.recv(), if is_free && self.closing.is_none() => match request {
                    Some(request) => self.hear(request),
                    None => self.close(),
                },
                () = told(&mut self.held) => self.release(),
                () = self.outbox.send_some(), if !self.outbox.is_empty() => self.hear_of_failures(),
                heard = facts.next(&mut self.late, &mut self.active, hears) => match heard {
                    Heard::Late(LateMsg { turn_id, msg, taken }) => {
                        self.report(turn_id, msg);
                        // Whoever waits for this may have been cut off.
                        let _ = taken.map(|taken| taken.send(()));
                    }
                    Heard::Turn(Some(message)) => self.hear_turn(message),
                    Heard::Turn(None) => self.turn_is_over().await,
                },
                () = self.recorder.room(), if !disk_keeps_up => {}
                () = finished(&mut self.last_commands) => self.last_commands = None,
                () = until(deadline) => {
                    if let Some(active) = &mut self.active {
                        tracing::error!(turn = %active.id(), "a cancelled turn did not end in time");
                        active.kill();
                    }
                }
                () = until(self.closing) => break,
            }
        }
        self.end().await;
    }

    fn is_done(&self) -> bool {
        let is_idle = self.active.is_none() && self.held.is_none() && self.last_commands.is_none();
        self.closing.is_some() && is_idle && self.outbox.is_empty()
    }

    /// Begins to end: the turn is cancelled, and with it those that wait; commands that ran on are ended.
    /// What comes of all this is still told.
    fn close(&mut self) {
        if self.closing.is_some() {
            return;
        }
        self.closing = Some(Instant::now() + LAST_WORDS);
        let exec = self.services.exec.clone();
        self.last_commands = Some(self.services.group.spawn(async move { exec.close_all().await }));
        if let Some(active) = &mut self.active {
            active.cancel(TurnAbortReason::Interrupted);
        }
    }

    async fn end(mut self: Box<Self>) {
        self.release();
        while let Some(active) = &mut self.active {
            active.kill();
            match poll_fn(|cx| active.poll_message(cx)).await {
                Some(message) => self.hear_turn(message),
                None => self.turn_is_over().await,
            }
        }
        if let Err(error) = self.recorder.close().await {
            tracing::error!(thread = %self.id, %error, "the conversation could not be stored to its end");
        }
        self.report(TurnId::from(""), EventMsg::ShutdownComplete);
    }

    /// Stores items and folds them into the state.
    fn record(&mut self, items: &[RolloutItem]) -> Line {
        items.iter().for_each(|item| self.state.apply(item));
        let recorded = match items.iter().any(policy::must_be_durable) {
            true => self.recorder.record_durably(items).map(Place::Durable),
            false => self.recorder.record(items).map(Place::Written),
        };
        recorded.map(Some).inspect_err(|error| {
            tracing::error!(thread = %self.id, %error, "the conversation could not be stored");
        })
    }

    /// Stores items that the client does not hear of. Should that fail, the next fact that is kept says so.
    fn keep(&mut self, items: &[RolloutItem]) {
        let _ = self.record(items);
    }

    /// A turn that could not be stored has failed for its client. It is stored as that once that is possible: its end says so,
    /// or a second one that follows.
    fn hear_of_failures(&mut self) {
        for NotStored { turn_id, error, end } in self.outbox.take_failures() {
            match (self.active.as_mut().filter(|active| *active.id() == turn_id), end) {
                (Some(active), _) => active.not_stored = Some(error),
                (None, Some(end)) => self.keep(&[RolloutItem::EventMsg(EventMsg::TurnComplete(end))]),
                (None, None) => {}
            }
        }
    }

    /// Tells the client a fact, after storing it if it is of a kind that is kept.
    fn report(&mut self, turn_id: TurnId, msg: EventMsg) {
        let line = match policy::keeps_event(&msg) {
            true => self.record(&[RolloutItem::EventMsg(msg.clone())]),
            false => Ok(None),
        };
        self.outbox.push(Event { id: turn_id, msg }, line);
    }

    /// Changes the settings of later turns. Whoever sets another sandbox policy takes back what was granted beyond the last.
    fn change_settings(&mut self, overrides: TurnOverrides) {
        let before = self.settings.sandbox_policy.clone();
        self.settings.change(overrides);
        if self.settings.sandbox_policy != before {
            self.granted = Grants::default();
        }
    }

    /// What was held back takes effect.
    fn release(&mut self) {
        match self.held.take().map(|held| held.input) {
            Some(HeldInput::Start(turn)) => self.start_or_join(*turn),
            Some(HeldInput::Interrupt(turn_id)) => self.interrupt(&turn_id),
            Some(HeldInput::Goal(fact)) => self.tell_of_goal(*fact),
            Some(HeldInput::Steer(message)) => {
                if let Some(active) = &mut self.active {
                    active.pending_input.push(*message);
                }
            }
            None => {}
        }
    }
}

/// Resolves when whoever sent what is held has been told, or has gone away.
async fn told(held: &mut Option<Held>) {
    match held {
        Some(held) => {
            let _ = (&mut held.go).await;
        }
        None => std::future::pending().await,
    }
}

async fn finished(task: &mut Option<JoinHandle<()>>) {
    match task {
        Some(task) => {
            // However it ended, there is no more to wait for.
            let _ = task.await;
        }
        None => std::future::pending().await,
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
