//! What a command line does, as far as it can be told without running it. Pure.
//!
//! `bash` splits scripts of the plainest kind into commands, `nested` finds whatever a command line starts;
//! `summary` describes commands for display. Whether a command may run without asking is decided in `safety`
//! and `policy`.

pub mod bash;
pub mod nested;
pub mod patch_script;
pub mod shells;
pub mod summary;
