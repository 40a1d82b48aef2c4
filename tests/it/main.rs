//! The real process, from outside: one module per feature, all in one binary.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod approvals;
mod asking;
mod command_exec;
mod command_items;
mod commands;
mod compact;
mod config;
mod crash;
mod errors;
mod handshake;
mod interrupt;
mod limits;
mod lists;
mod logging;
mod login_shell;
mod overload;
mod patches;
mod permissions;
mod processes;
mod readers;
mod rehearsal;
mod resume;
mod rules;
mod sessions;
mod shell_command;
mod shutdown;
mod slow_client;
mod soak;
mod support;
mod threads;
mod try_it;
mod turns;
