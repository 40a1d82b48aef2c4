//! Threads: starting and loading them, reading and listing them.

mod compact;
mod end_terminals;
mod list;
mod loaded;
mod read;
mod rename;
mod resume;
mod resume_settings;
mod resume_source;
mod rules_notice;
mod sandbox_notice;
mod shell_command;
mod start;
mod stored;
mod terminals;
mod turns_page;
mod unsubscribe;
pub(super) mod view;
