//! What users keep in the server's home for themselves: prompts to use again, and messages to recall.

pub mod message_history;
pub mod prompts;
