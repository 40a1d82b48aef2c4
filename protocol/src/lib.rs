//! The vocabulary of a session's queue pair: what may be submitted to it and what it reports.
//!
//! Plain data with serde; no I/O, no async, no engine. The serialised form of the types below
//! [`rollout`] is the file format of stored conversations, so their names and tags are contract:
//! files of the public codex 0.169 and of its 2025 releases load, and ours load there.

pub mod dynamic_tool;
pub mod error_info;
pub mod event;
pub mod events;
pub mod git;
pub mod goal;
pub mod ids;
pub mod input;
pub mod mode;
pub mod permission;
pub mod plan;
pub mod policy;
pub mod question;
pub mod response_item;
pub mod review;
pub mod rollout;
pub mod submission;
pub mod turn_item;
pub mod usage;
