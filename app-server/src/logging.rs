//! The log, on stderr: warnings and errors unless `RUST_LOG` says otherwise, as text unless `LOG_FORMAT=json`.
//!
//! A client that does not read stderr must not be able to stop the server: what the pipe does not take at once is
//! dropped. What is logged never goes to stdout.

use std::io;

use codex_core::base::environment::Environment;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, Registry};

/// Starts logging.
pub fn init(environment: &Environment) -> Result<(), TryInitError> {
    let filter = environment.get("RUST_LOG").filter(|text| !text.trim().is_empty());
    let json = environment.get("LOG_FORMAT").is_some_and(|format| format.eq_ignore_ascii_case("json"));
    let layer = tracing_subscriber::fmt::layer().with_writer(Stderr).with_ansi(false);
    let layer: Box<dyn Layer<Registry> + Send + Sync> =
        if json { layer.json().boxed() } else { layer.boxed() };
    match filter {
        None => tracing_subscriber::registry().with(layer.with_filter(LevelFilter::WARN)).try_init(),
        Some(text) => {
            let (filter, problem) = match text.parse::<Targets>() {
                Ok(filter) => (filter, None),
                Err(problem) => (Targets::new().with_default(LevelFilter::WARN), Some(problem)),
            };
            tracing_subscriber::registry().with(layer.with_filter(filter)).try_init()?;
            if let Some(problem) = problem {
                tracing::warn!("RUST_LOG is not used: {problem}; write for example RUST_LOG=debug");
            }
            Ok(())
        }
    }
}

/// Writes to stderr what it takes without waiting.
#[derive(Clone, Copy, Debug)]
struct Stderr;

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = Stderr;

    fn make_writer(&'a self) -> Stderr {
        Stderr
    }
}

impl io::Write for Stderr {
    /// Reports everything as written: there is nobody to whom a loss could be reported.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        #[cfg(unix)]
        write_what_fits(rustix::stdio::stderr(), bytes);
        #[cfg(not(unix))]
        let _lost = io::Write::write_all(&mut io::stderr(), bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes until the other side does not take any more.
#[cfg(unix)]
fn write_what_fits(to: impl std::os::fd::AsFd, bytes: &[u8]) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    // A pipe that is ready takes this much without waiting.
    for chunk in bytes.chunks(4096) {
        let mut fds = [PollFd::new(&to, PollFlags::OUT)];
        let ready = poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }));
        if !matches!(ready, Ok(1..)) || rustix::io::write(&to, chunk).is_err() {
            return;
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_reader_that_does_not_read_stops_nobody() {
        let (reader, writer) = io::pipe().unwrap();
        let line = [b'x'; 10_000];
        for _ in 0..100 {
            write_what_fits(&writer, &line);
        }
        drop(writer);
        let mut taken = Vec::new();
        (&reader).read_to_end(&mut taken).unwrap();
        assert!((line.len()..100 * line.len()).contains(&taken.len()), "{}", taken.len());
    }

    #[test]
    fn a_reader_that_is_gone_stops_nobody() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        write_what_fits(&writer, b"into the void");
    }
}
