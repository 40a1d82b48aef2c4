//! The thirty checks, by their numbers.

pub mod files;
pub mod hosts;
pub mod kernel;
pub mod lifetime;
pub mod limits;
pub mod network;
pub mod programs;
pub mod race;
pub mod start;

use std::io;

use super::place::Mode;
use super::trial::Verdict;
use crate::sandbox::strength::Gap;

pub struct Check {
    pub number: u8,
    pub name: &'static str,
    pub trials: &'static [Trial],
}

/// A part of a check that stands for itself.
pub struct Trial {
    pub what: &'static str,
    pub run: fn(Mode) -> io::Result<Verdict>,
    /// What is known to be open where this cannot be stopped.
    pub gap: Option<Gap>,
}

const fn trial(what: &'static str, run: fn(Mode) -> io::Result<Verdict>) -> Trial {
    Trial { what, run, gap: None }
}

/// A trial that cannot pass where this is open.
const fn unless(gap: Gap, what: &'static str, run: fn(Mode) -> io::Result<Verdict>) -> Trial {
    Trial { what, run, gap: Some(gap) }
}

pub const CHECKS: &[Check] = &[
    Check {
        number: 1,
        name: "writing outside",
        trials: &[
            trial("beside the workspace", files::write_outside),
            trial("in the home directory", files::write_home),
        ],
    },
    Check { number: 2, name: "writing through links", trials: &[trial("old and new links", files::links)] },
    Check {
        number: 3,
        name: "a folder exchanged for a link while it is written",
        trials: &[trial("by a command", race::command), trial("by the patch tool", race::patch)],
    },
    Check {
        number: 4,
        name: "second names for files outside",
        trials: &[
            trial("made by a command", files::hard_links),
            trial("there before, for the patch tool", files::patch_of_second_name),
        ],
    },
    Check {
        number: 5,
        name: "moving and mounting across the border",
        trials: &[trial("moving", files::moving), trial("mounting", files::mounting)],
    },
    Check {
        number: 6,
        name: "lengths and attributes outside",
        trials: &[
            unless(Gap::Truncation, "lengths", files::cutting),
            unless(Gap::Attributes, "attributes", files::attributes),
        ],
    },
    Check {
        number: 7,
        name: "repositories that run programs",
        trials: &[
            unless(Gap::ProtectedNames, "changing or making one", hosts::repository),
            trial("the server looks at one", hosts::servers_git),
        ],
    },
    Check {
        number: 8,
        name: "settings of projects that run programs",
        trials: &[unless(Gap::ProtectedNames, "existing and missing", hosts::project_settings)],
    },
    Check {
        number: 9,
        name: "startup files of the user",
        trials: &[trial("home is writable", hosts::startup_files)],
    },
    Check { number: 10, name: "looking into other processes", trials: &[trial("", kernel::processes)] },
    Check { number: 11, name: "tracing", trials: &[trial("", kernel::tracing)] },
    Check {
        number: 12,
        name: "signals and limits of others",
        trials: &[unless(Gap::Signals, "", kernel::signals)],
    },
    Check {
        number: 13,
        name: "abstract sockets of others",
        trials: &[unless(Gap::AbstractSockets, "", network::abstract_socket)],
    },
    Check {
        number: 14,
        name: "socket files of others",
        trials: &[
            unless(Gap::SocketFiles, "anywhere", network::socket_files),
            unless(Gap::SocketFiles, "for messages", network::messages),
            unless(Gap::SocketFiles, "of an agent that is named", network::agents),
            trial("one's own work", network::own_sockets),
        ],
    },
    Check {
        number: 15,
        name: "buses of the session",
        trials: &[unless(Gap::SocketFiles, "", network::buses)],
    },
    Check { number: 16, name: "inherited descriptors", trials: &[trial("", kernel::descriptors)] },
    Check {
        number: 17,
        name: "network",
        trials: &[
            trial("of the host", network::hosts_network),
            trial("the loopback inside", network::loopback_inside),
        ],
    },
    Check { number: 18, name: "kinds of sockets", trials: &[trial("", network::families)] },
    Check { number: 19, name: "io_uring", trials: &[trial("", kernel::io_uring)] },
    Check { number: 20, name: "namespaces", trials: &[trial("", kernel::namespaces)] },
    Check { number: 21, name: "privileges", trials: &[trial("", kernel::privileges)] },
    Check {
        number: 22,
        name: "typing into terminals",
        trials: &[unless(Gap::SharedDevices, "", kernel::terminal)],
    },
    Check { number: 23, name: "doors of the kernel", trials: &[trial("", kernel::doors)] },
    Check {
        number: 24,
        name: "other numbers of system calls",
        trials: &[trial("of i386", kernel::i386), trial("of x32", kernel::x32)],
    },
    Check { number: 25, name: "secrets in the environment", trials: &[trial("", programs::environment)] },
    Check {
        number: 26,
        name: "unreadable files",
        trials: &[
            trial("the server's credentials", files::credentials),
            trial("the configured ones", files::unreadable),
        ],
    },
    Check { number: 27, name: "the same by other programs", trials: &[trial("", programs::detours)] },
    Check {
        number: 28,
        name: "processes that would stay",
        trials: &[
            trial("after an interrupt", lifetime::after_interrupt),
            trial("after the end of the thread", lifetime::after_close),
            trial("after the end of input", lifetime::after_end_of_input),
            trial("after the death of the server", lifetime::after_kill),
        ],
    },
    Check {
        number: 29,
        name: "too much of everything",
        trials: &[
            unless(Gap::Processes, "processes", limits::processes),
            trial("output", limits::output),
            trial("memory", limits::memory),
        ],
    },
    Check {
        number: 30,
        name: "hostile beginnings",
        trials: &[
            trial("a kernel without namespaces", start::without_namespaces),
            trial("a kernel without both", start::without_both),
            trial("hostile variables", start::hostile_variables),
            trial("a link above a protected name", start::linked_parent),
        ],
    },
];
