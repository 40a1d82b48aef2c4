//! The sockets with a file that were bound in this network, as the kernel lists them.

use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, Statx, StatxFlags, openat2, statx};
use rustix::io::Errno;
use rustix::net::netlink::{SOCK_DIAG, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with};

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const REQUEST_DUMP: u16 = 0x301;
const DONE: u16 = 3;
const ERROR: u16 = 2;
/// Wanted are the name and the file; the kinds of the attributes that hold them.
const SHOW_NAME_AND_FILE: u32 = 3;
const NAME: u16 = 0;
const FILE: u16 = 1;
/// Bytes in front of a message, and of what is said of a socket before its attributes.
const HEADER: usize = 16;
const ABOUT: usize = 16;
/// The kernel fills messages of up to this size.
const BUFFER: usize = 32 * 1024;

/// Whether a socket that is bound to exactly this file lives in this network.
pub fn is_bound_here(place: &OwnedFd) -> Result<bool, Errno> {
    let stat = statx(place, "", AtFlags::EMPTY_PATH, StatxFlags::INO | StatxFlags::MNT_ID)?;
    let own = device(stat.stx_dev_major, stat.stx_dev_minor);
    let candidates = bound_to(stat.stx_ino)?;
    if candidates.is_empty() {
        return Ok(false);
    }
    // The list has a half of the number, and a device that is not always that of the file: some file systems count
    // files from the start in each part of theirs. There the name must lead to the file, too, and by no link.
    let is_telling = stat.stx_ino <= u64::from(u32::MAX);
    let mounted = device_of_mount(stat.stx_mnt_id);
    Ok(candidates.iter().any(|bound| {
        (is_telling && bound.device == own) || (mounted == Some(bound.device) && bound.leads_to(&stat))
    }))
}

/// Whether the kernel has such a list.
pub fn can_list() -> Result<(), Errno> {
    bound_to(0).map(drop)
}

/// A socket of this network.
struct Bound {
    device: u32,
    name: Vec<u8>,
}

impl Bound {
    /// Whether its name, if it is a whole one, is that of the file.
    fn leads_to(&self, file: &Statx) -> bool {
        let Some(name) = self.name.split(|byte| *byte == 0).next().filter(|name| name.starts_with(b"/"))
        else {
            return false;
        };
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let found = openat2(CWD, name, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS);
        let found = found.and_then(|found| statx(found, "", AtFlags::EMPTY_PATH, StatxFlags::INO));
        found.is_ok_and(|found| {
            (found.stx_ino, found.stx_dev_major, found.stx_dev_minor)
                == (file.stx_ino, file.stx_dev_major, file.stx_dev_minor)
        })
    }
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

/// The sockets of this network that are bound to a file with this number, as far as the kernel tells it.
fn bound_to(inode: u64) -> Result<Vec<Bound>, Errno> {
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, Some(SOCK_DIAG))?;
    let kernel = SocketAddrNetlink::new(0, 0);
    sendto(&socket, &question(), SendFlags::empty(), &kernel)?;
    let mut found = Vec::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let (filled, _) = recv(&socket, buffer.as_mut_slice(), RecvFlags::empty())?;
        let mut rest = buffer.get(..filled).unwrap_or_default();
        while let Some((kind, body, after)) = message(rest) {
            match kind {
                DONE => return Ok(found),
                ERROR => return Err(Errno::NOTSUP),
                _ => found.extend(bound(body, inode)),
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
    for word in [u32::MAX, 0, SHOW_NAME_AND_FILE, 0, 0] {
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

/// What is said of a socket, if it is bound to a file with this number.
fn bound(body: &[u8], inode: u64) -> Option<Bound> {
    let file = attribute(body, FILE)?;
    let number = word(file, 0)?;
    let device = word(file, 4)?;
    let name = attribute(body, NAME).unwrap_or_default().to_vec();
    (u64::from(number) == inode & u64::from(u32::MAX)).then_some(Bound { device, name })
}

fn attribute(body: &[u8], kind: u16) -> Option<&[u8]> {
    let mut attributes = body.get(ABOUT..)?;
    loop {
        let length = usize::from(half(attributes, 0)?);
        let value = attributes.get(4..length)?;
        if half(attributes, 2)? == kind {
            return Some(value);
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
