//! Settings.

pub mod provider;
pub mod shell_env;
