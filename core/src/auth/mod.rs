//! Credentials: who is logged in, and with which key a provider is asked.
//!
//! `AuthManager` owns the current login. It is read from `auth.json` of the home directory, and again when somebody
//! asks for it; nothing here writes that file or goes to the network. Keys and tokens are `Secret`s,
//! so that printing any of these values shows none.

pub mod storage;
pub mod token;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;

use crate::base::environment::Environment;
use crate::base::paths::AbsolutePath;
use crate::base::secret::Secret;
use token::Claims;

/// The variable whose key counts when nobody is logged in.
pub const KEY_VARIABLE: &str = "CODEX_API_KEY";

/// How somebody is logged in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Credentials {
    #[default]
    None,
    ApiKey(Secret),
    ChatGpt(Box<ChatGpt>),
}

/// A login with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatGpt {
    pub access_token: Secret,
    pub refresh_token: Option<Secret>,
    /// What the id token says about the account.
    pub claims: Claims,
    pub account_id: Option<String>,
    /// When the tokens were fetched, as written in the file (RFC 3339).
    pub last_refresh: Option<String>,
}

/// What is wrong with credentials.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{} cannot be read: {source}. Make it readable, or log in again", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} is malformed: {reason}. Remove it and log in again", path.display())]
    Malformed { path: PathBuf, reason: String },
}

/// The current login and why there is none, if the file could not be used.
#[derive(Clone, Debug, Default)]
pub struct Login {
    pub credentials: Credentials,
    pub problem: Option<Arc<Error>>,
}

/// The owner of the current login. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub struct AuthManager {
    home: AbsolutePath,
    environment: Environment,
    login: watch::Sender<Login>,
}

impl AuthManager {
    /// Reads the stored login. A file that cannot be used counts as no login and is reported in it.
    pub fn load(home: AbsolutePath, environment: Environment) -> Self {
        let (login, _) = watch::channel(read(&home, &environment));
        Self { home, environment, login }
    }

    /// Reads the stored login again, after somebody changed it. Blocking.
    pub fn reload(&self) {
        self.login.send_replace(read(&self.home, &self.environment));
    }

    pub fn current(&self) -> Login {
        self.login.borrow().clone()
    }
}

fn read(home: &AbsolutePath, environment: &Environment) -> Login {
    let (stored, problem) = match storage::read(home) {
        Ok(credentials) => (credentials, None),
        Err(error) => (Credentials::None, Some(Arc::new(error))),
    };
    let credentials = match (stored, environment.get(KEY_VARIABLE)) {
        (Credentials::None, Some(key)) => Credentials::ApiKey(Secret::new(key)),
        (stored, _) => stored,
    };
    Login { credentials, problem }
}

impl Credentials {
    /// What goes into the `Authorization` header.
    pub fn bearer(&self) -> Option<&Secret> {
        match self {
            Self::None => None,
            Self::ApiKey(key) => Some(key),
            Self::ChatGpt(login) => Some(&login.access_token),
        }
    }

    /// The account in whose name requests are made.
    pub fn account_id(&self) -> Option<&str> {
        match self {
            Self::None | Self::ApiKey(_) => None,
            Self::ChatGpt(login) => login.account_id.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manager(folder: &std::path::Path, environment: Environment) -> AuthManager {
        AuthManager::load(AbsolutePath::new(folder).unwrap(), environment)
    }

    #[test]
    fn the_stored_login_counts_before_the_variable() {
        let folder = tempfile::tempdir().unwrap();
        let environment: Environment = [(KEY_VARIABLE, "from-env")].into_iter().collect();
        let manager = manager(folder.path(), environment);
        assert_eq!(manager.current().credentials.bearer().unwrap().reveal(), "from-env");

        std::fs::write(folder.path().join("auth.json"), r#"{"OPENAI_API_KEY": "stored"}"#).unwrap();
        manager.reload();
        assert_eq!(manager.current().credentials.bearer().unwrap().reveal(), "stored");
        assert!(!format!("{manager:?}").contains("stored"));
    }

    #[test]
    fn a_broken_file_is_no_login_and_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("auth.json"), "{").unwrap();
        let login = manager(folder.path(), Environment::default()).current();
        assert_eq!(login.credentials, Credentials::None);
        let problem = login.problem.unwrap().to_string();
        assert!(problem.contains("auth.json is malformed"), "{problem}");
        assert!(problem.ends_with("log in again"), "{problem}");
    }
}
