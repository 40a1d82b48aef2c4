//! What requests to run and to write have in common: their checks, and what a child is given of the environment.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use codex_core::exec::env::{CommandEnvironment, EnvironmentSnapshot, Network};
use codex_core::exec::process::{InputError, More};
use codex_core::exec::streams::TerminalSize;
use codex_core::{config::shell_env::ShellEnvironmentPolicy, exec};
use codex_protocol::policy::SandboxPolicy;

use crate::error::RpcError;

/// How long something runs if the client does not say.
pub(crate) const TIME: Duration = Duration::from_secs(10);
/// How much of each stream is told if the client does not say.
pub(crate) const CAP: u64 = 1024 * 1024;

/// `null` takes a variable away.
pub(crate) type Variables = Option<BTreeMap<String, Option<String>>>;

/// A time limit in milliseconds.
pub(crate) fn time(method: &str, milliseconds: i64) -> Result<Duration, RpcError> {
    let time = u64::try_from(milliseconds).map(Duration::from_millis);
    time.map_err(|_negative| {
        RpcError::invalid_params(format!("{method} timeoutMs must be non-negative, got {milliseconds}"))
    })
}

/// The size of a terminal. `what` begins the complaint.
pub(crate) fn size(what: &str, rows: u16, columns: u16) -> Result<TerminalSize, RpcError> {
    if rows == 0 || columns == 0 {
        return Err(RpcError::invalid_params(format!("{what} size rows and cols must be greater than 0")));
    }
    Ok(TerminalSize { rows, columns })
}

/// The terminal that a request wants.
pub(crate) fn terminal(
    method: &str,
    tty: bool,
    size: Option<Result<TerminalSize, RpcError>>,
) -> Result<Option<TerminalSize>, RpcError> {
    match (tty, size) {
        (true, None) => Ok(Some(TerminalSize::default())),
        (true, Some(size)) => size.map(Some),
        (false, None) => Ok(None),
        (false, Some(_)) => Err(RpcError::invalid_params(format!("{method} size requires tty: true"))),
    }
}

pub(crate) fn command(command: &[String]) -> Result<(), RpcError> {
    if command.is_empty() {
        return Err(RpcError::invalid_request("command must not be empty"));
    }
    if command.iter().any(|word| word.contains('\0')) {
        return Err(RpcError::invalid_request("command must not contain NUL characters"));
    }
    Ok(())
}

/// The variables of a child: those of this process as far as the configuration lets them through, and what the client
/// wants to be different.
pub(crate) fn environment(
    snapshot: &EnvironmentSnapshot,
    policy: &ShellEnvironmentPolicy,
    sandbox: &SandboxPolicy,
    wanted: Variables,
) -> Result<Vec<(String, String)>, RpcError> {
    let inherited = CommandEnvironment::new(snapshot, policy, Network::from(sandbox)).vars;
    let mut variables: BTreeMap<_, _> = inherited.into_iter().collect();
    for (name, value) in wanted.into_iter().flatten() {
        if name.is_empty() || name.contains(['=', '\0']) {
            let text = format!("`env`: {name:?} cannot be the name of a variable");
            return Err(RpcError::invalid_request(text));
        }
        match value {
            Some(value) if value.contains('\0') => {
                let text = format!("`env`: the value of {name:?} must not contain NUL characters");
                return Err(RpcError::invalid_request(text));
            }
            Some(value) => drop(variables.insert(name, value)),
            None => drop(variables.remove(&name)),
        }
    }
    Ok(variables.into_iter().collect())
}

/// What a request to write brings.
pub(crate) fn input(method: &str, base64: Option<String>, close: bool) -> Result<(Vec<u8>, More), RpcError> {
    let more = if close { More::Never } else { More::May };
    match base64 {
        None if more == More::May => {
            Err(RpcError::invalid_params(format!("{method} requires deltaBase64 or closeStdin")))
        }
        None => Ok((Vec::new(), more)),
        Some(text) => match BASE64_STANDARD.decode(text) {
            Ok(bytes) => Ok((bytes, more)),
            Err(problem) => Err(RpcError::invalid_params(format!("invalid deltaBase64: {problem}"))),
        },
    }
}

/// Why input was not taken. `what` is what it was for.
pub(crate) fn not_written(what: &str, error: InputError) -> RpcError {
    match error {
        InputError::NoInput => {
            RpcError::invalid_request(format!("stdin streaming is not enabled for this {what}"))
        }
        InputError::Closed => RpcError::invalid_request("stdin is already closed"),
        InputError::Ended => RpcError::invalid_request(format!("this {what} is no longer running")),
        InputError::NoTerminal => {
            RpcError::invalid_request("failed to resize PTY: process is not attached to a PTY")
        }
        InputError::Io(source) => {
            RpcError::internal(format!("the input of this {what} failed")).caused_by(source)
        }
    }
}

/// Why something did not start.
pub(crate) fn not_started(what: &str, error: exec::Error) -> RpcError {
    match error {
        exec::Error::TooMany { .. } => RpcError::invalid_request(error.to_string()),
        _ => RpcError::internal(format!("failed to spawn {what}: {error}")).caused_by(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(wanted: &[(&str, Option<&str>)]) -> String {
        let snapshot = [("A", "1"), ("B", "2"), ("MY_TOKEN", "s")].into_iter().collect();
        let wanted = wanted.iter().map(|(name, value)| ((*name).into(), value.map(Into::into))).collect();
        let full = SandboxPolicy::DangerFullAccess;
        match environment(&snapshot, &ShellEnvironmentPolicy::default(), &full, Some(wanted)) {
            Ok(variables) => {
                variables.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn variables_are_those_of_the_process_without_secrets_and_what_the_client_wants() {
        assert_eq!(variables(&[]), "A=1 B=2");
        let wanted = [("A", None), ("C", Some("3")), ("MY_TOKEN", Some("given"))];
        assert_eq!(variables(&wanted), "B=2 C=3 MY_TOKEN=given");
        for (name, value) in [("", None), ("A=B", Some("1")), ("A\0", None)] {
            assert!(variables(&[(name, value)]).contains("cannot be the name of a variable (-32600)"));
        }
        assert!(variables(&[("A", Some("\0"))]).contains(r#"the value of "A" must not contain NUL"#));
    }
}
