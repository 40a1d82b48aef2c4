//! What a command loses before it executes: capabilities, ways to gain them, files, and system calls.
//!
//! Everything is prepared beforehand; applying makes system calls only, in the child that shares its parent's memory.

#![allow(unsafe_code)]

use std::os::fd::{AsRawFd, OwnedFd};

use libc::sock_filter;

use super::bpf::set_filter;
use super::broken::{Broken, Step};
use super::command::last_errno;
use super::landlock;
use super::seccomp::{self, Neighbours, Sockets};
use super::sockets;
use crate::sandbox::plan::{Confinement, Rules};

/// Prepared restrictions.
pub struct Confine {
    landlock: Option<OwnedFd>,
    filter: Vec<sock_filter>,
    /// For the filter that asks.
    line: Option<sockets::Line>,
}

impl Confine {
    /// What a confinement asks for; nothing if the command is free.
    pub fn prepare(confinement: &Confinement) -> Result<Option<Self>, Broken> {
        Ok(match confinement {
            Confinement::Open => None,
            Confinement::Namespaces(rules) => {
                let sockets = if rules.network { Sockets::Internet } else { Sockets::Isolated };
                let line = match sockets {
                    Sockets::Isolated => {
                        Some(sockets::Line::new().step("a line for questions about sockets")?)
                    }
                    Sockets::Internet | Sockets::Local => None,
                };
                let filter = seccomp::filter(sockets, Neighbours::Unseen);
                Some(Self { landlock: landlock::beside_mounts(rules)?, filter, line })
            }
            Confinement::Landlock(rules) => {
                let filter = seccomp::filter(sockets_without_namespace(rules), Neighbours::Seen);
                Some(Self { landlock: Some(landlock::alone(rules)?), filter, line: None })
            }
        })
    }

    /// Cannot be undone. System calls only.
    pub fn apply(&self) -> Result<(), i32> {
        // SAFETY: numbers, and places that live as long as `self`.
        unsafe {
            done(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0).into())?;
            drop_capabilities()?;
            if let Some(ruleset) = &self.landlock {
                done(libc::syscall(libc::SYS_landlock_restrict_self, ruleset.as_raw_fd(), 0))?;
            }
            let Some(line) = &self.line else {
                return done(set_filter(0, &self.filter));
            };
            let mut listener = -1;
            for flags in sockets::FLAGS {
                if listener == -1 {
                    listener = set_filter(flags, &self.filter);
                }
            }
            done(listener)?;
            done(line.send(listener as libc::c_int))
        }
    }

    /// Answers the questions of the filter, now that it is applied.
    pub fn watch(&self) -> Result<(), Broken> {
        let Some(line) = &self.line else { return Ok(()) };
        line.receive().and_then(sockets::watch).step("answering questions about sockets")
    }
}

fn sockets_without_namespace(rules: &Rules) -> Sockets {
    if rules.network { Sockets::Internet } else { Sockets::Local }
}

/// Takes all capabilities from this process and from what it executes.
unsafe fn drop_capabilities() -> Result<(), i32> {
    const VERSION_3: u32 = 0x2008_0522;
    // SAFETY: numbers, and local places of the right size.
    unsafe {
        for capability in 0..64 {
            // Fails for numbers that do not exist, and for users who have none to lose.
            if libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) == -1 {
                break;
            }
        }
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        let header = [VERSION_3, 0];
        let none = [0_u32; 6];
        done(libc::syscall(libc::SYS_capset, &raw const header, &raw const none))
    }
}

fn done(result: libc::c_long) -> Result<(), i32> {
    if result == -1 { Err(last_errno()) } else { Ok(()) }
}
