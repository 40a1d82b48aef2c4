//! Renewing tokens: before they expire, and when a server does not accept them.
//!
//! Of all who need new tokens at the same moment, in this process and in others, one asks the login server; the others
//! wait for it and use what it got. A refresh token counts once: its successor is on the disk before anybody uses what came
//! with it, and the request is not given up when the one who caused it does not need it any more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use jiff::Timestamp;
use tokio::task::AbortHandle;

use super::document::{Document, Renewed};
use super::issuer::IssuerError;
use super::storage::{Lock, Store};
use super::{AuthManager, ChatGpt, Credentials, Error, Login, token};
use crate::base::secret::Secret;

/// Tokens are renewed so long before they expire, in seconds, but in the last part of their life only.
const AHEAD: i64 = 5 * 60;
const LAST_PART: i64 = 5;
/// Those that do not say when they expire, when they are older than that.
const OLDEST: i64 = 8 * 24 * 60 * 60;
/// After a failure, tokens that are still accepted are not renewed for so long.
const PAUSE: Duration = Duration::from_secs(60);
/// How often a file that is half written is looked at again, and how long apart.
const LOOKS: usize = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
/// What is left for a request under way when the process ends.
const LAST: Duration = Duration::from_millis(800);

/// Why there are no new tokens.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RefreshError {
    /// The login is over.
    #[error("the login has ended, because its refresh token {0}")]
    Ended(Reason),
    /// Perhaps another time.
    #[error("the login could not be renewed: {0}")]
    Failed(Arc<IssuerError>),
    #[error("{0}")]
    Stored(Arc<Error>),
    #[error("nobody is logged in any more")]
    NotLoggedIn,
    #[error("the stored login has no refresh token")]
    NoRefreshToken,
    #[error("the client did not renew its tokens: {0}")]
    Client(String),
    #[error("renewing the login was interrupted")]
    Interrupted,
}

impl RefreshError {
    /// Whether somebody has to log in again. What else goes wrong may pass.
    pub fn is_end(&self) -> bool {
        match self {
            // Whose client says no has no other tokens.
            Self::Ended(_) | Self::NotLoggedIn | Self::NoRefreshToken | Self::Client(_) => true,
            Self::Failed(_) | Self::Stored(_) | Self::Interrupted => false,
        }
    }
}

/// What is wrong with a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("has expired")]
    Expired,
    #[error("was used before, perhaps by another program")]
    Reused,
    #[error("was revoked")]
    Revoked,
    #[error("is not accepted")]
    Refused,
}

type Outcome = Result<Credentials, RefreshError>;

/// A renewal. It is a task, which goes on when nobody waits for it any more.
#[derive(Clone)]
struct Running {
    rejected: Secret,
    task: AbortHandle,
    outcome: Shared<BoxFuture<'static, Outcome>>,
}

impl Running {
    /// Whether the answer is still to come, so that it can also be that of somebody who asks now.
    fn answers(&self, rejected: &Secret) -> bool {
        self.rejected == *rejected && !self.task.is_finished()
    }
}

/// What is under way, and what need not be tried again.
#[derive(Default)]
pub(super) struct Flight {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: Option<Running>,
    /// A refresh token that is worth nothing, and why.
    dead: Option<(Secret, RefreshError)>,
    failed_at: Option<Instant>,
}

impl Flight {
    /// There is another login.
    pub(super) fn forget_failures(&self) {
        let mut state = self.lock();
        state.dead = None;
        state.failed_at = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Flight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flight").finish_non_exhaustive()
    }
}

impl AuthManager {
    /// The current login, renewed if it is about to expire. If that fails, the old one is tried; if there is none, there may
    /// be one by now.
    pub async fn fresh(&self) -> Login {
        if self.setup().store.is_behind()
            && let Err(error) = self.blocking(|manager| manager.setup().store.settle()).await
        {
            tracing::warn!("the renewed login is still in memory only: {error}");
        }
        let login = match self.current() {
            Login { credentials: Credentials::None, .. } => self.look_again().await,
            login => login,
        };
        let Credentials::ChatGpt(tokens) = &login.credentials else { return login };
        let has_failed = self.inner.flight.lock().failed_at.is_some_and(|at| at.elapsed() < PAUSE);
        if has_failed || !is_due(tokens, Timestamp::now()) {
            return login;
        }
        match self.renew(&tokens.access_token).await {
            Ok(_) => self.current(),
            Err(error) => {
                tracing::warn!("the login is not renewed ahead of time: {error}");
                self.inner.flight.lock().failed_at = Some(Instant::now());
                self.current()
            }
        }
    }

    /// Other credentials than those with this token, which a server did not accept.
    pub async fn renew(&self, rejected: &Secret) -> Outcome {
        let running = {
            let mut state = self.inner.flight.lock();
            let under_way = state.running.clone().filter(|running| running.answers(rejected));
            match under_way {
                Some(running) => running,
                None => {
                    let current = self.current().credentials;
                    if current.bearer().is_some_and(|bearer| bearer != rejected) {
                        return Ok(current);
                    }
                    let running = self.start(rejected.clone());
                    state.running = Some(running.clone());
                    running
                }
            }
        };
        running.outcome.await
    }

    fn start(&self, rejected: Secret) -> Running {
        let (manager, token) = (self.clone(), rejected.clone());
        let task = self.inner.tasks.spawn(async move {
            let ending = async {
                manager.inner.token.cancelled().await;
                tokio::time::sleep(LAST).await;
            };
            tokio::select! {
                outcome = manager.renew_alone(&token) => outcome,
                () = ending => Err(RefreshError::Interrupted),
            }
        });
        let handle = task.abort_handle();
        let outcome = async move { task.await.unwrap_or(Err(RefreshError::Interrupted)) };
        Running { rejected, task: handle, outcome: outcome.boxed().shared() }
    }

    async fn renew_alone(&self, rejected: &Secret) -> Outcome {
        match self.current().credentials {
            Credentials::None | Credentials::ApiKey(_) => Err(RefreshError::NotLoggedIn),
            Credentials::ChatGpt(login) if login.handed_in => self.ask_client(&login).await,
            Credentials::ChatGpt(_) => self.renew_stored(rejected).await,
        }
    }

    async fn renew_stored(&self, rejected: &Secret) -> Outcome {
        let stored = |error| RefreshError::Stored(Arc::new(error));
        let (login, place) = self.blocking(Self::look).await.map_err(stored)?;
        let login = login.ok_or(RefreshError::NotLoggedIn)?;
        if login.access_token != *rejected {
            // Another process has renewed it, or somebody has logged in again.
            return Ok(Credentials::ChatGpt(login));
        }
        let token = login.refresh_token.ok_or(RefreshError::NoRefreshToken)?;
        let dead = self.inner.flight.lock().dead.clone();
        if let Some((_, error)) = dead.filter(|(dead, _)| *dead == token) {
            return Err(error);
        }
        let mut renewed = match self.inner.issuer.renew(&token, login.provenance.as_ref()).await {
            Ok(renewed) => renewed,
            Err(error) => {
                let error = judged(error);
                if matches!(error, RefreshError::Ended(_)) {
                    self.inner.flight.lock().dead = Some((token, error.clone()));
                }
                return Err(error);
            }
        };
        renewed.id_token = renewed.id_token.filter(|token| token::claims(token.reveal()).is_ok());
        match self.blocking(move |manager| manager.keep(place, &token, &renewed)).await.map_err(stored)? {
            // Logged out meanwhile.
            Credentials::None => Err(RefreshError::NotLoggedIn),
            credentials => Ok(credentials),
        }
    }

    /// Takes the lock, and over what is stored now.
    fn look(&self) -> Result<(Option<Box<ChatGpt>>, Locked), Error> {
        let store = self.setup().store;
        let lock = store.lock(&self.inner.token)?;
        let document = store.document()?.unwrap_or_default();
        let place = Locked { store, lock, document };
        self.reload();
        let login = self.current();
        match (login.credentials, login.problem) {
            (Credentials::ChatGpt(login), _) => Ok((Some(login), place)),
            (Credentials::None | Credentials::ApiKey(_), Some(problem)) => Err(Error::Shared(problem)),
            (Credentials::None | Credentials::ApiKey(_), None) => Ok((None, place)),
        }
    }

    /// Stores new tokens, which came for this one, and uses them. Those that cannot be stored are used all the same: the
    /// old ones are gone. If somebody has logged in otherwise or out meanwhile, with a program that knows no lock, that
    /// counts.
    fn keep(&self, place: Locked, used: &Secret, renewed: &Renewed) -> Result<Credentials, Error> {
        let Locked { store, lock, document } = place;
        match document_in_a_moment(&store) {
            Ok(Some(stored)) if stored.refresh_token() == Some(used.reveal()) => {
                let document = stored.renewed(renewed, &now());
                if let Err(error) = store.write(&document, &lock) {
                    tracing::error!("the renewed login is kept in memory until it can be stored: {error}");
                    store.hold(document, used);
                }
            }
            Ok(Some(_) | None) => {
                tracing::warn!("another program has changed the login while it was renewed, which counts");
            }
            Err(error) => {
                tracing::error!("the renewed login is kept in memory until it can be stored: {error}");
                store.hold(document.renewed(renewed, &now()), used);
            }
        }
        self.reload();
        Ok(self.current().credentials)
    }
}

/// What is stored, for whoever holds the lock.
struct Locked {
    store: Store,
    lock: Lock,
    document: Document,
}

/// What is stored. Half of a file is perhaps whole in a moment: programs without the lock write it in place. Blocking.
fn document_in_a_moment(store: &Store) -> Result<Option<Document>, Error> {
    for _ in 0..LOOKS {
        match store.document() {
            Err(Error::Malformed { .. }) => std::thread::sleep(BETWEEN_LOOKS),
            found => return found,
        }
    }
    store.document()
}

/// The current time as it is stored.
pub(super) fn now() -> String {
    Timestamp::now().to_string()
}

/// Whether tokens are about to expire, or old where that is not known.
fn is_due(login: &ChatGpt, now: Timestamp) -> bool {
    let claims = token::claims(login.access_token.reveal()).unwrap_or_default();
    // The client knows best how old its own are.
    let fetched = login.last_refresh.as_deref().filter(|_| !login.handed_in);
    let fetched: Option<Timestamp> = fetched.and_then(|text| text.parse().ok());
    if let Some(at) = claims.expires_at {
        let begin = claims.issued_at.or(fetched.map(Timestamp::as_second));
        let ahead = begin.map_or(AHEAD, |begin| (at.saturating_sub(begin) / LAST_PART).clamp(0, AHEAD));
        return at.saturating_sub(now.as_second()) < ahead.max(1);
    }
    fetched.is_some_and(|at| now.as_second().saturating_sub(at.as_second()) > OLDEST)
}

/// Whether a failure is for good. Anybody on the way may answer with status 400.
fn judged(error: IssuerError) -> RefreshError {
    let IssuerError::Refused { status: status @ (400 | 401), code, .. } = &error else {
        return RefreshError::Failed(Arc::new(error));
    };
    RefreshError::Ended(match (code.as_deref(), *status) {
        (Some("refresh_token_expired"), _) => Reason::Expired,
        (Some("refresh_token_reused"), _) => Reason::Reused,
        (Some("refresh_token_invalidated"), _) => Reason::Revoked,
        (Some("invalid_grant"), _) | (Some(_) | None, 401) => Reason::Refused,
        (Some(_) | None, _) => return RefreshError::Failed(Arc::new(error)),
    })
}

#[cfg(test)]
#[path = "refresh_tests.rs"]
mod tests;
