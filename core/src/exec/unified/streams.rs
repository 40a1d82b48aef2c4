//! The pipes or the terminal between a session and its process.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use codex_protocol::events::exec::OutputStream;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tokio::net::unix::pipe::{Receiver, Sender};

use super::TerminalSize;
use crate::exec::Error;
use crate::sandbox::launch::{Stdin, Streams};

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
        let (our_stdout, stdout) = pipe_with(PipeFlags::CLOEXEC)?;
        let (our_stderr, stderr) = pipe_with(PipeFlags::CLOEXEC)?;
        let outputs = vec![
            (OutputStream::Stdout, Receiver::from_owned_fd(our_stdout)?),
            (OutputStream::Stderr, Receiver::from_owned_fd(our_stderr)?),
        ];
        Ok((Streams { stdin: Stdin::Null, stdout, stderr }, Ends { outputs, terminal: None }))
    };
    make().map_err(|source| Error::Streams { what: "pipes", source })
}

/// A new terminal.
pub fn terminal(size: TerminalSize) -> Result<(Streams, Ends), Error> {
    let make = || -> io::Result<_> {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = openpt(flags)?;
        unlockpt(&ours)?;
        resize(&ours, size)?;
        let stdout = ioctl_tiocgptpeer(&ours, flags)?;
        let stderr = stdout.try_clone()?;
        // Not pipes, but they can be waited for in the same way, which is all that is used.
        let input = Sender::from_owned_fd_unchecked(nonblocking(ours.try_clone()?)?)?;
        let output = Receiver::from_owned_fd_unchecked(nonblocking(ours)?)?;
        let ends = Ends { outputs: vec![(OutputStream::Stdout, output)], terminal: Some(Terminal { input }) };
        Ok((Streams { stdin: Stdin::Terminal, stdout, stderr }, ends))
    };
    make().map_err(|source| Error::Streams { what: "terminal", source })
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
