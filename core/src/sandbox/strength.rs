//! How strong the sandbox of this machine is, found out by trying, and told to people.

use std::fmt;

/// What the sandbox can do here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Namespaces, with Landlock and seccomp inside.
    Full,
    /// No namespaces; what that leaves open is named.
    LandlockOnly { missing: Vec<Gap> },
    /// Policies that restrict are refused.
    None { reason: String, remedy: String },
}

/// Something that a weaker sandbox cannot keep a command from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Why there is less than the full sandbox.
    NotFull {
        reason: String,
        remedy: String,
    },
    ProtectedNames,
    Attributes,
    SocketFiles,
    SharedDevices,
    AbstractSockets,
    Signals,
    Truncation,
    Devices,
    Processes,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFull { reason, remedy } => {
                write!(f, "the full sandbox cannot be used ({reason}); {remedy}")
            }
            Self::ProtectedNames => f.write_str(
                "protected names in a writable folder (.git, .codex, .vscode and the like) can be written, but for those \
                 of a home directory, beside which nothing new can be made instead",
            ),
            Self::Attributes => f.write_str(
                "modes, times and attributes of files outside of the writable folders can be changed, but not their contents",
            ),
            Self::SocketFiles => f.write_str(
                "sockets that have a file (of Docker, D-Bus, agents) can be connected to if the user may do so",
            ),
            Self::SharedDevices => f.write_str(
                "other terminals of the user and, where anything may be written, the shared memory of other \
                 programs can be read and written",
            ),
            Self::AbstractSockets => f.write_str("abstract Unix sockets of other programs can be connected to"),
            Self::Signals => f.write_str("other processes of the user can be signalled"),
            Self::Truncation => {
                f.write_str("files outside of the writable folders can be cut to a length by their path")
            }
            Self::Devices => f.write_str("devices that the user may open can be controlled"),
            Self::Processes => f.write_str(
                "the number of processes of a command is not limited, unless the server runs in a delegated control group",
            ),
        }
    }
}

/// One line of the report about the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub name: &'static str,
    pub state: State,
    /// What was found and, if something is missing, what can be done.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Good,
    /// Works, with a limit.
    Limited,
    Missing,
}

impl Strength {
    /// Whether names such as `.codex` are kept from commands that may write the folder around them.
    pub fn guards_names(&self) -> bool {
        match self {
            // Without a sandbox no command runs that is not allowed everything.
            Self::Full | Self::None { .. } => true,
            Self::LandlockOnly { missing } => !missing.contains(&Gap::ProtectedNames),
        }
    }

    /// What to tell somebody who asks how safe this is.
    pub fn findings(&self) -> Vec<Finding> {
        let finding = |name, state, text: String| Finding { name, state, text };
        match self {
            Self::Full => vec![finding(
                "strength",
                State::Good,
                "full: namespaces, read-only mounts, Landlock and system call filters".to_owned(),
            )],
            Self::LandlockOnly { missing } => {
                let text = "Landlock and system call filters, without namespaces".to_owned();
                let gaps = missing.iter().map(|gap| finding("limit", State::Limited, gap.to_string()));
                std::iter::once(finding("strength", State::Limited, text)).chain(gaps).collect()
            }
            Self::None { reason, remedy } => vec![finding(
                "strength",
                State::Missing,
                format!("none: {reason}; commands run only with full access. {remedy}"),
            )],
        }
    }
}
