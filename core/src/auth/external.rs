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
