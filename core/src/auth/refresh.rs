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

use super::document::Renewed;
use super::issuer::IssuerError;
use super::storage::{Lock, Store};
use super::{AuthManager, ChatGpt, Credentials, Error, Login, token};
use crate::base::secret::Secret;

/// Tokens are renewed so long before they expire.
const AHEAD: i64 = 5 * 60;
/// Those that do not say when they expire, when they are older than that.
const OLDEST: i64 = 8 * 24 * 60 * 60;
/// After a failure, tokens that are still accepted are not renewed for so long.
const PAUSE: Duration = Duration::from_secs(60);
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
type Running = Shared<BoxFuture<'static, Outcome>>;

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
    /// The current login, renewed if it is about to expire. If that fails, the old one is tried.
    pub async fn fresh(&self) -> Login {
        let login = self.current();
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
            let under_way = state.running.clone().filter(|running| running.peek().is_none());
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
        running.await
    }

    /// As a task, which goes on when nobody waits for it any more.
    fn start(&self, rejected: Secret) -> Running {
        let manager = self.clone();
        let task = self.inner.tasks.spawn(async move {
            let ending = async {
                manager.inner.token.cancelled().await;
                tokio::time::sleep(LAST).await;
            };
            tokio::select! {
                outcome = manager.renew_alone(&rejected) => outcome,
                () = ending => Err(RefreshError::Interrupted),
            }
        });
        async move { task.await.unwrap_or(Err(RefreshError::Interrupted)) }.boxed().shared()
    }

    async fn renew_alone(&self, rejected: &Secret) -> Outcome {
        match self.current().credentials {
            Credentials::None | Credentials::ApiKey(_) => Err(RefreshError::NotLoggedIn),
            Credentials::ChatGpt(login) if login.handed_in => self.ask_client(&login).await,
            Credentials::ChatGpt(_) => self.renew_stored(rejected).await,
        }
    }

    async fn renew_stored(&self, rejected: &Secret) -> Outcome {
        let store = self.setup().store;
        let stored = |error| RefreshError::Stored(Arc::new(error));
        let (lock, login) = self.blocking(Self::look).await.map_err(stored)?;
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
        let renewed = match self.inner.issuer.renew(&token, login.provenance.as_ref()).await {
            Ok(renewed) => renewed,
            Err(error) => {
                let error = judged(error);
                if matches!(error, RefreshError::Ended(_)) {
                    self.inner.flight.lock().dead = Some((token, error.clone()));
                }
                return Err(error);
            }
        };
        self.blocking(move |manager| manager.keep(&store, &lock, renewed)).await.map_err(stored)
    }

    /// Takes the lock, and over what is stored now.
    fn look(&self) -> Result<(Lock, Option<Box<ChatGpt>>), Error> {
        let lock = self.setup().store.lock()?;
        self.reload();
        let login = self.current();
        match (login.credentials, login.problem) {
            (Credentials::ChatGpt(login), _) => Ok((lock, Some(login))),
            (Credentials::None | Credentials::ApiKey(_), Some(problem)) => Err(Error::Shared(problem)),
            (Credentials::None | Credentials::ApiKey(_), None) => Ok((lock, None)),
        }
    }

    /// Stores new tokens and uses them. Those that cannot be stored are used all the same: the old ones are gone.
    fn keep(&self, store: &Store, lock: &Lock, mut renewed: Renewed) -> Result<Credentials, Error> {
        renewed.id_token = renewed.id_token.filter(|token| token::claims(token.reveal()).is_ok());
        let document = store.document()?.unwrap_or_default().renewed(&renewed, &now());
        if let Err(error) = store.write(&document, lock) {
            tracing::error!("the renewed login is kept in memory until it can be stored: {error}");
            store.hold(document);
        }
        self.reload();
        Ok(self.current().credentials)
    }
}

/// The current time as it is stored.
pub(super) fn now() -> String {
    Timestamp::now().to_string()
}

/// Whether tokens are about to expire, or old where that is not known.
fn is_due(login: &ChatGpt, now: Timestamp) -> bool {
    let claims = token::claims(login.access_token.reveal()).unwrap_or_default();
    if let Some(at) = claims.expires_at {
        return at.saturating_sub(now.as_second()) < AHEAD;
    }
    // The client knows best how old its own are.
    let fetched = login.last_refresh.as_deref().filter(|_| !login.handed_in);
    let fetched: Option<Timestamp> = fetched.and_then(|text| text.parse().ok());
    fetched.is_some_and(|at| now.as_second().saturating_sub(at.as_second()) > OLDEST)
}

/// Whether a failure is for good.
fn judged(error: IssuerError) -> RefreshError {
    let IssuerError::Refused { status: 400 | 401, code, .. } = &error else {
        return RefreshError::Failed(Arc::new(error));
    };
    RefreshError::Ended(match code.as_deref() {
        Some("refresh_token_expired") => Reason::Expired,
        Some("refresh_token_reused") => Reason::Reused,
        Some("refresh_token_invalidated") => Reason::Revoked,
        Some(_) | None => Reason::Refused,
    })
}

#[cfg(test)]
mod tests {
    use super::super::document::Tokens;
    use super::super::testkit::{Answer, Home, Provider, access_token, id_token, tokens};
    use super::*;

    fn login(access_token: &str, last_refresh: Option<&str>) -> ChatGpt {
        ChatGpt {
            access_token: Secret::new(access_token),
            refresh_token: None,
            claims: token::Claims::default(),
            account_id: None,
            provenance: None,
            last_refresh: last_refresh.map(str::to_owned),
            handed_in: false,
        }
    }

    #[test]
    fn tokens_are_due_shortly_before_they_expire_or_when_they_are_old() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let due = |token: &str, last: Option<&str>| is_due(&login(token, last), now);
        assert!(due(&access_token(1_000_299), None));
        assert!(!due(&access_token(1_000_301), None));
        assert!(!due("opaque", None));
        assert!(due("opaque", Some("1970-01-01T00:00:00Z")));
        assert!(!due("opaque", Some("1970-01-12T00:00:00Z")));
        assert!(!due("opaque", Some("yesterday")));
    }

    #[tokio::test]
    async fn many_who_need_new_tokens_cause_one_request() {
        let provider = Provider::start(vec![Answer::ok(&tokens("at2", "rt2"))]).await;
        let home = Home::new();
        home.write_tokens("at1", "rt1");
        let manager = home.manager_with(provider.environment());
        let old = Secret::new("at1");
        let all = futures::future::join_all((0..8).map(|_| manager.renew(&old))).await;
        for outcome in all {
            assert_eq!(outcome.unwrap().bearer().unwrap().reveal(), "at2");
        }
        // Who comes late gets what is there, and waits for nobody.
        let late = manager.renew(&old).now_or_never().unwrap();
        assert_eq!(late.unwrap().bearer().unwrap().reveal(), "at2");
        assert_eq!(provider.bodies().len(), 1);
        assert!(provider.bodies()[0].contains("\"refresh_token\":\"rt1\""));
        assert!(home.read().contains("rt2"));
    }

    #[tokio::test]
    async fn a_failure_of_many_is_one_request() {
        let later = || Answer::status(503, "later");
        let provider = Provider::start(vec![later(), later()]).await;
        let home = Home::new();
        home.write_tokens("at1", "rt1");
        let manager = home.manager_with(provider.environment());
        let old = Secret::new("at1");
        let (one, other) = tokio::join!(manager.renew(&old), manager.renew(&old));
        assert!(one.is_err() && other.is_err());
        assert_eq!(provider.bodies().len(), 1);
    }

    #[tokio::test]
    async fn after_a_failure_there_is_a_pause_until_another_login() {
        let later = || Answer::status(503, "later");
        let provider = Provider::start(vec![later(), Answer::ok(&tokens("at2", "rt2"))]).await;
        let home = Home::new();
        home.write_tokens(&access_token(1), "rt1");
        let manager = home.manager_with(provider.environment());
        for _ in 0..2 {
            assert_eq!(manager.fresh().await.credentials.bearer().unwrap().reveal(), access_token(1));
        }
        assert_eq!(provider.bodies().len(), 1);
        let tokens = Tokens {
            id_token: Secret::new(id_token("one")),
            access_token: Secret::new(access_token(2)),
            refresh_token: Secret::new("rt1"),
        };
        manager.log_in_with_tokens(tokens).await.unwrap();
        assert_eq!(manager.fresh().await.credentials.bearer().unwrap().reveal(), "at2");
    }

    #[tokio::test]
    async fn an_id_token_that_is_none_does_not_take_the_place_of_one() {
        let answer = r#"{"id_token": "broken", "access_token": "at2", "refresh_token": "rt2"}"#;
        let provider = Provider::start(vec![Answer::ok(answer)]).await;
        let home = Home::new();
        home.write_tokens("at1", "rt1");
        let manager = home.manager_with(provider.environment());
        assert_eq!(manager.renew(&Secret::new("at1")).await.unwrap().account_id(), Some("one"));
        assert!(home.read().contains("rt2") && !home.read().contains("broken"));
    }

    /// As another process does it: its own manager of the same file.
    #[tokio::test]
    async fn of_two_processes_one_asks_and_both_go_on() {
        let provider = Provider::start(vec![Answer::ok(&tokens("at2", "rt2"))]).await;
        let home = Home::new();
        home.write_tokens("at1", "rt1");
        let one = home.manager_with(provider.environment());
        let other = home.manager_with(provider.environment());
        let old = Secret::new("at1");
        let (first, second) = tokio::join!(one.renew(&old), other.renew(&old));
        for outcome in [first, second] {
            assert_eq!(outcome.unwrap().bearer().unwrap().reveal(), "at2");
        }
        assert_eq!(provider.bodies().len(), 1);
    }

    #[tokio::test]
    async fn a_refresh_token_that_is_worth_nothing_is_not_tried_again() {
        let refused = Answer::status(401, r#"{"error": {"code": "refresh_token_reused", "message": "rt1"}}"#);
        let provider = Provider::start(vec![refused, Answer::ok(&tokens("at4", "rt4"))]).await;
        let home = Home::new();
        home.write_tokens("at1", "rt1");
        let manager = home.manager_with(provider.environment());
        for _ in 0..2 {
            let error = manager.renew(&Secret::new("at1")).await.unwrap_err().to_string();
            assert_eq!(
                error,
                "the login has ended, because its refresh token was used before, perhaps by another program"
            );
        }
        assert_eq!(provider.bodies().len(), 1);
        // Another login is another matter.
        home.write_tokens("at3", "rt3");
        manager.reload();
        assert_eq!(manager.renew(&Secret::new("at3")).await.unwrap().bearer().unwrap().reveal(), "at4");
    }

    #[tokio::test]
    async fn a_passing_failure_leaves_the_login_as_it_is() {
        let provider =
            Provider::start(vec![Answer::status(503, "later"), Answer::ok(&tokens("at2", "rt2"))]).await;
        let home = Home::new();
        home.write_tokens("at1", "rt1");
        let before = home.read();
        let manager = home.manager_with(provider.environment());
        let error = manager.renew(&Secret::new("at1")).await.unwrap_err();
        assert!(matches!(error, RefreshError::Failed(_)), "{error}");
        assert_eq!(home.read(), before);
        assert!(manager.renew(&Secret::new("at1")).await.is_ok());
    }

    #[tokio::test]
    async fn a_login_that_is_about_to_expire_is_renewed_ahead() {
        let provider = Provider::start(vec![Answer::ok(&tokens("at2", "rt2"))]).await;
        let home = Home::new();
        home.write_tokens(&access_token(1), "rt1");
        let manager = home.manager_with(provider.environment());
        assert_eq!(manager.fresh().await.credentials.bearer().unwrap().reveal(), "at2");
        assert_eq!(manager.fresh().await.credentials.bearer().unwrap().reveal(), "at2");
        assert_eq!(provider.bodies().len(), 1);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn tokens_that_cannot_be_stored_are_not_lost() {
        let provider =
            Provider::start(vec![Answer::ok(&tokens("at2", "rt2")), Answer::ok(&tokens("at3", "rt3"))]).await;
        let home = Home::new();
        home.write_tokens("at1", "rt1");
        let manager = home.manager_with(provider.environment());
        // A folder in the way of the new file cannot be replaced by it.
        let obstacle = home.path().join("auth.json.new");
        std::fs::create_dir_all(obstacle.join("x")).unwrap();
        assert_eq!(manager.renew(&Secret::new("at1")).await.unwrap().bearer().unwrap().reveal(), "at2");
        assert!(home.read().contains("rt1"));
        manager.reload();
        assert_eq!(manager.current().credentials.bearer().unwrap().reveal(), "at2");
        std::fs::remove_dir_all(&obstacle).unwrap();
        assert_eq!(manager.renew(&Secret::new("at2")).await.unwrap().bearer().unwrap().reveal(), "at3");
        assert!(provider.bodies()[1].contains("\"refresh_token\":\"rt2\""));
        assert!(home.read().contains("rt3"));
    }

    #[tokio::test]
    async fn who_logged_out_meanwhile_stays_out() {
        let provider = Provider::start(vec![Answer::ok(&tokens("at2", "rt2"))]).await;
        let home = Home::new();
        home.write_tokens("at1", "rt1");
        let manager = home.manager_with(provider.environment());
        std::fs::remove_file(home.path().join("auth.json")).unwrap();
        let error = manager.renew(&Secret::new("at1")).await.unwrap_err();
        assert!(matches!(error, RefreshError::NotLoggedIn), "{error}");
        assert_eq!(provider.bodies().len(), 0);
    }
}
