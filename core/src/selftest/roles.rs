//! What this program does when a check starts it again: it is the server or the attacker.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;

use super::attacks;
use super::obstacles::Obstacle;
use super::place::Mode;
use crate::base::environment::Environment;
use crate::base::paths::AbsolutePath;
use crate::config::shell_env::ShellEnvironmentPolicy;
use crate::exec::env::{CommandEnvironment, EnvironmentSnapshot, Network};
use crate::exec::unified::{OpenRequest, UnifiedExecSessionManager};
use crate::sandbox::Sandbox;
use crate::sandbox::command::CommandSpec;
use crate::sandbox::strength::State;

/// The argument by which the program knows that it plays a part.
pub const ARGUMENT: &str = "--codex-run-as-selftest";
/// Set where there is no sandbox: an attacker leaves the machine as it was.
pub const BARE: &str = "CODEX_SELFTEST_BARE";
/// The last line of an attacker that has tried everything.
pub const DONE: &str = "attacker: done";
/// The exit code when the part could not be played.
const FAILED: i32 = 125;

/// How a server is to run its command.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Orders {
    pub mode: Mode,
    pub cwd: PathBuf,
    pub home: PathBuf,
    /// What the configuration declares unreadable.
    pub unreadable: Vec<PathBuf>,
    /// What the kernel is made to refuse.
    pub without: Vec<Obstacle>,
}

/// Must stand at the beginning of `main`, before any thread or runtime exists. Does nothing in the ordinary program;
/// in one that was started for a check, plays its part and never returns.
pub fn play_if_asked() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_none_or(|first| first != ARGUMENT) {
        return;
    }
    let arguments: Vec<String> = arguments.map(|word| word.to_string_lossy().into_owned()).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let code = play(&words).unwrap_or_else(|error| {
        say(&format!("failed: {error}"));
        FAILED
    });
    std::process::exit(code);
}

fn play(words: &[&str]) -> io::Result<i32> {
    match words {
        ["attack", name, arguments @ ..] => {
            attacks::run(name, arguments)?;
            say(DONE);
            Ok(0)
        }
        ["run", orders, argv @ ..] => run(&serde_json::from_str(orders)?, argv),
        ["serve", orders, argv @ ..] => serve(&serde_json::from_str(orders)?, argv),
        ["drown", orders, argv @ ..] => drown(&serde_json::from_str(orders)?, argv),
        ["report", orders] => report(&serde_json::from_str(orders)?),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

/// A line for whoever started this.
pub fn say(line: &str) {
    let _nobody_reads = writeln!(io::stdout(), "{line}");
}

/// A server that runs one command with its own input and output.
fn run(orders: &Orders, argv: &[&str]) -> io::Result<i32> {
    leave_a_descriptor_open(orders)?;
    let [program, arguments @ ..] = argv else { return Err(io::ErrorKind::InvalidInput.into()) };
    if orders.mode == Mode::Bare {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&orders.cwd).env(BARE, "1");
        let status = command.status()?;
        return Ok(status.code().unwrap_or(-1));
    }
    for obstacle in &orders.without {
        obstacle.put_up()?;
    }
    let cwd = AbsolutePath::new(&orders.cwd).map_err(io::Error::other)?;
    let ran = sandbox(orders)?.run_command(&orders.mode.policy(), &cwd, command(orders.mode, &cwd, argv));
    ran.map_err(io::Error::other)
}

/// A server that says how strong its sandbox is.
fn report(orders: &Orders) -> io::Result<i32> {
    for obstacle in &orders.without {
        obstacle.put_up()?;
    }
    for finding in sandbox(orders)?.report() {
        let state = match finding.state {
            State::Good => "good",
            State::Limited => "limited",
            State::Missing => "missing",
        };
        say(&format!("{state} {}: {}", finding.name, finding.text));
    }
    Ok(0)
}

/// A server that takes all the output of a command, and says how much memory it needed.
fn drown(orders: &Orders, argv: &[&str]) -> io::Result<i32> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let cwd = AbsolutePath::new(&orders.cwd).map_err(io::Error::other)?;
    let command = command(orders.mode, &cwd, argv);
    let launch = sandbox(orders)?.plan(&orders.mode.policy(), &cwd, command).map_err(io::Error::other)?;
    runtime.block_on(async {
        let session = UnifiedExecSessionManager::new()
            .open(OpenRequest::new(launch))
            .await
            .map_err(io::Error::other)?;
        let code = session.wait().await.code;
        let status = std::fs::read_to_string("/proc/self/status")?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        say(&format!("peak {}", peak.trim().trim_end_matches(" kB")));
        Ok(code)
    })
}

/// A server with a session, until its input ends or it is killed. `i` ends the session as an interrupt does, `c`
/// as the end of a thread.
fn serve(orders: &Orders, argv: &[&str]) -> io::Result<i32> {
    let cwd = AbsolutePath::new(&orders.cwd).map_err(io::Error::other)?;
    let command = command(orders.mode, &cwd, argv);
    let launch = sandbox(orders)?.plan(&orders.mode.policy(), &cwd, command).map_err(io::Error::other)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let served = runtime.block_on(async {
        let manager = UnifiedExecSessionManager::new();
        let session = manager.open(OpenRequest::new(launch)).await.map_err(io::Error::other)?;
        let (_, text) = session.next_delta().await.ok_or(io::ErrorKind::UnexpectedEof)?;
        say(&format!("{text}helper {}", session.os_pid().unwrap_or_default()));
        let mut input = tokio::io::stdin();
        while let Ok(word) = input.read_u8().await {
            match word {
                b'i' => drop(session.kill().await),
                _ => manager.close_all().await,
            }
        }
        manager.close_all().await;
        Ok(0)
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

fn sandbox(orders: &Orders) -> io::Result<Sandbox> {
    let sandbox = orders.mode.sandbox(&orders.home)?.with_unreadable(orders.unreadable.clone());
    let environment: Environment = std::env::vars_os().collect();
    Ok(sandbox.with_doors_of(&environment))
}

/// The command with the environment that a real server gives it.
fn command(mode: Mode, cwd: &AbsolutePath, argv: &[&str]) -> CommandSpec {
    let snapshot = EnvironmentSnapshot::of_process();
    let network = Network::from(&mode.policy());
    let environment = CommandEnvironment::new(&snapshot, &ShellEnvironmentPolicy::default(), network);
    let argv = argv.iter().map(|word| (*word).to_owned()).collect();
    CommandSpec { argv, cwd: cwd.clone(), env: environment.vars }
}

/// As careless libraries do: a descriptor that survives execution.
fn leave_a_descriptor_open(orders: &Orders) -> io::Result<()> {
    let Ok(file) = std::fs::File::open(orders.home.join("auth.json")) else { return Ok(()) };
    let kept = rustix::io::dup(&file)?;
    rustix::io::fcntl_setfd(&kept, rustix::io::FdFlags::empty())?;
    std::mem::forget(kept);
    Ok(())
}
