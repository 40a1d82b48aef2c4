//! What a connection runs for its client, by the names that the client gave, and what bounds all of it.
//!
//! Commands and processes have names of their own kinds. A name is taken from the start of what it names to the
//! end. All of it ends with the connection.

pub(crate) mod follow;
pub(crate) mod request;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use codex_core::base::spawn::TaskGroup;
use codex_core::exec;
use codex_core::exec::process::{self, Output, Process, ProcessRequest};
use codex_core::exec::streams::{Stdin, TerminalSize};
use codex_core::sandbox::launch::Launch;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::error::RpcError;

/// More at once are a mistake.
const MOST_RUNNING: usize = 64;
/// Inputs that wait until they are read. Each is a request under way, of which others must be left.
const MOST_WRITES: usize = 64;
/// How much of output that is told at the end may be in memory.
const OUTPUT_KIB: usize = 32 * 1024;

/// What a connection runs. Clones are handles to the same.
#[derive(Clone, Debug)]
pub(crate) struct Processes {
    shared: Arc<Shared>,
    tasks: TaskGroup,
}

#[derive(Debug)]
struct Shared {
    running: Mutex<HashMap<Name, Arc<Process>>>,
    places: Arc<Semaphore>,
    writes: Arc<Semaphore>,
    output_kib: Arc<Semaphore>,
    end: CancellationToken,
}

/// Of which API a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Command,
    Process,
}

/// The client's name for something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub kind: Kind,
    pub text: String,
}

/// What is to be started.
#[derive(Debug)]
pub(crate) struct Start {
    pub launch: Launch,
    pub stdin: Stdin,
    pub terminal: Option<TerminalSize>,
    pub time: Option<Duration>,
}

/// Holds a name. When it is dropped the name is free again.
#[derive(Debug)]
pub(crate) struct Named {
    processes: Processes,
    name: Name,
}

impl Processes {
    pub fn new(tasks: TaskGroup) -> Self {
        let shared = Shared {
            running: Mutex::default(),
            places: Arc::new(Semaphore::new(MOST_RUNNING)),
            writes: Arc::new(Semaphore::new(MOST_WRITES)),
            output_kib: Arc::new(Semaphore::new(OUTPUT_KIB)),
            end: CancellationToken::new(),
        };
        Self { shared: Arc::new(shared), tasks }
    }

    /// Starts something; returns when it runs. Dropping its output ends it.
    pub async fn start(&self, start: Start) -> Result<(Process, Output), exec::Error> {
        let Start { launch, stdin, terminal, time } = start;
        let place = self.shared.places.clone().try_acquire_owned();
        let place = place.map_err(|_none_free| exec::Error::TooMany { running: MOST_RUNNING })?;
        let end = self.shared.end.child_token();
        process::start(ProcessRequest { launch, stdin, terminal, time, end, place }, &self.tasks).await
    }

    /// Whether something with this name runs.
    pub fn knows(&self, name: &Name) -> bool {
        self.running().contains_key(name)
    }

    pub fn get(&self, name: &Name) -> Result<Arc<Process>, RpcError> {
        self.running().get(name).cloned().ok_or_else(|| {
            let Name { kind, text } = name;
            RpcError::invalid_request(match kind {
                Kind::Command => format!("no active command/exec for process id {text:?}"),
                Kind::Process => format!("no active process for process handle {text:?}"),
            })
        })
    }

    /// Gives something its name. Requests about the same name come one after the other, so it is free.
    pub fn name(&self, name: Name, process: Process) -> Named {
        self.running().insert(name.clone(), Arc::new(process));
        Named { processes: self.clone(), name }
    }

    /// The right to wait until input is read.
    pub fn write(&self) -> Result<OwnedSemaphorePermit, RpcError> {
        self.shared.writes.clone().try_acquire_owned().map_err(|_too_many| RpcError::overloaded())
    }

    /// What there is for output that is told at the end.
    pub fn output_kib(&self) -> &Arc<Semaphore> {
        &self.shared.output_kib
    }

    /// Runs a future until the connection ends.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let end = self.shared.end.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = end.cancelled() => {}
                () = future => {}
            }
        });
    }

    /// The connection has ended, and so does all of this, without waiting.
    pub fn end(&self) {
        self.shared.end.cancel();
    }

    fn running(&self) -> MutexGuard<'_, HashMap<Name, Arc<Process>>> {
        self.shared.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Name {
    pub fn command(text: impl Into<String>) -> Self {
        Self { kind: Kind::Command, text: text.into() }
    }

    pub fn process(text: impl Into<String>) -> Self {
        Self { kind: Kind::Process, text: text.into() }
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        self.processes.running().remove(&self.name);
    }
}
