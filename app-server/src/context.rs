//! Everything a handler may use. One per connection; a clone is a handle to the same.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use codex_core::config::loader::{ConfigLoader, Loaded};
use codex_core::conversations::ConversationManager;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::client::{Client, ClientCell};
use crate::convert::to_core;
use crate::error::RpcError;
use crate::identity::Identity;
use crate::outgoing::Outgoing;
use crate::processes::Processes;
use crate::searches::Searches;
use crate::telemetry::exporters::Exporters;
use crate::threads::audience::Listener;
use crate::threads::{LoadedThread, Threads};
use crate::watches::Watches;

/// Whole histories that may be in memory on their way to the client.
const HISTORIES: usize = 2;
/// So many files are remembered of which the client was told.
const TOLD_FILES: usize = 1000;
/// How much of files may be in memory on its way to the client.
const FILES_KIB: usize = 96 * 1024;

/// How the process was started: what holds for all connections.
#[derive(Debug)]
pub struct ServerConfig {
    pub configs: ConfigLoader,
    pub identity: Identity,
    pub conversations: ConversationManager,
    pub telemetry: Arc<Exporters>,
}

/// What handlers are written for.
#[derive(Clone, Debug)]
pub struct Context {
    outgoing: Outgoing,
    client: ClientCell,
    server: Arc<ServerConfig>,
    threads: Threads,
    listener: Listener,
    /// A thread of this connection has needed the sandbox.
    needed_sandbox: Arc<AtomicBool>,
    /// Stored threads that cannot be read, of which the client knows.
    unreadable: Arc<Mutex<HashSet<PathBuf>>>,
    histories: Arc<Semaphore>,
    files_kib: Arc<Semaphore>,
    processes: Processes,
    watches: Watches,
    searches: Searches,
}

impl Context {
    pub(crate) fn new(
        outgoing: Outgoing,
        client: ClientCell,
        server: Arc<ServerConfig>,
        threads: Threads,
    ) -> Self {
        let listener = threads.connect(outgoing.clone());
        let histories = Arc::new(Semaphore::new(HISTORIES));
        let files_kib = Arc::new(Semaphore::new(FILES_KIB));
        let group = &server.conversations.shared().group;
        let (processes, watches) = (Processes::new(group.clone()), Watches::new(group.clone()));
        let searches = Searches::new(group.clone());
        let (needed_sandbox, unreadable) = (Arc::default(), Arc::default());
        Context {
            outgoing,
            client,
            server,
            threads,
            listener,
            needed_sandbox,
            unreadable,
            histories,
            files_kib,
            processes,
            watches,
            searches,
        }
    }

    /// The way to this connection's client.
    pub fn outgoing(&self) -> &Outgoing {
        &self.outgoing
    }

    /// The connection is open from now on.
    pub(crate) fn introduce(&self, client: Client) -> Result<&Client, RpcError> {
        let mut newcomer = Some(client);
        let known = self.client.get_or_init(|| newcomer.take().unwrap_or_default());
        if newcomer.is_some() { Err(RpcError::already_initialized()) } else { Ok(known) }
    }

    /// True once.
    pub(crate) fn is_first_to_need_sandbox(&self) -> bool {
        !self.needed_sandbox.swap(true, Ordering::Relaxed)
    }

    /// True once for each file; when there are too many, only of some.
    pub(crate) fn is_first_told_of(&self, unreadable: &Path) -> bool {
        let mut told = self.unreadable.lock().unwrap_or_else(PoisonError::into_inner);
        told.len() < TOLD_FILES && told.insert(unreadable.to_owned())
    }

    /// Waits for the right to load a whole history. An answer that carries the history keeps it until the client has
    /// taken the answer: so many at once, however long they are and however slowly the client reads.
    pub(crate) async fn history(&self) -> Result<OwnedSemaphorePermit, RpcError> {
        let right = self.histories.clone().acquire_owned().await;
        right.map_err(|error| RpcError::internal("the history could not be read").caused_by(error))
    }

    /// Waits for the right to have so much of a file in memory, which its answer keeps until the client has taken it.
    pub(crate) async fn file_memory(&self, bytes: usize) -> Result<OwnedSemaphorePermit, RpcError> {
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let right = self.files_kib.clone().acquire_many_owned(kib).await;
        right.map_err(|error| RpcError::internal("the file could not be read").caused_by(error))
    }

    /// Runs a function that blocks away from the runtime's own threads.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, RpcError> + Send + 'static,
    ) -> Result<T, RpcError> {
        let task = self.conversations().shared().group.spawn_blocking(work);
        task.await.map_err(|error| RpcError::internal("the work broke off").caused_by(error))?
    }

    /// Loads configurations. Reads files: not for the runtime's own threads.
    pub fn configs(&self) -> &ConfigLoader {
        &self.server.configs
    }

    /// Runs a function that reads files with the loader, away from the runtime's own threads.
    pub(crate) async fn read_settings<T: Send + 'static>(
        &self,
        read: impl FnOnce(&ConfigLoader) -> T + Send + 'static,
    ) -> Result<T, RpcError> {
        let configs = self.configs().clone();
        let task = self.conversations().shared().group.spawn_blocking(move || read(&configs));
        task.await.map_err(|error| RpcError::internal("the settings could not be read").caused_by(error))
    }

    /// The server's own configuration, as the files are now.
    pub(crate) async fn base_config(&self) -> Result<Loaded, RpcError> {
        self.read_settings(ConfigLoader::load_base).await
    }

    /// The engine.
    pub fn conversations(&self) -> &ConversationManager {
        &self.server.conversations
    }

    /// How facts get to collectors.
    pub(crate) fn telemetry(&self) -> &Arc<Exporters> {
        &self.server.telemetry
    }

    /// The loaded threads and those who listen to them.
    pub(crate) fn threads(&self) -> &Threads {
        &self.threads
    }

    /// What this connection runs for its client.
    pub(crate) fn processes(&self) -> &Processes {
        &self.processes
    }

    /// What this connection watches.
    pub(crate) fn watches(&self) -> &Watches {
        &self.watches
    }

    /// The searches for files of this connection.
    pub(crate) fn searches(&self) -> &Searches {
        &self.searches
    }

    /// This connection, as somebody who listens.
    pub(crate) fn listener(&self) -> &Listener {
        &self.listener
    }

    /// A thread that has to be in memory.
    pub(crate) fn loaded_thread(&self, id: &str) -> Result<LoadedThread, RpcError> {
        let id = to_core::thread_id(id)?;
        self.threads.get(&id).ok_or_else(|| RpcError::thread_not_found(id))
    }

    /// What the server calls itself.
    pub fn identity(&self) -> &Identity {
        &self.server.identity
    }
}
