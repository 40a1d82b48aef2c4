//! Which logins the configuration allows. Pure.

use super::document::Tokens;
use super::{Credentials, Error, token};
use crate::config::login::{ForcedMethod, LoginSettings};

/// Whether a kind of login is allowed.
pub(super) fn allows(settings: &LoginSettings, method: ForcedMethod) -> Result<(), Error> {
    match (settings.forced_method, method) {
        (Some(ForcedMethod::Chatgpt), ForcedMethod::Api) => Err(Error::Forbidden(
            "API key login is disabled. Use ChatGPT login instead, or remove `forced_login_method` from the \
             configuration."
                .to_owned(),
        )),
        (Some(ForcedMethod::Api), ForcedMethod::Chatgpt) => Err(Error::Forbidden(
            "ChatGPT login is disabled. Use API key login instead, or remove `forced_login_method` from the \
             configuration."
                .to_owned(),
        )),
        (_, _) => Ok(()),
    }
}

/// Whether new tokens are of an account that is allowed. Who they are of has to be readable, now and later.
pub(super) fn allows_account(settings: &LoginSettings, tokens: &Tokens) -> Result<(), Error> {
    allows(settings, ForcedMethod::Chatgpt)?;
    let claims = token::claims(tokens.id_token.reveal())?;
    allows_workspace(settings, claims.account_id.as_deref())
}

/// Whether a login from before is allowed now.
pub(super) fn allows_stored(settings: &LoginSettings, credentials: &Credentials) -> Result<(), Error> {
    match credentials {
        Credentials::None => Ok(()),
        Credentials::ApiKey(_) => allows(settings, ForcedMethod::Api),
        Credentials::ChatGpt(login) => {
            allows(settings, ForcedMethod::Chatgpt)?;
            allows_workspace(settings, login.account_id.as_deref())
        }
    }
}

/// Whether an account may be used, by the workspace that it stands for.
pub(super) fn allows_workspace(settings: &LoginSettings, id: Option<&str>) -> Result<(), Error> {
    let forced = &settings.forced_workspaces;
    if forced.is_empty() || id.is_some_and(|id| forced.iter().any(|one| one == id)) {
        return Ok(());
    }
    Err(Error::Forbidden(format!(
        "This login is not of the workspace that is required ({}). Log in with an account of it, or change \
         `forced_chatgpt_workspace_id` in the configuration.",
        forced.join(", ")
    )))
}
