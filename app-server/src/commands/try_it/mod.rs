//! `try`: a conversation with the server from a terminal, and the example of how to write a client.
//!
//! The server is started as an editor starts it: as a child, one JSON message per line on its pipes, with the types
//! of `codex-app-server-protocol` and nothing of the engine. Read `client` for the wire, `conversation` for the
//! order of requests, `turn` for the one loop that a client needs, `show` for what the notifications mean.

mod approval;
mod client;
mod conversation;
mod options;
mod person;
mod prompts;
mod provider;
mod show;
mod turn;
mod user_input;

use std::ffi::OsString;
use std::process::ExitCode;

use codex_core::config::home::Surroundings;
use codex_core::config::overrides::Flags;

use crate::commands::terminal::Terminal;
use crate::commands::try_it::conversation::Conversation;
use crate::commands::try_it::options::Options;
use crate::commands::try_it::person::Person;
use crate::commands::try_it::turn::Outcome;

/// What ends a conversation before its time.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}\n{usage}", usage = options::USAGE)]
    Usage(String),
    #[error("the server cannot be started as `{command}`: {source}")]
    Start { command: String, source: std::io::Error },
    #[error("the pipe to the server broke: {0}")]
    Pipe(#[from] std::io::Error),
    #[error("the server has ended; what it said last stands above")]
    ServerEnded,
    #[error("the server sent what is not in the protocol: {0}")]
    Wire(#[from] codex_app_server_protocol::decode::WrongValue),
    #[error("a message cannot be written: {0}")]
    Written(#[from] serde_json::Error),
    /// A prompt that is not there, or wants other arguments.
    #[error("{0}")]
    Prompt(String),
    #[error("{method} was refused: {message} (code {code})")]
    Refused { method: &'static str, message: String, code: i64 },
    #[error("there is no stored conversation of this folder to resume; `--resume ID` names one of another")]
    NothingToResume,
    #[error(transparent)]
    Surroundings(#[from] codex_core::config::error::Error),
    /// Ctrl-C, while nothing ran that could be interrupted or for the second time.
    #[error("interrupted")]
    Interrupted,
}

/// Runs the conversation. The arguments are those after `try`, the flags those before it.
pub fn run(arguments: Vec<OsString>, flags: Flags, terminal: &mut Terminal) -> ExitCode {
    let outcome = Options::parse(arguments, flags).and_then(|options| match options {
        None => {
            terminal.say(options::USAGE);
            Ok(Outcome::Completed)
        }
        Some(options) => converse(options, terminal),
    });
    match outcome {
        Ok(outcome) => outcome.exit_code(),
        Err(Error::Interrupted) => Outcome::Interrupted.exit_code(),
        Err(problem @ Error::Usage(_)) => {
            terminal.complain(problem);
            ExitCode::from(2)
        }
        Err(problem) => {
            terminal.complain(format_args!("codex-app-server try: {problem}"));
            Outcome::Failed.exit_code()
        }
    }
}

fn converse(options: Options, terminal: &mut Terminal) -> Result<Outcome, Error> {
    let surroundings = Surroundings::of_process()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        let mut person = Person::at(terminal)?;
        let mut conversation = Conversation::open(options, &surroundings, &mut person).await?;
        let outcome = conversation.hold(&mut person).await;
        conversation.close(&mut person).await;
        outcome
    });
    // A line that is still being read from a terminal cannot be waited for.
    runtime.shutdown_background();
    outcome
}
