//! The first steps in new namespaces: who we are in them, and a network that reaches nobody outside.

use std::fs::OpenOptions;
use std::io::Write;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

use super::broken::{Broken, Step};
use super::sys;

/// Who this process is; must be asked before the user namespace is entered, since then nobody is anybody.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    user: u32,
    group: u32,
    /// As the server knows it.
    pub process: u32,
}

impl Identity {
    pub fn ours() -> Self {
        Self {
            user: rustix::process::geteuid().as_raw(),
            group: rustix::process::getegid().as_raw(),
            process: std::process::id(),
        }
    }

    /// Stays the same user and group inside of a new user namespace.
    pub fn keep(self) -> Result<(), Broken> {
        write("/proc/self/setgroups", "deny")?;
        write("/proc/self/uid_map", &format!("{0} {0} 1", self.user))?;
        write("/proc/self/gid_map", &format!("{0} {0} 1", self.group))
    }
}

fn write(path: &str, text: &str) -> Result<(), Broken> {
    let file = OpenOptions::new().write(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).step(path)
}

/// Moves this process into a network of its own: nothing reaches it, and it reaches nothing but what is in there
/// with it.
pub fn isolate_network() -> Result<(), Broken> {
    let identity = Identity::ours();
    sys::new_network_namespace().step("making a network")?;
    identity.keep()?;
    let socket = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)
        .step("a socket for the loopback interface")?;
    sys::raise_loopback(&socket).step("raising the loopback interface")
}
