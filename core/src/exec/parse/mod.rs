//! What a command line does, as far as it can be told without running it. Pure.
//!
//! `bash` splits scripts of the plainest kind into commands; `summary` describes commands for display.
//! Whether a command may run without asking is decided in `safety`.

pub mod bash;
pub mod patch_script;
pub mod summary;
