//! One command with its output, from its start to the end of everything it started.
//!
//! The task that owns the process decodes and buffers output at full speed whoever listens. Handles look at the
//! buffers. The exit is shown only when the output is complete.

use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use codex_protocol::events::exec::OutputStream;
use codex_protocol::ids::ItemId;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::OpenRequest;
use super::buffer::Buffers;
use crate::base::paths::AbsolutePath;
use crate::base::spawn::TaskGroup;
use crate::exec::output::Decoder;
use crate::exec::owner::{Ending, Owner, Sink, TIMED_OUT};
use crate::exec::streams::{self, Ends, Stdin, Terminal, TerminalSize};
use crate::exec::{Error, NO_EXIT_CODE};
use crate::sandbox::command::CommandSpec;
use crate::sandbox::limit::{self, Limit};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitStatus {
    /// The command's own; 128 and the number for a signal; 124 after a timeout; -1 if we ended it.
    pub code: i32,
    pub timed_out: bool,
    /// Which limit the command had reached, if that is known.
    pub limit: Option<Limit>,
}

/// What `ExecSession::collect` gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    /// New text since the last time, both streams as they came, its middle missing if it is too much.
    pub output: String,
    /// How long this call waited.
    pub wall_time: Duration,
    /// Set when the command has ended and its output is complete.
    pub exit: Option<ExitStatus>,
}

impl Collected {
    /// What is to be said of the end of the command if it had used up what it may have.
    pub fn limit_note(&self) -> Option<String> {
        let exit = self.exit?;
        limit::note(exit.limit, exit.code, &self.output)
    }
}

/// A handle to a running or ended command. When the last one is dropped, the command is ended.
#[derive(Debug)]
pub struct ExecSession {
    id: i32,
    os_pid: Option<u32>,
    command: CommandSpec,
    sandboxed: bool,
    started_at: SystemTime,
    is_tty: bool,
    shared: Arc<Shared>,
    end: CancellationToken,
    /// The item that clients know it by, and its command as they see it, once its call has left it running.
    item: OnceLock<(ItemId, Vec<String>)>,
    /// Fires when its end has been reported to clients.
    reported: CancellationToken,
    /// Why we have ended it, if nobody has asked for that.
    ended_because: OnceLock<EndReason>,
    /// The one that was ended to make way for it.
    displaced: Option<(i32, Vec<String>)>,
}

/// Why a command was ended that nobody has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Too many were running.
    MadeWay,
    /// It has neither printed nor been asked anything for so long.
    Idle(Duration),
}

impl std::fmt::Display for EndReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MadeWay => f.write_str("it was ended because too many commands were running"),
            Self::Idle(time) => {
                write!(f, "it was ended because nothing had happened in it for {} seconds", time.as_secs())
            }
        }
    }
}

/// What the owner task and the handles share.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Sees a new value at every change of the state.
    changes: watch::Sender<()>,
}

#[derive(Debug)]
struct State {
    buffers: Buffers,
    /// Closed with the end, however long the output waits to be collected.
    terminal: Option<Arc<Terminal>>,
    /// When it last printed, or was written to or looked at.
    active_at: Instant,
    exit: Option<ExitStatus>,
    /// The exit was given to a collector.
    collected: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            buffers: Buffers::default(),
            terminal: None,
            active_at: Instant::now(),
            exit: None,
            collected: false,
        }
    }
}

impl ExecSession {
    pub(super) async fn start(
        id: i32,
        request: OpenRequest,
        place: OwnedSemaphorePermit,
        tasks: &TaskGroup,
    ) -> Result<Self, Error> {
        let OpenRequest { launch, tty, size, timeout } = request;
        let (streams, Ends { outputs, terminal, input: _ }) =
            if tty { streams::terminal(size)? } else { streams::pipes(Stdin::Null)? };
        let command = launch.command().clone();
        let sandboxed = launch.is_sandboxed();
        let running = launch.start(streams).await?;
        let session = Self {
            id,
            os_pid: running.pid(),
            command,
            sandboxed,
            started_at: SystemTime::now(),
            is_tty: tty,
            shared: Arc::default(),
            end: CancellationToken::new(),
            item: OnceLock::new(),
            reported: CancellationToken::new(),
            ended_because: OnceLock::new(),
            displaced: None,
        };
        session.shared.lock().terminal = terminal.map(Arc::new);
        let owner = Owner::new(running, outputs, session.end.clone(), timeout);
        let transcript = Transcript {
            shared: session.shared.clone(),
            stdout: Decoder::default(),
            stderr: Decoder::default(),
            place,
        };
        tasks.spawn(owner.run(transcript, Transcript::finish));
        Ok(session)
    }

    pub(super) fn in_place_of(mut self, displaced: Option<Arc<Self>>) -> Self {
        self.displaced = displaced.map(|other| (other.id, other.command().to_vec()));
        self
    }

    /// The id and the command of the session that was ended to make way for this one.
    pub fn displaced(&self) -> Option<&(i32, Vec<String>)> {
        self.displaced.as_ref()
    }

    pub fn id(&self) -> i32 {
        self.id
    }

    /// The process below which everything of this session runs.
    pub fn os_pid(&self) -> Option<u32> {
        self.os_pid
    }

    /// As clients see it.
    pub fn command(&self) -> &[String] {
        self.item.get().map_or(&self.command.argv, |(_, command)| command)
    }

    pub fn cwd(&self) -> &AbsolutePath {
        &self.command.cwd
    }

    /// Whether a failure may be the sandbox's doing.
    pub fn is_sandboxed(&self) -> bool {
        self.sandboxed
    }

    pub fn started_at(&self) -> SystemTime {
        self.started_at
    }

    pub fn age(&self) -> Duration {
        self.started_at.elapsed().unwrap_or_default()
    }

    /// The call has left it running; from now on it is a background terminal.
    pub fn set_item(&self, item: ItemId, command: Vec<String>) {
        // A session is handed over once.
        let _ = self.item.set((item, command));
    }

    pub fn item(&self) -> Option<ItemId> {
        self.item.get().map(|(item, _)| item.clone())
    }

    pub fn set_reported(&self) {
        self.reported.cancel();
    }

    /// Waits until the end of a background terminal has been reported.
    pub async fn reported(&self) {
        if self.item.get().is_some() {
            self.reported.cancelled().await;
        }
    }

    /// Types the bytes into the command's terminal.
    pub async fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        let terminal = self.terminal()?;
        self.note_activity();
        tokio::select! {
            biased;
            _ = self.wait() => Err(Error::Ended { id: self.id }),
            written = terminal.write(bytes) => written.map_err(|source| Error::Input { id: self.id, source }),
        }
    }

    pub fn resize(&self, size: TerminalSize) -> Result<(), Error> {
        let terminal = self.terminal()?;
        terminal.resize(size).map_err(|source| Error::Input { id: self.id, source })
    }

    /// Waits for the end of the command, at most the given time and not longer than the token allows, and takes
    /// what was written since the last time.
    pub async fn collect(&self, yield_time: Duration, cancel: &CancellationToken) -> Collected {
        let start = Instant::now();
        let limit = async {
            match start.checked_add(yield_time) {
                Some(deadline) => sleep_until(deadline).await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = self.wait() => {}
            () = cancel.cancelled() => {}
            () = limit => {}
        }
        let mut state = self.shared.lock();
        state.active_at = Instant::now();
        state.collected |= state.exit.is_some();
        let output = state.buffers.uncollected.take();
        Collected { output, wall_time: start.elapsed(), exit: state.exit }
    }

    /// The next piece of output, in order; `None` when all was given and the command has ended.
    ///
    /// For one watcher: what it is given is gone for others. Output that it is slow to take is joined, and
    /// dropped in the middle when it gets too much.
    pub async fn next_delta(&self) -> Option<(OutputStream, String)> {
        self.shared
            .until(|state| match state.buffers.pieces.pop() {
                Some(piece) => Some(Some(piece)),
                None => state.exit.is_some().then_some(None),
            })
            .await
    }

    /// How the command ended, once it and everything it started are gone and its output is complete.
    pub async fn wait(&self) -> ExitStatus {
        self.shared.until(|state| state.exit).await
    }

    /// Everything written so far, its middle missing if it is too much.
    pub fn aggregated(&self) -> String {
        self.shared.lock().buffers.whole.text()
    }

    /// Ends the command and everything it started; returns when all of it is gone.
    pub async fn kill(&self) -> ExitStatus {
        self.end();
        self.wait().await
    }

    /// As `kill`, without waiting.
    pub fn end(&self) {
        self.end.cancel();
    }

    /// Ends it; false if it is ending already.
    pub(super) fn end_because(&self, reason: EndReason) -> bool {
        if self.is_ending() || self.has_ended() || self.ended_because.set(reason).is_err() {
            return false;
        }
        self.end();
        true
    }

    pub(super) fn is_ending(&self) -> bool {
        self.end.is_cancelled()
    }

    /// Why the command was ended though nobody had asked for it.
    pub fn ended_because(&self) -> Option<EndReason> {
        self.ended_because.get().copied()
    }

    /// How long nothing has happened.
    pub fn idle_time(&self) -> Duration {
        self.shared.lock().active_at.elapsed()
    }

    fn terminal(&self) -> Result<Arc<Terminal>, Error> {
        match self.shared.lock().terminal.clone() {
            Some(terminal) => Ok(terminal),
            None if self.is_tty => Err(Error::Ended { id: self.id }),
            None => Err(Error::NoInput { id: self.id }),
        }
    }

    fn note_activity(&self) {
        self.shared.lock().active_at = Instant::now();
    }

    /// Ends the command when nothing has happened for so long; returns when it has ended, in whatever way.
    pub async fn end_when_idle(&self, limit: Duration) {
        loop {
            let left = limit.saturating_sub(self.idle_time());
            tokio::select! {
                _ = self.wait() => return,
                () = tokio::time::sleep(left) => {}
            }
            if self.idle_time() >= limit {
                self.end_because(EndReason::Idle(limit));
                self.wait().await;
                return;
            }
        }
    }

    pub fn has_ended(&self) -> bool {
        self.shared.lock().exit.is_some()
    }

    pub(super) fn is_collected(&self) -> bool {
        self.shared.lock().collected
    }
}

impl Drop for ExecSession {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changes.send_replace(());
    }

    /// The first value that the function finds, looking again after each change.
    async fn until<T>(&self, mut find: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut changes = self.changes.subscribe();
        loop {
            if let Some(found) = find(&mut self.lock()) {
                return found;
            }
            if changes.changed().await.is_err() {
                // The sender is a field of `self`.
                pending::<()>().await;
            }
        }
    }
}

/// Keeps both ends of what a session's command writes, as text.
struct Transcript {
    shared: Arc<Shared>,
    stdout: Decoder,
    stderr: Decoder,
    place: OwnedSemaphorePermit,
}

impl Transcript {
    fn decoder(&mut self, stream: OutputStream) -> &mut Decoder {
        match stream {
            OutputStream::Stdout => &mut self.stdout,
            OutputStream::Stderr => &mut self.stderr,
        }
    }

    fn keep(&self, stream: OutputStream, text: &str) {
        self.shared.change(|state| {
            state.buffers.push(stream, text);
            state.active_at = Instant::now();
        });
    }

    fn finish(self, ending: Ending) {
        let code = match (ending.timed_out, ending.was_asked) {
            (true, _) => TIMED_OUT,
            (false, true) => NO_EXIT_CODE,
            (false, false) => ending.code,
        };
        let Ending { timed_out, limit, .. } = ending;
        // Whoever waits for the end may want the place.
        drop(self.place);
        self.shared.change(|state| {
            state.terminal = None;
            state.exit = Some(ExitStatus { code, timed_out, limit });
        });
    }
}

impl Sink for Transcript {
    async fn room(&mut self) {}

    fn take(&mut self, stream: OutputStream, bytes: &[u8]) {
        let text = self.decoder(stream).push(bytes);
        self.keep(stream, &text);
    }

    fn end_of(&mut self, stream: OutputStream) {
        let text = self.decoder(stream).finish();
        self.keep(stream, &text);
    }
}
