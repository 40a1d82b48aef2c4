//! The engine: conversations with a model that may run tools in a sandbox.
//!
//! Layers, each of which uses only those below it:
//!
//! ```text
//! 9 conversations          the facade: ConversationManager, CodexConversation
//! 8 session                the owner task of one conversation
//! 7 tasks selftest         what a turn does; attacks on the sandbox
//! 6 tools                  what the model can call
//! 5 turn                   the contract between 6/7 and 8
//! 4 context                what the model is shown (pure)
//! 3 model exec sandbox rollout git notify files skills watch file_search   ports to the outside world
//! 2 config auth telemetry  ground
//! 1 error base             leaves
//! ```

pub mod auth;
pub mod base;
pub mod config;
pub mod context;
pub mod conversations;
pub mod error;
pub mod exec;
pub mod file_search;
pub mod files;
pub mod git;
pub mod model;
pub mod notify;
pub mod rollout;
pub mod sandbox;
#[cfg(target_os = "linux")]
pub mod selftest;
pub mod session;
pub mod skills;
pub mod tasks;
pub mod telemetry;
pub mod tools;
pub mod turn;
pub mod watch;
