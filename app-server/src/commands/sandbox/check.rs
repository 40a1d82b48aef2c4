//! `sandbox check`: attacks the sandbox of this machine, and tells what held.

use std::process::ExitCode;

use codex_core::config::home::Surroundings;

use crate::commands::terminal::Terminal;

/// Which strength is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The one that is here.
    Detected,
    Full,
    Landlock,
}

/// How the outcome is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Lines,
    Json,
}

/// Makes all checks; the exit code is 1 if one has failed.
#[cfg(target_os = "linux")]
pub fn run(
    wanted: Wanted,
    form: Form,
    surroundings: &Surroundings,
    terminal: &mut Terminal,
) -> anyhow::Result<ExitCode> {
    use codex_core::selftest::{self, Line, Outcome, place::Mode};

    let mode = match wanted {
        Wanted::Detected => None,
        Wanted::Full => Some(Mode::Full),
        Wanted::Landlock => Some(Mode::Landlock),
    };
    let report = selftest::run(mode, surroundings.home.as_path(), |line: &Line| {
        if form == Form::Json {
            return;
        }
        let result = match line.result {
            Outcome::Pass => "pass",
            Outcome::Fail => "FAIL",
            Outcome::Unsupported => "unsupported",
        };
        terminal.say(format_args!("{result:<11} {:>2} {}", line.number, line.name));
        for text in line.reason.iter().chain(&line.remedy) {
            terminal.say(format_args!("               {text}"));
        }
    })?;
    match form {
        Form::Json => terminal.say(serde_json::to_string(&report)?),
        Form::Lines => {
            let count = |wanted| report.checks.iter().filter(|line| line.result == wanted).count();
            terminal.say(format_args!(
                "strength {}: {} passed, {} failed, {} unsupported",
                report.strength,
                count(Outcome::Pass),
                count(Outcome::Fail),
                count(Outcome::Unsupported)
            ));
        }
    }
    Ok(if report.has_failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// There is no sandbox to attack.
#[cfg(not(target_os = "linux"))]
pub fn run(_: Wanted, _: Form, _: &Surroundings, _: &mut Terminal) -> anyhow::Result<ExitCode> {
    anyhow::bail!("the sandbox can be checked on Linux only; elsewhere commands run only with full access")
}
