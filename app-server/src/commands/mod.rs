//! The subcommands that talk to a person, and the one type that prints.

pub mod generate;

use std::fmt::Display;
use std::io::{self, Write};

use codex_app_server_protocol::WIRE_VERSION;

/// The terminal of the person who started the process. Nothing else prints.
///
/// What cannot be printed, because nobody reads it any more, is dropped.
#[derive(Debug, Default)]
pub struct Terminal {}

impl Terminal {
    /// A line of the result, on stdout.
    pub fn say(&mut self, line: impl Display) {
        let _nobody_reads = writeln!(io::stdout(), "{line}");
    }

    /// A line about what went wrong, on stderr.
    pub fn complain(&mut self, line: impl Display) {
        let _nobody_reads = writeln!(io::stderr(), "{line}");
    }
}

/// The text of `--version`. Clients read the first line.
pub fn version() -> String {
    format!("codex-cli {WIRE_VERSION}\n{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
}
