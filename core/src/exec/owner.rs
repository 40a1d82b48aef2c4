//! The task that owns a process: reads what it writes, and carries out its end.
//!
//! What is read goes to a sink, which says when it has room: a sink that keeps a bounded part always has,
//! one that passes everything on has it when its reader has kept up. The end, by request or because the
//! time is over, never waits for room.

use std::future::{Future, pending};
use std::time::Duration;

use codex_protocol::events::exec::OutputStream;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::exec::kill::End;
use crate::sandbox::launch::Running;
use crate::sandbox::limit::Limit;

/// How long output is waited for after the end, in case something we cannot end holds a pipe open.
const LAST_OUTPUT: Duration = Duration::from_millis(200);
/// How much is read at once.
const READ_BYTES: usize = 16 * 1024;

/// The exit code of a command whose time ran out.
pub const TIMED_OUT: i32 = 124;

/// Where the output of a process goes.
pub trait Sink: Send {
    /// Resolves when more may be read. May be dropped and called again.
    fn room(&mut self) -> impl Future<Output = ()> + Send;

    fn take(&mut self, stream: OutputStream, bytes: &[u8]);

    /// Nothing more comes from this stream.
    fn end_of(&mut self, stream: OutputStream);
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Its own; 128 and the number for a signal.
    pub code: i32,
    pub timed_out: bool,
    /// It was told to end, for whatever reason.
    pub was_asked: bool,
    /// Something held its output open, so that its end was not waited for.
    pub is_cut: bool,
    /// Which limit it had reached, if that is known.
    pub limit: Option<Limit>,
}

/// A running process with the streams it writes to.
pub struct Owner {
    running: Running,
    outputs: Vec<Output>,
    end: CancellationToken,
    deadline: Option<Instant>,
}

impl Owner {
    /// Whoever cancels the token asks for the end.
    pub fn new(
        running: Running,
        outputs: Vec<(OutputStream, Receiver)>,
        end: CancellationToken,
        time: Option<Duration>,
    ) -> Self {
        Self {
            running,
            outputs: outputs.into_iter().map(|(stream, pipe)| Output::new(stream, pipe)).collect(),
            end,
            deadline: time.and_then(|time| Instant::now().checked_add(time)),
        }
    }

    /// Follows the process to its end and tells of it when its output is complete.
    pub async fn run<S: Sink>(mut self, mut sink: S, tell: impl FnOnce(S, Ending)) {
        let mut timed_out = false;
        let mut end = End::default();
        let code = loop {
            let deadline = self.deadline;
            tokio::select! {
                code = self.running.ended() => break code,
                () = pass_on(&mut self.outputs, &mut sink) => {}
                () = self.end.cancelled(), if !end.is_asked() => end.ask(&mut self.running).await,
                () = maybe(deadline.map(sleep_until)), if !end.is_asked() => {
                    timed_out = true;
                    end.ask(&mut self.running).await;
                }
                () = end.patience_is_over() => end.force(&mut self.running),
            }
        };
        let is_cut = !self.drain(&mut sink).await;
        let was_asked = end.is_asked();
        if was_asked {
            // Whoever asked wants to hear that nothing is left, not even the helper.
            self.running.gone().await;
        }
        let limit = self.running.limit();
        tell(sink, Ending { code, timed_out, was_asked, is_cut, limit });
        if !was_asked {
            self.running.make_way();
        }
    }

    /// Takes the rest of the output; false if not all of it came in time.
    async fn drain(&mut self, sink: &mut impl Sink) -> bool {
        let mut patience = LAST_OUTPUT;
        while self.outputs.iter().any(Output::is_open) {
            // Only what is waited for from the process counts.
            sink.room().await;
            let began = Instant::now();
            if timeout(patience, pass_on(&mut self.outputs, sink)).await.is_err() {
                return false;
            }
            patience = patience.saturating_sub(began.elapsed());
        }
        true
    }
}

/// Gives the sink the next bytes of any of the streams.
async fn pass_on(outputs: &mut [Output], sink: &mut impl Sink) {
    sink.room().await;
    let (stream, bytes) = match outputs {
        [only] => only.read().await,
        [first, second] => tokio::select! {
            read = first.read() => read,
            read = second.read() => read,
        },
        _ => pending().await,
    };
    match bytes {
        Some(bytes) => sink.take(stream, bytes),
        None => sink.end_of(stream),
    }
}

/// One stream of the process and what is needed to read it.
struct Output {
    stream: OutputStream,
    /// `None` after its end.
    pipe: Option<Receiver>,
    buffer: Vec<u8>,
}

impl Output {
    fn new(stream: OutputStream, pipe: Receiver) -> Self {
        Self { stream, pipe: Some(pipe), buffer: Vec::with_capacity(READ_BYTES) }
    }

    fn is_open(&self) -> bool {
        self.pipe.is_some()
    }

    /// The next bytes, `None` once at the end of the stream; never resolves after that.
    async fn read(&mut self) -> (OutputStream, Option<&[u8]>) {
        let Some(pipe) = &mut self.pipe else { return pending().await };
        self.buffer.clear();
        match pipe.read_buf(&mut self.buffer).await {
            Ok(count) if count > 0 => (self.stream, Some(&self.buffer)),
            // A terminal whose other side is closed answers with an error.
            Ok(_) | Err(_) => {
                self.pipe = None;
                (self.stream, None)
            }
        }
    }
}

async fn maybe<F: Future<Output = ()>>(future: Option<F>) {
    match future {
        Some(future) => future.await,
        None => pending().await,
    }
}
