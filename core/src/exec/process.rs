//! A process of a client: what it writes as bytes, in order, and what it is given to read.
//!
//! Output passes through a short queue to the one that started the process; while nobody takes it, the process
//! waits. Whoever drops the output before its end has ended the process, with all it started. Input is
//! written in the order in which it was given, however long the process takes to read it.

use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use codex_protocol::events::exec::OutputStream;
use tokio::net::unix::pipe::Sender;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::base::spawn::TaskGroup;
use crate::exec::Error;
use crate::exec::owner::{Ending, Owner, Sink, TIMED_OUT};
use crate::exec::streams::{self, Ends, Stdin, Terminal, TerminalSize};
use crate::sandbox::launch::Launch;

/// How many pieces of output wait for whoever takes them.
const CHUNKS: usize = 4;
/// What a terminal takes for the end of input.
const END_OF_INPUT: u8 = 4;
/// As a shell says it of what was killed.
const KILLED: i32 = 128 + 9;

/// A process to start.
#[derive(Debug)]
pub struct ProcessRequest {
    pub launch: Launch,
    /// What it reads if it gets no terminal.
    pub stdin: Stdin,
    pub terminal: Option<TerminalSize>,
    /// When to end it by force.
    pub time: Option<Duration>,
    /// Ends it when cancelled.
    pub end: CancellationToken,
    /// Given back when nothing of it is left.
    pub place: OwnedSemaphorePermit,
}

/// A piece of output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    pub stream: OutputStream,
    pub bytes: Vec<u8>,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// Its own; 128 and the number for a signal; 124 after its time.
    pub code: i32,
    /// Something held its output open, so that its end was not waited for.
    pub is_cut: bool,
}

/// Why a process is not given input, or no other size.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    #[error("the process was started without input")]
    NoInput,
    #[error("its input is closed")]
    Closed,
    #[error("the process has ended")]
    Ended,
    #[error("the process has no terminal")]
    NoTerminal,
    #[error("the input cannot be written")]
    Io(#[source] io::Error),
}

/// Whether more input may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    May,
    Never,
}

/// The side of a process that is written to.
#[derive(Debug)]
pub struct Process {
    input: Mutex<Input>,
    terminal: Option<Arc<Terminal>>,
    end: CancellationToken,
    over: CancellationToken,
    os_pid: Option<u32>,
}

/// The output of a process, for the one that started it. Dropping it ends the process.
#[derive(Debug)]
pub struct Output {
    chunks: mpsc::Receiver<Chunk>,
    exit: oneshot::Receiver<Exit>,
    end: CancellationToken,
}

/// Starts a process; returns when it runs.
pub async fn start(request: ProcessRequest, tasks: &TaskGroup) -> Result<(Process, Output), Error> {
    let ProcessRequest { launch, stdin, terminal, time, end, place } = request;
    let (streams, Ends { outputs, terminal, input }) = match terminal {
        Some(size) => streams::terminal(size)?,
        None => streams::pipes(stdin)?,
    };
    let running = launch.start(streams).await?;
    let terminal = terminal.map(Arc::new);
    let writer = terminal.clone().map(Writer::Terminal);
    let writer = writer.or_else(|| input.map(|pipe| Writer::Pipe(Arc::new(pipe))));
    let state = writer.map_or(InputState::None, InputState::Open);
    let over = CancellationToken::new();
    let process = Process {
        input: Mutex::new(Input { state, is_in_line: false, last: None }),
        terminal,
        end: end.clone(),
        over: over.clone(),
        os_pid: running.pid(),
    };
    let (sender, chunks) = mpsc::channel(CHUNKS);
    let (told, exit) = oneshot::channel();
    let owner = Owner::new(running, outputs, end.clone(), time);
    tasks.spawn(owner.run(Queue::To(sender), move |queue, ending: Ending| {
        let code = if ending.timed_out { TIMED_OUT } else { ending.code };
        // Whoever started it may have gone away.
        let _ = told.send(Exit { code, is_cut: ending.is_cut });
        over.cancel();
        drop((queue, place));
    }));
    Ok((process, Output { chunks, exit, end }))
}

impl Process {
    /// Gives it input, behind what it was given before. The future writes it, and waits for that as long as the
    /// process does not read.
    pub fn give(
        &self,
        bytes: Vec<u8>,
        more: More,
    ) -> Result<impl Future<Output = Result<(), InputError>> + Send + 'static, InputError> {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = match &input.state {
            InputState::None => return Err(InputError::NoInput),
            InputState::Open(writer) => Some(writer.clone()),
            // Closing twice is as good as once.
            InputState::Closed if bytes.is_empty() => None,
            InputState::Closed => return Err(InputError::Closed),
        };
        if let Some(last) = bytes.last() {
            input.is_in_line = *last != b'\n';
        }
        if more == More::Never {
            input.state = InputState::Closed;
        }
        let is_in_line = input.is_in_line;
        let (done, next) = oneshot::channel();
        let before = input.last.replace(next);
        let over = self.over.clone();
        Ok(async move {
            if let Some(before) = before {
                // An error means that it was given up.
                let _ = before.await;
            }
            let Some(writer) = writer else { return Ok(()) };
            let written = tokio::select! {
                biased;
                () = over.cancelled() => Err(InputError::Ended),
                written = writer.write(bytes, more, is_in_line) => written.map_err(InputError::of),
            };
            // The input is closed before what follows it is told.
            drop(writer);
            let _ = done.send(());
            written
        })
    }

    /// The process below which everything of this one runs.
    pub fn os_pid(&self) -> Option<u32> {
        self.os_pid
    }

    pub fn resize(&self, size: TerminalSize) -> Result<(), InputError> {
        let terminal = self.terminal.as_ref().ok_or(InputError::NoTerminal)?;
        terminal.resize(size).map_err(InputError::Io)
    }

    /// Ends the process and everything it started, without waiting.
    pub fn end(&self) {
        self.end.cancel();
    }
}

impl InputError {
    fn of(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Io(error),
        }
    }
}

impl Output {
    /// The next bytes; `None` when all were given and the process has ended.
    pub async fn next(&mut self) -> Option<Chunk> {
        self.chunks.recv().await
    }

    /// How the process ended. Output that was not taken is dropped.
    pub async fn exit(mut self) -> Exit {
        self.chunks.close();
        while self.chunks.recv().await.is_some() {}
        (&mut self.exit).await.unwrap_or(Exit { code: KILLED, is_cut: true })
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

#[derive(Debug)]
struct Input {
    state: InputState,
    /// The last byte was not the end of a line.
    is_in_line: bool,
    /// Resolves when what was given last has been written.
    last: Option<oneshot::Receiver<()>>,
}

#[derive(Debug)]
enum InputState {
    /// It reads nothing.
    None,
    Open(Writer),
    Closed,
}

#[derive(Clone, Debug)]
enum Writer {
    Pipe(Arc<Sender>),
    Terminal(Arc<Terminal>),
}

impl Writer {
    async fn write(&self, mut bytes: Vec<u8>, more: More, is_in_line: bool) -> io::Result<()> {
        match self {
            // It is closed by being dropped.
            Self::Pipe(pipe) => streams::write(pipe, &bytes).await,
            Self::Terminal(terminal) => {
                if more == More::Never {
                    // Within a line the first one only hands the line over.
                    let count = if is_in_line { 2 } else { 1 };
                    bytes.extend(std::iter::repeat_n(END_OF_INPUT, count));
                }
                terminal.write(&bytes).await
            }
        }
    }
}

/// Passes output on as there is room for it.
enum Queue {
    To(mpsc::Sender<Chunk>),
    Room(mpsc::OwnedPermit<Chunk>),
    /// Nobody takes it any more.
    Gone,
}

impl Sink for Queue {
    async fn room(&mut self) {
        if let Self::To(sender) = self {
            *self = sender.clone().reserve_owned().await.map_or(Self::Gone, Self::Room);
        }
    }

    fn take(&mut self, stream: OutputStream, bytes: &[u8]) {
        if let Self::Room(permit) = std::mem::replace(self, Self::Gone) {
            *self = Self::To(permit.send(Chunk { stream, bytes: bytes.to_vec() }));
        }
    }

    fn end_of(&mut self, _stream: OutputStream) {}
}
