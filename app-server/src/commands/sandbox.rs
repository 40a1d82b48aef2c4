//! `sandbox`: runs a command as the agent's commands are run, or says what the sandbox can do here.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use codex_core::base::paths::AbsolutePath;
use codex_core::config::home::Surroundings;
use codex_core::config::loader::ConfigLoader;
use codex_core::config::overrides::{Flags, ThreadOverrides};
use codex_core::config::permissions::{SandboxMode, SandboxOrigin};
use codex_core::exec::env::{CommandEnvironment, EnvironmentSnapshot, Network};
use codex_core::sandbox::Sandbox;
use codex_core::sandbox::command::CommandSpec;
use codex_core::sandbox::strength::{State, Strength};

use crate::commands::terminal::Terminal;

const USAGE: &str = "usage: codex-app-server sandbox [--mode MODE] [--landlock-only] -- COMMAND [ARG ...]
       codex-app-server sandbox check [--landlock-only]
MODE is read-only, workspace-write or danger-full-access; as configured if left out, else workspace-write.";

/// Carries out the subcommand. The exit code is the command's; `check` fails where there is no sandbox.
pub fn run(arguments: Vec<OsString>, flags: &Flags, terminal: &mut Terminal) -> anyhow::Result<ExitCode> {
    let Wanted { check, landlock_only, mode, command } = match parse(arguments) {
        Ok(wanted) => wanted,
        Err(problem) => {
            terminal.complain(format_args!("{problem}\n{USAGE}"));
            return Ok(ExitCode::from(2));
        }
    };
    let surroundings = Surroundings::of_process()?;
    let helper = std::env::current_exe().context("the file of this program is not known")?;
    let mut sandbox =
        Sandbox::detect(helper, surroundings.home.as_path()).with_doors_of(&surroundings.environment);
    if landlock_only {
        sandbox = sandbox.landlock_only();
    }
    if check {
        return Ok(report(&sandbox, terminal));
    }
    let directory = surroundings.directory.clone();
    let configs = ConfigLoader::new(surroundings, flags)?;
    let mut overrides = ThreadOverrides { sandbox: mode, ..ThreadOverrides::default() };
    let mut config = configs.for_thread(&overrides)?;
    if config.sandbox_origin == SandboxOrigin::Default {
        overrides.sandbox = Some(SandboxMode::WorkspaceWrite);
        config = configs.for_thread(&overrides)?;
    }
    let network = Network::from(&config.sandbox_policy);
    let variables = EnvironmentSnapshot::of_process();
    let environment = CommandEnvironment::new(&variables, &config.shell_environment_policy, network);
    let spec = CommandSpec { argv: command, cwd: AbsolutePath::clone(&directory), env: environment.vars };
    let sandbox = sandbox.with_unreadable(unreadable(&config));
    let code = sandbox.run_command(&config.sandbox_policy, &directory, spec)?;
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

fn unreadable(config: &codex_core::config::Config) -> Vec<std::path::PathBuf> {
    config.sandbox_unreadable_paths.iter().map(|path| path.as_path().to_path_buf()).collect()
}

fn report(sandbox: &Sandbox, terminal: &mut Terminal) -> ExitCode {
    for finding in sandbox.report() {
        let state = match finding.state {
            State::Good => "ok     ",
            State::Limited => "limited",
            State::Missing => "missing",
        };
        terminal.say(format_args!("{state} {}: {}", finding.name, finding.text));
    }
    match sandbox.strength() {
        Strength::Full | Strength::LandlockOnly { .. } => ExitCode::SUCCESS,
        Strength::None { .. } => ExitCode::FAILURE,
    }
}

#[derive(Debug)]
struct Wanted {
    check: bool,
    landlock_only: bool,
    /// None: as configured, or workspace-write.
    mode: Option<SandboxMode>,
    command: Vec<String>,
}

fn parse(arguments: Vec<OsString>) -> anyhow::Result<Wanted> {
    use lexopt::prelude::*;

    let mut wanted = Wanted { check: false, landlock_only: false, mode: None, command: Vec::new() };
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("mode") => wanted.mode = Some(mode(&parser.value()?.string()?)?),
            Long("help") | Short('h') => bail!("runs a command as the agent's commands are run"),
            Long("landlock-only") => wanted.landlock_only = true,
            Value(word) if wanted.command.is_empty() && word == "check" => wanted.check = true,
            Value(word) => {
                wanted.command.push(word.string()?);
                for word in parser.raw_args()? {
                    wanted.command.push(word.string()?);
                }
            }
            other => return Err(other.unexpected().into()),
        }
    }
    match (wanted.check, wanted.command.is_empty()) {
        (true, false) => bail!("`check` takes no command"),
        (false, true) => bail!("there is no command to run"),
        (true, true) | (false, false) => Ok(wanted),
    }
}

fn mode(text: &str) -> anyhow::Result<SandboxMode> {
    Ok(match text {
        "read-only" => SandboxMode::ReadOnly,
        "workspace-write" => SandboxMode::WorkspaceWrite,
        "danger-full-access" => SandboxMode::DangerFullAccess,
        other => bail!("there is no mode `{other}`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> String {
        match parse(line.split_whitespace().map(OsString::from).collect()) {
            Ok(wanted) if wanted.check => format!("check landlock_only={}", wanted.landlock_only),
            Ok(wanted) => format!("{:?} {:?}", wanted.mode, wanted.command),
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn what_stands_behind_the_command_is_its_own() {
        assert_eq!(parsed("-- ls -l --mode x"), r#"None ["ls", "-l", "--mode", "x"]"#);
        assert_eq!(parsed("--mode read-only ls -l"), r#"Some(ReadOnly) ["ls", "-l"]"#);
        assert_eq!(parsed("check --landlock-only"), "check landlock_only=true");
        assert_eq!(parsed(""), "there is no command to run");
        assert_eq!(parsed("--mode none -- ls"), "there is no mode `none`");
    }
}
