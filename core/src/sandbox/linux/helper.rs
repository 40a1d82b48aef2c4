//! The helper's entry: read the plan from the control socket, then become the outer process.

use std::io::{self, IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};

use super::{outer, sys};
use crate::sandbox::plan::{FailureKind, LONGEST_PLAN, PREFIX, Plan, Report};

/// Does the helper's work and ends the process.
pub fn run() -> ! {
    sys::exit_now(start().unwrap_or(125))
}

fn start() -> io::Result<i32> {
    let mut control = UnixStream::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?);
    let (bytes, passed) = read_plan(&mut control)?;
    let Some(plan) = Plan::decode(&bytes) else {
        let message = "the sandbox helper did not understand its plan".to_owned();
        report(&control, &Report::Failed { kind: FailureKind::Setup, message });
        return Ok(125);
    };
    Ok(outer::run(plan, passed, &control))
}

fn read_plan(control: &mut UnixStream) -> io::Result<(Vec<u8>, Option<OwnedFd>)> {
    let mut length = [0; PREFIX];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received =
        recvmsg(&*control, &mut [IoSliceMut::new(&mut length)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
    if received.bytes != PREFIX {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut passed = None;
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(mut fds) = message {
            passed = fds.next();
        }
    }
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > LONGEST_PLAN {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length];
    control.read_exact(&mut bytes)?;
    Ok((bytes, passed))
}

/// Tells the server; it may be gone, and then there is nobody to tell.
pub fn report(control: &UnixStream, report: &Report) {
    let _ = rustix::net::send(control, &report.encode(), rustix::net::SendFlags::NOSIGNAL);
}
