//! The sockets with a file that were bound in this network, as the kernel lists them.

use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, StatxFlags, statx};
use rustix::io::Errno;
use rustix::net::netlink::{SOCK_DIAG, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with};

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const REQUEST_DUMP: u16 = 0x301;
const DONE: u16 = 3;
const ERROR: u16 = 2;
/// Wanted, and the kind of the attribute that holds it, is the file.
const SHOW_FILE: u32 = 2;
const FILE: u16 = 1;
/// Bytes in front of a message, and of what is said of a socket before its attributes.
const HEADER: usize = 16;
const ABOUT: usize = 16;
/// The kernel fills messages of up to this size.
const BUFFER: usize = 32 * 1024;

/// Whether a socket that is bound to exactly this file lives in this network.
pub fn is_bound_here(place: &OwnedFd) -> Result<bool, Errno> {
    let wanted = StatxFlags::INO | StatxFlags::MNT_ID;
    let stat = statx(place, "", AtFlags::EMPTY_PATH, wanted)?;
    let candidates = devices_of(stat.stx_ino)?;
    if candidates.is_empty() {
        return Ok(false);
    }
    if candidates.contains(&device(stat.stx_dev_major, stat.stx_dev_minor)) {
        return Ok(true);
    }
    // Some file systems have devices of their own for files; sockets are listed with that of the mount.
    Ok(device_of_mount(stat.stx_mnt_id).is_some_and(|device| candidates.contains(&device)))
}

/// As the kernel writes it for itself.
fn device(major: u32, minor: u32) -> u32 {
    major << 20 | minor
}

fn device_of_mount(id: u64) -> Option<u32> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let id = id.to_string();
    let line = mounts.lines().find(|line| line.split(' ').next() == Some(&id))?;
    let (major, minor) = line.split(' ').nth(2)?.split_once(':')?;
    Some(device(major.parse().ok()?, minor.parse().ok()?))
}

/// The devices of files with this number to which sockets of this network are bound.
fn devices_of(inode: u64) -> Result<Vec<u32>, Errno> {
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, Some(SOCK_DIAG))?;
    let kernel = SocketAddrNetlink::new(0, 0);
    sendto(&socket, &question(), SendFlags::empty(), &kernel)?;
    let mut devices = Vec::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let (filled, _) = recv(&socket, buffer.as_mut_slice(), RecvFlags::empty())?;
        let mut rest = buffer.get(..filled).unwrap_or_default();
        while let Some((kind, body, after)) = message(rest) {
            match kind {
                DONE => return Ok(devices),
                ERROR => return Err(Errno::NOTSUP),
                _ => devices.extend(
                    file(body).filter(|file| u64::from(file.0) == inode & 0xffff_ffff).map(|file| file.1),
                ),
            }
            rest = after;
        }
        if filled == 0 {
            return Err(Errno::IO);
        }
    }
}

/// For all sockets between processes, in all states, with their files.
fn question() -> Vec<u8> {
    let mut body = vec![AddressFamily::UNIX.as_raw() as u8, 0, 0, 0];
    for word in [u32::MAX, 0, SHOW_FILE, 0, 0] {
        body.extend(word.to_ne_bytes());
    }
    let mut question = u32::try_from(HEADER + body.len()).unwrap_or_default().to_ne_bytes().to_vec();
    question.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    question.extend(REQUEST_DUMP.to_ne_bytes());
    question.extend([0; 8]);
    question.extend(body);
    question
}

/// The kind and the body of the first message, and what comes after it.
fn message(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let length = word(bytes, 0)? as usize;
    let kind = half(bytes, 4)?;
    let body = bytes.get(HEADER..length)?;
    Some((kind, body, bytes.get(length.next_multiple_of(4)..).unwrap_or_default()))
}

/// Number and device of the file of a socket.
fn file(body: &[u8]) -> Option<(u32, u32)> {
    let mut attributes = body.get(ABOUT..)?;
    loop {
        let length = usize::from(half(attributes, 0)?);
        let value = attributes.get(4..length)?;
        if half(attributes, 2)? == FILE {
            return Some((word(value, 0)?, word(value, 4)?));
        }
        attributes = attributes.get(length.next_multiple_of(4)..)?;
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}
