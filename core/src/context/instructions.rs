//! The texts that a conversation begins with: base, developer and user instructions.

use codex_protocol::response_item::ResponseItem;

/// What every model is told about its job here.
pub const BASE: &str = include_str!("prompts/base.md");

/// The user's and the project's own rules, as one message of the user.
pub fn user_instructions(cwd: &str, text: &str) -> ResponseItem {
    ResponseItem::message(
        "user",
        format!("# AGENTS.md instructions for {cwd}\n\n<INSTRUCTIONS>\n{text}\n</INSTRUCTIONS>"),
    )
}

/// What the client or the configuration adds, as it is.
pub fn developer_instructions(text: &str) -> ResponseItem {
    ResponseItem::message("developer", text)
}
