//! Credentials: who is logged in, and with which key a provider is asked.
//!
//! `AuthManager` owns the current login, whether it is stored, stands in a variable or was handed in by the client. What is
//! stored is read again when somebody asks for it, and changed under a lock that other processes respect. Tokens are
//! renewed here (`refresh`), logins are carried out in `login`. Keys and tokens are `Secret`s, so that printing any of
//! these values shows none.

pub mod document;
pub mod external;
pub mod issuer;
mod keyring;
pub mod login;
pub mod refresh;
mod rules;
pub mod storage;
pub mod token;

#[cfg(test)]
mod testkit;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::base::environment::Environment;
use crate::base::paths::AbsolutePath;
use crate::base::secret::{self, Secret};
use crate::base::spawn::TaskGroup;
use crate::config::login::{ForcedMethod, LoginSettings};
use document::{Document, Tokens};
use external::Asker;
use issuer::{Issuer, Provenance};
use login::attempts::{Attempt, Attempts};
use refresh::Flight;
use storage::Store;
use token::{Claims, TokenError};

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
    /// Who has issued the tokens, if that is known.
    pub provenance: Option<Provenance>,
    /// When the tokens were fetched, as written in the file (RFC 3339).
    pub last_refresh: Option<String>,
    /// The client has handed these tokens in, and renews them. They are not stored.
    pub handed_in: bool,
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
    #[error("the login cannot be stored in {}: {source}", path.display())]
    Unwritable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "the keyring of the system cannot be used: {0}. Set `cli_auth_credentials_store = \"file\"` to do without"
    )]
    Keyring(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("{0}. Set `cli_auth_credentials_store = \"file\"`")]
    NoKeyring(&'static str),
    #[error("the login server has sent an id token that {0}; the login from before stays. Log in again")]
    IdToken(#[from] TokenError),
    /// Logging in by other means is the client's business meanwhile.
    #[error(
        "The client has handed in the login that is in use. Use account/login/start with type chatgptAuthTokens to \
         change it, or account/logout to end it"
    )]
    HandedIn,
    /// What was given as a key is none.
    #[error("the API key {0}")]
    NoKey(&'static str),
    /// The configuration does not allow this login.
    #[error("{0}")]
    Forbidden(String),
    #[error("the login was interrupted; try again")]
    Interrupted,
    /// By the user, the client, or for another login; nothing was changed.
    #[error("Login was not completed")]
    GivenUp,
    #[error("{0}")]
    Shared(Arc<Error>),
}

/// The current login and why there is none, if what is stored cannot be used.
#[derive(Clone, Debug, Default)]
pub struct Login {
    pub credentials: Credentials,
    pub problem: Option<Arc<Error>>,
}

/// The owner of the current login. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub struct AuthManager {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    home: AbsolutePath,
    environment: Environment,
    issuer: Issuer,
    setup: Mutex<Setup>,
    login: watch::Sender<Login>,
    flight: Flight,
    attempts: Attempts,
    asker: Mutex<Option<Asker>>,
    tasks: TaskGroup,
    /// Ends logins and whatever waits.
    token: CancellationToken,
}

/// What the configuration says.
#[derive(Clone, Debug)]
struct Setup {
    settings: LoginSettings,
    store: Store,
}

/// Where the manager lives.
#[derive(Clone, Debug)]
pub struct Place {
    pub home: AbsolutePath,
    pub environment: Environment,
    pub tasks: TaskGroup,
    pub token: CancellationToken,
}

impl AuthManager {
    /// Reads the stored login. A file that cannot be used counts as no login and is reported in it. Blocking.
    pub fn load(Place { home, environment, tasks, token }: Place) -> Self {
        let settings = LoginSettings::default();
        let setup = Setup { store: Store::new(home.clone(), settings.store), settings };
        let (login, _) = watch::channel(read(&setup, &environment));
        let issuer = Issuer::new(&environment);
        let inner = Inner {
            home,
            environment,
            issuer,
            setup: Mutex::new(setup),
            login,
            flight: Flight::default(),
            attempts: Attempts::default(),
            asker: Mutex::default(),
            tasks,
            token,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Heeds these settings from now on. Blocking.
    pub fn configure(&self, settings: &LoginSettings) {
        let mut setup = self.inner.setup.lock().unwrap_or_else(PoisonError::into_inner);
        if setup.settings == *settings {
            return;
        }
        if setup.store.kind() != settings.store {
            setup.store = Store::new(self.inner.home.clone(), settings.store);
        }
        setup.settings = settings.clone();
        drop(setup);
        self.reload();
    }

    /// Reads the stored login again, after somebody changed it. One that was handed in stays. Blocking.
    pub fn reload(&self) {
        if !self.is_handed_in() {
            self.inner.login.send_replace(read(&self.setup(), &self.inner.environment));
        }
    }

    pub fn current(&self) -> Login {
        self.inner.login.borrow().clone()
    }

    /// The login as it is stored now: somebody may have logged in or out with another program.
    pub async fn look_again(&self) -> Login {
        let read = self.blocking(|manager| {
            manager.reload();
            Ok(())
        });
        if let Err(error) = read.await {
            tracing::debug!("the stored login is not read again: {error}");
        }
        self.current()
    }

    pub fn issuer(&self) -> &Issuer {
        &self.inner.issuer
    }

    /// It says how servers are reached.
    pub fn environment(&self) -> &Environment {
        &self.inner.environment
    }

    pub fn settings(&self) -> LoginSettings {
        self.setup().settings
    }

    /// Whether the client has handed in the tokens that are in use.
    pub fn is_handed_in(&self) -> bool {
        matches!(&self.inner.login.borrow().credentials, Credentials::ChatGpt(login) if login.handed_in)
    }

    /// Whether this kind of login may be begun.
    pub fn allows(&self, method: ForcedMethod) -> Result<(), Error> {
        rules::allows(&self.settings(), method)
    }

    /// Logs in with a key, which is stored. A login that is under way is given up.
    pub async fn log_in_with_key(&self, key: Secret) -> Result<(), Error> {
        self.allows(ForcedMethod::Api)?;
        let key = secret::key(key.reveal()).map_err(Error::NoKey)?;
        let attempt = self.begin_login().await;
        self.store(&attempt, Document::of_key(&key)).await
    }

    /// Logs in with tokens, which are stored.
    pub async fn log_in_with_tokens(&self, attempt: &Attempt, tokens: Tokens) -> Result<(), Error> {
        rules::allows_account(&self.settings(), &tokens)?;
        self.store(attempt, Document::of_tokens(&tokens, &self.issuer().provenance(), &refresh::now())).await
    }

    /// Forgets the login, stored or handed in. Whether there was one.
    pub async fn log_out(&self) -> Result<bool, Error> {
        *self.inner.asker.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.blocking(|manager| {
            let setup = manager.setup();
            let was_handed_in = manager.is_handed_in();
            // Also of others, who may be renewing it.
            let removed = setup.store.lock(&manager.inner.token).and_then(|lock| {
                manager.attempts().note_change()?;
                setup.store.remove(&lock)
            });
            manager.inner.login.send_replace(read(&setup, &manager.inner.environment));
            removed.map(|removed| removed || was_handed_in)
        })
        .await
    }

    async fn store(&self, attempt: &Attempt, document: Document) -> Result<(), Error> {
        let (id, cancelled) = (attempt.id, attempt.cancelled.clone());
        self.blocking(move |manager| {
            let setup = manager.setup();
            let lock = setup.store.lock(&cancelled)?;
            // Others may have kept the lock for long.
            if manager.is_handed_in() {
                return Err(Error::HandedIn);
            }
            manager.attempts().commit(id)?;
            setup.store.write(&document, &lock)?;
            manager.inner.flight.forget_failures();
            manager.reload();
            Ok(())
        })
        .await
    }

    /// Runs a function that reads and writes files away from the runtime's own threads.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let manager = self.clone();
        let done = self.inner.tasks.spawn_blocking(move || work(&manager)).await;
        done.unwrap_or(Err(Error::Interrupted))
    }

    fn setup(&self) -> Setup {
        self.inner.setup.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What is stored, as far as it is allowed, else the key of the variable.
fn read(setup: &Setup, environment: &Environment) -> Login {
    let stored = setup.store.read().and_then(|credentials| {
        rules::allows_stored(&setup.settings, &credentials)?;
        Ok(credentials)
    });
    let (stored, problem) = match stored {
        Ok(credentials) => (credentials, None),
        Err(error) => (Credentials::None, Some(Arc::new(error))),
    };
    let key =
        environment.get(KEY_VARIABLE).filter(|_| rules::allows(&setup.settings, ForcedMethod::Api).is_ok());
    let credentials = match (stored, key) {
        (Credentials::None, Some(key)) => Credentials::ApiKey(Secret::new(key.trim())),
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
    use super::testkit::{Home, id_token};
    use super::*;

    #[test]
    fn the_stored_login_counts_before_the_variable() {
        let home = Home::new();
        let manager = home.manager_with([(KEY_VARIABLE, "from-env")].into_iter().collect());
        assert_eq!(manager.current().credentials.bearer().unwrap().reveal(), "from-env");

        home.write(r#"{"OPENAI_API_KEY": "stored"}"#);
        manager.reload();
        assert_eq!(manager.current().credentials.bearer().unwrap().reveal(), "stored");
        assert!(!format!("{manager:?}").contains("stored"));
    }

    #[test]
    fn a_broken_file_is_no_login_and_is_reported() {
        let home = Home::new();
        home.write("{");
        let login = home.manager().current();
        assert_eq!(login.credentials, Credentials::None);
        let problem = login.problem.unwrap().to_string();
        assert!(problem.contains("auth.json is malformed"), "{problem}");
        assert!(problem.ends_with("log in again"), "{problem}");
    }

    #[tokio::test]
    async fn a_key_is_stored_and_forgotten() {
        let home = Home::new();
        let manager = home.manager();
        manager.log_in_with_key(Secret::new("sk")).await.unwrap();
        assert_eq!(home.manager().current().credentials, Credentials::ApiKey(Secret::new("sk")));
        assert!(manager.log_out().await.unwrap());
        assert_eq!(manager.current().credentials, Credentials::None);
        assert!(!manager.log_out().await.unwrap());
        assert_eq!(home.manager().current().credentials, Credentials::None);
    }

    #[tokio::test]
    async fn what_stands_around_a_key_is_not_stored_and_what_is_none_changes_nothing() {
        let home = Home::new();
        let manager = home.manager();
        manager.log_in_with_key(Secret::new(" sk-1\n")).await.unwrap();
        for given in ["sk-2\nsk-3", " "] {
            let refused = manager.log_in_with_key(Secret::new(given)).await.unwrap_err();
            assert!(refused.to_string().starts_with("the API key "), "{refused}");
            assert!(!refused.to_string().contains("sk-"));
        }
        assert_eq!(manager.current().credentials, Credentials::ApiKey(Secret::new("sk-1")));
        let manager = home.manager_with([(KEY_VARIABLE, " from-env\n")].into_iter().collect());
        manager.log_out().await.unwrap();
        assert_eq!(manager.current().credentials, Credentials::ApiKey(Secret::new("from-env")));
    }

    #[tokio::test]
    async fn tokens_of_nobody_leave_the_login_as_it_was() {
        let home = Home::new();
        let manager = home.manager();
        manager.log_in_with_key(Secret::new("sk")).await.unwrap();
        let before = home.read();
        let tokens = Tokens {
            id_token: Secret::new("no token"),
            access_token: Secret::new("at"),
            refresh_token: Secret::new("rt"),
        };
        let attempt = manager.begin_login().await;
        let refused = manager.log_in_with_tokens(&attempt, tokens).await;
        assert!(matches!(refused, Err(Error::IdToken(_))));
        assert_eq!(home.read(), before);
    }

    /// As `login` in another terminal.
    #[tokio::test]
    async fn who_logs_in_with_another_program_is_noticed_by_whoever_has_no_login() {
        let home = Home::new();
        let manager = home.manager();
        assert_eq!(manager.fresh().await.credentials, Credentials::None);
        home.manager().log_in_with_key(Secret::new("sk")).await.unwrap();
        assert_eq!(manager.current().credentials, Credentials::None);
        assert_eq!(manager.fresh().await.credentials, Credentials::ApiKey(Secret::new("sk")));
        home.manager().log_out().await.unwrap();
        assert_eq!(manager.look_again().await.credentials, Credentials::None);
    }

    #[tokio::test]
    async fn only_the_logins_that_the_configuration_allows_count() {
        let home = Home::new();
        home.write(r#"{"OPENAI_API_KEY": "stored"}"#);
        let manager = home.manager_with([(KEY_VARIABLE, "from-env")].into_iter().collect());
        let settings = LoginSettings {
            forced_method: Some(ForcedMethod::Chatgpt),
            forced_workspaces: vec!["ours".into()],
            ..LoginSettings::default()
        };
        manager.configure(&settings);
        assert_eq!(manager.current().credentials, Credentials::None);
        assert!(manager.current().problem.is_some());
        assert!(matches!(manager.log_in_with_key(Secret::new("sk")).await, Err(Error::Forbidden(_))));
        let tokens = |workspace: &str| Tokens {
            id_token: Secret::new(id_token(workspace)),
            access_token: Secret::new("at"),
            refresh_token: Secret::new("rt"),
        };
        let attempt = manager.begin_login().await;
        let refused = manager.log_in_with_tokens(&attempt, tokens("theirs")).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))));
        manager.log_in_with_tokens(&attempt, tokens("ours")).await.unwrap();
        assert_eq!(manager.current().credentials.account_id(), Some("ours"));
        assert!(manager.current().problem.is_none());
    }

    /// Others may keep the lock for long, and nobody waits for it in vain.
    #[tokio::test]
    async fn a_login_that_is_given_up_while_it_waits_to_be_stored_is_not_stored() {
        let home = Home::new();
        let manager = home.manager();
        let other = manager.setup().store;
        let tokens = || Tokens {
            id_token: Secret::new(id_token("one")),
            access_token: Secret::new("at"),
            refresh_token: Secret::new("rt"),
        };
        let lock = other.lock(&CancellationToken::new()).unwrap();
        for ending in ["cancel", "log out", "close"] {
            let attempt = manager.begin_login().await;
            let id = attempt.id;
            let storing = manager.log_in_with_tokens(&attempt, tokens());
            let giving_up = async {
                match ending {
                    "cancel" => assert!(manager.attempts().cancel(id)),
                    "log out" => manager.attempts().cancel_all(),
                    _ => assert!(manager.attempts().close()),
                }
            };
            let (stored, ()) = tokio::join!(storing, giving_up);
            assert!(matches!(stored, Err(Error::GivenUp)), "{ending}");
        }
        drop(lock);
        manager.inner.tasks.finished().await;
        assert!(!home.path().join("auth.json").exists());
    }
}
