//! Tokens that the client hands in and renews. They are in memory only.

use std::sync::PoisonError;

use tokio::sync::{mpsc, oneshot};

use super::refresh::RefreshError;
use super::token::{self, TokenError};
use super::{AuthManager, ChatGpt, Credentials, Error, Login, rules};
use crate::base::secret::Secret;
use crate::config::login::ForcedMethod;

/// What the client hands in.
#[derive(Clone, Debug)]
pub struct HandedIn {
    pub access_token: Secret,
    pub account_id: String,
    /// What the account has subscribed to; absent: what the token says.
    pub plan: Option<String>,
}

/// The client is to renew its tokens.
#[derive(Debug)]
pub struct Ask {
    pub previous_account: Option<String>,
    /// What the client answers, or why there is no answer.
    pub answer: oneshot::Sender<Result<HandedIn, String>>,
}

/// How the client is asked.
pub type Asker = mpsc::Sender<Ask>;

/// Why tokens cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HandInError {
    #[error("the access token {0}")]
    Token(#[from] TokenError),
    #[error(transparent)]
    Forbidden(#[from] Error),
}

impl AuthManager {
    /// Uses these tokens from now on, in place of what is stored. `asker` is who is asked for new ones.
    pub fn hand_in(&self, tokens: HandedIn, asker: Asker) -> Result<(), HandInError> {
        self.use_handed_in(tokens)?;
        *self.inner.asker.lock().unwrap_or_else(PoisonError::into_inner) = Some(asker);
        self.inner.flight.forget_failures();
        Ok(())
    }

    fn use_handed_in(&self, tokens: HandedIn) -> Result<Credentials, HandInError> {
        let settings = self.settings();
        rules::allows(&settings, ForcedMethod::Chatgpt)?;
        rules::allows_workspace(&settings, Some(&tokens.account_id))?;
        let mut claims = token::claims(tokens.access_token.reveal())?;
        claims.plan = tokens.plan.or(claims.plan);
        let credentials = Credentials::ChatGpt(Box::new(ChatGpt {
            access_token: tokens.access_token,
            refresh_token: None,
            claims,
            account_id: Some(tokens.account_id),
            provenance: None,
            last_refresh: None,
            handed_in: true,
        }));
        self.inner.login.send_replace(Login { credentials: credentials.clone(), problem: None });
        Ok(credentials)
    }

    /// Asks the client for new tokens.
    pub(super) async fn ask_client(&self, login: &ChatGpt) -> Result<Credentials, RefreshError> {
        let asker = self.inner.asker.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let gone = || RefreshError::Client("the client is gone".to_owned());
        let asker = asker.ok_or_else(gone)?;
        let (answer, answered) = oneshot::channel();
        let ask = Ask { previous_account: login.account_id.clone(), answer };
        asker.send(ask).await.map_err(|_| gone())?;
        let tokens = answered.await.map_err(|_| gone())?.map_err(RefreshError::Client)?;
        if !self.is_handed_in() {
            // Logged out meanwhile.
            return Err(RefreshError::NotLoggedIn);
        }
        self.use_handed_in(tokens).map_err(|error| RefreshError::Client(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Tokens;
    use super::super::testkit::{Home, access_token, id_token};
    use super::*;
    use crate::config::login::LoginSettings;

    fn handed_in(account: &str, plan: Option<&str>) -> HandedIn {
        HandedIn {
            access_token: Secret::new(access_token(i64::MAX)),
            account_id: account.to_owned(),
            plan: plan.map(str::to_owned),
        }
    }

    fn plan(manager: &AuthManager) -> Option<String> {
        let Credentials::ChatGpt(login) = manager.current().credentials else {
            panic!("nobody is logged in")
        };
        login.claims.plan
    }

    #[tokio::test]
    async fn the_client_says_what_its_token_does_not() {
        let home = Home::new();
        let (manager, (asker, _asked)) = (home.manager(), mpsc::channel(1));
        manager.hand_in(handed_in("one", Some("team")), asker.clone()).unwrap();
        assert_eq!(plan(&manager).as_deref(), Some("team"));
        manager.hand_in(handed_in("one", None), asker.clone()).unwrap();
        assert_eq!(plan(&manager), None);
        let broken = HandedIn { access_token: Secret::new("broken"), ..handed_in("one", None) };
        assert!(matches!(manager.hand_in(broken, asker), Err(HandInError::Token(_))));
    }

    #[tokio::test]
    async fn tokens_of_another_workspace_are_refused_at_first_and_later() {
        let home = Home::new();
        let (manager, (asker, mut asked)) = (home.manager(), mpsc::channel::<Ask>(1));
        let forced_workspaces = vec!["ours".to_owned()];
        manager.configure(&LoginSettings { forced_workspaces, ..LoginSettings::default() });
        let refused = manager.hand_in(handed_in("theirs", None), asker.clone());
        assert!(matches!(refused, Err(HandInError::Forbidden(_))), "{refused:?}");
        manager.hand_in(handed_in("ours", None), asker).unwrap();
        let old = manager.current().credentials.bearer().unwrap().clone();
        let answering = async {
            let ask = asked.recv().await.unwrap();
            assert_eq!(ask.previous_account.as_deref(), Some("ours"));
            ask.answer.send(Ok(handed_in("theirs", None))).unwrap();
        };
        let (outcome, ()) = tokio::join!(manager.renew(&old), answering);
        assert!(outcome.unwrap_err().to_string().contains("not of the workspace that is required (ours)"));
    }

    #[tokio::test]
    async fn who_has_logged_out_meanwhile_is_not_logged_in_again() {
        let home = Home::new();
        let (manager, (asker, mut asked)) = (home.manager(), mpsc::channel::<Ask>(1));
        manager.hand_in(handed_in("one", None), asker).unwrap();
        let old = manager.current().credentials.bearer().unwrap().clone();
        let answering = async {
            let ask = asked.recv().await.unwrap();
            assert!(manager.log_out().await.unwrap());
            ask.answer.send(Ok(handed_in("one", None))).unwrap();
        };
        let (outcome, ()) = tokio::join!(manager.renew(&old), answering);
        assert!(matches!(outcome, Err(RefreshError::NotLoggedIn)));
        assert_eq!(manager.current().credentials, Credentials::None);
    }

    #[tokio::test]
    async fn a_login_that_was_under_way_is_not_stored_beside_tokens_of_the_client() {
        let home = Home::new();
        let manager = home.manager();
        let attempt = manager.begin_login().await;
        let (asker, _asks) = mpsc::channel(1);
        let access_token = Secret::new(access_token(1));
        manager.hand_in(HandedIn { access_token, account_id: "one".into(), plan: None }, asker).unwrap();
        let tokens = Tokens {
            id_token: Secret::new(id_token("one")),
            access_token: Secret::new("at"),
            refresh_token: Secret::new("rt"),
        };
        let refused = manager.log_in_with_tokens(&attempt, tokens).await;
        assert!(matches!(refused, Err(Error::HandedIn)));
        assert!(!home.path().join("auth.json").exists());
    }
}
