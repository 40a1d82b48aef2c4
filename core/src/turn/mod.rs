//! The contract between what a turn does (tasks, tools) and the session that owns the state.
//!
//! Tasks and tools must talk to the session, and the session starts tasks. This layer cuts the
//! circle: it holds the messages and handles that both sides know, and no behaviour of its own.

pub mod approval;
pub mod before;
pub mod changes;
pub mod context;
pub mod diff;
pub mod goal;
pub mod grants;
pub mod port;
pub mod question;
pub mod services;
