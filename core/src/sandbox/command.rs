//! A command as it is to be run. `exec` shows it under its own name too; it lives here because the sandbox,
//! which wraps it, must not look up to `exec`.

use crate::base::paths::AbsolutePath;

/// A program, its arguments, where it runs, and all variables it gets.
#[derive(Clone, PartialEq, Eq)]
pub struct CommandSpec {
    pub argv: Vec<String>,
    pub cwd: AbsolutePath,
    pub env: Vec<(String, String)>,
}

/// Values of variables may be secrets, so only their number is shown.
impl std::fmt::Debug for CommandSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommandSpec")
            .field("argv", &self.argv)
            .field("cwd", &self.cwd)
            .field("env", &format_args!("{} variables", self.env.len()))
            .finish()
    }
}
