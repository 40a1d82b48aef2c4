//! Work that this program does inside the sandbox: started again there, it gets a job on its input and answers on its
//! output.
//!
//! What an errand may touch is what a command of the turn may touch, because the same walls stand around both. It
//! belongs to its call, and ends with it.

use std::io::{self, Write};

use codex_protocol::policy::SandboxPolicy;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::time::{Duration, sleep};

use crate::base::paths::AbsolutePath;
use crate::exec::env::{CommandEnvironment, Network};
use crate::sandbox::command::CommandSpec;
use crate::sandbox::streams::{Stdin, Streams};
use crate::tools::planning::{Profile, plan};
use crate::turn::port::SessionTaskContext;

pub struct Errand<'a> {
    /// By which the program knows what it was started for.
    pub argument: &'static str,
    pub policy: &'a SandboxPolicy,
    /// The directory that the policy speaks of.
    pub cwd: &'a AbsolutePath,
    /// It is ended after that.
    pub patience: Duration,
    /// How long it may go on in a turn that was cancelled.
    pub last_moment: Duration,
    /// Of a longer answer the rest is not read.
    pub longest_answer: u64,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ErrandError {
    #[error("the turn was cancelled")]
    Cancelled,
    #[error("it took longer than {0:?} and was ended")]
    TooLong(Duration),
    #[error("{0}")]
    Failed(String),
}

impl From<io::Error> for ErrandError {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What was answered, and the exit code.
#[derive(Debug)]
pub struct Answered {
    pub answer: Vec<u8>,
    pub code: i32,
}

/// Whether this program was started for an errand.
pub fn is_for(argument: &str) -> bool {
    std::env::args_os().nth(1).is_some_and(|first| first == argument)
}

/// This program as it runs an errand under a policy.
pub fn command(context: &SessionTaskContext, argument: &str, policy: &SandboxPolicy) -> CommandSpec {
    let services = &context.services;
    let shell_policy = &services.config.shell_environment_policy;
    let environment = CommandEnvironment::new(&services.variables, shell_policy, Network::from(policy));
    // It needs no variables, but this one says which folder may be written.
    let env = environment.vars.into_iter().filter(|(name, _)| name == "TMPDIR").collect();
    let program = services.sandbox.program().display().to_string();
    CommandSpec { argv: vec![program, argument.to_owned()], cwd: context.turn.cwd.clone(), env }
}

/// Runs an errand to its end.
pub async fn run(
    context: &SessionTaskContext,
    errand: Errand<'_>,
    job: Vec<u8>,
) -> Result<Answered, ErrandError> {
    let services = &context.services;
    let command = command(context, errand.argument, errand.policy);
    let launch = plan(services, errand.policy, errand.cwd, command, Profile::EachTime)
        .await
        .map_err(ErrandError::Failed)?;
    let (streams, mut input, mut output) = pipes()?;
    let mut running = launch.start(streams).await.map_err(|error| ErrandError::Failed(error.to_string()))?;
    // Should the program end early, so does this.
    let _feeding = services.group.spawn_blocking(move || input.write_all(&job));
    let mut answer = Vec::new();
    let ended = tokio::select! {
        code = async {
            let read = (&mut output).take(errand.longest_answer).read_to_end(&mut answer).await;
            // A program that says more than it may must not wait for somebody to hear it.
            drop(output);
            let code = running.ended().await;
            read.map(|_| code)
        } => code?,
        () = sleep(errand.patience) => return Err(ErrandError::TooLong(errand.patience)),
        () = async {
            context.token.cancelled().await;
            sleep(errand.last_moment).await;
        } => return Err(ErrandError::Cancelled),
    };
    running.make_way();
    Ok(Answered { answer, code: ended })
}

/// The program's streams, and our ends of its input and output.
fn pipes() -> io::Result<(Streams, io::PipeWriter, Receiver)> {
    let (stdin, input) = io::pipe()?;
    let (output, stdout) = io::pipe()?;
    let stderr = std::fs::File::options().write(true).open("/dev/null")?;
    let streams = Streams { stdin: Stdin::Fd(stdin.into()), stdout: stdout.into(), stderr: stderr.into() };
    Ok((streams, input, Receiver::from_owned_fd(output.into())?))
}
