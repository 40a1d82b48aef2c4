//! A helper that runs already and waits for its plan.
//!
//! Starting one takes longer than anything else that the helper does, and depends on nothing that the command
//! will be, so it can be done ahead. Such a helper has no part of anything yet: it reads, and it ends when our
//! side of its socket closes, by intent or by our death.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use super::Error;
use super::launch::HELPER_NAME;
use super::plan::prefix;

/// Dropping it ends the helper.
#[derive(Debug)]
pub struct Waiting {
    path: PathBuf,
    pub(super) child: Child,
    pub(super) control: UnixStream,
}

impl Waiting {
    /// Starts a helper; what it will write to comes with the plan.
    pub fn start(path: &Path) -> Result<Self, Error> {
        let (ours, helpers) = control_pair()?;
        ours.set_nonblocking(true).map_err(Error::Start)?;
        let control = UnixStream::from_std(ours).map_err(Error::Start)?;
        let child = Command::new(path)
            .arg0(HELPER_NAME)
            .env_clear()
            .stdin(helpers)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| Error::Helper { path: path.to_path_buf(), source })?;
        Ok(Self { path: path.to_path_buf(), child, control })
    }

    /// Whether it is the same program.
    pub fn is_of(&self, path: &Path) -> bool {
        self.path == path
    }

    /// Ends it; returns when it is gone.
    pub async fn end(mut self) {
        // By force, since it may have been stopped; it has nothing to lose.
        let _ = self.child.kill().await;
    }
}

pub(super) fn control_pair() -> Result<(StdUnixStream, OwnedFd), Error> {
    let (ours, helpers) = StdUnixStream::pair().map_err(Error::Start)?;
    Ok((ours, helpers.into()))
}

/// The length of the plan and, with it, the descriptors: the two to write to, unless the helper has them
/// already, and the one to read from, if there is one. Fits into any empty socket.
pub(super) fn send_first(control: impl AsFd, plan: &[u8], fds: &[BorrowedFd<'_>]) -> Result<(), Error> {
    let prefix = prefix(plan.len());
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() {
        ancillary.push(SendAncillaryMessage::ScmRights(fds));
    }
    let sent = sendmsg(control, &[IoSlice::new(&prefix)], &mut ancillary, SendFlags::NOSIGNAL)
        .map_err(|errno| Error::Start(errno.into()))?;
    if sent == prefix.len() { Ok(()) } else { Err(Error::Start(io::ErrorKind::WriteZero.into())) }
}
