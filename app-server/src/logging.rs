//! The log, on stderr: warnings and errors unless `RUST_LOG` says otherwise, as text unless `LOG_FORMAT=json`.
//!
//! A client that does not read stderr must not be able to stop the server: what the pipe does not take at once is
//! dropped. What is logged never goes to stdout.

use std::io;

use codex_core::base::environment::Environment;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
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
            let (filter, problem) = match EnvFilter::try_new(text) {
                Ok(filter) => (filter, None),
                Err(problem) => (EnvFilter::new("warn"), Some(problem)),
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
        for chunk in bytes.chunks(CHUNK_BYTES) {
            if !is_ready() || io::Write::write_all(&mut io::stderr(), chunk).is_err() {
                break;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A pipe that is ready takes this much without waiting.
const CHUNK_BYTES: usize = 4096;

#[cfg(unix)]
fn is_ready() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let stderr = rustix::stdio::stderr();
    let mut fds = [PollFd::new(&stderr, PollFlags::OUT)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    matches!(poll(&mut fds, Some(&now)), Ok(1)) && fds.iter().all(|fd| fd.revents().contains(PollFlags::OUT))
}

#[cfg(not(unix))]
fn is_ready() -> bool {
    true
}
