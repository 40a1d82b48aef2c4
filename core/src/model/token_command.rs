//! Tokens that a program of the user's hands out: `[model_providers.ID.auth]`.
//!
//! The program prints a token and ends. What it printed is used by all conversations until it is older than the
//! configured interval, or until the server does not accept it any more. It runs once at a time for a provider, and
//! whoever comes meanwhile gets what it says. The program gets no input, has a time limit, and ends with whoever waits
//! for it. Its output is a secret and never quoted; what it says on its other stream is quoted when it fails.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::base::secret::Secret;
use crate::base::text::head;
use crate::config::provider::CommandAuth;
use crate::model::error::Error;
use crate::model::token_program::Programs;

/// What is quoted of a program's complaint.
const EXCERPT: usize = 300;
/// Nobody hands out longer tokens.
const LONGEST_TOKEN: usize = 64 * 1024;

/// The tokens of all providers.
#[derive(Debug)]
pub struct TokenCommands {
    programs: Programs,
    known: Mutex<HashMap<String, Arc<TokenCommand>>>,
}

impl TokenCommands {
    pub fn new(programs: Programs) -> Self {
        Self { programs, known: Mutex::default() }
    }

    /// Those of programs that cannot be run.
    #[cfg(any(test, feature = "testing"))]
    pub fn nobody() -> Self {
        #[expect(clippy::unwrap_used, reason = "it is absolute")]
        let directory = crate::base::paths::AbsolutePath::new("/").unwrap();
        Self::new(Programs { helper: "/no/helper".into(), directory, variables: Vec::new() })
    }

    /// The tokens of a provider, the same for everybody who means the same program.
    pub fn of(&self, provider: &str, auth: &CommandAuth) -> Arc<TokenCommand> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = known.get(provider).filter(|command| command.auth == *auth) {
            return Arc::clone(same);
        }
        let command = Arc::new(TokenCommand::new(provider, auth.clone(), self.programs.clone()));
        known.insert(provider.to_owned(), Arc::clone(&command));
        command
    }
}

/// The tokens of one provider.
#[derive(Debug)]
pub struct TokenCommand {
    provider: String,
    auth: CommandAuth,
    programs: Programs,
    state: Mutex<State>,
    /// Whose turn it is to run the program.
    turn: Semaphore,
}

#[derive(Debug, Default)]
struct State {
    latest: Option<(Secret, Instant)>,
    /// How often the program has run, and why it failed the last time.
    runs: u64,
    failure: Option<String>,
}

impl TokenCommand {
    fn new(provider: &str, auth: CommandAuth, programs: Programs) -> Self {
        let (state, turn) = (Mutex::default(), Semaphore::new(1));
        Self { provider: provider.to_owned(), auth, programs, state, turn }
    }

    /// The token to send now.
    pub async fn token(&self) -> Result<Secret, Error> {
        match self.fresh() {
            Some(token) => Ok(token),
            None => self.other_than(None).await,
        }
    }

    /// Another token, because this one was not accepted.
    pub async fn renewed(&self, refused: &Secret) -> Result<Secret, Error> {
        self.other_than(Some(refused)).await
    }

    async fn other_than(&self, refused: Option<&Secret>) -> Result<Secret, Error> {
        let runs_before = self.state().runs;
        let _turn = self.turn.acquire().await;
        if let Some(token) = self.fresh().filter(|token| refused != Some(token)) {
            return Ok(token);
        }
        if let State { runs, failure: Some(reason), .. } = &*self.state()
            && *runs > runs_before
        {
            return Err(self.failed(reason));
        }
        let outcome = self.run().await;
        let mut state = self.state();
        state.runs += 1;
        state.failure = outcome.as_ref().err().cloned();
        let token = outcome.map_err(|reason| self.failed(&reason))?;
        state.latest = Some((token.clone(), Instant::now()));
        Ok(token)
    }

    fn fresh(&self) -> Option<Secret> {
        let state = self.state();
        let (token, at) = state.latest.as_ref()?;
        let is_fresh = self.auth.refresh_interval().is_none_or(|interval| at.elapsed() < interval);
        is_fresh.then(|| token.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(&self) -> Result<Secret, String> {
        let limit = self.auth.timeout();
        let printed = timeout(limit, self.programs.run(&self.auth))
            .await
            .map_err(|_| format!("it took longer than {} ms (`timeout_ms`)", limit.as_millis()))??;
        if printed.code != 0 {
            let said = head(&printed.stderr, EXCERPT);
            let reason = if said.is_empty() { String::new() } else { format!(": {said}") };
            return Err(format!("it ended with exit status {}{reason}", printed.code));
        }
        let token = printed.stdout;
        if token.is_empty() {
            return Err("it printed no token".to_owned());
        }
        if token.len() > LONGEST_TOKEN || token.contains(char::is_whitespace) {
            return Err("it printed something else than one token".to_owned());
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

    #[tokio::test(start_paused = true)]
    async fn an_old_token_is_replaced() {
        let auth = toml::from_str("command = \"x\"\nrefresh_interval_ms = 1000").unwrap();
        let command = TokenCommands::nobody().of("p", &auth);
        command.state().latest = Some((Secret::new("old"), Instant::now()));
        tokio::time::advance(Duration::from_millis(999)).await;
        assert_eq!(command.fresh().unwrap().reveal(), "old");
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(command.fresh().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_never_old_if_only_the_server_says_so() {
        let auth = toml::from_str("command = \"x\"\nrefresh_interval_ms = 0").unwrap();
        let command = TokenCommands::nobody().of("p", &auth);
        command.state().latest = Some((Secret::new("old"), Instant::now()));
        tokio::time::advance(Duration::from_secs(1_000_000)).await;
        assert_eq!(command.token().await.unwrap().reveal(), "old");
    }

    #[test]
    fn the_same_program_has_the_same_tokens() {
        let commands = TokenCommands::nobody();
        let auth = |command: &str| toml::from_str(&format!("command = \"{command}\"")).unwrap();
        let first = commands.of("p", &auth("a"));
        assert!(Arc::ptr_eq(&first, &commands.of("p", &auth("a"))));
        assert!(!Arc::ptr_eq(&first, &commands.of("q", &auth("a"))));
        assert!(!Arc::ptr_eq(&first, &commands.of("p", &auth("b"))));
    }
}
