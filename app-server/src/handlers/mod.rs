//! The behaviour of the methods, one file each, in folders by resource.

mod absolute;
mod account;
mod collaboration_mode;
mod command;
mod config;
mod conversation_summary;
mod experimental_feature;
mod feedback;
mod file_search;
mod fs;
mod git_diff;
pub mod initialize;
mod model;
mod paging;
mod permission;
mod process;
mod review;
mod skills;
mod thread;
mod thread_attachment;
mod thread_section;
mod turn;
