//! Running commands: their environment, their shell, what they seem to do, and their life.
//!
//! `unified` runs the commands of a conversation (confined by `sandbox`) as sessions with their text, `process`
//! those of a client as bytes; both end with all they started. The rest is pure: what a command line does (`parse`), whether it only reads (`safety`),
//! what environment it gets (`env`). `login` saves commands from running the user's profile each time.

pub mod env;
#[cfg(test)]
mod fuzz;
pub mod kill;
pub mod login;
pub mod output;
pub mod owner;
pub mod parse;
pub mod policy;
pub mod process;
pub mod safety;
pub mod shell;
pub mod streams;
pub mod unified;

use std::io;

/// The exit code of a command that did not run, or not to its end.
pub const NO_EXIT_CODE: i32 = -1;

/// Why a command was not run, or a session not used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Sandbox(#[from] crate::sandbox::Error),
    /// Pipes or a terminal could not be made.
    #[error("the {what} for the command could not be made")]
    Streams {
        what: &'static str,
        #[source]
        source: io::Error,
    },
    #[error("{running} commands are running already, which is the limit; end one of them first")]
    TooMany { running: usize },
    /// The session reads nothing: it was started without a terminal.
    #[error(
        "session {id} takes no input because it was started without a terminal; start it again with `tty` set"
    )]
    NoInput { id: i32 },
    #[error("session {id} has ended")]
    Ended { id: i32 },
    #[error("session {id} does not take the input")]
    Input {
        id: i32,
        #[source]
        source: io::Error,
    },
}
