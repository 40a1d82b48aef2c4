//! One task per loaded thread: takes its events, has them projected, and tells those who listen.
//!
//! The pump owns what the clients of the thread have been told: the projection, the listeners, the open questions.
//! Everything reaches them in one order, that of the events. A client that does not read holds the pump up, and
//! through it the conversation; nothing is dropped. It ends when the conversation has no more events, and ends the
//! conversation itself once nobody has listened to it, and nothing run in it, for long enough.

use std::sync::Arc;
use std::time::Duration;

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::thread::ThreadStatus;
use codex_app_server_protocol::v2::turn::{Turn, TurnStatus};
use codex_core::conversations::conversation::CodexConversation;
use codex_protocol::event::Event;
use codex_protocol::events::notice::MessageEvent;
use codex_protocol::ids::TurnId;
use codex_protocol::submission::{Op, Submission};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::audience::{ConnectionId, Connections, Listener, Listeners};
use super::questions::{Answered, NOBODY_LISTENS, Questions, refused};
use super::queue::Queues;
use super::unread::Unread;
use crate::projection::effect::{Ask, Effect, Effects, Resolution};
use crate::projection::{Projection, Told};

/// How many messages may wait for a pump.
pub(super) const MAILBOX: usize = 16;

/// What handlers want of a pump.
#[derive(Debug)]
pub(super) enum Message {
    /// A connection listens from now on. It gets what was told so far, and nothing new before the gate opens.
    Join { listener: Listener, told: oneshot::Sender<Told>, gate: oneshot::Receiver<()> },
    /// Somebody who does not listen wants to know what was told so far.
    Tell { told: oneshot::Sender<Told> },
    /// Those who listen are told something that is no event.
    Notify { notification: Box<ServerNotification>, done: oneshot::Sender<()> },
    /// Somebody ends the thread and wants to know who listened.
    Listeners { listeners: oneshot::Sender<Vec<Listener>> },
    /// A connection does not listen any more; the answer says whether it did.
    Leave { connection: ConnectionId, left: oneshot::Sender<bool> },
}

/// What a pump is made of.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) projection: Projection,
    pub(super) listeners: Vec<Listener>,
    pub(super) connections: Connections,
    pub(super) status: watch::Sender<ThreadStatus>,
    pub(super) goes_on: Option<GoesOn>,
    /// Absent if nothing of the thread is stored.
    pub(super) unread: Option<Unread>,
    /// After this time without listeners and without work the conversation is ended.
    pub(super) idle_timeout: Option<Duration>,
}

/// What follows a turn that has been completed.
#[derive(Debug)]
pub(super) struct GoesOn {
    pub(super) queues: Queues,
    pub(super) conversation: Arc<CodexConversation>,
}

/// Why a pump has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The conversation was idle for too long.
    Idle,
    /// The conversation has ended, whoever wanted that.
    Otherwise,
}

/// Where a pump's messages come from.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) events: mpsc::Receiver<Box<Event>>,
    pub(super) mailbox: mpsc::Receiver<Message>,
}

pub(super) struct Pump<S> {
    projection: Projection,
    listeners: Listeners,
    connections: Connections,
    questions: Questions,
    status: watch::Sender<ThreadStatus>,
    goes_on: Option<GoesOn>,
    unread: Option<Unread>,
    effects: Effects,
    idle_timeout: Option<Duration>,
    /// Hands an operation to the conversation, which always hears them, so that this never waits for the pump.
    submit: S,
}

impl<S, F> Pump<S>
where
    S: Fn(Submission) -> F,
    F: Future<Output = ()>,
{
    pub(super) fn new(parts: Parts, submit: S) -> Self {
        let Parts { projection, listeners: first, connections, status, goes_on, unread, idle_timeout } =
            parts;
        let mut listeners = Listeners::default();
        first.into_iter().for_each(|listener| listeners.add(listener));
        Self {
            projection,
            listeners,
            connections,
            questions: Questions::default(),
            status,
            goes_on,
            unread,
            effects: Effects::new(),
            idle_timeout,
            submit,
        }
    }

    /// Runs until there are no more events. Nothing is told before the gate opens, or is dropped.
    ///
    /// Every loaded thread keeps this future, and a future has room for the largest that it waits for and for what
    /// moves through it: so the pump is boxed, and so is what is rare.
    pub(super) async fn run(mut self: Box<Self>, sources: Sources, gate: oneshot::Receiver<()>) -> Ended {
        let Sources { mut events, mut mailbox } = sources;
        let _dropped_is_open = gate.await;
        let mut ended = Ended::Otherwise;
        loop {
            // Whatever happens begins the time anew.
            let idle_until = self.idle_until().filter(|_| ended == Ended::Otherwise);
            tokio::select! {
                biased;
                // Before the mailbox: an answer that was given counts also if who gave it leaves at once.
                answered = self.questions.answered() => Box::pin(self.settle(answered)).await,
                Some(message) = mailbox.recv() => Box::pin(self.hear(message)).await,
                event = events.recv() => match event {
                    Some(event) => {
                        self.projection.apply(*event, &mut self.effects);
                        self.carry_out().await;
                    }
                    None => break,
                },
                () = until(idle_until) => {
                    // From here on the thread counts as not loaded, so that whoever wants it waits and loads it again.
                    mailbox.close();
                    ended = Ended::Idle;
                    Box::pin(self.submit(Op::Shutdown)).await;
                }
            }
        }
        // Those of turns whose end was not told.
        self.effects.extend(self.questions.keys().cloned().map(Effect::Withdraw));
        self.carry_out().await;
        self.status.send_replace(ThreadStatus::NotLoaded);
        ended
    }

    fn idle_until(&self) -> Option<Instant> {
        let is_idle = self.listeners.is_empty() && !self.projection.is_busy();
        self.idle_timeout.filter(|_| is_idle).map(|timeout| Instant::now() + timeout)
    }

    async fn hear(&mut self, message: Message) {
        match message {
            Message::Join { listener, told, gate } => {
                if told.send(self.projection.told()).is_err() {
                    return;
                }
                self.listeners.add(listener.clone());
                let _dropped_is_open = gate.await;
                for question in self.questions.all() {
                    listener.outgoing.repeat(question).await;
                }
            }
            Message::Tell { told } => {
                let _gone = told.send(self.projection.told());
            }
            Message::Notify { notification, done } => {
                self.listeners.tell(&notification).await;
                let _gone = done.send(());
            }
            Message::Listeners { listeners } => {
                let _gone = listeners.send(self.listeners.all());
            }
            Message::Leave { connection, left } => {
                if self.listeners.are_only(connection) {
                    for answered in self.questions.refuse_all() {
                        tracing::info!(call = %answered.key.call_id, "refused what was asked for: nobody listens");
                        self.settle(answered).await;
                    }
                }
                let _gone = left.send(self.listeners.remove(connection));
            }
        }
    }

    /// Clients hear that a question is settled before they hear what comes of it.
    async fn settle(&mut self, answered: Answered) {
        let Answered { key, end, op, notice } = answered;
        self.projection.resolved(&key, end, &mut self.effects);
        if let Some(message) = notice {
            self.projection.warning(MessageEvent { message: message.to_owned() }, &mut self.effects);
        }
        self.carry_out().await;
        self.submit(op).await;
    }

    async fn carry_out(&mut self) {
        while let Some(effect) = self.effects.pop_front() {
            match effect {
                Effect::Notify(notification) => {
                    if let ServerNotification::TurnCompleted(end) = &notification {
                        Box::pin(self.tell_unread(&end.turn)).await;
                    }
                    self.listeners.tell(&notification).await;
                    self.go_on_after(&notification);
                }
                Effect::Broadcast(notification) => {
                    if let ServerNotification::ThreadStatusChanged(changed) = &notification {
                        self.status.send_replace(changed.status.clone());
                    }
                    self.connections.broadcast(&notification).await;
                }
                Effect::Ask(ask) => Box::pin(self.ask(ask)).await,
                Effect::Withdraw(key) => {
                    let end = self.questions.withdraw(&key);
                    self.projection.resolved(&key, end, &mut self.effects);
                }
                Effect::Submit(op) => Box::pin(self.submit(op)).await,
            }
        }
    }

    /// A turn that has failed is news as well; one without an answer, or one that its user has ended, is none.
    async fn tell_unread(&self, turn: &Turn) {
        let is_news = match turn.status {
            TurnStatus::Completed => !turn.items.is_empty(),
            TurnStatus::Failed => true,
            TurnStatus::Interrupted | TurnStatus::InProgress => false,
        };
        let Some(unread) = self.unread.as_ref().filter(|_| is_news) else { return };
        if let Some(changed) = unread.add(turn.id.clone()).await {
            self.listeners.tell(&changed).await;
        }
    }

    /// A turn that was interrupted or has failed lets wait what is queued.
    fn go_on_after(&self, told: &ServerNotification) {
        if let (ServerNotification::TurnCompleted(end), Some(GoesOn { queues, conversation })) =
            (told, &self.goes_on)
        {
            match end.turn.status {
                TurnStatus::Completed => queues.go_on(Arc::clone(conversation)),
                TurnStatus::Interrupted | TurnStatus::Failed | TurnStatus::InProgress => {
                    queues.settle(conversation.id());
                }
            }
        }
    }

    async fn ask(&mut self, Ask { key, request }: Ask) {
        // Whom nobody can answer is refused: nothing is ever allowed because nobody was there.
        let refusal = refused(key.clone(), &request, &NOBODY_LISTENS);
        match self.listeners.ask(request).await {
            Some(question) => self.questions.add(key, question),
            None => {
                tracing::info!(call = %key.call_id, "refused what would have been asked: nobody listens");
                self.projection.resolved(&key, Resolution::NotAsked, &mut self.effects);
                self.effects.push_back(Effect::Submit(refusal));
            }
        }
    }

    async fn submit(&self, op: Op) {
        (self.submit)(Submission { id: TurnId::fresh(), op }).await;
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}
