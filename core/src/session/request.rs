//! What the session's mailbox takes.

use codex_protocol::error_info::NonSteerableTurn;
use codex_protocol::goal::ThreadGoal;
use codex_protocol::ids::TurnId;
use codex_protocol::input::UserInput;
use codex_protocol::response_item::{ContentItem, ResponseItem};
use codex_protocol::review::ReviewRequest;
use codex_protocol::submission::{Submission, TurnOverrides};
use codex_protocol::usage::TokenUsageInfo;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::context::goal::{GoalChange, Refused};
use crate::rollout;
use crate::session::outbox::Stored;
use crate::session::settings::SessionSettings;
use crate::session::state::SessionState;
use crate::tasks::user_shell::UserShellTask;

/// How many requests may wait for a session.
pub const MAILBOX: usize = 64;

#[derive(Debug)]
pub enum Request {
    Submit(Box<Submission>),
    StartTurn(Box<NewTurn>, oneshot::Sender<Result<Accepted, NotStarted>>),
    Steer(Box<Steering>, oneshot::Sender<Result<Accepted, NotSteered>>),
    Interrupt(TurnId, oneshot::Sender<Result<Accepted, NotActive>>),
    Snapshot(oneshot::Sender<Snapshot>),
    State(oneshot::Sender<Box<SessionState>>),
    /// Changes the settings of later turns.
    ChangeSettings(Box<TurnOverrides>, oneshot::Sender<()>),
    /// For the model, which is not asked because of that unless a turn runs.
    Inject(Vec<ResponseItem>, oneshot::Sender<()>),
    SetGoal(GoalChange, oneshot::Sender<Result<GoalAccepted<ThreadGoal>, Refused>>),
    /// Nothing is accepted where there is no goal.
    ClearGoal(oneshot::Sender<Result<Option<GoalAccepted<()>>, Refused>>),
    /// Puts the goal back that a history which was cut does not tell of.
    RestoreGoal(Option<ThreadGoal>, oneshot::Sender<()>),
    /// Nothing waits any more that the next turn could be for, so that the goal may begin it. Answered with that turn.
    GoOn(oneshot::Sender<Option<TurnId>>),
    /// Stores the conversation even if nothing has been said yet.
    Begin(oneshot::Sender<Result<(), rollout::Error>>),
    /// Answered when everything so far has been written, or could not be.
    Flush(oneshot::Sender<Result<(), rollout::Error>>),
}

/// A user's message, with files and images already read.
#[derive(Clone, Debug, PartialEq)]
pub struct UserMessage {
    pub items: Vec<UserInput>,
    pub client_id: Option<String>,
    pub content: Vec<ContentItem>,
    pub skills: SkillsOfMessage,
}

/// What was read of skills for a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SkillsOfMessage {
    /// The list as it is now; none if nobody looked.
    pub list: Option<Option<ResponseItem>>,
    /// The texts of those that the message names.
    pub given: Vec<ResponseItem>,
}

/// What a turn is begun for, or what the running one is given.
#[derive(Clone, Debug, PartialEq)]
pub enum TurnInput {
    /// Something for the model to answer.
    Message(UserMessage),
    /// A command that the model has nothing to do with.
    Shell(UserShellTask),
    /// Nothing but to sum up the conversation.
    Compact,
    /// Files are brought back as they were before the last turn that could change them.
    Undo,
    /// Changes for another agent to look at.
    Review(ReviewRequest),
    /// The next step towards the goal.
    Goal,
}

#[derive(Debug)]
pub struct NewTurn {
    /// The id of the turn, if this starts one.
    pub turn_id: TurnId,
    pub input: TurnInput,
    pub overrides: TurnOverrides,
    pub output_schema: Option<Value>,
}

#[derive(Debug)]
pub struct Steering {
    pub expected: TurnId,
    pub message: UserMessage,
}

/// Input or an interrupt was taken. Nothing that follows from it is reported before `go` is sent or dropped, so that
/// whoever asked can be told first.
#[derive(Debug)]
pub struct Accepted {
    pub turn_id: TurnId,
    pub go: oneshot::Sender<()>,
}

/// The goal was changed, as above, or taken away.
#[derive(Debug)]
pub struct GoalAccepted<T> {
    pub goal: T,
    pub go: oneshot::Sender<()>,
    pub stored: Stored,
}

impl<T> GoalAccepted<T> {
    /// Waits until the disk has it. If that fails it holds in this process, which tries to store it with what comes next.
    pub async fn when_stored(mut self) -> Result<Self, Refused> {
        self.stored.outcome().await.map_err(Refused::NotStored)?;
        Ok(self)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotActive {
    /// No turn runs.
    Idle,
    /// Another one does.
    Other(TurnId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSteered {
    NotActive(NotActive),
    /// The turn takes no input.
    Kind(NonSteerableTurn),
    Full(Full),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotStarted {
    /// A turn runs that takes no input.
    Kind(NonSteerableTurn),
    Full(Full),
}

/// So much input waits for the running turn that no more is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// How many messages may wait for a running turn.
pub const MOST_WAITING: usize = 64;

/// What a session is at this moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub settings: SessionSettings,
    pub active_turn: Option<TurnId>,
    pub tokens: Option<TokenUsageInfo>,
    pub goal: Option<ThreadGoal>,
    /// Whether something of the conversation has been stored.
    pub is_stored: bool,
}
