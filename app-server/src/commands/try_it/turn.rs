//! One turn: start it, follow it to its end, answer questions, pass on an interrupt.
//!
//! This loop is all that a client needs: whatever happens next, a message or Ctrl-C or a second in which nothing
//! happened, it is handled in one place and in the order in which it came.

use std::process::ExitCode;
use std::time::Duration;

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::{TurnInterrupt, TurnStart};
use codex_app_server_protocol::v2::input::UserInput;
use codex_app_server_protocol::v2::settings::CollaborationMode;
use codex_app_server_protocol::v2::turn::{TurnInterruptParams, TurnStartParams, TurnStatus};
use tokio::time::{Instant, sleep_until};

use super::Error;
use super::approval::Approver;
use super::client::{Client, Message};
use super::person::Person;
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

/// What a turn needs of its conversation.
pub struct Running<'a> {
    pub client: &'a mut Client,
    pub thread: &'a str,
    pub mode: Option<CollaborationMode>,
    pub approver: &'a Approver,
    pub shows_meaning: bool,
}

enum Next {
    Message(Message),
    Interrupt,
    Silence,
}

impl Running<'_> {
    pub async fn run(self, prompt: String, person: &mut Person<'_>) -> Result<Outcome, Error> {
        let Running { client, thread, mode, approver, shows_meaning } = self;
        let input = vec![UserInput::Text { text: prompt, text_elements: Vec::new() }];
        let params = TurnStartParams {
            thread_id: thread.to_owned(),
            input,
            collaboration_mode: mode,
            ..TurnStartParams::default()
        };
        let turn_id = client.request::<TurnStart>(params, person).await?.turn.id;
        let mut show = Show::default();
        let mut was_interrupted = false;
        let began = Instant::now();
        let mut wake = began + SECOND;
        loop {
            let next = tokio::select! {
                biased;
                () = person.interrupts.next() => Next::Interrupt,
                message = client.next(person.terminal) => Next::Message(message?),
                () = sleep_until(wake) => Next::Silence,
            };
            match next {
                Next::Silence => {
                    person.terminal.status(format_args!(
                        "{} ({} s)",
                        show.doing(),
                        began.elapsed().as_secs()
                    ));
                }
                Next::Interrupt if was_interrupted => return Err(Error::Interrupted),
                Next::Interrupt => {
                    was_interrupted = true;
                    person.terminal.complain("Interrupting the turn; Ctrl-C again ends the program.");
                    let params =
                        TurnInterruptParams { thread_id: thread.to_owned(), turn_id: turn_id.clone() };
                    client.send::<TurnInterrupt>(&params, person).await?;
                }
                Next::Message(Message::Asked(id, question)) => {
                    let answer = approver.decide(&question, person).await?;
                    client.answer(&id, &answer, person).await?;
                }
                Next::Message(Message::Unknown(id, problem)) => client.refuse(&id, problem, person).await?,
                Next::Message(Message::Told(told)) => {
                    let pieces = show.on(&told);
                    if shows_meaning {
                        print(pieces, person.terminal);
                    }
                    if let ServerNotification::TurnCompleted(end) = *told
                        && end.thread_id == thread
                    {
                        return Ok(outcome(end.turn.status));
                    }
                }
            }
            // Whoever was asked a question may have taken their time.
            wake = Instant::now() + SECOND;
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
            Piece::EndLine => terminal.end_line(),
            Piece::Line(text) => terminal.say(text),
            Piece::Aside(text) => terminal.complain(text),
        }
    }
}
