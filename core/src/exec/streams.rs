//! The pipes or the terminal between us and a process.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use codex_protocol::events::exec::OutputStream;
use rustix::pty::{OpenptFlags, grantpt, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tokio::io::Interest;
use tokio::net::unix::pipe::{Receiver, Sender};

use crate::exec::Error;
use crate::sandbox::streams::{self, Streams};

/// Our side of a process's streams.
#[derive(Debug)]
pub struct Ends {
    pub outputs: Vec<(OutputStream, Receiver)>,
    pub terminal: Option<Terminal>,
    /// The end of a pipe from which the process reads.
    pub input: Option<Sender>,
}

/// What a process without a terminal reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdin {
    /// The end of input at once.
    Null,
    Pipe,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalSize {
    pub rows: u16,
    pub columns: u16,
}

impl Default for TerminalSize {
    fn default() -> Self {
        Self { rows: 24, columns: 80 }
    }
}

/// The side of a terminal from which one types.
#[derive(Debug)]
pub struct Terminal {
    input: Sender,
}

/// Two pipes for output, and one for input if it is wanted.
pub fn pipes(stdin: Stdin) -> Result<(Streams, Ends), Error> {
    let make = || -> io::Result<_> {
        let (our_stdout, stdout) = io::pipe()?;
        let (our_stderr, stderr) = io::pipe()?;
        let outputs = vec![
            (OutputStream::Stdout, Receiver::from_owned_fd(our_stdout.into())?),
            (OutputStream::Stderr, Receiver::from_owned_fd(our_stderr.into())?),
        ];
        let (stdin, input) = match stdin {
            Stdin::Null => (streams::Stdin::Null, None),
            Stdin::Pipe => {
                let (stdin, our_stdin) = io::pipe()?;
                (streams::Stdin::Fd(stdin.into()), Some(Sender::from_owned_fd(our_stdin.into())?))
            }
        };
        let streams = Streams { stdin, stdout: stdout.into(), stderr: stderr.into() };
        Ok((streams, Ends { outputs, terminal: None, input }))
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
        let terminal = Some(Terminal { input });
        let ends = Ends { outputs: vec![(OutputStream::Stdout, output)], terminal, input: None };
        Ok((Streams { stdin: streams::Stdin::Terminal, stdout, stderr }, ends))
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
    pub async fn write(&self, bytes: &[u8]) -> io::Result<()> {
        write(&self.input, bytes).await
    }
}

/// Writes all of the bytes; waits while there is no room for more, and not for a reader that is gone.
pub async fn write(pipe: &Sender, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let ready = pipe.ready(Interest::WRITABLE).await?;
        match pipe.try_write(bytes) {
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            // A terminal that nobody has open any more is always ready, and takes nothing.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && ready.is_write_closed() => {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
