//! What happens while a command runs.

use serde::{Deserialize, Serialize};

use crate::ids::ItemId;

/// More output of a command, decoded; a character is never cut in two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExecOutputDeltaEvent {
    pub item_id: ItemId,
    pub stream: OutputStream,
    pub delta: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputStream {
    Stdout,
    Stderr,
}

/// The model wrote to a running command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TerminalInteractionEvent {
    pub item_id: ItemId,
    pub process_id: String,
    pub stdin: String,
}
