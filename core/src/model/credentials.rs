//! What a request is signed with.

use std::fmt;
use std::sync::Arc;

use crate::auth::refresh::RefreshError;
use crate::auth::{self, AuthManager, Login};
use crate::base::secret::Secret;

/// The login of this program, as far as a model server needs it.
#[derive(Clone, Default)]
pub struct Credentials {
    /// An API key or an access token.
    pub bearer: Option<String>,
    /// The account an access token belongs to; absent with API keys.
    pub account_id: Option<String>,
    /// Why there is no login.
    pub problem: Option<Arc<auth::Error>>,
    /// Who renews them.
    pub(super) owner: Option<AuthManager>,
}

impl Credentials {
    /// The current login.
    pub fn of(owner: &AuthManager) -> Self {
        Self::new(owner.current(), owner)
    }

    fn new(Login { credentials, problem }: Login, owner: &AuthManager) -> Self {
        Self {
            bearer: credentials.bearer().map(|bearer| bearer.reveal().to_owned()),
            account_id: credentials.account_id().map(ToOwned::to_owned),
            problem,
            owner: Some(owner.clone()),
        }
    }

    /// The login as it is now, renewed if it is about to expire.
    pub async fn fresh(&self) -> Self {
        match &self.owner {
            Some(owner) => Self::new(owner.fresh().await, owner),
            None => self.clone(),
        }
    }

    /// Other credentials than these, which a server did not accept. `None`: there are none to be had.
    pub async fn renewed(&self) -> Result<Option<Self>, RefreshError> {
        let (Some(owner), Some(bearer)) = (&self.owner, &self.bearer) else { return Ok(None) };
        let rejected = Secret::new(bearer.clone());
        // A key cannot be renewed, but somebody may have logged in otherwise by now.
        let key = auth::Credentials::ApiKey(rejected.clone());
        if owner.current().credentials == key {
            let login = owner.look_again().await;
            let is_other = login.credentials != auth::Credentials::None && login.credentials != key;
            return Ok(is_other.then(|| Self::new(login, owner)));
        }
        owner.renew(&rejected).await?;
        Ok(Some(Self::of(owner)))
    }
}

/// Secrets stay out of logs.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("bearer", &self.bearer.as_ref().map(|_| "..."))
            .field("account_id", &self.account_id)
            .finish_non_exhaustive()
    }
}
