//! The current API: threads, turns and items.
//! One file per resource; each holds the types of its requests, of their results and of its notifications.

pub mod account;
pub mod approval;
pub mod collaboration_mode;
pub mod command;
pub mod config;
pub mod config_apps;
pub mod dynamic_tool;
pub mod error;
pub mod initialize;
pub mod input;
pub mod item;
pub mod item_delta;
pub mod item_message;
pub mod item_tool;
pub mod model;
pub mod notice;
pub mod permission;
pub mod process;
pub mod rate_limits;
pub mod requirements;
pub mod requirements_apps;
pub mod requirements_system;
pub mod response_content;
pub mod response_item;
pub mod settings;
pub mod shared;
pub mod skills;
pub mod thread;
pub mod thread_command;
pub mod thread_compact;
pub mod thread_list;
pub mod thread_start;
pub mod turn;
pub mod usage;
pub mod user_input;
