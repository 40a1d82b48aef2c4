//! One turn: start it, follow it to its end, answer questions, pass on an interrupt.
//!
//! This loop is all that a client needs: whatever happens next, a message or Ctrl-C or a second in which nothing
//! happened, it is handled in one place and in the order in which it came.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::{TurnInterrupt, TurnStart};
use codex_app_server_protocol::v2::input::UserInput;
use codex_app_server_protocol::v2::turn::{TurnInterruptParams, TurnStartParams, TurnStatus};
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Signal, ctrl_c};
use tokio::time::{Instant, sleep_until};

use super::Error;
use super::approval::Approver;
use super::client::{Client, Message};
use super::input::Typed;
use super::show::{Piece, Show};
use crate::commands::terminal::Terminal;

const SECOND: Duration = Duration::from_secs(1);

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Completed,
    Failed,
    Interrupted,
}

impl Outcome {
    /// The exit code of the program.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Outcome::Completed => ExitCode::SUCCESS,
            Outcome::Failed => ExitCode::from(1),
            Outcome::Interrupted => ExitCode::from(130),
        }
    }
}

/// Ctrl-C.
pub struct Interrupts(Signal);

impl Interrupts {
    pub fn listen() -> io::Result<Interrupts> {
        #[cfg(unix)]
        let signal = signal(SignalKind::interrupt());
        #[cfg(windows)]
        let signal = ctrl_c();
        signal.map(Interrupts)
    }

    /// The next one. Safe to be dropped while it waits.
    pub async fn next(&mut self) {
        self.0.recv().await;
    }
}

/// What a turn needs of its conversation.
pub struct Running<'a> {
    pub client: &'a mut Client,
    pub thread: &'a str,
    pub approver: &'a Approver,
    pub typed: &'a mut Typed,
    pub interrupts: &'a mut Interrupts,
    pub shows_meaning: bool,
}

enum Next {
    Message(Message),
    Interrupt,
    Silence,
}

impl Running<'_> {
    pub async fn run(self, prompt: String, terminal: &mut Terminal) -> Result<Outcome, Error> {
        let Running { client, thread, approver, typed, interrupts, shows_meaning } = self;
        let input = vec![UserInput::Text { text: prompt, text_elements: Vec::new() }];
        let params = TurnStartParams { thread_id: thread.to_owned(), input, ..TurnStartParams::default() };
        let turn_id = client.request::<TurnStart>(params, terminal).await?.turn.id;
        let mut show = Show::default();
        let mut was_interrupted = false;
        let began = Instant::now();
        let mut wake = began + SECOND;
        loop {
            let next = tokio::select! {
                biased;
                () = interrupts.next() => Next::Interrupt,
                message = client.next(terminal) => Next::Message(message?),
                () = sleep_until(wake) => Next::Silence,
            };
            wake = Instant::now() + SECOND;
            match next {
                Next::Silence => {
                    terminal.status(format_args!("{} ({} s)", show.doing(), began.elapsed().as_secs()));
                }
                Next::Interrupt if was_interrupted => return Err(Error::Interrupted),
                Next::Interrupt => {
                    was_interrupted = true;
                    terminal.complain("Interrupting the turn; Ctrl-C again ends the program.");
                    let params =
                        TurnInterruptParams { thread_id: thread.to_owned(), turn_id: turn_id.clone() };
                    client.send::<TurnInterrupt>(&params, terminal).await?;
                }
                Next::Message(Message::Asked(id, question)) => {
                    let answer = approver.decide(&question, typed, interrupts, terminal).await?;
                    client.answer(&id, &answer, terminal).await?;
                }
                Next::Message(Message::Unknown(id, problem)) => client.refuse(&id, problem, terminal).await?,
                Next::Message(Message::Told(told)) => {
                    if shows_meaning {
                        print(show.on(&told), terminal);
                    }
                    if let ServerNotification::TurnCompleted(end) = *told
                        && end.thread_id == thread
                    {
                        return Ok(outcome(end.turn.status));
                    }
                }
            }
        }
    }
}

fn outcome(status: TurnStatus) -> Outcome {
    match status {
        TurnStatus::Completed | TurnStatus::InProgress => Outcome::Completed,
        TurnStatus::Interrupted => Outcome::Interrupted,
        TurnStatus::Failed => Outcome::Failed,
    }
}

fn print(pieces: Vec<Piece>, terminal: &mut Terminal) {
    for piece in pieces {
        match piece {
            Piece::Stream(text) => terminal.stream(&text),
            Piece::Line(text) => terminal.say(text),
            Piece::Aside(text) => terminal.complain(text),
        }
    }
}
