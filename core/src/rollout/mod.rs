//! Stored conversations: one file of JSON lines each, which is the truth about a conversation.
//!
//! [`recorder`] appends, [`reader`] loads, [`list`] pages through what is there, [`location`] knows the paths, an
//! [`index`] makes lists fast; [`names`], [`sections`], [`attachments`] and [`read_states`] keep what users say about
//! their conversations; a [`lock`] keeps other processes from writing one at the same time. Files of the public codex 0.169
//! and of its 2025 releases are read, and what is written here loads there. What was said is never rewritten: a file only grows, except that lines which a crash has broken are copied aside first and then
//! blanked. A revert goes on in a new file; when there are many, the newest are put together in it.
//!
//! What the public codex 0.169 asks of a file: a first line with a configured `model_provider`; for
//! its turns to appear also `"history_mode":"paginated"`, an ordinal in the last line, and completed
//! items between start and end of a turn. It tolerates gaps in the ordinals and garbage between lines,
//! and lists what has a user message. Its own `account_scoped`, `metadata` and the like it can miss.

pub mod archive;
pub mod attachments;
pub mod begun;
pub mod chain;
mod copies;
mod cursor;
pub mod cut;
mod decode;
pub mod error;
mod files;
mod follow;
mod head;
pub mod index;
mod journal;
mod legacy;
mod line;
mod lines;
pub mod list;
pub mod location;
pub mod lock;
mod log;
mod mend;
pub mod names;
pub mod peek;
pub mod policy;
pub mod query;
pub mod read_states;
pub mod reader;
pub mod recorder;
pub mod repositories;
pub mod revert;
mod salvage;
pub mod search;
mod section_list;
pub mod sections;
mod segments;
mod shorten;
pub mod snippet;
pub mod stamp;
pub mod tail;
mod twice;
mod twofold;
mod walk;
mod writer;

pub use error::Error;
