//! A thread as clients see it, what it is doing, and the notifications about a thread as a whole.

use serde::{Deserialize, Serialize};

use super::shared::nullable;
use super::turn::Turn;

/// A conversation: turns one after the other, with the settings it was made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Thread {
    /// Its id, a UUIDv7.
    pub id: String,
    /// Where its commands run; `null` when it is not in memory.
    #[serde(default)]
    pub environments: Option<Vec<ThreadEnvironment>>,
    /// Room for additions; empty.
    pub extra: Option<ThreadExtra>,
    /// Id of the session it belongs to: its own, except for threads that another one started.
    pub session_id: String,
    /// The thread whose history it began with.
    pub forked_from_id: Option<String>,
    /// The thread it is attached to.
    pub attached_to_thread_id: Option<String>,
    /// The thread that started it as an agent.
    pub parent_thread_id: Option<String>,
    /// The beginning of the first user message; empty before it.
    pub preview: String,
    /// Nothing of it is stored.
    pub ephemeral: bool,
    /// The section that the user put it into.
    #[serde(default)]
    pub section: Option<ThreadSection>,
    /// When the user put it there, in Unix seconds.
    #[serde(default)]
    pub section_entered_at: Option<i64>,
    /// The vendor app's project that it belongs to.
    #[serde(deserialize_with = "nullable")]
    #[cfg_attr(feature = "schema", schemars(with = "super::shared::Nullable<String>"))]
    pub project_id: Option<String>,
    /// How its history can be read.
    #[serde(default)]
    pub history_mode: ThreadHistoryMode,
    /// Id of the provider that serves its model.
    pub model_provider: String,
    /// The model it last used; `null` if it is not known.
    pub model: Option<String>,
    /// How much the model last was to think; `null` for the model's default.
    pub reasoning_effort: Option<String>,
    /// When it began, in Unix seconds.
    pub created_at: i64,
    /// When it last changed, in Unix seconds.
    pub updated_at: i64,
    /// When the user last had to do with it, in Unix seconds.
    pub recency_at: Option<i64>,
    /// What it is doing.
    pub status: ThreadStatus,
    /// Absolute path of the file that holds its history; `null` if nothing is stored.
    pub path: Option<String>,
    /// Its working directory, absolute.
    pub cwd: String,
    /// Version of the server that made it.
    pub cli_version: String,
    /// Name of the client that made it.
    pub originator: Option<String>,
    /// Kind of program that made it.
    pub source: SessionSource,
    /// Whether a user can give it input.
    pub can_accept_direct_input: Option<bool>,
    /// What the client said it is for.
    pub thread_source: Option<String>,
    /// Name of the agent that it is, for people.
    pub agent_nickname: Option<String>,
    /// Role of the agent that it is.
    pub agent_role: Option<String>,
    /// State of the repository when it began.
    pub git_info: Option<GitInfo>,
    /// Name that the user gave it.
    pub name: Option<String>,
    /// A feature of the vendor's app.
    pub daybreak_enabled: Option<bool>,
    /// Its turns, oldest first. Empty unless the request asked for them.
    pub turns: Vec<Turn>,
}

/// What a thread is doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ThreadStatus {
    /// Nothing: it is not in memory.
    NotLoaded,
    /// Waiting for input.
    Idle,
    /// Waiting for input, after a turn that failed.
    SystemError,
    /// A turn runs.
    Active {
        /// What the turn waits for; empty while it works.
        active_flags: Vec<ThreadActiveFlag>,
    },
}

/// What a running turn waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ThreadActiveFlag {
    WaitingOnApproval,
    WaitingOnUserInput,
}

/// How the history of a thread can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ThreadHistoryMode {
    /// As a whole.
    #[default]
    Legacy,
    /// In pages, too.
    Paginated,
}

/// Kind of program that made a thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SessionSource {
    /// The terminal program.
    Cli,
    /// An editor; also every client of this server that says nothing else.
    Vscode,
    /// A single run from the command line.
    Exec,
    /// This server by itself.
    AppServer,
    /// A word of a later version.
    Unknown,
    /// A program with a name of its own.
    Custom(String),
    /// An agent, started by another thread.
    SubAgent(SubAgentSource),
}

/// Why an agent was started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SubAgentSource {
    /// To review changes.
    Review,
    /// To compact a history.
    Compact,
    /// To tidy the vendor's memories.
    MemoryConsolidation,
    /// Because the model of another thread wanted it.
    ThreadSpawn {
        /// That thread.
        parent_thread_id: String,
        /// How many agents stand between it and the user.
        depth: i32,
        /// Its place among the agents.
        #[serde(default)]
        agent_path: Option<String>,
        /// Its name for people.
        #[serde(default)]
        agent_nickname: Option<String>,
        /// Its role.
        #[serde(default)]
        agent_role: Option<String>,
    },
    /// For a reason with a name of its own.
    Other(String),
}

/// State of a repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GitInfo {
    /// Commit that was checked out.
    pub sha: Option<String>,
    /// Branch that was checked out.
    pub branch: Option<String>,
    /// Address of the remote `origin`.
    pub origin_url: Option<String>,
}

/// A group that users put threads into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSection {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How to show it.
    #[serde(default)]
    pub appearance: Option<ThreadSectionAppearance>,
}

/// How to show a section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSectionAppearance {
    /// Name of an icon.
    pub icon: Option<String>,
    /// Name of a colour.
    pub color: Option<String>,
}

/// A place where commands of a thread run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadEnvironment {
    /// Its id; `local` for the server's own machine.
    pub environment_id: String,
    /// Working directory there.
    pub cwd: String,
    /// The folders of the workspace, the working directory first.
    pub runtime_workspace_roots: Vec<String>,
}

/// Room for additions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[cfg_attr(feature = "schema", ts(type = "Record<string, never>"))]
pub struct ThreadExtra {}

/// There is a new thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadStartedNotification {
    /// The thread, without turns.
    pub thread: Thread,
}

/// What a thread is doing has changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadStatusChangedNotification {
    /// The thread.
    pub thread_id: String,
    /// What it is doing now.
    pub status: ThreadStatus,
}

/// A thread has left memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadClosedNotification {
    /// The thread.
    pub thread_id: String,
}

/// A thread has another name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadNameUpdatedNotification {
    /// The thread.
    pub thread_id: String,
    /// The name; absent when it has none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_name: Option<String>,
}
