//! The first steps in new namespaces: who we are in them, and a network that reaches only ourselves.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::thread::{Builder, JoinHandle};

use rustix::fs::{Mode, OFlags};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::broken::{Broken, Step};
use super::sys;

/// Who this process is; must be asked before the user namespace is entered, since then nobody is anybody.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    user: u32,
    group: u32,
}

impl Identity {
    pub fn ours() -> Self {
        Self { user: rustix::process::geteuid().as_raw(), group: rustix::process::getegid().as_raw() }
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

/// A network of one's own in the making: nothing reaches it, and it reaches nothing but itself.
///
/// It takes as long as everything else together, so a thread makes it meanwhile.
pub struct Network {
    maker: JoinHandle<Result<OwnedFd, Broken>>,
}

impl Network {
    pub fn make() -> Result<Self, Broken> {
        let maker = Builder::new().stack_size(64 * 1024).spawn(make_network);
        Ok(Self { maker: maker.step("starting to make a network")? })
    }

    /// Moves this thread, the only one left then, into the network.
    pub fn enter(self) -> Result<(), Broken> {
        let failed = || io::Error::other("the thread that makes it failed");
        let network = self.maker.join().map_err(|_| failed()).step("making a network")??;
        move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))
            .step("entering the network")
    }
}

fn make_network() -> Result<OwnedFd, Broken> {
    sys::new_network_namespace().step("making a network")?;
    let socket = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)
        .step("a socket for the loopback interface")?;
    sys::raise_loopback(&socket).step("raising the loopback interface")?;
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    rustix::fs::open("/proc/thread-self/ns/net", flags, Mode::empty()).step("opening the network")
}
