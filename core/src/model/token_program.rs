//! Runs a program of the user's that prints a token.
//!
//! It runs under the helper that runs commands, outside of any sandbox, for it is the user's own choice. So it ends with
//! all it has started when nobody waits for it any more, and also when this process is killed.

use std::fmt;
use std::io;
use std::path::PathBuf;

use tokio::io::{AsyncReadExt, copy, sink};
use tokio::net::unix::pipe::Receiver;

use crate::base::paths::AbsolutePath;
use crate::config::provider::CommandAuth;
use crate::sandbox::command::CommandSpec;
use crate::sandbox::launch::Launch;
use crate::sandbox::streams::{Stdin, Streams};

/// What is kept of each of its streams.
const MOST_PRINTED: u64 = 128 * 1024;

/// Where programs run, and with what.
#[derive(Clone)]
pub struct Programs {
    /// The file of this program, which starts others.
    pub helper: PathBuf,
    /// Where they run if nothing else is said.
    pub directory: AbsolutePath,
    pub variables: Vec<(String, String)>,
}

/// Values of variables may be secrets.
impl fmt::Debug for Programs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Programs")
            .field("helper", &self.helper)
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

/// What a program has printed, and how it ended.
pub struct Printed {
    pub stdout: String,
    pub stderr: String,
    /// Its exit code; 128 and the number for a signal.
    pub code: i32,
}

impl Programs {
    /// Runs a program to its end. The failure says why it does not run.
    pub async fn run(&self, auth: &CommandAuth) -> Result<Printed, String> {
        let pipes = || io::Result::Ok((io::pipe()?, io::pipe()?));
        let ((our_stdout, stdout), (our_stderr, stderr)) = pipes().map_err(|error| error.to_string())?;
        let streams = Streams { stdin: Stdin::Null, stdout: stdout.into(), stderr: stderr.into() };
        let launch = Launch::unrestricted(&self.helper, self.command(auth));
        let mut running = launch.start(streams).await.map_err(|error| error.to_string())?;
        let (stdout, stderr, code) =
            tokio::join!(beginning(our_stdout), beginning(our_stderr), running.ended());
        let text = |bytes: io::Result<Vec<u8>>| {
            bytes
                .map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned())
                .map_err(|error| error.to_string())
        };
        Ok(Printed { stdout: text(stdout)?, stderr: text(stderr)?, code })
    }

    fn command(&self, auth: &CommandAuth) -> CommandSpec {
        let cwd = auth.cwd.as_ref().map_or_else(|| self.directory.clone(), |cwd| self.directory.join(cwd));
        let argv = std::iter::once(&auth.command).chain(&auth.args).cloned().collect();
        CommandSpec { argv, cwd, env: self.variables.clone() }
    }
}

/// The beginning of what comes out of a pipe; all of it is taken.
async fn beginning(pipe: io::PipeReader) -> io::Result<Vec<u8>> {
    let mut pipe = Receiver::from_owned_fd(pipe.into())?;
    let mut bytes = Vec::new();
    (&mut pipe).take(MOST_PRINTED).read_to_end(&mut bytes).await?;
    copy(&mut pipe, &mut sink()).await?;
    Ok(bytes)
}
