//! The wire, from the client's side: start the server, send requests, take apart what comes.
//!
//! Messages that come while an answer is awaited are kept in order for whoever asks for the next one. The server is
//! in a process group of its own, so that Ctrl-C reaches this program alone; it ends when its input is closed.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::process::Stdio;
use std::time::Duration;

use codex_app_server_protocol::jsonrpc::{
    ErrorMessage, ErrorObject, Incoming, NotificationMessage, RequestId, RequestMessage, ResultMessage,
    write_line,
};
use codex_app_server_protocol::method::Method;
use codex_app_server_protocol::{ServerNotification, ServerRequest, decode};
use serde::Serialize;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::Error;
use super::person::Person;
use crate::commands::terminal::Terminal;

/// How long the server may take to end after its input did.
const PATIENCE: Duration = Duration::from_secs(5);

/// The code for a method that is not there, as JSON-RPC has it.
const UNKNOWN_METHOD: i64 = -32601;

/// A message that is no answer.
pub enum Message {
    Told(Box<ServerNotification>),
    Asked(RequestId, Box<ServerRequest>),
    /// A request that this client does not know; the server waits for an answer all the same.
    Unknown(RequestId, String),
}

/// The server and the pipes to it.
pub struct Client {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    waiting: VecDeque<Message>,
    last_id: i64,
    shows_wire: bool,
}

impl Client {
    /// Starts the server. Its log goes to this program's stderr.
    pub fn start(program: &OsString, arguments: &[String], shows_wire: bool) -> Result<Client, Error> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let failed = |source| Error::Start { command: program.to_string_lossy().into_owned(), source };
        let mut child = command.spawn().map_err(failed)?;
        let input = child.stdin.take().ok_or(Error::ServerEnded)?;
        let output = child.stdout.take().ok_or(Error::ServerEnded)?;
        let output = BufReader::new(output).lines();
        Ok(Client { child, input, output, waiting: VecDeque::new(), last_id: 0, shows_wire })
    }

    /// Sends a request and returns its answer.
    pub async fn request<M: Method>(
        &mut self,
        params: M::Params,
        person: &mut Person<'_>,
    ) -> Result<M::Response, Error> {
        let id = self.send::<M>(&params, person).await?;
        let answer = format!("the answer to {}", M::NAME);
        loop {
            let line = person.wait_for(&answer, self.output.next_line()).await??.ok_or(Error::ServerEnded)?;
            self.show_wire('←', &line, person.terminal);
            match Incoming::decode(&line) {
                Ok(Incoming::Response { id: answered, result }) if answered == id => {
                    return Ok(decode::from_text(result.get())?);
                }
                Ok(Incoming::Error { id: answered, error }) if answered == id => {
                    return Err(Error::Refused { method: M::NAME, message: error.message, code: error.code });
                }
                Ok(other) => self.waiting.extend(understand(other, person.terminal)),
                Err(problem) => person.terminal.complain(format_args!("not a message: {problem}")),
            }
        }
    }

    /// Sends a request whose answer does not matter; an error is shown when it comes.
    pub async fn send<M: Method>(
        &mut self,
        params: &M::Params,
        person: &mut Person<'_>,
    ) -> Result<RequestId, Error> {
        self.last_id += 1;
        let id = RequestId::Integer(self.last_id);
        self.write(&RequestMessage { method: M::NAME, id: &id, params }, person).await?;
        Ok(id)
    }

    /// Says that the handshake is over.
    pub async fn initialized(&mut self, person: &mut Person<'_>) -> Result<(), Error> {
        let message = NotificationMessage::<()> { method: "initialized", params: None, emitted_at_ms: None };
        self.write(&message, person).await
    }

    /// Answers a request of the server.
    pub async fn answer<R: Serialize>(
        &mut self,
        id: &RequestId,
        result: &R,
        person: &mut Person<'_>,
    ) -> Result<(), Error> {
        self.write(&ResultMessage { id, result }, person).await
    }

    /// Answers a request of the server that this client does not know.
    pub async fn refuse(
        &mut self,
        id: &RequestId,
        message: String,
        person: &mut Person<'_>,
    ) -> Result<(), Error> {
        let error = ErrorObject { code: UNKNOWN_METHOD, message, data: None };
        self.write(&ErrorMessage { error: &error, id }, person).await
    }

    /// The next message that is no answer. Safe to be dropped while it waits.
    pub async fn next(&mut self, terminal: &mut Terminal) -> Result<Message, Error> {
        loop {
            if let Some(message) = self.waiting.pop_front() {
                return Ok(message);
            }
            let line = self.output.next_line().await?.ok_or(Error::ServerEnded)?;
            self.show_wire('←', &line, terminal);
            match Incoming::decode(&line) {
                Ok(incoming) => self.waiting.extend(understand(incoming, terminal)),
                Err(problem) => terminal.complain(format_args!("not a message: {problem}")),
            }
        }
    }

    /// Whether such a notification has come and was not looked at yet.
    pub fn was_told(&self, wanted: impl Fn(&ServerNotification) -> bool) -> bool {
        self.waiting.iter().any(|message| matches!(message, Message::Told(told) if wanted(told)))
    }

    /// Closes the server's input and waits for its end; a server that does not end, or Ctrl-C,
    /// has it killed.
    pub async fn close(self, person: &mut Person<'_>) {
        let Client { mut child, input, output, .. } = self;
        // Nobody reads any more: a server that still writes must find that out instead of waiting.
        drop((input, output));
        let ended = timeout(PATIENCE, person.wait_for("the end of the server", child.wait())).await;
        if !matches!(ended, Ok(Ok(_))) {
            person.terminal.complain("the server did not end in time; killing it");
            let _already_gone = child.start_kill();
        }
    }

    async fn write<T: Serialize>(&mut self, message: &T, person: &mut Person<'_>) -> Result<(), Error> {
        let mut line = Vec::new();
        write_line(message, &mut line)?;
        if self.shows_wire {
            self.show_wire('→', String::from_utf8_lossy(&line).trim_end(), person.terminal);
        }
        let written = person.wait_for("the server to listen", self.input.write_all(&line)).await?;
        written.map_err(|_| Error::ServerEnded)
    }

    fn show_wire(&self, arrow: char, line: &str, terminal: &mut Terminal) {
        if self.shows_wire {
            terminal.say(format_args!("{arrow} {line}"));
        }
    }
}

/// A notification that this client does not know is none of its business.
fn understand(incoming: Incoming<'_>, terminal: &mut Terminal) -> Option<Message> {
    match incoming {
        Incoming::Notification { method, params } => {
            ServerNotification::decode(&method, params).ok().map(|told| Message::Told(Box::new(told)))
        }
        Incoming::Request { id, method, params } => Some(match ServerRequest::decode(&method, params) {
            Ok(asked) => Message::Asked(id, Box::new(asked)),
            Err(problem) => Message::Unknown(id, format!("this client does not know {method}: {problem}")),
        }),
        Incoming::Error { error, .. } => {
            terminal.complain(format_args!("{} (code {})", error.message, error.code));
            None
        }
        Incoming::Response { .. } => None,
    }
}
