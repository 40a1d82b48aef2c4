//! What users have queued: messages that wait until no turn runs. They outlive the process.
//!
//! Each thread with something in its queue has a file of its own, which is replaced as a whole. When a turn has been
//! completed, the first message of the queue begins the next one, and if there is none, the goal of the thread may; an
//! interrupted or a failed turn lets both wait.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::decode;
use codex_app_server_protocol::v2::thread_queue::{QueuedSubmission, ThreadQueueChangedNotification};
use codex_core::base::spawn::TaskGroup;
use codex_core::conversations::conversation::CodexConversation;
use codex_core::session::request::Accepted;
use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::submission::{TurnOverrides, UserTurn};
use tokio::sync::Semaphore;

use super::audience::Connections;
use crate::convert::to_core::input::user_input;
use crate::convert::to_wire::error::not_submitted;
use crate::error::RpcError;

/// The queues of all threads. Clones are handles to the same.
#[derive(Clone, Debug)]
pub(crate) struct Queues {
    folder: Arc<Path>,
    connections: Connections,
    tasks: TaskGroup,
    /// For whoever changes a queue.
    right: Arc<Semaphore>,
}

impl Queues {
    pub(super) fn new(home: &Path, connections: Connections, tasks: TaskGroup) -> Self {
        Self { folder: home.join("queues").into(), connections, tasks, right: Arc::new(Semaphore::new(1)) }
    }

    /// Lets a function read and change the queue of a thread. Whether it has changed is told by the result.
    pub(crate) async fn edit<T: Send + 'static>(
        &self,
        thread: ConversationId,
        edit: impl FnOnce(&mut Vec<QueuedSubmission>) -> T + Send + 'static,
    ) -> Result<(T, bool), RpcError> {
        let failed = || RpcError::internal("the queue could not be read");
        let _right = self.right.acquire().await.map_err(|error| failed().caused_by(error))?;
        let path = self.path(thread);
        let task = self.tasks.spawn_blocking(move || {
            let before = read(&path)?;
            let mut queue = before.clone();
            let result = edit(&mut queue);
            let has_changed = queue != before;
            if has_changed {
                write(&path, &queue)?;
            }
            Ok::<_, io::Error>((result, has_changed))
        });
        let edited = task.await.map_err(|error| failed().caused_by(error))?;
        edited.map_err(|error| {
            RpcError::internal("the queue of the thread could not be stored").caused_by(error)
        })
    }

    /// Forgets what a thread has queued.
    pub(crate) async fn clear(&self, thread: ConversationId) -> Result<(), RpcError> {
        self.edit(thread, Vec::clear).await.map(|_| ())
    }

    pub(crate) async fn tell_of_change(&self, thread: ConversationId) {
        let changed = ThreadQueueChangedNotification { thread_id: thread.to_string() };
        self.connections.broadcast(&ServerNotification::ThreadQueueChanged(changed)).await;
    }

    /// Takes the named message out of the queue, or the first one, and gives it to a thread that does nothing.
    /// Nothing of the turn is told before the answer's `go`.
    pub(crate) async fn start(
        &self,
        conversation: &CodexConversation,
        named: Option<String>,
    ) -> Result<Accepted, RpcError> {
        let id = conversation.id();
        let snapshot = conversation.snapshot().await.map_err(|_| RpcError::thread_not_found(id))?;
        if snapshot.active_turn.is_some() {
            return Err(RpcError::invalid_request("thread already has an active or pending turn"));
        }
        let taking = named.clone();
        let (taken, _) = self
            .edit(id, move |queue| {
                let at = match &taking {
                    Some(wanted) => queue.iter().position(|queued| queued.id == *wanted)?,
                    None => 0,
                };
                (at < queue.len()).then(|| (at, queue.remove(at)))
            })
            .await?;
        let (at, queued) = taken.ok_or_else(|| match named {
            Some(named) => RpcError::queued_submission_not_found(&named),
            None => RpcError::invalid_request("queue is empty"),
        })?;
        let started = async {
            let turn = UserTurn {
                items: user_input(queued.input.clone())?,
                client_id: Some(queued.client_user_message_id.clone()),
                overrides: TurnOverrides::default(),
                final_output_json_schema: None,
            };
            conversation.start_turn(TurnId::fresh(), turn).await?.map_err(not_submitted)
        };
        match started.await {
            Ok(accepted) => Ok(accepted),
            Err(error) => {
                self.edit(id, move |queue| queue.insert(at.min(queue.len()), queued)).await?;
                Err(error)
            }
        }
    }

    /// A turn has been completed: the first message of the queue begins the next one, else the goal of the thread may,
    /// while nobody waits for it.
    pub(super) fn go_on(&self, conversation: Arc<CodexConversation>) {
        let queues = self.clone();
        self.tasks.spawn(async move {
            if !queues.begin_first(&conversation).await {
                let _session_has_ended = conversation.go_on().await;
            }
        });
    }

    /// Whether the queue has begun a turn.
    async fn begin_first(&self, conversation: &CodexConversation) -> bool {
        let id = conversation.id();
        if !self.path(id).exists() {
            return false;
        }
        match self.start(conversation, None).await {
            Ok(accepted) => {
                self.tell_of_change(id).await;
                let _session_has_ended = accepted.go.send(());
                true
            }
            Err(error) => {
                tracing::debug!(thread = %id, %error, "the queue waits");
                false
            }
        }
    }

    fn path(&self, thread: ConversationId) -> PathBuf {
        self.folder.join(format!("{thread}.json"))
    }
}

fn read(path: &Path) -> io::Result<Vec<QueuedSubmission>> {
    match fs::read(path) {
        Ok(bytes) => {
            let stored = serde_json::from_slice(&bytes)?;
            decode::from_value(stored).map_err(|wrong| io::Error::other(wrong.to_string()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Replaces the file as a whole; an empty queue has none.
fn write(path: &Path, queue: &[QueuedSubmission]) -> io::Result<()> {
    if queue.is_empty() {
        return fs::remove_file(path);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let unfinished = path.with_extension("json.new");
    let mut options = fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    serde_json::to_writer(&mut file, queue)?;
    file.sync_data()?;
    fs::rename(unfinished, path)
}
