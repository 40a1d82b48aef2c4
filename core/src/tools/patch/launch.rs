//! Starting the writer in the sandbox, and hearing its report.

use std::io::{self, Write};

use codex_protocol::policy::SandboxPolicy;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::time::{Duration, sleep};
use tokio_util::sync::CancellationToken;

use crate::exec::env::{CommandEnvironment, Network};
use crate::sandbox::command::CommandSpec;
use crate::sandbox::streams::{Stdin, Streams};
use crate::tools::handlers::command::plan;
use crate::tools::patch::job::{Job, Report};
use crate::tools::patch::writer::ARGUMENT;
use crate::turn::port::SessionTaskContext;

/// Longer than any patch takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the writer may go on in a turn that was cancelled, since it is better to end than to be ended.
const LAST_MOMENT: Duration = Duration::from_secs(2);
/// A report is short unless much is left.
const LONGEST_REPORT: u64 = 16 * 1024 * 1024;

/// This program as the writer, as it runs under a policy.
pub fn command(context: &SessionTaskContext, policy: &SandboxPolicy) -> CommandSpec {
    let services = &context.services;
    let shell_policy = &services.config.shell_environment_policy;
    let environment = CommandEnvironment::new(&services.variables, shell_policy, Network::from(policy));
    // It needs no variables, but this one says which folder may be written.
    let env = environment.vars.into_iter().filter(|(name, _)| name == "TMPDIR").collect();
    let program = services.sandbox.program().display().to_string();
    CommandSpec { argv: vec![program, ARGUMENT.to_owned()], cwd: context.turn.cwd.clone(), env }
}

/// Has the changes made under a policy. The text of a failure says why it is not known what came of it.
pub async fn write(
    context: &SessionTaskContext,
    policy: &SandboxPolicy,
    job: &Job,
) -> Result<Report, String> {
    let services = &context.services;
    let launch = plan(services, policy, &context.turn.cwd, command(context, policy)).await?;
    let job = serde_json::to_vec(job).map_err(|error| error.to_string())?;
    let (streams, mut input, mut output) = pipes().map_err(|error| error.to_string())?;
    let mut running = launch.start(streams).await.map_err(|error| error.to_string())?;
    // Should the writer end early, so does this.
    let _feeding = services.group.spawn_blocking(move || input.write_all(&job));
    let mut answer = Vec::new();
    let ended = tokio::select! {
        code = async {
            let read = (&mut output).take(LONGEST_REPORT).read_to_end(&mut answer).await;
            let code = running.ended().await;
            read.map(|_| code)
        } => code.map_err(|error| error.to_string())?,
        () = over(&context.token) => {
            return Err("it took too long and was ended; look at the files before you go on".to_owned());
        }
    };
    running.make_way();
    serde_json::from_slice(&answer).map_err(|_| format!("the writer ended with code {ended} and no report"))
}

async fn over(token: &CancellationToken) {
    tokio::select! {
        () = sleep(PATIENCE) => {}
        () = async {
            token.cancelled().await;
            sleep(LAST_MOMENT).await;
        } => {}
    }
}

/// The writer's streams, and our ends of its input and output.
fn pipes() -> io::Result<(Streams, io::PipeWriter, Receiver)> {
    let (stdin, input) = io::pipe()?;
    let (output, stdout) = io::pipe()?;
    let stderr = std::fs::File::options().write(true).open("/dev/null")?;
    let streams = Streams { stdin: Stdin::Fd(stdin.into()), stdout: stdout.into(), stderr: stderr.into() };
    Ok((streams, input, Receiver::from_owned_fd(output.into())?))
}
