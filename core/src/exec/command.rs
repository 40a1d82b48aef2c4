//! The command that is run, under the name by which users of `exec` know it.

/// Defined by the sandbox, which wraps commands and must not look up to `exec`.
pub use crate::sandbox::command::CommandSpec;
