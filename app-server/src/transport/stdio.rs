//! The transport over standard input and output.
//!
//! [`claim`] takes both for the protocol alone: afterwards a stray print goes to stderr and a child that reads its
//! inherited input reads nothing. One task reads lines, at most one ahead of the connection; one task writes,
//! gathering waiting lines into one system call. Pipes and sockets are driven by the runtime's own poller; what it
//! cannot poll (files, terminals) by blocking threads.

use std::io;

use codex_core::base::spawn::TaskGroup;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::Connection;
use super::framing::{Frame, Framing, MAX_LINE_BYTES};
use super::line_queue::{LineReceiver, line_queue};

/// Bytes asked for by one read.
const READ_BYTES: usize = 16 * 1024;

/// Bytes after which a write is not filled up further; the size of a pipe on Linux.
const WRITE_BYTES: usize = 64 * 1024;

/// A write buffer that a long line has grown beyond this is given back.
const KEPT_BYTES: usize = 4 * WRITE_BYTES;

/// Standard input and output, no longer reachable under their usual numbers.
#[derive(Debug)]
pub struct Claimed {
    #[cfg(unix)]
    input: std::os::fd::OwnedFd,
    #[cfg(unix)]
    output: std::os::fd::OwnedFd,
}

/// Moves standard input and output away. To be called before anything can print or start a process.
#[cfg(unix)]
pub fn claim() -> io::Result<Claimed> {
    use rustix::io::fcntl_dupfd_cloexec;
    use rustix::stdio::{dup2_stdin, dup2_stdout, stderr, stdin, stdout};

    let input = fcntl_dupfd_cloexec(stdin(), 3)?;
    let output = fcntl_dupfd_cloexec(stdout(), 3)?;
    dup2_stdin(std::fs::File::open("/dev/null")?)?;
    dup2_stdout(stderr())?;
    Ok(Claimed { input, output })
}

/// Nothing is moved on this platform.
#[cfg(not(unix))]
pub fn claim() -> io::Result<Claimed> {
    Ok(Claimed {})
}

impl Claimed {
    /// Starts the two tasks.
    pub fn connect(self) -> io::Result<Connection> {
        #[cfg(unix)]
        let (input, output) = (unix::input(self.input)?, unix::output(self.output)?);
        #[cfg(not(unix))]
        let (input, output) = (tokio::io::stdin(), tokio::io::stdout());
        Ok(connect(input, output))
    }
}

/// A connection over any pair of byte streams.
pub fn connect(
    input: impl AsyncRead + Unpin + Send + 'static,
    output: impl AsyncWrite + Unpin + Send + 'static,
) -> Connection {
    let tasks = TaskGroup::new();
    let (received, incoming) = mpsc::channel(1);
    let (lines, outgoing) = line_queue();
    tasks.spawn(read(input, received));
    tasks.spawn(async move {
        if let Err(problem) = write(output, outgoing).await {
            tracing::info!("writing to the client failed: {problem}");
        }
    });
    Connection { incoming, lines, tasks }
}

async fn read(mut input: impl AsyncRead + Unpin, received: mpsc::Sender<String>) {
    let mut framing = Framing::new(MAX_LINE_BYTES);
    let mut chunk = vec![0; READ_BYTES];
    loop {
        let outcome = tokio::select! {
            biased;
            () = received.closed() => return,
            outcome = input.read(&mut chunk) => outcome,
        };
        let count = match outcome {
            Ok(0) => break,
            Ok(count) => count,
            Err(problem) => {
                tracing::warn!("reading from the client failed: {problem}");
                break;
            }
        };
        let mut bytes = chunk.get(..count).unwrap_or_default();
        while let Some(frame) = framing.next(&mut bytes) {
            if deliver(frame, &received).await.is_err() {
                return;
            }
        }
    }
    if let Some(frame) = framing.finish() {
        let _gone = deliver(frame, &received).await;
    }
}

async fn deliver(
    frame: Frame,
    received: &mpsc::Sender<String>,
) -> Result<(), mpsc::error::SendError<String>> {
    match frame {
        Frame::Line(text) => received.send(text).await?,
        Frame::TooLong(bytes) => {
            tracing::warn!("dropped a line of {bytes} bytes from the client: the limit is {MAX_LINE_BYTES}");
        }
        Frame::NotUtf8 { bytes, valid_up_to } => {
            tracing::warn!(
                "dropped a line of {bytes} bytes from the client: byte {valid_up_to} is not valid UTF-8"
            );
        }
    }
    Ok(())
}

async fn write(mut output: impl AsyncWrite + Unpin, mut lines: LineReceiver) -> io::Result<()> {
    let mut buffer = Vec::new();
    while lines.fill(&mut buffer, WRITE_BYTES).await {
        output.write_all(&buffer).await?;
        output.flush().await?;
        buffer.clear();
        if buffer.capacity() > KEPT_BYTES {
            buffer = Vec::new();
        }
    }
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream as Socket;

    use rustix::fs::FileType;
    use tokio::io::{AsyncRead, AsyncWrite};
    use tokio::net::UnixStream;

    type Input = Box<dyn AsyncRead + Unpin + Send>;
    type Output = Box<dyn AsyncWrite + Unpin + Send>;

    pub(super) fn input(fd: OwnedFd) -> io::Result<Input> {
        match kind(&fd)? {
            #[cfg(target_os = "linux")]
            FileType::Fifo => {
                if let Ok(pipe) = tokio::net::unix::pipe::OpenOptions::new().open_receiver(reopened(&fd)) {
                    return Ok(Box::new(pipe));
                }
            }
            FileType::Socket => return Ok(Box::new(socket(fd)?)),
            _ => {}
        }
        Ok(Box::new(tokio::fs::File::from_std(File::from(fd))))
    }

    pub(super) fn output(fd: OwnedFd) -> io::Result<Output> {
        match kind(&fd)? {
            #[cfg(target_os = "linux")]
            FileType::Fifo => {
                if let Ok(pipe) = tokio::net::unix::pipe::OpenOptions::new().open_sender(reopened(&fd)) {
                    return Ok(Box::new(pipe));
                }
            }
            FileType::Socket => return Ok(Box::new(socket(fd)?)),
            _ => {}
        }
        Ok(Box::new(tokio::fs::File::from_std(File::from(fd))))
    }

    fn kind(fd: &OwnedFd) -> io::Result<FileType> {
        Ok(FileType::from_raw_mode(rustix::fs::fstat(fd)?.st_mode))
    }

    /// A pipe opened anew can be non-blocking without becoming so for others that share the old descriptor.
    #[cfg(target_os = "linux")]
    fn reopened(fd: &OwnedFd) -> String {
        use std::os::fd::AsRawFd;
        format!("/proc/self/fd/{}", fd.as_raw_fd())
    }

    fn socket(fd: OwnedFd) -> io::Result<UnixStream> {
        let socket = Socket::from(fd);
        socket.set_nonblocking(true)?;
        UnixStream::from_std(socket)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt, BufReader, duplex};

    use super::*;

    #[tokio::test]
    async fn bad_lines_are_passed_over() {
        let (mut client, server) = duplex(64);
        let (input, output) = tokio::io::split(server);
        let mut connection = connect(input, output);
        let sending = async {
            client.write_all(b"one\n\xff\xfe\n\ntwo\r\nthree").await.unwrap();
            client.shutdown().await.unwrap();
        };
        let receiving = async {
            let mut texts = Vec::new();
            while let Some(text) = connection.incoming.recv().await {
                texts.push(text);
            }
            texts
        };
        let ((), texts) = tokio::join!(sending, receiving);
        assert_eq!(texts, ["one", "", "two", "three"]);
    }

    #[tokio::test]
    async fn everything_is_written_before_the_tasks_end() {
        let (client, server) = duplex(64);
        let (input, output) = tokio::io::split(server);
        let Connection { incoming, lines, tasks } = connect(input, output);
        let reading = async {
            let mut count = 0;
            let mut lines = BufReader::new(client).lines();
            while let Some(line) = lines.next_line().await.unwrap() {
                assert_eq!(line, format!("line {count}"));
                count += 1;
            }
            count
        };
        let writing = async {
            for number in 0..1000 {
                let place = lines.room(10).await.unwrap();
                lines.put(place, format!("line {number}\n").into_bytes()).unwrap();
            }
            drop(lines);
            drop(incoming);
            tasks.finished().await;
        };
        let (count, ()) = tokio::join!(reading, writing);
        assert_eq!(count, 1000);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn pipes_stay_what_they_are_for_others() {
        use rustix::fs::{OFlags, fcntl_getfl};

        let (server_input, client_output) = io::pipe().unwrap();
        let (client_input, server_output) = io::pipe().unwrap();
        let others = (server_input.try_clone().unwrap(), server_output.try_clone().unwrap());
        let (input, output) = (server_input.into(), server_output.into());
        let mut connection = Claimed { input, output }.connect().unwrap();
        assert!(!fcntl_getfl(&others.0).unwrap().contains(OFlags::NONBLOCK));
        assert!(!fcntl_getfl(&others.1).unwrap().contains(OFlags::NONBLOCK));

        io::Write::write_all(&mut &client_output, b"ping\n").unwrap();
        assert_eq!(connection.incoming.recv().await.unwrap(), "ping");
        let place = connection.lines.room(5).await.unwrap();
        connection.lines.put(place, b"pong\n".to_vec()).unwrap();
        let tasks = connection.tasks.clone();
        drop(connection);
        tasks.finished().await;
        let mut answer = [0; 5];
        io::Read::read_exact(&mut &client_input, &mut answer).unwrap();
        assert_eq!(&answer, b"pong\n");
    }

    #[tokio::test]
    async fn a_client_that_stops_reading_is_noticed() {
        let (client, server) = duplex(64);
        let (input, output) = tokio::io::split(server);
        let connection = connect(input, output);
        drop(client);
        let place = connection.lines.room(10).await.unwrap();
        connection.lines.put(place, b"into the void\n".to_vec()).unwrap();
        connection.lines.disconnected().await;
    }
}
