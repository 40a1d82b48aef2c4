//! A handle to one loaded conversation.

use std::sync::Arc;
use std::time::Duration;

use codex_protocol::error_info::NonSteerableTurn;
use codex_protocol::goal::ThreadGoal;
use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::input::UserInput;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::review::ReviewRequest;
use codex_protocol::submission::{Submission, TurnOverrides, UserTurn};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::context::goal::{GoalChange, Refused};
use crate::conversations::input::{Input, read_input};
use crate::error::CoreError;
use crate::exec::unified::session::ExecSession;
use crate::rollout;
use crate::session::request::{
    Accepted, Full, GoalAccepted, MOST_WAITING, NewTurn, NotActive, NotStarted, NotSteered, Request,
    Snapshot, Steering, TurnInput,
};
use crate::session::state::SessionState;
use crate::tasks::user_shell::UserShellTask;
use crate::turn::services::SessionServices;

/// Why the running turn was not given an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTaken {
    NotActive(NotActive),
    /// The turn takes no input.
    Kind(NonSteerableTurn),
}

#[derive(Debug)]
pub struct CodexConversation {
    id: ConversationId,
    config: Arc<Config>,
    services: Arc<SessionServices>,
    mailbox: mpsc::Sender<Request>,
    token: CancellationToken,
}

impl CodexConversation {
    pub(super) fn new(
        id: ConversationId,
        config: Arc<Config>,
        services: Arc<SessionServices>,
        mailbox: mpsc::Sender<Request>,
        token: CancellationToken,
    ) -> Self {
        Self { id, config, services, mailbox, token }
    }

    pub fn id(&self) -> ConversationId {
        self.id
    }

    /// The settings that it was started with.
    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Hands an operation over; what comes of it is reported as events.
    pub async fn submit(&self, submission: Submission) -> Result<(), CoreError> {
        self.send(Request::Submit(Box::new(submission))).await
    }

    /// Starts a turn with this id, or gives the input to the one that runs, unless that takes none. Nothing is reported
    /// before the answer's `go` is sent or dropped.
    pub async fn start_turn(
        &self,
        turn_id: TurnId,
        turn: UserTurn,
    ) -> Result<Result<Accepted, NonSteerableTurn>, CoreError> {
        let UserTurn { items, client_id, overrides, final_output_json_schema } = turn;
        let cwd = match &overrides.cwd {
            Some(cwd) => self.config.cwd.join(cwd),
            None => self.snapshot().await?.settings.cwd,
        };
        let message = read_input(&self.services, Input { items, client_id, cwd }).await?;
        let input = TurnInput::Message(message);
        let new = NewTurn { turn_id, input, overrides, output_schema: final_output_json_schema };
        self.begin(new).await
    }

    /// Runs a command of the user's in a turn with this id, or beside the work of the running turn. Nothing is
    /// reported before the answer's `go` is sent or dropped.
    pub async fn run_user_shell(
        &self,
        turn_id: TurnId,
        command: String,
        time: Option<Duration>,
    ) -> Result<Accepted, CoreError> {
        let input = TurnInput::Shell(UserShellTask::new(command, time));
        self.begin_with(turn_id, input).await
    }

    /// Sums the conversation up in a turn with this id. A turn that runs is ended for that. Nothing is reported before
    /// the answer's `go` is sent or dropped.
    pub async fn compact(&self, turn_id: TurnId) -> Result<Accepted, CoreError> {
        self.begin_with(turn_id, TurnInput::Compact).await
    }

    /// Has changes reviewed by another agent in a turn with this id. Otherwise as above.
    pub async fn review(&self, turn_id: TurnId, request: ReviewRequest) -> Result<Accepted, CoreError> {
        self.begin_with(turn_id, TurnInput::Review(request)).await
    }

    /// Begins something that is no message.
    async fn begin_with(&self, turn_id: TurnId, input: TurnInput) -> Result<Accepted, CoreError> {
        let overrides = TurnOverrides::default();
        let begun = self.begin(NewTurn { turn_id, input, overrides, output_schema: None }).await?;
        begun.map_err(|kind| CoreError::Busy(format!("a turn runs that takes no input ({kind:?})")))
    }

    async fn begin(&self, new: NewTurn) -> Result<Result<Accepted, NonSteerableTurn>, CoreError> {
        match self.ask(|reply| Request::StartTurn(Box::new(new), reply)).await? {
            Ok(accepted) => Ok(Ok(accepted)),
            Err(NotStarted::Kind(kind)) => Ok(Err(kind)),
            Err(NotStarted::Full(Full)) => Err(too_much_waits()),
        }
    }

    /// Gives input to the running turn, if it is the expected one.
    pub async fn steer(
        &self,
        expected: TurnId,
        items: Vec<UserInput>,
        client_id: Option<String>,
    ) -> Result<Result<Accepted, NotTaken>, CoreError> {
        let cwd = self.snapshot().await?.settings.cwd;
        let message = read_input(&self.services, Input { items, client_id, cwd }).await?;
        let steering = Steering { expected, message };
        match self.ask(|reply| Request::Steer(Box::new(steering), reply)).await? {
            Ok(accepted) => Ok(Ok(accepted)),
            Err(NotSteered::NotActive(not_active)) => Ok(Err(NotTaken::NotActive(not_active))),
            Err(NotSteered::Kind(kind)) => Ok(Err(NotTaken::Kind(kind))),
            Err(NotSteered::Full(Full)) => Err(too_much_waits()),
        }
    }

    /// Ends a turn that runs, or that waits for one that is ending. Its end is reported as an event, not
    /// before the answer's `go` is sent or dropped.
    pub async fn interrupt(&self, turn_id: TurnId) -> Result<Result<Accepted, NotActive>, CoreError> {
        self.ask(|reply| Request::Interrupt(turn_id, reply)).await
    }

    pub async fn snapshot(&self) -> Result<Snapshot, CoreError> {
        self.ask(Request::Snapshot).await
    }

    /// What the session knows: the same as a replay of its file gives.
    pub async fn state(&self) -> Result<Box<SessionState>, CoreError> {
        self.ask(Request::State).await
    }

    /// Waits until everything so far is in the file, as far as the disk takes it: for those who read what is there.
    pub async fn flush(&self) -> Result<(), CoreError> {
        self.ask(Request::Flush).await.map(drop)
    }

    /// The same for those to whom it matters.
    async fn stored(&self, what: &str) -> Result<(), CoreError> {
        self.ask(Request::Flush).await?.map_err(|error| not_stored(what, error))
    }

    /// Changes the settings of later turns. They are those of the conversation also after it is loaded again.
    pub async fn change_settings(&self, overrides: TurnOverrides) -> Result<(), CoreError> {
        self.ask(|reply| Request::ChangeSettings(Box::new(overrides), reply)).await
    }

    /// Changes the goal, or gives the conversation one. Nothing of that is reported before the answer's `go` is sent or
    /// dropped.
    pub async fn set_goal(
        &self,
        change: GoalChange,
    ) -> Result<Result<GoalAccepted<ThreadGoal>, Refused>, CoreError> {
        match self.ask(|reply| Request::SetGoal(change, reply)).await? {
            Ok(accepted) => Ok(accepted.when_stored().await),
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// Takes the goal away, if there is one. Otherwise as above.
    pub async fn clear_goal(&self) -> Result<Result<Option<GoalAccepted<()>>, Refused>, CoreError> {
        match self.ask(Request::ClearGoal).await? {
            Ok(Some(accepted)) => Ok(accepted.when_stored().await.map(Some)),
            other => Ok(other),
        }
    }

    /// Puts the goal back after turns were taken back.
    pub async fn restore_goal(&self, goal: Option<ThreadGoal>) -> Result<(), CoreError> {
        self.ask(|reply| Request::RestoreGoal(goal, reply)).await
    }

    /// Lets an active goal begin a turn, if none runs: nothing else waits that one could be for. Returns that turn.
    pub async fn go_on(&self) -> Result<Option<TurnId>, CoreError> {
        self.ask(Request::GoOn).await
    }

    /// Lets the model see something with its next request. A turn that runs asks it once more. Returns when it is
    /// stored, or belongs to the running turn.
    pub async fn inject(&self, items: Vec<ResponseItem>) -> Result<(), CoreError> {
        self.ask(|reply| Request::Inject(items, reply)).await?;
        self.stored("what the model was given").await
    }

    /// Stores the conversation even if nothing has been said yet. Returns when it is in the file.
    pub async fn store(&self) -> Result<(), CoreError> {
        let begun = self.ask(Request::Begin).await?;
        begun.map_err(|error| not_stored("the conversation", error))?;
        self.stored("the conversation").await
    }

    /// Commands that run on after the call that started them.
    pub fn background_terminals(&self) -> Vec<Arc<ExecSession>> {
        let mut sessions = self.services.exec.list();
        sessions.retain(|session| session.item().is_some());
        sessions
    }

    /// Begins to end the conversation; its turn ends as interrupted.
    pub fn close(&self) {
        self.token.cancel();
    }

    /// Waits until the conversation has ended: nothing of it runs any more, and its file is complete.
    pub async fn ended(&self) {
        self.mailbox.closed().await;
    }

    /// Whether it takes nothing more because its task has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.mailbox.is_closed()
    }

    async fn send(&self, request: Request) -> Result<(), CoreError> {
        self.mailbox.send(request).await.map_err(|_| CoreError::Closed)
    }

    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> Result<T, CoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(request(reply)).await?;
        answer.await.map_err(|_| CoreError::Closed)
    }
}

/// It is in memory all the same.
fn not_stored(what: &str, error: rollout::Error) -> CoreError {
    let message = format!(
        "{what} could not be stored: {error}. It is kept in memory and written when that is possible again; make room, or \
         the end of the server loses it"
    );
    CoreError::Internal { message, source: Some(Box::new(error)) }
}

fn too_much_waits() -> CoreError {
    CoreError::Busy(format!(
        "{MOST_WAITING} messages wait for the running turn; send more when it has taken them"
    ))
}
