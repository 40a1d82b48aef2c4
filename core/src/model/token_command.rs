//! Tokens that a program of the user's hands out: `[model_providers.ID.auth]`.
//!
//! The program prints a token and ends. What it printed is used until it is older than the configured
//! interval, or until the server does not accept it any more. The program gets no input, has a time limit,
//! and ends with whoever waits for it. Its output is a secret and never quoted; what it says on its other
//! stream is quoted when it fails.

use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

use crate::base::secret::Secret;
use crate::base::text::head;
use crate::config::provider::CommandAuth;
use crate::model::error::Error;

/// What is quoted of a program's complaint.
const EXCERPT: usize = 300;
/// Nobody hands out longer tokens.
const LONGEST_TOKEN: usize = 64 * 1024;

/// The tokens of one provider.
pub struct TokenCommand {
    provider: String,
    auth: CommandAuth,
    latest: Mutex<Option<(Secret, Instant)>>,
}

impl TokenCommand {
    pub fn new(provider: &str, auth: CommandAuth) -> Self {
        Self { provider: provider.to_owned(), auth, latest: Mutex::new(None) }
    }

    /// The token to send now.
    pub async fn token(&self) -> Result<Secret, Error> {
        match self.fresh() {
            Some(token) => Ok(token),
            None => self.renewed().await,
        }
    }

    /// Another token, because the last one was not accepted.
    pub async fn renewed(&self) -> Result<Secret, Error> {
        let token = self.run().await?;
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some((token.clone(), Instant::now()));
        Ok(token)
    }

    fn fresh(&self) -> Option<Secret> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let (token, at) = latest.as_ref()?;
        let is_fresh = self.auth.refresh_interval().is_none_or(|interval| at.elapsed() < interval);
        is_fresh.then(|| token.clone())
    }

    async fn run(&self) -> Result<Secret, Error> {
        let auth = &self.auth;
        let mut command = Command::new(&auth.command);
        command.args(&auth.args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(cwd) = &auth.cwd {
            command.current_dir(cwd);
        }
        #[cfg(unix)]
        command.process_group(0);
        let child = command.kill_on_drop(true).spawn().map_err(|error| self.failed(&error.to_string()))?;
        let mut group = Group::of(&child);
        let limit = auth.timeout();
        let output = timeout(limit, child.wait_with_output())
            .await
            .map_err(|_| {
                self.failed(&format!("it took longer than {} ms (`timeout_ms`)", limit.as_millis()))
            })?
            .map_err(|error| self.failed(&error.to_string()))?;
        group.has_ended();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = head(said.trim(), EXCERPT);
            let reason = if said.is_empty() { String::new() } else { format!(": {said}") };
            return Err(self.failed(&format!("it ended with {}{reason}", output.status)));
        }
        let token = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if token.is_empty() {
            return Err(self.failed("it printed no token"));
        }
        if token.len() > LONGEST_TOKEN || token.contains(char::is_whitespace) {
            return Err(self.failed("it printed something else than one token"));
        }
        Ok(Secret::new(token))
    }

    fn failed(&self, reason: &str) -> Error {
        Error::TokenCommand {
            provider: self.provider.clone(),
            command: self.auth.command.clone(),
            reason: reason.to_owned(),
        }
    }
}

/// Ends a program with what it has started, if it is not waited for any more.
struct Group(Option<u32>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id())
    }

    fn has_ended(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(id) = self.0.and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?)) {
            // It may just have ended.
            let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
        }
    }
}

impl CommandAuth {
    fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms.get())
    }

    /// None: only when the server does not accept the token.
    fn refresh_interval(&self) -> Option<Duration> {
        (self.refresh_interval_ms > 0).then(|| Duration::from_millis(self.refresh_interval_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a script that may count in a file `runs` beside it.
    fn command(folder: &std::path::Path, script: &str, rest: &str) -> TokenCommand {
        let text = format!(
            "command = \"sh\"\nargs = [\"-c\", '''{script}''']\ncwd = \"{}\"\n{rest}",
            folder.display()
        );
        TokenCommand::new("p", toml::from_str(&text).unwrap())
    }

    const COUNTING: &str = "echo x >> runs; echo \" token-$(wc -l < runs) \"";

    async fn tokens(command: &TokenCommand) -> Vec<String> {
        let mut seen = Vec::new();
        for _ in 0..2 {
            seen.push(command.token().await.unwrap().reveal().to_owned());
        }
        seen.push(command.renewed().await.unwrap().reveal().to_owned());
        seen.push(command.token().await.unwrap().reveal().to_owned());
        seen
    }

    #[tokio::test]
    async fn a_token_is_used_until_it_is_old_or_refused() {
        let folder = tempfile::tempdir().unwrap();
        let seen = tokens(&command(folder.path(), COUNTING, "")).await;
        assert_eq!(seen, ["token-1", "token-1", "token-2", "token-2"]);
        let folder = tempfile::tempdir().unwrap();
        let seen = tokens(&command(folder.path(), COUNTING, "refresh_interval_ms = 0")).await;
        assert_eq!(seen, ["token-1", "token-1", "token-2", "token-2"]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_token_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let command = command(folder.path(), "", "refresh_interval_ms = 1000");
        *command.latest.lock().unwrap() = Some((Secret::new("old"), Instant::now()));
        tokio::time::advance(Duration::from_millis(999)).await;
        assert_eq!(command.fresh().unwrap().reveal(), "old");
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(command.fresh().is_none());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_a_program_has_started_ends_with_who_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let command =
            command(folder.path(), "sleep 1000 & echo $! > new; mv new pid; wait", "timeout_ms = 60000");
        let path = folder.path().join("pid");
        let started = async {
            while !path.exists() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = command.token() => panic!("it never ends by itself"),
            () = started => {}
        }
        let pid = std::fs::read_to_string(&path).unwrap();
        let stat = || std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        // Whoever adopts it may take a moment to bury it.
        while !stat().is_empty() && !stat().contains(") Z ") {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn failures_say_what_the_program_said_and_never_what_it_printed() {
        let folder = tempfile::tempdir().unwrap();
        let reason = async |script: &str, rest: &str| {
            command(folder.path(), script, rest).token().await.unwrap_err().to_string()
        };
        assert_eq!(
            reason("echo sk-1; echo no session >&2; exit 3", "").await,
            "The command `sh` gives no token for the model provider `p`: it ended with exit status: 3: no \
             session. Correct `model_providers.p.auth`, or run the command by hand to see what it needs."
        );
        assert!(reason("true", "").await.contains("it printed no token"));
        assert!(reason("echo sk-1 sk-2", "").await.contains("it printed something else than one token"));
        let late = reason("exec sleep 60", "timeout_ms = 50").await;
        assert!(late.contains("it took longer than 50 ms (`timeout_ms`)"), "{late}");
        let absent = TokenCommand::new("p", toml::from_str("command = \"/absent/x\"").unwrap());
        assert!(absent.token().await.unwrap_err().to_string().contains("No such file"));
    }
}
