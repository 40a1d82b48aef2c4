//! What the snapshots of all shells have in common. Pure.

use std::fmt::Write;

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

/// What a snapshot is made for.
pub struct How<'a> {
    pub is_secret: &'a dyn Fn(&str) -> bool,
    /// The folder in which the shell begins.
    pub cwd: &'a str,
    /// Whether the start files have changed the limits of the process, which takes a while to do again.
    pub with_limits: bool,
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

/// The commands that tell the limits of resources by the letter of `ulimit`, soft and hard.
pub fn limits_script(letters: &str) -> String {
    let each = letters.split_whitespace().flat_map(|letter| ["S", "H"].map(|kind| (kind, letter)));
    each.map(|(kind, letter)| {
        format!(
            "\\builtin printf '{kind}{letter} '; \\builtin ulimit -{kind} -{letter} 2>/dev/null || \\builtin printf '\\n'\n"
        )
    })
    .collect()
}

/// The commands that set the limits. Soft ones before hard ones, which they must not exceed on the way.
pub fn limits(told: &str) -> String {
    let mut commands = String::new();
    for kind in ["S", "H"] {
        for line in told.lines() {
            if let Some((letter, value)) = line.strip_prefix(kind).and_then(|rest| rest.split_once(' '))
                && !value.is_empty()
            {
                let _ = writeln!(commands, "ulimit -{kind} -{letter} {value} 2>/dev/null");
            }
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_that_are_not_known_are_left_out() {
        assert_eq!(
            limits("Sc 0\nHc unlimited\nSx\nHx \n"),
            "ulimit -S -c 0 2>/dev/null\nulimit -H -c unlimited 2>/dev/null\n"
        );
    }
}
