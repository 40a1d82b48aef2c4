//! What the snapshots of all shells have in common. Pure.

use super::dump::Dump;

/// More than that is not printed again with each command.
const MOST_PRINTED: usize = 4 * 1024;

/// How a shell is brought into the state that another has told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// What the shell reads. No value of a variable whose name says that it is a secret.
    pub file: String,
    /// The variables with which it is started.
    pub environment: Vec<(String, String)>,
}

/// Why a state cannot be brought about again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused(pub &'static str);

/// A text as one word, in the syntax of all shells.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The commands that print what the start files have printed.
pub fn replayed(dump: &Dump) -> Result<String, Refused> {
    if dump.stdout.len() + dump.stderr.len() > MOST_PRINTED {
        return Err(Refused("it prints too much"));
    }
    let print = |text: &str, to: &str| match text {
        "" => String::new(),
        text => format!("\\builtin printf '%s' {}{to}\n", quoted(text)),
    };
    Ok(print(&dump.stdout, "") + &print(&dump.stderr, " >&2"))
}
