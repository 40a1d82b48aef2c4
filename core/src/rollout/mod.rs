//! Stored conversations: one file of JSON lines each, which is the truth about a conversation.
//!
//! [`recorder`] appends, [`reader`] loads, [`list`] pages through what is there, [`location`] knows
//! the paths and [`names`] what users call their conversations. Files of the public codex 0.169 and
//! of its 2025 releases are read, and what is written here loads there. Nothing is ever rewritten:
//! a file only grows, except that a line which was cut off by a crash is moved aside first.

mod decode;
pub mod error;
mod legacy;
mod line;
mod lines;
pub mod location;
mod log;
pub mod policy;
pub mod reader;
pub mod recorder;
mod writer;

pub use error::Error;
