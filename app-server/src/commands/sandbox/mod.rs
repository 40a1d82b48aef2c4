//! `sandbox`: runs a command as the agent's commands are run, or says what the sandbox can do here.

mod check;

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

use crate::commands::terminal::Terminal;
use check::{Form, Wanted as Strength};

const USAGE: &str = "usage: codex-app-server sandbox [--policy POLICY] [--landlock-only] -- COMMAND [ARG ...]
       codex-app-server sandbox check [--json] [--strength full|landlock]
POLICY is read-only, workspace-write, danger-full-access, or the name of a permission profile, such as :workspace; as
configured if left out, else workspace-write. `--mode` is another word for it.";

/// Carries out the subcommand. The exit code is the command's; `check` fails where there is no sandbox.
pub fn run(arguments: Vec<OsString>, flags: &Flags, terminal: &mut Terminal) -> anyhow::Result<ExitCode> {
    let Wanted { check, strength, policy, command } = match parse(arguments) {
        Ok(wanted) => wanted,
        Err(problem) => {
            terminal.complain(format_args!("{problem}\n{USAGE}"));
            return Ok(ExitCode::from(2));
        }
    };
    let surroundings = Surroundings::of_process()?;
    if let Some(form) = check {
        return check::run(strength, form, &surroundings, terminal);
    }
    let helper = std::env::current_exe().context("the file of this program is not known")?;
    let mut sandbox =
        Sandbox::detect(helper, surroundings.home.as_path()).with_doors_of(&surroundings.environment);
    match strength {
        Strength::Detected => {}
        Strength::Full if *sandbox.strength() == codex_core::sandbox::strength::Strength::Full => {}
        Strength::Full => bail!("the full sandbox is not to be had here; `sandbox check` tells why"),
        Strength::Landlock => sandbox = sandbox.landlock_only(),
    }
    let directory = surroundings.directory.clone();
    let configs = ConfigLoader::new(surroundings, flags)?;
    let mut overrides = policy.unwrap_or_default();
    let mut config = configs.for_thread(&overrides)?;
    if config.sandbox_origin == SandboxOrigin::Default {
        overrides.sandbox = Some(SandboxMode::WorkspaceWrite);
        config = configs.for_thread(&overrides)?;
    }
    let network = Network::from(&config.sandbox_policy);
    let variables = EnvironmentSnapshot::of_process();
    let environment = CommandEnvironment::new(&variables, &config.shell_environment_policy, network);
    let spec = CommandSpec { argv: command, cwd: AbsolutePath::clone(&directory), env: environment.vars };
    let sandbox = sandbox
        .with_unreadable(unreadable(&config))
        .with_trusted(config.trusted_folder.clone(), config.trusted_folders.clone());
    let code = sandbox.run_command(&config.sandbox_policy, &directory, spec)?;
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

fn unreadable(config: &codex_core::config::Config) -> Vec<std::path::PathBuf> {
    config.sandbox_unreadable_paths.iter().map(|path| path.as_path().to_path_buf()).collect()
}

#[derive(Debug)]
struct Wanted {
    /// How to tell what the checks found, if they are wanted.
    check: Option<Form>,
    strength: Strength,
    /// None: as configured, or workspace-write.
    policy: Option<ThreadOverrides>,
    command: Vec<String>,
}

fn parse(arguments: Vec<OsString>) -> anyhow::Result<Wanted> {
    use lexopt::prelude::*;

    let mut wanted = Wanted { check: None, strength: Strength::Detected, policy: None, command: Vec::new() };
    let mut form = Form::Lines;
    let mut is_check = false;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("policy" | "mode") => wanted.policy = Some(policy(parser.value()?.string()?)),
            Long("help") | Short('h') => bail!("runs a command as the agent's commands are run"),
            Long("landlock-only") => wanted.strength = Strength::Landlock,
            Long("strength") => wanted.strength = strength(&parser.value()?.string()?)?,
            Long("json") => form = Form::Json,
            Value(word) if wanted.command.is_empty() && word == "check" => is_check = true,
            Value(word) => {
                wanted.command.push(word.string()?);
                for word in parser.raw_args()? {
                    wanted.command.push(word.string()?);
                }
            }
            other => return Err(other.unexpected().into()),
        }
    }
    wanted.check = is_check.then_some(form);
    match (is_check, wanted.command.is_empty()) {
        (true, _) if wanted.policy.is_some() => bail!("`--policy` is for a command"),
        (true, false) => bail!("`check` takes no command"),
        (false, true) => bail!("there is no command to run"),
        (false, false) if form == Form::Json => bail!("`--json` is for `check`"),
        (true, true) | (false, false) => Ok(wanted),
    }
}

fn strength(text: &str) -> anyhow::Result<Strength> {
    Ok(match text {
        "full" => Strength::Full,
        "landlock" => Strength::Landlock,
        other => bail!("there is no strength `{other}`; it is `full` or `landlock`"),
    })
}

/// A mode by its name, and everything else as the name of a permission profile.
fn policy(name: String) -> ThreadOverrides {
    let mode = match name.as_str() {
        "read-only" => SandboxMode::ReadOnly,
        "workspace-write" => SandboxMode::WorkspaceWrite,
        "danger-full-access" => SandboxMode::DangerFullAccess,
        _ => return ThreadOverrides { permissions: Some(name), ..ThreadOverrides::default() },
    };
    ThreadOverrides { sandbox: Some(mode), ..ThreadOverrides::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> String {
        match parse(line.split_whitespace().map(OsString::from).collect()) {
            Ok(Wanted { check: Some(form), strength, .. }) => format!("check {form:?} {strength:?}"),
            Ok(Wanted { policy, command, .. }) => {
                let policy = policy.map(|policy| (policy.sandbox, policy.permissions));
                format!("{policy:?} {command:?}")
            }
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn what_stands_behind_the_command_is_its_own() {
        assert_eq!(parsed("-- ls -l --mode x"), r#"None ["ls", "-l", "--mode", "x"]"#);
        assert_eq!(parsed("--mode read-only ls -l"), r#"Some((Some(ReadOnly), None)) ["ls", "-l"]"#);
        assert_eq!(parsed("--policy read-only ls"), r#"Some((Some(ReadOnly), None)) ["ls"]"#);
        assert_eq!(parsed("--policy :workspace ls"), r#"Some((None, Some(":workspace"))) ["ls"]"#);
        assert_eq!(parsed("check --landlock-only"), "check Lines Landlock");
        assert_eq!(parsed("check --json --strength full"), "check Json Full");
        assert_eq!(
            parsed("check --strength none"),
            "there is no strength `none`; it is `full` or `landlock`"
        );
        assert_eq!(parsed("--json ls"), "`--json` is for `check`");
        assert_eq!(parsed(""), "there is no command to run");
    }
}
