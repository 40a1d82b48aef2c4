//! The pipes or the terminal between a session and its process.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use codex_protocol::events::exec::OutputStream;
use rustix::pty::{OpenptFlags, grantpt, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tokio::net::unix::pipe::{Receiver, Sender};

use super::TerminalSize;
use crate::exec::Error;
use crate::sandbox::streams::{Stdin, Streams};

/// Our side of a process's streams.
pub struct Ends {
    pub outputs: Vec<(OutputStream, Receiver)>,
    pub terminal: Option<Terminal>,
}

/// The side of a terminal from which one types.
#[derive(Debug)]
pub struct Terminal {
    input: Sender,
}

/// Two pipes for output and nothing to read.
pub fn pipes() -> Result<(Streams, Ends), Error> {
    let make = || -> io::Result<_> {
        let (our_stdout, stdout) = io::pipe()?;
        let (our_stderr, stderr) = io::pipe()?;
        let outputs = vec![
            (OutputStream::Stdout, Receiver::from_owned_fd(our_stdout.into())?),
            (OutputStream::Stderr, Receiver::from_owned_fd(our_stderr.into())?),
        ];
        let streams = Streams { stdin: Stdin::Null, stdout: stdout.into(), stderr: stderr.into() };
        Ok((streams, Ends { outputs, terminal: None }))
    };
    make().map_err(|source| Error::Streams { what: "pipes", source })
}

/// A new terminal.
pub fn terminal(size: TerminalSize) -> Result<(Streams, Ends), Error> {
    let make = || -> io::Result<_> {
        let ours = openpt(OPEN)?;
        grantpt(&ours)?;
        unlockpt(&ours)?;
        resize(&ours, size)?;
        let stdout = other_side(&ours)?;
        let stderr = stdout.try_clone()?;
        // Not pipes, but they can be waited for in the same way, which is all that is used.
        let input = Sender::from_owned_fd_unchecked(nonblocking(ours.try_clone()?)?)?;
        let output = Receiver::from_owned_fd_unchecked(nonblocking(ours)?)?;
        let ends = Ends { outputs: vec![(OutputStream::Stdout, output)], terminal: Some(Terminal { input }) };
        Ok((Streams { stdin: Stdin::Terminal, stdout, stderr }, ends))
    };
    make().map_err(|source| Error::Streams { what: "terminal", source })
}

#[cfg(target_os = "linux")]
const OPEN: OpenptFlags = OpenptFlags::RDWR.union(OpenptFlags::NOCTTY).union(OpenptFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const OPEN: OpenptFlags = OpenptFlags::RDWR.union(OpenptFlags::NOCTTY);

/// The side of a terminal that a command gets.
#[cfg(target_os = "linux")]
fn other_side(ours: &OwnedFd) -> io::Result<OwnedFd> {
    Ok(rustix::pty::ioctl_tiocgptpeer(ours, OPEN)?)
}

#[cfg(not(target_os = "linux"))]
fn other_side(ours: &OwnedFd) -> io::Result<OwnedFd> {
    use rustix::fs::{Mode, OFlags, open};
    let name = rustix::pty::ptsname(ours, Vec::new())?;
    Ok(open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?)
}

fn nonblocking(fd: OwnedFd) -> io::Result<OwnedFd> {
    rustix::io::ioctl_fionbio(&fd, true)?;
    Ok(fd)
}

fn resize(fd: impl AsFd, size: TerminalSize) -> io::Result<()> {
    let size = Winsize { ws_row: size.rows, ws_col: size.columns, ws_xpixel: 0, ws_ypixel: 0 };
    Ok(tcsetwinsize(fd, size)?)
}

impl Terminal {
    pub fn resize(&self, size: TerminalSize) -> io::Result<()> {
        resize(&self.input, size)
    }

    /// Types all of the bytes; waits while the terminal takes none.
    pub async fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.input.writable().await?;
            match self.input.try_write(bytes) {
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
