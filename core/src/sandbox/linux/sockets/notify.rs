//! The kernel's questions about system calls of a command, and the answers.

#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};

use crate::sandbox::linux::sys::check;

/// For the filter whose questions are answered: first with the wish that a process which waits for an answer is woken
/// by its end only, then as older kernels have it.
pub const FLAGS: [libc::c_ulong; 2] = [
    libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
    libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
];

/// Brings the listener from the command's process, before it executes, to its parent.
pub struct Line {
    parent: UnixStream,
    child: UnixStream,
}

impl Line {
    pub fn new() -> io::Result<Self> {
        let (parent, child) = UnixStream::pair()?;
        Ok(Self { parent, child })
    }

    /// In the child. System calls only.
    pub fn send(&self, listener: RawFd) -> libc::c_long {
        #[repr(C)]
        struct Ancillary {
            header: libc::cmsghdr,
            descriptor: RawFd,
        }
        let mut byte = 0_u8;
        let mut content = libc::iovec { iov_base: (&raw mut byte).cast(), iov_len: 1 };
        // SAFETY: all zeroes are valid; the message points to places that live as long as the call.
        unsafe {
            let mut ancillary: Ancillary = std::mem::zeroed();
            ancillary.header.cmsg_len = libc::CMSG_LEN(size_of::<RawFd>() as u32) as _;
            ancillary.header.cmsg_level = libc::SOL_SOCKET;
            ancillary.header.cmsg_type = libc::SCM_RIGHTS;
            ancillary.descriptor = listener;
            let mut message: libc::msghdr = std::mem::zeroed();
            message.msg_iov = &raw mut content;
            message.msg_iovlen = 1;
            message.msg_control = (&raw mut ancillary).cast();
            message.msg_controllen = libc::CMSG_SPACE(size_of::<RawFd>() as u32) as _;
            libc::sendmsg(self.child.as_raw_fd(), &raw const message, libc::MSG_NOSIGNAL) as libc::c_long
        }
    }

    /// In the parent, when the child has executed.
    pub fn receive(&self) -> io::Result<OwnedFd> {
        let mut byte = [0];
        let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
        recvmsg(&self.parent, &mut [io::IoSliceMut::new(&mut byte)], &mut ancillary, flags)?;
        let mut descriptors = ancillary.drain().filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
            _ => None,
        });
        descriptors.next().ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

/// Where the questions come from.
pub struct Listener(OwnedFd);

/// A process that wants to connect, and waits.
pub struct Request(libc::seccomp_notif);

impl Request {
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// The thread that asks.
    pub fn thread(&self) -> libc::pid_t {
        self.0.pid as libc::pid_t
    }

    pub fn argument(&self, index: usize) -> u64 {
        self.0.data.args.get(index).copied().unwrap_or_default()
    }
}

impl Listener {
    pub fn new(fd: OwnedFd) -> Self {
        Self(fd)
    }

    /// Waits for a question; none if it was withdrawn. An error when there will be no more.
    pub fn next(&self) -> io::Result<Option<Request>> {
        // SAFETY: all zeroes are valid, and what the kernel expects.
        let mut request: libc::seccomp_notif = unsafe { std::mem::zeroed() };
        // SAFETY: the place is of the kind that the call fills.
        let received =
            unsafe { libc::ioctl(self.0.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_RECV as _, &raw mut request) };
        match check(received.into()) {
            Ok(_) => Ok(Some(Request(request))),
            Err(error) if matches!(error.raw_os_error(), Some(libc::ENOENT | libc::EINTR)) => {
                if self.is_over() { Err(error) } else { Ok(None) }
            }
            Err(error) => Err(error),
        }
    }

    /// Whether nobody is left who could ask.
    fn is_over(&self) -> bool {
        let mut events = [PollFd::new(&self.0, PollFlags::empty())];
        let _ = poll(&mut events, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }));
        events.iter().any(|event| event.revents().contains(PollFlags::HUP))
    }

    /// Whether the process still waits for the answer.
    pub fn is_waiting(&self, request: &Request) -> bool {
        let id = request.id();
        // SAFETY: the place is of the kind that the call reads.
        unsafe {
            libc::ioctl(self.0.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_ID_VALID as _, &raw const id) == 0
        }
    }

    pub fn answer(&self, request: &Request, result: Result<(), Errno>) {
        self.answer_to(request.id(), result);
    }

    /// Who has gone needs no answer.
    pub fn answer_to(&self, id: u64, result: Result<(), Errno>) {
        let error = result.err().map_or(0, |errno| -errno.raw_os_error());
        let mut response = libc::seccomp_notif_resp { id, val: 0, error, flags: 0 };
        // SAFETY: the place is of the kind that the call reads.
        unsafe {
            libc::ioctl(self.0.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SEND as _, &raw mut response);
        }
    }
}

/// Whether the system lets anybody take descriptors: a filter around this process may not.
pub fn can_take_descriptors() -> Result<(), Errno> {
    let own = open_process(std::process::id() as libc::pid_t, 0)?;
    // SAFETY: numbers; the descriptor is new and owned by nobody else.
    unsafe {
        let copy = check(libc::syscall(libc::SYS_pidfd_getfd, own.as_raw_fd(), own.as_raw_fd(), 0))
            .map_err(errno)?;
        drop(OwnedFd::from_raw_fd(copy as RawFd));
    }
    Ok(())
}

/// A copy of a descriptor of another process. Of a thread if the system knows how, else of its process.
pub fn descriptor_of(thread: libc::pid_t, fd: RawFd) -> Result<OwnedFd, Errno> {
    let process = open_process(thread, PIDFD_THREAD)
        .or_else(|_| open_process(thread, 0))
        .or_else(|_| open_process(process_of(thread)?, 0))?;
    // SAFETY: numbers; the descriptor is new and owned by nobody else.
    unsafe {
        let copy = libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), fd, 0);
        check(copy).map_err(errno)?;
        Ok(OwnedFd::from_raw_fd(copy as RawFd))
    }
}

/// Newer systems open a single thread. The header that names it is newer still.
const PIDFD_THREAD: libc::c_int = libc::O_EXCL;

fn open_process(process: libc::pid_t, flags: libc::c_int) -> Result<OwnedFd, Errno> {
    // SAFETY: numbers; the descriptor is new and owned by nobody else.
    unsafe {
        let opened = libc::syscall(libc::SYS_pidfd_open, process, flags);
        check(opened).map_err(errno)?;
        Ok(OwnedFd::from_raw_fd(opened as RawFd))
    }
}

fn process_of(thread: libc::pid_t) -> Result<libc::pid_t, Errno> {
    let status = std::fs::read_to_string(format!("/proc/{thread}/status")).map_err(errno)?;
    let process = status.lines().find_map(|line| line.strip_prefix("Tgid:")?.trim().parse().ok());
    process.ok_or(Errno::SRCH)
}

/// Bytes of the memory of another process.
pub fn memory_of(thread: libc::pid_t, address: u64, into: &mut [u8]) -> Result<(), Errno> {
    let here = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
    let there = libc::iovec { iov_base: address as *mut libc::c_void, iov_len: into.len() };
    // SAFETY: writes into the slice only, however the other side looks.
    let read = unsafe { libc::process_vm_readv(thread, &raw const here, 1, &raw const there, 1, 0) };
    match check(read as libc::c_long) {
        Ok(read) if read as usize == into.len() => Ok(()),
        Ok(_) => Err(Errno::FAULT),
        Err(error) => Err(errno(error)),
    }
}

/// Connects a socket with an address as it is in memory.
pub fn connect(socket: &OwnedFd, address: &[u8]) -> Result<(), Errno> {
    let length = address.len() as libc::socklen_t;
    // SAFETY: the kernel reads as many bytes as there are.
    let connected = unsafe { libc::connect(socket.as_raw_fd(), address.as_ptr().cast(), length) };
    check(connected.into()).map(drop).map_err(errno)
}

pub fn errno(error: io::Error) -> Errno {
    Errno::from_io_error(&error).unwrap_or(Errno::IO)
}
