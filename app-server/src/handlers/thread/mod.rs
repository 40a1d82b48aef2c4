//! Threads: starting and loading them, reading and listing them.

mod archive;
mod delete;
mod end_terminals;
mod fork;
mod fork_source;
mod inject;
mod list;
mod loaded;
mod metadata;
mod read;
mod rename;
mod resume;
mod resume_settings;
mod resume_source;
mod revert;
mod rules_notice;
mod sandbox_notice;
mod search;
mod settings;
mod shell_command;
mod start;
mod stored;
mod terminals;
mod turns_page;
mod unarchive;
mod unsubscribe;
pub(super) mod view;
