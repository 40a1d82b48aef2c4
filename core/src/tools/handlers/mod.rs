//! One file a tool: its arguments, what the model is told of it, what it does.

pub mod apply_patch;
pub mod command;
mod command_input;
mod count;
pub mod create_goal;
pub mod dynamic_tool;
pub mod exec_command;
pub mod exec_output;
mod exec_question;
pub mod get_goal;
pub mod goal_report;
pub mod grep_files;
pub mod list_dir;
pub mod owned;
mod patch_request;
pub mod read_file;
pub mod request_permissions;
pub mod request_user_input;
pub mod shell;
pub mod shell_command;
pub mod terminal;
pub mod update_goal;
pub mod update_plan;
pub mod view_image;
pub mod web_search;
pub mod write_stdin;
