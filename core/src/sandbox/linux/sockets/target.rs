//! What a process wants to connect with what, and whether it may.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{CWD, FileType, Mode, OFlags, fcntl_getfl, fstat, openat};
use rustix::io::Errno;
use rustix::net::sockopt::socket_domain;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

use super::diag;
use super::notify::{Request, connect, descriptor_of, memory_of};

/// No address is longer.
const LONGEST: usize = 128;
/// Bytes of the family in front of a path.
const FAMILY: usize = 2;

/// A connection that may be made.
pub struct Target {
    socket: OwnedFd,
    address: Vec<u8>,
    /// What the address names, so that it stays what was looked at.
    _place: Option<OwnedFd>,
}

impl Target {
    pub fn of(request: &Request) -> Result<Self, Errno> {
        // The kernel looks at the lower halves only.
        let (fd, length) = (request.argument(0) as i32, request.argument(2) as i32);
        let length = usize::try_from(length).ok().filter(|length| *length <= LONGEST).ok_or(Errno::INVAL)?;
        let socket = descriptor_of(request.thread(), fd)?;
        let mut address = vec![0; length];
        memory_of(request.thread(), request.argument(1), &mut address)?;
        let Some(path) = path_in(&address).filter(|_| socket_domain(&socket) == Ok(AddressFamily::UNIX))
        else {
            return Ok(Self { socket, address, _place: None });
        };
        let place = resolve(request.thread(), path)?;
        if !diag::is_bound_here(&place)? {
            return Err(refusal(&place));
        }
        let address = address_of(&place);
        Ok(Self { socket, address, _place: Some(place) })
    }

    /// Whether `connect` may wait for somebody else.
    pub fn may_block(&self) -> bool {
        !fcntl_getfl(&self.socket).is_ok_and(|flags| flags.contains(OFlags::NONBLOCK))
    }

    pub fn connect(&self) -> Result<(), Errno> {
        connect(&self.socket, &self.address)
    }
}

/// The path in an address of a socket with a file.
fn path_in(address: &[u8]) -> Option<&OsStr> {
    let (family, path) = address.split_at_checked(FAMILY)?;
    let is_unix = family == AddressFamily::UNIX.as_raw().to_ne_bytes();
    let path = path.split(|byte| *byte == 0).next()?;
    (is_unix && !path.is_empty()).then_some(OsStr::from_bytes(path))
}

/// What a path leads to, seen by a process.
fn resolve(thread: libc::pid_t, path: &OsStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let place = if path.as_bytes().starts_with(b"/") {
        openat(CWD, seen_by(thread, path).as_os_str(), flags, Mode::empty())?
    } else {
        let cwd = openat(CWD, format!("/proc/{thread}/cwd"), flags | OFlags::DIRECTORY, Mode::empty())?;
        openat(cwd, path, flags, Mode::empty())?
    };
    match FileType::from_raw_mode(fstat(&place)?.st_mode) {
        FileType::Socket => Ok(place),
        _ => Err(Errno::CONNREFUSED),
    }
}

/// These names mean who asks, and that is not this process.
fn seen_by(thread: libc::pid_t, path: &OsStr) -> OsString {
    let names = [
        ("/proc/self", format!("/proc/{thread}")),
        ("/proc/thread-self", format!("/proc/{thread}")),
        ("/dev/fd", format!("/proc/{thread}/fd")),
    ];
    let rest_of =
        |name: &str| path.as_bytes().strip_prefix(name.as_bytes()).filter(|rest| rest.starts_with(b"/"));
    let found = names.iter().find_map(|(name, meant)| Some((meant, rest_of(name)?)));
    found.map_or(path.to_owned(), |(meant, rest)| {
        let mut path = OsString::from(meant);
        path.push(OsStr::from_bytes(rest));
        path
    })
}

/// What is answered instead of a connection that may not be made. Whether somebody is there at all is found out
/// with a socket of a kind that reaches nobody who waits for connections.
fn refusal(place: &OwnedFd) -> Errno {
    let probe = socket_with(AddressFamily::UNIX, SocketType::DGRAM, SocketFlags::CLOEXEC, None);
    match probe.and_then(|probe| connect(&probe, &address_of(place))) {
        Err(Errno::CONNREFUSED) => Errno::CONNREFUSED,
        _ => Errno::ACCESS,
    }
}

/// An address that names exactly this, wherever it lies by now.
fn address_of(place: &OwnedFd) -> Vec<u8> {
    let mut address = AddressFamily::UNIX.as_raw().to_ne_bytes().to_vec();
    address.extend(format!("/proc/self/fd/{}\0", place.as_raw_fd()).bytes());
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(family: u16, rest: &[u8]) -> Vec<u8> {
        [&family.to_ne_bytes()[..], rest].concat()
    }

    #[test]
    fn only_names_of_files_are_paths() {
        let unix = AddressFamily::UNIX.as_raw();
        assert_eq!(path_in(&address(unix, b"/run/x\0rest")), Some(OsStr::new("/run/x")));
        assert_eq!(path_in(&address(unix, b"x")), Some(OsStr::new("x")));
        assert_eq!(path_in(&address(unix, b"\0abstract")), None);
        assert_eq!(path_in(&address(unix, b"")), None);
        assert_eq!(path_in(&address(AddressFamily::INET.as_raw(), b"\x1f\x90")), None);
        assert_eq!(path_in(b"x"), None);
    }

    #[test]
    fn what_is_no_socket_refuses() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let own = std::process::id() as libc::pid_t;
        assert_eq!(resolve(own, file.as_os_str()).unwrap_err(), Errno::CONNREFUSED);
        assert_eq!(resolve(own, OsStr::new("no/such")).unwrap_err(), Errno::NOENT);
    }

    #[test]
    fn a_socket_bound_in_this_network_is_known_and_one_that_was_closed_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let place = resolve(std::process::id() as libc::pid_t, path.as_os_str()).unwrap();
        assert!(diag::is_bound_here(&place).unwrap());
        drop(listener);
        assert!(!diag::is_bound_here(&place).unwrap());
    }

    #[test]
    fn who_is_there_but_not_ours_is_out_of_reach_and_who_is_gone_refuses() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        listener.set_nonblocking(true).unwrap();
        let place = resolve(std::process::id() as libc::pid_t, path.as_os_str()).unwrap();
        assert_eq!(refusal(&place), Errno::ACCESS);
        assert!(listener.accept().is_err(), "nobody has come");
        drop(listener);
        assert_eq!(refusal(&place), Errno::CONNREFUSED);
    }

    #[test]
    fn names_of_oneself_mean_who_asks() {
        let seen = |path: &str| seen_by(7, OsStr::new(path)).into_string().unwrap();
        assert_eq!(seen("/proc/self/fd/5/s"), "/proc/7/fd/5/s");
        assert_eq!(seen("/proc/thread-self/cwd/s"), "/proc/7/cwd/s");
        assert_eq!(seen("/dev/fd/5/s"), "/proc/7/fd/5/s");
        assert_eq!(seen("/proc/selfish/s"), "/proc/selfish/s");
        assert_eq!(seen("/run/s"), "/run/s");
    }
}
