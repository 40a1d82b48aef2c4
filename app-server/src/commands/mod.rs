//! The subcommands that talk to a person, and the one type that prints.

pub mod browser;
pub mod generate;
pub mod login;
pub mod sandbox;
pub mod terminal;
pub mod try_it;

use codex_app_server_protocol::WIRE_VERSION;

/// The text of `--version`. Clients read the first line.
pub fn version() -> String {
    format!("codex-cli {WIRE_VERSION}\n{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
}
